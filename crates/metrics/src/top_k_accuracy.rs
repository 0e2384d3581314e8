//! Accuracy that forgives near misses.

use gradus_tensor::Tensor;

use crate::exact_sum::Tally;
use crate::label_index::{LabelIndex, unique};
use crate::{Error, Metric, Result, input};

const NAME: &str = "top_k_accuracy_score";

/// Options of [`top_k_accuracy_score`].
#[derive(Clone, Copy, Debug)]
pub struct TopKOptions<'a> {
    /// How many of the best-scored classes count; 2 by default.
    pub k: usize,
    /// A share (the default), or how many samples are right.
    pub normalize: bool,
    /// The classes of the columns, ascending; `None`: those of `y_true`.
    pub labels: Option<&'a [i64]>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for TopKOptions<'_> {
    fn default() -> Self {
        Self {
            k: 2,
            normalize: true,
            labels: None,
            sample_weight: None,
        }
    }
}

/// The share of samples whose true class is among the k best-scored ones.
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_score`: `(samples, classes)`, or
/// `(samples,)` for the larger of two classes.
///
/// # Conventions
/// Range [0, 1], best 1. Of classes with equal scores the later one ranks
/// first. With one column and k = 1 the larger class is predicted above ½ if
/// all scores lie in [0, 1], else above 0.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers or not
/// among the classes, scores that are not finite, columns that do not match
/// the classes, k = 0.
///
/// # Source
/// `sklearn.metrics.top_k_accuracy_score`, version 1.9.
///
/// ```
/// use gradus_metrics::top_k_accuracy_score;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 1, 2], [3])?;
/// let y_score = Tensor::from_vec(
///     vec![0.5, 0.2, 0.3, 0.4, 0.1, 0.5, 0.1, 0.7, 0.2],
///     [3, 3],
/// )?;
/// let score = top_k_accuracy_score(&y_true, &y_score, Default::default())?;
/// assert_eq!(score, 2.0 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn top_k_accuracy_score(
    y_true: &Tensor,
    y_score: &Tensor,
    options: TopKOptions<'_>,
) -> Result<f64> {
    let present;
    let labels = match options.labels {
        Some(labels) => labels,
        None => {
            present = unique(&[&input::labels(NAME, "y_true", y_true)?]);
            &present
        }
    };
    let mut accuracy = TopKAccuracy::new(options.k)?.with_labels(labels)?;
    accuracy.update(y_true, y_score, options.sample_weight)?;
    if options.normalize {
        accuracy.compute()
    } else {
        Ok(accuracy.hits().value())
    }
}

/// [`top_k_accuracy_score`] over batches.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TopKAccuracy {
    k: usize,
    /// `None`: the columns are the classes `0..columns`.
    labels: Option<Vec<i64>>,
    hits: Tally,
    /// One column, k = 1: hits if 0 is the threshold, while `hits` takes ½.
    hits_above_zero: Tally,
    beyond_unit: bool,
    seen: Tally,
}

impl TopKAccuracy {
    /// For the classes `0..columns`.
    ///
    /// # Errors
    /// k = 0.
    pub fn new(k: usize) -> Result<Self> {
        if k == 0 {
            return Err(Error::Options {
                metric: NAME,
                reason: "k is 0; at least one class must count".into(),
            });
        }
        Ok(Self {
            k,
            labels: None,
            hits: Tally::default(),
            hits_above_zero: Tally::default(),
            beyond_unit: false,
            seen: Tally::default(),
        })
    }

    /// For columns that stand for other classes, ascending.
    ///
    /// # Errors
    /// Labels that do not ascend.
    pub fn with_labels(mut self, labels: &[i64]) -> Result<Self> {
        if labels.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Error::Labels {
                metric: NAME,
                reason: format!("labels {labels:?} must ascend without repeats"),
            });
        }
        self.labels = Some(labels.to_vec());
        Ok(self)
    }

    fn hits(&self) -> &Tally {
        if self.beyond_unit {
            &self.hits_above_zero
        } else {
            &self.hits
        }
    }
}

