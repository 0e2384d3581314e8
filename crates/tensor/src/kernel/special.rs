//! Special functions of one `f64` that neither the standard library nor `libm` has, within a few units
//! in the last place of the larger of the result and 1 but for `trigamma`.

use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// B₂ₖ / (2k)!, k = 1, 2, …: the coefficients of the Euler–Maclaurin sum.
const BERNOULLI: [f64; 12] = [
    8.333_333_333_333_333e-2,
    -1.388_888_888_888_889e-3,
    3.306_878_306_878_307e-5,
    -8.267_195_767_195_768e-7,
    2.087_675_698_786_81e-8,
    -5.284_190_138_687_493e-10,
    1.338_253_653_068_467_9e-11,
    -3.389_680_296_322_582_7e-13,
    8.586_062_056_277_845e-15,
    -2.174_868_698_558_062e-16,
    5.509_002_828_360_229_5e-18,
    -1.395_446_468_581_252_3e-19,
];

/// The logarithmic derivative of Γ; −∞ at 0, +∞ at −0, NaN at negative integers.
#[inline]
pub(crate) fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::INFINITY.copysign(-x);
    }
    if x < 0.0 {
        if x == x.floor() {
            return f64::NAN;
        }
        // The remainder is exact, so tan sees the true distance to the next pole.
        return digamma(1.0 - x) - PI / (PI * (x - x.round())).tan();
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    if x == f64::INFINITY {
        return x;
    }
    // ln x − 1/2x − Σ B₂ₖ / (2k x²ᵏ)
    let square = 1.0 / (x * x);
    let (mut power, mut series) = (1.0, 0.0);
    let mut factorial = 1.0; // (2k − 1)!
    for (k, b) in BERNOULLI[..8].iter().enumerate() {
        power *= square;
        series += b * factorial * power;
        factorial *= (2 * k + 2) as f64 * (2 * k + 3) as f64;
    }
    sum + x.ln() - 0.5 / x - series
}

/// The derivative of [`digamma`], to ten digits: six steps of its recurrence and four terms of its
/// asymptotic series, which is how PyTorch computes it. More of either would be nearer to the truth and
/// further from PyTorch's gradients.
#[inline]
fn trigamma(x: f64) -> f64 {
    if x < 0.5 {
        // ψ′(x) + ψ′(1 − x) = (π / sin πx)²
        let sin = (PI * x).sin();
        return (PI * PI) / (sin * sin) - trigamma(1.0 - x);
    }
    let (mut x, mut sum) = (x, 0.0);
    for _ in 0..6 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = square * (1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0)));
    sum + (1.0 + 1.0 / (2.0 * x) + series) / x
}

/// The `n`-th derivative of [`digamma`].
#[inline]
pub(crate) fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    if n == 1 {
        return trigamma(x);
    }
    let odd = !n.is_multiple_of(2);
    if x <= 0.0 && x == x.floor() {
        return if x == f64::NEG_INFINITY {
            f64::NAN
        } else if odd {
            f64::INFINITY
        } else {
            f64::NEG_INFINITY
        };
    }
    if n > 170 {
        // n! is beyond f64; 0 · ∞ is NaN, as in PyTorch.
        let size = f64::INFINITY * x.abs().powf(-(f64::from(n) + 1.0));
        return if odd { size } else { -size };
    }
    if x < 0.0 {
        // ψ⁽ⁿ⁾(x) = (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − π dⁿ/dxⁿ cot πx
        let reflected = polygamma(n, 1.0 - x);
        let cotangent = 1.0 / (PI * (x - x.round())).tan();
        let derivative = PI.powi(n as i32 + 1) * cotangent_derivative(n, cotangent);
        return if odd { -reflected } else { reflected } - derivative;
    }
    let factorial: f64 = (1..=n).map(f64::from).product();
    let size = factorial * hurwitz_zeta(n + 1, x);
    if odd { size } else { -size }
}

