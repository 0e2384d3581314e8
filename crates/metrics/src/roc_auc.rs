//! The area under the ROC curve, for two classes and for more.

use gradus_tensor::Tensor;

use crate::auc::trapezoid;
use crate::input::Table;
use crate::label_index::unique;
use crate::roc_curve::curve;
use crate::score_order::{ScoredTarget, doubled_auc};
use crate::{Error, Result, SampleScore, input};

pub(crate) const NAME: &str = "roc_auc_score";

/// Which two-class problems a target of several classes is taken apart into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MultiClass {
    /// Each class against the rest.
    OneVsRest,
    /// Each class against each other one (Hand & Till 2001).
    OneVsOne,
}

/// How the areas of several classes become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RocAucAverage {
    /// Each class (or pair) counts the same.
    #[default]
    Macro,
    /// Each class (or pair) counts as often as it occurs.
    Weighted,
    /// All decisions of all classes in one curve; one-vs-rest only.
    Micro,
}

/// Options of [`roc_auc_score`].
#[derive(Clone, Copy, Debug, Default)]
pub struct RocAucOptions<'a> {
    /// Needed for more than two classes.
    pub multi_class: Option<MultiClass>,
    /// How several classes are averaged.
    pub average: RocAucAverage,
    /// The classes that the columns of `y_score` stand for, ascending; `None`:
    /// those of `y_true`, which must then have them all.
    pub labels: Option<&'a [i64]>,
    /// Only the part of the curve up to this false positive rate, scaled so
    /// that guessing is 0.5 (McClish 1989); two classes only.
    pub max_fpr: Option<f64>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// The probability that a positive sample has a higher score than a negative one.
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_score`: `(samples,)`, larger for the
/// larger label, or `(samples, classes)`, probabilities.
///
/// # Conventions
/// Range [0, 1], best 1, 0.5 for guessing. Equal scores count half. NaN if a
/// class (one of two, or one that counts in the average) does not occur.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, scores
/// that are not finite; with several classes: `multi_class` not chosen, rows
/// that do not add up to 1, columns that do not match the classes, weights
/// with one-vs-one.
///
/// # Source
/// `sklearn.metrics.roc_auc_score`, version 1.9. Without weights the area is
/// counted in integers, so it is exact but for one rounding.
///
/// ```
/// use gradus_metrics::roc_auc_score;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1], [4])?;
/// let y_score = Tensor::from_vec(vec![0.1f32, 0.4, 0.35, 0.8], [4])?;
/// assert_eq!(roc_auc_score(&y_true, &y_score, Default::default())?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn roc_auc_score(y_true: &Tensor, y_score: &Tensor, options: RocAucOptions<'_>) -> Result<f64> {
    let samples = Samples::new(y_true, y_score, options.sample_weight)?;
    let classes = unique(&[&samples.labels]);
    if samples.scores.columns == 1 && classes.len() <= 2 {
        return samples.two_classes(&classes, options.max_fpr);
    }
    let classes = samples.check_classes(&classes, &options)?;
    match (options.multi_class, options.average) {
        (None, _) => Err(refuse(
            "y_true has more than two classes; choose OneVsRest or OneVsOne as multi_class".into(),
        )),
        (Some(MultiClass::OneVsRest), RocAucAverage::Micro) => samples.micro(&classes),
        (Some(MultiClass::OneVsRest), average) => {
            let areas = samples.each_against_rest(&classes)?;
            match average {
                RocAucAverage::Weighted => Ok(samples.weighted_by_support(&classes, &areas)),
                _ => Ok(areas.iter().sum::<f64>() / areas.len() as f64),
            }
        }
        (Some(MultiClass::OneVsOne), RocAucAverage::Micro) => Err(refuse(
            "average Micro is not defined for OneVsOne; choose Macro or Weighted".into(),
        )),
        (Some(MultiClass::OneVsOne), average) => {
            samples.one_against_one(&classes, average == RocAucAverage::Weighted)
        }
    }
}

/// The area of each class against the rest, in the order of the columns.
///
/// # Errors
/// As [`roc_auc_score`].
///
/// # Source
/// `sklearn.metrics.roc_auc_score` with `multi_class="ovr"`, `average=None`, version 1.9.
pub fn roc_auc_score_per_class(
    y_true: &Tensor,
    y_score: &Tensor,
    options: RocAucOptions<'_>,
) -> Result<Vec<f64>> {
    let samples = Samples::new(y_true, y_score, options.sample_weight)?;
    let classes = samples.check_classes(&unique(&[&samples.labels]), &options)?;
    samples.each_against_rest(&classes)
}

