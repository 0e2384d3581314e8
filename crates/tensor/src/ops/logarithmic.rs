//! Logarithms of sums and products, as probabilities are made of.

use std::f64::consts::LN_2;

use super::broadcast::{broadcast, broadcast_float, with_scalar};
use super::cast::on_float;
use super::{Activation, Arithmetic, Cast, Comparison, Exponential, Selection};
use crate::error::ErrorKind;
use crate::kernel::{self, double};
use crate::{Array, Op, Result, Saved, Saves, Scalar, Tensor};

/// A function of two numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Logarithm {
    /// ln(eᵃ + eᵇ)
    AddExp,
    /// log₂(2ᵃ + 2ᵇ)
    AddExp2,
    /// a ln b, 0 where a = 0
    TimesLog,
    /// a ln(1 + b), 0 where a = 0
    TimesLog1p,
}

impl Op<2> for Logarithm {
    const NAME: &'static str = "logarithm";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Logarithm::AddExp => "logaddexp",
            Logarithm::AddExp2 => "logaddexp2",
            Logarithm::TimesLog => "xlogy",
            Logarithm::TimesLog1p => "xlog1py",
        }
    }

    #[inline]
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let function: fn(f64, f64) -> f64 = match self {
            Logarithm::AddExp => {
                let exact = |a, b| larger_and_excess(a, b, |d| d.exp().ln_1p());
                return Ok(kernel::zip_quick(
                    a,
                    b,
                    #[inline(always)]
                    |a, b| {
                        let apart = (a - b).abs();
                        let limited = if apart > 700.0 { 700.0 } else { apart };
                        let larger = if a > b { a } else { b };
                        (
                            larger + double::ln_1p(double::exp(-limited)),
                            apart.is_finite(),
                        )
                    },
                    exact,
                ));
            }
            Logarithm::AddExp2 => |a, b| larger_and_excess(a, b, |d| d.exp2().ln_1p() / LN_2),
            Logarithm::TimesLog => {
                let exact = |a, b| times(a, b, f64::ln);
                return Ok(kernel::zip_quick(
                    a,
                    b,
                    #[inline(always)]
                    |a, b| {
                        let holds = (a != 0.0) & (b > 0.0) & (b < f64::INFINITY);
                        (a * double::ln(b), holds)
                    },
                    exact,
                ));
            }
            Logarithm::TimesLog1p => |a, b| times(a, b, f64::ln_1p),
        };
        Ok(kernel::zip_f64(a, b, function))
    }

    /// Of a sum: dL/da = g σ(a − b), the share of a in it. Of a product: dL/da = g ln b, 0 where
    /// a = 0 and b has no logarithm; dL/db = g a / b
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        let beyond = match self {
            Logarithm::AddExp | Logarithm::AddExp2 => {
                let ahead = if wrt == 0 { a.sub(b)? } else { b.sub(a)? };
                let ahead = match self {
                    Logarithm::AddExp => ahead,
                    _ => ahead.mul_scalar(LN_2)?,
                };
                return g.mul(&ahead.sigmoid()?);
            }
            Logarithm::TimesLog => 0.0,
            Logarithm::TimesLog1p => -1.0,
        };
        if wrt == 0 {
            let undefined = a.eq_scalar(0)?.logical_and(&b.le_scalar(beyond)?)?;
            A::apply(*self, [g, b])?.masked_fill(&undefined, 0)
        } else {
            g.mul(a)?.div(&b.sub_scalar(beyond)?)
        }
    }
}

/// max(a, b) + f(−|a − b|)
fn larger_and_excess(a: f64, b: f64, f: fn(f64) -> f64) -> f64 {
    // Equal infinities have no difference.
    if a == b && a.is_infinite() {
        return a;
    }
    let larger = if a >= b || a.is_nan() { a } else { b };
    larger + f(-(a - b).abs())
}

/// a f(b), and 0 for a = 0 unless b is NaN
fn times(a: f64, b: f64, f: fn(f64) -> f64) -> f64 {
    if a == 0.0 && !b.is_nan() {
        return 0.0;
    }
    a * f(b)
}

/// A function of one number between 0 and 1.
#[derive(Clone, Copy, Debug)]
pub(super) enum Probability {
    /// −x ln x
    Entropy,
    /// ln(x / (1 − x)), of x kept in [ε, 1 − ε] if ε is given
    Logit(Option<f64>),
}

