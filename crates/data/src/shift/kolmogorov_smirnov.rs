//! The two-sample test of Kolmogorov and Smirnov.

use super::sorted;
use crate::error::Result;
use gradus_tensor::Tensor;

/// The result of [`ks_2samp`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KsTest {
    /// The largest distance between the two shares of samples up to a value; 0 to 1.
    pub statistic: f64,
    /// The probability of such a distance, or a larger one, if both sets come from one distribution.
    pub p_value: f64,
    /// The value at which the distance is largest; of several, the smallest one where the first share is the larger, as in SciPy.
    pub location: f64,
}

/// How far the distributions of two sets of numbers are apart.
///
/// D = maxₓ |F₁(x) − F₂(x)|. The p-value is exact up to 10,000 samples a set, else from the limit distribution
/// 2 Σ (−1)ᵏ⁻¹ exp(−2 k² t²) at t = D √(nm / (n + m)).
///
/// # Shapes
/// `a`: `(n,)`, `b`: `(m,)`.
///
/// # Errors
/// If a set is empty, no column, or holds a number that is not finite.
///
/// # Source
/// `scipy.stats.ks_2samp`, version 1.17, two-sided; for large sets SciPy refines the limit distribution, which changes
/// p-values in their third digit at most.
///
/// # Examples
/// ```
/// use gradus_data::ks_2samp;
/// use gradus_tensor::Tensor;
///
/// let train = Tensor::from_vec((0..50).map(f64::from).collect::<Vec<_>>(), [50])?;
/// let shifted = Tensor::from_vec((30..80).map(f64::from).collect::<Vec<_>>(), [50])?;
/// let test = ks_2samp(&train, &shifted)?;
/// assert_eq!(test.statistic, 0.6);
/// assert!(test.p_value < 1e-7);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn ks_2samp(a: &Tensor, b: &Tensor) -> Result<KsTest> {
    const OP: &str = "ks_2samp";
    /// As SciPy's: with more samples counting paths takes long and gains nothing.
    const LARGEST_EXACT: usize = 10_000;
    let (a, b) = (
        sorted(OP, "the first set", a)?,
        sorted(OP, "the second set", b)?,
    );
    let (n, m) = (a.len() as u64, b.len() as u64);
    // The distance in units of 1 / (n m), so that equal distances are equal.
    let (mut i, mut j) = (0, 0);
    let (mut above, mut below) = ((0, a[0]), (0, a[0]));
    while i < a.len() && j < b.len() {
        let value = a[i].min(b[j]);
        i += a[i..].partition_point(|&x| x <= value);
        j += b[j..].partition_point(|&x| x <= value);
        let (first, second) = (i as u64 * m, j as u64 * n);
        for (distance, largest) in [
            (first.saturating_sub(second), &mut above),
            (second.saturating_sub(first), &mut below),
        ] {
            if distance > largest.0 {
                *largest = (distance, value);
            }
        }
    }
    let (largest, location) = if below.0 > above.0 { below } else { above };
    let statistic = largest as f64 / (n * m) as f64;
    let p_value = if n.max(m) <= LARGEST_EXACT as u64 {
        exact_tail(n as usize, m as usize, largest)
    } else {
        let (n, m) = (n as f64, m as f64);
        limit_tail(statistic * (n * m / (n + m)).sqrt())
    };
    Ok(KsTest {
        statistic,
        p_value: p_value.clamp(0.0, 1.0),
        location,
    })
}

/// The share of all orders of n + m samples in which the distance reaches `limit` / (n m): of the paths from (0, 0) to
/// (n, m) those that leave the strip |i m − j n| < limit (Hodges 1958).
#[inline]
fn exact_tail(n: usize, m: usize, limit: u64) -> f64 {
    if limit == 0 {
        return 1.0;
    }
    // A path's probability to be inside up to (i, j), weighted by the chance to come through there: with i + j of
    // n + m drawn, the next one is of the first set with probability (n − i) / (n + m − i − j). Only places in the strip
    // are visited; it moves to the right, so what lies left of it is not read again.
    let mut row = vec![0.0; m + 1];
    let reach = limit as usize - 1;
    for i in 0..=n {
        let first = (i * m).saturating_sub(reach).div_ceil(n);
        let last = ((i * m + reach) / n).min(m);
        for j in first..=last {
            let left = (n + m + 1 - i - j) as f64;
            let from_left = if j > first {
                row[j - 1] * (m - j + 1) as f64 / left
            } else {
                0.0
            };
            let from_above = if i > 0 {
                row[j] * (n - i + 1) as f64 / left
            } else {
                0.0
            };
            row[j] = match (i, j) {
                (0, 0) => 1.0,
                _ => from_left + from_above,
            };
        }
    }
    1.0 - row[m]
}

