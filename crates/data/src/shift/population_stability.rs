//! The population stability index.

use super::sorted;
use crate::error::{Error, Result};
use gradus_tensor::Tensor;

const OP: &str = "population_stability_index";

/// The result of [`population_stability_index`].
#[derive(Clone, Debug, PartialEq)]
pub struct StabilityIndex {
    /// The index: below 0.1 next to no shift, above 0.25 a large one.
    pub index: f64,
    /// Upper ends of all bins but the last; a value on an end is in the bin below it.
    pub edges: Vec<f64>,
    /// Share of the expected set in each bin.
    pub expected: Vec<f64>,
    /// Share of the actual set in each bin.
    pub actual: Vec<f64>,
}

/// How much a set of numbers has moved against another: Σ (aᵢ − eᵢ) ln(aᵢ / eᵢ) over the shares of both in bins of about
/// equally many expected samples.
///
/// Bins are cut at quantiles of the expected set (NumPy's, linear), those that coincide once. A share of 0 counts as
/// 1/10,000, as is usual, so that the index stays finite.
///
/// # Shapes
/// `expected`: `(n,)`, `actual`: `(m,)`.
///
/// # Errors
/// If a set is empty, no column, or holds a number that is not finite, or there are fewer than two bins.
///
/// # Source
/// Siddiqi (2005), Credit Risk Scorecards.
///
/// # Examples
/// ```
/// use gradus_data::population_stability_index;
/// use gradus_tensor::Tensor;
///
/// let train = Tensor::from_vec((0..100).map(f64::from).collect::<Vec<_>>(), [100])?;
/// let same = population_stability_index(&train, &train, 10)?;
/// assert_eq!(same.index, 0.0);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn population_stability_index(
    expected: &Tensor,
    actual: &Tensor,
    bins: usize,
) -> Result<StabilityIndex> {
    if bins < 2 {
        return Err(Error::argument(
            OP,
            format!("{bins} bins; at least 2 are needed"),
        ));
    }
    let expected = sorted(OP, "the expected set", expected)?;
    let actual = sorted(OP, "the actual set", actual)?;
    let quantile = |bin: usize| {
        let position = (expected.len() - 1) as f64 * bin as f64 / bins as f64;
        let (below, part) = (position.floor() as usize, position.fract());
        let next = expected[(below + 1).min(expected.len() - 1)];
        expected[below] + (next - expected[below]) * part
    };
    let mut edges: Vec<f64> = (1..bins).map(quantile).collect();
    edges.dedup();
    let shares = |values: &[f64]| -> Vec<f64> {
        let up_to = |&edge: &f64| values.partition_point(|&x| x <= edge);
        let ends: Vec<usize> = edges.iter().map(up_to).chain([values.len()]).collect();
        let before = std::iter::once(&0).chain(&ends);
        let counts = ends.iter().zip(before).map(|(end, before)| end - before);
        counts
            .map(|count| count as f64 / values.len() as f64)
            .collect()
    };
    let (expected, actual) = (shares(&expected), shares(&actual));
    let index = expected
        .iter()
        .zip(&actual)
        .map(|(&e, &a)| {
            let (e, a) = (e.max(1e-4), a.max(1e-4));
            (a - e) * (a / e).ln()
        })
        .sum();
    Ok(StabilityIndex {
        index,
        edges,
        expected,
        actual,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f64]) -> Tensor {
        Tensor::from_slice(values, [values.len()]).unwrap()
    }

    #[test]
    fn by_hand() {
        let expected = column(&[1.0, 2.0, 3.0, 4.0]);
        let actual = column(&[1.0, 4.0, 4.0, 5.0]);
        let shift = population_stability_index(&expected, &actual, 2).unwrap();
        assert_eq!(shift.edges, [2.5]);
        assert_eq!(
            (shift.expected, shift.actual),
            (vec![0.5, 0.5], vec![0.25, 0.75])
        );
        let index = -0.25 * 0.5_f64.ln() + 0.25 * 1.5_f64.ln();
        assert!((shift.index - index).abs() < 1e-15);
    }

    #[test]
    fn ties_join_bins_and_empty_bins_stay_finite() {
        let expected = column(&[0.0, 0.0, 0.0, 0.0, 1.0]);
        let shift = population_stability_index(&expected, &column(&[5.0]), 4).unwrap();
        assert_eq!(shift.edges, [0.0]);
        assert_eq!(shift.actual, [0.0, 1.0]);
        assert!(shift.index.is_finite() && shift.index > 1.0);
        assert!(population_stability_index(&expected, &expected, 1).is_err());
    }
}
