//! A circle inside another.

use super::{linspace, two_curves};
use crate::error::{Error, Result};
use gradus_tensor::Tensor;
use std::f64::consts::TAU;

/// A circle inside another, shuffled, with normal noise: `sklearn.datasets.make_circles`.
///
/// `factor` is the radius of the inner circle, between 0 and 1. With every setting: [`Circles`].
///
/// # Shapes
/// (x, y): `(n_samples, 2)` of `f64`, `(n_samples,)` of `i64` 0 (outer) and 1.
///
/// # Errors
/// If `noise` is negative or `factor` is not in [0, 1).
///
/// # Examples
/// ```
/// let (x, y) = gradus_data::make_circles(100, 0.05, 0.8, 0)?;
/// assert_eq!((x.shape(), y.shape()), (&[100, 2][..], &[100][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn make_circles(
    n_samples: usize,
    noise: f64,
    factor: f64,
    random_state: u32,
) -> Result<(Tensor, Tensor)> {
    Circles {
        n_samples,
        noise: Some(noise),
        factor,
        random_state,
        ..Circles::default()
    }
    .make()
}

/// The settings of [`make_circles`], with scikit-learn's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circles {
    /// Points; half of them, rounded down, on the outer circle, which has label 0.
    pub n_samples: usize,
    /// Whether the points come in random order.
    pub shuffle: bool,
    /// Standard deviation of the noise added to every coordinate; `None` draws nothing.
    pub noise: Option<f64>,
    /// Radius of the inner circle; the outer one's is 1.
    pub factor: f64,
    /// Seed of the NumPy stream.
    pub random_state: u32,
}

impl Default for Circles {
    #[inline]
    fn default() -> Self {
        Self {
            n_samples: 100,
            shuffle: true,
            noise: None,
            factor: 0.8,
            random_state: 0,
        }
    }
}

impl Circles {
    /// Draws the data: (x, y).
    ///
    /// # Errors
    /// If the noise is negative or the factor is not in [0, 1).
    #[inline]
    pub fn make(&self) -> Result<(Tensor, Tensor)> {
        let factor = self.factor;
        if !(0.0..1.0).contains(&factor) {
            let message = format!("the factor is {factor}; it must lie in [0, 1)");
            return Err(Error::argument("make_circles", message));
        }
        let (n, n_outer) = (self.n_samples, self.n_samples / 2);
        let points = || {
            let outer = linspace(TAU, n_outer, false).map(|t| [t.cos(), t.sin()]);
            let inner = linspace(TAU, n - n_outer, false);
            outer
                .chain(inner.map(|t| [t.cos() * factor, t.sin() * factor]))
                .collect()
        };
        let random_state = self.random_state;
        two_curves(
            [n, n_outer],
            &points,
            self.shuffle,
            self.noise,
            random_state,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radii_are_one_and_the_factor() {
        let (x, y) = Circles {
            n_samples: 21,
            factor: 0.3,
            ..Circles::default()
        }
        .make()
        .unwrap();
        let (x, y) = (x.to_vec::<f64>().unwrap(), y.to_vec::<i64>().unwrap());
        for (point, label) in x.chunks(2).zip(&y) {
            let radius = if *label == 0 { 1.0 } else { 0.3 };
            assert!((point[0].hypot(point[1]) - radius).abs() < 1e-15);
        }
        assert_eq!(y.iter().sum::<i64>(), 11);
    }

    #[test]
    fn a_factor_of_one_is_an_error() {
        let error = make_circles(10, 0.0, 1.0, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "make_circles: the factor is 1; it must lie in [0, 1)"
        );
    }
}
