//! Interpolation between two arrays.

use super::broadcast::broadcast3;
use super::cast::rounded_once;
use super::{Arithmetic, Cast};
use crate::dispatch::for_float;
use crate::error::ErrorKind;
use crate::kernel::{self, Real};
use crate::{Array, DType, Element, Op, Result, Saved, Saves, Scalar, Tensor};

/// `a + w (b − a)`.
#[derive(Clone, Debug)]
pub(super) struct Lerp;

impl Op<3> for Lerp {
    const NAME: &'static str = "lerp";
    const SAVES: Saves = Saves::INPUTS;

    /// From the nearer end, so that both ends are met exactly.
    #[inline]
    fn forward(&self, [a, b, w]: [&Tensor; 3]) -> Result<Tensor> {
        for_float!(Self::NAME, a.dtype(), T => Ok(kernel::zip3([a, b, w], #[inline(always)] |a: T, b: T, w: T| {
            let difference = b - a;
            if w.abs() < T::from_f64(0.5) {
                a + w * difference
            } else {
                b - difference * (T::ONE - w)
            }
        })))
    }

    /// dL/da = g (1 − w),  dL/db = g w,  dL/dw = g (b − a)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        match wrt {
            0 => g.mul(&saved.input(2)?.rsub_scalar(1)?),
            1 => g.mul(saved.input(2)?),
            _ => g.mul(&saved.input(1)?.sub(saved.input(0)?)?),
        }
    }
}

/// Interpolation between two arrays; operands broadcast.
///
/// ```
/// # use gradus_tensor::tensor;
/// let (start, end) = (tensor![0.0, 10.0], tensor![10.0, 20.0]);
/// assert_eq!(start.lerp_scalar(&end, 0.5)?, tensor![5.0, 15.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Interpolation: Array {
    /// `a + weight · (end − a)`: `a` at weight 0, `end` at 1.
    ///
    /// # Errors
    /// Integers and bools; dtypes that differ, but for a weight without dimensions; shapes that do not
    /// broadcast.
    fn lerp(&self, end: &Self, weight: &Self) -> Result<Self> {
        // A weight without dimensions is a number, as in PyTorch.
        if !weight.shape().is_empty() || !weight.dtype().is_float() {
            expect_equal(self.dtype(), weight.dtype())?;
        }
        interpolate(self, end, |dtype| weight.to_dtype(dtype))
    }

    /// As [`lerp`](Interpolation::lerp), with one weight for all.
    ///
    /// # Errors
    /// As there.
    fn lerp_scalar(&self, end: &Self, weight: impl Into<Scalar>) -> Result<Self> {
        interpolate(self, end, |dtype| {
            Ok(Self::constant(Tensor::wrapped(weight.into(), dtype)?))
        })
    }
}
impl<A: Array> Interpolation for A {}

fn interpolate<A: Array>(start: &A, end: &A, weight: impl FnOnce(DType) -> Result<A>) -> Result<A> {
    if !start.dtype().is_float() {
        let (op, expected, got) = (Lerp::NAME, "floating-point numbers", start.dtype());
        return Err(ErrorKind::DType { op, expected, got }.into());
    }
    expect_equal(start.dtype(), end.dtype())?;
    rounded_once(start, |start| {
        let (end, weight) = (end.to_dtype(start.dtype())?, weight(start.dtype())?);
        broadcast3(Lerp::NAME, [start, &end, &weight], |operands| {
            A::apply(Lerp, operands)
        })
    })
}

fn expect_equal(lhs: DType, rhs: DType) -> Result<()> {
    if lhs == rhs {
        return Ok(());
    }
    let op = Lerp::NAME;
    Err(ErrorKind::DTypeMismatch { op, lhs, rhs }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        check_vjp(Lerp, [&[2, 3], &[2, 3], &[2, 3]]);
    }

    #[test]
    fn both_ends_are_met() {
        let (a, b) = (tensor![0.1, 1e8], tensor![0.7, 1.0]);
        assert!(a.lerp_scalar(&b, 0).unwrap().equal(&a));
        assert!(a.lerp_scalar(&b, 1).unwrap().equal(&b));
        let y = a.lerp(&tensor![1.1], &tensor![[0.5], [2.0]]).unwrap();
        assert_close(&y, &[0.6, 50_000_000.55, 2.1, -99_999_997.8]);
    }

    #[test]
    fn a_weight_without_dimensions_is_a_number() {
        let (a, b) = (tensor![1.0, 2.0], tensor![3.0, 4.0]);
        let y = a.lerp(&b, &Tensor::scalar(0.5f64)).unwrap();
        assert_eq!(y, tensor![2.0, 3.0]);
        assert!(
            a.lerp(&b, &tensor![0.5, 0.5].to_dtype(DType::F64).unwrap())
                .is_err()
        );
        assert!(a.lerp(&b, &Tensor::scalar(1i64)).is_err());
        assert_eq!(
            a.lerp_scalar(&b, 1e300).unwrap(),
            tensor![f32::INFINITY, f32::INFINITY]
        );
    }

    #[test]
    fn dtypes_must_agree() {
        assert_eq!(
            tensor![1]
                .lerp_scalar(&tensor![2], 0.5)
                .unwrap_err()
                .to_string(),
            "lerp: expected floating-point numbers, got i64; convert with to_dtype"
        );
        let double = Tensor::scalar(1.0f64);
        assert!(tensor![1.0].lerp_scalar(&double, 0.5).is_err());
    }
}
