//! The hinge loss of decision values.

use gradus_tensor::Tensor;

use crate::exact_sum::{ExactSum, Tally};
use crate::label_index::{LabelIndex, unique};
use crate::{Error, Metric, Result, input};

const NAME: &str = "hinge_loss";

/// Options of [`hinge_loss`].
#[derive(Clone, Copy, Debug, Default)]
pub struct HingeOptions<'a> {
    /// The classes, ascending; `None`: those of `y_true`.
    pub labels: Option<&'a [i64]>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// The mean shortfall of the margin below 1.
///
/// mean max(0, 1 − y f) with y = ±1 for the larger and smaller of two classes;
/// for more: mean max(0, 1 − f(true class) + max f(other class)).
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `pred_decision`: `(samples,)`, or
/// `(samples, classes)` for more than two classes.
///
/// # Conventions
/// Range [0, ∞), best 0.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers or not
/// among the classes, columns that do not match the classes.
///
/// # Source
/// Crammer & Singer 2001; `sklearn.metrics.hinge_loss`, version 1.9.
///
/// ```
/// use gradus_metrics::hinge_loss;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![-1i64, 1, 1], [3])?;
/// let decision = Tensor::from_vec(vec![-2.0, 0.5, -0.25], [3])?;
/// assert_eq!(hinge_loss(&y_true, &decision, Default::default())?, 1.75 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hinge_loss(
    y_true: &Tensor,
    pred_decision: &Tensor,
    options: HingeOptions<'_>,
) -> Result<f64> {
    let labels = match options.labels {
        Some(labels) => labels.to_vec(),
        None => unique(&[&input::labels(NAME, "y_true", y_true)?]),
    };
    let mut hinge = Hinge::of(labels)?;
    hinge.update(y_true, pred_decision, options.sample_weight)?;
    hinge.compute()
}

/// [`hinge_loss`] over batches.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hinge {
    labels: Vec<i64>,
    sum: ExactSum,
    seen: Tally,
}

impl Default for Hinge {
    /// For the classes 0 and 1.
    fn default() -> Self {
        Self {
            labels: vec![0, 1],
            sum: ExactSum::default(),
            seen: Tally::default(),
        }
    }
}

impl Hinge {
    /// For the given classes, ascending.
    ///
    /// # Errors
    /// Fewer than two classes, or not ascending.
    pub fn new(labels: &[i64]) -> Result<Self> {
        crate::class_probabilities::check_classes(NAME, labels)?;
        Self::of(labels.to_vec())
    }

    /// One class alone is the negative one.
    fn of(labels: Vec<i64>) -> Result<Self> {
        if labels.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Error::Labels {
                metric: NAME,
                reason: format!("labels {labels:?} must ascend without repeats"),
            });
        }
        Ok(Self {
            labels,
            ..Self::default()
        })
    }
}

impl Metric for Hinge {
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
        let y_true = input::labels(NAME, "y_true", y_true)?;
        let decisions = input::table(NAME, "pred_decision", y_pred)?;
        input::same_length(NAME, y_true.len(), "pred_decision", decisions.rows)?;
        let weights = input::weights(NAME, sample_weight, y_true.len())?;
        let several = self.labels.len() > 2;
        let columns = if several { self.labels.len() } else { 1 };
        if decisions.columns != columns {
            return Err(Error::Shape {
                metric: NAME,
                name: "pred_decision",
                found: y_pred.shape().to_vec(),
                expected: format!("{columns} columns for the classes {:?}", self.labels),
            });
        }
        let index = LabelIndex::new(&self.labels);
        let place = |(at, &label): (usize, &i64)| {
            index.position(label).ok_or_else(|| Error::Labels {
                metric: NAME,
                reason: format!(
                    "y_true is {label} at position {at}, which is not among the classes {:?}",
                    self.labels
                ),
            })
        };
        let true_columns = y_true
            .iter()
            .enumerate()
            .map(place)
            .collect::<Result<Vec<_>>>()?;
        for (row, &column) in true_columns.iter().enumerate() {
            let margin = match *decisions.row(row) {
                [decision] if column == 1 => decision,
                [decision] => -decision,
                ref row => row[column] - largest_but(row, column),
            };
            let weight = weights.as_ref().map(|weights| weights[row]);
            self.sum
                .add(weight.unwrap_or(1.0) * (1.0 - margin).max(0.0));
            self.seen.add(weight);
        }
        Ok(())
    }

    fn compute(&self) -> Result<f64> {
        let seen = self.seen.value();
        if seen == 0.0 {
            return Err(Error::Empty { metric: NAME });
        }
        Ok(self.sum.value() / seen)
    }

    fn reset(&mut self) {
        self.sum = ExactSum::default();
        self.seen = Tally::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.labels != other.labels {
            return Err(Error::Merge {
                metric: NAME,
                reason: format!("labels {:?} and {:?}", self.labels, other.labels),
            });
        }
        self.sum.merge(&other.sum);
        self.seen.merge(&other.seen);
        Ok(())
    }
}

fn largest_but(values: &[f64], column: usize) -> f64 {
    let others = values.iter().enumerate().filter(|&(at, _)| at != column);
    others.fold(f64::NEG_INFINITY, |largest, (_, &value)| largest.max(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints, rows};

    #[test]
    fn several_classes_compare_with_the_best_other() {
        let decisions = rows(&[[2.0, 0.5, 0.0], [1.0, 0.5, 0.0], [0.0, 0.0, 0.25]]);
        let loss = hinge_loss(&ints(&[0, 1, 2]), &decisions, Default::default());
        assert_close(loss.unwrap(), (0.0 + 1.5 + 0.75) / 3.0);
    }

    #[test]
    fn one_class_alone_is_negative() {
        let loss = hinge_loss(&ints(&[1, 1]), &floats(&[-0.5, 1.0]), Default::default());
        assert_close(loss.unwrap(), (0.5 + 2.0) / 2.0);
    }

    #[test]
    fn columns_have_to_match() {
        let error = hinge_loss(&ints(&[0, 1, 2]), &floats(&[0.0; 3]), Default::default());
        assert_eq!(
            error.unwrap_err().to_string(),
            "hinge_loss: pred_decision has shape [3]; expected 3 columns for the classes [0, 1, 2]"
        );
    }
}
