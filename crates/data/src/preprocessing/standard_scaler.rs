//! Features with mean 0 and variance 1.

use super::columns::{Rows, Step, apply, pairwise_sum};
use crate::error::{ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "StandardScaler";

/// Standardises each feature: z = (x − mean) / scale, with scale = √var and the population variance (divided by n).
///
/// A feature that is constant, or as good as constant in floating point, gets scale 1.
/// Statistics are computed in `f64`; `f32` data is transformed in `f32`, any other in `f64`.
///
/// # Source
/// scikit-learn 1.9, `StandardScaler`, to the last bit. Other than there, numbers that are not finite are an error.
///
/// # Examples
/// ```
/// use gradus_data::StandardScaler;
/// use gradus_tensor::Tensor;
///
/// let train = Tensor::from_vec(vec![0.0, 1.0, 2.0, 1.0], [2, 2])?;
/// let mut scaler = StandardScaler::new();
/// scaler.fit(&train)?;
/// assert_eq!((scaler.mean()?, scaler.scale()?), (&[1.0, 1.0][..], &[1.0, 1.0][..]));
/// assert_eq!(scaler.transform(&train)?.to_vec::<f64>()?, [-1.0, 0.0, 1.0, 0.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StandardScaler {
    with_mean: bool,
    with_std: bool,
    seen: usize,
    mean: Vec<f64>,
    var: Vec<f64>,
    scale: Vec<f64>,
}

impl Default for StandardScaler {
    fn default() -> Self {
        Self::new()
    }
}

impl StandardScaler {
    /// Centres and scales.
    #[must_use]
    pub fn new() -> Self {
        Self {
            with_mean: true,
            with_std: true,
            seen: 0,
            mean: Vec::new(),
            var: Vec::new(),
            scale: Vec::new(),
        }
    }

    /// Whether the mean is subtracted.
    #[must_use]
    pub fn with_mean(mut self, with_mean: bool) -> Self {
        self.with_mean = with_mean;
        self
    }

    /// Whether the result is divided by the scale.
    #[must_use]
    pub fn with_std(mut self, with_std: bool) -> Self {
        self.with_std = with_std;
        self
    }

    /// Learns mean and variance from a table `(samples, features)`, forgetting what was learnt before.
    ///
    /// # Errors
    /// If it is no table, is empty, or holds a number that is not finite; the scaler is then unchanged.
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let mut fresh = Self::new()
            .with_mean(self.with_mean)
            .with_std(self.with_std);
        fresh.partial_fit(x)?;
        *self = fresh;
        Ok(())
    }

    /// Learns from one more part of the data, as if all parts had come at once (up to rounding).
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), and another number of features than before.
    pub fn partial_fit(&mut self, x: &Tensor) -> Result<()> {
        let rows = Rows::of(OP, x)?;
        let features = rows.features;
        if self.seen > 0 && self.mean.len() != features {
            let expected = self.mean.len();
            return Err(ErrorKind::Features {
                op: OP,
                found: features,
                expected,
            }
            .into());
        }
        let (before, new) = (self.seen as f64, rows.count as f64);
        let total = before + new;
        let sum = rows.sums();
        let spread = squared_deviations(&rows, &sum, new);
        self.mean.resize(features, 0.0);
        self.var.resize(features, 0.0);
        for j in 0..features {
            let last_sum = self.mean[j] * before;
            self.mean[j] = (last_sum + sum[j]) / total;
            let unnormalised = if before == 0.0 {
                spread[j]
            } else {
                // Chan, Golub and LeVeque's update of a sum of squares by another part.
                let ratio = before / new;
                let between = last_sum / ratio - sum[j];
                self.var[j] * before + spread[j] + ratio / total * (between * between)
            };
            self.var[j] = unnormalised / total;
        }
        self.seen += rows.count;
        self.scale = self
            .var
            .iter()
            .zip(&self.mean)
            .map(|(&var, &mean)| scale(var, mean, total))
            .collect();
        Ok(())
    }

    /// The standardised data.
    ///
    /// # Errors
    /// If the scaler is not fitted or the data has another number of features.
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        let steps = [Step::Sub(&self.mean), Step::Div(&self.scale)];
        apply(OP, x, self.mean.len(), &steps[self.wanted()])
    }

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same data.
    ///
    /// # Errors
    /// Those of `fit`.
    pub fn fit_transform(&mut self, x: &Tensor) -> Result<Tensor> {
        self.fit(x)?;
        self.transform(x)
    }

    /// The data whose standardisation this is: x = z · scale + mean.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    pub fn inverse_transform(&self, z: &Tensor) -> Result<Tensor> {
        self.check_fitted()?;
        let steps = [Step::Mul(&self.scale), Step::Add(&self.mean)];
        let wanted = self.wanted();
        apply(
            OP,
            z,
            self.mean.len(),
            &steps[2 - wanted.end..2 - wanted.start],
        )
    }

    /// Mean of each feature.
    ///
    /// # Errors
    /// If the scaler is not fitted.
    pub fn mean(&self) -> Result<&[f64]> {
        self.check_fitted()?;
        Ok(&self.mean)
    }

    /// Population variance of each feature.
    ///
    /// # Errors
    /// If the scaler is not fitted.
    pub fn var(&self) -> Result<&[f64]> {
        self.check_fitted()?;
        Ok(&self.var)
    }

    /// Divisor of each feature.
    ///
    /// # Errors
    /// If the scaler is not fitted.
    pub fn scale(&self) -> Result<&[f64]> {
        self.check_fitted()?;
        Ok(&self.scale)
    }

    /// Samples seen so far.
    #[must_use]
    pub fn n_samples_seen(&self) -> usize {
        self.seen
    }

    /// Which of (subtract the mean, divide by the scale) are done.
    fn wanted(&self) -> std::ops::Range<usize> {
        usize::from(!self.with_mean)..1 + usize::from(self.with_std)
    }

    fn check_fitted(&self) -> Result<()> {
        if self.seen == 0 {
            Err(ErrorKind::NotFitted { op: OP }.into())
        } else {
            Ok(())
        }
    }
}

