//! From scores to labels, and which threshold to choose.

use gradus_tensor::{DType, Tensor};

use crate::score_order::{ScoredTarget, ThresholdCounts};
use crate::{Error, Result, SampleScore};

const NAME: &str = "best_threshold";

/// Label 1 where the score reaches the threshold, else 0.
///
/// # Shapes
/// `scores`: any shape → the same shape, `i64`.
///
/// # Conventions
/// score ≥ threshold is positive, as at the thresholds of
/// [`roc_curve`](crate::roc_curve). Probabilities are compared with ½, logits
/// with 0.
///
/// # Errors
/// NaN scores, a NaN threshold, boolean scores.
///
/// ```
/// use gradus_metrics::predict_at_threshold;
/// use gradus_tensor::Tensor;
///
/// let probabilities = Tensor::from_vec(vec![0.2f32, 0.5, 0.9], [3, 1])?;
/// let labels = predict_at_threshold(&probabilities, 0.5)?;
/// assert_eq!(labels.to_vec::<i64>()?, [0, 1, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn predict_at_threshold(scores: &Tensor, threshold: f64) -> Result<Tensor> {
    const NAME: &str = "predict_at_threshold";
    if threshold.is_nan() {
        return Err(Error::Options {
            metric: NAME,
            reason: "threshold is NaN".into(),
        });
    }
    if scores.dtype() == DType::Bool {
        return Err(Error::DType {
            metric: NAME,
            name: "scores",
            found: DType::Bool,
            expected: "numbers are needed here (convert with to_dtype)",
        });
    }
    let values = scores.to_vec::<f64>()?;
    if let Some(index) = values.iter().position(|value| value.is_nan()) {
        return Err(Error::Value {
            metric: NAME,
            name: "scores",
            index,
            value: values[index],
            expected: "scores must be numbers",
        });
    }
    let labels = values
        .iter()
        .map(|&value| i64::from(value >= threshold))
        .collect();
    Ok(Tensor::from_vec::<i64>(labels, scores.shape())?)
}

/// What a chosen threshold should be best at.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ThresholdGoal {
    /// The largest F1.
    F1,
    /// The largest TPR − FPR (Youden's J).
    Youden,
    /// The largest precision among thresholds with at least this recall.
    Recall(f64),
}

/// Options of [`best_threshold`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ThresholdOptions<'a> {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// A threshold and how good it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestThreshold {
    /// Scores from here on count as positive.
    pub threshold: f64,
    /// The F1, Youden's J, or precision reached there.
    pub score: f64,
}

/// The score of `y_score` that makes the best threshold.
///
/// # Conventions
/// Of equally good thresholds the highest. Choose on validation data: on the
/// data the model was trained on the result is too good.
///
/// # Errors
/// As [`roc_curve`](crate::roc_curve), and if only one class occurs or the
/// recall asked for is not in (0, 1].
///
/// ```
/// use gradus_metrics::{ThresholdGoal, best_threshold};
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1], [4])?;
/// let y_score = Tensor::from_vec(vec![0.1, 0.4, 0.35, 0.8], [4])?;
/// let best = best_threshold(&y_true, &y_score, ThresholdGoal::F1, Default::default())?;
/// assert_eq!((best.threshold, best.score), (0.35, 0.8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_threshold(
    y_true: &Tensor,
    y_score: &Tensor,
    goal: ThresholdGoal,
    options: ThresholdOptions<'_>,
) -> Result<BestThreshold> {
    let refuse = |reason: String| {
        Err(Error::Options {
            metric: NAME,
            reason,
        })
    };
    if let ThresholdGoal::Recall(recall) = goal
        && !(recall > 0.0 && recall <= 1.0)
    {
        return refuse(format!("recall is {recall}; it lies in (0, 1]"));
    }
    let target = ScoredTarget::new(
        NAME,
        y_true,
        y_score,
        options.pos_label,
        options.sample_weight,
    )?;
    let counts = target.counts();
    let (positives, negatives) = counts.totals();
    if positives == 0.0 || negatives == 0.0 {
        return refuse("only one class occurs; no threshold is better than another".into());
    }
    let mut best = BestThreshold {
        threshold: f64::INFINITY,
        score: f64::NEG_INFINITY,
    };
    for at in 0..counts.thresholds.len() {
        let score = score_at(&counts, at, goal);
        if score > best.score {
            best = BestThreshold {
                threshold: counts.thresholds[at],
                score,
            };
        }
    }
    Ok(best)
}

