//! How much of a target's variance a prediction explains.

use gradus_tensor::Tensor;

use crate::exact_sum::{ExactSum, Tally};
use crate::outputs::{Targets, average, check_outputs};
use crate::{Error, Metric, MultiOutput, Result};

const R2: &str = "r2_score";
const EXPLAINED: &str = "explained_variance_score";

/// Options of [`r2_score`] and [`explained_variance_score`].
#[derive(Clone, Copy, Debug)]
pub struct R2Options<'a> {
    /// How several outputs are averaged.
    pub multioutput: MultiOutput<'a>,
    /// A constant target scores 1 if predicted exactly, else 0 (the default);
    /// if false: NaN and −∞.
    pub force_finite: bool,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for R2Options<'_> {
    fn default() -> Self {
        Self {
            multioutput: MultiOutput::default(),
            force_finite: true,
            sample_weight: None,
        }
    }
}

/// The coefficient of determination.
///
/// R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²
///
/// # Shapes
/// `y_true`, `y_pred`: `(samples,)` or `(samples, outputs)` → a number.
///
/// # Conventions
/// Range (−∞, 1], best 1; 0 for predicting the mean. NaN for fewer than two
/// samples.
///
/// # Errors
/// No samples, different shapes, values that are not finite.
///
/// # Source
/// `sklearn.metrics.r2_score`, version 1.9. The spread of the target is found
/// without cancellation, so a large mean does not cost digits.
///
/// ```
/// use gradus_metrics::r2_score;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![1.0, 2.0, 3.0], [3])?;
/// let y_pred = Tensor::from_vec(vec![1.0, 2.0, 2.0], [3])?;
/// assert_eq!(r2_score(&y_true, &y_pred, Default::default())?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn r2_score(y_true: &Tensor, y_pred: &Tensor, options: R2Options<'_>) -> Result<f64> {
    let mut score = R2Score(Explained::default());
    score.update(y_true, y_pred, options.sample_weight)?;
    score.0.average(R2, options, &score.0.squared_errors())
}

/// R² that forgives a constant offset of the prediction.
///
/// 1 − Var(y − ŷ) / Var(y)
///
/// # Conventions
/// Range (−∞, 1], best 1. As [`r2_score`] otherwise; one sample is a constant
/// target.
///
/// # Errors
/// As [`r2_score`].
///
/// # Source
/// `sklearn.metrics.explained_variance_score`, version 1.9.
pub fn explained_variance_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: R2Options<'_>,
) -> Result<f64> {
    let mut score = ExplainedVariance(Explained::default());
    score.update(y_true, y_pred, options.sample_weight)?;
    score
        .0
        .average(EXPLAINED, options, &score.0.error_spreads())
}

/// [`r2_score`] over batches, the mean over outputs.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct R2Score(Explained);

/// [`explained_variance_score`] over batches, the mean over outputs.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExplainedVariance(Explained);

impl R2Score {
    /// The score of each output.
    ///
    /// # Errors
    /// Before any sample.
    pub fn raw_values(&self) -> Result<Vec<f64>> {
        self.0.scores(R2, true, &self.0.squared_errors())
    }
}

impl ExplainedVariance {
    /// The score of each output.
    ///
    /// # Errors
    /// Before any sample.
    pub fn raw_values(&self) -> Result<Vec<f64>> {
        self.0.scores(EXPLAINED, true, &self.0.error_spreads())
    }
}

impl Metric for R2Score {
    type Value = f64;

    fn name(&self) -> &'static str {
        R2
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.0.add(R2, y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        self.0
            .average(R2, R2Options::default(), &self.0.squared_errors())
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0.merge(R2, &other.0)
    }
}

impl Metric for ExplainedVariance {
    type Value = f64;

    fn name(&self) -> &'static str {
        EXPLAINED
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.0.add(EXPLAINED, y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        self.0
            .average(EXPLAINED, R2Options::default(), &self.0.error_spreads())
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0.merge(EXPLAINED, &other.0)
    }
}

