//! Matthews' correlation coefficient.

use gradus_tensor::Tensor;

use crate::averaging::class_counts;
use crate::streaming::score_once;
use crate::{ConfusionMatrix, CountScore, Result};

/// Options of [`matthews_corrcoef`].
#[derive(Clone, Copy, Debug, Default)]
pub struct MatthewsOptions<'a> {
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// The correlation between true and predicted classes, two or more of them.
///
/// (c s − Σ tₖ pₖ) / √((s² − Σ pₖ²) (s² − Σ tₖ²)), with s samples, c of them
/// right, tₖ of class k and pₖ predicted as k.
///
/// # Conventions
/// Range [−1, 1], best 1, 0 for guessing, and 0 when target or prediction is
/// constant.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers.
///
/// # Source
/// Gorodkin 2004, equation 8; `sklearn.metrics.matthews_corrcoef`, version 1.9.
///
/// ```
/// use gradus_metrics::matthews_corrcoef;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![1i64, 1, 0, 0], [4])?;
/// let y_pred = Tensor::from_vec(vec![1i64, 1, 0, 1], [4])?;
/// let score = matthews_corrcoef(&y_true, &y_pred, Default::default())?;
/// assert!((score - 1.0 / 3f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn matthews_corrcoef(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: MatthewsOptions<'_>,
) -> Result<f64> {
    score_once(&MatthewsCorrcoef, y_true, y_pred, options.sample_weight)
}

/// [`matthews_corrcoef`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MatthewsCorrcoef;

impl CountScore for MatthewsCorrcoef {
    fn name(&self) -> &'static str {
        "matthews_corrcoef"
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        let classes = class_counts(self.name(), matrix, None)?;
        let (mut correct, mut samples) = (0.0, 0.0);
        let (mut true_pred, mut pred_pred, mut true_true) = (0.0, 0.0, 0.0);
        for class in &classes {
            correct += class.true_positives;
            samples += class.predicted;
            true_pred += class.actual * class.predicted;
            pred_pred += class.predicted * class.predicted;
            true_true += class.actual * class.actual;
        }
        let squared = samples * samples;
        let spread = (squared - pred_pred) * (squared - true_true);
        if spread == 0.0 {
            return Ok(0.0);
        }
        Ok((correct * samples - true_pred) / spread.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, ints};

    #[track_caller]
    fn check(y_true: &[i64], y_pred: &[i64], expected: f64) {
        let score = matthews_corrcoef(&ints(y_true), &ints(y_pred), Default::default());
        assert_close(score.unwrap(), expected);
    }

    #[test]
    fn from_opposite_to_equal() {
        check(&[1, 0, 1, 0], &[0, 1, 0, 1], -1.0);
        check(&[1, 0, 1, 0], &[1, 0, 1, 0], 1.0);
        check(
            &[0, 1, 2, 2],
            &[0, 1, 2, 1],
            10.0 / (10.0 * 10.0f64).sqrt() * 0.7,
        );
    }

    #[test]
    fn constants_correlate_with_nothing() {
        check(&[0, 0, 0], &[0, 0, 0], 0.0);
        check(&[0, 1, 0], &[1, 1, 1], 0.0);
    }
}
