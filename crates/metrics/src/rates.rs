//! The four counts of a two-way decision and the rates made of them.

use gradus_tensor::Tensor;

use crate::streaming::count_once;
use crate::{ConfusionMatrix, Result, ZeroDivision};

/// Options of the rates.
#[derive(Clone, Copy, Debug)]
pub struct RateOptions<'a> {
    /// The positive class, 1 by default; all others together are the negative one.
    pub pos_label: i64,
    /// The value of 0/0; 0 by default.
    pub zero_division: ZeroDivision,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for RateOptions<'_> {
    fn default() -> Self {
        Self {
            pos_label: 1,
            zero_division: ZeroDivision::default(),
            sample_weight: None,
        }
    }
}

/// How often a two-way decision was right and wrong, either way.
///
/// ```
/// use gradus_metrics::{BinaryCounts, ZeroDivision};
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1, 1], [5])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 1, 1, 1, 0], [5])?;
/// let counts = BinaryCounts::new(&y_true, &y_pred, Default::default())?;
/// assert_eq!((counts.true_negatives, counts.false_positives), (1.0, 1.0));
/// assert_eq!((counts.false_negatives, counts.true_positives), (1.0, 2.0));
/// assert_eq!(counts.true_positive_rate(ZeroDivision::Nan), 2.0 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCounts {
    /// Negatives taken for negatives.
    pub true_negatives: f64,
    /// Negatives taken for positives.
    pub false_positives: f64,
    /// Positives taken for negatives.
    pub false_negatives: f64,
    /// Positives taken for positives.
    pub true_positives: f64,
}

impl BinaryCounts {
    /// Counts whole arrays.
    ///
    /// # Errors
    /// No samples, different lengths, labels that are not whole numbers.
    pub fn new(y_true: &Tensor, y_pred: &Tensor, options: RateOptions<'_>) -> Result<Self> {
        let matrix = count_once("binary_counts", y_true, y_pred, options.sample_weight)?;
        Self::from_matrix(&matrix, options.pos_label)
    }

    /// One class of a confusion matrix against all others.
    ///
    /// # Errors
    /// No samples.
    pub fn from_matrix(matrix: &ConfusionMatrix, pos_label: i64) -> Result<Self> {
        const NAME: &str = "binary_counts";
        matrix.require_samples(NAME)?;
        let mut cells = [0.0; 4];
        let labels = matrix.labels();
        for (row, &y_true) in labels.iter().enumerate() {
            for (column, &y_pred) in labels.iter().enumerate() {
                let kind = 2 * usize::from(y_true == pos_label) + usize::from(y_pred == pos_label);
                cells[kind] += matrix.cell(row, column);
            }
        }
        let [
            true_negatives,
            false_positives,
            false_negatives,
            true_positives,
        ] = cells;
        Ok(Self {
            true_negatives,
            false_positives,
            false_negatives,
            true_positives,
        })
    }

    /// TPR, recall, sensitivity: tp / (tp + fn).
    pub fn true_positive_rate(&self, zero_division: ZeroDivision) -> f64 {
        let positives = self.true_positives + self.false_negatives;
        zero_division.divide(self.true_positives, positives)
    }

    /// FPR, fall-out: fp / (fp + tn).
    pub fn false_positive_rate(&self, zero_division: ZeroDivision) -> f64 {
        let negatives = self.false_positives + self.true_negatives;
        zero_division.divide(self.false_positives, negatives)
    }

    /// TNR, specificity: tn / (fp + tn).
    pub fn true_negative_rate(&self, zero_division: ZeroDivision) -> f64 {
        let negatives = self.false_positives + self.true_negatives;
        zero_division.divide(self.true_negatives, negatives)
    }

    /// FNR, miss rate: fn / (tp + fn).
    pub fn false_negative_rate(&self, zero_division: ZeroDivision) -> f64 {
        let positives = self.true_positives + self.false_negatives;
        zero_division.divide(self.false_negatives, positives)
    }

    /// Precision: tp / (tp + fp).
    pub fn precision(&self, zero_division: ZeroDivision) -> f64 {
        let predicted = self.true_positives + self.false_positives;
        zero_division.divide(self.true_positives, predicted)
    }

    /// Accuracy: (tp + tn) / all.
    pub fn accuracy(&self) -> f64 {
        let right = self.true_positives + self.true_negatives;
        right / (right + self.false_positives + self.false_negatives)
    }
}

/// TPR: of the positives, the share predicted as positive. Best 1.
///
/// # Errors
/// As [`BinaryCounts::new`].
pub fn true_positive_rate(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RateOptions<'_>,
) -> Result<f64> {
    let counts = BinaryCounts::new(y_true, y_pred, options)?;
    Ok(counts.true_positive_rate(options.zero_division))
}

/// FPR: of the negatives, the share predicted as positive. Best 0.
///
/// # Errors
/// As [`BinaryCounts::new`].
pub fn false_positive_rate(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RateOptions<'_>,
) -> Result<f64> {
    let counts = BinaryCounts::new(y_true, y_pred, options)?;
    Ok(counts.false_positive_rate(options.zero_division))
}

/// TNR: of the negatives, the share predicted as negative. Best 1.
///
/// # Errors
/// As [`BinaryCounts::new`].
pub fn true_negative_rate(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RateOptions<'_>,
) -> Result<f64> {
    let counts = BinaryCounts::new(y_true, y_pred, options)?;
    Ok(counts.true_negative_rate(options.zero_division))
}

/// FNR: of the positives, the share predicted as negative. Best 0.
///
/// # Errors
/// As [`BinaryCounts::new`].
pub fn false_negative_rate(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RateOptions<'_>,
) -> Result<f64> {
    let counts = BinaryCounts::new(y_true, y_pred, options)?;
    Ok(counts.false_negative_rate(options.zero_division))
}

/// Specificity, another name of the [true negative rate](true_negative_rate).
///
/// # Errors
/// As [`BinaryCounts::new`].
pub fn specificity_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RateOptions<'_>,
) -> Result<f64> {
    true_negative_rate(y_true, y_pred, options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, ints};

    #[test]
    fn rates_of_one_class_against_the_rest() {
        let (y_true, y_pred) = (ints(&[2, 2, 2, 0, 1]), ints(&[2, 0, 2, 2, 0]));
        let options = RateOptions {
            pos_label: 2,
            ..Default::default()
        };
        assert_close(
            true_positive_rate(&y_true, &y_pred, options).unwrap(),
            2.0 / 3.0,
        );
        assert_close(
            false_negative_rate(&y_true, &y_pred, options).unwrap(),
            1.0 / 3.0,
        );
        assert_close(false_positive_rate(&y_true, &y_pred, options).unwrap(), 0.5);
        assert_close(true_negative_rate(&y_true, &y_pred, options).unwrap(), 0.5);
        assert_close(specificity_score(&y_true, &y_pred, options).unwrap(), 0.5);
        let counts = BinaryCounts::new(&y_true, &y_pred, options).unwrap();
        assert_close(counts.precision(ZeroDivision::Zero), 2.0 / 3.0);
        assert_close(counts.accuracy(), 0.6);
    }

    #[test]
    fn no_negatives_is_zero_over_zero() {
        let ones = ints(&[1, 1]);
        let options = RateOptions {
            zero_division: ZeroDivision::Nan,
            ..Default::default()
        };
        assert_close(
            false_positive_rate(&ones, &ones, options).unwrap(),
            f64::NAN,
        );
        assert_close(
            false_positive_rate(&ones, &ones, Default::default()).unwrap(),
            0.0,
        );
    }
}
