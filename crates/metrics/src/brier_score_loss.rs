//! The Brier score of predicted probabilities.

use gradus_tensor::Tensor;

use crate::class_probabilities::{ClassProbabilities, check_classes, classes};
use crate::exact_sum::{ExactSum, Tally};
use crate::label_index::unique;
use crate::{Error, Metric, Result, input};

const NAME: &str = "brier_score_loss";

/// Options of [`brier_score_loss`].
#[derive(Clone, Copy, Debug, Default)]
pub struct BrierOptions<'a> {
    /// With one column of probabilities: the class they are of; `None`: 1 if
    /// the labels are {0, 1} or {−1, 1}, else the larger label.
    pub pos_label: Option<i64>,
    /// With several columns: their classes, ascending; `None`: those of `y_true`.
    pub labels: Option<&'a [i64]>,
    /// Divide by 2, so that the range is [0, 1]; `None`: for two classes only.
    pub scale_by_half: Option<bool>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// The mean squared difference between probability and what happened.
///
/// mean Σₖ (yₖ − pₖ)², halved for two classes: mean (y − p)².
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_proba`: `(samples,)`, of the positive
/// class, or `(samples, classes)`.
///
/// # Conventions
/// Best 0; range [0, 1] if halved, else [0, 2].
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers,
/// probabilities outside [0, 1], rows that do not add up to 1 (scikit-learn
/// warns), more than two classes with one column.
///
/// # Source
/// Brier 1950; `sklearn.metrics.brier_score_loss`, version 1.9.
///
/// ```
/// use gradus_metrics::brier_score_loss;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![1i64, 0], [2])?;
/// let y_proba = Tensor::from_vec(vec![0.5, 0.25], [2])?;
/// assert_eq!(brier_score_loss(&y_true, &y_proba, Default::default())?, 0.15625);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn brier_score_loss(
    y_true: &Tensor,
    y_proba: &Tensor,
    options: BrierOptions<'_>,
) -> Result<f64> {
    if !matches!(y_proba.shape(), [_] | [_, 1]) {
        let mut brier = Brier::new(&classes(NAME, y_true, options.labels)?)?;
        brier.scale_by_half = options.scale_by_half;
        brier.update(y_true, y_proba, options.sample_weight)?;
        return brier.compute();
    }
    let labels = input::labels(NAME, "y_true", y_true)?;
    let positive = positive_class(&labels, options.pos_label)?;
    let flags: Vec<i64> = labels
        .iter()
        .map(|&label| i64::from(label == positive))
        .collect();
    let mut brier = Brier {
        scale_by_half: options.scale_by_half,
        ..Brier::default()
    };
    let flags = Tensor::from_vec(flags, [labels.len()])?;
    brier.update(&flags, y_proba, options.sample_weight)?;
    brier.compute()
}

/// [`brier_score_loss`] over batches.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Brier {
    /// Divide by 2, so that the range is [0, 1]; `None`: for two classes only.
    pub scale_by_half: Option<bool>,
    labels: Vec<i64>,
    sum: ExactSum,
    seen: Tally,
}

impl Default for Brier {
    /// For the classes 0 and 1.
    fn default() -> Self {
        Self {
            scale_by_half: None,
            labels: vec![0, 1],
            sum: ExactSum::default(),
            seen: Tally::default(),
        }
    }
}

impl Brier {
    /// For the given classes, ascending.
    ///
    /// # Errors
    /// Fewer than two classes, or not ascending.
    pub fn new(labels: &[i64]) -> Result<Self> {
        check_classes(NAME, labels)?;
        Ok(Self {
            labels: labels.to_vec(),
            ..Self::default()
        })
    }
}

impl Metric for Brier {
    type Value = f64;

    fn name(&self) -> &'static str {
        NAME
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let samples = ClassProbabilities::new(NAME, y_true, y_pred, &self.labels, sample_weight)?;
        for row in 0..samples.true_columns.len() {
            let weight = samples.weights.as_ref().map(|weights| weights[row]);
            self.sum
                .add(weight.unwrap_or(1.0) * samples.squared_error(row));
            self.seen.add(weight);
        }
        Ok(())
    }

    fn compute(&self) -> Result<f64> {
        let seen = self.seen.value();
        if seen == 0.0 {
            return Err(Error::Empty { metric: NAME });
        }
        let mean = self.sum.value() / seen;
        let halve = self.scale_by_half.unwrap_or(self.labels.len() == 2);
        Ok(if halve { mean / 2.0 } else { mean })
    }

    fn reset(&mut self) {
        self.sum = ExactSum::default();
        self.seen = Tally::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.labels != other.labels || self.scale_by_half != other.scale_by_half {
            return Err(Error::Merge {
                metric: NAME,
                reason: format!(
                    "labels {:?} and {:?}, scale_by_half {:?} and {:?}",
                    self.labels, other.labels, self.scale_by_half, other.scale_by_half
                ),
            });
        }
        self.sum.merge(&other.sum);
        self.seen.merge(&other.seen);
        Ok(())
    }
}

fn positive_class(labels: &[i64], pos_label: Option<i64>) -> Result<i64> {
    let classes = unique(&[labels]);
    match classes[..] {
        [] => Err(Error::Empty { metric: NAME }),
        [-1] | [0] | [1] if pos_label.is_none() => Ok(1),
        [largest] | [_, largest] => Ok(pos_label.unwrap_or(largest)),
        _ => Err(Error::Labels {
            metric: NAME,
            reason: format!(
                "y_true has the {} labels {classes:?}; give y_proba a column for each",
                classes.len()
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints, rows};

    #[test]
    fn several_classes_are_not_halved() {
        let y_proba = rows(&[[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]]);
        let options = BrierOptions {
            labels: Some(&[0, 1, 2]),
            ..Default::default()
        };
        let loss = brier_score_loss(&ints(&[0, 2]), &y_proba, options).unwrap();
        assert_close(loss, (0.25 + 0.0625 + 0.0625 + 0.25 + 0.25) / 2.0);
        let halved = BrierOptions {
            scale_by_half: Some(true),
            ..options
        };
        let half = brier_score_loss(&ints(&[0, 2]), &y_proba, halved).unwrap();
        assert_close(half, loss / 2.0);
    }

    #[test]
    fn the_positive_class_is_one_or_the_larger_label() {
        let y_proba = floats(&[0.75, 0.5]);
        let loss = |y_true: &[i64], pos_label| {
            let options = BrierOptions {
                pos_label,
                ..Default::default()
            };
            brier_score_loss(&ints(y_true), &y_proba, options).unwrap()
        };
        assert_close(loss(&[5, 3], None), (0.0625 + 0.25) / 2.0);
        assert_close(loss(&[5, 3], Some(3)), (0.5625 + 0.25) / 2.0);
        assert_close(loss(&[0, 0], None), (0.5625 + 0.25) / 2.0);
    }
}
