//! Elements chosen or replaced by a mask.

use super::broadcast::{broadcast, with_scalar};
use super::{Cast, Shapes};
use crate::dispatch::for_float;
use crate::error::ErrorKind;
use crate::kernel::{self, Real};
use crate::layout::broadcast_shapes;
use crate::tensor::expect_fits;
use crate::{Array, DType, Element, Op, Result, Saved, Saves, Scalar, Tensor};

/// `condition ? a : b`.
#[derive(Clone, Debug)]
pub(super) struct Where {
    condition: Tensor,
}

impl Op<2> for Where {
    const NAME: &'static str = "where";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        Ok(kernel::select(&self.condition, a, b))
    }

    /// dL/da = g where the condition holds, dL/db = g where it does not, 0 elsewhere
    fn vjp<A: Array>(&self, wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let op = MaskedFill {
            mask: self.condition.clone(),
            which: wrt == 1,
            value: Scalar::Int(0),
        };
        A::apply(op, [g])
    }
}

/// A number wherever the mask is `which`.
#[derive(Clone, Debug)]
pub(super) struct MaskedFill {
    mask: Tensor,
    which: bool,
    value: Scalar,
}

impl Op<1> for MaskedFill {
    const NAME: &'static str = "masked_fill";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let value = Tensor::full([], self.value, x.dtype())?;
        Ok(if self.which {
            kernel::select(&self.mask, &value, x)
        } else {
            kernel::select(&self.mask, x, &value)
        })
    }

    /// dL/dx = g, 0 where it was replaced
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let op = MaskedFill {
            value: Scalar::Int(0),
            ..self.clone()
        };
        A::apply(op, [g])
    }
}

/// Elements chosen or replaced by a mask, with broadcasting.
pub trait Selection: Array {
    /// This array's element where the condition holds, else the other's: `torch.where(condition, self,
    /// other)`.
    ///
    /// # Errors
    /// A condition that is not bool; shapes that do not broadcast.
    ///
    /// ```
    /// use gradus_tensor::tensor;
    /// let x = tensor![-2.0, 3.0];
    /// let y = x.where_(&x.gt_scalar(0)?, &tensor![0.0])?;
    /// assert_eq!(y.to_vec::<f32>()?, [0.0, 3.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn where_(&self, condition: &Tensor, other: &Self) -> Result<Self> {
        let condition = expect_mask(Where::NAME, condition)?;
        broadcast(Where::NAME, self, other, |a, b| {
            let shape = broadcast_shapes(Where::NAME, condition.shape(), a.shape())?;
            let shape = shape.as_slice();
            let condition = condition.expand(shape)?;
            Self::apply(Where { condition }, [&a.expand(shape)?, &b.expand(shape)?])
        })
    }

    /// As [`where_`](Selection::where_), with a number for the other side.
    ///
    /// # Errors
    /// As there; a number that the dtype cannot hold.
    fn where_scalar(&self, condition: &Tensor, other: impl Into<Scalar>) -> Result<Self> {
        let other = other.into();
        let (x, number) = with_scalar(self, other)?;
        // Halves take infinity for it, as in PyTorch.
        if !matches!(x.dtype(), DType::F16 | DType::Bf16) {
            expect_fits(Where::NAME, other, x.dtype())?;
        }
        x.where_(condition, &number)
    }

    /// `value` wherever the mask is true. The dtype stays: a float `value` is truncated for integers.
    ///
    /// # Errors
    /// A mask that is not bool; shapes that do not broadcast.
    fn masked_fill(&self, mask: &Tensor, value: impl Into<Scalar>) -> Result<Self> {
        const OP: &str = MaskedFill::NAME;
        let mask = expect_mask(OP, mask)?;
        let shape = broadcast_shapes(OP, self.shape(), mask.shape())?;
        let op = MaskedFill {
            mask: mask.expand(shape.as_slice())?,
            which: true,
            value: value.into(),
        };
        Self::apply(op, [&self.expand(shape.as_slice())?])
    }

    /// As [`masked_fill`](Selection::masked_fill), with a value through which the gradient flows.
    ///
    /// # Errors
    /// As there; a value that has dimensions.
    fn masked_fill_tensor(&self, mask: &Tensor, value: &Self) -> Result<Self> {
        if !value.shape().is_empty() {
            return Err(ErrorKind::Rank {
                op: MaskedFill::NAME,
                expected: "a value without dimensions",
                got: value.shape().to_vec(),
            }
            .into());
        }
        expect_mask(MaskedFill::NAME, mask)?;
        value.to_dtype(self.dtype())?.where_(mask, self)
    }

    /// NaN and the infinities replaced by numbers: by 0 and by the largest finite numbers of the dtype
    /// where nothing else is asked for. The gradient is 0 where a number was replaced.
    ///
    /// # Errors
    /// None today.
    fn nan_to_num(
        &self,
        nan: Option<f64>,
        posinf: Option<f64>,
        neginf: Option<f64>,
    ) -> Result<Self> {
        if !self.dtype().is_float() {
            return Ok(self.clone());
        }
        let x = self.value();
        let largest = match self.dtype() {
            DType::F16 => f64::from(half::f16::MAX),
            DType::Bf16 => f64::from(half::bf16::MAX),
            DType::F32 => f64::from(f32::MAX),
            _ => f64::MAX,
        };
        let (nan, top) = (nan.unwrap_or(0.0), posinf.unwrap_or(largest));
        let bottom = neginf.unwrap_or(-largest);
        let numbers: Result<Tensor> = for_float!("nan_to_num", x.dtype(), T => {
            let [nan, top, bottom] = [nan, top, bottom].map(T::from_f64);
            Ok(kernel::map(&x, #[inline(always)] move |x: T| {
                let beyond = if x > T::ZERO { top } else { bottom };
                if x.ne(&x) { nan } else { beyond }
            }))
        });
        self.where_(&x.isfinite()?, &Self::constant(numbers?))
    }
}
impl<A: Array> Selection for A {}