/// Σ (x − mean)² per column, less what rounding of the mean leaves in Σ (x − mean).
fn squared_deviations(rows: &Rows, sum: &[f64], n: f64) -> Vec<f64> {
    let features = sum.len();
    let mean: Vec<f64> = sum.iter().map(|sum| sum / n).collect();
    let (mut correction, mut squares) = (vec![0.0; features], vec![0.0; features]);
    if features == 1 {
        let deviations: Vec<f64> = rows.values().iter().map(|value| value - mean[0]).collect();
        let squared: Vec<f64> = deviations.iter().map(|d| d * d).collect();
        correction[0] = pairwise_sum(&deviations);
        squares[0] = pairwise_sum(&squared);
    } else {
        rows.blocks(&mut |block| {
            for row in block.chunks_exact(features) {
                let sums = correction.iter_mut().zip(&mut squares);
                for ((correction, square), (value, mean)) in sums.zip(row.iter().zip(&mean)) {
                    let deviation = value - mean;
                    *correction += deviation;
                    *square += deviation * deviation;
                }
            }
        });
    }
    squares
        .iter()
        .zip(correction)
        .map(|(s, c)| s - c * c / n)
        .collect()
}

/// √var, or 1 if the variance is within the rounding error of computing it.
fn scale(var: f64, mean: f64, n: f64) -> f64 {
    let error = n * mean * f64::EPSILON;
    let bound = n * f64::EPSILON * var + error * error;
    if var <= bound { 1.0 } else { var.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(values: &[f64], features: usize) -> Tensor {
        Tensor::from_slice(values, [values.len() / features, features]).unwrap()
    }

    #[test]
    fn parts_add_up() {
        let values: Vec<f64> = (0..60)
            .map(|i| f64::from(i * i % 17) + 0.25 * f64::from(i))
            .collect();
        let mut whole = StandardScaler::new();
        whole.fit(&table(&values, 3)).unwrap();
        let mut parts = StandardScaler::new();
        for part in values.chunks(18) {
            parts.partial_fit(&table(part, 3)).unwrap();
        }
        assert_eq!(parts.n_samples_seen(), 20);
        for j in 0..3 {
            assert!((whole.mean[j] - parts.mean[j]).abs() < 1e-13);
            assert!((whole.var[j] / parts.var[j] - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn a_constant_feature_is_only_centred() {
        let x = table(&[0.1, 0.1, 0.1], 1);
        let mut scaler = StandardScaler::new();
        let z = scaler.fit_transform(&x).unwrap().to_vec::<f64>().unwrap();
        assert_eq!(scaler.scale().unwrap(), [1.0]);
        assert!(z.iter().all(|z| z.abs() < 1e-15));
    }

    #[test]
    fn each_half_can_be_left_out() {
        let x = table(&[1.0, 3.0], 1);
        let run = |mean, std| {
            let mut scaler = StandardScaler::new().with_mean(mean).with_std(std);
            let z = scaler.fit_transform(&x).unwrap();
            assert!(scaler.inverse_transform(&z).unwrap().equal(&x));
            z.to_vec::<f64>().unwrap()
        };
        assert_eq!(run(true, true), [-1.0, 1.0]);
        assert_eq!(run(true, false), [-1.0, 1.0]);
        assert_eq!(run(false, true), [1.0, 3.0]);
        assert_eq!(run(false, false), [1.0, 3.0]);
    }

    #[test]
    fn misuse_is_an_error() {
        let mut scaler = StandardScaler::new();
        let x = table(&[1.0, 2.0], 1);
        assert_eq!(
            scaler.transform(&x).unwrap_err().to_string(),
            "StandardScaler: not fitted yet; call fit first"
        );
        scaler.fit(&x).unwrap();
        let fitted = scaler.clone();
        assert_eq!(
            scaler
                .partial_fit(&table(&[1.0, 2.0], 2))
                .unwrap_err()
                .to_string(),
            "StandardScaler: the data has 2 features, fitted on 1"
        );
        assert!(scaler.fit(&table(&[f64::INFINITY], 1)).is_err());
        assert_eq!(scaler, fitted);
    }
}
