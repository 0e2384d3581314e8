//! The confusion matrix, as a function and as an accumulator.

use gradus_tensor::Tensor;

use crate::label_counts::LabelCounts;
use crate::label_index::{LabelIndex, unique};
use crate::{Error, Metric, Result, input};

const NAME: &str = "confusion_matrix";

/// What the cells of a confusion matrix are divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Normalize {
    /// The sum of their row: rows add up to 1.
    True,
    /// The sum of their column: columns add up to 1.
    Pred,
    /// The sum of all cells.
    All,
}

/// Options of [`confusion_matrix`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ConfusionMatrixOptions<'a> {
    /// Rows and columns in this order; `None`: all labels that occur, ascending.
    /// Samples with a label outside the list are not counted.
    pub labels: Option<&'a [i64]>,
    /// `None`: plain counts.
    pub normalize: Option<Normalize>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// How many samples of class *i* were predicted as class *j*.
///
/// # Shapes
/// `y_true`, `y_pred`: `(samples,)` → `(labels, labels)`: rows are the true
/// class, columns the predicted one. `i64` counts; `f64` when weighted or
/// normalised.
///
/// # Conventions
/// 0/0 in a normalised row or column is 0.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, a `labels`
/// list that is empty, repeats itself or shares nothing with `y_true`.
///
/// # Source
/// `sklearn.metrics.confusion_matrix`, version 1.9.
///
/// ```
/// use gradus_metrics::confusion_matrix;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1, 1], [5])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 1, 1, 1, 0], [5])?;
/// let cells = confusion_matrix(&y_true, &y_pred, Default::default())?;
/// assert_eq!(cells.to_vec::<i64>()?, [1, 1, 1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn confusion_matrix(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: ConfusionMatrixOptions<'_>,
) -> Result<Tensor> {
    let mut matrix = ConfusionMatrix::default();
    matrix.add(NAME, y_true, y_pred, options.sample_weight)?;
    matrix.cells(options.labels, options.normalize)
}

/// Counts pairs of true and predicted label over batches.
///
/// Everything that follows from the counts (accuracy, precision, Cohen's
/// kappa, …) can be had from one of these by [`Streaming`](crate::Streaming).
/// Counts are integers and sums of weights are exact, so neither batching nor
/// the order of merging changes a bit.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConfusionMatrix {
    /// With a fixed number of classes: labels are `0..classes`, nothing else.
    classes: Option<usize>,
    counts: LabelCounts,
}

impl ConfusionMatrix {
    /// Expects the labels `0..classes`; any other is an error.
    ///
    /// [`default`](Default::default) instead takes labels as they come.
    pub fn with_classes(classes: usize) -> Self {
        Self {
            classes: Some(classes),
            counts: LabelCounts::of_classes(classes),
        }
    }

    /// The labels of rows and columns, ascending.
    pub fn labels(&self) -> &[i64] {
        self.counts.labels()
    }

    /// The matrix for the given labels, counted or normalised, as
    /// [`confusion_matrix`] returns it.
    ///
    /// # Errors
    /// As [`confusion_matrix`].
    pub fn cells(&self, labels: Option<&[i64]>, normalize: Option<Normalize>) -> Result<Tensor> {
        self.require_samples(NAME)?;
        let labels = labels.unwrap_or(self.labels());
        let rows = self.rows_of(NAME, labels)?;
        let known = rows.iter().flatten();
        if !known.clone().any(|&row| self.row_sum(row) > 0.0) {
            return Err(Error::Labels {
                metric: NAME,
                reason: format!("none of the labels {labels:?} occurs in y_true"),
            });
        }
        let size = labels.len();
        let pick = |i: usize| Some((rows[i / size]?, rows[i % size]?));
        if normalize.is_none() && !self.is_weighted() {
            let counts = (0..size * size)
                .map(|i| pick(i).map_or(0, |(row, column)| self.counts.count(row, column) as i64))
                .collect();
            return Ok(Tensor::from_vec(counts, [size, size])?);
        }
        let mut cells: Vec<f64> = (0..size * size)
            .map(|i| pick(i).map_or(0.0, |(row, column)| self.cell(row, column)))
            .collect();
        if let Some(normalize) = normalize {
            divide(&mut cells, size, normalize);
        }
        Ok(Tensor::from_vec(cells, [size, size])?)
    }