impl Metric for TopKAccuracy {
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
        let scores = input::table(NAME, "y_score", y_pred)?;
        input::same_length(NAME, y_true.len(), "y_score", scores.rows)?;
        let weights = input::weights(NAME, sample_weight, y_true.len())?;
        if y_true.is_empty() {
            return Ok(());
        }
        let columns = scores.columns.max(2);
        let labels = match &self.labels {
            Some(labels) => labels.clone(),
            None => (0..columns as i64).collect(),
        };
        // One class alone is allowed with one column, as it is in one batch of many.
        if labels.len() != columns && !(scores.columns == 1 && labels.len() == 1) {
            return Err(Error::Shape {
                metric: NAME,
                name: "y_score",
                found: y_pred.shape().to_vec(),
                expected: format!(
                    "a column for each of the {} classes (name them all with labels)",
                    labels.len()
                ),
            });
        }
        let index = LabelIndex::new(&labels);
        let place = |(at, &label): (usize, &i64)| {
            index.position(label).ok_or_else(|| Error::Labels {
                metric: NAME,
                reason: format!(
                    "y_true is {label} at position {at}, which is not among the {} classes",
                    labels.len()
                ),
            })
        };
        let true_columns = y_true
            .iter()
            .enumerate()
            .map(place)
            .collect::<Result<Vec<_>>>()?;
        for (row, &column) in true_columns.iter().enumerate() {
            let weight = weights.as_ref().map(|weights| weights[row]);
            self.seen.add(weight);
            let (hit, hit_above_zero) = match *scores.row(row) {
                [score] if self.k == 1 => {
                    self.beyond_unit |= !(0.0..=1.0).contains(&score);
                    let above = |threshold| (score > threshold) == (column == 1);
                    (above(0.5), above(0.0))
                }
                [_] => (true, true),
                ref row => {
                    let hit = rank(row, column) < self.k;
                    (hit, hit)
                }
            };
            if hit {
                self.hits.add(weight);
            }
            if hit_above_zero {
                self.hits_above_zero.add(weight);
            }
        }
        Ok(())
    }

    fn compute(&self) -> Result<f64> {
        let seen = self.seen.value();
        if seen == 0.0 {
            return Err(Error::Empty { metric: NAME });
        }
        Ok(self.hits().value() / seen)
    }

    fn reset(&mut self) {
        self.hits = Tally::default();
        self.hits_above_zero = Tally::default();
        self.beyond_unit = false;
        self.seen = Tally::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.k != other.k || self.labels != other.labels {
            return Err(Error::Merge {
                metric: NAME,
                reason: format!(
                    "k {} and {}, labels {:?} and {:?}",
                    self.k, other.k, self.labels, other.labels
                ),
            });
        }
        self.hits.merge(&other.hits);
        self.hits_above_zero.merge(&other.hits_above_zero);
        self.beyond_unit |= other.beyond_unit;
        self.seen.merge(&other.seen);
        Ok(())
    }
}

/// How many columns rank before `column`.
fn rank(scores: &[f64], column: usize) -> usize {
    let own = scores[column];
    scores
        .iter()
        .enumerate()
        .filter(|&(other, &score)| score > own || (score == own && other > column))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints, rows};

    #[test]
    fn of_equal_scores_the_later_class_ranks_first() {
        let (y_true, y_score) = (ints(&[0, 1, 2]), rows(&[[0.4, 0.4, 0.2]; 3]));
        let score = |k| {
            let options = TopKOptions {
                k,
                ..Default::default()
            };
            top_k_accuracy_score(&y_true, &y_score, options).unwrap()
        };
        assert_close(score(1), 1.0 / 3.0);
        assert_close(score(2), 2.0 / 3.0);
        assert_close(score(3), 1.0);
    }

    #[test]
    fn one_column_is_a_probability_or_a_logit() {
        let score = |y_score: &[f64]| {
            let options = TopKOptions {
                k: 1,
                normalize: false,
                ..Default::default()
            };
            top_k_accuracy_score(&ints(&[0, 1, 1]), &floats(y_score), options).unwrap()
        };
        assert_close(score(&[0.4, 0.4, 0.6]), 2.0);
        assert_close(score(&[0.4, 0.4, 1.6]), 2.0);
        assert_close(score(&[-0.4, 0.4, 1.6]), 3.0);
    }

    #[test]
    fn refusals() {
        let mut accuracy = TopKAccuracy::new(1).unwrap();
        let error = accuracy.update(&ints(&[3]), &rows(&[[0.1, 0.9]]), None);
        assert_eq!(
            error.unwrap_err().to_string(),
            "top_k_accuracy_score: y_true is 3 at position 0, which is not among the 2 classes"
        );
        assert_eq!(
            TopKAccuracy::new(0).unwrap_err().to_string(),
            "top_k_accuracy_score: k is 0; at least one class must count"
        );
    }
}
