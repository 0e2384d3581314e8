//! Questions about single numbers: bool tensors, through which no gradient flows.

use crate::dispatch::for_float;
use crate::kernel::{self, Real};
use crate::{Array, DType, Element, Result, Tensor};

/// What is asked of a float; integers and bools have one answer.
macro_rules! ask {
    ($x:expr, $T:ident => $question:expr, $of_integers:expr) => {{
        let x = $x.value();
        if x.dtype().is_float() {
            for_float!("ask", x.dtype(), $T => Ok(kernel::map(&x, #[inline(always)] $question)))
        } else {
            Tensor::full(x.shape(), $of_integers, DType::Bool)
        }
    }};
}

/// Questions about single numbers. The answers are bool tensors, through which no gradient flows.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![1.0, f32::NAN, f32::INFINITY];
/// assert_eq!(x.isnan()?, tensor![false, true, false]);
/// assert_eq!(x.isfinite()?, tensor![true, false, false]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Predicates: Array {
    /// Whether it is NaN.
    ///
    /// # Errors
    /// None today.
    fn isnan(&self) -> Result<Tensor> {
        ask!(self, T => |x: T| is_nan(x), false)
    }

    /// Whether it is infinite.
    ///
    /// # Errors
    /// None today.
    fn isinf(&self) -> Result<Tensor> {
        ask!(self, T => |x: T| x.abs() == T::from_f64(f64::INFINITY), false)
    }

    /// Whether it is neither infinite nor NaN.
    ///
    /// # Errors
    /// None today.
    fn isfinite(&self) -> Result<Tensor> {
        ask!(self, T => |x: T| x.abs() < T::from_f64(f64::INFINITY), true)
    }

    /// Whether it is +∞.
    ///
    /// # Errors
    /// None today.
    fn isposinf(&self) -> Result<Tensor> {
        ask!(self, T => |x: T| x == T::from_f64(f64::INFINITY), false)
    }

    /// Whether it is −∞.
    ///
    /// # Errors
    /// None today.
    fn isneginf(&self) -> Result<Tensor> {
        ask!(self, T => |x: T| x == T::from_f64(f64::NEG_INFINITY), false)
    }

    /// Whether it is a real number: always, since no dtype is complex.
    ///
    /// # Errors
    /// None today.
    fn isreal(&self) -> Result<Tensor> {
        Tensor::full(self.shape(), true, DType::Bool)
    }

    /// Whether its sign bit is set: below zero, −0.0 and NaN with a sign among floats.
    ///
    /// # Errors
    /// None today.
    fn signbit(&self) -> Result<Tensor> {
        let x = self.value();
        if x.dtype().is_float() {
            return Ok(kernel::test_f64(&x, f64::is_sign_negative));
        }
        Ok(kernel::map(&x, |x: i64| x < 0))
    }
}
impl<A: Array> Predicates for A {}

/// Only NaN differs from itself.
#[inline(always)]
#[expect(clippy::eq_op, reason = "only NaN differs from itself")]
fn is_nan<T: Element>(x: T) -> bool {
    x != x
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    #[track_caller]
    fn check(got: crate::Result<Tensor>, expected: &[bool]) {
        assert_eq!(got.unwrap().to_vec::<bool>().unwrap(), expected);
    }

    #[test]
    fn floats() {
        let x = tensor![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 1.0];
        for x in [x.clone(), x.to_dtype(DType::F16).unwrap()] {
            check(x.isnan(), &[true, false, false, false, false]);
            check(x.isinf(), &[false, true, true, false, false]);
            check(x.isfinite(), &[false, false, false, true, true]);
            check(x.isposinf(), &[false, true, false, false, false]);
            check(x.isneginf(), &[false, false, true, false, false]);
            check(x.signbit(), &[false, false, true, true, false]);
            check(x.isreal(), &[true; 5]);
        }
    }

    #[test]
    fn integers_and_bools() {
        let x = tensor![-1, 2];
        check(x.isnan(), &[false, false]);
        check(x.isfinite(), &[true, true]);
        check(x.signbit(), &[true, false]);
        check(tensor![true].signbit(), &[false]);
        check(tensor![].isinf(), &[]);
    }
}