impl Op<1> for Probability {
    const NAME: &'static str = "probability";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Probability::Entropy => "entr",
            Probability::Logit(_) => "logit",
        }
    }

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let logit = |x: f64| (x / (1.0 - x)).ln();
        Ok(match *self {
            Probability::Entropy => kernel::map_f64(x, |x| match x {
                x if x > 0.0 => -x * x.ln(),
                x if x < 0.0 => f64::NEG_INFINITY,
                0.0 => 0.0,
                nan => nan,
            }),
            Probability::Logit(None) => kernel::map_f64(x, logit),
            Probability::Logit(Some(eps)) => kernel::map_f64(x, move |x| {
                let high = 1.0 - eps;
                logit(match x {
                    x if x < eps => eps,
                    x if x > high => high,
                    x => x,
                })
            }),
        })
    }

    /// dL/dx = −g (1 + ln x) of the entropy. Of the logit g / (x (1 − x)); NaN outside [0, 1], with ε 0
    /// outside [ε, 1 − ε]
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?;
        let Probability::Logit(eps) = *self else {
            return g.mul(&x.log()?.add_scalar(1)?)?.neg();
        };
        let (low, outside) = match eps {
            Some(eps) => (eps, 0.0),
            None => (0.0, f64::NAN),
        };
        let cut = x.lt_scalar(low)?.logical_or(&x.gt_scalar(1.0 - low)?)?;
        g.div(&x.mul(&x.rsub_scalar(1)?)?)?
            .masked_fill(&cut, outside)
    }
}

/// Logarithms of sums and products, as probabilities are made of; operands broadcast.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![0.0, 1.0];
/// assert_eq!(x.xlogy(&tensor![0.0, 1.0])?, tensor![0.0, 0.0]); // 0 · ln 0 is 0
/// assert_eq!(tensor![1000.0].logaddexp(&tensor![0.0])?, tensor![1000.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Logarithmic: Array {
    /// `ln(eᵃ + eᵇ)` without overflow.
    ///
    /// # Errors
    /// Integers and bools; shapes that do not broadcast.
    fn logaddexp(&self, other: &Self) -> Result<Self> {
        of_floats(Logarithm::AddExp, self, other)
    }

    /// `log₂(2ᵃ + 2ᵇ)` without overflow.
    ///
    /// # Errors
    /// Integers and bools; shapes that do not broadcast.
    fn logaddexp2(&self, other: &Self) -> Result<Self> {
        of_floats(Logarithm::AddExp2, self, other)
    }

    /// `a ln b`, and 0 where `a = 0` unless `b` is NaN. Integers become `f32`.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn xlogy(&self, other: &Self) -> Result<Self> {
        let op = Logarithm::TimesLog;
        broadcast_float(op.name(), self, other, |a, b| Self::apply(op, [a, b]))
    }

    /// As [`xlogy`](Logarithmic::xlogy), with a number for `b`.
    ///
    /// # Errors
    /// None today.
    fn xlogy_scalar(&self, other: impl Into<Scalar>) -> Result<Self> {
        let (x, other) = with_scalar(&self.to_float()?, other.into())?;
        x.xlogy(&other)
    }

    /// As [`xlogy`](Logarithmic::xlogy), with a number for `a`.
    ///
    /// # Errors
    /// None today.
    fn rxlogy_scalar(&self, a: impl Into<Scalar>) -> Result<Self> {
        let (x, a) = with_scalar(&self.to_float()?, a.into())?;
        a.xlogy(&x)
    }

    /// `a ln(1 + b)`, accurate near `b = 0`, and 0 where `a = 0` unless `b` is NaN. Integers become `f32`.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn xlog1py(&self, other: &Self) -> Result<Self> {
        let op = Logarithm::TimesLog1p;
        broadcast_float(op.name(), self, other, |a, b| Self::apply(op, [a, b]))
    }

    /// As [`xlog1py`](Logarithmic::xlog1py), with a number for `b`.
    ///
    /// # Errors
    /// None today.
    fn xlog1py_scalar(&self, other: impl Into<Scalar>) -> Result<Self> {
        let (x, other) = with_scalar(&self.to_float()?, other.into())?;
        x.xlog1py(&other)
    }

    /// As [`xlog1py`](Logarithmic::xlog1py), with a number for `a`.
    ///
    /// # Errors
    /// None today.
    fn rxlog1py_scalar(&self, a: impl Into<Scalar>) -> Result<Self> {
        let (x, a) = with_scalar(&self.to_float()?, a.into())?;
        a.xlog1py(&x)
    }

    /// `−x ln x`, a term of the entropy; 0 at 0, −∞ below. Integers become `f32`.
    ///
    /// # Errors
    /// None today.
    fn entr(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Probability::Entropy, [x]))
    }

    /// `ln(x / (1 − x))`, the inverse of `sigmoid`; NaN outside [0, 1]. With `eps`, `x` is first kept in
    /// [ε, 1 − ε]; a negative `eps` counts as none. Integers become `f32`.
    ///
    /// # Errors
    /// None today.
    fn logit(&self, eps: Option<f64>) -> Result<Self> {
        let eps = eps.filter(|&eps| eps >= 0.0);
        on_float(self, |x| Self::apply(Probability::Logit(eps), [x]))
    }
}
impl<A: Array> Logarithmic for A {}

