//! Precision, recall and their harmonic mean.

use gradus_tensor::Tensor;

use crate::averaging::{ClassCounts, averaged, class_counts};
use crate::streaming::count_once;
use crate::{
    Averaging, ClassScoreOptions, ConfusionMatrix, CountScore, Error, Result, ZeroDivision,
};

const PRECISION: &str = "precision_score";
const RECALL: &str = "recall_score";
const F1_NAME: &str = "f1_score";
const FBETA: &str = "fbeta_score";

/// Of the samples predicted as a class, the share that belongs to it.
///
/// tp / (tp + fp)
///
/// # Conventions
/// Range [0, 1], best 1. A class that is never predicted scores
/// `zero_division`. With `Average::Binary` only the class `pos_label` counts.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, more than
/// two classes with `Average::Binary`, a `pos_label` that neither of two
/// classes has.
///
/// # Source
/// `sklearn.metrics.precision_score`, version 1.9; per class:
/// [`precision_recall_fscore_support`].
///
/// ```
/// use gradus_metrics::{Average, ClassScoreOptions, precision_score};
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 1, 2, 0, 1, 2], [6])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 2, 1, 0, 0, 1], [6])?;
/// let options = ClassScoreOptions { average: Average::Macro, ..Default::default() };
/// assert_eq!(precision_score(&y_true, &y_pred, options)?, 2.0 / 9.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn precision_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: ClassScoreOptions<'_>,
) -> Result<f64> {
    let matrix = count_once(PRECISION, y_true, y_pred, options.sample_weight)?;
    averaged(PRECISION, &matrix, options, precision_ratio)
}

/// Of the samples of a class, the share predicted as it.
///
/// tp / (tp + fn)
///
/// # Conventions
/// Range [0, 1], best 1. A class without samples scores `zero_division`. The
/// recall of the positive class is the true positive rate, or sensitivity.
///
/// # Errors
/// As [`precision_score`].
///
/// # Source
/// `sklearn.metrics.recall_score`, version 1.9.
pub fn recall_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: ClassScoreOptions<'_>,
) -> Result<f64> {
    let matrix = count_once(RECALL, y_true, y_pred, options.sample_weight)?;
    averaged(RECALL, &matrix, options, recall_ratio)
}

/// The harmonic mean of precision and recall.
///
/// 2 tp / (2 tp + fp + fn)
///
/// # Conventions
/// Range [0, 1], best 1. A class that neither occurs nor is predicted scores
/// `zero_division`.
///
/// # Errors
/// As [`precision_score`].
///
/// # Source
/// `sklearn.metrics.f1_score`, version 1.9.
pub fn f1_score(y_true: &Tensor, y_pred: &Tensor, options: ClassScoreOptions<'_>) -> Result<f64> {
    let matrix = count_once(F1_NAME, y_true, y_pred, options.sample_weight)?;
    fbeta(F1_NAME, &matrix, 1.0, options)
}

/// The harmonic mean of precision and recall, recall counting β times as much.
///
/// (1 + β²) tp / ((1 + β²) tp + β² fn + fp)
///
/// # Conventions
/// β = 0 is precision, β = ∞ is recall. Otherwise as [`f1_score`].
///
/// # Errors
/// As [`precision_score`], and a negative or undefined `beta`.
///
/// # Source
/// `sklearn.metrics.fbeta_score`, version 1.9.
pub fn fbeta_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    beta: f64,
    options: ClassScoreOptions<'_>,
) -> Result<f64> {
    let matrix = count_once(FBETA, y_true, y_pred, options.sample_weight)?;
    fbeta(FBETA, &matrix, beta, options)
}

/// Scores of every class side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassScores {
    /// The classes, in the order of the options, or ascending.
    pub labels: Vec<i64>,
    /// Precision of each class.
    pub precision: Vec<f64>,
    /// Recall of each class.
    pub recall: Vec<f64>,
    /// Fβ of each class.
    pub fscore: Vec<f64>,
    /// How many samples (or how much weight) of each class there are.
    pub support: Vec<f64>,
}

/// Options of [`precision_recall_fscore_support`].
#[derive(Clone, Copy, Debug)]
pub struct ClassScoresOptions<'a> {
    /// How much more recall counts than precision; 1 by default.
    pub beta: f64,
    /// The classes, in this order; `None`: all that occur, ascending.
    pub labels: Option<&'a [i64]>,
    /// The value of 0/0; 0 by default.
    pub zero_division: ZeroDivision,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for ClassScoresOptions<'_> {
    fn default() -> Self {
        Self {
            beta: 1.0,
            labels: None,
            zero_division: ZeroDivision::default(),
            sample_weight: None,
        }
    }
}