/// A bool tensor; `u8` counts as one for `where`, as in PyTorch.
fn expect_mask(op: &'static str, mask: &Tensor) -> Result<Tensor> {
    match mask.dtype() {
        DType::Bool => Ok(mask.clone()),
        DType::U8 if op == Where::NAME => Tensor::to_dtype(mask, DType::Bool),
        got => Err(ErrorKind::DType {
            op,
            expected: "a bool mask",
            got,
        }
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        let condition = tensor![true, false, true];
        check_vjp(
            Where {
                condition: condition.clone(),
            },
            [&[3], &[3]],
        );
        let value = Scalar::Float(2.5);
        for which in [true, false] {
            let mask = condition.clone();
            check_vjp(MaskedFill { mask, which, value }, [&[3]]);
        }
    }

    #[test]
    fn a_number_on_the_other_side_has_to_fit() {
        let x = tensor![1, 2].to_dtype(DType::U8).unwrap();
        let mask = tensor![true, false];
        let y = x.where_scalar(&mask, 255).unwrap();
        assert_eq!(
            (y.dtype(), y.to_vec::<i64>().unwrap()),
            (DType::U8, vec![1, 255])
        );
        let message = x.where_scalar(&mask, 256).unwrap_err().to_string();
        assert_eq!(message, "where: 256 does not fit in u8; take a wider dtype");
        assert_eq!(x.where_scalar(&mask, 256.0).unwrap().dtype(), DType::F32);
    }

    #[test]
    fn masks_broadcast_and_values_convert() {
        let x = tensor![[1, 2], [3, 4]];
        let filled = x.masked_fill(&tensor![true, false], 7.9).unwrap();
        assert_eq!(filled.to_vec::<i64>().unwrap(), [7, 2, 7, 4]);
        let wider = tensor![1.0, 2.0].masked_fill(&tensor![[true], [false]], -1);
        assert_close(&wider.unwrap(), &[-1.0, -1.0, 1.0, 2.0]);
        let chosen = x.where_(&tensor![[true], [false]], &Tensor::scalar(0.5f32));
        let chosen = chosen.unwrap();
        assert_eq!(chosen.dtype(), DType::F32);
        assert_close(&chosen, &[1.0, 2.0, 0.5, 0.5]);
        let value = Tensor::scalar(9.0f64);
        let filled = x.masked_fill_tensor(&tensor![true, false], &value).unwrap();
        assert_eq!(filled.to_vec::<i64>().unwrap(), [9, 2, 9, 4]);
    }

    #[test]
    fn what_is_no_mask_is_refused() {
        let x = tensor![1.0, 2.0];
        assert_eq!(
            x.masked_fill(&tensor![1, 0], 0).unwrap_err().to_string(),
            "masked_fill: expected a bool mask, got i64; convert with to_dtype"
        );
        assert!(x.where_(&tensor![1, 0], &x).is_err());
        let bytes = tensor![1, 0].to_dtype(DType::U8).unwrap();
        assert!(x.where_(&bytes, &x).is_ok() && x.masked_fill(&bytes, 0).is_err());
        assert!(x.masked_fill_tensor(&tensor![true, false], &x).is_err());
        assert!(x.masked_fill(&tensor![true, false, true], 0).is_err());
    }

    #[test]
    fn infinities_become_numbers() {
        let x = tensor![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.5];
        let largest = f64::from(f32::MAX);
        assert_close(
            &x.nan_to_num(None, None, None).unwrap(),
            &[0.0, largest, -largest, 1.5],
        );
        assert_close(
            &x.nan_to_num(Some(f64::INFINITY), Some(1.0), Some(-2.0))
                .unwrap(),
            &[f64::INFINITY, 1.0, -2.0, 1.5],
        );
    }
}
