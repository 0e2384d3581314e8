//! From the scores of single classes to one number.

use gradus_tensor::Tensor;

use crate::{ConfusionMatrix, Error, Result};

/// How the scores of several classes become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Average {
    /// The score of the class `pos_label` alone; two classes at most.
    #[default]
    Binary,
    /// The score of the counts of all classes added up.
    Micro,
    /// The mean over classes, each counting the same.
    Macro,
    /// The mean over classes, each counting as often as it occurs in `y_true`.
    Weighted,
}

/// The value of 0/0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ZeroDivision {
    /// 0, as scikit-learn does with a warning.
    #[default]
    Zero,
    /// 1.
    One,
    /// NaN; such classes are left out of averages.
    Nan,
}

impl ZeroDivision {
    pub(crate) fn divide(self, numerator: f64, denominator: f64) -> f64 {
        if denominator != 0.0 {
            return numerator / denominator;
        }
        match self {
            ZeroDivision::Zero => 0.0,
            ZeroDivision::One => 1.0,
            ZeroDivision::Nan => f64::NAN,
        }
    }
}

/// Options of precision, recall, F and Jaccard scores.
#[derive(Clone, Copy, Debug)]
pub struct ClassScoreOptions<'a> {
    /// How classes are averaged; `Binary` by default.
    pub average: Average,
    /// The positive class of `Average::Binary`; 1 by default.
    pub pos_label: i64,
    /// The classes averaged over; `None`: all that occur.
    pub labels: Option<&'a [i64]>,
    /// The value of 0/0; 0 by default.
    pub zero_division: ZeroDivision,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for ClassScoreOptions<'_> {
    fn default() -> Self {
        Self {
            average: Average::default(),
            pos_label: 1,
            labels: None,
            zero_division: ZeroDivision::default(),
            sample_weight: None,
        }
    }
}

/// [`ClassScoreOptions`] as data that lives as long as an accumulator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Averaging {
    /// How classes are averaged; `Binary` by default.
    pub average: Average,
    /// The positive class of `Average::Binary`; 1 by default.
    pub pos_label: i64,
    /// The classes averaged over; `None`: all that occur.
    pub labels: Option<Vec<i64>>,
    /// The value of 0/0; 0 by default.
    pub zero_division: ZeroDivision,
}

impl Default for Averaging {
    fn default() -> Self {
        Average::default().into()
    }
}

impl From<Average> for Averaging {
    fn from(average: Average) -> Self {
        Self {
            average,
            pos_label: 1,
            labels: None,
            zero_division: ZeroDivision::default(),
        }
    }
}

impl Averaging {
    pub(crate) fn options(&self) -> ClassScoreOptions<'_> {
        ClassScoreOptions {
            average: self.average,
            pos_label: self.pos_label,
            labels: self.labels.as_deref(),
            zero_division: self.zero_division,
            sample_weight: None,
        }
    }
}

/// What the scores of one class are made of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ClassCounts {
    pub(crate) true_positives: f64,
    /// Samples predicted as this class.
    pub(crate) predicted: f64,
    /// Samples of this class.
    pub(crate) actual: f64,
}

/// The counts of each of `labels`, or of every label that occurs.
pub(crate) fn class_counts(
    metric: &'static str,
    matrix: &ConfusionMatrix,
    labels: Option<&[i64]>,
) -> Result<Vec<ClassCounts>> {
    matrix.require_samples(metric)?;
    let size = matrix.size();
    let mut all = vec![ClassCounts::default(); size];
    for (at, cell) in matrix.values().into_iter().enumerate() {
        let (row, column) = (at / size, at % size);
        all[row].actual += cell;
        all[column].predicted += cell;
        if row == column {
            all[row].true_positives = cell;
        }
    }
    let Some(labels) = labels else {
        return Ok(all);
    };
    let rows = matrix.rows_of(metric, labels)?;
    Ok(rows
        .into_iter()
        .map(|row| row.map_or_else(ClassCounts::default, |row| all[row]))
        .collect())
}

/// The score of each class by `ratio` (numerator, denominator), averaged as the options say.
pub(crate) fn averaged(
    metric: &'static str,
    matrix: &ConfusionMatrix,
    options: ClassScoreOptions<'_>,
    ratio: impl Fn(ClassCounts) -> (f64, f64),
) -> Result<f64> {
    let pos_label = [options.pos_label];
    let labels = match options.average {
        Average::Binary => {
            check_binary(metric, matrix, options.pos_label)?;
            Some(&pos_label[..])
        }
        _ => options.labels,
    };
    let classes = class_counts(metric, matrix, labels)?;
    let score = |class: ClassCounts| {
        let (numerator, denominator) = ratio(class);
        options.zero_division.divide(numerator, denominator)
    };
    let scores = classes.iter().map(|&class| (score(class), class.actual));
    Ok(match options.average {
        Average::Binary | Average::Macro => mean(scores.map(|(score, _)| (score, 1.0))),
        Average::Micro => score(total(&classes)),
        Average::Weighted if scores.clone().all(|(s, w)| s.is_nan() || w == 0.0) => {
            mean(scores.map(|(score, _)| (score, 1.0)))
        }
        Average::Weighted => mean(scores),
    })
}

fn total(classes: &[ClassCounts]) -> ClassCounts {
    let sum = |of: fn(&ClassCounts) -> f64| classes.iter().map(of).sum();
    ClassCounts {
        true_positives: sum(|class| class.true_positives),
        predicted: sum(|class| class.predicted),
        actual: sum(|class| class.actual),
    }
}

/// The weighted mean of the scores that are defined; NaN if none is.
fn mean(scores: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (sum, weight) = scores
        .filter(|(score, _)| !score.is_nan())
        .fold((0.0, 0.0), |(sum, weights), (score, weight)| {
            (sum + score * weight, weights + weight)
        });
    sum / weight
}

fn check_binary(metric: &'static str, matrix: &ConfusionMatrix, pos_label: i64) -> Result<()> {
    matrix.require_samples(metric)?;
    let labels = matrix.labels();
    let reason = match labels.len() {
        0..=1 => return Ok(()),
        2 if labels.contains(&pos_label) => return Ok(()),
        2 => format!("pos_label {pos_label} is not among the labels {labels:?}"),
        many => format!(
            "average is Binary but there are {many} classes; choose Micro, Macro or Weighted"
        ),
    };
    Err(Error::Labels { metric, reason })
}
