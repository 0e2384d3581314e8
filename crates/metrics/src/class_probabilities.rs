//! Predicted probabilities of classes, checked against the target.

use std::borrow::Cow;

use gradus_tensor::{DType, Tensor};

use crate::input::Table;
use crate::label_index::{LabelIndex, unique};
use crate::{Error, Result, input};

/// Probabilities with the column of each sample's true class.
#[derive(Debug)]
pub(crate) struct ClassProbabilities<'a> {
    table: Table<'a>,
    pub(crate) true_columns: Vec<usize>,
    pub(crate) weights: Option<Cow<'a, [f64]>>,
    /// The distance from 1 of the next smaller number of the dtype.
    pub(crate) epsilon: f64,
}

impl<'a> ClassProbabilities<'a> {
    /// `y_proba`: `(samples,)` for the larger of two classes, or `(samples, classes)`.
    pub(crate) fn new(
        metric: &'static str,
        y_true: &Tensor,
        y_proba: &'a Tensor,
        classes: &[i64],
        sample_weight: Option<&'a Tensor>,
    ) -> Result<Self> {
        let labels = input::labels(metric, "y_true", y_true)?;
        let table = input::table(metric, "y_proba", y_proba)?;
        input::same_length(metric, labels.len(), "y_proba", table.rows)?;
        let weights = input::weights(metric, sample_weight, labels.len())?;
        input::probabilities(metric, "y_proba", &table.values)?;
        if table.columns.max(2) != classes.len() {
            return Err(Error::Shape {
                metric,
                name: "y_proba",
                found: y_proba.shape().to_vec(),
                expected: format!(
                    "a column for each of the {} classes {classes:?} (name them all with labels)",
                    classes.len()
                ),
            });
        }
        let index = LabelIndex::new(classes);
        let column = |(at, &label): (usize, &i64)| {
            index.position(label).ok_or_else(|| Error::Labels {
                metric,
                reason: format!(
                    "y_true is {label} at position {at}, which is not among the classes {classes:?}"
                ),
            })
        };
        let true_columns = labels
            .iter()
            .enumerate()
            .map(column)
            .collect::<Result<_>>()?;
        let epsilon = match y_proba.dtype() {
            DType::F16 => 2f64.powi(-10),
            DType::F32 | DType::Bf16 => f64::from(f32::EPSILON),
            _ => f64::EPSILON,
        };
        check_sums(metric, &table, epsilon)?;
        Ok(Self {
            table,
            true_columns,
            weights,
            epsilon,
        })
    }

    /// The probability given to the true class of a sample.
    pub(crate) fn of_true_class(&self, row: usize) -> f64 {
        let column = self.true_columns[row];
        match self.table.row(row) {
            &[positive] if column == 0 => 1.0 - positive,
            &[positive] => positive,
            row => row[column],
        }
    }

    /// Σ over classes of (1 for the true one, else 0, minus the probability)².
    pub(crate) fn squared_error(&self, row: usize) -> f64 {
        match self.table.row(row) {
            &[positive] => {
                let error = self.true_columns[row] as f64 - positive;
                2.0 * error * error
            }
            probabilities => {
                let one = |(column, &probability): (usize, &f64)| {
                    let target = f64::from(column == self.true_columns[row]);
                    (target - probability) * (target - probability)
                };
                probabilities.iter().enumerate().map(one).sum()
            }
        }
    }
}

/// The classes: as given, ascending, or those of `y_true`; at least two.
pub(crate) fn classes(
    metric: &'static str,
    y_true: &Tensor,
    labels: Option<&[i64]>,
) -> Result<Vec<i64>> {
    if let Some(labels) = labels {
        check_classes(metric, labels)?;
        return Ok(labels.to_vec());
    }
    let y_true = input::labels(metric, "y_true", y_true)?;
    match unique(&[&y_true])[..] {
        [] => Err(Error::Empty { metric }),
        [label] => Err(Error::Labels {
            metric,
            reason: format!("y_true has the label {label} only; name all classes with labels"),
        }),
        ref classes => Ok(classes.to_vec()),
    }
}

pub(crate) fn check_classes(metric: &'static str, labels: &[i64]) -> Result<()> {
    if labels.len() >= 2 && labels.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(());
    }
    Err(Error::Labels {
        metric,
        reason: format!("labels {labels:?} must be at least two, ascending, without repeats"),
    })
}

fn check_sums(metric: &'static str, table: &Table<'_>, epsilon: f64) -> Result<()> {
    if table.columns == 1 {
        return Ok(());
    }
    for row in 0..table.rows {
        let sum: f64 = table.row(row).iter().sum();
        if (sum - 1.0).abs() > epsilon.sqrt() {
            return Err(Error::Labels {
                metric,
                reason: format!(
                    "row {row} of y_proba adds up to {sum}, not to 1; pass probabilities (softmax makes them)"
                ),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, ints, rows};

    #[track_caller]
    fn refuses(y_true: &[i64], y_proba: &Tensor, classes: &[i64], message: &str) {
        let result = ClassProbabilities::new("log_loss", &ints(y_true), y_proba, classes, None);
        assert_eq!(result.unwrap_err().to_string(), message);
    }

    #[test]
    fn refusals() {
        refuses(
            &[0, 2],
            &floats(&[0.5, 0.5]),
            &[0, 1],
            "log_loss: y_true is 2 at position 1, which is not among the classes [0, 1]",
        );
        refuses(
            &[0, 2],
            &floats(&[0.5, 0.5]),
            &[0, 1, 2],
            "log_loss: y_proba has shape [2]; expected a column for each of the 3 classes [0, 1, 2] (name them all with labels)",
        );
        refuses(
            &[0],
            &rows(&[[0.5, 0.25]]),
            &[0, 1],
            "log_loss: row 0 of y_proba adds up to 0.75, not to 1; pass probabilities (softmax makes them)",
        );
        let one = classes("log_loss", &ints(&[3, 3]), None).unwrap_err();
        assert_eq!(
            one.to_string(),
            "log_loss: y_true has the label 3 only; name all classes with labels"
        );
        let falling = classes("log_loss", &ints(&[3, 3]), Some(&[3, 1])).unwrap_err();
        assert_eq!(
            falling.to_string(),
            "log_loss: labels [3, 1] must be at least two, ascending, without repeats"
        );
    }
}