    /// Adds a batch under the name of the score it is for.
    pub(crate) fn add(
        &mut self,
        metric: &'static str,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let y_true = input::labels(metric, "y_true", y_true)?;
        let y_pred = input::labels(metric, "y_pred", y_pred)?;
        input::same_length(metric, y_true.len(), "y_pred", y_pred.len())?;
        let weights = input::weights(metric, sample_weight, y_true.len())?;
        self.check_range(metric, &y_true, &y_pred)?;
        self.counts.add(&y_true, &y_pred, weights.as_deref());
        Ok(())
    }

    /// Adds all of `other`'s counts.
    pub(crate) fn absorb(&mut self, metric: &'static str, other: &Self) -> Result<()> {
        if self.classes != other.classes {
            return Err(Error::Merge {
                metric,
                reason: format!("classes {:?} and {:?}", self.classes, other.classes),
            });
        }
        self.counts.merge(&other.counts);
        Ok(())
    }

    pub(crate) fn size(&self) -> usize {
        self.counts.size()
    }

    pub(crate) fn cell(&self, row: usize, column: usize) -> f64 {
        self.counts.cell(row, column)
    }

    /// The whole matrix as numbers, row-major.
    pub(crate) fn values(&self) -> Vec<f64> {
        let size = self.size();
        (0..size * size)
            .map(|at| self.cell(at / size, at % size))
            .collect()
    }

    pub(crate) fn is_weighted(&self) -> bool {
        self.counts.is_weighted()
    }

    /// Whether no prediction was right.
    pub(crate) fn has_no_hit(&self) -> bool {
        (0..self.counts.size()).all(|label| self.counts.count(label, label) == 0)
    }

    pub(crate) fn require_samples(&self, metric: &'static str) -> Result<()> {
        if self.counts.is_empty() {
            return Err(Error::Empty { metric });
        }
        Ok(())
    }

    /// Where each of `labels` stands in this matrix; `None` if it was never seen.
    pub(crate) fn rows_of(
        &self,
        metric: &'static str,
        labels: &[i64],
    ) -> Result<Vec<Option<usize>>> {
        if labels.is_empty() {
            return Err(Error::Labels {
                metric,
                reason: "labels is an empty list; name at least one label".into(),
            });
        }
        if unique(&[labels]).len() != labels.len() {
            return Err(Error::Labels {
                metric,
                reason: format!("labels {labels:?} names a label twice"),
            });
        }
        let index = LabelIndex::new(self.labels());
        Ok(labels.iter().map(|&label| index.position(label)).collect())
    }

    fn row_sum(&self, row: usize) -> f64 {
        (0..self.size()).map(|column| self.cell(row, column)).sum()
    }

    fn check_range(&self, metric: &'static str, y_true: &[i64], y_pred: &[i64]) -> Result<()> {
        let Some(classes) = self.classes else {
            return Ok(());
        };
        for (name, labels) in [("y_true", y_true), ("y_pred", y_pred)] {
            let known = |label: i64| usize::try_from(label).is_ok_and(|label| label < classes);
            if let Some(index) = labels.iter().position(|&label| !known(label)) {
                return Err(Error::Labels {
                    metric,
                    reason: format!(
                        "{name} is {} at position {index}, out of range for {classes} classes",
                        labels[index]
                    ),
                });
            }
        }
        Ok(())
    }
}

impl Metric for ConfusionMatrix {
    type Value = Tensor;

