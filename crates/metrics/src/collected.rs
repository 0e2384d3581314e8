//! Curves over batches: scores that need every sample at once.

use gradus_tensor::Tensor;

use crate::{
    AveragePrecisionOptions, Error, Metric, MultiClass, PrecisionRecallCurve,
    PrecisionRecallCurveOptions, Result, RocAucAverage, RocAucOptions, RocCurve, RocCurveOptions,
    average_precision_score, input, precision_recall_curve, roc_auc_score, roc_curve,
};

/// Labels, scores and weights of all batches, in the order they came.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Collected {
    columns: usize,
    labels: Vec<i64>,
    scores: Vec<f64>,
    /// Empty while no weight was given.
    weights: Vec<f64>,
}

impl Collected {
    pub(crate) fn add(
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

    pub(crate) fn merge(&mut self, metric: &'static str, other: &Self) -> Result<()> {
        let (y_true, y_score, weights) = other.tensors()?;
        self.add(metric, &y_true, &y_score, weights.as_ref())
    }

    pub(crate) fn tensors(&self) -> Result<(Tensor, Tensor, Option<Tensor>)> {
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

/// [`roc_auc_score`] over batches; keeps every score.
///
/// Without weights neither batching nor the order of merging changes a bit;
/// with weights, equal scores add theirs in the order they came.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RocAuc {
    /// Needed for more than two classes.
    pub multi_class: Option<MultiClass>,
    /// How several classes are averaged.
    pub average: RocAucAverage,
    /// The classes of the columns, ascending; `None`: those of `y_true`.
    pub labels: Option<Vec<i64>>,
    /// Only the part of the curve up to this false positive rate.
    pub max_fpr: Option<f64>,
    samples: Collected,
}

impl RocAuc {
    /// Starts without samples, with the settings of the options; their
    /// `sample_weight` is not used: weights come with the batches.
    pub fn new(options: RocAucOptions<'_>) -> Self {
        Self {
            multi_class: options.multi_class,
            average: options.average,
            labels: options.labels.map(<[i64]>::to_vec),
            max_fpr: options.max_fpr,
            samples: Collected::default(),
        }
    }

    fn settings(&self) -> RocAucOptions<'_> {
        RocAucOptions {
            multi_class: self.multi_class,
            average: self.average,
            labels: self.labels.as_deref(),
            max_fpr: self.max_fpr,
            sample_weight: None,
        }
    }
}

impl Metric for RocAuc {
    type Value = f64;

    fn name(&self) -> &'static str {
        "roc_auc_score"
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.samples.add(self.name(), y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        let (y_true, y_score, weights) = self.samples.tensors()?;
        let options = RocAucOptions {
            sample_weight: weights.as_ref(),
            ..self.settings()
        };
        roc_auc_score(&y_true, &y_score, options)
    }

    fn reset(&mut self) {
        self.samples = Collected::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        let same = self.multi_class == other.multi_class
            && self.average == other.average
            && self.labels == other.labels
            && self.max_fpr == other.max_fpr;
        if !same {
            return Err(Error::Merge {
                metric: self.name(),
                reason: format!("{:?} and {:?}", self.settings(), other.settings()),
            });
        }
        self.samples.merge("roc_auc_score", &other.samples)
    }
}

/// [`average_precision_score`] over batches; keeps every score.
///
/// Batching and merging change results as little as in [`RocAuc`].
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AveragePrecision {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    samples: Collected,
}

impl AveragePrecision {
    /// Starts without samples.
    pub fn new(pos_label: Option<i64>) -> Self {
        Self {
            pos_label,
            samples: Collected::default(),
        }
    }
}

impl Metric for AveragePrecision {
    type Value = f64;

    fn name(&self) -> &'static str {
        "average_precision_score"
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.samples.add(self.name(), y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        let (y_true, y_score, weights) = self.samples.tensors()?;
        let options = AveragePrecisionOptions {
            pos_label: self.pos_label,
            sample_weight: weights.as_ref(),
        };
        average_precision_score(&y_true, &y_score, options)
    }

    fn reset(&mut self) {
        self.samples = Collected::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        check_pos_label(self.name(), self.pos_label, other.pos_label)?;
        self.samples
            .merge("average_precision_score", &other.samples)
    }
}

/// Both curves over batches; keeps every score.
///
/// [`compute`](Metric::compute) gives the ROC curve,
/// [`precision_recall`](Curves::precision_recall) the other one.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Curves {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    samples: Collected,
}

impl Curves {
    /// Starts without samples.
    pub fn new(pos_label: Option<i64>) -> Self {
        Self {
            pos_label,
            samples: Collected::default(),
        }
    }

    /// [`precision_recall_curve`] of everything seen.
    ///
    /// # Errors
    /// As [`precision_recall_curve`].
    pub fn precision_recall(&self, drop_intermediate: bool) -> Result<PrecisionRecallCurve> {
        let (y_true, y_score, weights) = self.samples.tensors()?;
        let options = PrecisionRecallCurveOptions {
            pos_label: self.pos_label,
            drop_intermediate,
            sample_weight: weights.as_ref(),
        };
        precision_recall_curve(&y_true, &y_score, options)
    }
}

impl Metric for Curves {
    type Value = RocCurve;

    fn name(&self) -> &'static str {
        "roc_curve"
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.samples.add(self.name(), y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<RocCurve> {
        let (y_true, y_score, weights) = self.samples.tensors()?;
        let options = RocCurveOptions {
            pos_label: self.pos_label,
            sample_weight: weights.as_ref(),
            ..Default::default()
        };
        roc_curve(&y_true, &y_score, options)
    }

    fn reset(&mut self) {
        self.samples = Collected::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        check_pos_label(self.name(), self.pos_label, other.pos_label)?;
        self.samples.merge("roc_curve", &other.samples)
    }
}

fn check_pos_label(metric: &'static str, ours: Option<i64>, theirs: Option<i64>) -> Result<()> {
    if ours == theirs {
        return Ok(());
    }
    Err(Error::Merge {
        metric,
        reason: format!("pos_label {ours:?} and {theirs:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints, rows};

    #[test]
    fn weights_may_come_late() {
        let mut auc = RocAuc::default();
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
    fn batches_have_to_agree() {
        let mut auc = RocAuc::default();
        auc.update(&ints(&[0]), &floats(&[0.5]), None).unwrap();
        let error = auc.update(&ints(&[0]), &rows(&[[0.5, 0.5]]), None);
        assert_eq!(
            error.unwrap_err().to_string(),
            "roc_auc_score: y_score has shape [1, 2]; expected 1 columns, as in the batches before"
        );
        let other = AveragePrecision::new(Some(3));
        assert_eq!(
            AveragePrecision::default()
                .merge(&other)
                .unwrap_err()
                .to_string(),
            "average_precision_score: cannot merge accumulators: pos_label None and Some(3)"
        );
    }
}
