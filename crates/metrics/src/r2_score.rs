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
/// without cancellation: a large mean costs no digits, and a constant target
/// is always seen as one, where a rounded mean can make it vary by 1e-32.
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
    score.0.average(options)
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
    score.0.average(options)
}

/// [`r2_score`] over batches, the mean over outputs.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct R2Score(Explained<SquaredErrors>);

/// [`explained_variance_score`] over batches, the mean over outputs.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExplainedVariance(Explained<Moments>);

impl R2Score {
    /// The score of each output.
    ///
    /// # Errors
    /// Before any sample.
    pub fn raw_values(&self) -> Result<Vec<f64>> {
        self.0.scores(true)
    }
}

impl ExplainedVariance {
    /// The score of each output.
    ///
    /// # Errors
    /// Before any sample.
    pub fn raw_values(&self) -> Result<Vec<f64>> {
        self.0.scores(true)
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
        self.0.add(y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        self.0.average(R2Options::default())
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0.merge(&other.0)
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
        self.0.add(y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        self.0.average(R2Options::default())
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0.merge(&other.0)
    }
}

/// The part of the target's spread that is left, in which the two scores differ.
trait Unexplained: Clone + Default {
    const METRIC: &'static str;
    /// With fewer samples the score is NaN.
    const MIN_SAMPLES: u64;

    fn add_error(&mut self, error: f64, weight: Option<f64>);
    fn merge_errors(&mut self, other: &Self);
    fn left(&self, weight: &Tally) -> f64;
}

/// Σ w (y − ŷ)²
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct SquaredErrors(ExactSum);

impl Unexplained for SquaredErrors {
    const METRIC: &'static str = R2;
    const MIN_SAMPLES: u64 = 2;

    fn add_error(&mut self, error: f64, weight: Option<f64>) {
        self.0.add(weight.unwrap_or(1.0) * (error * error));
    }

    fn merge_errors(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    fn left(&self, _: &Tally) -> f64 {
        self.0.value()
    }
}

impl Unexplained for Moments {
    const METRIC: &'static str = EXPLAINED;
    const MIN_SAMPLES: u64 = 1;

    fn add_error(&mut self, error: f64, weight: Option<f64>) {
        self.add(error, weight);
    }

    fn merge_errors(&mut self, other: &Self) {
        self.merge(other);
    }

    fn left(&self, weight: &Tally) -> f64 {
        self.spread(weight)
    }
}

/// What a score is made of, per output: the spread of the target and what is
/// left of it.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Explained<U> {
    samples: u64,
    weight: Tally,
    outputs: Vec<(Moments, U)>,
}

impl<U: Unexplained> Explained<U> {
    fn add(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let targets = Targets::new(U::METRIC, y_true, y_pred, sample_weight)?;
        check_outputs(U::METRIC, self.outputs.len(), targets.outputs())?;
        self.outputs.resize(targets.outputs(), Default::default());
        for (output, (target, unexplained)) in self.outputs.iter_mut().enumerate() {
            for (y_true, y_pred, weight) in targets.output(output) {
                target.add(y_true, weight);
                unexplained.add_error(y_true - y_pred, weight);
            }
        }
        self.samples += targets.y_true.rows as u64;
        (0..targets.y_true.rows).for_each(|row| self.weight.add(targets.weight(row)));
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.outputs.is_empty() {
            return Ok(());
        }
        check_outputs(U::METRIC, self.outputs.len(), other.outputs.len())?;
        self.outputs.resize(other.outputs.len(), Default::default());
        for (ours, theirs) in self.outputs.iter_mut().zip(&other.outputs) {
            ours.0.merge(&theirs.0);
            ours.1.merge_errors(&theirs.1);
        }
        self.samples += other.samples;
        self.weight.merge(&other.weight);
        Ok(())
    }

    fn scores(&self, force_finite: bool) -> Result<Vec<f64>> {
        if self.weight.value() == 0.0 {
            return Err(Error::Empty { metric: U::METRIC });
        }
        let score = |(target, unexplained): &(Moments, U)| {
            let (spread, left) = (target.spread(&self.weight), unexplained.left(&self.weight));
            if self.samples < U::MIN_SAMPLES {
                f64::NAN
            } else if force_finite && spread == 0.0 {
                f64::from(left == 0.0)
            } else {
                1.0 - left / spread
            }
        };
        Ok(self.outputs.iter().map(score).collect())
    }

    fn average(&self, options: R2Options<'_>) -> Result<f64> {
        let scores = self.scores(options.force_finite)?;
        let spread = |(target, _): &(Moments, U)| target.spread(&self.weight);
        let spreads: Vec<f64> = self.outputs.iter().map(spread).collect();
        average(U::METRIC, &scores, options.multioutput, Some(&spreads))
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
