//! The median and the largest absolute error.

use gradus_tensor::Tensor;

use crate::outputs::{Targets, average, check_outputs};
use crate::{Error, Metric, MultiOutput, RegressionOptions, Result};

const MEDIAN: &str = "median_absolute_error";
const MAX: &str = "max_error";

/// The median distance between prediction and target: half of the samples are
/// nearer, half farther.
///
/// # Shapes
/// `y_true`, `y_pred`: `(samples,)` or `(samples, outputs)` → a number.
///
/// # Conventions
/// Range [0, ∞), best 0, in the target's unit. Between two middle values their
/// mean. Weighted: where the summed weights reach one half; exactly there, the
/// mean with the next value.
///
/// # Errors
/// No samples, different shapes, values that are not finite.
///
/// # Source
/// `sklearn.metrics.median_absolute_error`, version 1.9.
///
/// ```
/// use gradus_metrics::median_absolute_error;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![3.0, -0.5, 2.0, 7.0], [4])?;
/// let y_pred = Tensor::from_vec(vec![2.5, 0.0, 2.0, 8.0], [4])?;
/// assert_eq!(median_absolute_error(&y_true, &y_pred, Default::default())?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn median_absolute_error(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RegressionOptions<'_>,
) -> Result<f64> {
    let mut median = MedianAbsoluteError::default();
    median.update(y_true, y_pred, options.sample_weight)?;
    average(MEDIAN, &median.raw_values()?, options.multioutput, None)
}

/// The largest distance between prediction and target, one output.
///
/// # Conventions
/// Range [0, ∞), best 0, in the target's unit.
///
/// # Errors
/// No samples, different shapes, several outputs, values that are not finite.
///
/// # Source
/// `sklearn.metrics.max_error`, version 1.9.
pub fn max_error(y_true: &Tensor, y_pred: &Tensor) -> Result<f64> {
    let mut max = MaxError::default();
    max.update(y_true, y_pred, None)?;
    max.compute()
}

/// [`median_absolute_error`] over batches; keeps every error.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MedianAbsoluteError {
    /// Per output.
    errors: Vec<Vec<f64>>,
    /// Empty while no weight was given.
    weights: Vec<f64>,
}

impl MedianAbsoluteError {
    /// The score of each output.
    ///
    /// # Errors
    /// Before any sample.
    pub fn raw_values(&self) -> Result<Vec<f64>> {
        if self.samples() == 0
            || (!self.weights.is_empty() && self.weights.iter().all(|&w| w == 0.0))
        {
            return Err(Error::Empty { metric: MEDIAN });
        }
        let median = |errors: &Vec<f64>| {
            if self.weights.is_empty() {
                median(errors.clone())
            } else {
                weighted_median(errors, &self.weights)
            }
        };
        Ok(self.errors.iter().map(median).collect())
    }

    fn samples(&self) -> usize {
        self.errors.first().map_or(0, Vec::len)
    }

    fn add_weights(&mut self, count: usize, weights: Option<&[f64]>) {
        let before = self.samples();
        match weights {
            None if self.weights.is_empty() => {}
            None => self.weights.resize(before + count, 1.0),
            Some(weights) => {
                self.weights.resize(before, 1.0);
                self.weights.extend_from_slice(weights);
            }
        }
    }
}

impl Metric for MedianAbsoluteError {
    type Value = f64;

    fn name(&self) -> &'static str {
        MEDIAN
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let targets = Targets::new(MEDIAN, y_true, y_pred, sample_weight)?;
        check_outputs(MEDIAN, self.errors.len(), targets.outputs())?;
        self.add_weights(targets.y_true.rows, targets.weights.as_deref());
        self.errors.resize(targets.outputs(), Vec::new());
        for (output, errors) in self.errors.iter_mut().enumerate() {
            errors.extend(
                targets
                    .output(output)
                    .map(|(y_true, y_pred, _)| (y_pred - y_true).abs()),
            );
        }
        Ok(())
    }

    fn compute(&self) -> Result<f64> {
        average(
            MEDIAN,
            &self.raw_values()?,
            MultiOutput::UniformAverage,
            None,
        )
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.errors.is_empty() {
            return Ok(());
        }
        check_outputs(MEDIAN, self.errors.len(), other.errors.len())?;
        let weights = (!other.weights.is_empty()).then_some(&other.weights[..]);
        self.add_weights(other.samples(), weights);
        self.errors.resize(other.errors.len(), Vec::new());
        for (ours, theirs) in self.errors.iter_mut().zip(&other.errors) {
            ours.extend_from_slice(theirs);
        }
        Ok(())
    }
}

