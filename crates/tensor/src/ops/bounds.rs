//! The larger and the smaller of two, and values kept between bounds.

use super::broadcast::{broadcast, broadcast3, common_dtype, fit_scalar};
use super::{Arithmetic, Cast, Selection};
use crate::dispatch::{for_compute, for_number};
use crate::error::ErrorKind;
use crate::kernel;
use crate::{Array, DType, Element, Op, Result, Saved, Saves, Scalar, Tensor};

/// Which of two numbers is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Extreme {
    Maximum,
    Minimum,
    /// The larger one, unless it is NaN.
    Fmax,
    /// The smaller one, unless it is NaN.
    Fmin,
}

impl Op<2> for Extreme {
    const NAME: &'static str = "maximum";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Extreme::Maximum => "maximum",
            Extreme::Minimum => "minimum",
            Extreme::Fmax => "fmax",
            Extreme::Fmin => "fmin",
        }
    }

    #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        for_compute!(a.dtype(), T => Ok(match self {
            Extreme::Maximum => kernel::zip(a, b, #[inline(always)] |a: T, b: T| if a >= b || a != a { a } else { b }),
            Extreme::Minimum => kernel::zip(a, b, #[inline(always)] |a: T, b: T| if a <= b || a != a { a } else { b }),
            Extreme::Fmax => kernel::zip(a, b, #[inline(always)] |a: T, b: T| if a >= b || b != b { a } else { b }),
            Extreme::Fmin => kernel::zip(a, b, #[inline(always)] |a: T, b: T| if a <= b || b != b { a } else { b }),
        }))
    }

    /// g to the one that was taken, half to each among equals; NaN among `maximum`'s operands passes it
    /// to both, as in PyTorch
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?.value(), saved.input(1)?.value());
        let lost = match (self, wrt) {
            (Extreme::Maximum, 0) | (Extreme::Minimum, 1) => a.lt(&b)?,
            (Extreme::Maximum, _) | (Extreme::Minimum, _) => a.gt(&b)?,
            (Extreme::Fmax, 0) => a.ge(&b)?.logical_or(&b.isnan()?)?.logical_not()?,
            (Extreme::Fmax, _) => a.gt(&b)?.logical_or(&b.isnan()?)?,
            (Extreme::Fmin, 0) => a.le(&b)?.logical_or(&b.isnan()?)?.logical_not()?,
            (Extreme::Fmin, _) => a.lt(&b)?.logical_or(&b.isnan()?)?,
        };
        share(g, &lost, &a.eq(&b)?)
    }
}

/// `g` halved at ties and 0 where the operand lost.
fn share<A: Array>(g: &A, lost: &Tensor, tie: &Tensor) -> Result<A> {
    g.mul_scalar(0.5)?.where_(tie, g)?.masked_fill(lost, 0)
}

/// `min(max(x, low), high)`.
#[derive(Clone, Debug)]
pub(super) struct Clamp {
    pub(super) low: Option<Scalar>,
    pub(super) high: Option<Scalar>,
}

impl Op<1> for Clamp {
    const NAME: &'static str = "clamp";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match (self.low, self.high) {
            (Some(_), None) => "clamp_min",
            (None, Some(_)) => "clamp_max",
            _ => Self::NAME,
        }
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let nan = |bound: Option<Scalar>| bound.is_some_and(|c| c.to_f64().is_nan());
        if nan(self.low) || nan(self.high) {
            return Ok(x.filled(f64::NAN));
        }
        let infinite = x.dtype().is_float();
        let low = match self.low {
            Some(low) => low,
            None if infinite => Scalar::Float(f64::NEG_INFINITY),
            None => Scalar::Int(i64::MIN),
        };
        let high = match self.high {
            Some(high) => high,
            None if infinite => Scalar::Float(f64::INFINITY),
            None => Scalar::Int(i64::MAX),
        };
        for_number!(Self::NAME, x.dtype(), T => {
            let (low, high) = (T::from_scalar(low), T::from_scalar(high));
            // Written so that NaN passes through both comparisons.
            Ok(kernel::map(x, #[inline(always)] move |x: T| {
                let x = if x < low { low } else { x };
                if x > high { high } else { x }
            }))
        })
    }

    /// dL/dx = g strictly between the bounds, else 0, for NaN too
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?.value();
        let outside: Result<Tensor> = for_number!(Self::NAME, x.dtype(), T => {
            let own = |c: Option<Scalar>| c.map(|c| T::from_scalar(c.rounded_to_half(x.dtype())));
            let (has_low, has_high) = (self.low.is_some(), self.high.is_some());
            let (low, high) = (own(self.low).unwrap_or(T::ZERO), own(self.high).unwrap_or(T::ZERO));
            Ok(kernel::map(&x, #[inline(always)] move |x: T| {
                !(((x > low) | !has_low) & ((x < high) | !has_high))
            }))
        });
        g.masked_fill(&outside?, 0)
    }
}

