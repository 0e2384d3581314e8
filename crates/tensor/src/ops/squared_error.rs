//! The squared error and its gradient, fused.

use super::{Arithmetic, Cast, Reduction, Shapes, Sums};
use crate::dispatch::{for_float, for_real};
use crate::kernel::{self, Real};
use crate::layout::same_shape;
use crate::{Array, DType, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// Mean or sum of `(a − b)²`.
#[derive(Clone, Debug)]
pub(super) struct SquaredErrors {
    pub(super) mean: bool,
}

impl Op<2> for SquaredErrors {
    const NAME: &'static str = "mse_loss";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        for_real!(Self::NAME, a.dtype(), T => {
            let sum = kernel::sum_of(a, b, #[inline(always)] |a: T, b: T| (a - b) * (a - b));
            Ok(Tensor::scalar(if self.mean { sum / T::from_f64(a.numel() as f64) } else { sum }))
        })
    }

    /// dL/da = 2 (a − b) g / n,  dL/db = −dL/da
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        let scale = scale(self.mean, a.shape());
        A::apply(
            SquaredErrorsGrad { scale },
            if wrt == 0 { [a, b, g] } else { [b, a, g] },
        )
    }
}

fn scale(mean: bool, shape: &[usize]) -> f64 {
    2.0 / if mean {
        shape.iter().product::<usize>() as f64
    } else {
        1.0
    }
}

/// `scale (a − b) g` in one pass, for a `g` without dimensions.
#[derive(Clone, Debug)]
pub(super) struct SquaredErrorsGrad {
    pub(super) scale: f64,
}

impl Op<3> for SquaredErrorsGrad {
    const NAME: &'static str = "mse_loss_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a, b, g]: [&Tensor; 3]) -> Result<Tensor> {
        for_float!(Self::NAME, a.dtype(), T => {
            let c = T::from_f64(self.scale) * g.item::<T>()?;
            Ok(kernel::zip(a, b, #[inline(always)] move |a: T, b: T| c * (a - b)))
        })
    }

    /// with upstream u: dL/da = scale g u,  dL/db = −dL/da,  dL/dg = scale Σ u (a − b)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let (a, b, g) = (saved.input(0)?, saved.input(1)?, saved.input(2)?);
        match wrt {
            0 => u.mul(g)?.mul_scalar(self.scale),
            1 => u.mul(g)?.mul_scalar(-self.scale),
            _ => u
                .mul(&a.sub(b)?)?
                .sum()?
                .mul_scalar(self.scale)?
                .reshape(g.shape()),
        }
    }
}

/// The squared error.
///
/// ```
/// use gradus_tensor::{Reduction, tensor};
/// let (prediction, target) = (tensor![1.0, 3.0], tensor![0.0, 1.0]);
/// assert_eq!(prediction.mse_loss(&target, Reduction::Mean)?.item::<f32>()?, 2.5);
/// assert_eq!(prediction.mse_loss(&target, Reduction::None)?, tensor![1.0, 4.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait SquaredError: Array {
    /// `(a − b)²`, its mean or its sum.
    ///
    /// # Errors
    /// Shapes that differ (nothing is broadcast: `(n,)` against `(n, 1)` would make an `(n, n)`
    /// table of errors), dtypes that differ.
    fn mse_loss(&self, target: &Self, reduction: Reduction) -> Result<Self> {
        same_loss_operands("mse_loss", self, target)?;
        if self.dtype().is_half() {
            return in_single([self, target], |x, y| x.mse_loss(y, reduction));
        }
        match reduction {
            Reduction::None => self.sub(target)?.square(),
            _ => Self::apply(
                SquaredErrors {
                    mean: reduction == Reduction::Mean,
                },
                [self, target],
            ),
        }
    }
}
impl<A: Array> SquaredError for A {}

/// A loss of halves, computed in `f32`.
pub(super) fn in_single<A: Array>(
    operands: [&A; 2],
    loss: impl FnOnce(&A, &A) -> Result<A>,
) -> Result<A> {
    let [x, y] = operands.map(|x| x.to_dtype(DType::F32));
    loss(&x?, &y?)?.to_dtype(operands[0].dtype())
}

/// A loss compares like with like: equal shapes and equal float dtypes.
#[inline]
pub(super) fn same_loss_operands<A: Array>(op: &'static str, input: &A, target: &A) -> Result<()> {
    if !same_shape(input.shape(), target.shape()) {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "input and target must have equal shapes, nothing is broadcast; reshape or unsqueeze one",
            lhs: input.shape().to_vec(),
            rhs: target.shape().to_vec(),
        }
        .into());
    }
    if input.dtype() != target.dtype() {
        return Err(ErrorKind::DTypeMismatch {
            op,
            lhs: input.dtype(),
            rhs: target.dtype(),
        }
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_forward, check_vjp};

    #[test]
    fn forward() {
        let (a, b) = (tensor![1.0, 2.0, 3.0], tensor![1.0, 0.0, 6.0]);
        assert_close(&a.mse_loss(&b, Reduction::None).unwrap(), &[0.0, 4.0, 9.0]);
        assert_close(&a.mse_loss(&b, Reduction::Sum).unwrap(), &[13.0]);
        assert_close(&a.mse_loss(&b, Reduction::Mean).unwrap(), &[13.0 / 3.0]);
        let g = Tensor::scalar(2.0f32);
        check_forward(
            SquaredErrorsGrad { scale: 0.5 },
            [&a, &b, &g],
            &[0.0, 2.0, -3.0],
        );
    }

    #[test]
    fn vjp() {
        check_vjp(SquaredErrors { mean: true }, [&[2, 3], &[2, 3]]);
        check_vjp(SquaredErrors { mean: false }, [&[4], &[4]]);
        check_vjp(SquaredErrorsGrad { scale: 0.5 }, [&[2, 3], &[2, 3], &[]]);
    }

    #[test]
    fn nothing_is_broadcast() {
        let e = tensor![1.0, 2.0]
            .mse_loss(&tensor![[1.0], [2.0]], Reduction::Mean)
            .unwrap_err();
        assert!(e.to_string().contains("(2,) against (2, 1)"), "{e}");
    }
}
