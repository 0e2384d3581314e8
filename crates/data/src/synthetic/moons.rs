//! Two interleaving half circles.

use super::{linspace, two_curves};
use crate::error::Result;
use gradus_tensor::Tensor;
use std::f64::consts::PI;

/// Two interleaving half circles in the plane, shuffled, with normal noise: `sklearn.datasets.make_moons`.
///
/// With every setting: [`Moons`].
///
/// # Shapes
/// (x, y): `(n_samples, 2)` of `f64`, `(n_samples,)` of `i64` 0 and 1.
///
/// # Errors
/// If `noise` is negative.
///
/// # Examples
/// ```
/// let (x, y) = gradus_data::make_moons(100, 0.3, 0)?;
/// assert_eq!((x.shape(), y.shape()), (&[100, 2][..], &[100][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn make_moons(n_samples: usize, noise: f64, random_state: u32) -> Result<(Tensor, Tensor)> {
    Moons {
        n_samples,
        noise: Some(noise),
        random_state,
        ..Moons::default()
    }
    .make()
}

/// The settings of [`make_moons`], with scikit-learn's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moons {
    /// Points; half of them, rounded down, on the outer moon, which has label 0.
    pub n_samples: usize,
    /// Whether the points come in random order.
    pub shuffle: bool,
    /// Standard deviation of the noise added to every coordinate; `None` draws nothing.
    pub noise: Option<f64>,
    /// Seed of the NumPy stream.
    pub random_state: u32,
}

impl Default for Moons {
    #[inline]
    fn default() -> Self {
        Self {
            n_samples: 100,
            shuffle: true,
            noise: None,
            random_state: 0,
        }
    }
}

impl Moons {
    /// Draws the data: (x, y).
    ///
    /// # Errors
    /// If the noise is negative.
    #[inline]
    pub fn make(&self) -> Result<(Tensor, Tensor)> {
        let (n, n_outer) = (self.n_samples, self.n_samples / 2);
        let points = || {
            let outer = linspace(PI, n_outer, true).map(|t| [t.cos(), t.sin()]);
            let inner = linspace(PI, n - n_outer, true);
            outer
                .chain(inner.map(|t| [1.0 - t.cos(), 1.0 - t.sin() - 0.5]))
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
    fn without_noise_the_points_lie_on_the_moons() {
        let (x, y) = Moons {
            n_samples: 5,
            shuffle: false,
            ..Moons::default()
        }
        .make()
        .unwrap();
        let x = x.to_vec::<f64>().unwrap();
        assert_eq!(x[..2], [1.0, 0.0]);
        assert_eq!(x[4..6], [0.0, 0.5]);
        assert_eq!(y.to_vec::<i64>().unwrap(), [0, 0, 1, 1, 1]);
    }

    #[test]
    fn negative_noise_is_an_error() {
        assert!(
            make_moons(10, -0.1, 0)
                .unwrap_err()
                .to_string()
                .contains("standard deviation")
        );
    }

    #[test]
    fn large_moons_are_the_same_for_any_number_of_threads() {
        let before = gradus_tensor::num_threads();
        let make = |threads| {
            gradus_tensor::set_num_threads(threads);
            make_moons(20_000, 0.2, 7).unwrap()
        };
        let (one, two) = (make(1), make(2));
        gradus_tensor::set_num_threads(before);
        assert!(one.0.equal(&two.0) && one.1.equal(&two.1));
    }
}
