//! The sigmoid of three lines.

use super::cast::rounded_once;
use super::{Arithmetic, Comparison, Selection};
use crate::error::ErrorKind;
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// `min(max(x + 3, 0), 6) / 6`.
#[derive(Clone, Debug)]
pub(super) struct HardSigmoid;

impl Op<1> for HardSigmoid {
    const NAME: &'static str = "hardsigmoid";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (op, expected, got) = (Self::NAME, "floating-point numbers", x.dtype());
        if !got.is_float() {
            return Err(ErrorKind::DType { op, expected, got }.into());
        }
        rounded_once(x, |x| x.add_scalar(3)?.clamp(0, 6)?.div_scalar(6))
    }

    /// dL/dx = g / 6 strictly between −3 and 3, else 0. PyTorch's sixth is an `f32`, for `f64` too.
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?;
        let inside = x.gt_scalar(-3)?.logical_and(&x.lt_scalar(3)?)?;
        g.mul_scalar(f64::from(1.0f32 / 6.0))?
            .where_scalar(&inside, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{check_forward, check_vjp_in};

    #[test]
    fn forward() {
        let x = &tensor![-4.0, -1.5, 0.0, 3.0, f32::NAN];
        check_forward(HardSigmoid, [x], &[0.0, 0.25, 0.5, 1.0, f64::NAN]);
    }

    #[test]
    fn vjp() {
        check_vjp_in(HardSigmoid, [&[5]], -2.9, 2.9);
        check_vjp_in(HardSigmoid, [&[5]], 3.1, 5.0);
    }
}
