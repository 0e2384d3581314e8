//! Quotients rounded to integers, and what they leave.

use super::Arithmetic;
use super::broadcast::{broadcast, with_scalar};
use super::cast::rounded_once;
use super::sign::flat;
use crate::error::ErrorKind;
use crate::kernel;
use crate::{Array, DType, Op, Result, Saved, Saves, Scalar, Tensor};

/// How a quotient is rounded to an integer, PyTorch's `rounding_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundingMode {
    /// Towards zero, as integers are divided in Rust and C.
    Trunc,
    /// Downwards, as `//` in Python.
    Floor,
}

/// A quotient rounded to an integer, or what it leaves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Division {
    Rounded(RoundingMode),
    /// As `Rounded(Floor)`, but without a gradient, as in PyTorch.
    FloorDivide,
    /// The remainder of the quotient towards zero: it has the sign of the dividend.
    Fmod,
    /// The remainder of the quotient downwards: it has the sign of the divisor.
    Remainder,
}

impl Op<2> for Division {
    const NAME: &'static str = "div";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Division::Rounded(_) => "div",
            Division::FloorDivide => "floor_divide",
            Division::Fmod => "fmod",
            Division::Remainder => "remainder",
        }
    }

    #[inline]
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        if a.dtype().is_float() {
            return Ok(match self {
                Division::Rounded(RoundingMode::Trunc) if a.dtype() == DType::F64 => {
                    kernel::zip_f64(a, b, |a, b| (a / b).trunc())
                }
                // The quotient is rounded first: 2.99999999 is 3 in single precision.
                Division::Rounded(RoundingMode::Trunc) => {
                    kernel::zip_f64(a, b, |a, b| f64::from((a / b) as f32).trunc())
                }
                Division::Rounded(RoundingMode::Floor) | Division::FloorDivide => {
                    let exact = |a, b| floor_quotient(a, b, a % b);
                    kernel::zip_quick(
                        a,
                        b,
                        #[inline(always)]
                        |a, b| {
                            let (rest, holds) = rest(a, b);
                            (floor_quotient(a, b, rest), holds)
                        },
                        exact,
                    )
                }
                Division::Fmod => kernel::zip_quick(a, b, rest, |a, b| a % b),
                Division::Remainder => {
                    let exact = |a, b| remainder(b, a % b);
                    kernel::zip_quick(
                        a,
                        b,
                        #[inline(always)]
                        |a, b| {
                            let (rest, holds) = rest(a, b);
                            (remainder(b, rest), holds)
                        },
                        exact,
                    )
                }
            });
        }
        let (op, got) = (self.name(), a.dtype());
        if !got.is_integer() {
            let expected = "numbers";
            return Err(ErrorKind::DType { op, expected, got }.into());
        }
        if b.eq_scalar(0)?.to_vec::<bool>()?.contains(&true) {
            let message = "an integer is divided by zero; convert to floats for an infinity";
            let message = message.to_string();
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        Ok(kernel::zip_i64(
            a,
            b,
            match self {
                Division::Rounded(RoundingMode::Trunc) => i64::wrapping_div,
                Division::Rounded(RoundingMode::Floor) | Division::FloorDivide => |a, b| {
                    let quotient = a.wrapping_div(b);
                    let inexact = a.wrapping_rem(b) != 0;
                    quotient - i64::from(inexact && (a < 0) != (b < 0))
                },
                Division::Fmod => i64::wrapping_rem,
                Division::Remainder => |a, b| {
                    let rest = a.wrapping_rem(b);
                    if rest != 0 && (rest < 0) != (b < 0) {
                        rest + b
                    } else {
                        rest
                    }
                },
            },
        ))
    }

    /// Of a rounded quotient q: 0. Of a remainder a − q b: dL/da = g, dL/db = −g q
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let mode = match self {
            Division::Rounded(_) => return Ok(flat(g)),
            Division::FloorDivide => {
                return Err(ErrorKind::NoGradient { op: self.name() }.into());
            }
            Division::Fmod => RoundingMode::Trunc,
            Division::Remainder => RoundingMode::Floor,
        };
        if wrt == 0 {
            return Ok(g.clone());
        }
        let inputs = [saved.input(0)?, saved.input(1)?];
        g.mul(&A::apply(Division::Rounded(mode), inputs)?)?.neg()
    }
}

