//! Independent random splits.

use super::size::train_and_test;
use super::train_test_split::cut;
use super::{Size, Split};
use crate::error::Result;
use gradus_random::RandomState;

/// Several independent random splits of the same sizes. scikit-learn's `ShuffleSplit`.
///
/// # Examples
/// ```
/// use gradus_data::ShuffleSplit;
///
/// let splits = ShuffleSplit::new(3, 0).test_size(0.25).split(8)?;
/// assert_eq!((splits.len(), splits[0].test.len()), (3, 2));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ShuffleSplit {
    n_splits: usize,
    random_state: u32,
    train_size: Option<Size>,
    test_size: Option<Size>,
}

impl ShuffleSplit {
    /// `n_splits` splits with a tenth of the samples, rounded up, in the test set.
    #[must_use]
    #[inline]
    pub fn new(n_splits: usize, random_state: u32) -> Self {
        Self {
            n_splits,
            random_state,
            train_size: None,
            test_size: None,
        }
    }

    /// Size of the test set; by default what the training set leaves, or a tenth.
    #[must_use]
    pub fn test_size(mut self, size: impl Into<Size>) -> Self {
        self.test_size = Some(size.into());
        self
    }

    /// Size of the training set; by default what the test set leaves.
    #[must_use]
    pub fn train_size(mut self, size: impl Into<Size>) -> Self {
        self.train_size = Some(size.into());
        self
    }

    /// The splits of `n` samples.
    ///
    /// # Errors
    /// If a size is impossible.
    #[inline]
    pub fn split(&self, n: usize) -> Result<Vec<Split>> {
        let (n_train, n_test) =
            train_and_test("ShuffleSplit", n, self.train_size, self.test_size, 0.1)?;
        let mut rs = RandomState::new(self.random_state);
        Ok((0..self.n_splits)
            .map(|_| cut(&rs.permutation(n), n_train, n_test))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_follow_one_another_on_one_stream() {
        let mut rs = RandomState::new(4);
        for split in ShuffleSplit::new(2, 4).split(10).unwrap() {
            let order = rs.permutation(10);
            assert_eq!(
                (&split.test[..], &split.train[..]),
                (&order[..1], &order[1..])
            );
        }
    }
}