/// `min(max(x, low), high)` of three tensors.
#[derive(Clone, Debug)]
pub(super) struct ClampBetween;

impl Op<3> for ClampBetween {
    const NAME: &'static str = "clamp";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        "clamp_between"
    }

    #[inline]
    fn forward(&self, [x, low, high]: [&Tensor; 3]) -> Result<Tensor> {
        Extreme::Minimum.forward([&Extreme::Maximum.forward([x, low])?, high])
    }

    /// g to the one whose value it is: the upper bound where the bounds are crossed, half to each where
    /// x meets one of two different bounds
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let [x, low, high] = [saved.input(0)?, saved.input(1)?, saved.input(2)?].map(A::value);
        let (crossed, apart) = (low.gt(&high)?, low.lt(&high)?);
        // Not where one is NaN.
        let ordered = low.le(&high)?;
        let (below, above) = (x.lt(&low)?, x.gt(&high)?);
        let (meets_low, meets_high) = (
            x.eq(&low)?.logical_and(&apart)?,
            x.eq(&high)?.logical_and(&apart)?,
        );
        match wrt {
            0 => {
                let lost = below.logical_or(&above)?;
                share(g, &lost, &meets_low.logical_or(&meets_high)?)
            }
            1 => {
                let taken = below.logical_and(&ordered)?;
                share(g, &taken.logical_or(&meets_low)?.logical_not()?, &meets_low)
            }
            _ => {
                let taken = above.logical_and(&ordered)?.logical_or(&crossed)?;
                share(
                    g,
                    &taken.logical_or(&meets_high)?.logical_not()?,
                    &meets_high,
                )
            }
        }
    }
}

