//! A linear model's inputs and outputs.

use super::{columns_reordered, product, reordered};
use crate::error::{Error, Result};
use gradus_random::RandomState;
use gradus_tensor::Tensor;

/// Normal inputs and a linear function of some of them, with noise: `sklearn.datasets.make_regression`.
///
/// y = x w + bias + noise, where `n_informative` of the coefficients w are uniform in [0, 100) and the others zero.
///
/// # Examples
/// ```
/// use gradus_data::Regression;
///
/// let (x, y, w) = Regression { n_samples: 50, n_features: 3, noise: 1.0, ..Regression::default() }.make()?;
/// assert_eq!((x.shape(), y.shape(), w.shape()), (&[50, 3][..], &[50][..], &[3][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regression {
    /// Rows.
    pub n_samples: usize,
    /// Columns.
    pub n_features: usize,
    /// Columns that matter; more than there are means all.
    pub n_informative: usize,
    /// Constant term.
    pub bias: f64,
    /// Standard deviation of the noise on y; 0 draws nothing.
    pub noise: f64,
    /// Whether rows and columns come in random order.
    pub shuffle: bool,
    /// Seed of the NumPy stream.
    pub random_state: u32,
}

impl Default for Regression {
    #[inline]
    fn default() -> Self {
        Self {
            n_samples: 100,
            n_features: 100,
            n_informative: 10,
            bias: 0.0,
            noise: 0.0,
            shuffle: true,
            random_state: 0,
        }
    }
}

impl Regression {
    /// Draws the data: (x, y, coefficients), all `f64`.
    ///
    /// # Shapes
    /// `(n_samples, n_features)`, `(n_samples,)`, `(n_features,)`.
    ///
    /// # Errors
    /// If there are no features or the noise is negative.
    #[inline]
    pub fn make(&self) -> Result<(Tensor, Tensor, Tensor)> {
        let (n, features) = (self.n_samples, self.n_features);
        if features == 0 {
            return Err(Error::argument("make_regression", "there are no features"));
        }
        let informative = self.n_informative.min(features);
        let mut rs = RandomState::new(self.random_state);
        let mut x = rs.standard_normal(n * features);
        let mut w: Vec<f64> = (0..informative).map(|_| 100.0 * rs.next_unit()).collect();
        w.resize(features, 0.0);
        let mut y = product(&x, &w, features, 1);
        for y in &mut y {
            *y += self.bias;
        }
        if self.noise != 0.0 {
            for (y, noise) in y.iter_mut().zip(rs.normal(0.0, self.noise, n)?) {
                *y += noise;
            }
        }
        if self.shuffle {
            let mut rows: Vec<usize> = (0..n).collect();
            rs.shuffle(&mut rows);
            x = reordered(&x, features, &rows);
            y = reordered(&y, 1, &rows);
            let mut columns: Vec<usize> = (0..features).collect();
            rs.shuffle(&mut columns);
            x = columns_reordered(&x, features, &columns);
            w = reordered(&w, 1, &columns);
        }
        Ok((
            Tensor::from_vec(x, [n, features])?,
            Tensor::from_vec(y, [n])?,
            Tensor::from_vec(w, [features])?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_the_coefficients_explain_everything() {
        let made = Regression {
            n_samples: 20,
            n_features: 4,
            n_informative: 2,
            bias: 3.0,
            ..Regression::default()
        };
        let (x, y, w) = made.make().unwrap();
        let w = w.to_vec::<f64>().unwrap();
        assert_eq!(w.iter().filter(|w| **w != 0.0).count(), 2);
        for (row, y) in x
            .to_vec::<f64>()
            .unwrap()
            .chunks(4)
            .zip(y.to_vec::<f64>().unwrap())
        {
            let sum: f64 = row.iter().zip(&w).map(|(x, w)| x * w).sum();
            assert!((sum + 3.0 - y).abs() < 1e-9);
        }
    }

    #[test]
    fn no_features_or_negative_noise_are_errors() {
        assert!(
            Regression {
                n_features: 0,
                ..Regression::default()
            }
            .make()
            .is_err()
        );
        assert!(
            Regression {
                noise: -1.0,
                ..Regression::default()
            }
            .make()
            .is_err()
        );
    }
}