/// The settings of [`roc_auc_score`] as plain data, for [`Collected`](crate::Collected).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RocAuc {
    /// Needed for more than two classes.
    pub multi_class: Option<MultiClass>,
    /// How several classes are averaged.
    pub average: RocAucAverage,
    /// The classes of the columns, ascending; `None`: those of `y_true`.
    pub labels: Option<Vec<i64>>,
    /// Only the part of the curve up to this false positive rate.
    pub max_fpr: Option<f64>,
}

impl SampleScore for RocAuc {
    type Value = f64;

    fn name(&self) -> &'static str {
        NAME
    }

    fn score(
        &self,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<f64> {
        let options = RocAucOptions {
            multi_class: self.multi_class,
            average: self.average,
            labels: self.labels.as_deref(),
            max_fpr: self.max_fpr,
            sample_weight,
        };
        roc_auc_score(y_true, y_score, options)
    }
}

struct Samples<'a> {
    labels: std::borrow::Cow<'a, [i64]>,
    scores: Table<'a>,
    weights: Option<std::borrow::Cow<'a, [f64]>>,
}

impl<'a> Samples<'a> {
    fn new(
        y_true: &'a Tensor,
        y_score: &'a Tensor,
        sample_weight: Option<&'a Tensor>,
    ) -> Result<Self> {
        let labels = input::labels(NAME, "y_true", y_true)?;
        let scores = input::table(NAME, "y_score", y_score)?;
        input::same_length(NAME, labels.len(), "y_score", scores.rows)?;
        let weights = input::weights(NAME, sample_weight, labels.len())?;
        if labels.is_empty() {
            return Err(Error::Empty { metric: NAME });
        }
        Ok(Self {
            labels,
            scores,
            weights,
        })
    }

    fn two_classes(&self, classes: &[i64], max_fpr: Option<f64>) -> Result<f64> {
        if let Some(max_fpr) = max_fpr.filter(|&max| !(max > 0.0 && max <= 1.0)) {
            return Err(refuse(format!("max_fpr is {max_fpr}; it lies in (0, 1]")));
        }
        let &[_, positive] = classes else {
            return Ok(f64::NAN);
        };
        let target = ScoredTarget {
            positive: self.labels.iter().map(|&label| label == positive).collect(),
            scores: (&*self.scores.values).into(),
            weights: self.weights.as_deref().map(Into::into),
        };
        Ok(match max_fpr.filter(|&max| max < 1.0) {
            None => area(&target),
            Some(max_fpr) => partial_area(&target, max_fpr),
        })
    }