/// Precision, recall, Fβ and support of every class, not averaged.
///
/// # Conventions
/// As [`precision_score`], [`recall_score`] and [`fbeta_score`].
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, a
/// negative `beta`, a `labels` list that is empty or repeats itself.
///
/// # Source
/// `sklearn.metrics.precision_recall_fscore_support` with `average=None`, version 1.9.
///
/// ```
/// use gradus_metrics::precision_recall_fscore_support;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1], [3])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 1, 1], [3])?;
/// let scores = precision_recall_fscore_support(&y_true, &y_pred, Default::default())?;
/// assert_eq!(scores.precision, [1.0, 0.5]);
/// assert_eq!(scores.recall, [0.5, 1.0]);
/// assert_eq!(scores.support, [2.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn precision_recall_fscore_support(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: ClassScoresOptions<'_>,
) -> Result<ClassScores> {
    const NAME: &str = "precision_recall_fscore_support";
    let matrix = count_once(NAME, y_true, y_pred, options.sample_weight)?;
    class_scores(NAME, &matrix, options)
}

pub(crate) fn class_scores(
    metric: &'static str,
    matrix: &ConfusionMatrix,
    options: ClassScoresOptions<'_>,
) -> Result<ClassScores> {
    check_beta(metric, options.beta)?;
    let classes = class_counts(metric, matrix, options.labels)?;
    let each = |ratio: &dyn Fn(ClassCounts) -> (f64, f64)| {
        let score = |&class: &ClassCounts| {
            let (numerator, denominator) = ratio(class);
            options.zero_division.divide(numerator, denominator)
        };
        classes.iter().map(score).collect()
    };
    Ok(ClassScores {
        labels: options.labels.unwrap_or(matrix.labels()).to_vec(),
        precision: each(&precision_ratio),
        recall: each(&recall_ratio),
        fscore: each(&|class| fbeta_ratio(class, options.beta)),
        support: classes.iter().map(|class| class.actual).collect(),
    })
}

/// [`precision_score`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Precision(pub Averaging);

/// [`recall_score`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Recall(pub Averaging);

/// [`f1_score`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct F1(pub Averaging);

/// [`fbeta_score`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FBeta {
    /// How much more recall counts than precision.
    pub beta: f64,
    /// How classes are averaged.
    pub averaging: Averaging,
}

impl CountScore for Precision {
    fn name(&self) -> &'static str {
        PRECISION
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        averaged(PRECISION, matrix, self.0.options(), precision_ratio)
    }
}

impl CountScore for Recall {
    fn name(&self) -> &'static str {
        RECALL
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        averaged(RECALL, matrix, self.0.options(), recall_ratio)
    }
}

impl CountScore for F1 {
    fn name(&self) -> &'static str {
        F1_NAME
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        fbeta(F1_NAME, matrix, 1.0, self.0.options())
    }
}

impl CountScore for FBeta {
    fn name(&self) -> &'static str {
        FBETA
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        fbeta(FBETA, matrix, self.beta, self.averaging.options())
    }
}

pub(crate) fn precision_ratio(class: ClassCounts) -> (f64, f64) {
    (class.true_positives, class.predicted)
}

pub(crate) fn recall_ratio(class: ClassCounts) -> (f64, f64) {
    (class.true_positives, class.actual)
}

pub(crate) fn fbeta_ratio(class: ClassCounts, beta: f64) -> (f64, f64) {
    if beta.is_infinite() {
        return recall_ratio(class);
    }
    let beta2 = beta * beta;
    (
        (1.0 + beta2) * class.true_positives,
        beta2 * class.actual + class.predicted,
    )
}

fn fbeta(
    metric: &'static str,
    matrix: &ConfusionMatrix,
    beta: f64,
    options: ClassScoreOptions<'_>,
) -> Result<f64> {
    check_beta(metric, beta)?;
    averaged(metric, matrix, options, |class| fbeta_ratio(class, beta))
}

