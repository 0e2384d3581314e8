//! Features that vary enough.

use super::kept_columns;
use crate::error::{Error, ErrorKind, Result};
use crate::preprocessing::Rows;
use gradus_tensor::Tensor;

const OP: &str = "VarianceThreshold";

/// Keeps the features whose population variance is above a threshold, by default those that are not constant.
/// scikit-learn's `VarianceThreshold`.
///
/// # Examples
/// ```
/// use gradus_data::VarianceThreshold;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![1.0, 7.0, 2.0, 7.0], [2, 2])?;
/// let mut select = VarianceThreshold::default();
/// assert_eq!(select.fit_transform(&x)?.to_vec::<f64>()?, [1.0, 2.0]);
/// assert_eq!(select.kept(), [0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VarianceThreshold {
    threshold: f64,
    variances: Vec<f64>,
    kept: Vec<usize>,
}

impl VarianceThreshold {
    /// Keeps features whose variance is above `threshold`.
    #[must_use]
    #[inline]
    pub fn new(threshold: f64) -> Self {
        Self {
            threshold,
            ..Self::default()
        }
    }

    /// Learns the variances of a table `(samples, features)`.
    ///
    /// # Errors
    /// If it is no table, is empty, holds a number that is not finite, or no feature varies enough.
    #[inline]
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let rows = Rows::of(OP, x)?;
        let count = rows.count as f64;
        let mean: Vec<f64> = rows.sums().iter().map(|sum| sum / count).collect();
        let mut squares = vec![0.0; rows.features];
        rows.blocks(&mut |block| {
            for row in block.chunks_exact(rows.features) {
                for ((square, x), mean) in squares.iter_mut().zip(row).zip(&mean) {
                    *square += (x - mean) * (x - mean);
                }
            }
        });
        let most = rows.fold(f64::NEG_INFINITY, f64::max);
        let least = rows.fold(f64::INFINITY, f64::min);
        let variance = |feature: usize| {
            let variance = squares[feature] / count;
            // Rounding leaves a constant feature a tiny variance; its range is exactly 0.
            if self.threshold == 0.0 {
                variance.min(most[feature] - least[feature])
            } else {
                variance
            }
        };
        let variances: Vec<f64> = (0..rows.features).map(variance).collect();
        let kept: Vec<usize> = (0..rows.features)
            .filter(|&feature| variances[feature] > self.threshold)
            .collect();
        if kept.is_empty() {
            let message = format!(
                "no feature has a variance above {}; the largest is {}",
                self.threshold,
                variances.iter().copied().fold(0.0, f64::max)
            );
            return Err(Error::argument(OP, message));
        }
        self.variances = variances;
        self.kept = kept;
        Ok(())
    }

    /// The features that are kept.
    ///
    /// # Errors
    /// If nothing was fitted or the data has another number of features.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        if self.kept.is_empty() {
            return Err(ErrorKind::NotFitted { op: OP }.into());
        }
        kept_columns(OP, x, self.variances.len(), &self.kept)
    }

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same data.
    ///
    /// # Errors
    /// Those of `fit`.
    #[inline]
    pub fn fit_transform(&mut self, x: &Tensor) -> Result<Tensor> {
        self.fit(x)?;
        self.transform(x)
    }

    /// The columns that are kept, ascending.
    #[must_use]
    #[inline]
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// The variance of each feature.
    #[must_use]
    #[inline]
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_and_a_constant_that_rounds() {
        let x = [[0.1, 1.0, 0.0], [0.1, 2.0, 5.0], [0.1, 1.0, 10.0]];
        let x = Tensor::from_slice(x.as_flattened(), [3, 3]).unwrap();
        let mut select = VarianceThreshold::default();
        select.fit(&x).unwrap();
        assert_eq!(select.kept(), [1, 2]);
        let mut select = VarianceThreshold::new(1.0);
        let kept = select.fit_transform(&x).unwrap();
        assert_eq!(kept.to_vec::<f64>().unwrap(), [0.0, 5.0, 10.0]);
        let error = VarianceThreshold::new(100.0)
            .fit(&x)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("VarianceThreshold: no feature has a variance above 100"));
        assert!(VarianceThreshold::default().transform(&x).is_err());
        let narrow = Tensor::from_vec(vec![1.0], [1, 1]).unwrap();
        assert!(select.transform(&narrow).is_err());
    }
}