    fn name(&self) -> &'static str {
        NAME
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.add(NAME, y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<Tensor> {
        self.cells(None, None)
    }

    fn reset(&mut self) {
        self.counts = LabelCounts::of_classes(self.classes.unwrap_or(0));
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.absorb(NAME, other)
    }
}

fn divide(cells: &mut [f64], size: usize, normalize: Normalize) {
    let group = |at: usize| match normalize {
        Normalize::True => at / size,
        Normalize::Pred => at % size,
        Normalize::All => 0,
    };
    let mut sums = vec![0.0; size];
    for (at, &cell) in cells.iter().enumerate() {
        sums[group(at)] += cell;
    }
    for (at, cell) in cells.iter_mut().enumerate() {
        let sum = sums[group(at)];
        *cell = if sum == 0.0 { 0.0 } else { *cell / sum };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, ints};

    fn matrix(y_true: &[i64], y_pred: &[i64], options: ConfusionMatrixOptions<'_>) -> Vec<f64> {
        confusion_matrix(&ints(y_true), &ints(y_pred), options)
            .unwrap()
            .to_vec()
            .unwrap()
    }

    #[test]
    fn rows_are_true_and_columns_predicted() {
        let cells = matrix(&[2, 0, 2, 2, 0, 1], &[0, 0, 2, 2, 0, 2], Default::default());
        assert_eq!(cells, [2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 2.0]);
    }

    #[test]
    fn labels_order_and_drop() {
        let options = ConfusionMatrixOptions {
            labels: Some(&[2, 0]),
            ..Default::default()
        };
        assert_eq!(
            matrix(&[2, 0, 1, 2], &[0, 0, 2, 2], options),
            [1.0, 1.0, 0.0, 1.0]
        );
    }

    #[test]
    fn normalised_empty_rows_are_zero() {
        for (normalize, expected) in [
            (Normalize::True, [0.5, 0.5, 0.0, 0.0]),
            (Normalize::Pred, [1.0, 1.0, 0.0, 0.0]),
            (Normalize::All, [0.5, 0.5, 0.0, 0.0]),
        ] {
            let options = ConfusionMatrixOptions {
                normalize: Some(normalize),
                ..Default::default()
            };
            assert_eq!(matrix(&[0, 0], &[0, 1], options), expected);
        }
    }

    #[test]
    fn weights_count_instead_of_samples() {
        let weights = floats(&[0.5, 2.0, 0.25]);
        let options = ConfusionMatrixOptions {
            sample_weight: Some(&weights),
            ..Default::default()
        };
        assert_eq!(
            matrix(&[0, 1, 1], &[0, 1, 1], options),
            [0.5, 0.0, 0.0, 2.25]
        );
    }

    #[test]
    fn labels_out_of_range_change_nothing() {
        let mut matrix = ConfusionMatrix::with_classes(2);
        matrix.update(&ints(&[0, 1]), &ints(&[1, 1]), None).unwrap();
        let error = matrix
            .update(&ints(&[0, 1]), &ints(&[1, 2]), None)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "confusion_matrix: y_pred is 2 at position 1, out of range for 2 classes"
        );
        assert_eq!(
            matrix.compute().unwrap().to_vec::<i64>().unwrap(),
            [0, 1, 0, 1]
        );
    }

    #[test]
    fn merging_joins_different_labels() {
        let mut left = ConfusionMatrix::default();
        left.update(&ints(&[0, 5]), &ints(&[0, 0]), None).unwrap();
        let mut right = ConfusionMatrix::default();
        right
            .update(&ints(&[3]), &ints(&[5]), Some(&floats(&[0.5])))
            .unwrap();
        left.merge(&right).unwrap();
        assert_eq!(left.labels(), [0, 3, 5]);
        let cells: Vec<f64> = left.compute().unwrap().to_vec().unwrap();
        assert_eq!(cells, [1.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0]);
    }
}
