//! Rounding to integers and to decimals.

use super::Arithmetic;
use super::cast::rounded_once;
use super::sign::flat;
use crate::error::ErrorKind;
use crate::kernel;
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// Which integer is taken for a number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Round {
    Floor,
    Ceil,
    /// The nearest, the even one of two.
    Nearest,
    Trunc,
    /// None: what rounding towards zero cuts off.
    Fraction,
}

impl Op<1> for Round {
    const NAME: &'static str = "round";
    const SAVES: Saves = Saves::NOTHING;

    fn name(&self) -> &'static str {
        match self {
            Round::Floor => "floor",
            Round::Ceil => "ceil",
            Round::Nearest => "round",
            Round::Trunc => "trunc",
            Round::Fraction => "frac",
        }
    }

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let got = x.dtype();
        if got.is_float() {
            macro_rules! round {
                ($f:expr) => {
                    kernel::map_quick(
                        x,
                        #[inline(always)]
                        |x| ($f(x), true),
                        $f,
                    )
                };
            }
            return Ok(match self {
                Round::Floor => round!(f64::floor),
                Round::Ceil => round!(f64::ceil),
                Round::Nearest => round!(f64::round_ties_even),
                Round::Trunc => round!(f64::trunc),
                Round::Fraction => round!(|x: f64| x - x.trunc()),
            });
        }
        let (op, expected) = match self {
            Round::Fraction => ("frac", "floating-point numbers"),
            _ if got.is_integer() => return Ok(x.clone()),
            other => (other.name(), "numbers"),
        };
        Err(ErrorKind::DType { op, expected, got }.into())
    }

    /// dL/dx = 0, and g for what is cut off
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        Ok(match self {
            Round::Fraction => g.clone(),
            _ => flat(g),
        })
    }
}

/// Rounding, elementwise; integers stay as they are. Gradients are 0, but of [`frac`](Roundings::frac).
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![-1.5, 0.5, 2.7];
/// assert_eq!(x.round()?, tensor![-2.0, 0.0, 3.0]); // halves to the even neighbour
/// assert_eq!(x.floor()?, tensor![-2.0, 0.0, 2.0]);
/// assert_eq!(x.trunc()?, tensor![-1.0, 0.0, 2.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Roundings: Array {
    /// The largest integer that is not above.
    ///
    /// # Errors
    /// A bool tensor.
    fn floor(&self) -> Result<Self> {
        Self::apply(Round::Floor, [self])
    }

    /// The smallest integer that is not below.
    ///
    /// # Errors
    /// A bool tensor.
    fn ceil(&self) -> Result<Self> {
        Self::apply(Round::Ceil, [self])
    }

    /// The nearest integer; of two the even one, so that 0.5 gives 0 and 1.5 gives 2.
    ///
    /// # Errors
    /// A bool tensor.
    fn round(&self) -> Result<Self> {
        Self::apply(Round::Nearest, [self])
    }

    /// The nearest multiple of 10^−`decimals`; negative `decimals` round to tens, hundreds …
    ///
    /// # Errors
    /// Integers and bools.
    fn round_decimals(&self, decimals: i32) -> Result<Self> {
        if !self.dtype().is_float() {
            let (op, expected, got) = ("round", "floats to be rounded to decimals", self.dtype());
            return Err(ErrorKind::DType { op, expected, got }.into());
        }
        let power = 10f64.powi(decimals.saturating_abs());
        rounded_once(self, |x| {
            if decimals >= 0 {
                x.mul_scalar(power)?.round()?.div_scalar(power)
            } else {
                x.div_scalar(power)?.round()?.mul_scalar(power)
            }
        })
    }

    /// The integer part: rounded towards zero.
    ///
    /// # Errors
    /// A bool tensor.
    fn trunc(&self) -> Result<Self> {
        Self::apply(Round::Trunc, [self])
    }

    /// What [`trunc`](Roundings::trunc) cuts off, with the sign of the number; its gradient is `g`.
    ///
    /// # Errors
    /// Integers and bools.
    fn frac(&self) -> Result<Self> {
        Self::apply(Round::Fraction, [self])
    }
}
impl<A: Array> Roundings for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        for round in [
            Round::Floor,
            Round::Ceil,
            Round::Nearest,
            Round::Trunc,
            Round::Fraction,
        ] {
            check_vjp(round, [&[5]]);
        }
    }

    #[test]
    fn by_hand() {
        let x = tensor![-1.5, -0.5, 0.5, 1.5, 2.5, f32::INFINITY];
        let inf = f64::INFINITY;
        assert_close(&x.floor().unwrap(), &[-2.0, -1.0, 0.0, 1.0, 2.0, inf]);
        assert_close(&x.ceil().unwrap(), &[-1.0, 0.0, 1.0, 2.0, 3.0, inf]);
        assert_close(&x.round().unwrap(), &[-2.0, 0.0, 0.0, 2.0, 2.0, inf]);
        assert_close(&x.trunc().unwrap(), &[-1.0, 0.0, 0.0, 1.0, 2.0, inf]);
        assert_close(&tensor![-1.25, 2.5].frac().unwrap(), &[-0.25, 0.5]);
        assert_eq!(tensor![3].floor().unwrap().to_vec::<i64>().unwrap(), [3]);
    }

    #[test]
    fn decimals() {
        let x = tensor![1.2345, -12345.678];
        assert_close(&x.round_decimals(2).unwrap(), &[1.23, -12345.68]);
        assert_close(&x.round_decimals(-2).unwrap(), &[0.0, -12300.0]);
        assert!(tensor![12].round_decimals(-1).is_err());
    }

    #[test]
    fn what_has_no_fraction_is_refused() {
        assert!(tensor![true].floor().is_err());
        assert_eq!(
            tensor![1].frac().unwrap_err().to_string(),
            "frac: expected floating-point numbers, got i64; convert with to_dtype"
        );
    }
}
