//! Features centred and scaled by quantiles.

use super::columns::{Rows, Step, apply, nonzero};
use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "RobustScaler";

/// Subtracts each feature's median and divides by its interquartile range, which outliers hardly move. scikit-learn's `RobustScaler`.
///
/// A feature whose range is 0 is only centred.
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
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RobustScaler {
    with_centering: bool,
    with_scaling: bool,
    /// In percent.
    quantile_range: (f64, f64),
    center: Vec<f64>,
    scale: Vec<f64>,
}

impl Default for RobustScaler {
    #[inline]
    fn default() -> Self {
        Self {
            with_centering: true,
            with_scaling: true,
            quantile_range: (25.0, 75.0),
            center: Vec::new(),
            scale: Vec::new(),
        }
    }
}

impl RobustScaler {
    /// A scaler that centres and scales by the interquartile range.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the median is subtracted; true by default.
    #[must_use]
    #[inline]
    pub fn with_centering(mut self, with_centering: bool) -> Self {
        self.with_centering = with_centering;
        self
    }

    /// Whether features are divided by their range; true by default.
    #[must_use]
    #[inline]
    pub fn with_scaling(mut self, with_scaling: bool) -> Self {
        self.with_scaling = with_scaling;
        self
    }

    /// The quantiles, in percent, whose distance is the range; 25 and 75 by default.
    #[must_use]
    #[inline]
    pub fn quantile_range(mut self, low: f64, high: f64) -> Self {
        self.quantile_range = (low, high);
        self
    }

    /// Learns median and quartiles of each feature of a table `(samples, features)`.
    ///
    /// # Errors
    /// If it is no table, is empty, or holds a number that is not finite; quantiles that are not ordered in [0, 100].
    #[inline]
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let (low, high) = self.quantile_range;
        if !(0.0 <= low && low <= high && high <= 100.0) {
            let message = format!(
                "the quantile range is {low} to {high}; it must be ordered and lie in 0 to 100"
            );
            return Err(Error::argument(OP, message));
        }
        let rows = Rows::of(OP, x)?;
        let (mut center, mut range) = (Vec::new(), Vec::new());
        for j in 0..rows.features {
            let mut column = rows.column(j);
            column.sort_unstable_by(f64::total_cmp);
            center.push(median(&column));
            range.push(quantile(&column, high / 100.0) - quantile(&column, low / 100.0));
        }
        self.center = center;
        self.scale = nonzero(&range);
        Ok(())
    }

    /// The scaled data.
    ///
    /// # Errors
    /// If the scaler is not fitted or the data has another number of features.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        let steps = [Step::Sub(&self.center), Step::Div(&self.scale)];
        let wanted = usize::from(!self.with_centering)..1 + usize::from(self.with_scaling);
        apply(OP, x, self.scale.len(), steps.get(wanted).unwrap_or(&[]))
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
        let steps = [Step::Mul(&self.scale), Step::Add(&self.center)];
        let wanted = usize::from(!self.with_scaling)..1 + usize::from(self.with_centering);
        apply(OP, y, self.scale.len(), steps.get(wanted).unwrap_or(&[]))
    }

    /// Median of each feature.
    #[must_use]
    #[inline]
    pub fn center(&self) -> &[f64] {
        &self.center
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

#[inline]
fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        (sorted[half - 1] + sorted[half]) / 2.0
    } else {
        sorted[half]
    }
}

/// The quantile with linear interpolation, from the nearer neighbour as NumPy does it.
#[inline]
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
    fn either_half_can_be_left_out_and_undone() {
        let x = Tensor::from_vec(vec![0.0, 1.0, 2.0, 3.0, 14.0], [5, 1]).unwrap();
        let check = |scaler: RobustScaler, expected: [f64; 5]| {
            let mut scaler = scaler.quantile_range(0.0, 100.0);
            let y = scaler.fit_transform(&x).unwrap();
            assert_eq!(y.to_vec::<f64>().unwrap(), expected);
            assert!(scaler.inverse_transform(&y).unwrap().equal(&x));
        };
        let new = RobustScaler::new;
        check(new().with_scaling(false), [-2.0, -1.0, 0.0, 1.0, 12.0]);
        let scaled = [0.0, 1.0, 2.0, 3.0, 14.0].map(|x| x / 14.0);
        check(new().with_centering(false), scaled);
        let neither = new().with_centering(false).with_scaling(false);
        check(neither, [0.0, 1.0, 2.0, 3.0, 14.0]);
        let message = new().quantile_range(75.0, 25.0).fit(&x).unwrap_err();
        assert_eq!(
            message.to_string(),
            "RobustScaler: the quantile range is 75 to 25; it must be ordered and lie in 0 to 100"
        );
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
