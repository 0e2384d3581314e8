//! Whether predicted probabilities mean what they say.

use gradus_tensor::Tensor;

use crate::exact_sum::ExactSum;
use crate::score_order::positive_label;
use crate::{Error, Metric, Result, input};

const NAME: &str = "calibration_curve";

/// How the range of probabilities is cut into bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BinStrategy {
    /// Bins of equal width.
    #[default]
    Uniform,
    /// Bins of (nearly) equal numbers of samples.
    Quantile,
}

/// Options of [`calibration_curve`] and [`expected_calibration_error`].
#[derive(Clone, Copy, Debug)]
pub struct CalibrationOptions {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    /// How many bins; 5 by default.
    pub n_bins: usize,
    /// How the bins are cut.
    pub strategy: BinStrategy,
}

impl Default for CalibrationOptions {
    fn default() -> Self {
        Self {
            pos_label: None,
            n_bins: 5,
            strategy: BinStrategy::default(),
        }
    }
}

/// What happened against what was predicted, bin by bin; empty bins are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CalibrationCurve {
    /// The share of positives.
    pub prob_true: Vec<f64>,
    /// The mean predicted probability.
    pub prob_pred: Vec<f64>,
    /// How many samples.
    pub counts: Vec<u64>,
}

/// The share of positives among samples of about equal predicted probability.
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_prob`: `(samples,)`, of the positive class.
///
/// # Conventions
/// Bins are open below and closed above, the first closed on both sides. A
/// calibrated model lies on the diagonal.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers,
/// probabilities outside [0, 1], no bins.
///
/// # Source
/// `sklearn.calibration.calibration_curve`, version 1.9.
///
/// ```
/// use gradus_metrics::{CalibrationOptions, calibration_curve};
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 0, 0, 1, 1, 1, 1, 1], [9])?;
/// let y_prob = Tensor::from_vec(vec![0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0], [9])?;
/// let options = CalibrationOptions { n_bins: 3, ..Default::default() };
/// let curve = calibration_curve(&y_true, &y_prob, options)?;
/// assert_eq!(curve.prob_true, [0.0, 0.5, 1.0]);
/// assert_eq!(curve.counts, [3, 2, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn calibration_curve(
    y_true: &Tensor,
    y_prob: &Tensor,
    options: CalibrationOptions,
) -> Result<CalibrationCurve> {
    let y_prob_values = input::scores(NAME, "y_prob", y_prob)?;
    let inner_edges = match options.strategy {
        BinStrategy::Uniform => uniform_edges(options.n_bins),
        BinStrategy::Quantile => quantile_edges(&y_prob_values, options.n_bins),
    };
    let mut calibration = Calibration::new(options.n_bins, options.pos_label)?;
    calibration.inner_edges = inner_edges;
    calibration.update(y_true, y_prob, None)?;
    calibration.compute()
}

/// The mean distance between predicted probability and share of positives over
/// bins, weighted by their samples.
///
/// ECE = Σ nᵦ/n |share of positives − mean probability|
///
/// # Conventions
/// Range [0, 1], best 0; depends on the bins.
///
/// # Errors
/// As [`calibration_curve`].
///
/// # Source
/// Naeini, Cooper & Hauskrecht 2015.
pub fn expected_calibration_error(
    y_true: &Tensor,
    y_prob: &Tensor,
    options: CalibrationOptions,
) -> Result<f64> {
    Ok(calibration_curve(y_true, y_prob, options)?.expected_error())
}

impl CalibrationCurve {
    /// The [expected calibration error](expected_calibration_error) of these bins.
    pub fn expected_error(&self) -> f64 {
        let samples: u64 = self.counts.iter().sum();
        let gaps = self.prob_true.iter().zip(&self.prob_pred);
        let weighted = gaps
            .zip(&self.counts)
            .map(|((share, mean), &count)| (share - mean).abs() * count as f64);
        weighted.sum::<f64>() / samples as f64
    }
}

/// [`calibration_curve`] over batches, with bins of equal width; takes no weights.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Calibration {
    pos_label: Option<i64>,
    /// Where one bin ends and the next begins.
    inner_edges: Vec<f64>,
    bins: Vec<Bin>,
}

#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Bin {
    samples: u64,
    positives: u64,
    probabilities: ExactSum,
}

impl Calibration {
    /// With bins of equal width.
    ///
    /// # Errors
    /// No bins.
    pub fn new(n_bins: usize, pos_label: Option<i64>) -> Result<Self> {
        if n_bins == 0 {
            return Err(Error::Options {
                metric: NAME,
                reason: "n_bins is 0; at least one bin is needed".into(),
            });
        }
        Ok(Self {
            pos_label,
            inner_edges: uniform_edges(n_bins),
            bins: vec![Bin::default(); n_bins],
        })
    }
}

