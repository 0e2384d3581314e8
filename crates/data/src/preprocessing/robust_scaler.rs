//! Features centred and scaled by quantiles.

use super::columns::{Rows, Step, apply, nonzero};
use crate::error::{ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "RobustScaler";

/// Subtracts each feature's median and divides by its interquartile range, which outliers hardly move. scikit-learn's `RobustScaler`.
///
/// # Examples
/// ```
/// use gradus_data::RobustScaler;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![0.0, 1.0, 2.0, 3.0, 1000.0], [5, 1])?;
/// let y = RobustScaler::default().fit_transform(&x)?;
/// assert_eq!(y.to_vec::<f64>()?, [-1.0, -0.5, 0.0, 0.5, 499.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RobustScaler {
    center: Vec<f64>,
    scale: Vec<f64>,
}

impl RobustScaler {
    /// Learns median and quartiles of each feature of a table `(samples, features)`.
    ///
    /// # Errors
    /// If it is no table, is empty, or holds a number that is not finite.
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let rows = Rows::of(OP, x)?;
        let (mut center, mut range) = (Vec::new(), Vec::new());
        for j in 0..rows.features {
            let mut column = rows.column(j);
            column.sort_unstable_by(f64::total_cmp);
            center.push(median(&column));
            range.push(quantile(&column, 0.75) - quantile(&column, 0.25));
        }
        self.center = center;
        self.scale = nonzero(&range);
        Ok(())
    }

    /// The scaled data.
    ///
    /// # Errors
    /// If the scaler is not fitted or the data has another number of features.
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        apply(
            OP,
            x,
            self.scale.len(),
            &[Step::Sub(&self.center), Step::Div(&self.scale)],
        )
    }

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same data.
    ///
    /// # Errors
    /// Those of `fit`.
    pub fn fit_transform(&mut self, x: &Tensor) -> Result<Tensor> {
        self.fit(x)?;
        self.transform(x)
    }

    /// The data before scaling.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    pub fn inverse_transform(&self, y: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        apply(
            OP,
            y,
            self.scale.len(),
            &[Step::Mul(&self.scale), Step::Add(&self.center)],
        )
    }

    /// Median of each feature.
    #[must_use]
    pub fn center(&self) -> &[f64] {
        &self.center
    }

    /// Divisor of each feature.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    fn check_fitted(&self) -> Result<()> {
        if self.scale.is_empty() {
            Err(ErrorKind::NotFitted { op: OP }.into())
        } else {
            Ok(())
        }
    }
}

fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        (sorted[half - 1] + sorted[half]) / 2.0
    } else {
        sorted[half]
    }
}

/// The quantile with linear interpolation, from the nearer neighbour as NumPy does it.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = (sorted.len() - 1) as f64 * q;
    let below = position.floor();
    let t = position - below;
    let a = sorted[below as usize];
    let b = sorted[(below as usize + 1).min(sorted.len() - 1)];
    if t < 0.5 {
        a + (b - a) * t
    } else {
        b - (b - a) * (1.0 - t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(
            (quantile(&sorted, 0.25), quantile(&sorted, 0.75)),
            (1.75, 5.0)
        );
        assert_eq!((median(&sorted), median(&[3.0])), (3.0, 3.0));
        assert_eq!(quantile(&[3.0], 0.75), 3.0);
    }

    #[test]
    fn a_constant_feature_is_only_centred() {
        let x = Tensor::from_vec(vec![5.0, 5.0], [2, 1]).unwrap();
        let mut scaler = RobustScaler::default();
        assert!(scaler.transform(&x).is_err());
        let y = scaler.fit_transform(&x).unwrap();
        assert_eq!(y.to_vec::<f64>().unwrap(), [0.0, 0.0]);
        assert!(scaler.inverse_transform(&y).unwrap().equal(&x));
    }
}
