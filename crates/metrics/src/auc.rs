//! The area under a curve.

use gradus_tensor::Tensor;

use crate::{Error, Result, input};

/// The area under the curve through the points (x, y), by the trapezoidal rule.
///
/// # Shapes
/// `x`, `y`: `(points,)` → a number.
///
/// # Conventions
/// `x` may rise or fall; vertical steps add nothing.
///
/// # Errors
/// Fewer than two points, different lengths, values that are not finite, an
/// `x` that turns back.
///
/// # Source
/// `sklearn.metrics.auc`, version 1.9.
///
/// ```
/// use gradus_metrics::auc;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![0.0, 0.5, 1.0], [3])?;
/// let y = Tensor::from_vec(vec![0.0, 0.8, 1.0], [3])?;
/// assert!((auc(&x, &y)? - 0.65).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn auc(x: &Tensor, y: &Tensor) -> Result<f64> {
    const NAME: &str = "auc";
    let x = input::scores(NAME, "x", x)?;
    let y = input::scores(NAME, "y", y)?;
    if x.len() != y.len() || x.len() < 2 {
        return Err(Error::Options {
            metric: NAME,
            reason: format!(
                "x has {} points, y has {}; both need the same number, at least 2",
                x.len(),
                y.len()
            ),
        });
    }
    let rises = x.windows(2).all(|x| x[0] <= x[1]);
    let falls = x.windows(2).all(|x| x[0] >= x[1]);
    if !rises && !falls {
        return Err(Error::Options {
            metric: NAME,
            reason: "x both rises and falls; sort the points by x".into(),
        });
    }
    let area = trapezoid(&x, &y);
    Ok(if rises { area } else { -area })
}

pub(crate) fn trapezoid(x: &[f64], y: &[f64]) -> f64 {
    let step = |(x, y): (&[f64], &[f64])| (x[1] - x[0]) * (y[0] + y[1]) / 2.0;
    x.windows(2).zip(y.windows(2)).map(step).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats};

    #[test]
    fn direction_does_not_matter_but_turning_does() {
        let area = |x: &[f64], y: &[f64]| auc(&floats(x), &floats(y));
        assert_close(area(&[0.0, 0.0, 2.0], &[0.0, 1.0, 3.0]).unwrap(), 4.0);
        assert_close(area(&[2.0, 0.0, 0.0], &[3.0, 1.0, 0.0]).unwrap(), 4.0);
        assert_eq!(
            area(&[0.0, 1.0, 0.5], &[0.0; 3]).unwrap_err().to_string(),
            "auc: x both rises and falls; sort the points by x"
        );
        assert_eq!(
            area(&[0.0], &[0.0]).unwrap_err().to_string(),
            "auc: x has 1 points, y has 1; both need the same number, at least 2"
        );
    }
}
