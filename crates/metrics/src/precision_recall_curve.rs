//! Precision against recall, and its average.

use gradus_tensor::Tensor;

use crate::score_order::{ScoredTarget, ThresholdCounts, positive_label};
use crate::{Error, Result, SampleScore, input};

const CURVE: &str = "precision_recall_curve";
const AVERAGE: &str = "average_precision_score";

/// Precision and recall for every threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionRecallCurve {
    /// Precision; one more than there are thresholds, the last is 1.
    pub precision: Vec<f64>,
    /// Recall, falling; one more than there are thresholds, the last is 0.
    pub recall: Vec<f64>,
    /// The score from which on a sample counts as positive, rising.
    pub thresholds: Vec<f64>,
}

/// Options of [`precision_recall_curve`].
#[derive(Clone, Copy, Debug, Default)]
pub struct PrecisionRecallCurveOptions<'a> {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    /// Of the points with equal recall keep only the first and the last.
    pub drop_intermediate: bool,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// Precision and recall of a two-class target for every threshold.
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_score`: `(samples,)`, larger for the
/// positive class.
///
/// # Conventions
/// A sample is positive at a threshold if its score is ≥ the threshold. Equal
/// scores make one point. Without positives recall is 1 everywhere.
///
/// # Errors
/// As [`roc_curve`](crate::roc_curve).
///
/// # Source
/// `sklearn.metrics.precision_recall_curve`, version 1.9.
///
/// ```
/// use gradus_metrics::precision_recall_curve;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1], [4])?;
/// let y_score = Tensor::from_vec(vec![0.1, 0.4, 0.35, 0.8], [4])?;
/// let curve = precision_recall_curve(&y_true, &y_score, Default::default())?;
/// assert_eq!(curve.precision, [0.5, 2.0 / 3.0, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.recall, [1.0, 1.0, 0.5, 0.5, 0.0]);
/// assert_eq!(curve.thresholds, [0.1, 0.35, 0.4, 0.8]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn precision_recall_curve(
    y_true: &Tensor,
    y_score: &Tensor,
    options: PrecisionRecallCurveOptions<'_>,
) -> Result<PrecisionRecallCurve> {
    let target = ScoredTarget::new(
        CURVE,
        y_true,
        y_score,
        options.pos_label,
        options.sample_weight,
    )?;
    Ok(curve(target.counts(), options.drop_intermediate))
}

pub(crate) fn curve(mut counts: ThresholdCounts, drop_intermediate: bool) -> PrecisionRecallCurve {
    if drop_intermediate && counts.thresholds.len() > 2 {
        let last = counts.thresholds.len() - 1;
        counts.keep(|counts, at| {
            let tps = &counts.true_positives;
            at == 0 || at == last || tps[at] != tps[at - 1] || tps[at + 1] != tps[at]
        });
    }
    let (positives, _) = counts.totals();
    let points = counts
        .true_positives
        .iter()
        .zip(&counts.false_positives)
        .rev();
    let precision = points
        .clone()
        .map(|(&tp, &fp)| if tp + fp == 0.0 { 0.0 } else { tp / (tp + fp) });
    let recall = points.map(|(&tp, _)| {
        if positives == 0.0 {
            1.0
        } else {
            tp / positives
        }
    });
    PrecisionRecallCurve {
        precision: precision.chain([1.0]).collect(),
        recall: recall.chain([0.0]).collect(),
        thresholds: counts.thresholds.iter().rev().copied().collect(),
    }
}

/// Options of [`average_precision_score`].
#[derive(Clone, Copy, Debug, Default)]
pub struct AveragePrecisionOptions<'a> {
    /// The positive class; `None`: 1, which must be one of the labels if there are two.
    pub pos_label: Option<i64>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// The mean precision over the steps of the precision-recall curve, weighted