fn score_at(counts: &ThresholdCounts, at: usize, goal: ThresholdGoal) -> f64 {
    let (positives, negatives) = counts.totals();
    let (tp, fp) = (counts.true_positives[at], counts.false_positives[at]);
    match goal {
        ThresholdGoal::F1 => 2.0 * tp / (tp + fp + positives),
        // One division, so that equal values compare equal.
        ThresholdGoal::Youden => (tp * negatives - fp * positives) / (positives * negatives),
        ThresholdGoal::Recall(recall) if tp >= recall * positives => tp / (tp + fp),
        ThresholdGoal::Recall(_) => f64::NEG_INFINITY,
    }
}

/// The settings of [`best_threshold`] as plain data, for [`Collected`](crate::Collected).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ThresholdChoice {
    /// What the threshold should be best at.
    pub goal: ThresholdGoal,
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
}

impl SampleScore for ThresholdChoice {
    type Value = BestThreshold;

    fn name(&self) -> &'static str {
        NAME
    }

    fn score(
        &self,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<BestThreshold> {
        let options = ThresholdOptions {
            pos_label: self.pos_label,
            sample_weight,
        };
        best_threshold(y_true, y_score, self.goal, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, ints};

    fn best(goal: ThresholdGoal) -> Result<(f64, f64)> {
        let y_true = ints(&[1, 1, 0, 1, 0, 0]);
        let y_score = floats(&[0.9, 0.8, 0.7, 0.6, 0.5, 0.4]);
        let best = best_threshold(&y_true, &y_score, goal, Default::default())?;
        Ok((best.threshold, best.score))
    }

    #[test]
    fn goals_differ() {
        assert_eq!(best(ThresholdGoal::F1).unwrap(), (0.6, 6.0 / 7.0));
        assert_eq!(best(ThresholdGoal::Youden).unwrap(), (0.8, 2.0 / 3.0));
        assert_eq!(best(ThresholdGoal::Recall(0.3)).unwrap(), (0.9, 1.0));
        assert_eq!(best(ThresholdGoal::Recall(1.0)).unwrap(), (0.6, 0.75));
        assert_eq!(
            best(ThresholdGoal::Recall(0.0)).unwrap_err().to_string(),
            "best_threshold: recall is 0; it lies in (0, 1]"
        );
    }

    #[test]
    fn one_class_has_no_best() {
        let one = best_threshold(
            &ints(&[1]),
            &floats(&[0.5]),
            ThresholdGoal::F1,
            Default::default(),
        );
        assert_eq!(
            one.unwrap_err().to_string(),
            "best_threshold: only one class occurs; no threshold is better than another"
        );
        let nan = predict_at_threshold(&floats(&[f64::NAN]), 0.5).unwrap_err();
        assert_eq!(
            nan.to_string(),
            "predict_at_threshold: scores is NaN at position 0; scores must be numbers"
        );
    }

    #[test]
    fn batches_choose_as_the_whole_does() {
        let mut choice = crate::Collected::new(ThresholdChoice {
            goal: ThresholdGoal::Youden,
            pos_label: None,
        });
        let (y_true, y_score) = (ints(&[0, 1, 0, 1]), floats(&[0.1, 0.8, 0.4, 0.35]));
        for at in 0..4 {
            let row = |x: &Tensor| x.slice(0, at, at + 1, 1).unwrap();
            crate::Metric::update(&mut choice, &row(&y_true), &row(&y_score), None).unwrap();
        }
        let whole = best_threshold(&y_true, &y_score, ThresholdGoal::Youden, Default::default());
        assert_eq!(crate::Metric::compute(&choice).unwrap(), whole.unwrap());
    }
}
