//! The four counts of a two-way decision and the rates made of them.

use gradus_tensor::Tensor;

use crate::streaming::{count_once, score_once};
use crate::{ConfusionMatrix, CountScore, Result, ZeroDivision};

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

/// Which rate of a two-way decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Rate {
    /// TPR, recall, sensitivity. Best 1.
    TruePositive,
    /// FPR, fall-out. Best 0.
    FalsePositive,
    /// TNR, specificity. Best 1.
    TrueNegative,
    /// FNR, miss rate. Best 0.
    FalseNegative,
}

/// A rate over batches, for [`Streaming`](crate::Streaming).
///
/// ```
/// use gradus_metrics::{BinaryRate, Metric, Rate, Streaming};
/// use gradus_tensor::Tensor;
///
/// let mut specificity = Streaming::new(BinaryRate::of(Rate::TrueNegative));
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1], [3])?;
/// specificity.update(&y_true, &Tensor::from_vec(vec![0i64, 1, 1], [3])?, None)?;
/// assert_eq!(specificity.compute()?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BinaryRate {
    /// Which one.
    pub rate: Rate,
    /// The positive class.
    pub pos_label: i64,
    /// The value of 0/0.
    pub zero_division: ZeroDivision,
}

impl BinaryRate {
    /// With class 1 as the positive one and 0 for 0/0.
    pub fn of(rate: Rate) -> Self {
        Self {
            rate,
            pos_label: 1,
            zero_division: ZeroDivision::default(),
        }
    }
}

impl CountScore for BinaryRate {
    fn name(&self) -> &'static str {
        match self.rate {
            Rate::TruePositive => "true_positive_rate",
            Rate::FalsePositive => "false_positive_rate",
            Rate::TrueNegative => "true_negative_rate",
            Rate::FalseNegative => "false_negative_rate",
        }
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        matrix.require_samples(self.name())?;
        let counts = BinaryCounts::from_matrix(matrix, self.pos_label)?;
        Ok(match self.rate {
            Rate::TruePositive => counts.true_positive_rate(self.zero_division),
            Rate::FalsePositive => counts.false_positive_rate(self.zero_division),
            Rate::TrueNegative => counts.true_negative_rate(self.zero_division),
            Rate::FalseNegative => counts.false_negative_rate(self.zero_division),
        })
    }
}

macro_rules! rates {
    ($($(#[$doc:meta])* $name:ident => $rate:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// No samples, different lengths, labels that are not whole numbers.
        pub fn $name(y_true: &Tensor, y_pred: &Tensor, options: RateOptions<'_>) -> Result<f64> {
            let score = BinaryRate {
                rate: Rate::$rate,
                pos_label: options.pos_label,
                zero_division: options.zero_division,
            };
            score_once(&score, y_true, y_pred, options.sample_weight)
        }
    )*};
}
rates! {
    /// TPR: of the positives, the share predicted as positive. Best 1.
    true_positive_rate => TruePositive;
    /// FPR: of the negatives, the share predicted as positive. Best 0.
    false_positive_rate => FalsePositive;
    /// TNR: of the negatives, the share predicted as negative. Best 1.
    true_negative_rate => TrueNegative;
    /// FNR: of the positives, the share predicted as negative. Best 0.
    false_negative_rate => FalseNegative;
    /// Specificity, another name of the [true negative rate](true_negative_rate).
    specificity_score => TrueNegative;
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
