//! Exponentials, logarithms and roots.

use std::f64::consts::{LN_2, LN_10, LOG2_E, LOG10_E};

use super::broadcast::broadcast_float;
use super::cast::on_float;
use super::{Arithmetic, Cast, Powers};
use crate::dispatch::for_float;
use crate::kernel::{self, Real, double};
use crate::{Array, DType, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Exp;

impl Op<1> for Exp {
    const NAME: &'static str = "exp";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] |x: T| Real::exp(x))))
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
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] |x: T| Real::ln(x))))
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

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] |x: T| Real::ln_1p(x))))
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

/// The functions of this family that no training loop waits for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Exponent {
    Expm1,
    Exp2,
    Log2,
    Log10,
    Rsqrt,
}

impl Op<1> for Exponent {
    const NAME: &'static str = "exponent";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn name(&self) -> &'static str {
        match self {
            Exponent::Expm1 => "expm1",
            Exponent::Exp2 => "exp2",
            Exponent::Log2 => "log2",
            Exponent::Log10 => "log10",
            Exponent::Rsqrt => "rsqrt",
        }
    }

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        macro_rules! quick {
            ($f:expr, $exact:expr) => {
                kernel::map_quick(
                    x,
                    #[inline(always)]
                    $f,
                    $exact,
                )
            };
        }
        let has_log = |x: f64| (x > 0.0) & (x < f64::INFINITY);
        Ok(match self {
            Exponent::Expm1 => quick!(|x| (double::exp_m1(x), x.abs() < 200.0), f64::exp_m1),
            Exponent::Exp2 => quick!(|x| (double::exp(x * LN_2), x.abs() < 200.0), f64::exp2),
            Exponent::Log2 => quick!(|x| (double::ln(x) * LOG2_E, has_log(x)), f64::log2),
            Exponent::Log10 => quick!(|x| (double::ln(x) * LOG10_E, has_log(x)), f64::log10),
            Exponent::Rsqrt => quick!(|x| (1.0 / x.sqrt(), true), |x| 1.0 / x.sqrt()),
        })
    }

    /// dL/dx = g f′(x)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (x, y) = (saved.input(0)?, saved.output()?);
        match self {
            Exponent::Expm1 => g.mul(&y.add_scalar(1)?),
            Exponent::Exp2 => g.mul(y)?.mul_scalar(LN_2),
            Exponent::Log2 => g.div(&x.mul_scalar(LN_2)?),
            Exponent::Log10 => g.div(&x.mul_scalar(LN_10)?),
            // −y³ / 2
            Exponent::Rsqrt => g.mul(&y.square()?.mul(y)?)?.mul_scalar(-0.5),
        }
    }
}

/// Exponentials, logarithms and roots, elementwise; same shape out. Integers become `f32`.
///
/// ```
/// # use gradus_tensor::tensor;
/// assert_eq!(tensor![4.0, 9.0].sqrt()?, tensor![2.0, 3.0]);
/// assert_eq!(tensor![0.0].exp()?, tensor![1.0]);
/// assert_eq!(tensor![1, 8].log2()?, tensor![0.0, 3.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Exponential: Array {
    /// `eˣ`; overflows to infinity above 88.72 in `f32`.
    ///
    /// # Errors
    /// None today.
    fn exp(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Exp, [x]))
    }

    /// `ln x`; −∞ at 0, NaN below.
    ///
    /// # Errors
    /// None today.
    fn log(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Log, [x]))
    }

    /// `ln(1 + x)`, accurate near 0.
    ///
    /// # Errors
    /// None today.
    fn log1p(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Log1p, [x]))
    }

    /// `√x`; NaN below 0.
    ///
    /// # Errors
    /// None today.
    fn sqrt(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Sqrt, [x]))
    }

    /// `eˣ − 1`, accurate near 0.
    ///
    /// # Errors
    /// None today.
    fn expm1(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Exponent::Expm1, [x]))
    }

    /// `2ˣ`.
    ///
    /// # Errors
    /// None today.
    fn exp2(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Exponent::Exp2, [x]))
    }

    /// The logarithm to base 2.
    ///
    /// # Errors
    /// None today.
    fn log2(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Exponent::Log2, [x]))
    }

    /// The logarithm to base 10.
    ///
    /// # Errors
    /// None today.
    fn log10(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Exponent::Log10, [x]))
    }

    /// `1 / √x`; ∞ at 0, NaN below.
    ///
    /// # Errors
    /// None today.
    fn rsqrt(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Exponent::Rsqrt, [x]))
    }

    /// `x 2ᵉ`; operands broadcast.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn ldexp(&self, exponent: &Self) -> Result<Self> {
        broadcast_float("ldexp", self, exponent, |x, e| {
            // 2ᵉ alone would overflow in half precision where the product does not.
            let dtype = x.dtype();
            let wide = |x: &Self| {
                x.to_dtype(if dtype == DType::F64 {
                    dtype
                } else {
                    DType::F32
                })
            };
            wide(x)?.mul(&wide(e)?.rpow_scalar(2.0)?)?.to_dtype(dtype)
        })
    }
}
impl<A: Array> Exponential for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_forward, check_vjp};

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
        for function in [
            Exponent::Expm1,
            Exponent::Exp2,
            Exponent::Log2,
            Exponent::Log10,
            Exponent::Rsqrt,
        ] {
            check_vjp(function, [&[2, 3]]);
        }
    }

    #[test]
    fn other_bases() {
        assert_close(&tensor![3].exp2().unwrap(), &[8.0]);
        assert_close(&tensor![8.0].log2().unwrap(), &[3.0]);
        assert_close(&tensor![1e-3].log10().unwrap(), &[-3.0]);
        assert_close(&tensor![4, 0].rsqrt().unwrap(), &[0.5, f64::INFINITY]);
        assert_close(
            &tensor![1e-9].expm1().unwrap().mul_scalar(1e9).unwrap(),
            &[1.0],
        );
        assert_close(&tensor![3].ldexp(&tensor![2, -1]).unwrap(), &[12.0, 1.5]);
    }

    #[test]
    fn integers_become_floats() {
        assert_eq!(
            tensor![4, 9].sqrt().unwrap().to_vec::<f32>().unwrap(),
            [2.0, 3.0]
        );
    }
}