    /// The classes of the columns, after all that several classes require.
    fn check_classes(&self, present: &[i64], options: &RocAucOptions<'_>) -> Result<Vec<i64>> {
        let columns = self.scores.columns;
        if options.max_fpr.is_some_and(|max_fpr| max_fpr != 1.0) {
            return Err(refuse(
                "max_fpr is for two classes only; leave it out".into(),
            ));
        }
        let classes = options.labels.unwrap_or(present);
        if classes.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(refuse(format!(
                "labels {classes:?} must ascend without repeats"
            )));
        }
        if classes.len() != columns {
            return Err(Error::Shape {
                metric: NAME,
                name: "y_score",
                found: vec![self.scores.rows, columns],
                expected: format!(
                    "a column for each of the {} classes (or labels with one for each column; of two classes only the scores of the larger label)",
                    classes.len()
                ),
            });
        }
        if let Some(label) = present.iter().find(|label| !classes.contains(label)) {
            return Err(refuse(format!(
                "y_true has the label {label}, which is not in labels {classes:?}"
            )));
        }
        for row in 0..self.scores.rows {
            let sum: f64 = self.scores.row(row).iter().sum();
            if (1.0 - sum).abs() > 1e-8 + 1e-5 * sum.abs() {
                return Err(refuse(format!(
                    "row {row} of y_score adds up to {sum}; with several classes scores are probabilities (softmax makes them)"
                )));
            }
        }
        Ok(classes.to_vec())
    }

    fn column(&self, column: usize) -> Vec<f64> {
        (0..self.scores.rows)
            .map(|row| self.scores.row(row)[column])
            .collect()
    }

    fn each_against_rest(&self, classes: &[i64]) -> Result<Vec<f64>> {
        let one = |(column, &class): (usize, &i64)| {
            let target = ScoredTarget {
                positive: self.labels.iter().map(|&label| label == class).collect(),
                scores: self.column(column).into(),
                weights: self.weights.as_deref().map(Into::into),
            };
            area(&target)
        };
        Ok(classes.iter().enumerate().map(one).collect())
    }

    fn weighted_by_support(&self, classes: &[i64], areas: &[f64]) -> f64 {
        let weight = |row: usize| self.weights.as_ref().map_or(1.0, |weights| weights[row]);
        let (mut sum, mut total) = (0.0, 0.0);
        for (&class, area) in classes.iter().zip(areas) {
            let rows = (0..self.labels.len()).filter(|&row| self.labels[row] == class);
            let support: f64 = rows.map(weight).sum();
            // A class without samples has no area; it must not turn the mean into NaN.
            if support > 0.0 {
                sum += support * area;
            }
            total += support;
        }
        if total == 0.0 { 0.0 } else { sum / total }
    }

    fn micro(&self, classes: &[i64]) -> Result<f64> {
        let decisions = |label: &i64| {
            let label = *label;
            classes.iter().map(move |&class| class == label)
        };
        let repeat = |weights: &[f64]| -> Vec<f64> {
            weights
                .iter()
                .flat_map(|&weight| std::iter::repeat_n(weight, classes.len()))
                .collect()
        };
        let target = ScoredTarget {
            positive: self.labels.iter().flat_map(decisions).collect(),
            scores: (&*self.scores.values).into(),
            weights: self
                .weights
                .as_deref()
                .map(|weights| repeat(weights).into()),
        };
        Ok(area(&target))
    }

    fn one_against_one(&self, classes: &[i64], weighted: bool) -> Result<f64> {
        if self.weights.is_some() {
            return Err(refuse(
                "sample_weight is not defined for OneVsOne; leave it out".into(),
            ));
        }
        let columns: Vec<Vec<f64>> = (0..classes.len())
            .map(|column| self.column(column))
            .collect();
        let present: Vec<(usize, i64)> = classes
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, class)| self.labels.contains(class))
            .collect();
        let (mut sum, mut total) = (0.0, 0.0);
        for (first, &(a, class)) in present.iter().enumerate() {
            for &(b, other) in &present[first + 1..] {
                let rows: Vec<usize> = (0..self.labels.len())
                    .filter(|&row| self.labels[row] == class || self.labels[row] == other)
                    .collect();
                let one = |positive: i64, column: usize| {
                    area(&ScoredTarget {
                        positive: rows
                            .iter()
                            .map(|&row| self.labels[row] == positive)
                            .collect(),
                        scores: rows.iter().map(|&row| columns[column][row]).collect(),
                        weights: None,
                    })
                };
                let weight = if weighted { rows.len() as f64 } else { 1.0 };
                sum += weight * (one(class, a) + one(other, b)) / 2.0;
                total += weight;
            }
        }
        Ok(sum / total)
    }
}

fn area(target: &ScoredTarget<'_>) -> f64 {
    if target.weights.is_none() {
        let (doubled, positives, negatives) = doubled_auc(&target.positive, &target.scores);
        return doubled as f64 / (2.0 * positives as f64 * negatives as f64);
    }
    let roc = curve(target.counts(), false);
    trapezoid(&roc.fpr, &roc.tpr)
}

fn partial_area(target: &ScoredTarget<'_>, max_fpr: f64) -> f64 {
    let mut roc = curve(target.counts(), false);
    let stop = roc.fpr.partition_point(|&fpr| fpr <= max_fpr);
    let (before, after) = (stop - 1, stop.min(roc.fpr.len() - 1));
    let run = roc.fpr[after] - roc.fpr[before];
    let slope = if run > 0.0 {
        (roc.tpr[after] - roc.tpr[before]) / run
    } else {
        0.0
    };
    let end = roc.tpr[before] + slope * (max_fpr - roc.fpr[before]);
    roc.fpr.truncate(stop);
    roc.tpr.truncate(stop);
    roc.fpr.push(max_fpr);
    roc.tpr.push(end);
    let (smallest, largest) = (0.5 * max_fpr * max_fpr, max_fpr);
    let partial = trapezoid(&roc.fpr, &roc.tpr);
    0.5 * (1.0 + (partial - smallest) / (largest - smallest))
}

