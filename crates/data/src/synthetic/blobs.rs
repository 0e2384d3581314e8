//! Normally distributed clusters.

use super::{reordered, shares};
use crate::error::{Error, Result};
use gradus_random::RandomState;
use gradus_tensor::Tensor;

/// Clusters of equal spread 1 around random centres in the plane: `sklearn.datasets.make_blobs`.
///
/// With every setting: [`Blobs`].
///
/// # Shapes
/// (x, y): `(n_samples, 2)` of `f64`, `(n_samples,)` of `i64`, the cluster.
///
/// # Errors
/// If there are no centres.
///
/// # Examples
/// ```
/// let (x, y) = gradus_data::make_blobs(90, 3, 0)?;
/// assert_eq!((x.shape(), y.shape()), (&[90, 2][..], &[90][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn make_blobs(n_samples: usize, centers: usize, random_state: u32) -> Result<(Tensor, Tensor)> {
    let centers = Centers::Random {
        count: centers,
        features: 2,
        low: -10.0,
        high: 10.0,
    };
    Blobs {
        n_samples,
        centers,
        random_state,
        ..Blobs::default()
    }
    .make()
}

/// Where the clusters of [`Blobs`] are.
#[derive(Clone, Debug, PartialEq)]
pub enum Centers {
    /// Drawn uniformly from a box.
    Random {
        /// How many.
        count: usize,
        /// In how many dimensions.
        features: usize,
        /// Lower bound of every coordinate.
        low: f64,
        /// Upper bound of every coordinate.
        high: f64,
    },
    /// Given, all with the same number of coordinates.
    At(Vec<Vec<f64>>),
}

/// The settings of [`make_blobs`], with scikit-learn's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Blobs {
    /// Points, shared equally among the clusters; the first ones get what is left over.
    pub n_samples: usize,
    /// Where the clusters are.
    pub centers: Centers,
    /// Standard deviation of every cluster, or one for each.
    pub cluster_std: Vec<f64>,
    /// Whether the points come in random order.
    pub shuffle: bool,
    /// Seed of the NumPy stream.
    pub random_state: u32,
}

impl Default for Blobs {
    #[inline]
    fn default() -> Self {
        Self {
            n_samples: 100,
            centers: Centers::Random {
                count: 3,
                features: 2,
                low: -10.0,
                high: 10.0,
            },
            cluster_std: vec![1.0],
            shuffle: true,
            random_state: 0,
        }
    }
}

impl Blobs {
    /// Draws the data: (x, y).
    ///
    /// # Errors
    /// If there are no centres, they differ in length, or the deviations do not fit them or are negative.
    #[inline]
    pub fn make(&self) -> Result<(Tensor, Tensor)> {
        let refuse = |message: &str| Err(Error::argument("make_blobs", message));
        let mut rs = RandomState::new(self.random_state);
        let centers = match &self.centers {
            Centers::At(centers) => centers.clone(),
            &Centers::Random {
                count,
                features,
                low,
                high,
            } => (0..count)
                .map(|_| rs.uniform(low, high, features))
                .collect::<Result<_, _>>()?,
        };
        let Some(features) = centers.first().map(Vec::len) else {
            return refuse("there are no centres");
        };
        if centers.iter().any(|center| center.len() != features) {
            return refuse("the centres have different numbers of coordinates");
        }
        if self.cluster_std.len() != 1 && self.cluster_std.len() != centers.len() {
            return refuse("give one standard deviation, or one for each centre");
        }
        let mut x = Vec::with_capacity(self.n_samples * features);
        let mut y = Vec::with_capacity(self.n_samples);
        for (cluster, size) in shares(self.n_samples, centers.len())
            .into_iter()
            .enumerate()
        {
            let std = self.cluster_std[cluster % self.cluster_std.len()];
            let drawn = rs.normal(0.0, std, size * features)?;
            x.extend(
                drawn
                    .iter()
                    .zip(centers[cluster].iter().cycle())
                    .map(|(z, center)| center + z),
            );
            y.extend(std::iter::repeat_n(cluster as i64, size));
        }
        let n = self.n_samples;
        if self.shuffle {
            let mut order: Vec<usize> = (0..n).collect();
            rs.shuffle(&mut order);
            x = reordered(&x, features, &order);
            y = reordered(&y, 1, &order);
        }
        Ok((
            Tensor::from_vec(x, [n, features])?,
            Tensor::from_vec(y, [n])?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tight_clusters_lie_at_their_centres() {
        let centers = Centers::At(vec![vec![0.0, 1.0], vec![3.0, -2.0]]);
        let blobs = Blobs {
            n_samples: 7,
            centers,
            cluster_std: vec![0.0],
            ..Blobs::default()
        };
        let (x, y) = blobs.make().unwrap();
        let (x, y) = (x.to_vec::<f64>().unwrap(), y.to_vec::<i64>().unwrap());
        for (point, label) in x.chunks(2).zip(&y) {
            assert_eq!(point, if *label == 0 { [0.0, 1.0] } else { [3.0, -2.0] });
        }
        assert_eq!(y.iter().sum::<i64>(), 3);
    }

    #[test]
    fn settings_that_do_not_fit_are_errors() {
        let of = |centers, cluster_std| {
            Blobs {
                centers,
                cluster_std,
                ..Blobs::default()
            }
            .make()
        };
        assert!(of(Centers::At(Vec::new()), vec![1.0]).is_err());
        assert!(of(Centers::At(vec![vec![0.0], vec![0.0, 1.0]]), vec![1.0]).is_err());
        assert!(of(Centers::At(vec![vec![0.0]; 3]), vec![1.0, 2.0]).is_err());
        assert!(of(Centers::At(vec![vec![0.0]; 3]), vec![-1.0]).is_err());
    }
}