/// Σₖ (x + k)⁻ˢ for x > 0 and an integer s ≥ 2.
#[inline]
fn hurwitz_zeta(s: u32, x: f64) -> f64 {
    let exponent = i32::try_from(s).unwrap_or(i32::MAX);
    let (mut x, mut sum) = (x, 0.0);
    while x < f64::from(s) + 11.0 {
        sum += x.powi(-exponent);
        x += 1.0;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    // x¹⁻ˢ / (s − 1) + x⁻ˢ / 2 + Σ B₂ₖ / (2k)! s (s + 1) … (s + 2k − 2) x^(1 − s − 2k)
    let s = f64::from(s);
    let mut term = x.powi(-exponent);
    sum += x * term / (s - 1.0) + 0.5 * term;
    let mut rising = s;
    term /= x;
    for (k, b) in BERNOULLI.iter().enumerate() {
        let next = b * rising * term;
        sum += next;
        if next.abs() < sum * f64::EPSILON * 0.1 {
            break;
        }
        let k = k as f64;
        rising *= (s + 2.0 * k + 1.0) * (s + 2.0 * k + 2.0);
        term /= x * x;
    }
    sum
}

/// The `n`-th derivative of cot at a place where cot is `c`: a polynomial in `c`, since cot′ = −(1 + cot²).
#[inline]
fn cotangent_derivative(n: u32, c: f64) -> f64 {
    let mut coefficients = vec![0.0, 1.0];
    for _ in 0..n {
        let mut next = vec![0.0; coefficients.len() + 1];
        for (power, &coefficient) in coefficients.iter().enumerate().skip(1) {
            let slope = coefficient * power as f64;
            next[power - 1] -= slope;
            next[power + 1] -= slope;
        }
        coefficients = next;
    }
    coefficients.iter().rev().fold(0.0, |sum, a| sum * c + a)
}

/// The inverse of the error function; ±∞ at ±1, NaN beyond.
#[inline]
pub(crate) fn erfinv(y: f64) -> f64 {
    let size = y.abs();
    if size >= 1.0 || y == 0.0 || y.is_nan() {
        return if size == 1.0 {
            f64::INFINITY.copysign(y)
        } else if size > 1.0 {
            f64::NAN
        } else {
            y
        };
    }
    let tail = 1.0 - size;
    let mut x = if size < 0.1 {
        size / FRAC_2_SQRT_PI
    } else {
        // Winitzki's approximation, 2 in 1000.
        const A: f64 = 0.147;
        let log = tail.ln() + size.ln_1p();
        let half = 2.0 / (PI * A) + 0.5 * log;
        ((half * half - log / A).sqrt() - half).sqrt()
    };
    // Halley's method triples the digits; the side of erf or erfc on which the residual is exact.
    for _ in 0..3 {
        let residual = if size < 0.5 {
            libm::erf(x) - size
        } else {
            tail - libm::erfc(x)
        };
        let step = residual / (FRAC_2_SQRT_PI * (-x * x).exp());
        x -= step / (1.0 + x * step);
    }
    x.copysign(y)
}

/// The `n`-th derivative of sin(πx) / πx, continued by its limit at 0.
#[inline]
pub(crate) fn sinc(n: u32, x: f64) -> f64 {
    let z = PI * x;
    let scale = PI.powi(n as i32);
    if z.abs() < f64::from(n) + 1.0 {
        return scale * sinc_series(n, z);
    }
    // From z f(z) = sin z: z f⁽ᵏ⁾ + k f⁽ᵏ⁻¹⁾ = sin⁽ᵏ⁾.
    let (sin, cos) = z.sin_cos();
    let derivatives = [sin, cos, -sin, -cos];
    let mut value = sin / z;
    for k in 1..=n {
        value = (derivatives[k as usize % 4] - f64::from(k) * value) / z;
    }
    scale * value
}

/// Σ (−1)ᵏ z²ᵏ⁻ⁿ / ((2k − n)! (2k + 1)) over 2k ≥ n.
#[inline]
fn sinc_series(n: u32, z: f64) -> f64 {
    let first = n.div_ceil(2);
    let offset = 2 * first - n;
    let mut power = if offset == 0 { 1.0 } else { z };
    if !first.is_multiple_of(2) {
        power = -power;
    }
    let (mut sum, mut k) = (0.0, f64::from(first));
    let mut exponent = f64::from(offset);
    loop {
        let term = power / (2.0 * k + 1.0);
        sum += term;
        if term.abs() <= f64::EPSILON * 0.1 * f64::abs(sum) {
            return sum;
        }
        power *= -z * z / ((exponent + 1.0) * (exponent + 2.0));
        exponent += 2.0;
        k += 1.0;
    }
}

#[cfg(test)]
#[expect(
    clippy::approx_constant,
    reason = "values of a table that are near constants by chance"
)]
mod tests {
    use super::*;

