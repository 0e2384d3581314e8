//! The mean recall over classes.

use gradus_tensor::Tensor;

use crate::averaging::class_counts;
use crate::streaming::score_once;
use crate::{ConfusionMatrix, CountScore, Result};

/// Options of [`balanced_accuracy_score`].
#[derive(Clone, Copy, Debug, Default)]
pub struct BalancedAccuracyOptions<'a> {
    /// Shift and scale so that guessing scores 0 and perfection 1.
    pub adjusted: bool,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// The mean over classes of the share of their samples predicted right.
///
/// # Conventions
/// Range [0, 1], best 1; adjusted: 0 for guessing. Classes that do not occur
/// in `y_true` are left out.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers.
///
/// # Source
/// `sklearn.metrics.balanced_accuracy_score`, version 1.9.
///
/// ```
/// use gradus_metrics::balanced_accuracy_score;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 0, 1], [4])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 0, 0, 0], [4])?;
/// assert_eq!(balanced_accuracy_score(&y_true, &y_pred, Default::default())?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn balanced_accuracy_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: BalancedAccuracyOptions<'_>,
) -> Result<f64> {
    let score = BalancedAccuracy {
        adjusted: options.adjusted,
    };
    score_once(&score, y_true, y_pred, options.sample_weight)
}

/// [`balanced_accuracy_score`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BalancedAccuracy {
    /// Shift and scale so that guessing scores 0 and perfection 1.
    pub adjusted: bool,
}

impl CountScore for BalancedAccuracy {
    fn name(&self) -> &'static str {
        "balanced_accuracy_score"
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        let classes = class_counts(self.name(), matrix, None)?;
        let recalls: Vec<f64> = classes
            .iter()
            .filter(|class| class.actual != 0.0)
            .map(|class| class.true_positives / class.actual)
            .collect();
        let mean = recalls.iter().sum::<f64>() / recalls.len() as f64;
        if !self.adjusted {
            return Ok(mean);
        }
        let chance = 1.0 / recalls.len() as f64;
        Ok((mean - chance) / (1.0 - chance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, ints};

    #[test]
    fn rare_classes_count_as_much_as_frequent_ones() {
        let (y_true, y_pred) = (ints(&[0, 0, 0, 1, 2]), ints(&[0, 0, 1, 1, 3]));
        let score = |adjusted| {
            let options = BalancedAccuracyOptions {
                adjusted,
                ..Default::default()
            };
            balanced_accuracy_score(&y_true, &y_pred, options).unwrap()
        };
        let mean = (2.0 / 3.0 + 1.0) / 3.0;
        assert_close(score(false), mean);
        assert_close(score(true), (mean - 1.0 / 3.0) / (2.0 / 3.0));
    }
}