/// [`max_error`] over batches; takes no weights.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MaxError {
    /// Per output; empty before any sample.
    largest: Vec<f64>,
}

impl MaxError {
    /// The largest distance of each output.
    ///
    /// # Errors
    /// Before any sample.
    pub fn raw_values(&self) -> Result<Vec<f64>> {
        if self.largest.is_empty() {
            return Err(Error::Empty { metric: MAX });
        }
        Ok(self.largest.clone())
    }

    fn raise(&mut self, errors: &[f64]) -> Result<()> {
        check_outputs(MAX, self.largest.len(), errors.len())?;
        self.largest.resize(errors.len(), 0.0);
        for (largest, &error) in self.largest.iter_mut().zip(errors) {
            *largest = largest.max(error);
        }
        Ok(())
    }
}

impl Metric for MaxError {
    type Value = f64;

    fn name(&self) -> &'static str {
        MAX
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        if sample_weight.is_some() {
            return Err(Error::Options {
                metric: MAX,
                reason: "the largest error has no use for weights; leave sample_weight out".into(),
            });
        }
        let targets = Targets::new(MAX, y_true, y_pred, None)?;
        if targets.y_true.rows == 0 {
            return Ok(());
        }
        let largest = |output: usize| {
            targets
                .output(output)
                .map(|(y_true, y_pred, _)| (y_true - y_pred).abs())
                .fold(0.0, f64::max)
        };
        let errors: Vec<f64> = (0..targets.outputs()).map(largest).collect();
        self.raise(&errors)
    }

    /// The largest distance of the only output.
    fn compute(&self) -> Result<f64> {
        match self.raw_values()?[..] {
            [largest] => Ok(largest),
            ref several => Err(Error::Options {
                metric: MAX,
                reason: format!("{} outputs; take raw_values", several.len()),
            }),
        }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.largest.is_empty() {
            return Ok(());
        }
        self.raise(&other.largest)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    let half = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, &mut middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    if !even {
        return middle;
    }
    let before = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (before + middle) / 2.0
}

/// The 50th percentile of scikit-learn's averaged, inverted distribution.
fn weighted_median(values: &[f64], weights: &[f64]) -> f64 {
    let mut pairs: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .zip(weights.iter().copied())
        .filter(|&(_, weight)| weight != 0.0)
        .collect();
    // Equal values in the order of their weights: the sum must not depend on
    // the order of the samples.
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let sums: Vec<f64> = pairs
        .iter()
        .scan(0.0, |sum, &(_, weight)| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let last = pairs.len() - 1;
    let half = 0.5 * sums[last];
    let at = sums.partition_point(|&sum| sum < half).min(last);
    let value = pairs[at].0;
    if sums[at] - half > f64::EPSILON {
        value
    } else {
        (value + pairs[(at + 1).min(last)].0) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, rows};

    #[test]
    fn middle_or_mean_of_two() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(weighted_median(&[1.0, 2.0, 3.0, 4.0], &[1.0; 4]), 2.5);
        assert_eq!(weighted_median(&[3.0, 1.0, 2.0], &[1.0, 5.0, 0.0]), 1.0);
        assert_eq!(weighted_median(&[1.0, 2.0, 3.0], &[2.0, 0.0, 2.0]), 2.0);
    }

    #[test]
    fn outputs_are_averaged() {
        let zeros = rows(&[[0.0, 0.0]; 3]);
        let y_pred = rows(&[[1.0, -4.0], [2.0, 0.0], [9.0, 5.0]]);
        let error = median_absolute_error(&zeros, &y_pred, Default::default());
        assert_close(error.unwrap(), 3.0);
    }

    #[test]
    fn largest() {
        let (y_true, y_pred) = (floats(&[1.0, 2.0]), floats(&[1.5, -2.0]));
        assert_close(max_error(&y_true, &y_pred).unwrap(), 4.0);
        let mut max = MaxError::default();
        assert_eq!(
            max.update(&y_true, &y_pred, Some(&y_true))
                .unwrap_err()
                .to_string(),
            "max_error: the largest error has no use for weights; leave sample_weight out"
        );
    }
}
