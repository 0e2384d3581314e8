//! Mean absolute errors, plain and as a share of the target.

use gradus_tensor::Tensor;

use crate::mean_error::{MeanError, PointError, mean_error};
use crate::{RegressionOptions, Result};

/// The mean distance between prediction and target.
///
/// mean |y − ŷ|
///
/// # Shapes
/// `y_true`, `y_pred`: `(samples,)` or `(samples, outputs)` → a number.
///
/// # Conventions
/// Range [0, ∞), best 0, in the target's unit.
///
/// # Errors
/// No samples, different shapes, values that are not finite.
///
/// # Source
/// `sklearn.metrics.mean_absolute_error`, version 1.9.
///
/// ```
/// use gradus_metrics::mean_absolute_error;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![3.0, -0.5, 2.0, 7.0], [4])?;
/// let y_pred = Tensor::from_vec(vec![2.5, 0.0, 2.0, 8.0], [4])?;
/// assert_eq!(mean_absolute_error(&y_true, &y_pred, Default::default())?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mean_absolute_error(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RegressionOptions<'_>,
) -> Result<f64> {
    mean_error::<Absolute>(y_true, y_pred, options)
}

/// The mean distance between prediction and target, as a share of the target.
///
/// mean |y − ŷ| / max(|y|, ε), ε = 2⁻⁵²
///
/// # Conventions
/// Range [0, ∞), best 0; 1 is 100 %. Huge where the target is 0.
///
/// # Errors
/// As [`mean_absolute_error`].
///
/// # Source
/// `sklearn.metrics.mean_absolute_percentage_error`, version 1.9.
pub fn mean_absolute_percentage_error(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RegressionOptions<'_>,
) -> Result<f64> {
    mean_error::<AbsolutePercentage>(y_true, y_pred, options)
}

/// [`mean_absolute_error`] over batches.
pub type MeanAbsoluteError = MeanError<Absolute>;

/// [`mean_absolute_percentage_error`] over batches.
pub type MeanAbsolutePercentageError = MeanError<AbsolutePercentage>;

/// |y − ŷ|
#[derive(Clone, Copy, Debug)]
pub struct Absolute;

impl PointError for Absolute {
    const NAME: &'static str = "mean_absolute_error";

    fn error(y_true: f64, y_pred: f64) -> f64 {
        (y_pred - y_true).abs()
    }
}

/// |y − ŷ| / max(|y|, ε)
#[derive(Clone, Copy, Debug)]
pub struct AbsolutePercentage;

impl PointError for AbsolutePercentage {
    const NAME: &'static str = "mean_absolute_percentage_error";

    fn error(y_true: f64, y_pred: f64) -> f64 {
        (y_pred - y_true).abs() / y_true.abs().max(f64::EPSILON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats};

    #[test]
    fn a_share_of_the_target() {
        let (y_true, y_pred) = (floats(&[2.0, -4.0]), floats(&[1.0, -5.0]));
        let share = mean_absolute_percentage_error(&y_true, &y_pred, Default::default());
        assert_close(share.unwrap(), 0.375);
        let (zero, one) = (floats(&[0.0]), floats(&[1.0]));
        let share = mean_absolute_percentage_error(&zero, &one, Default::default());
        assert_eq!(share.unwrap(), 1.0 / f64::EPSILON);
    }
}
