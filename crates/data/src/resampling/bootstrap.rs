//! Sets drawn from the samples with replacement.

use crate::error::{Error, Result};
use crate::split::Split;
use gradus_random::RandomState;

/// `count` of `n` samples at random, with replacement or without. scikit-learn's `resample`, as indices.
///
/// # Errors
/// If there is nothing to draw from, or not enough without replacement.
///
/// # Examples
/// ```
/// assert_eq!(gradus_data::resample(5, 5, true, 0)?, [4, 0, 3, 3, 3]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn resample(n: usize, count: usize, replace: bool, random_state: u32) -> Result<Vec<usize>> {
    let mut rs = RandomState::new(random_state);
    Ok(rs.choice(n, count, replace)?)
}

/// Bootstrap sets to train on, each with the samples it left out to test on.
///
/// One stream draws all sets; the first is [`resample`]'s.
///
/// # Examples
/// ```
/// use gradus_data::Bootstrap;
///
/// let sets = Bootstrap::new(10, 0).split(100)?;
/// let left_out: usize = sets.iter().map(|set| set.test.len()).sum();
/// assert!((330..410).contains(&left_out), "about a share of 1/e each");
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bootstrap {
    n_splits: usize,
    random_state: u32,
}

impl Bootstrap {
    /// `n_splits` sets as large as the data.
    #[must_use]
    #[inline]
    pub fn new(n_splits: usize, random_state: u32) -> Self {
        Self {
            n_splits,
            random_state,
        }
    }

    /// The sets for `n` samples: those drawn, in the order they were drawn, and those that were not, ascending.
    ///
    /// # Errors
    /// If there are no samples.
    #[inline]
    pub fn split(&self, n: usize) -> Result<Vec<Split>> {
        if n == 0 {
            return Err(Error::argument(
                "Bootstrap",
                "there are no samples to draw from",
            ));
        }
        let mut rs = RandomState::new(self.random_state);
        let mut set = || {
            let train = rs.choice(n, n, true)?;
            let mut drawn = vec![false; n];
            train.iter().for_each(|&sample| drawn[sample] = true);
            let test = (0..n).filter(|&sample| !drawn[sample]).collect();
            Ok(Split { train, test })
        };
        (0..self.n_splits).map(|_| set()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_drawn_or_left_out() {
        let sets = Bootstrap::new(3, 7).split(20).unwrap();
        assert_eq!(sets[0].train, resample(20, 20, true, 7).unwrap());
        assert_ne!(sets[0], sets[1]);
        for set in &sets {
            assert_eq!(set.train.len(), 20);
            for sample in 0..20 {
                assert_ne!(set.train.contains(&sample), set.test.contains(&sample));
            }
        }
        assert!(Bootstrap::new(3, 7).split(0).is_err());
    }

    #[test]
    fn without_replacement_nothing_comes_twice() {
        let mut drawn = resample(10, 10, false, 3).unwrap();
        drawn.sort_unstable();
        assert!(drawn.into_iter().eq(0..10));
        assert!(resample(3, 4, false, 0).is_err());
    }
}