impl Metric for Calibration {
    type Value = CalibrationCurve;

    fn name(&self) -> &'static str {
        NAME
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        if sample_weight.is_some() {
            return Err(Error::Options {
                metric: NAME,
                reason: "bins count samples; leave sample_weight out".into(),
            });
        }
        let y_true = input::labels(NAME, "y_true", y_true)?;
        let y_prob = input::scores(NAME, "y_prob", y_pred)?;
        input::same_length(NAME, y_true.len(), "y_prob", y_prob.len())?;
        input::probabilities(NAME, "y_prob", &y_prob)?;
        let positive = positive_label(NAME, &y_true, self.pos_label)?;
        for (&label, &probability) in y_true.iter().zip(y_prob.iter()) {
            let at = self.inner_edges.partition_point(|&edge| edge < probability);
            let bin = &mut self.bins[at];
            bin.samples += 1;
            bin.positives += u64::from(label == positive);
            bin.probabilities.add(probability);
        }
        Ok(())
    }

    fn compute(&self) -> Result<CalibrationCurve> {
        let filled = self.bins.iter().filter(|bin| bin.samples > 0);
        let mut curve = CalibrationCurve::default();
        for bin in filled {
            let samples = bin.samples as f64;
            curve.prob_true.push(bin.positives as f64 / samples);
            curve.prob_pred.push(bin.probabilities.value() / samples);
            curve.counts.push(bin.samples);
        }
        if curve.counts.is_empty() {
            return Err(Error::Empty { metric: NAME });
        }
        Ok(curve)
    }

    fn reset(&mut self) {
        self.bins = vec![Bin::default(); self.bins.len()];
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.inner_edges != other.inner_edges || self.pos_label != other.pos_label {
            return Err(Error::Merge {
                metric: NAME,
                reason: format!(
                    "{} and {} bins, pos_label {:?} and {:?}",
                    self.bins.len(),
                    other.bins.len(),
                    self.pos_label,
                    other.pos_label
                ),
            });
        }
        for (ours, theirs) in self.bins.iter_mut().zip(&other.bins) {
            ours.samples += theirs.samples;
            ours.positives += theirs.positives;
            ours.probabilities.merge(&theirs.probabilities);
        }
        Ok(())
    }
}

fn uniform_edges(n_bins: usize) -> Vec<f64> {
    let step = 1.0 / n_bins as f64;
    (1..n_bins).map(|edge| edge as f64 * step).collect()
}

/// Percentiles with linear interpolation, rounded as NumPy rounds them.
fn quantile_edges(values: &[f64], n_bins: usize) -> Vec<f64> {
    if values.is_empty() {
        return Vec::new();
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len() - 1;
    let quantile = |share: f64| {
        let at = share * last as f64;
        let below = at.floor();
        let (low, high) = (
            sorted[below as usize],
            sorted[(below as usize + 1).min(last)],
        );
        let fraction = at - below;
        // From the nearer side, so that the ends are met exactly.
        if fraction < 0.5 {
            low + (high - low) * fraction
        } else {
            high - (high - low) * (1.0 - fraction)
        }
    };
    uniform_edges(n_bins)
        .into_iter()
        .map(|share| quantile(share * 100.0 / 100.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints};

    #[test]
    fn quantile_bins_hold_equally_many() {
        let y_prob = floats(&[0.1, 0.2, 0.21, 0.22, 0.9, 0.95]);
        let options = CalibrationOptions {
            n_bins: 3,
            strategy: BinStrategy::Quantile,
            ..Default::default()
        };
        let curve = calibration_curve(&ints(&[0, 0, 1, 0, 1, 1]), &y_prob, options).unwrap();
        assert_eq!(curve.counts, [2, 2, 2]);
        assert_eq!(curve.prob_true, [0.0, 0.5, 1.0]);
        assert_close(curve.prob_pred[1], 0.215);
    }

    #[test]
    fn the_error_is_the_weighted_gap() {
        let y_prob = floats(&[0.1, 0.3, 0.9, 0.9]);
        let options = CalibrationOptions {
            n_bins: 2,
            ..Default::default()
        };
        let error = expected_calibration_error(&ints(&[0, 1, 1, 1]), &y_prob, options);
        assert_close(error.unwrap(), (0.3 + 0.1) / 2.0);
    }

    #[test]
    fn no_bins_and_no_samples_are_refused() {
        let error = Calibration::new(0, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "calibration_curve: n_bins is 0; at least one bin is needed"
        );
        let empty = calibration_curve(&ints(&[]), &floats(&[]), Default::default());
        assert!(matches!(empty, Err(Error::Empty { .. })));
    }
}
