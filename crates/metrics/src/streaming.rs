//! Any score that follows from the confusion matrix, batch by batch.

use std::fmt::Debug;

use gradus_tensor::Tensor;

use crate::{ConfusionMatrix, Error, Metric, Result};

/// A score that needs nothing but the counts of a confusion matrix.
///
/// The implementors are the settings of a score as plain data; put one into
/// [`Streaming`] to accumulate it, or ask it for the score of a matrix that
/// is there already.
pub trait CountScore: Clone + Debug + PartialEq {
    /// The score's name, as its function is called.
    fn name(&self) -> &'static str;

    /// The score of all samples counted in `matrix`.
    ///
    /// # Errors
    /// As the function of the same name.
    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64>;
}

/// Accumulates the confusion matrix and scores it on demand.
///
/// ```
/// use gradus_metrics::{Average, Metric, Precision, Streaming};
/// use gradus_tensor::Tensor;
///
/// let mut precision = Streaming::new(Precision(Average::Macro.into()));
/// let y_true = Tensor::from_vec(vec![0i64, 1, 2], [3])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 2, 2], [3])?;
/// precision.update(&y_true, &y_pred, None)?;
/// assert_eq!(precision.compute()?, (1.0 + 0.0 + 0.5) / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Streaming<S> {
    score: S,
    matrix: ConfusionMatrix,
}

impl<S: CountScore> Streaming<S> {
    /// Starts without samples; labels are taken as they come.
    pub fn new(score: S) -> Self {
        Self {
            score,
            matrix: ConfusionMatrix::default(),
        }
    }

    /// What has been counted so far.
    pub fn confusion_matrix(&self) -> &ConfusionMatrix {
        &self.matrix
    }
}

impl<S: CountScore> Metric for Streaming<S> {
    type Value = f64;

    fn name(&self) -> &'static str {
        self.score.name()
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.matrix
            .add(self.score.name(), y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        self.score.score(&self.matrix)
    }

    fn reset(&mut self) {
        self.matrix.reset();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.score != other.score {
            return Err(Error::Merge {
                metric: self.name(),
                reason: format!("{:?} and {:?}", self.score, other.score),
            });
        }
        self.matrix.absorb(self.score.name(), &other.matrix)
    }
}

/// The score of whole arrays: one update, one compute.
pub(crate) fn score_once(
    score: &impl CountScore,
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<f64> {
    score.score(&count_once(score.name(), y_true, y_pred, sample_weight)?)
}

/// The confusion matrix of whole arrays.
pub(crate) fn count_once(
    metric: &'static str,
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<ConfusionMatrix> {
    let mut matrix = ConfusionMatrix::default();
    matrix.add(metric, y_true, y_pred, sample_weight)?;
    Ok(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ints;
    use crate::{Average, Precision};

    #[test]
    fn different_settings_do_not_merge() {
        let mut left = Streaming::new(Precision(Average::Macro.into()));
        let right = Streaming::new(Precision(Average::Micro.into()));
        let message = left.merge(&right).unwrap_err().to_string();
        assert!(
            message.starts_with("precision_score: cannot merge accumulators: Precision("),
            "{message}"
        );
    }

    #[test]
    fn an_empty_accumulator_says_so() {
        let mut empty = Streaming::new(Precision::default());
        empty.update(&ints(&[]), &ints(&[]), None).unwrap();
        assert_eq!(
            empty.compute().unwrap_err().to_string(),
            "precision_score: no samples; at least one is needed"
        );
    }
}
