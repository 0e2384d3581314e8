//! Elementary functions in double precision as straight-line code, for arguments and results that are single.
//!
//! Truncated series with fused multiply-adds, within 10⁻¹⁰ of the exact values relative to them: rounded to
//! `f32` they are what the standard library's are, but loops over them vectorise. Each says for which arguments
//! it holds; whoever calls it leaves the others to the standard library.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, LN_2, LOG2_E};

/// Adding and subtracting this rounds a number below 2⁵¹ to the nearest integer, whose value then stands in the
/// low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// What [`LN_2`] and [`FRAC_PI_2`] lack.
const LN_2_REST: f64 = 2.319_046_813_846_299_6e-17;
const FRAC_PI_2_REST: f64 = 6.123_233_995_736_766e-17;

/// `c[0] + c[1] z + c[2] z² + ..`
#[inline(always)]
fn series<const N: usize>(z: f64, c: [f64; N]) -> f64 {
    let mut sum = c[N - 1];
    for k in (0..N - 1).rev() {
        sum = sum.mul_add(z, c[k]);
    }
    sum
}

/// `(eʳ − 1, 2ⁿ)` with `x = n ln 2 + r`.
#[inline(always)]
fn exp_parts(x: f64) -> (f64, f64) {
    const C: [f64; 11] = {
        let (mut c, mut factorial, mut k) = ([0.0; 11], 1.0, 0);
        while k < 11 {
            factorial *= (k + 1) as f64;
            c[k] = 1.0 / factorial;
            k += 1;
        }
        c
    };
    let shifted = x.mul_add(LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN_2_REST, n.mul_add(-LN_2, x));
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1f64.to_bits()));
    (r * series(r, C), power)
}

/// `eˣ` for |x| < 700.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let (tail, power) = exp_parts(x);
    power.mul_add(tail, power)
}

/// `eˣ − 1` for |x| < 700.
#[inline(always)]
pub(crate) fn exp_m1(x: f64) -> f64 {
    let (tail, power) = exp_parts(x);
    let y = power.mul_add(tail, power - 1.0);
    // Keeps the sign of −0.0.
    if x == 0.0 { x } else { y }
}

/// `ln x` for what is positive, normal and finite: `e ln 2 + 2 artanh((m − 1) / (m + 1))` with `x = m 2ᵉ` and m
/// around 1.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    const C: [f64; 9] = {
        let (mut c, mut k) = ([0.0; 9], 0);
        while k < 9 {
            c[k] = 2.0 / (2 * k + 1) as f64;
            k += 1;
        }
        c
    };
    let one = 1f64.to_bits();
    let biased = x
        .to_bits()
        .wrapping_add(one - std::f64::consts::FRAC_1_SQRT_2.to_bits())
        >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub(biased << 52).wrapping_add(one));
    // The exponent as a number, by way of the low bits of 2⁵².
    let two52 = 4_503_599_627_370_496f64;
    let e = f64::from_bits(biased | two52.to_bits()) - (two52 + 1023.0);
    let s = (m - 1.0) / (m + 1.0);
    e.mul_add(LN_2, s * series(s * s, C))
}

/// `ln(1 + x)` for 0 ≤ x < 10³⁰⁰.
#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    let u = 1.0 + x;
    ln(u) + (x - (u - 1.0)) / u
}

/// Sine and cosine for |x| < 10⁹.
#[inline(always)]
pub(crate) fn sin_cos(x: f64) -> (f64, f64) {
    // (−1)ᵏ / (2k + 1)! and (−1)ᵏ / (2k)!
    const C: ([f64; 7], [f64; 8]) = {
        let (mut odd, mut even) = ([0.0; 7], [0.0; 8]);
        let (mut factorial, mut k) = (1.0, 0);
        while k < 8 {
            even[k] = factorial;
            factorial /= -((2 * k + 1) as f64);
            if k < 7 {
                odd[k] = -factorial;
            }
            factorial /= (2 * k + 2) as f64;
            k += 1;
        }
        (odd, even)
    };
    let shifted = x.mul_add(std::f64::consts::FRAC_2_PI, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-FRAC_PI_2_REST, n.mul_add(-FRAC_PI_2, x));
    let z = r * r;
    let (sin, cos) = (r * series(z, C.0), series(z, C.1));
    let quarter = shifted.to_bits();
    let (a, b) = if quarter & 1 == 0 {
        (sin, cos)
    } else {
        (cos, sin)
    };
    let sign = |y: f64, turns: u64| f64::from_bits(y.to_bits() ^ ((turns >> 1) << 63));
    (sign(a, quarter), sign(b, quarter.wrapping_add(1)))
}

/// The angle whose tangent is x; NaN for NaN.
#[inline(always)]
pub(crate) fn atan(x: f64) -> f64 {
    // (−1)ᵏ / (2k + 1)
    const C: [f64; 13] = {
        let (mut c, mut k) = ([0.0; 13], 0);
        while k < 13 {
            c[k] = (1 - 2 * (k % 2) as i32) as f64 / (2 * k + 1) as f64;
            k += 1;
        }
        c
    };
    let a = x.abs();
    // Tangents of an eighth and of three eighths of a half turn.
    let (middle, large) = (a > 0.414_213_562_373_095_05, a > 2.414_213_562_373_095);
    let (over, under) = if middle { (a - 1.0, a + 1.0) } else { (a, 1.0) };
    let (over, under) = if large { (-1.0, a) } else { (over, under) };
    let base = if middle { FRAC_PI_4 } else { 0.0 };
    let base = if large { FRAC_PI_2 } else { base };
    let t = over / under;
    (base + t * series(t * t, C)).copysign(x)
}

/// The angle whose sine is x; NaN beyond ±1.
#[inline(always)]
pub(crate) fn asin(x: f64) -> f64 {
    atan(x / ((1.0 - x) * (1.0 + x)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every 4,801st single number for which `holds`.
    #[track_caller]
    fn check(f: fn(f64) -> f64, exact: fn(f64) -> f64, holds: impl Fn(f64) -> bool) {
        let mut off = 0;
        let mut all = 0;
        for bits in (0..=u32::MAX).step_by(4801) {
            let x = f64::from(f32::from_bits(bits));
            if !holds(x) {
                continue;
            }
            let (got, right) = (f(x), exact(x));
            assert!(
                (got - right).abs() <= 1e-10 * right.abs() || got.to_bits() == right.to_bits(),
                "{got} instead of {right} at {x}"
            );
            off += u32::from((got as f32).to_bits() != (right as f32).to_bits());
            all += 1;
        }
        assert!(off * 1000 <= all, "{off} of {all} are rounded differently");
    }

    #[test]
    fn rounded_to_single_precision_they_are_the_library_s() {
        check(exp, f64::exp, |x| x.abs() < 700.0);
        check(exp_m1, f64::exp_m1, |x| x.abs() < 700.0);
        check(ln, f64::ln, |x| x > 0.0 && x < f64::INFINITY);
        check(ln_1p, f64::ln_1p, |x| (0.0..f64::INFINITY).contains(&x));
        check(|x| sin_cos(x).0, f64::sin, |x| x.abs() < 1e9);
        check(|x| sin_cos(x).1, f64::cos, |x| x.abs() < 1e9);
        check(atan, f64::atan, |x| !x.is_nan());
        check(asin, f64::asin, |x| x.abs() <= 1.0);
        assert!(atan(f64::NAN).is_nan() && asin(1.1).is_nan());
    }
}
