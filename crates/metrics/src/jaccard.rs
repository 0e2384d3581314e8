//! The Jaccard index.

use gradus_tensor::Tensor;

use crate::averaging::{ClassCounts, averaged};
use crate::streaming::count_once;
use crate::{Averaging, ClassScoreOptions, ConfusionMatrix, CountScore, Result};

const NAME: &str = "jaccard_score";

/// Of the samples that are or are predicted as a class, the share that is both.
///
/// tp / (tp + fp + fn)
///
/// # Conventions
/// Range [0, 1], best 1. A class that neither occurs nor is predicted scores
/// `zero_division`.
///
/// # Errors
/// As [`precision_score`](crate::precision_score).
///
/// # Source
/// `sklearn.metrics.jaccard_score`, version 1.9.
///
/// ```
/// use gradus_metrics::jaccard_score;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 1, 1], [3])?;
/// let y_pred = Tensor::from_vec(vec![1i64, 1, 1], [3])?;
/// assert_eq!(jaccard_score(&y_true, &y_pred, Default::default())?, 2.0 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn jaccard_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: ClassScoreOptions<'_>,
) -> Result<f64> {
    let matrix = count_once(NAME, y_true, y_pred, options.sample_weight)?;
    averaged(NAME, &matrix, options, ratio)
}

/// [`jaccard_score`] for [`Streaming`](crate::Streaming).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Jaccard(pub Averaging);

impl CountScore for Jaccard {
    fn name(&self) -> &'static str {
        NAME
    }

    fn score(&self, matrix: &ConfusionMatrix) -> Result<f64> {
        averaged(NAME, matrix, self.0.options(), ratio)
    }
}

fn ratio(class: ClassCounts) -> (f64, f64) {
    let either = class.predicted + class.actual - class.true_positives;
    (class.true_positives, either)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Average;
    use crate::testing::{assert_close, ints};

    #[test]
    fn averages() {
        let (y_true, y_pred) = (ints(&[0, 1, 2, 2]), ints(&[0, 2, 2, 0]));
        for (average, expected) in [
            (Average::Macro, (0.5 + 0.0 + 1.0 / 3.0) / 3.0),
            (Average::Micro, 2.0 / 6.0),
            (Average::Weighted, (0.5 + 2.0 / 3.0) / 4.0),
        ] {
            let options = ClassScoreOptions {
                average,
                ..Default::default()
            };
            assert_close(jaccard_score(&y_true, &y_pred, options).unwrap(), expected);
        }
    }
}
