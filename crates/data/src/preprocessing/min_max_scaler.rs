//! Features in a given interval.

use super::columns::{Rows, Step, apply, nonzero};
use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "MinMaxScaler";

/// Maps each feature's range to an interval, by default [0, 1]: y = x · scale + min. A constant feature goes to the lower end.
///
/// # Source
/// scikit-learn 1.9, `MinMaxScaler`. Other than there, numbers that are not finite are an error.
///
/// # Examples
/// ```
/// use gradus_data::MinMaxScaler;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![1.0, 3.0, 5.0], [3, 1])?;
/// let mut scaler = MinMaxScaler::new();
/// assert_eq!(scaler.fit_transform(&x)?.to_vec::<f64>()?, [0.0, 0.5, 1.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MinMaxScaler {
    interval: (f64, f64),
    clip: bool,
    data_min: Vec<f64>,
    data_max: Vec<f64>,
    scale: Vec<f64>,
    min: Vec<f64>,
}

impl Default for MinMaxScaler {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl MinMaxScaler {
    /// To [0, 1].
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self {
            interval: (0.0, 1.0),
            clip: false,
            data_min: Vec::new(),
            data_max: Vec::new(),
            scale: Vec::new(),
            min: Vec::new(),
        }
    }

    /// The interval to map to.
    #[must_use]
    #[inline]
    pub fn feature_range(mut self, low: f64, high: f64) -> Self {
        self.interval = (low, high);
        self
    }

    /// Whether new data outside the fitted range is limited to the interval.
    #[must_use]
    #[inline]
    pub fn clip(mut self, clip: bool) -> Self {
        self.clip = clip;
        self
    }

    /// Learns the range of each feature of a table `(samples, features)`.
    ///
    /// # Errors
    /// If it is no table, is empty, or holds a number that is not finite, or the interval is empty.
    #[inline]
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let (low, high) = self.interval;
        if low.partial_cmp(&high) != Some(std::cmp::Ordering::Less) {
            return Err(Error::argument(
                OP,
                format!("the interval [{low}, {high}] is empty"),
            ));
        }
        let rows = Rows::of(OP, x)?;
        self.data_min = rows.fold(f64::INFINITY, f64::min);
        self.data_max = rows.fold(f64::NEG_INFINITY, f64::max);
        let range: Vec<f64> = self
            .data_max
            .iter()
            .zip(&self.data_min)
            .map(|(max, min)| max - min)
            .collect();
        self.scale = nonzero(&range)
            .iter()
            .map(|range| (high - low) / range)
            .collect();
        self.min = self
            .data_min
            .iter()
            .zip(&self.scale)
            .map(|(min, scale)| low - min * scale)
            .collect();
        Ok(())
    }

    /// The data mapped to the interval.
    ///
    /// # Errors
    /// If the scaler is not fitted or the data has another number of features.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        let (low, high) = self.interval;
        let steps = [
            Step::Mul(&self.scale),
            Step::Add(&self.min),
            Step::Clip(low, high),
        ];
        apply(
            OP,
            x,
            self.scale.len(),
            &steps[..2 + usize::from(self.clip)],
        )
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

    /// The data this was mapped from: x = (y − min) / scale.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    #[inline]
    pub fn inverse_transform(&self, y: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        apply(
            OP,
            y,
            self.scale.len(),
            &[Step::Sub(&self.min), Step::Div(&self.scale)],
        )
    }

    /// Factor of each feature.
    #[must_use]
    #[inline]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Offset of each feature, scikit-learn's `min_`.
    #[must_use]
    #[inline]
    pub fn min(&self) -> &[f64] {
        &self.min
    }

    /// Smallest value seen of each feature.
    #[must_use]
    #[inline]
    pub fn data_min(&self) -> &[f64] {
        &self.data_min
    }

    /// Largest value seen of each feature.
    #[must_use]
    #[inline]
    pub fn data_max(&self) -> &[f64] {
        &self.data_max
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
    fn new_data_is_clipped_if_asked() {
        let x = Tensor::from_vec(vec![0.0, 7.0, 2.0, 7.0], [2, 2]).unwrap();
        let new = Tensor::from_vec(vec![3.0, 7.0], [1, 2]).unwrap();
        let run = |clip| {
            let mut scaler = MinMaxScaler::new().feature_range(-1.0, 1.0).clip(clip);
            scaler.fit(&x).unwrap();
            scaler.transform(&new).unwrap().to_vec::<f64>().unwrap()
        };
        assert_eq!(run(false), [2.0, -1.0]);
        assert_eq!(run(true), [1.0, -1.0]);
    }

    #[test]
    fn what_was_mapped_comes_back() {
        let x = Tensor::from_vec(vec![1.0, 2.0, 5.0], [3, 1]).unwrap();
        let mut scaler = MinMaxScaler::new();
        let y = scaler.fit_transform(&x).unwrap();
        assert!(scaler.inverse_transform(&y).unwrap().equal(&x));
    }

    #[test]
    fn an_empty_interval_is_an_error() {
        let x = Tensor::from_vec(vec![1.0], [1, 1]).unwrap();
        let error = MinMaxScaler::new()
            .feature_range(1.0, 1.0)
            .fit(&x)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "MinMaxScaler: the interval [1, 1] is empty"
        );
    }
}
