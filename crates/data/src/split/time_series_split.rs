//! The past to train on, the time after it to test on.

use super::Split;
use crate::error::{Error, Result};

/// Splits of samples in order of time: each test set follows all of its training set, and the training sets grow. scikit-learn's `TimeSeriesSplit`.
///
/// # Examples
/// ```
/// use gradus_data::TimeSeriesSplit;
///
/// let splits = TimeSeriesSplit::new(2).split(6)?;
/// assert_eq!((&splits[0].train[..], &splits[0].test[..]), (&[0, 1][..], &[2, 3][..]));
/// assert_eq!((&splits[1].train[..], &splits[1].test[..]), (&[0, 1, 2, 3][..], &[4, 5][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TimeSeriesSplit {
    n_splits: usize,
    max_train_size: Option<usize>,
    test_size: Option<usize>,
    gap: usize,
}

impl TimeSeriesSplit {
    /// `n_splits` splits with test sets of n / (n_splits + 1) samples.
    #[must_use]
    #[inline]
    pub fn new(n_splits: usize) -> Self {
        Self {
            n_splits,
            max_train_size: None,
            test_size: None,
            gap: 0,
        }
    }

    /// Most samples of a training set; the latest ones stay.
    #[must_use]
    #[inline]
    pub fn max_train_size(mut self, samples: usize) -> Self {
        self.max_train_size = Some(samples);
        self
    }

    /// Samples of every test set.
    #[must_use]
    #[inline]
    pub fn test_size(mut self, samples: usize) -> Self {
        self.test_size = Some(samples);
        self
    }

    /// Samples left out between training and test set.
    #[must_use]
    #[inline]
    pub fn gap(mut self, samples: usize) -> Self {
        self.gap = samples;
        self
    }

    /// The splits of `n` samples.
    ///
    /// # Errors
    /// If there are fewer than two splits or too few samples for them.
    #[inline]
    pub fn split(&self, n: usize) -> Result<Vec<Split>> {
        let refuse = |message| Err(Error::argument("TimeSeriesSplit", message));
        if self.n_splits < 2 {
            return refuse(format!("{} splits; at least 2 are needed", self.n_splits));
        }
        let test_size = self.test_size.unwrap_or(n / (self.n_splits + 1));
        let used = test_size
            .saturating_mul(self.n_splits)
            .saturating_add(self.gap);
        if test_size == 0 || used >= n {
            return refuse(format!(
                "{n} samples are too few for {} test sets of {test_size} and a gap of {}",
                self.n_splits, self.gap
            ));
        }
        let first = n - self.n_splits * test_size;
        let split = |start: usize| {
            let end = start - self.gap;
            let begin = end - self.max_train_size.unwrap_or(end).min(end);
            Split {
                train: (begin..end).collect(),
                test: (start..start + test_size).collect(),
            }
        };
        Ok((first..n).step_by(test_size).map(split).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gap_and_limits() {
        let splits = TimeSeriesSplit::new(2)
            .test_size(1)
            .gap(1)
            .max_train_size(2)
            .split(6)
            .unwrap();
        assert_eq!(
            (&splits[0].train[..], &splits[0].test[..]),
            (&[1, 2][..], &[4][..])
        );
        assert_eq!(
            (&splits[1].train[..], &splits[1].test[..]),
            (&[2, 3][..], &[5][..])
        );
    }

    #[test]
    fn too_few_samples_are_an_error() {
        let error = TimeSeriesSplit::new(3).split(3).unwrap_err();
        assert_eq!(
            error.to_string(),
            "TimeSeriesSplit: 3 samples are too few for 3 test sets of 0 and a gap of 0"
        );
        assert!(TimeSeriesSplit::new(1).split(10).is_err());
        assert!(
            TimeSeriesSplit::new(2)
                .test_size(2)
                .gap(2)
                .split(6)
                .is_err()
        );
    }
}