/// by the recall each adds.
///
/// Σ (Rₙ − Rₙ₋₁) Pₙ, without interpolation.
///
/// # Conventions
/// Range [0, 1], best 1; the share of positives for random scores. 0 without
/// positives.
///
/// # Errors
/// As [`roc_curve`](crate::roc_curve).
///
/// # Source
/// `sklearn.metrics.average_precision_score` of a two-class target, version 1.9.
///
/// ```
/// use gradus_metrics::average_precision_score;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1], [4])?;
/// let y_score = Tensor::from_vec(vec![0.1, 0.4, 0.35, 0.8], [4])?;
/// let score = average_precision_score(&y_true, &y_score, Default::default())?;
/// assert!((score - 5.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn average_precision_score(
    y_true: &Tensor,
    y_score: &Tensor,
    options: AveragePrecisionOptions<'_>,
) -> Result<f64> {
    let labels = input::labels(AVERAGE, "y_true", y_true)?;
    let pos_label = positive_label(AVERAGE, &labels, options.pos_label)?;
    if !labels.contains(&pos_label) && labels.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(Error::Labels {
            metric: AVERAGE,
            reason: format!("pos_label {pos_label} is not among the labels of y_true"),
        });
    }
    let target = ScoredTarget::new(
        AVERAGE,
        y_true,
        y_score,
        Some(pos_label),
        options.sample_weight,
    )?;
    Ok(average_precision(&target.counts()))
}

pub(crate) fn average_precision(counts: &ThresholdCounts) -> f64 {
    let (positives, _) = counts.totals();
    if positives == 0.0 {
        return 0.0;
    }
    let mut last = 0.0;
    let mut sum = 0.0;
    for (&tp, &fp) in counts.true_positives.iter().zip(&counts.false_positives) {
        if tp > last {
            sum += (tp - last) / positives * (tp / (tp + fp));
        }
        last = tp;
    }
    sum
}

/// The settings of [`precision_recall_curve`] as plain data, for [`Collected`](crate::Collected).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PrecisionRecall {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    /// Of the points with equal recall keep only the first and the last.
    pub drop_intermediate: bool,
}

impl SampleScore for PrecisionRecall {
    type Value = PrecisionRecallCurve;

    fn name(&self) -> &'static str {
        CURVE
    }

    fn score(
        &self,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<PrecisionRecallCurve> {
        let options = PrecisionRecallCurveOptions {
            pos_label: self.pos_label,
            drop_intermediate: self.drop_intermediate,
            sample_weight,
        };
        precision_recall_curve(y_true, y_score, options)
    }
}

/// The settings of [`average_precision_score`] as plain data, for [`Collected`](crate::Collected).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AveragePrecision {
    /// The positive class; `None`: 1, which must be one of the labels if there are two.
    pub pos_label: Option<i64>,
}

impl SampleScore for AveragePrecision {
    type Value = f64;

    fn name(&self) -> &'static str {
        AVERAGE
    }

    fn score(
        &self,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<f64> {
        let options = AveragePrecisionOptions {
            pos_label: self.pos_label,
            sample_weight,
        };
        average_precision_score(y_true, y_score, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints};

    #[test]
    fn equal_recall_is_dropped_on_request() {
        let (y_true, y_score) = (ints(&[1, 0, 0, 0, 1]), floats(&[0.9, 0.8, 0.7, 0.6, 0.5]));
        let options = PrecisionRecallCurveOptions {
            drop_intermediate: true,
            ..Default::default()
        };
        let curve = precision_recall_curve(&y_true, &y_score, options).unwrap();
        assert_eq!(curve.thresholds, [0.5, 0.6, 0.9]);
        assert_eq!(curve.recall, [1.0, 0.5, 0.5, 0.0]);
    }

    #[test]
    fn without_positives_recall_is_one_and_the_average_zero() {
        let (y_true, y_score) = (ints(&[0, 0]), floats(&[0.9, 0.8]));
        let curve = precision_recall_curve(&y_true, &y_score, Default::default()).unwrap();
        assert_eq!(curve.recall, [1.0, 1.0, 0.0]);
        assert_eq!(curve.precision, [0.0, 0.0, 1.0]);
        let score = average_precision_score(&y_true, &y_score, Default::default());
        assert_close(score.unwrap(), 0.0);
    }

    #[test]
    fn the_positive_label_must_occur() {
        let options = AveragePrecisionOptions {
            pos_label: Some(7),
            ..Default::default()
        };
        let score = average_precision_score(&ints(&[0, 1]), &floats(&[0.1, 0.2]), options);
        assert_eq!(
            score.unwrap_err().to_string(),
            "average_precision_score: pos_label 7 is not among the labels of y_true"
        );
    }
}