/// P(K > t) for Kolmogorov's distribution.
#[inline]
fn limit_tail(t: f64) -> f64 {
    if t < 0.18 {
        // All of 1 to the last bit; the series would need too many terms.
        return 1.0;
    }
    let term = |k: i32| (-2.0 * f64::from(k * k) * t * t).exp();
    let sum: f64 = (1..=100)
        .map(|k| if k % 2 == 1 { term(k) } else { -term(k) })
        .sum();
    2.0 * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f64]) -> Tensor {
        Tensor::from_slice(values, [values.len()]).unwrap()
    }

    /// SciPy 1.17: statistic and p-value.
    #[test]
    fn scipy_s_numbers() {
        for (a, b, [statistic, p_value]) in SMALL {
            let test = ks_2samp(&column(a), &column(b)).unwrap();
            assert!((test.statistic - statistic).abs() < 1e-15, "{test:?}");
            assert!((test.p_value - p_value).abs() < 1e-12, "{test:?}");
            let share = |set: &[f64]| {
                let below = set.iter().filter(|&&x| x <= test.location).count();
                below as f64 / set.len() as f64
            };
            assert!(((share(a) - share(b)).abs() - statistic).abs() < 1e-15);
        }
    }

    #[test]
    fn of_equal_distances_the_one_with_the_first_share_above_is_the_place() {
        // Two steps up at 3, two down at 1.
        let (first, second) = ([2.0, 2.0, 3.0, 3.0], [1.0, 1.0, 4.0, 4.0]);
        let test = ks_2samp(&column(&first), &column(&second)).unwrap();
        assert_eq!((test.statistic, test.location), (0.5, 3.0));
    }

    #[test]
    fn the_limit_continues_the_exact_numbers() {
        let exact = exact_tail(1000, 1000, 50 * 1000);
        let limit = limit_tail(0.05 * 500_f64.sqrt());
        assert!((exact - limit).abs() < 5e-3, "{exact} {limit}");
        assert!((limit_tail(1.0) - 0.269_999_671_677_354_56).abs() < 1e-14);
        assert_eq!(limit_tail(0.1), 1.0);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        assert!(ks_2samp(&column(&[]), &column(&[1.0])).is_err());
        let error = ks_2samp(&column(&[1.0]), &column(&[f64::NAN])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ks_2samp: the second set holds NaN; impute or drop it first"
        );
    }

    const SMALL: [(&[f64], &[f64], [f64; 2]); 4] = [
        (
            &[1.8, 0.4, 1.0, 2.2, 1.9],
            &[-0.5, 1.5, 0.3, 0.4, 0.9, 0.6, 2.0],
            [0.5142857142857142, 0.3282828282828283],
        ),
        (
            &[0.8, 0.1, 0.4, 0.3, 1.5, -0.2, 0.3, -0.9, -2.6, 0.7],
            &[1.4, -0.2, 2.8, -1.0, 0.5, 0.3, 2.0, 2.0, 0.7, 0.9],
            [0.4, 0.41752365281777043],
        ),
        (
            &[
                -0.89, -1.98, -0.35, 0.16, 1.23, 1.2, -0.39, -0.3, -1.05, -1.42, -1.71, 1.95,
                -0.51, -0.44, -1.25, 0.78, -1.61, -0.21, -0.9, 0.39,
            ],
            &[
                -0.01, -0.68, 0.47, 0.93, 0.57, 0.8, -0.13, 0.14, -0.17, 0.14, -0.31, -1.23, 0.68,
            ],
            [0.46923076923076923, 0.04258895025326325],
        ),
        (
            &[-0.0, -2.0, 0.0, -1.0, 0.0, 1.0],
            &[1.0, 2.0, -1.0, 1.0, -0.0, -0.0],
            [0.3333333333333333, 0.9307359307359307],
        ),
    ];
}
