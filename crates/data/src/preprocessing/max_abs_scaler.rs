//! Features divided by their largest absolute value.

use super::columns::{Rows, Step, apply, nonzero};
use crate::error::{ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "MaxAbsScaler";

/// Divides each feature by its largest absolute value, so that zeros stay zeros. scikit-learn's `MaxAbsScaler`.
///
/// # Examples
/// ```
/// use gradus_data::MaxAbsScaler;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![1.0, -4.0, 0.0], [3, 1])?;
/// assert_eq!(MaxAbsScaler::default().fit_transform(&x)?.to_vec::<f64>()?, [0.25, -1.0, 0.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MaxAbsScaler {
    scale: Vec<f64>,
}

impl MaxAbsScaler {
    /// Learns the largest absolute value of each feature of a table `(samples, features)`.
    ///
    /// # Errors
    /// If it is no table, is empty, or holds a number that is not finite.
    #[inline]
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let rows = Rows::of(OP, x)?;
        self.scale = nonzero(&rows.fold(0.0, |max, value| max.max(value.abs())));
        Ok(())
    }

    /// The scaled data.
    ///
    /// # Errors
    /// If the scaler is not fitted or the data has another number of features.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        apply(OP, x, self.scale.len(), &[Step::Div(&self.scale)])
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

    /// The data before scaling.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    #[inline]
    pub fn inverse_transform(&self, y: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        apply(OP, y, self.scale.len(), &[Step::Mul(&self.scale)])
    }

    /// Divisor of each feature.
    #[must_use]
    #[inline]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    #[inline]
    fn check_fitted(&self) -> Result<()> {
        if self.scale.is_empty() {
            Err(ErrorKind::NotFitted { op: OP }.into())
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_stay_zeros() {
        let x = Tensor::from_vec(vec![0.0_f32, 2.0, 0.0, -8.0], [2, 2]).unwrap();
        let mut scaler = MaxAbsScaler::default();
        assert!(scaler.transform(&x).is_err());
        let y = scaler.fit_transform(&x).unwrap();
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 0.25, 0.0, -1.0]);
        assert!(scaler.inverse_transform(&y).unwrap().equal(&x));
    }
}
