//! The scores of all classes as a printed table.

use std::collections::BTreeMap;

use gradus_tensor::Tensor;

use crate::averaging::averaged;
use crate::precision_recall::{class_scores, fbeta_ratio, precision_ratio, recall_ratio};
use crate::streaming::count_once;
use crate::{
    Average, ClassScoreOptions, ClassScoresOptions, ConfusionMatrix, Error, Result, ZeroDivision,
    input,
};

const NAME: &str = "classification_report";

/// Options of [`classification_report`].
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions<'a> {
    /// The classes, in this order; `None`: all that occur, ascending.
    pub labels: Option<&'a [i64]>,
    /// What the classes are called; `None`: their numbers.
    pub target_names: Option<&'a [&'a str]>,
    /// Decimals; 2 by default.
    pub digits: usize,
    /// The value of 0/0; 0 by default.
    pub zero_division: ZeroDivision,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for ReportOptions<'_> {
    fn default() -> Self {
        Self {
            labels: None,
            target_names: None,
            digits: 2,
            zero_division: ZeroDivision::default(),
            sample_weight: None,
        }
    }
}

/// Precision, recall, F1 and support of every class and their averages.
///
/// # Conventions
/// The micro average is called accuracy, which it is, unless `labels` leaves
/// classes out.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, as many
/// names as there are not classes.
///
/// # Source
/// The text is that of `sklearn.metrics.classification_report`, version 1.9.
///
/// ```
/// use gradus_metrics::{ReportOptions, classification_report};
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1, 1], [5])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 1, 1, 1, 0], [5])?;
/// let options = ReportOptions { target_names: Some(&["cat", "dog"]), ..Default::default() };
/// let report = classification_report(&y_true, &y_pred, options)?;
/// assert_eq!(
///     report,
///     "              precision    recall  f1-score   support
///
///          cat       0.50      0.50      0.50         2
///          dog       0.67      0.67      0.67         3
///
///     accuracy                           0.60         5
///    macro avg       0.58      0.58      0.58         5
/// weighted avg       0.60      0.60      0.60         5
/// "
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn classification_report(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: ReportOptions<'_>,
) -> Result<String> {
    let matrix = count_once(NAME, y_true, y_pred, options.sample_weight)?;
    let supports = weighted_supports(y_true, y_pred, options.sample_weight)?;
    matrix.print_report(options, &supports)
}