    /// Values to 17 digits, computed with 40 digits by an arbitrary-precision library.
    #[track_caller]
    fn check(name: &str, f: impl Fn(f64) -> f64, expected: &[(f64, f64)], ulps: f64) {
        for &(x, y) in expected {
            let got = f(x);
            let off = (got - y).abs() / (f64::EPSILON * y.abs().max(1.0));
            assert!(off <= ulps, "{name}({x}) is {got}, expected {y}: {off} ulp");
        }
    }

    #[test]
    fn digamma_by_table() {
        check(
            "digamma",
            digamma,
            &[
                (1e-10, -10000000000.577215),
                (0.1, -10.423754940411076),
                (0.5, -1.9635100260214235),
                (1.0, -0.5772156649015329),
                (1.4616321449683622, -9.241265521729427e-17),
                (1.5, 0.03648997397857652),
                (2.0, 0.42278433509846713),
                (3.7, 1.1671535393615113),
                (11.9, 2.4339335368825377),
                (12.0, 2.442661679975812),
                (50.0, 3.901989673427892),
                (1000000.0, 13.815510057964191),
                (1e+300, 690.7755278982137),
                (-0.5, 0.03648997397857652),
                (-0.999, -999.5745709308084),
                (-1.5, 0.7031566406452432),
                (-10.25, 5.516858419886273),
                (-1000.7, 4.626453932621574),
                (-1000000000.25, 23.864858491286203),
            ],
            8.0,
        );
    }

    /// `trigamma` stops its series where PyTorch does, so that gradients of `digamma` are PyTorch's: ten
    /// digits, which is this many units in the last place of the larger of the result and 1.
    const TRIGAMMA_ULPS: f64 = 5e6;

    #[test]
    fn trigamma_by_table() {
        check(
            "trigamma",
            |x| polygamma(1, x),
            &[
                (1e-05, 10000000001.644909),
                (0.1, 101.43329915079275),
                (0.5, 4.934802200544679),
                (1.0, 1.6449340668482264),
                (2.5, 0.49035775610023485),
                (10.0, 0.10516633568168575),
                (100.0, 0.010050166663333571),
                (10000000000.0, 1.00000000005e-10),
                (-0.5, 8.934802200544679),
                (-1.5, 9.379246644989124),
                (-20.3, 15.03134603262623),
            ],
            TRIGAMMA_ULPS,
        );
    }

    /// PyTorch's, and no loop over four thousand million factors.
    #[test]
    fn orders_whose_factorial_is_infinite() {
        for n in [171, u32::MAX] {
            assert_eq!(polygamma(n, 1.0), f64::INFINITY);
            assert_eq!(polygamma(n, 0.0), f64::INFINITY);
            assert!(polygamma(n, 1e300).is_nan() && polygamma(n, f64::INFINITY).is_nan());
        }
        assert_eq!(polygamma(172, -0.5), f64::NEG_INFINITY);
        assert_eq!(polygamma(300, 1.0), f64::NEG_INFINITY);
    }

    #[test]
    fn polygamma_2_by_table() {
        check(
            "polygamma_2",
            |x| polygamma(2, x),
            &[
                (0.1, -2001.8614573783436),
                (0.5, -16.82879664423432),
                (1.0, -2.4041138063191885),
                (2.5, -0.2362040516417274),
                (10.0, -0.011049834970802067),
                (100.0, -0.00010100499983335),
                (-0.5, -0.82879664423432),
                (-1.3, 68.54941347116214),
                (-20.3, 68.8352336578373),
            ],
            32.0,
        );
    }

    #[test]
    fn polygamma_5_by_table() {
        check(
            "polygamma_5",
            |x| polygamma(5, x),
            &[
                (0.1, 120000069.30751093),
                (0.5, 7691.113548602436),
                (1.0, 122.0811674381339),
                (2.5, 0.5785691785671835),
                (10.0, 0.0003059451621172682),
                (100.0, 2.460599944011996e-09),
                (-0.5, 15371.113548602436),
                (-1.3, 165659.24299740966),
                (-20.3, 165660.17444721743),
            ],
            32.0,
        );
    }

