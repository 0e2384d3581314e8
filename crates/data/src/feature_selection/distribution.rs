//! Tails of the distributions that scores are compared with.

/// P(X > x) for the F distribution with (`a`, `b`) degrees of freedom.
#[inline]
pub(super) fn f_tail(x: f64, a: f64, b: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    incomplete_beta(b / (b + a * x), b / 2.0, a / 2.0)
}

/// P(X > x) for the χ² distribution with `degrees` of freedom.
#[inline]
pub(super) fn chi2_tail(x: f64, degrees: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    upper_gamma(degrees / 2.0, x / 2.0)
}

const STEPS: usize = 10_000;
const TINY: f64 = 1e-300;

/// The regularised incomplete beta function Iₓ(a, b), by Lentz's continued fraction (Numerical Recipes, 6.4).
#[inline]
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (-x).ln_1p();
    // The fraction converges fast on this side of the mean only.
    if x < (a + 1.0) / (a + b + 2.0) {
        front.exp() * beta_fraction(x, a, b) / a
    } else {
        1.0 - front.exp() * beta_fraction(1.0 - x, b, a) / b
    }
}

#[inline]
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let away_from_zero = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..STEPS {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

/// The regularised upper incomplete gamma function Q(a, x): a series below the mean, a continued fraction above it
/// (Numerical Recipes, 6.2).
#[inline]
fn upper_gamma(a: f64, x: f64) -> f64 {
    let front = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for step in 1..STEPS {
            term *= x / (a + step as f64);
            sum += term;
            if term < sum * f64::EPSILON {
                break;
            }
        }
        return 1.0 - front * sum;
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for step in 1..STEPS {
        let m = step as f64;
        let term = -m * (m - a);
        b += 2.0;
        d = 1.0 / (b + term * d);
        c = b + term / c;
        let change = c * d;
        fraction *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    front * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(value: f64, expected: f64) {
        assert!(
            (value / expected - 1.0).abs() < 1e-11,
            "{value} is not {expected}"
        );
    }

    /// SciPy 1.17: `scipy.stats.f.sf` and `scipy.special.chdtrc`.
    #[test]
    fn tails_of_scipy() {
        for (x, a, b, expected) in F_TAILS {
            close(f_tail(x, a, b), expected);
        }
        for (x, degrees, expected) in CHI2_TAILS {
            close(chi2_tail(x, degrees), expected);
        }
        assert_eq!((f_tail(0.0, 1.0, 2.0), chi2_tail(-1.0, 3.0)), (1.0, 1.0));
        assert_eq!(f_tail(f64::INFINITY, 1.0, 2.0), 0.0);
        assert!(f_tail(f64::NAN, 1.0, 2.0).is_nan() && chi2_tail(f64::NAN, 1.0).is_nan());
    }

    const F_TAILS: [(f64, f64, f64, f64); 6] = [
        (0.5, 1.0, 10.0, 0.4956475043831199),
        (1.0, 3.0, 7.0, 0.44707961346848374),
        (4.2, 2.0, 147.0, 0.016833504554291535),
        (119.26, 2.0, 147.0, 1.6725379354473844e-31),
        (900.0, 1.0, 30.0, 6.25179163060889e-24),
        (0.001, 5.0, 5.0, 0.9999998288217309),
    ];
    const CHI2_TAILS: [(f64, f64, f64); 6] = [
        (0.1, 1.0, 0.7518296340458492),
        (3.0, 2.0, 0.22313016014842982),
        (10.82, 2.0, 0.004471640211348332),
        (116.3, 2.0, 5.568982809847045e-26),
        (50.0, 40.0, 0.1335748340856504),
        (5.0, 40.0, 0.9999999999965196),
    ];
}
