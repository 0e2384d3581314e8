//! Elementary functions as straight-line code, so that loops over them vectorise.
//!
//! The `f32` versions use the Cephes polynomials (Moshier, 1989) with fused multiply-adds; no branch,
//! no table. `f64` uses the standard library.
//!
//! How far `f32` results are from the correctly rounded ones, measured over every 301st bit pattern (all
//! exponents, both signs, subnormals, infinities, NaN; the tests repeat it over every 1,009th):
//!
//! | function | at most, in units in the last place | correctly rounded |
//! |---|---|---|
//! | `exp` | 1 | 99.6 % |
//! | `ln` | 1 | 99.7 % |
//! | `tanh` | 2 | 98.6 % |
//! | `sigmoid` (0 below −88.7, as PyTorch's) | 2 | 96.1 % |
//! | `erf` | 1 | 99.3 % |
//! | `ln_1p` | 1 | 97.7 % |
//! | `exp_m1` | 1 | 99.7 % |

use crate::Element;

/// A floating-point type that kernels compute in: `f32` or `f64`.
///
/// Rules for whole tensors, such as an optimizer's update, are written over this trait and compiled
/// for both and for every instruction set.
pub trait Real:
    Element
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
{
    /// The nearest value.
    fn from_f64(x: f64) -> Self;
    /// `self · a + b`, rounded once.
    #[must_use]
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// `√x`.
    #[must_use]
    fn sqrt(self) -> Self;
    /// `|x|`.
    #[must_use]
    fn abs(self) -> Self;
    /// `eˣ`.
    #[must_use]
    fn exp(self) -> Self;
    /// The natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// `ln(1 + x)`.
    #[must_use]
    fn ln_1p(self) -> Self;
    /// `eˣ − 1`.
    #[must_use]
    fn exp_m1(self) -> Self;
    /// The hyperbolic tangent.
    #[must_use]
    fn tanh(self) -> Self;
    /// The error function, 2/√π ∫₀ˣ e^{−t²} dt.
    #[must_use]
    fn erf(self) -> Self;
    /// `1 / (1 + e⁻ˣ)`.
    #[must_use]
    fn sigmoid(self) -> Self;
    /// The distribution function of the standard normal distribution, Φ(x) = (1 + erf(x / √2)) / 2,
    /// with an absolute error below 2 · 10⁻⁷ in `f32`.
    #[must_use]
    fn normal_cdf(self) -> Self;

    /// The larger one; NaN if either is NaN.
    #[must_use]
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
    fn larger(self, other: Self) -> Self {
        if self >= other || self != self {
            self
        } else {
            other
        }
    }

    /// The smaller one; NaN if either is NaN.
    #[must_use]
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
    fn smaller(self, other: Self) -> Self {
        if self <= other || self != self {
            self
        } else {
            other
        }
    }

    /// −1, 0 or 1; 0 for NaN.
    #[must_use]
    #[inline(always)]
    fn sign(self) -> Self {
        let positive = if self > Self::ZERO {
            Self::ONE
        } else {
            Self::ZERO
        };
        let negative = if self < Self::ZERO {
            Self::ONE
        } else {
            Self::ZERO
        };
        positive - negative
    }
}

/// Adding and subtracting this rounds a number below 2²² to the nearest integer, whose value then
/// stands in the low bits.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
fn pow2(n: i32) -> f32 {
    f32::from_bits(((n + 127) as u32) << 23)
}

/// `eʳ − 1` and n, with `x = n ln 2 + r` and |r| ≤ ln 2 / 2.
#[inline(always)]
fn exp_parts(x: f32) -> (f32, i32) {
    let (r, shifted) = reduced(x, ROUND);
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    (exp_tail(r), n)
}

/// r, and `round + n`, with `x = n ln 2 + r`; `round` is near [`ROUND`].
#[inline(always)]
#[expect(
    clippy::excessive_precision,
    reason = "the first digits of ln 2 as published"
)]
fn reduced(x: f32, round: f32) -> (f32, f32) {
    let shifted = x.mul_add(std::f32::consts::LOG2_E, round);
    let n = shifted - round;
    let r = n.mul_add(-0.693_359_375, x);
    (n.mul_add(2.121_944_4e-4, r), shifted)
}