/// The larger and the smaller of two, and values kept between bounds; operands broadcast.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![-1.0, 0.5, 2.0];
/// assert_eq!(x.clamp(0.0, 1.0)?, tensor![0.0, 0.5, 1.0]);
/// assert_eq!(x.clamp_min(0.0)?, tensor![0.0, 0.5, 2.0]);
/// assert_eq!(x.maximum(&tensor![0.0, 1.0, 1.0])?, tensor![0.0, 1.0, 2.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Bounds: Array {
    /// The larger one; NaN if either is NaN.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn maximum(&self, other: &Self) -> Result<Self> {
        extreme(Extreme::Maximum, self, other)
    }

    /// The smaller one; NaN if either is NaN.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn minimum(&self, other: &Self) -> Result<Self> {
        extreme(Extreme::Minimum, self, other)
    }

    /// The larger one, and the other one if one is NaN.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn fmax(&self, other: &Self) -> Result<Self> {
        extreme(Extreme::Fmax, self, other)
    }

    /// The smaller one, and the other one if one is NaN.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn fmin(&self, other: &Self) -> Result<Self> {
        extreme(Extreme::Fmin, self, other)
    }

    /// `min(max(x, low), high)`: `high` if the bounds are crossed, NaN stays. The gradient flows strictly
    /// between the bounds. Float bounds make integers `f32`.
    ///
    /// # Errors
    /// A bool tensor and bool bounds.
    fn clamp(&self, low: impl Into<Scalar>, high: impl Into<Scalar>) -> Result<Self> {
        clamp_to(self, Some(low.into()), Some(high.into()))
    }

    /// `max(x, low)`; as [`clamp`](Bounds::clamp).
    ///
    /// # Errors
    /// As there; a bound that no element of the integer dtype keeps.
    fn clamp_min(&self, low: impl Into<Scalar>) -> Result<Self> {
        let low = low.into();
        expect_reachable("clamp_min", self, whole(low), None)?;
        clamp_to(self, Some(low), None)
    }

    /// `min(x, high)`; as [`clamp`](Bounds::clamp).
    ///
    /// # Errors
    /// As there; a bound that no element of the integer dtype keeps.
    fn clamp_max(&self, high: impl Into<Scalar>) -> Result<Self> {
        let high = high.into();
        expect_reachable("clamp_max", self, None, whole(high))?;
        clamp_to(self, None, Some(high))
    }

    /// As [`clamp`](Bounds::clamp), with bounds for each element. For one bound alone there are
    /// [`maximum`](Bounds::maximum) and [`minimum`](Bounds::minimum).
    ///
    /// # Errors
    /// Shapes that do not broadcast; bools alone.
    fn clamp_between(&self, low: &Self, high: &Self) -> Result<Self> {
        let dtype = common_dtype(&[self, low, high]);
        if dtype == DType::Bool {
            let (op, expected) = (ClampBetween::NAME, "numbers");
            return Err(ErrorKind::DType {
                op,
                expected,
                got: dtype,
            }
            .into());
        }
        let (x, low, high) = (
            self.to_dtype(dtype)?,
            low.to_dtype(dtype)?,
            high.to_dtype(dtype)?,
        );
        broadcast3(ClampBetween::NAME, [&x, &low, &high], |operands| {
            Self::apply(ClampBetween, operands)
        })
    }
}
impl<A: Array> Bounds for A {}

fn extreme<A: Array>(which: Extreme, a: &A, b: &A) -> Result<A> {
    broadcast(which.name(), a, b, |a, b| A::apply(which, [a, b]))
}