/// `a % b` of two single numbers, and whether it is that: for quotients below 2²⁷. These are integers, or further
/// from the next one than their rounding moves them.
#[inline(always)]
fn rest(a: f64, b: f64) -> (f64, bool) {
    let quotient = a / b;
    let rest = quotient.trunc().mul_add(-b, a);
    (
        rest.copysign(a),
        quotient.abs() < 134_217_728.0 && a.is_finite() && b.is_finite(),
    )
}

/// ⌊a / b⌋, of the quotient that leaves exactly `rest`, which is `a % b`: dividing first would round up to the
/// next integer.
#[inline(always)]
fn floor_quotient(a: f64, b: f64, rest: f64) -> f64 {
    let quotient = (a - rest) / b;
    let below = (rest != 0.0) & ((b < 0.0) != (rest < 0.0));
    let quotient = if below { quotient - 1.0 } else { quotient };
    let floor = quotient.floor();
    let nearest = if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    };
    let nearest = if quotient == 0.0 {
        f64::copysign(0.0, a / b)
    } else {
        nearest
    };
    if b == 0.0 { a / b } else { nearest }
}

/// `rest`, which is `a % b`, with the sign of the divisor.
#[inline(always)]
fn remainder(b: f64, rest: f64) -> f64 {
    let below = (rest != 0.0) & ((b < 0.0) != (rest < 0.0));
    if below { rest + b } else { rest }
}

/// Quotients rounded to integers, and what they leave; operands broadcast. Dividing an integer by zero
/// is an error, a float gives ±∞ or NaN.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![-7, 7];
/// assert_eq!(x.floor_divide_scalar(2)?, tensor![-4, 3]);
/// assert_eq!(x.remainder_scalar(3)?, tensor![2, 1]); // the sign of the divisor, as `%` in Python
/// assert_eq!(x.fmod_scalar(3)?, tensor![-1, 1]); // the sign of the dividend, as `%` in Rust
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Divisions: Array {
    /// `a / b` rounded to an integer, in the dtype of the operands. Its gradient is 0.
    ///
    /// # Errors
    /// Bool tensors; an integer divided by zero; shapes that do not broadcast.
    fn div_rounded(&self, other: &Self, mode: RoundingMode) -> Result<Self> {
        divide(Division::Rounded(mode), self, other)
    }

    /// As [`div_rounded`](Divisions::div_rounded), by a number.
    ///
    /// # Errors
    /// As there.
    fn div_rounded_scalar(&self, other: impl Into<Scalar>, mode: RoundingMode) -> Result<Self> {
        by_scalar(Division::Rounded(mode), self, other.into())
    }

    /// `⌊a / b⌋`, in the dtype of the operands. It is not differentiable.
    ///
    /// # Errors
    /// As [`div_rounded`](Divisions::div_rounded).
    fn floor_divide(&self, other: &Self) -> Result<Self> {
        divide(Division::FloorDivide, self, other)
    }

    /// `⌊a / c⌋`; see [`floor_divide`](Divisions::floor_divide).
    ///
    /// # Errors
    /// As there.
    fn floor_divide_scalar(&self, other: impl Into<Scalar>) -> Result<Self> {
        by_scalar(Division::FloorDivide, self, other.into())
    }

    /// `a − b · trunc(a / b)`, which has the sign of `a`: `%` in Rust and C.
    ///
    /// # Errors
    /// As [`div_rounded`](Divisions::div_rounded).
    fn fmod(&self, other: &Self) -> Result<Self> {
        divide(Division::Fmod, self, other)
    }

    /// As [`fmod`](Divisions::fmod), by a number.
    ///
    /// # Errors
    /// As there.
    fn fmod_scalar(&self, other: impl Into<Scalar>) -> Result<Self> {
        by_scalar(Division::Fmod, self, other.into())
    }

    /// `a − b · ⌊a / b⌋`, which has the sign of `b`: `%` in Python and on tensors.
    ///
    /// # Errors
    /// As [`div_rounded`](Divisions::div_rounded).
    fn remainder(&self, other: &Self) -> Result<Self> {
        divide(Division::Remainder, self, other)
    }

    /// As [`remainder`](Divisions::remainder), by a number.
    ///
    /// # Errors
    /// As there.
    fn remainder_scalar(&self, other: impl Into<Scalar>) -> Result<Self> {
        by_scalar(Division::Remainder, self, other.into())
    }

    /// The remainder of a number by the elements.
    ///
    /// # Errors
    /// As [`remainder`](Divisions::remainder).
    fn rremainder_scalar(&self, c: impl Into<Scalar>) -> Result<Self> {
        let (x, c) = with_scalar(self, c.into())?;
        divide(Division::Remainder, &c, &x)
    }
}
impl<A: Array> Divisions for A {}

