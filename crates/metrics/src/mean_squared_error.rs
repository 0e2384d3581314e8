//! The mean squared error and its root.

use gradus_tensor::Tensor;

use crate::mean_error::{MeanError, PointError, mean_error};
use crate::{RegressionOptions, Result};

/// The mean squared difference between prediction and target.
///
/// mean (y − ŷ)²
///
/// # Shapes
/// `y_true`, `y_pred`: `(samples,)` or `(samples, outputs)` → a number.
///
/// # Conventions
/// Range [0, ∞), best 0, in the square of the target's unit. Per output:
/// [`MeanError::raw_values`] of [`MeanSquaredError`].
///
/// # Errors
/// No samples, different shapes, values that are not finite.
///
/// # Source
/// `sklearn.metrics.mean_squared_error`, version 1.9.
///
/// ```
/// use gradus_metrics::mean_squared_error;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![3.0, -0.5, 2.0, 7.0], [4])?;
/// let y_pred = Tensor::from_vec(vec![2.5, 0.0, 2.0, 8.0], [4])?;
/// assert_eq!(mean_squared_error(&y_true, &y_pred, Default::default())?, 0.375);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mean_squared_error(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RegressionOptions<'_>,
) -> Result<f64> {
    mean_error::<Squared>(y_true, y_pred, options)
}

/// The root of the mean squared error, output by output.
///
/// √(mean (y − ŷ)²)
///
/// # Conventions
/// Range [0, ∞), best 0, in the target's unit. Of several outputs the roots
/// are averaged, not the squares.
///
/// # Errors
/// As [`mean_squared_error`].
///
/// # Source
/// `sklearn.metrics.root_mean_squared_error`, version 1.9.
pub fn root_mean_squared_error(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RegressionOptions<'_>,
) -> Result<f64> {
    mean_error::<RootSquared>(y_true, y_pred, options)
}

/// [`mean_squared_error`] over batches.
pub type MeanSquaredError = MeanError<Squared>;

/// [`root_mean_squared_error`] over batches.
pub type RootMeanSquaredError = MeanError<RootSquared>;

/// (y − ŷ)²
#[derive(Clone, Copy, Debug)]
pub struct Squared;

impl PointError for Squared {
    const NAME: &'static str = "mean_squared_error";

    fn error(y_true: f64, y_pred: f64) -> f64 {
        (y_true - y_pred) * (y_true - y_pred)
    }
}

/// (y − ŷ)², with the root taken of the mean.
#[derive(Clone, Copy, Debug)]
pub struct RootSquared;

impl PointError for RootSquared {
    const NAME: &'static str = "root_mean_squared_error";

    fn error(y_true: f64, y_pred: f64) -> f64 {
        Squared::error(y_true, y_pred)
    }

    fn finish(mean: f64) -> f64 {
        mean.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, rows};

    #[test]
    fn roots_are_averaged_not_squares() {
        let (y_true, y_pred) = (rows(&[[0.0, 0.0]]), rows(&[[3.0, 1.0]]));
        let squared = mean_squared_error(&y_true, &y_pred, Default::default()).unwrap();
        assert_close(squared, 5.0);
        let root = root_mean_squared_error(&y_true, &y_pred, Default::default()).unwrap();
        assert_close(root, 2.0);
    }

    #[test]
    fn weighted() {
        let weights = floats(&[3.0, 1.0]);
        let options = RegressionOptions {
            sample_weight: Some(&weights),
            ..Default::default()
        };
        let error = mean_squared_error(&floats(&[1.0, 2.0]), &floats(&[2.0, 5.0]), options);
        assert_close(error.unwrap(), 3.0);
    }
}
