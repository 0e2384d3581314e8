//! Exponentials, logarithms and roots.

use super::Arithmetic;
use super::cast::on_float;
use crate::dispatch::for_float;
use crate::kernel::{self, Real};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Exp;

impl Op<1> for Exp {
    const NAME: &'static str = "exp";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::exp(x))))
    }

    /// dL/dx = g y
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.mul(saved.output()?)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Log;

impl Op<1> for Log {
    const NAME: &'static str = "log";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::ln(x))))
    }

    /// dL/dx = g / x
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.div(saved.input(0)?)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Log1p;

impl Op<1> for Log1p {
    const NAME: &'static str = "log1p";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::ln_1p(x))))
    }

    /// dL/dx = g / (1 + x)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.div(&saved.input(0)?.add_scalar(1)?)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Sqrt;

impl Op<1> for Sqrt {
    const NAME: &'static str = "sqrt";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::sqrt(x))))
    }

    /// dL/dx = g / (2 y)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.div(&saved.output()?.mul_scalar(2)?)
    }
}

/// Exponentials, logarithms and roots, elementwise; same shape out. Integers become `f32`.
pub trait Exponential: Array {
    /// `eˣ`; overflows to infinity above 88.72 in `f32`.
    ///
    /// # Errors
    /// A half-precision tensor.
    fn exp(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Exp, [x]))
    }

    /// `ln x`; −∞ at 0, NaN below.
    ///
    /// # Errors
    /// A half-precision tensor.
    fn log(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Log, [x]))
    }

    /// `ln(1 + x)`, accurate near 0.
    ///
    /// # Errors
    /// A half-precision tensor.
    fn log1p(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Log1p, [x]))
    }

    /// `√x`; NaN below 0.
    ///
    /// # Errors
    /// A half-precision tensor.
    fn sqrt(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Sqrt, [x]))
    }
}
impl<A: Array> Exponential for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{check_forward, check_vjp};

    #[test]
    fn forward() {
        check_forward(Exp, [&tensor![0.0, 1.0]], &[1.0, std::f64::consts::E]);
        check_forward(Log, [&tensor![1.0, 0.0]], &[0.0, f64::NEG_INFINITY]);
        check_forward(Log1p, [&tensor![0.0, 1.0]], &[0.0, std::f64::consts::LN_2]);
        check_forward(Sqrt, [&tensor![4.0, 2.25]], &[2.0, 1.5]);
    }

    #[test]
    fn vjp() {
        check_vjp(Exp, [&[2, 3]]);
        check_vjp(Log, [&[2, 3]]);
        check_vjp(Log1p, [&[2, 3]]);
        check_vjp(Sqrt, [&[2, 3]]);
    }

    #[test]
    fn integers_become_floats() {
        assert_eq!(
            tensor![4, 9].sqrt().unwrap().to_vec::<f32>().unwrap(),
            [2.0, 3.0]
        );
    }
}