fn divide<A: Array>(division: Division, a: &A, b: &A) -> Result<A> {
    broadcast(division.name(), a, b, |a, b| A::apply(division, [a, b]))
}

fn by_scalar<A: Array>(division: Division, x: &A, c: Scalar) -> Result<A> {
    let by = |x: &A| {
        let (x, c) = with_scalar(x, c)?;
        divide(division, &x, &c)
    };
    match division {
        // PyTorch divides halves by the number as an `f32`, but takes remainders by what they hold.
        Division::Rounded(_) | Division::FloorDivide => rounded_once(x, by),
        Division::Fmod | Division::Remainder => by(x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        for division in [
            Division::Rounded(RoundingMode::Trunc),
            Division::Rounded(RoundingMode::Floor),
            Division::Fmod,
            Division::Remainder,
        ] {
            check_vjp(division, [&[2, 3], &[2, 3]]);
        }
        let x = tensor![1.0];
        let saved = Saved::new("floor_divide", Saves::NOTHING, &[None, None], None);
        let error = Division::FloorDivide.vjp(0, &saved, &x).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("floor_divide: not differentiable")
        );
    }

    #[test]
    fn integers() {
        let (a, b) = (tensor![-7, 7, -8], tensor![2, -2, 4]);
        let check = |got: Result<Tensor>, expected: [i64; 3]| {
            assert_eq!(got.unwrap().to_vec::<i64>().unwrap(), expected);
        };
        check(a.div_rounded(&b, RoundingMode::Trunc), [-3, -3, -2]);
        check(a.div_rounded(&b, RoundingMode::Floor), [-4, -4, -2]);
        check(a.floor_divide(&b), [-4, -4, -2]);
        check(a.fmod(&b), [-1, 1, 0]);
        check(a.remainder(&b), [1, -1, 0]);
        check(a.remainder_scalar(5), [3, 2, 2]);
        check(tensor![2, 3, -5].rremainder_scalar(7), [1, 1, -3]);
        let smallest = tensor![i64::MIN].floor_divide_scalar(-1).unwrap();
        assert_eq!(smallest.item::<i64>().unwrap(), i64::MIN);
        assert_eq!(
            a.remainder_scalar(0).unwrap_err().to_string(),
            "remainder: an integer is divided by zero; convert to floats for an infinity"
        );
        assert!(tensor![true].floor_divide(&tensor![true]).is_err());
        assert_eq!(a.floor_divide_scalar(2.5).unwrap().dtype(), DType::F32);
    }

    #[test]
    fn floats() {
        let inf = f32::INFINITY;
        let (a, b) = (
            tensor![7.0, -7.0, 5.0, -5.0, 5.0, 0.0, inf],
            tensor![-3.0, 3.0, inf, inf, 0.0, 0.0, 2.0],
        );
        let nan = f64::NAN;
        assert_close(
            &a.floor_divide(&b).unwrap(),
            &[-3.0, -3.0, 0.0, -1.0, f64::INFINITY, nan, nan],
        );
        assert_close(
            &a.remainder(&b).unwrap(),
            &[-2.0, 2.0, 5.0, f64::INFINITY, nan, nan, nan],
        );
        assert_close(&a.fmod(&b).unwrap(), &[1.0, -1.0, 5.0, -5.0, nan, nan, nan]);
        // 1 / 0.1 rounds to 10, yet ten tenths are a little more than one.
        let (one, tenth) = (Tensor::scalar(1.0f64), Tensor::scalar(0.1f64));
        assert_close(&one.floor_divide(&tenth).unwrap(), &[9.0]);
    }
}
