//! k folds of about equal size.

use super::Split;
use crate::error::{Error, Result};
use gradus_random::RandomState;

/// k splits in which every sample is tested exactly once; the first n mod k folds have one sample more. scikit-learn's `KFold`.
///
/// # Examples
/// ```
/// use gradus_data::KFold;
///
/// let folds = KFold::new(2).split(5)?;
/// assert_eq!((&folds[0].test[..], &folds[1].test[..]), (&[0, 1, 2][..], &[3, 4][..]));
/// let shuffled = KFold::new(2).shuffle(0).split(5)?;
/// assert_eq!(shuffled[0].test, [0, 1, 2]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct KFold {
    n_splits: usize,
    random_state: Option<u32>,
}

impl KFold {
    /// Folds of neighbouring samples.
    #[must_use]
    pub fn new(n_splits: usize) -> Self {
        Self {
            n_splits,
            random_state: None,
        }
    }

    /// Shuffles the samples once before they are cut into folds.
    #[must_use]
    pub fn shuffle(mut self, random_state: u32) -> Self {
        self.random_state = Some(random_state);
        self
    }

    /// The folds of `n` samples; indices ascend.
    ///
    /// # Errors
    /// If there are fewer than two folds or more folds than samples.
    pub fn split(&self, n: usize) -> Result<Vec<Split>> {
        check("KFold", self.n_splits, n)?;
        let mut order: Vec<usize> = (0..n).collect();
        if let Some(random_state) = self.random_state {
            RandomState::new(random_state).shuffle(&mut order);
        }
        let mut fold_of = vec![0; n];
        let mut rest = &order[..];
        for fold in 0..self.n_splits {
            let size = n / self.n_splits + usize::from(fold < n % self.n_splits);
            let (members, later) = rest.split_at(size);
            rest = later;
            for &member in members {
                fold_of[member] = fold;
            }
        }
        Ok(splits(&fold_of, self.n_splits))
    }
}

pub(super) fn check(op: &'static str, n_splits: usize, n: usize) -> Result<()> {
    let message = if n_splits < 2 {
        format!("{n_splits} folds; at least 2 are needed")
    } else if n_splits > n {
        format!("{n_splits} folds of only {n} samples")
    } else {
        return Ok(());
    };
    Err(Error::argument(op, message))
}

/// The splits in which fold k is tested, given each sample's fold.
pub(super) fn splits(fold_of: &[usize], n_splits: usize) -> Vec<Split> {
    let fold = |k| {
        let (test, train) = (0..fold_of.len()).partition(|&i| fold_of[i] == k);
        Split { train, test }
    };
    (0..n_splits).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_tested_once() {
        for shuffle in [None, Some(3)] {
            let folds = KFold {
                n_splits: 3,
                random_state: shuffle,
            }
            .split(11)
            .unwrap();
            let sizes: Vec<usize> = folds.iter().map(|fold| fold.test.len()).collect();
            assert_eq!(sizes, [4, 4, 3]);
            let mut tested: Vec<usize> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
            tested.sort_unstable();
            assert_eq!(tested, (0..11).collect::<Vec<_>>());
            assert!(folds.iter().all(|f| f.train.len() == 11 - f.test.len()));
        }
    }

    #[test]
    fn too_few_or_too_many_folds_are_errors() {
        assert_eq!(
            KFold::new(1).split(5).unwrap_err().to_string(),
            "KFold: 1 folds; at least 2 are needed"
        );
        assert_eq!(
            KFold::new(6).split(5).unwrap_err().to_string(),
            "KFold: 6 folds of only 5 samples"
        );
    }
}
