//! The features with the best scores.

use super::kept_columns;
use super::univariate::{FeatureScores, ScoreFunction};
use crate::argsort::argsort;
use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "SelectKBest";

/// Keeps the k features with the largest scores. scikit-learn's `SelectKBest`.
///
/// # Examples
/// ```
/// use gradus_data::{SelectKBest, f_classif, load_iris};
///
/// let iris = load_iris()?;
/// let mut select = SelectKBest::new(2);
/// select.fit(&iris.x, &iris.y.expect("classes"), f_classif)?;
/// assert_eq!(select.kept(), [2, 3]);
/// assert_eq!(select.transform(&iris.x)?.shape(), [150, 2]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SelectKBest {
    k: usize,
    scores: Option<FeatureScores>,
    kept: Vec<usize>,
}

impl SelectKBest {
    /// Keeps `k` features.
    #[must_use]
    #[inline]
    pub fn new(k: usize) -> Self {
        Self {
            k,
            scores: None,
            kept: Vec::new(),
        }
    }

    /// Scores the features of a table `(samples, features)` against a target `(samples,)`. Of equal scores the later feature
    /// is kept; one without a score (NaN) counts least.
    ///
    /// # Errors
    /// Those of the score, and more features to keep than there are.
    #[inline]
    pub fn fit(&mut self, x: &Tensor, y: &Tensor, score: ScoreFunction) -> Result<()> {
        let scores = score(x, y)?;
        let features = scores.scores.len();
        if self.k == 0 || self.k > features {
            let message = format!("{} of {features} features cannot be kept", self.k);
            return Err(Error::argument(OP, message));
        }
        let rank = |&score: &f64| if score.is_nan() { f64::MIN } else { score };
        let ranks: Vec<f64> = scores.scores.iter().map(rank).collect();
        let mut order = argsort(&ranks);
        self.kept = order.split_off(features - self.k);
        self.kept.sort_unstable();
        self.scores = Some(scores);
        Ok(())
    }

    /// The features that are kept.
    ///
    /// # Errors
    /// If nothing was fitted or the data has another number of features.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        kept_columns(OP, x, self.scores()?.scores.len(), &self.kept)
    }

    /// The columns that are kept, ascending.
    #[must_use]
    #[inline]
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// Score and p-value of each feature.
    ///
    /// # Errors
    /// If nothing was fitted.
    #[inline]
    pub fn scores(&self) -> Result<&FeatureScores> {
        let scores = self.scores.as_ref();
        scores.ok_or_else(|| ErrorKind::NotFitted { op: OP }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(_: &Tensor, y: &Tensor) -> Result<FeatureScores> {
        let scores = y.to_vec::<f64>()?;
        let p_values = vec![0.5; scores.len()];
        Ok(FeatureScores { scores, p_values })
    }

    #[test]
    fn ties_and_missing_scores() {
        let x = Tensor::from_vec(vec![1.0, 2.0, 3.0, 4.0], [1, 4]).unwrap();
        let scores = Tensor::from_vec(vec![2.0, f64::NAN, 2.0, -1.0], [4]).unwrap();
        let kept = |k| {
            let mut select = SelectKBest::new(k);
            select.fit(&x, &scores, given).unwrap();
            select.transform(&x).unwrap().to_vec::<f64>().unwrap()
        };
        assert_eq!(kept(1), [3.0]);
        assert_eq!(kept(2), [1.0, 3.0]);
        assert_eq!(kept(3), [1.0, 3.0, 4.0]);
        assert!(SelectKBest::new(5).fit(&x, &scores, given).is_err());
        assert!(SelectKBest::new(1).transform(&x).is_err());
    }
}