/// `eʳ − 1` for |r| ≤ ln 2 / 2.
#[inline(always)]
fn exp_tail(r: f32) -> f32 {
    let p = 1.987_569_1e-4f32;
    let p = p.mul_add(r, 1.398_199_9e-3);
    let p = p.mul_add(r, 8.333_452e-3);
    let p = p.mul_add(r, 4.166_579_6e-2);
    let p = p.mul_add(r, 1.666_666_5e-1);
    let p = p.mul_add(r, 0.5);
    p.mul_add(r * r, r)
}

/// `y 2ⁿ` by adding n to the exponent, which must not leave its range; the low bits of `shifted` are n.
#[inline(always)]
fn raise(y: f32, shifted: f32) -> f32 {
    f32::from_bits(y.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// `y 2ⁿ` in two steps, because 2ⁿ alone leaves the exponent's range at both ends.
#[inline(always)]
fn scale(y: f32, n: i32) -> f32 {
    let half = n >> 1;
    y * pow2(half) * pow2(n.wrapping_sub(half))
}

#[inline(always)]
fn exp_f32(x: f32) -> f32 {
    // Written so that NaN passes through both comparisons.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let (tail, n) = exp_parts(x);
    scale(tail + 1.0, n)
}

#[inline(always)]
fn exp_m1_f32(x: f32) -> f32 {
    let limited = if x > 89.0 { 89.0 } else { x };
    let limited = if limited < -80.0 { -80.0 } else { limited };
    let (tail, n) = exp_parts(limited);
    // 2ⁿ (eʳ − 1) + (2ⁿ − 1); beyond 2³⁰ the one has no place left.
    let power = pow2(n.min(30));
    let small = power.mul_add(tail, power - 1.0);
    let y = if n > 30 { scale(tail + 1.0, n) } else { small };
    // Keeps the sign of −0.0.
    if x == 0.0 { x } else { y }
}

#[inline(always)]
#[expect(clippy::excessive_precision, reason = "coefficients as published")]
fn ln_f32(x: f32) -> f32 {
    let subnormal = x < f32::MIN_POSITIVE;
    let scaled = if subnormal { x * 8_388_608.0 } else { x };
    let bits = scaled.to_bits();
    let exponent = ((bits >> 23) & 0xff) as i32 - 126 - if subnormal { 23 } else { 0 };
    let m = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    let low = m < std::f32::consts::FRAC_1_SQRT_2;
    let e = exponent as f32 - if low { 1.0 } else { 0.0 };
    let f = if low { m + m - 1.0 } else { m - 1.0 };
    let z = f * f;
    let p = 7.037_683_6e-2f32;
    let p = p.mul_add(f, -1.151_461e-1);
    let p = p.mul_add(f, 1.167_699_9e-1);
    let p = p.mul_add(f, -1.242_014_1e-1);
    let p = p.mul_add(f, 1.424_932_3e-1);
    let p = p.mul_add(f, -1.666_805_8e-1);
    let p = p.mul_add(f, 2.000_071_5e-1);
    let p = p.mul_add(f, -2.499_999_4e-1);
    let p = p.mul_add(f, 3.333_333_1e-1);
    let y = p * f * z;
    let y = e.mul_add(-2.121_944_4e-4, y);
    let y = z.mul_add(-0.5, y);
    let y = e.mul_add(0.693_359_375, f + y);
    let y = if x == f32::INFINITY { x } else { y };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x >= 0.0 { y } else { f32::NAN }
}

#[inline(always)]
fn ln_1p_f32(x: f32) -> f32 {
    // ln(1 + x) of the rounded sum, plus the first-order effect of what rounding lost.
    let u = 1.0 + x;
    let lost = x - (u - 1.0);
    let correction = if u > 0.0 && u < f32::INFINITY {
        lost / u
    } else {
        0.0
    };
    let y = ln_f32(u) + correction;
    // Keeps the sign of −0.0 and every subnormal.
    if u == 1.0 { x } else { y }
}

/// `1 / (1 + e⁻ˣ)`, which is 0 from where e⁻ˣ is infinite on.
#[inline(always)]
fn sigmoid_f32(x: f32) -> f32 {
    let limited = if x > 87.0 { 87.0 } else { x };
    let limited = if limited < -89.0 { -89.0 } else { limited };
    // Half the power: the whole one may have no exponent.
    let (r, shifted) = reduced(-limited, ROUND - 1.0);
    let half = raise(1.0, shifted);
    // The smaller term first, so that almost all is lost in one rounding.
    let (small, large) = if half < 0.5 { (half, 0.5) } else { (0.5, half) };
    let y = 0.5 / (half.mul_add(short_tail(r), small) + large);
    if x < -88.722_84 { 0.0 } else { y }
}

/// `eʳ − 1` for |r| ≤ ln 2 / 2, where its last bits matter less: eʳ − 1 − r is r² times a polynomial
/// fitted to a relative error of 2 · 10⁻⁸ of eʳ − 1.
#[inline(always)]
fn short_tail(r: f32) -> f32 {
    let p = 1.388_250_5e-3f32;
    let p = p.mul_add(r, 8.366_61e-3);
    let p = p.mul_add(r, 4.166_720_4e-2);
    let p = p.mul_add(r, 1.666_654_3e-1);
    let p = p.mul_add(r, 4.999_999_7e-1);
    p.mul_add(r * r, r)
}

/// `h / (1 + h)` with h = (e²ˣ − 1) / 2. One number is enough for ln 2: large powers hardly matter.
#[inline(always)]
fn tanh_f32(x: f32) -> f32 {
    let a = x.abs();
    // Above this the result rounds to one.
    let a = if a > 9.5 { 9.5 } else { a };
    let shifted = (a + a).mul_add(std::f32::consts::LOG2_E, ROUND);
    let r = (shifted - ROUND).mul_add(-std::f32::consts::LN_2, a + a);
    let tail = short_tail(r);
    let half = raise(0.5, shifted);
    let h = half.mul_add(tail, half - 0.5);
    let q = h / (h + 1.0);
    // The same, but what the sum's rounding lost counts for less where h is small.
    let y = if h < 0.5 { (-h).mul_add(q, h) } else { q };
    // The sign last, for −0.0 too.
    y.copysign(x)
}

/// `1/2 + x P(x²) / Q(x²)`, fitted to a relative error of 2 · 10⁻⁸ below 5.5, where it becomes 1.
#[inline(always)]
fn normal_cdf_f32(x: f32) -> f32 {
    let x = if x > 5.5 { 5.5 } else { x };
    let x = if x < -5.5 { -5.5 } else { x };
    let z = x * x;
    let p = 2.293_115_6e-8f32;
    let p = p.mul_add(z, 6.301_591_4e-6);
    let p = p.mul_add(z, 1.645_738e-4);
    let p = p.mul_add(z, 4.651_482_5e-3);
    let p = p.mul_add(z, 3.345_889_6e-2);
    let p = p.mul_add(z, 3.989_422_6e-1);
    let q = 1.199_028_4e-6f32;
    let q = q.mul_add(z, 7.216_706e-5);
    let q = q.mul_add(z, 1.860_646_3e-3);
    let q = q.mul_add(z, 2.841_613_3e-2);
    let q = q.mul_add(z, 2.505_354_3e-1);
    let q = q.mul_add(z, 1.0);
    0.5 + x * p / q
}

/// Two polynomials, fitted to a relative error of 10⁻⁹: of (erf x) / x − 1 in x² below 1, and of
/// −ln(1 − erf x) above.
#[inline(always)]
fn erf_f32(x: f32) -> f32 {
    let a = x.abs();
    let z = x * x;
    let p = 7.853_861_5e-5f32;
    let p = p.mul_add(z, -8.010_193_7e-4);
    let p = p.mul_add(z, 5.188_327_7e-3);
    let p = p.mul_add(z, -2.685_381_3e-2);
    let p = p.mul_add(z, 1.128_358_54e-1);
    let p = p.mul_add(z, -3.761_262_6e-1);
    let p = p.mul_add(z, 1.283_791_7e-1);
    let small = p.mul_add(x, x);
    // Above this the result rounds to one.
    let t = if a > 4.0 { 4.0 } else { a };
    let q = -1.863_793e-4f32;
    let q = q.mul_add(t, 2.947_659_2e-3);
    let q = q.mul_add(t, -2.183_806_9e-2);
    let q = q.mul_add(t, 1.031_067_7e-1);
    let q = q.mul_add(t, 6.381_448_5e-1);
    let q = q.mul_add(t, 1.127_089_1);
    let q = q.mul_add(t, 3.415_213e-4);
    let large = (1.0 - exp_f32(-q)).copysign(x);
    if a < 1.0 { small } else { large }
}

impl Real for f32 {
    #[inline(always)]
    fn from_f64(x: f64) -> f32 {
        x as f32
    }
    #[inline(always)]
    fn mul_add(self, a: f32, b: f32) -> f32 {
        f32::mul_add(self, a, b)
    }
    #[inline(always)]
    fn sqrt(self) -> f32 {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> f32 {
        f32::abs(self)
    }
    #[inline(always)]
    fn exp(self) -> f32 {
        exp_f32(self)
    }
    #[inline(always)]
    fn ln(self) -> f32 {
        ln_f32(self)
    }
    #[inline(always)]
    fn ln_1p(self) -> f32 {
        ln_1p_f32(self)
    }
    #[inline(always)]
    fn exp_m1(self) -> f32 {
        exp_m1_f32(self)
    }
    #[inline(always)]
    fn tanh(self) -> f32 {
        tanh_f32(self)
    }
    #[inline(always)]
    fn erf(self) -> f32 {
        erf_f32(self)
    }
    #[inline(always)]
    fn sigmoid(self) -> f32 {
        sigmoid_f32(self)
    }
    #[inline(always)]
    fn normal_cdf(self) -> f32 {
        normal_cdf_f32(self)
    }
}

impl Real for f64 {
    #[inline(always)]
    fn from_f64(x: f64) -> f64 {
        x
    }
    #[inline(always)]
    fn mul_add(self, a: f64, b: f64) -> f64 {
        f64::mul_add(self, a, b)
    }
    #[inline(always)]
    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> f64 {
        f64::abs(self)
    }
    #[inline(always)]
    fn exp(self) -> f64 {
        f64::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> f64 {
        f64::ln(self)
    }
    #[inline(always)]
    fn ln_1p(self) -> f64 {
        f64::ln_1p(self)
    }
    #[inline(always)]
    fn exp_m1(self) -> f64 {
        f64::exp_m1(self)
    }
    #[inline(always)]
    fn tanh(self) -> f64 {
        f64::tanh(self)
    }
    #[inline(always)]
    fn erf(self) -> f64 {
        libm::erf(self)
    }
    #[inline(always)]
    fn sigmoid(self) -> f64 {
        1.0 / (1.0 + (-self).exp())
    }
    #[inline(always)]
    fn normal_cdf(self) -> f64 {
        0.5 * libm::erf(self * std::f64::consts::FRAC_1_SQRT_2) + 0.5
    }
}

/// Powers of numbers that are not positive, for sums of them.
pub(crate) trait LiftedExp: Real {
    /// A power of two.
    const LIFT: Self;
    /// `eˣ` times [`LIFT`](LiftedExp::LIFT) for `x ≤ 0` or NaN; where `eˣ` rounds to 0, something of at
    /// most half the smallest number.
    ///
    /// Lifted, the smallest power still has an exponent, which costs half of what `eˣ` does. The digits
    /// are the same, but none are lost where `eˣ` is subnormal.
    #[must_use]
    fn lifted_exp(self) -> Self;
}

impl LiftedExp for f32 {
    /// 2⁶⁴
    const LIFT: f32 = f32::from_bits((127 + 64) << 23);
    #[inline(always)]
    fn lifted_exp(self) -> f32 {
        let x = if self < -104.0 { -104.0 } else { self };
        // The constant carries the exponents' bias and the lift of 64: the low bits are those of 2ⁿ⁺⁶⁴.
        let (r, shifted) = reduced(x, ROUND + (127.0 + 64.0));
        let power = f32::from_bits(shifted.to_bits() << 23);
        // A product, because adding to the exponent would make a number of NaN.
        power.mul_add(exp_tail(r), power)
    }
}

impl LiftedExp for f64 {
    const LIFT: f64 = 1.0;
    #[inline(always)]
    fn lifted_exp(self) -> f64 {
        f64::exp(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many `f32` values away the result is from the correctly rounded one; NaN is right for NaN.
    fn ulps(got: f32, exact: f64) -> u32 {
        let right = exact as f32;
        if got.is_nan() || right.is_nan() {
            return if got.is_nan() && right.is_nan() {
                0
            } else {
                u32::MAX
            };
        }
        // Positions on the line of all values, both zeros at the same place.
        let place = |x: f32| i64::from(x.abs().to_bits()) * if x < 0.0 { -1 } else { 1 };
        place(got).abs_diff(place(right)) as u32
    }

    /// The largest distance, where it is, and of how many results in 100 it is zero, over every 1,009th bit
    /// pattern: all exponents, both signs, subnormals, infinities and NaN.
    fn measure(f: fn(f32) -> f32, exact: fn(f64) -> f64) -> (u32, f32, f64) {
        let (mut worst, mut at, mut right, mut all) = (0, 0.0, 0u32, 0u32);
        for bits in (0..=u32::MAX).step_by(1009) {
            let x = f32::from_bits(bits);
            let off = ulps(f(x), exact(f64::from(x)));
            if off > worst {
                (worst, at) = (off, x);
            }
            right += u32::from(off == 0);
            all += 1;
        }
        (worst, at, 100.0 * f64::from(right) / f64::from(all))
    }

    /// As PyTorch's: a power beyond `f32` makes it 0, and its cross-entropy the bound of 100.
    fn limited_sigmoid(x: f64) -> f64 {
        let power = (-x).exp();
        let infinite = (power as f32).is_infinite();
        if infinite { 0.0 } else { 1.0 / (1.0 + power) }
    }

    /// The table in the module's documentation.
    #[test]
    fn within_two_units_of_the_correctly_rounded_value() {
        type Single = fn(f32) -> f32;
        type Double = fn(f64) -> f64;
        let table: [(&str, Single, Double, u32, f64); 7] = [
            ("exp", exp_f32, f64::exp, 1, 99.5),
            ("ln", ln_f32, f64::ln, 1, 99.6),
            ("tanh", tanh_f32, f64::tanh, 2, 98.5),
            ("sigmoid", sigmoid_f32, limited_sigmoid, 2, 96.0),
            ("erf", erf_f32, libm::erf, 1, 99.2),
            ("ln_1p", ln_1p_f32, f64::ln_1p, 1, 97.6),
            ("exp_m1", exp_m1_f32, f64::exp_m1, 1, 99.6),
        ];
        for (name, f, exact, most, share) in table {
            let (off, at, right) = measure(f, exact);
            assert!(off <= most, "{name} is {off} ulp off at {at:e}");
            assert!(right >= share, "{name} is right for {right} % only");
        }
    }

    #[test]
    fn normal_distribution_function() {
        for i in -80_000..=80_000 {
            let x = i as f32 * 1e-4;
            let exact = 0.5 + 0.5 * libm::erf(f64::from(x) * std::f64::consts::FRAC_1_SQRT_2);
            let got = f64::from(normal_cdf_f32(x));
            assert!((got - exact).abs() < 2e-7, "{got} at {x}, exactly {exact}");
        }
        assert_eq!((normal_cdf_f32(-6.0), normal_cdf_f32(6.0)), (0.0, 1.0));
        assert!(normal_cdf_f32(f32::NAN).is_nan());
    }

    #[test]
    fn special_values() {
        assert_eq!(exp_f32(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp_f32(f32::INFINITY), f32::INFINITY);
        assert_eq!(ln_f32(0.0), f32::NEG_INFINITY);
        assert!(ln_f32(-1.0).is_nan() && exp_f32(f32::NAN).is_nan() && tanh_f32(f32::NAN).is_nan());
        assert_eq!(ln_1p_f32(-1.0), f32::NEG_INFINITY);
        assert_eq!(
            (exp_m1_f32(-1e4), exp_m1_f32(f32::INFINITY)),
            (-1.0, f32::INFINITY)
        );
        assert_eq!(exp_m1_f32(-0.0).to_bits(), (-0.0f32).to_bits());
        assert!(exp_m1_f32(f32::NAN).is_nan() && erf_f32(f32::NAN).is_nan());
        assert_eq!((erf_f32(f32::INFINITY), erf_f32(-1e4)), (1.0, -1.0));
        assert_eq!(tanh_f32(1e4), 1.0);
        assert_eq!(tanh_f32(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!((1e4f32).sigmoid(), 1.0);
        assert_eq!((-1e4f32).sigmoid(), 0.0);
    }

    #[test]
    fn lifted_powers_have_the_digits_of_powers() {
        for bits in (0..=u32::MAX).step_by(1009) {
            let x = f32::from_bits(bits);
            if x > 0.0 {
                continue;
            }
            let (lifted, plain) = (x.lifted_exp(), exp_f32(x));
            if x.is_nan() {
                assert!(lifted.is_nan());
            } else if x > -87.0 {
                assert_eq!((lifted / f32::LIFT).to_bits(), plain.to_bits(), "{x}");
            } else {
                // Rounded once more, to a place of 2⁻¹⁴⁹.
                assert!(ulps(lifted / f32::LIFT, f64::from(plain)) <= 1, "{x}");
            }
        }
        assert!(f32::from_bits(0x7fff_ffff).lifted_exp().is_nan());
        assert!(f32::from_bits(0xff80_0001).lifted_exp().is_nan());
        assert_eq!(f32::NEG_INFINITY.lifted_exp() / f32::LIFT, 0.0);
    }
}
