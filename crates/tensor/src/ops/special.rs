//! The error function, the gamma function's logarithm and its derivatives, and sinc.

use std::f64::consts::FRAC_2_SQRT_PI;

use super::cast::on_float;
use super::{Arithmetic, Exponential};
use crate::dispatch::for_float;
use crate::kernel::{self, Real, special};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    Erf,
    Erfc,
    Erfinv,
    Lgamma,
    /// The n-th derivative of the digamma function.
    Polygamma(u32),
    /// The n-th derivative of sin(πx) / πx.
    Sinc(u32),
}

impl Op<1> for Function {
    const NAME: &'static str = "special";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Function::Erf => "erf",
            Function::Erfc => "erfc",
            Function::Erfinv => "erfinv",
            Function::Lgamma => "lgamma",
            Function::Polygamma(0) => "digamma",
            Function::Polygamma(_) => "polygamma",
            Function::Sinc(_) => "sinc",
        }
    }

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        Ok(match *self {
            Function::Erf => {
                return for_float!("erf", x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::erf(x))));
            }
            Function::Erfc => kernel::map_f64(x, libm::erfc),
            Function::Erfinv => kernel::map_f64(x, special::erfinv),
            Function::Lgamma => kernel::map_f64(x, libm::lgamma),
            Function::Polygamma(n) => kernel::map_f64(x, move |x| special::polygamma(n, x)),
            Function::Sinc(n) => kernel::map_f64(x, move |x| special::sinc(n, x)),
        })
    }

    /// dL/dx = g f′(x)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?;
        match *self {
            Function::Erf => g.mul(&bell(x)?),
            Function::Erfc => g.mul(&bell(x)?)?.neg(),
            // √π/2 e^{y²}
            Function::Erfinv => {
                let slope = x.erfinv()?.square()?.exp()?;
                g.mul(&slope.mul_scalar(1.0 / FRAC_2_SQRT_PI)?)
            }
            Function::Lgamma => g.mul(&x.digamma()?),
            Function::Polygamma(n) => g.mul(&A::apply(Function::Polygamma(n + 1), [x])?),
            Function::Sinc(n) => g.mul(&A::apply(Function::Sinc(n + 1), [x])?),
        }
    }
}

/// 2/√π e^{−x²}
fn bell<A: Array>(x: &A) -> Result<A> {
    x.square()?.neg()?.exp()?.mul_scalar(FRAC_2_SQRT_PI)
}

/// The error function, the gamma function's logarithm and its derivatives, and sinc, elementwise.
/// Integers become `f32`.
///
/// ```
/// # use gradus_tensor::tensor;
/// assert_eq!(tensor![0.0, 30.0].erf()?, tensor![0.0, 1.0]);
/// assert_eq!(tensor![1.0, 2.0].lgamma()?, tensor![0.0, 0.0]); // ln 0!, ln 1!
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait SpecialFunctions: Array {
    /// The error function, 2/√π ∫₀ˣ e^{−t²} dt.
    ///
    /// # Errors
    /// None today.
    fn erf(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Function::Erf, [x]))
    }

    /// `1 − erf x`, accurate where that is small.
    ///
    /// # Errors
    /// None today.
    fn erfc(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Function::Erfc, [x]))
    }

    /// The inverse of the error function; ±∞ at ±1, NaN beyond.
    ///
    /// # Errors
    /// None today.
    fn erfinv(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Function::Erfinv, [x]))
    }

    /// `ln |Γ(x)|`; ∞ at 0 and at negative integers.
    ///
    /// # Errors
    /// None today.
    fn lgamma(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Function::Lgamma, [x]))
    }

    /// The derivative of `ln Γ(x)`; −∞ at 0, NaN at negative integers.
    ///
    /// # Errors
    /// None today.
    fn digamma(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Function::Polygamma(0), [x]))
    }

    /// The `n`-th derivative of [`digamma`](SpecialFunctions::digamma).
    ///
    /// # Errors
    /// None today.
    fn polygamma(&self, n: u32) -> Result<Self> {
        on_float(self, |x| Self::apply(Function::Polygamma(n), [x]))
    }

    /// `sin(πx) / πx`, and 1 at 0.
    ///
    /// # Errors
    /// None today.
    fn sinc(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Function::Sinc(0), [x]))
    }
}
impl<A: Array> SpecialFunctions for A {}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp, check_vjp_in};

    #[test]
    fn vjp() {
        for function in [
            Function::Erf,
            Function::Erfc,
            Function::Erfinv,
            Function::Lgamma,
            Function::Sinc(0),
            Function::Sinc(1),
        ] {
            check_vjp(function, [&[2, 3]]);
        }
        for n in 0..3 {
            check_vjp_in(Function::Polygamma(n), [&[2, 3]], 1.0, 3.0);
        }
        check_vjp_in(Function::Polygamma(0), [&[4]], -0.8, -0.2);
        check_vjp_in(Function::Sinc(2), [&[4]], -3.0, 3.0);
    }

    #[test]
    fn by_hand() {
        let x = tensor![0.5, -1.0, f32::INFINITY];
        let erf = [0.520_499_877_813, -0.842_700_792_95, 1.0];
        assert_close(&x.erf().unwrap(), &erf);
        assert_close(&x.erfc().unwrap(), &erf.map(|y| 1.0 - y));
        assert_close(&tensor![0.520_499_877_813].erfinv().unwrap(), &[0.5]);
        assert_close(&tensor![5, 1].lgamma().unwrap(), &[24f64.ln(), 0.0]);
        assert_close(&tensor![1.0].digamma().unwrap(), &[-0.577_215_664_9]);
        assert_close(&tensor![1.0].polygamma(1).unwrap(), &[PI * PI / 6.0]);
        assert_close(&tensor![0.0, 0.5].sinc().unwrap(), &[1.0, 2.0 / PI]);
    }
}