/// A single bound that no element of the dtype can keep is an error.
fn expect_reachable<A: Array>(
    op: &'static str,
    x: &A,
    low: Option<i64>,
    high: Option<i64>,
) -> Result<()> {
    let (least, most) = match x.dtype() {
        DType::U8 => (0, u8::MAX.into()),
        DType::I8 => (i8::MIN.into(), i8::MAX.into()),
        DType::I16 => (i16::MIN.into(), i16::MAX.into()),
        DType::I32 => (i32::MIN.into(), i32::MAX.into()),
        _ => return Ok(()),
    };
    if low.is_some_and(|low| low > most) || high.is_some_and(|high| high < least) {
        let bound = low.or(high).unwrap_or_default();
        let message = format!(
            "no {} keeps the bound {bound}; convert with to_dtype",
            x.dtype()
        );
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    Ok(())
}

/// A bound that leaves integers what they are.
fn whole(bound: Scalar) -> Option<i64> {
    (!matches!(bound, Scalar::Float(_))).then(|| bound.to_i64())
}

fn clamp_to<A: Array>(x: &A, low: Option<Scalar>, high: Option<Scalar>) -> Result<A> {
    let mut x = x.clone();
    for bound in [low, high].into_iter().flatten() {
        x = fit_scalar(&x, bound)?;
    }
    A::apply(Clamp { low, high }, [&x])
}

/// `hardtanh`: a clamp to numbers of the tensor's own kind.
pub(super) fn hard_limits<A: Array>(
    op: &'static str,
    x: &A,
    low: Scalar,
    high: Scalar,
) -> Result<A> {
    if low.to_f64() > high.to_f64() {
        let message = format!("the lower bound {low} is above the upper bound {high}");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    let own = |c: Scalar| match x.dtype().is_float() {
        true => c,
        false => Scalar::Int(c.to_i64()),
    };
    let clamp = Clamp {
        low: Some(own(low)),
        high: Some(own(high)),
    };
    A::apply(clamp, [x])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp, check_vjp_at, check_vjp_in};
    use crate::{DType, tensor};

    #[test]
    fn vjp() {
        check_vjp(Extreme::Maximum, [&[2, 3], &[2, 3]]);
        check_vjp(Extreme::Minimum, [&[2, 3], &[2, 3]]);
        check_vjp(Extreme::Fmax, [&[2, 3], &[2, 3]]);
        check_vjp(Extreme::Fmin, [&[2, 3], &[2, 3]]);
        for (low, high) in [(Some(0.3), Some(0.6)), (None, Some(0.5)), (Some(0.5), None)] {
            let op = Clamp {
                low: low.map(Scalar::Float),
                high: high.map(Scalar::Float),
            };
            check_vjp_in(op, [&[7]], -0.2, 1.2);
        }
        let f64s = |values: &[f64]| Tensor::from_slice(values, [values.len()]).unwrap();
        check_vjp_at(
            ClampBetween,
            [
                &f64s(&[0.5, -1.0, 3.0, 0.5, 2.0]),
                &f64s(&[0.0, 0.0, 0.0, 2.0, 1.0]),
                &f64s(&[1.0, 1.0, 1.0, 1.0, 4.0]),
            ],
        );
    }

    #[test]
    fn nan_is_kept_or_passed_over() {
        let (a, b) = (tensor![f32::NAN, 1.0, 2.0], tensor![1.0, f32::NAN, 3.0]);
        assert_close(&a.maximum(&b).unwrap(), &[f64::NAN, f64::NAN, 3.0]);
        assert_close(&a.minimum(&b).unwrap(), &[f64::NAN, f64::NAN, 2.0]);
        assert_close(&a.fmax(&b).unwrap(), &[1.0, 1.0, 3.0]);
        assert_close(&a.fmin(&b).unwrap(), &[1.0, 1.0, 2.0]);
        assert_close(&a.clamp(0, 1.5).unwrap(), &[f64::NAN, 1.0, 1.5]);
        assert_close(&a.clamp_min(f64::NAN).unwrap(), &[f64::NAN; 3]);
    }

    #[test]
    fn equals_share_the_gradient() {
        let (a, b) = (tensor![1.0, 2.0], tensor![1.0, 3.0]);
        let saved = [Some(a.clone()), Some(b.clone())];
        let saved = Saved::new("maximum", Saves::INPUTS, &saved, None);
        let g = tensor![1.0, 1.0];
        assert_close(&Extreme::Maximum.vjp(0, &saved, &g).unwrap(), &[0.5, 0.0]);
        assert_close(&Extreme::Maximum.vjp(1, &saved, &g).unwrap(), &[0.5, 1.0]);
        // At its bounds a clamp lets nothing through.
        let x = tensor![0.0, 0.5, 1.0, f32::NAN];
        let saved = [Some(x.clone())];
        let saved = Saved::new("clamp", Saves::INPUTS, &saved, None);
        let op = Clamp {
            low: Some(Scalar::Int(0)),
            high: Some(Scalar::Int(1)),
        };
        let g = op.vjp(0, &saved, &x.ones_like()).unwrap();
        assert_close(&g, &[0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn dtypes() {
        let i = tensor![1, 5];
        assert_eq!(i.clamp(0, 3).unwrap().to_vec::<i64>().unwrap(), [1, 3]);
        assert_eq!(i.clamp_max(2.5).unwrap().dtype(), DType::F32);
        let bytes = i.to_dtype(DType::U8).unwrap();
        assert_eq!(
            bytes.clamp(-1, 300).unwrap().to_vec::<u8>().unwrap(),
            [1, 5]
        );
        let (yes, no) = (tensor![true, false], tensor![false, false]);
        assert_eq!(
            yes.maximum(&no).unwrap().to_vec::<bool>().unwrap(),
            [true, false]
        );
        let between = i.clamp_between(&tensor![2.5], &tensor![[4], [9]]).unwrap();
        assert_close(&between, &[2.5, 4.0, 2.5, 5.0]);
        assert!(yes.clamp(false, true).is_err());
    }
}
