//! What each member of an ensemble is trained on.

use crate::error::{Error, Result};
use crate::synthetic::sample_without_replacement;
use gradus_random::RandomState;

/// Draws samples and features for every member of an ensemble. scikit-learn's `BaggingClassifier` and `BaggingRegressor`
/// train on these for the same `random_state`.
///
/// # Examples
/// ```
/// use gradus_data::Bagging;
///
/// let bags = Bagging { n_estimators: 3, max_features: Some(2), ..Bagging::default() }.draw(100, 4)?;
/// assert_eq!((bags.len(), bags[0].samples.len(), bags[0].features.len()), (3, 100, 2));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bagging {
    /// Members of the ensemble.
    pub n_estimators: usize,
    /// Samples for each; `None`: as many as there are.
    pub max_samples: Option<usize>,
    /// Features for each; `None`: all.
    pub max_features: Option<usize>,
    /// Whether a sample can be drawn twice.
    pub bootstrap: bool,
    /// Whether a feature can be drawn twice.
    pub bootstrap_features: bool,
    /// Seed of the NumPy stream.
    pub random_state: u32,
}

impl Default for Bagging {
    /// scikit-learn's: ten members, bootstrap sets of all features.
    #[inline]
    fn default() -> Self {
        Self {
            n_estimators: 10,
            max_samples: None,
            max_features: None,
            bootstrap: true,
            bootstrap_features: false,
            random_state: 0,
        }
    }
}

/// The samples and features of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bag {
    /// Samples, perhaps some of them several times.
    pub samples: Vec<usize>,
    /// Columns.
    pub features: Vec<usize>,
}

impl Bag {
    /// The samples below `n` that are not in the bag, ascending: what its member can be tested on.
    #[must_use]
    #[inline]
    pub fn out_of_bag(&self, n: usize) -> Vec<usize> {
        let mut inside = vec![false; n];
        for &sample in self.samples.iter().filter(|&&sample| sample < n) {
            inside[sample] = true;
        }
        (0..n).filter(|&sample| !inside[sample]).collect()
    }
}

impl Bagging {
    /// The bags for so many samples and features.
    ///
    /// # Errors
    /// If there is nothing to draw from, or not enough without replacement.
    #[inline]
    pub fn draw(&self, n_samples: usize, n_features: usize) -> Result<Vec<Bag>> {
        let samples = self.max_samples.unwrap_or(n_samples);
        let features = self.max_features.unwrap_or(n_features);
        for (what, wanted, available, replace) in [
            ("samples", samples, n_samples, self.bootstrap),
            ("features", features, n_features, false),
        ] {
            if wanted == 0 || available == 0 || (!replace && wanted > available) {
                let message = format!("{wanted} of {available} {what} cannot be drawn");
                return Err(Error::argument("Bagging", message));
            }
        }
        let mut seeds = RandomState::new(self.random_state);
        let seeds = seeds.randint(0, i64::from(i32::MAX), self.n_estimators)?;
        let bag = |seed: i64| {
            let rs = &mut RandomState::new(seed as u32);
            Ok(Bag {
                features: drawn(self.bootstrap_features, n_features, features, rs)?,
                samples: drawn(self.bootstrap, n_samples, samples, rs)?,
            })
        };
        seeds.into_iter().map(bag).collect()
    }
}

#[inline]
fn drawn(replace: bool, n: usize, count: usize, rs: &mut RandomState) -> Result<Vec<usize>> {
    if replace {
        return Ok(rs.choice(n, count, true)?);
    }
    Ok(sample_without_replacement(n, count, rs))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.9.1: `estimators_samples_` and `estimators_features_`.
    #[test]
    fn the_bags_of_scikit_learn() {
        let plain = Bagging {
            n_estimators: 2,
            random_state: 5,
            ..Bagging::default()
        };
        let bags = plain.draw(8, 3).unwrap();
        assert_eq!(bags[0].samples, PLAIN[0]);
        assert_eq!(bags[1].samples, PLAIN[1]);
        assert!(bags.iter().all(|bag| {
            let mut features = bag.features.clone();
            features.sort_unstable();
            features == [0, 1, 2]
        }));
        let subspaces = Bagging {
            n_estimators: 2,
            max_samples: Some(5),
            max_features: Some(2),
            bootstrap: false,
            bootstrap_features: true,
            random_state: 9,
        };
        let bags = subspaces.draw(8, 4).unwrap();
        assert_eq!(bags[0].samples, SUBSPACE_SAMPLES[0]);
        assert_eq!(bags[1].samples, SUBSPACE_SAMPLES[1]);
        assert_eq!(bags[0].features, SUBSPACE_FEATURES[0]);
        assert_eq!(bags[1].features, SUBSPACE_FEATURES[1]);
    }

    #[test]
    fn what_is_not_in_the_bag() {
        let bag = Bag {
            samples: vec![3, 0, 3],
            features: vec![0],
        };
        assert_eq!(bag.out_of_bag(5), [1, 2, 4]);
        let without = Bagging {
            bootstrap: false,
            max_samples: Some(6),
            ..Bagging::default()
        };
        assert!(without.draw(5, 2).is_err());
        assert!(Bagging::default().draw(5, 0).is_err());
    }

    const PLAIN: [[usize; 8]; 2] = [[4, 1, 1, 4, 1, 1, 5, 5], [5, 4, 3, 2, 4, 6, 6, 4]];
    const SUBSPACE_SAMPLES: [[usize; 5]; 2] = [[0, 4, 5, 3, 7], [0, 2, 1, 7, 5]];
    const SUBSPACE_FEATURES: [[usize; 2]; 2] = [[1, 0], [2, 3]];
}