fn check_beta(metric: &'static str, beta: f64) -> Result<()> {
    if beta >= 0.0 {
        return Ok(());
    }
    Err(Error::Options {
        metric,
        reason: format!("beta is {beta}; it must be at least 0"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Average;
    use crate::testing::{assert_close, floats, ints};

    const Y_TRUE: [i64; 7] = [0, 1, 2, 0, 1, 2, 2];
    const Y_PRED: [i64; 7] = [0, 2, 1, 0, 0, 1, 2];

    /// Precision, recall, F1 and F2 of the arrays above.
    #[track_caller]
    fn check(options: ClassScoreOptions<'_>, expected: [f64; 4]) {
        let (y_true, y_pred) = (ints(&Y_TRUE), ints(&Y_PRED));
        assert_close(
            precision_score(&y_true, &y_pred, options).unwrap(),
            expected[0],
        );
        assert_close(
            recall_score(&y_true, &y_pred, options).unwrap(),
            expected[1],
        );
        assert_close(f1_score(&y_true, &y_pred, options).unwrap(), expected[2]);
        assert_close(
            fbeta_score(&y_true, &y_pred, 2.0, options).unwrap(),
            expected[3],
        );
    }

    fn averaging(average: Average) -> ClassScoreOptions<'static> {
        ClassScoreOptions {
            average,
            ..Default::default()
        }
    }

    // Per class: tp 2 0 1, predicted 3 2 2, actual 2 2 3.
    #[test]
    fn averages() {
        let f1 = [4.0 / 5.0, 0.0, 2.0 / 5.0];
        let f2 = [10.0 / 11.0, 0.0, 5.0 / 14.0];
        check(
            averaging(Average::Macro),
            [
                (2.0 / 3.0 + 0.5) / 3.0,
                (1.0 + 1.0 / 3.0) / 3.0,
                f1.iter().sum::<f64>() / 3.0,
                f2.iter().sum::<f64>() / 3.0,
            ],
        );
        check(averaging(Average::Micro), [3.0 / 7.0; 4]);
        check(
            averaging(Average::Weighted),
            [
                (2.0 * 2.0 / 3.0 + 3.0 * 0.5) / 7.0,
                (2.0 + 1.0) / 7.0,
                (2.0 * f1[0] + 3.0 * f1[2]) / 7.0,
                (2.0 * f2[0] + 3.0 * f2[2]) / 7.0,
            ],
        );
    }

    #[test]
    fn labels_limit_the_average_but_not_the_counts() {
        let options = ClassScoreOptions {
            labels: Some(&[2, 9]),
            ..averaging(Average::Macro)
        };
        check(options, [0.25, 1.0 / 6.0, 0.2, 5.0 / 28.0]);
        let nan = ClassScoreOptions {
            zero_division: ZeroDivision::Nan,
            ..options
        };
        check(nan, [0.5, 1.0 / 3.0, 0.4, 5.0 / 14.0]);
    }

    #[test]
    fn zero_over_zero_is_what_the_caller_says() {
        let none = ints(&[0, 0]);
        for (zero_division, expected) in [
            (ZeroDivision::Zero, 0.0),
            (ZeroDivision::One, 1.0),
            (ZeroDivision::Nan, f64::NAN),
        ] {
            let options = ClassScoreOptions {
                zero_division,
                ..Default::default()
            };
            assert_close(f1_score(&none, &none, options).unwrap(), expected);
        }
    }

    #[test]
    fn beta_runs_from_precision_to_recall() {
        let (y_true, y_pred) = (ints(&[1, 1, 0, 0]), ints(&[1, 0, 1, 1]));
        let score = |beta| fbeta_score(&y_true, &y_pred, beta, Default::default());
        assert_close(score(0.0).unwrap(), 1.0 / 3.0);
        assert_close(score(f64::INFINITY).unwrap(), 0.5);
        assert_eq!(
            score(-1.0).unwrap_err().to_string(),
            "fbeta_score: beta is -1; it must be at least 0"
        );
    }

    #[test]
    fn binary_refuses_what_it_cannot_mean() {
        let error = f1_score(&ints(&Y_TRUE), &ints(&Y_PRED), Default::default());
        assert_eq!(
            error.unwrap_err().to_string(),
            "f1_score: average is Binary but there are 3 classes; choose Micro, Macro or Weighted"
        );
        let error = f1_score(&ints(&[0, 2]), &ints(&[0, 2]), Default::default());
        assert_eq!(
            error.unwrap_err().to_string(),
            "f1_score: pos_label 1 is not among the labels [0, 2]"
        );
    }

    #[test]
    fn weights_count_instead_of_samples() {
        let weights = floats(&[2.0, 0.5, 1.0]);
        let options = ClassScoreOptions {
            sample_weight: Some(&weights),
            ..Default::default()
        };
        let score = precision_score(&ints(&[1, 0, 1]), &ints(&[1, 1, 0]), options).unwrap();
        assert_close(score, 0.8);
    }
}