/// What both scores are made of.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Explained {
    samples: u64,
    weight: Tally,
    outputs: Vec<OutputMoments>,
}

#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct OutputMoments {
    target: Moments,
    error: Moments,
    squared_error: ExactSum,
}

impl Explained {
    fn add(
        &mut self,
        metric: &'static str,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let targets = Targets::new(metric, y_true, y_pred, sample_weight)?;
        check_outputs(metric, self.outputs.len(), targets.outputs())?;
        self.outputs
            .resize(targets.outputs(), OutputMoments::default());
        for (output, moments) in self.outputs.iter_mut().enumerate() {
            for (y_true, y_pred, weight) in targets.output(output) {
                let error = y_true - y_pred;
                moments.target.add(y_true, weight);
                moments.error.add(error, weight);
                moments
                    .squared_error
                    .add(weight.unwrap_or(1.0) * (error * error));
            }
        }
        self.samples += targets.y_true.rows as u64;
        (0..targets.y_true.rows).for_each(|row| self.weight.add(targets.weight(row)));
        Ok(())
    }

    fn merge(&mut self, metric: &'static str, other: &Self) -> Result<()> {
        if other.outputs.is_empty() {
            return Ok(());
        }
        check_outputs(metric, self.outputs.len(), other.outputs.len())?;
        self.outputs
            .resize(other.outputs.len(), OutputMoments::default());
        for (ours, theirs) in self.outputs.iter_mut().zip(&other.outputs) {
            ours.target.merge(&theirs.target);
            ours.error.merge(&theirs.error);
            ours.squared_error.merge(&theirs.squared_error);
        }
        self.samples += other.samples;
        self.weight.merge(&other.weight);
        Ok(())
    }

    fn squared_errors(&self) -> Vec<f64> {
        let sum = |output: &OutputMoments| output.squared_error.value();
        self.outputs.iter().map(sum).collect()
    }

    fn error_spreads(&self) -> Vec<f64> {
        let spread = |output: &OutputMoments| output.error.spread(&self.weight);
        self.outputs.iter().map(spread).collect()
    }

    fn target_spreads(&self) -> Vec<f64> {
        let spread = |output: &OutputMoments| output.target.spread(&self.weight);
        self.outputs.iter().map(spread).collect()
    }

    fn scores(
        &self,
        metric: &'static str,
        force_finite: bool,
        unexplained: &[f64],
    ) -> Result<Vec<f64>> {
        if self.weight.value() == 0.0 {
            return Err(Error::Empty { metric });
        }
        let score = |(&unexplained, total): (&f64, f64)| {
            if metric == R2 && self.samples < 2 {
                f64::NAN
            } else if force_finite && total == 0.0 {
                f64::from(unexplained == 0.0)
            } else {
                1.0 - unexplained / total
            }
        };
        Ok(unexplained
            .iter()
            .zip(self.target_spreads())
            .map(score)
            .collect())
    }

    fn average(
        &self,
        metric: &'static str,
        options: R2Options<'_>,
        unexplained: &[f64],
    ) -> Result<f64> {
        let scores = self.scores(metric, options.force_finite, unexplained)?;
        average(
            metric,
            &scores,
            options.multioutput,
            Some(&self.target_spreads()),
        )
    }
}

/// Σ w v and Σ w v², exactly.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Moments {
    sum: ExactSum,
    squares: ExactSum,
    /// Smallest and largest value that has weight.
    range: Option<(f64, f64)>,
}

impl Moments {
    fn add(&mut self, value: f64, weight: Option<f64>) {
        match weight {
            None => {
                self.sum.add(value);
                self.squares.add_product(value, value);
            }
            Some(0.0) => return,
            Some(weight) => {
                self.sum.add_product(weight, value);
                let product = weight * value;
                self.squares.add_product(product, value);
                let rest = weight.mul_add(value, -product);
                if rest.is_finite() {
                    self.squares.add_product(rest, value);
                }
            }
        }
        self.extend_range(value, value);
    }

    fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        if let Some((low, high)) = other.range {
            self.extend_range(low, high);
        }
    }

    fn extend_range(&mut self, low: f64, high: f64) {
        self.range = Some(match self.range {
            None => (low, high),
            Some((lowest, highest)) => (lowest.min(low), highest.max(high)),
        });
    }

    /// Σ w (v − v̄)², which is Σ w v² − 2c Σ w v + c² Σ w − (Σ w v − c Σ w)² / Σ w
    /// for any c. With c the rounded mean the last term is tiny, and the
    /// others, which nearly cancel, are added without rounding.
    fn spread(&self, weight: &Tally) -> f64 {
        if self.range.is_none_or(|(low, high)| low == high) {
            return 0.0;
        }
        let weights = weight.expansion::<3>();
        let sums = self.sum.expansion::<3>();
        let center = sums[0] / weights[0];
        let square = center * center;
        let square_rest = center.mul_add(center, -square);
        let (mut about, mut off) = (self.squares.clone(), ExactSum::default());
        for part in sums {
            about.add_product(-2.0 * center, part);
            off.add(part);
        }
        for part in weights {
            about.add_product(square, part);
            about.add_product(square_rest, part);
            off.add_product(-center, part);
        }
        let off = off.value();
        (about.value() - off * off / weights[0]).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, rows};

    fn score(y_true: &[f64], y_pred: &[f64]) -> (f64, f64) {
        let (y_true, y_pred) = (floats(y_true), floats(y_pred));
        (
            r2_score(&y_true, &y_pred, Default::default()).unwrap(),
            explained_variance_score(&y_true, &y_pred, Default::default()).unwrap(),
        )
    }

    #[test]
    fn an_offset_costs_only_r2() {
        let (r2, explained) = score(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0]);
        assert_close(r2, -0.5);
        assert_close(explained, 1.0);
    }

    #[test]
    fn a_large_mean_costs_no_digits() {
        let (r2, explained) = score(
            &[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0],
            &[1e9 + 1.0, 1e9 + 2.0, 1e9 + 2.0],
        );
        assert_close(r2, 0.5);
        assert_close(explained, 1.0 - (2.0 / 9.0) / (2.0 / 3.0));
    }

    #[test]
    fn constant_targets() {
        assert_eq!(score(&[0.1; 3], &[0.1; 3]), (1.0, 1.0));
        assert_eq!(score(&[0.1; 3], &[0.1, 0.1, 0.2]), (0.0, 0.0));
        let options = R2Options {
            force_finite: false,
            ..Default::default()
        };
        let (y_true, y_pred) = (floats(&[0.1; 2]), floats(&[0.1, 0.2]));
        assert_eq!(
            r2_score(&y_true, &y_pred, options).unwrap(),
            f64::NEG_INFINITY
        );
        assert!(score(&[1.0], &[1.0]).0.is_nan());
    }

    #[test]
    fn weights_repeat_samples() {
        let weights = floats(&[2.0, 1.0, 0.0]);
        let options = R2Options {
            sample_weight: Some(&weights),
            ..Default::default()
        };
        let (y_true, y_pred) = (floats(&[1.0, 3.0, 9.0]), floats(&[1.5, 2.0, 0.0]));
        let repeated = score(&[1.0, 1.0, 3.0], &[1.5, 1.5, 2.0]);
        assert_close(r2_score(&y_true, &y_pred, options).unwrap(), repeated.0);
        assert_close(
            explained_variance_score(&y_true, &y_pred, options).unwrap(),
            repeated.1,
        );
    }

    #[test]
    fn several_outputs() {
        let y_true = rows(&[[0.0, 5.0], [2.0, 5.0]]);
        let y_pred = rows(&[[0.0, 5.0], [1.0, 6.0]]);
        let mut r2 = R2Score::default();
        r2.update(&y_true, &y_pred, None).unwrap();
        assert_eq!(r2.raw_values().unwrap(), [0.5, 0.0]);
        let options = R2Options {
            multioutput: MultiOutput::VarianceWeighted,
            ..Default::default()
        };
        assert_close(r2_score(&y_true, &y_pred, options).unwrap(), 0.5);
    }
}