fn refuse(reason: String) -> Error {
    Error::Labels {
        metric: NAME,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints, rows};

    #[test]
    fn pairs_in_order_count_and_ties_count_half() {
        let score = |y_score: &[f64]| {
            roc_auc_score(&ints(&[0, 0, 1, 1]), &floats(y_score), Default::default()).unwrap()
        };
        assert_close(score(&[0.1, 0.2, 0.3, 0.4]), 1.0);
        assert_close(score(&[0.4, 0.3, 0.2, 0.1]), 0.0);
        assert_close(score(&[0.5; 4]), 0.5);
        assert_close(score(&[0.1, 0.3, 0.3, 0.4]), 0.875);
    }

    #[test]
    fn weights_of_one_change_nothing() {
        let (y_true, y_score) = (ints(&[3, 5, 3, 5, 5]), floats(&[0.1, 0.3, 0.3, 0.4, 0.0]));
        let ones = floats(&[1.0; 5]);
        let options = RocAucOptions {
            sample_weight: Some(&ones),
            ..Default::default()
        };
        assert_close(
            roc_auc_score(&y_true, &y_score, options).unwrap(),
            roc_auc_score(&y_true, &y_score, Default::default()).unwrap(),
        );
    }

    #[test]
    fn one_class_has_no_area() {
        let score = roc_auc_score(&ints(&[1, 1]), &floats(&[0.1, 0.2]), Default::default());
        assert!(score.unwrap().is_nan());
    }

    // The curve is (0,0) (0,½) (½,½) (½,1) (1,1); up to ¼ its area is ⅛.
    #[test]
    fn partial_area_is_rescaled() {
        let options = RocAucOptions {
            max_fpr: Some(0.25),
            ..Default::default()
        };
        let y_score = floats(&[0.1, 0.4, 0.35, 0.8]);
        let score = roc_auc_score(&ints(&[0, 0, 1, 1]), &y_score, options).unwrap();
        let (smallest, largest) = (0.03125, 0.25);
        assert_close(
            score,
            0.5 * (1.0 + (0.125 - smallest) / (largest - smallest)),
        );
    }

    #[test]
    fn several_classes() {
        let y_true = ints(&[0, 1, 2, 2]);
        let y_score = rows(&[
            [0.5, 0.3, 0.2],
            [0.2, 0.3, 0.5],
            [0.1, 0.2, 0.7],
            [0.6, 0.2, 0.2],
        ]);
        let score = |multi_class, average| {
            let options = RocAucOptions {
                multi_class: Some(multi_class),
                average,
                ..Default::default()
            };
            roc_auc_score(&y_true, &y_score, options).unwrap()
        };
        // Against the rest: 2/3, 5/6, (1 + ½ + ½·…)/4.
        let rest = roc_auc_score_per_class(&y_true, &y_score, Default::default()).unwrap();
        assert_close(rest[0], 2.0 / 3.0);
        assert_close(rest[1], 2.5 / 3.0);
        assert_close(rest[2], 2.5 / 4.0);
        let macro_mean = (rest[0] + rest[1] + rest[2]) / 3.0;
        assert_close(
            score(MultiClass::OneVsRest, RocAucAverage::Macro),
            macro_mean,
        );
        let weighted = (rest[0] + rest[1] + 2.0 * rest[2]) / 4.0;
        assert_close(
            score(MultiClass::OneVsRest, RocAucAverage::Weighted),
            weighted,
        );
        // Pairs: (0,1): 1 and ½; (0,2): ½ and ¾; (1,2): 1 and ½.
        let pairs = [0.75, 0.625, 0.75];
        assert_close(
            score(MultiClass::OneVsOne, RocAucAverage::Macro),
            pairs.iter().sum::<f64>() / 3.0,
        );
        assert_close(
            score(MultiClass::OneVsOne, RocAucAverage::Weighted),
            (2.0 * pairs[0] + 3.0 * pairs[1] + 3.0 * pairs[2]) / 8.0,
        );
    }

    #[test]
    fn several_classes_have_to_fit() {
        let message = |y_score: &Tensor, options| {
            roc_auc_score(&ints(&[0, 1, 2]), y_score, options)
                .unwrap_err()
                .to_string()
        };
        let thirds = rows(&[[0.5, 0.25, 0.25]; 3]);
        assert_eq!(
            message(&thirds, Default::default()),
            "roc_auc_score: y_true has more than two classes; choose OneVsRest or OneVsOne as multi_class"
        );
        let two = rows(&[[0.5, 0.5]; 3]);
        assert!(message(&two, Default::default()).contains("y_score has shape [3, 2]"));
        let logits = rows(&[[0.5, 0.25, 0.5]; 3]);
        assert_eq!(
            message(&logits, Default::default()),
            "roc_auc_score: row 0 of y_score adds up to 1.25; with several classes scores are probabilities (softmax makes them)"
        );
    }
}