    #[test]
    fn erfinv_by_table() {
        check(
            "erfinv",
            erfinv,
            &[
                (1e-300, 8.86226925452758e-301),
                (1e-10, 8.862269254527581e-11),
                (0.01, 0.008862501280950598),
                (0.25, 0.2253120550121781),
                (0.5, 0.4769362762044699),
                (0.75, 0.8134198475976185),
                (0.9, 1.1630871536766743),
                (0.99, 1.8213863677184494),
                (0.999999, 3.458910737275499),
                (0.9999999999990905, 5.05125408524939),
                (0.9999999999999999, 5.8635847487551676),
                (-0.3, -0.2724627147267543),
                (-0.9999, -2.75106390571208),
            ],
            4.0,
        );
    }

    #[test]
    fn sinc_0_by_table() {
        check(
            "sinc_0",
            |x| sinc(0, x),
            &[
                (1e-08, 0.9999999999999999),
                (0.01, 0.9998355147105487),
                (0.3, 0.8583936913341398),
                (0.5, 0.6366197723675814),
                (0.7, 0.36788301057177425),
                (1.0, -3.2171444518142574e-52),
                (1.3, -0.19809085184633995),
                (2.5, 0.12732395447351627),
                (-0.4, 0.7568267286406569),
                (17.3, -0.014885439734118055),
            ],
            32.0,
        );
    }

    #[test]
    fn sinc_1_by_table() {
        check(
            "sinc_1",
            |x| sinc(1, x),
            &[
                (1e-08, -3.2898681336964526e-08),
                (0.01, -0.0328954344817124),
                (0.3, -0.9020281301388888),
                (0.5, -1.2732395447351628),
                (0.7, -1.3652403755203533),
                (1.0, -1.0),
                (1.3, -0.29976492342010236),
                (2.5, -0.05092958178940651),
                (-0.4, 1.119524335664274),
                (17.3, -0.03311559610163892),
            ],
            32.0,
        );
    }

    #[test]
    fn sinc_2_by_table() {
        check(
            "sinc_2",
            |x| sinc(2, x),
            &[
                (1e-08, -3.289868133696452),
                (0.01, -3.2888941000101957),
                (0.3, -2.4584852862661744),
                (0.5, -1.1902271282389358),
                (0.7, 0.26982700697582357),
                (1.0, 2.0),
                (1.3, 2.416255148459873),
                (2.5, -1.215893396004392),
                (-0.4, -1.8719587335325203),
                (17.3, 0.1507417941249082),
            ],
            256.0,
        );
    }

    #[test]
    fn sinc_3_by_table() {
        check(
            "sinc_3",
            |x| sinc(3, x),
            &[
                (1e-08, 1.9481818206800485e-07),
                (0.01, 0.19479529272766102),
                (0.3, 5.24749315292437),
                (0.5, 7.141362769433615),
                (0.7, 7.131038417133915),
                (1.0, 3.8696044010893584),
                (1.3, -1.1135057941987754),
                (2.5, 1.4590720752052706),
                (-0.4, -6.415001782257937),
                (17.3, 0.30918974165008495),
            ],
            256.0,
        );
    }

    #[test]
    fn poles_and_limits() {
        assert_eq!(digamma(0.0), f64::NEG_INFINITY);
        assert_eq!(digamma(-0.0), f64::INFINITY);
        assert!(digamma(-3.0).is_nan() && digamma(f64::NEG_INFINITY).is_nan());
        assert_eq!(digamma(f64::INFINITY), f64::INFINITY);
        assert_eq!(polygamma(1, 0.0), f64::INFINITY);
        assert_eq!(polygamma(2, -1.0), f64::NEG_INFINITY);
        assert_eq!(polygamma(3, f64::INFINITY), 0.0);
        assert!(polygamma(1, f64::NAN).is_nan());
        assert_eq!(erfinv(1.0), f64::INFINITY);
        assert_eq!(erfinv(-1.0), f64::NEG_INFINITY);
        assert!(erfinv(1.5).is_nan() && erfinv(f64::NAN).is_nan());
        assert_eq!(erfinv(-0.0).to_bits(), (-0.0f64).to_bits());
        assert_eq!((sinc(0, 0.0), sinc(1, 0.0)), (1.0, 0.0));
        assert!(sinc(0, f64::INFINITY).is_nan());
    }
}
