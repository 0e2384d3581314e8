//! k folds with the class proportions of the whole.

use super::Split;
use super::k_fold::{check, splits};
use crate::error::{Error, Result};
use gradus_random::RandomState;
use std::collections::BTreeMap;

/// k splits in which every sample is tested once and every fold has about the same share of each class. scikit-learn's `StratifiedKFold`.
///
/// # Examples
/// ```
/// use gradus_data::StratifiedKFold;
///
/// let folds = StratifiedKFold::new(2).split(&["a", "a", "a", "a", "b", "b"])?;
/// assert_eq!(folds[0].test, [0, 1, 4]);
/// assert_eq!(folds[1].test, [2, 3, 5]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StratifiedKFold {
    n_splits: usize,
    random_state: Option<u32>,
}

impl StratifiedKFold {
    /// Folds filled in the order of the samples.
    #[must_use]
    #[inline]
    pub fn new(n_splits: usize) -> Self {
        Self {
            n_splits,
            random_state: None,
        }
    }

    /// Shuffles which fold each sample of a class goes to.
    #[must_use]
    #[inline]
    pub fn shuffle(mut self, random_state: u32) -> Self {
        self.random_state = Some(random_state);
        self
    }

    /// The folds of the samples with these labels; indices ascend.
    ///
    /// # Errors
    /// If there are fewer than two folds, or more folds than samples in every class.
    pub fn split<T: Ord>(&self, labels: &[T]) -> Result<Vec<Split>> {
        let op = "StratifiedKFold";
        check(op, self.n_splits, labels.len())?;
        let classes = classes_by_appearance(labels);
        let n_classes = classes.iter().max().map_or(0, |last| last + 1);
        let mut counts = vec![0; n_classes];
        for &class in &classes {
            counts[class] += 1;
        }
        if counts.iter().all(|&count| self.n_splits > count) {
            let largest = counts.iter().max().copied().unwrap_or(0);
            let message = format!(
                "{} folds, and no class has more than {largest} samples",
                self.n_splits
            );
            return Err(Error::argument(op, message));
        }
        let mut rs = self.random_state.map(RandomState::new);
        let mut fold_of = vec![0; labels.len()];
        for (class, shares) in self.shares(&counts).iter().enumerate() {
            let mut folds: Vec<usize> = Vec::with_capacity(counts[class]);
            for (fold, &share) in shares.iter().enumerate() {
                folds.extend(std::iter::repeat_n(fold, share));
            }
            if let Some(rs) = &mut rs {
                rs.shuffle(&mut folds);
            }
            let members = (0..labels.len()).filter(|&i| classes[i] == class);
            for (member, fold) in members.zip(folds) {
                fold_of[member] = fold;
            }
        }
        Ok(splits(&fold_of, self.n_splits))
    }

    /// How many samples of each class go to each fold: the sorted labels are dealt out in turn.
    #[inline]
    fn shares(&self, counts: &[usize]) -> Vec<Vec<usize>> {
        let mut dealt = 0;
        counts
            .iter()
            .map(|&count| {
                let mut shares = vec![0; self.n_splits];
                for position in dealt..dealt + count {
                    shares[position % self.n_splits] += 1;
                }
                dealt += count;
                shares
            })
            .collect()
    }
}

/// Numbers the classes in the order they are met.
fn classes_by_appearance<T: Ord>(labels: &[T]) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    labels
        .iter()
        .map(|label| {
            let next = numbers.len();
            *numbers.entry(label).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fold_has_its_share_of_each_class() {
        let labels: Vec<i64> = (0..40).map(|i| i64::from(i % 4 == 0)).collect();
        let folds = StratifiedKFold::new(5).shuffle(1).split(&labels).unwrap();
        for fold in folds {
            assert_eq!(fold.test.iter().filter(|&&i| labels[i] == 1).count(), 2);
            assert_eq!((fold.test.len(), fold.train.len()), (8, 32));
        }
    }

    #[test]
    fn more_folds_than_any_class_has_samples_is_an_error() {
        let error = StratifiedKFold::new(3).split(&[0, 1, 0, 1]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "StratifiedKFold: 3 folds, and no class has more than 2 samples"
        );
    }
}
