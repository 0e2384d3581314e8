//! Cohen's kappa: agreement beyond chance.

use gradus_tensor::Tensor;

use crate::streaming::score_once;
use crate::{ConfusionMatrix, CountScore, Error, Result};

/// How much a disagreement between classes i and j counts, by position in the
/// list of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum KappaWeights {
    /// 1, whatever the classes.
    #[default]
    Equal,
    /// |i − j|
    Linear,
    /// (i − j)²
    Quadratic,
}

/// Options of [`cohen_kappa_score`].
#[derive(Clone, Copy, Debug, Default)]
pub struct CohenKappaOptions<'a> {
    /// The classes compared, in this order; `None`: all that occur, ascending.
    pub labels: Option<&'a [i64]>,
    /// How much each kind of disagreement counts.
    pub weights: KappaWeights,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// How far two raters agree beyond what their class frequencies alone give.
///
/// 1 − Σ wᵢⱼ cᵢⱼ / Σ wᵢⱼ eᵢⱼ, with counts c, disagreement weights w and
/// e = the counts expected from independent raters.
///
/// # Conventions
/// Range [−1, 1], best 1, 0 for chance. NaN if both raters use one and the
/// same class only.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, a
/// `labels` list that is empty, repeats itself or shares nothing with `y_true`.
///
/// # Source
/// Cohen 1960; `sklearn.metrics.cohen_kappa_score`, version 1.9.
///
/// ```
/// use gradus_metrics::cohen_kappa_score;
/// use gradus_tensor::Tensor;
///
/// let first = Tensor::from_vec(vec![0i64, 0, 1, 1], [4])?;
/// let second = Tensor::from_vec(vec![0i64, 1, 1, 1], [4])?;
/// assert_eq!(cohen_kappa_score(&first, &second, Default::default())?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn cohen_kappa_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: CohenKappaOptions<'_>,
) -> Result<f64> {
    let score = CohenKappa {
        labels: options.labels.map(<[i64]>::to_vec),
        weights: options.weights,
    };
    score_once(&score, y_true, y_pred, options.sample_weight)
}

/// [`cohen_kappa_score`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CohenKappa {
    /// The classes compared, in this order; `None`: all that occur, ascending.
    pub labels: Option<Vec<i64>>,
    /// How much each kind of disagreement counts.
    pub weights: KappaWeights,
}

impl CountScore for CohenKappa {
    fn name(&self) -> &'static str {
        "cohen_kappa_score"
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        matrix.require_samples(self.name())?;
        let labels = self.labels.as_deref().unwrap_or(matrix.labels());
        let rows = matrix.rows_of(self.name(), labels)?;
        let size = rows.len();
        let mut counts = vec![0.0; size * size];
        let (mut row_sums, mut column_sums) = (vec![0.0; size], vec![0.0; size]);
        for (i, from) in rows.iter().enumerate() {
            for (j, to) in rows.iter().enumerate() {
                if let (Some(from), Some(to)) = (from, to) {
                    let count = matrix.cell(*from, *to);
                    counts[i * size + j] = count;
                    row_sums[i] += count;
                    column_sums[j] += count;
                }
            }
        }
        let total: f64 = row_sums.iter().sum();
        if total == 0.0 {
            return Err(Error::Labels {
                metric: self.name(),
                reason: format!("no sample has both its labels in {labels:?}"),
            });
        }
        let (mut observed, mut expected) = (0.0, 0.0);
        for i in 0..size {
            for j in 0..size {
                let apart = i.abs_diff(j) as f64;
                let weight = match self.weights {
                    KappaWeights::Equal => f64::from(i != j),
                    KappaWeights::Linear => apart,
                    KappaWeights::Quadratic => apart * apart,
                };
                observed += weight * counts[i * size + j];
                expected += weight * (row_sums[i] * column_sums[j] / total);
            }
        }
        if expected == 0.0 {
            return Ok(f64::NAN);
        }
        Ok(1.0 - observed / expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, ints};

    #[track_caller]
    fn check(weights: KappaWeights, expected: f64) {
        let options = CohenKappaOptions {
            weights,
            ..Default::default()
        };
        let (first, second) = (ints(&[0, 1, 2, 2]), ints(&[0, 2, 2, 0]));
        assert_close(
            cohen_kappa_score(&first, &second, options).unwrap(),
            expected,
        );
    }

    // Row sums 1 1 2, column sums 2 0 2; off-diagonal counts: (1,2) and (2,0).
    #[test]
    fn weights_grade_disagreement() {
        check(KappaWeights::Equal, 1.0 - 2.0 / 2.5);
        check(KappaWeights::Linear, 1.0 - 3.0 / 4.0);
        check(KappaWeights::Quadratic, 1.0 - 5.0 / 7.0);
    }

    #[test]
    fn one_common_class_is_undefined() {
        let ones = ints(&[1, 1]);
        let score = cohen_kappa_score(&ones, &ones, Default::default()).unwrap();
        assert!(score.is_nan());
    }
}