/// The weight of each label's samples, added up as scikit-learn does it: in the order of the samples, the right predictions
/// apart. The digits of its text follow from that. Empty without weights.
fn weighted_supports(
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<BTreeMap<i64, f64>> {
    let y_true = input::labels(NAME, "y_true", y_true)?;
    let y_pred = input::labels(NAME, "y_pred", y_pred)?;
    let Some(weights) = input::weights(NAME, sample_weight, y_true.len())? else {
        return Ok(BTreeMap::new());
    };
    let mut sums: BTreeMap<i64, [f64; 2]> = BTreeMap::new();
    for ((label, predicted), weight) in y_true.iter().zip(y_pred.iter()).zip(weights.iter()) {
        let [all, right] = sums.entry(*label).or_default();
        *all += weight;
        if label == predicted {
            *right += weight;
        }
    }
    let supports = sums.into_iter();
    let supports = supports.map(|(label, [all, right])| (label, right + (all - right)));
    Ok(supports.collect())
}

impl ConfusionMatrix {
    /// [`classification_report`] of everything counted; the options'
    /// `sample_weight` is not used.
    ///
    /// # Errors
    /// As [`classification_report`].
    pub fn report(&self, options: ReportOptions<'_>) -> Result<String> {
        self.print_report(options, &BTreeMap::new())
    }

    /// The report; `supports` are printed in the place of the counted ones.
    fn print_report(
        &self,
        options: ReportOptions<'_>,
        supports: &BTreeMap<i64, f64>,
    ) -> Result<String> {
        let mut scores = class_scores(
            NAME,
            self,
            ClassScoresOptions {
                labels: options.labels,
                zero_division: options.zero_division,
                ..Default::default()
            },
        )?;
        for (label, support) in scores.labels.iter().zip(&mut scores.support) {
            *support = supports.get(label).copied().unwrap_or(*support);
        }
        let names = names(&scores.labels, options.target_names)?;
        // scikit-learn counts in floating point where no prediction is right, and its text shows that.
        let in_floats = self.is_weighted() || self.has_no_hit();
        let support = |support: f64| {
            if in_floats {
                format!("{support:?}")
            } else {
                format!("{support}")
            }
        };
        let digits = options.digits;
        let longest = names.iter().map(|name| name.chars().count()).max();
        let width = longest.unwrap_or(0).max("weighted avg".len()).max(digits);
        let line = |name: &str, [precision, recall, f1]: [&str; 3], support: &str| {
            format!("{name:>width$}  {precision:>9} {recall:>9} {f1:>9} {support:>9}\n")
        };
        let mut table = line("", ["precision", "recall", "f1-score"], "support");
        table.push('\n');
        for (class, name) in names.iter().enumerate() {
            let row = [
                scores.precision[class],
                scores.recall[class],
                scores.fscore[class],
            ];
            let row = row.map(|score| number(score, digits));
            let support = support(scores.support[class]);
            table += &line(name, row.each_ref().map(String::as_str), &support);
        }
        table.push('\n');
        let total = support(numpy_sum(&scores.support));
        let covers = |label: &i64| scores.labels.contains(label);
        let micro_is_accuracy = self.labels().iter().all(covers);
        for (average, name) in [
            (Average::Micro, "micro avg"),
            (Average::Macro, "macro avg"),
            (Average::Weighted, "weighted avg"),
        ] {
            let row = self.averages(average, options)?;
            let row = row.map(|score| number(score, digits));
            if average == Average::Micro && micro_is_accuracy {
                table += &line("accuracy", ["", "", &row[2]], &total);
            } else {
                table += &line(name, row.each_ref().map(String::as_str), &total);
            }
        }
        Ok(table)
    }

    fn averages(&self, average: Average, options: ReportOptions<'_>) -> Result<[f64; 3]> {
        let options = ClassScoreOptions {
            average,
            labels: options.labels,
            zero_division: options.zero_division,
            ..Default::default()
        };
        Ok([
            averaged(NAME, self, options, precision_ratio)?,
            averaged(NAME, self, options, recall_ratio)?,
            averaged(NAME, self, options, |class| fbeta_ratio(class, 1.0))?,
        ])
    }
}

fn names(labels: &[i64], given: Option<&[&str]>) -> Result<Vec<String>> {
    match given {
        None => Ok(labels.iter().map(i64::to_string).collect()),
        Some(names) if names.len() == labels.len() => {
            Ok(names.iter().map(ToString::to_string).collect())
        }
        Some(names) => Err(Error::Options {
            metric: NAME,
            reason: format!(
                "{} target_names for the {} classes {labels:?}",
                names.len(),
                labels.len()
            ),
        }),
    }
}

fn number(score: f64, digits: usize) -> String {
    if score.is_nan() {
        "nan".into()
    } else {
        format!("{score:.digits$}")
    }
}

/// NumPy's sum of up to 128 numbers: eight sums side by side where there are as many.
fn numpy_sum(values: &[f64]) -> f64 {
    let blocks = values.chunks_exact(8);
    let rest = blocks.remainder();
    let mut lanes = [0.0; 8];
    for block in blocks {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    let whole = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(whole, |sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, ints};

    // Texts printed by scikit-learn 1.9.1.
    #[test]
    fn some_labels_only() {
        let options = ReportOptions {
            labels: Some(&[2, 0, 7]),
            digits: 3,
            ..Default::default()
        };
        let (y_true, y_pred) = (ints(&[0, 1, 2, 2, 0]), ints(&[0, 2, 2, 1, 0]));
        assert_eq!(
            classification_report(&y_true, &y_pred, options).unwrap(),
            SOME_LABELS
        );
    }

    #[test]
    fn without_a_right_prediction() {
        let report =
            classification_report(&ints(&[0, 0, 1]), &ints(&[1, 1, 0]), Default::default());
        let expected = "              precision    recall  f1-score   support

           0       0.00      0.00      0.00       2.0
           1       0.00      0.00      0.00       1.0

    accuracy                           0.00       3.0
   macro avg       0.00      0.00      0.00       3.0
weighted avg       0.00      0.00      0.00       3.0
";
        assert_eq!(report.unwrap(), expected);
    }

    #[test]
    fn weighted() {
        let weights = floats(&[0.5, 1.0, 2.25]);
        let options = ReportOptions {
            sample_weight: Some(&weights),
            ..Default::default()
        };
        let (y_true, y_pred) = (ints(&[0, 1, 1]), ints(&[0, 1, 0]));
        assert_eq!(
            classification_report(&y_true, &y_pred, options).unwrap(),
            WEIGHTED
        );
    }

    /// In another order 0.1, 0.2 and 0.3 add up to 0.6.
    #[test]
    fn weights_are_added_in_the_order_of_the_samples() {
        let weights = floats(&[0.1, 0.2, 0.3, 0.7]);
        let options = ReportOptions {
            sample_weight: Some(&weights),
            ..Default::default()
        };
        let (y_true, y_pred) = (ints(&[1, 1, 1, 0]), ints(&[0, 0, 0, 0]));
        let report = classification_report(&y_true, &y_pred, options).unwrap();
        let ends: Vec<&str> = report
            .lines()
            .filter_map(|l| l.split_whitespace().last())
            .collect();
        let total = "1.3";
        assert_eq!(
            ends,
            ["support", "0.7", "0.6000000000000001", total, total, total]
        );
    }

    #[test]
    fn a_name_for_each_class() {
        let options = ReportOptions {
            target_names: Some(&["one"]),
            ..Default::default()
        };
        let labels = ints(&[0, 1]);
        let error = classification_report(&labels, &labels, options).unwrap_err();
        assert_eq!(
            error.to_string(),
            "classification_report: 1 target_names for the 2 classes [0, 1]"
        );
    }

    const SOME_LABELS: &str = "              precision    recall  f1-score   support

           2      0.500     0.500     0.500         2
           0      1.000     1.000     1.000         2
           7      0.000     0.000     0.000         0

   micro avg      0.750     0.750     0.750         4
   macro avg      0.500     0.500     0.500         4
weighted avg      0.750     0.750     0.750         4
";
    const WEIGHTED: &str = "              precision    recall  f1-score   support

           0       0.18      1.00      0.31       0.5
           1       1.00      0.31      0.47      3.25

    accuracy                           0.40      3.75
   macro avg       0.59      0.65      0.39      3.75
weighted avg       0.89      0.40      0.45      3.75
";
}
