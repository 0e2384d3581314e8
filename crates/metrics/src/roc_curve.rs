//! The receiver operating characteristic.

use gradus_tensor::Tensor;

use crate::score_order::{ScoredTarget, ThresholdCounts};
use crate::{Result, SampleScore};

const NAME: &str = "roc_curve";

/// True against false positive rate for every threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    /// False positive rate, rising from 0 to 1.
    pub fpr: Vec<f64>,
    /// True positive rate, rising from 0 to 1.
    pub tpr: Vec<f64>,
    /// The score from which on a sample counts as positive; falling, the first
    /// is +∞.
    pub thresholds: Vec<f64>,
}

/// Options of [`roc_curve`].
#[derive(Clone, Copy, Debug)]
pub struct RocCurveOptions<'a> {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    /// Leave out points on a straight line between their neighbours; true by default.
    pub drop_intermediate: bool,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for RocCurveOptions<'_> {
    fn default() -> Self {
        Self {
            pos_label: None,
            drop_intermediate: true,
            sample_weight: None,
        }
    }
}

/// The ROC curve of a two-class target: what rate of false alarms buys what
/// rate of hits.
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_score`: `(samples,)`, larger for the
/// positive class: probabilities or logits.
///
/// # Conventions
/// A sample is positive at a threshold if its score is ≥ the threshold. Equal
/// scores make one point. Without positives (negatives) the true (false)
/// positive rate is NaN everywhere. Samples of weight 0 make no point.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, scores
/// that are not finite, labels other than {0, 1} or {−1, 1} without a `pos_label`.
///
/// # Source
/// `sklearn.metrics.roc_curve`, version 1.9.
///
/// ```
/// use gradus_metrics::roc_curve;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1], [4])?;
/// let y_score = Tensor::from_vec(vec![0.1, 0.4, 0.35, 0.8], [4])?;
/// let roc = roc_curve(&y_true, &y_score, Default::default())?;
/// assert_eq!(roc.fpr, [0.0, 0.0, 0.5, 0.5, 1.0]);
/// assert_eq!(roc.tpr, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(roc.thresholds, [f64::INFINITY, 0.8, 0.4, 0.35, 0.1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn roc_curve(
    y_true: &Tensor,
    y_score: &Tensor,
    options: RocCurveOptions<'_>,
) -> Result<RocCurve> {
    let target = ScoredTarget::new(
        NAME,
        y_true,
        y_score,
        options.pos_label,
        options.sample_weight,
    )?;
    Ok(curve(target.counts(), options.drop_intermediate))
}

/// The settings of [`roc_curve`] as plain data, for [`Collected`](crate::Collected).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Roc {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    /// Leave out points on a straight line between their neighbours; true by default.
    pub drop_intermediate: bool,
}

impl Default for Roc {
    fn default() -> Self {
        Self {
            pos_label: None,
            drop_intermediate: true,
        }
    }
}

impl SampleScore for Roc {
    type Value = RocCurve;

    fn name(&self) -> &'static str {
        NAME
    }

    fn score(
        &self,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<RocCurve> {
        let options = RocCurveOptions {
            pos_label: self.pos_label,
            drop_intermediate: self.drop_intermediate,
            sample_weight,
        };
        roc_curve(y_true, y_score, options)
    }
}

pub(crate) fn curve(mut counts: ThresholdCounts, drop_intermediate: bool) -> RocCurve {
    if drop_intermediate && counts.thresholds.len() > 2 {
        let last = counts.thresholds.len() - 1;
        counts.keep(|counts, at| {
            at == 0
                || at == last
                || bends(&counts.false_positives[at - 1..=at + 1])
                || bends(&counts.true_positives[at - 1..=at + 1])
        });
    }
    let (positives, negatives) = counts.totals();
    let rates = |counts: &[f64], total: f64| {
        let rate = |count: f64| if total > 0.0 { count / total } else { f64::NAN };
        std::iter::once(0.0)
            .chain(counts.iter().copied())
            .map(rate)
            .collect()
    };
    RocCurve {
        fpr: rates(&counts.false_positives, negatives),
        tpr: rates(&counts.true_positives, positives),
        thresholds: std::iter::once(f64::INFINITY)
            .chain(counts.thresholds.iter().copied())
            .collect(),
    }
}

/// Whether the second difference is not zero.
fn bends(three: &[f64]) -> bool {
    (three[2] - three[1]) - (three[1] - three[0]) != 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, ints};

    #[test]
    fn straight_stretches_are_dropped_on_request() {
        let (y_true, y_score) = (ints(&[1, 1, 1, 0]), floats(&[0.9, 0.8, 0.7, 0.1]));
        let points = |drop_intermediate| {
            let options = RocCurveOptions {
                drop_intermediate,
                ..Default::default()
            };
            roc_curve(&y_true, &y_score, options)
                .unwrap()
                .thresholds
                .len()
        };
        assert_eq!((points(true), points(false)), (4, 5));
    }

    #[test]
    fn a_missing_class_has_no_rate() {
        let roc = roc_curve(&ints(&[1, 1]), &floats(&[0.2, 0.7]), Default::default()).unwrap();
        assert!(roc.fpr.iter().all(|rate| rate.is_nan()));
        assert_eq!(roc.tpr, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn the_positive_label_must_be_known() {
        let error = roc_curve(&ints(&[1, 2]), &floats(&[0.2, 0.7]), Default::default());
        assert_eq!(
            error.unwrap_err().to_string(),
            "roc_curve: y_true has the labels [1, 2], not 0 and 1 or -1 and 1; say which one is positive with pos_label"
        );
    }
}