fn of_floats<A: Array>(function: Logarithm, a: &A, b: &A) -> Result<A> {
    let op = function.name();
    broadcast(op, a, b, |a, b| {
        let (expected, got) = ("floating-point numbers", a.dtype());
        if !got.is_float() {
            return Err(ErrorKind::DType { op, expected, got }.into());
        }
        A::apply(function, [a, b])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp, check_vjp_at};

    const INF: f32 = f32::INFINITY;

    #[test]
    fn vjp() {
        for function in [
            Logarithm::AddExp,
            Logarithm::AddExp2,
            Logarithm::TimesLog,
            Logarithm::TimesLog1p,
        ] {
            check_vjp(function, [&[2, 3], &[2, 3]]);
        }
        check_vjp(Probability::Entropy, [&[5]]);
        check_vjp(Probability::Logit(None), [&[5]]);
        let x = Tensor::from_slice(&[0.05, 0.3, 0.97], [3]).unwrap();
        check_vjp_at(Probability::Logit(Some(0.1)), [&x]);
    }

    #[test]
    fn sums_of_exponentials() {
        let (a, b) = (
            tensor![INF, -INF, INF, 800.0],
            tensor![INF, -INF, -INF, 800.0],
        );
        let inf = f64::INFINITY;
        assert_close(&a.logaddexp(&b).unwrap(), &[inf, -inf, inf, 800.0 + LN_2]);
        assert_close(&a.logaddexp2(&b).unwrap(), &[inf, -inf, inf, 801.0]);
        assert_close(
            &tensor![f32::NAN].logaddexp(&tensor![1.0]).unwrap(),
            &[f64::NAN],
        );
        assert!(tensor![1].logaddexp(&tensor![2]).is_err());
    }

    #[test]
    fn products_with_logarithms() {
        let (a, b) = (
            tensor![0.0, 0.0, 2.0, 0.0],
            tensor![0.0, -1.0, 3.0, f32::NAN],
        );
        assert_close(
            &a.xlogy(&b).unwrap(),
            &[0.0, 0.0, 2.0 * 3f64.ln(), f64::NAN],
        );
        assert_close(&tensor![2].xlog1py_scalar(1).unwrap(), &[2.0 * LN_2]);
        assert_close(&tensor![3.0].rxlogy_scalar(2).unwrap(), &[2.0 * 3f64.ln()]);
        assert_close(
            &tensor![0.0, -1.0, 2.0].entr().unwrap(),
            &[0.0, f64::NEG_INFINITY, -2.0 * LN_2],
        );
    }

    #[test]
    fn logits() {
        let x = tensor![0.0, 1.0, 0.5, 2.0];
        let inf = f64::INFINITY;
        assert_close(&x.logit(None).unwrap(), &[-inf, inf, 0.0, f64::NAN]);
        let far = 9f64.ln();
        assert_close(&x.logit(Some(0.1)).unwrap(), &[-far, far, 0.0, far]);
        // Bounds that are crossed: the lower one counts below it.
        assert_close(&tensor![0.3].logit(Some(0.6)).unwrap(), &[1.5f64.ln()]);
    }
}
