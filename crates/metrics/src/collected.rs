//! Any score that needs every sample at once, batch by batch.

use std::fmt::Debug;

use gradus_tensor::Tensor;

use crate::{Error, Metric, Result, input};

/// A score that no running count can give: it has to see all samples together.
///
/// The implementors are the settings of a score as plain data; put one into
/// [`Collected`] to accumulate it.
pub trait SampleScore: Clone + Debug + PartialEq {
    /// A number, or a curve.
    type Value;

    /// The score's name, as its function is called.
    fn name(&self) -> &'static str;

    /// The score of whole arrays.
    ///
    /// # Errors
    /// As the function of the same name.
    fn score(
        &self,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<Self::Value>;
}

/// Keeps every sample and scores all of them on demand.
///
/// Without weights neither batching nor the order of merging changes a bit;
/// with weights, equal scores add theirs in the order they came.
///
/// ```
/// use gradus_metrics::{Collected, Metric, RocAuc};
/// use gradus_tensor::Tensor;
///
/// let mut auc = Collected::new(RocAuc::default());
/// for (label, score) in [(0i64, 0.1), (1, 0.35), (0, 0.4), (1, 0.8)] {
///     auc.update(&Tensor::from_vec(vec![label], [1])?, &Tensor::from_vec(vec![score], [1])?, None)?;
/// }
/// assert_eq!(auc.compute()?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Collected<S> {
    score: S,
    samples: Samples,
}

impl<S: SampleScore> Collected<S> {
    /// Starts without samples.
    pub fn new(score: S) -> Self {
        Self {
            score,
            samples: Samples::default(),
        }
    }

    /// Another score of the same samples, of the same settings where it has them.
    ///
    /// # Errors
    /// As the function of that score.
    pub fn compute_as<T: SampleScore>(&self, score: &T) -> Result<T::Value> {
        let (y_true, y_score, weights) = self.samples.tensors()?;
        score.score(&y_true, &y_score, weights.as_ref())
    }
}

impl<S: SampleScore> Metric for Collected<S> {
    type Value = S::Value;

    fn name(&self) -> &'static str {
        self.score.name()
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.samples
            .add(self.score.name(), y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<S::Value> {
        self.compute_as(&self.score)
    }

    fn reset(&mut self) {
        self.samples = Samples::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.score != other.score {
            return Err(Error::Merge {
                metric: self.name(),
                reason: format!("{:?} and {:?}", self.score, other.score),
            });
        }
        let (y_true, y_score, weights) = other.samples.tensors()?;
        self.update(&y_true, &y_score, weights.as_ref())
    }
}

/// Labels, scores and weights of all batches, in the order they came.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Samples {
    columns: usize,
    labels: Vec<i64>,
    scores: Vec<f64>,
    /// Empty while no weight was given.
    weights: Vec<f64>,
}

impl Samples {
    fn add(
        &mut self,
        metric: &'static str,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let labels = input::labels(metric, "y_true", y_true)?;
        let scores = input::table(metric, "y_score", y_score)?;
        input::same_length(metric, labels.len(), "y_score", scores.rows)?;
        let weights = input::weights(metric, sample_weight, labels.len())?;
        if labels.is_empty() {
            return Ok(());
        }
        if !self.labels.is_empty() && self.columns != scores.columns {
            return Err(Error::Shape {
                metric,
                name: "y_score",
                found: y_score.shape().to_vec(),
                expected: format!("{} columns, as in the batches before", self.columns),
            });
        }
        if let Some(weights) = weights {
            self.weights.resize(self.labels.len(), 1.0);
            self.weights.extend_from_slice(&weights);
        } else if !self.weights.is_empty() {
            self.weights.resize(self.labels.len() + labels.len(), 1.0);
        }
        self.columns = scores.columns;
        self.labels.extend_from_slice(&labels);
        self.scores.extend_from_slice(&scores.values);
        Ok(())
    }

    fn tensors(&self) -> Result<(Tensor, Tensor, Option<Tensor>)> {
        let samples = self.labels.len();
        let weights = match self.weights[..] {
            [] => None,
            ref weights => Some(Tensor::from_slice(weights, [samples])?),
        };
        Ok((
            Tensor::from_slice(&self.labels, [samples])?,
            Tensor::from_slice(&self.scores, [samples, self.columns.max(1)])?,
            weights,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints, rows};
    use crate::{AveragePrecision, PrecisionRecall, RocAuc};

    #[test]
    fn weights_may_come_late() {
        let mut auc = Collected::new(RocAuc::default());
        auc.update(&ints(&[0, 1]), &floats(&[0.5, 0.4]), None)
            .unwrap();
        auc.update(
            &ints(&[0, 1]),
            &floats(&[0.1, 0.9]),
            Some(&floats(&[2.0, 2.0])),
        )
        .unwrap();
        // Of the pairs, weighted 1·1, 1·2, 2·1, 2·2, only the first is out of order.
        assert_close(auc.compute().unwrap(), 8.0 / 9.0);
    }

    #[test]
    fn several_scores_of_the_same_samples() {
        let mut auc = Collected::new(RocAuc::default());
        auc.update(&ints(&[0, 1]), &floats(&[0.1, 0.9]), None)
            .unwrap();
        let curve = auc.compute_as(&PrecisionRecall::default()).unwrap();
        assert_eq!(curve.thresholds, [0.1, 0.9]);
    }

    #[test]
    fn batches_and_settings_have_to_agree() {
        let mut auc = Collected::new(RocAuc::default());
        auc.update(&ints(&[0]), &floats(&[0.5]), None).unwrap();
        let error = auc.update(&ints(&[0]), &rows(&[[0.5, 0.5]]), None);
        assert_eq!(
            error.unwrap_err().to_string(),
            "roc_auc_score: y_score has shape [1, 2]; expected 1 columns, as in the batches before"
        );
        let other = Collected::new(AveragePrecision { pos_label: Some(3) });
        assert_eq!(
            Collected::new(AveragePrecision::default())
                .merge(&other)
                .unwrap_err()
                .to_string(),
            "average_precision_score: cannot merge accumulators: \
             AveragePrecision { pos_label: None } and AveragePrecision { pos_label: Some(3) }"
        );
    }
}
