//! k folds that keep groups together.

use super::k_fold::splits;
use super::{Split, sorted_classes};
use crate::argsort::argsort;
use crate::error::{Error, Result};

/// k splits in which no group is in both the training and the test set; folds of about equal size. scikit-learn's `GroupKFold`.
///
/// The groups are dealt out by size, the largest first, each to the fold that is smallest so far.
///
/// # Examples
/// ```
/// use gradus_data::GroupKFold;
///
/// let folds = GroupKFold::new(2).split(&["ann", "ann", "bob", "cat", "cat", "cat"])?;
/// assert_eq!((&folds[0].test[..], &folds[1].test[..]), (&[3, 4, 5][..], &[0, 1, 2][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GroupKFold {
    n_splits: usize,
}

impl GroupKFold {
    /// `n_splits` folds.
    #[must_use]
    #[inline]
    pub fn new(n_splits: usize) -> Self {
        Self { n_splits }
    }

    /// The folds of the samples of these groups; indices ascend.
    ///
    /// # Errors
    /// If there are fewer than two folds or more folds than groups.
    pub fn split<T: Ord>(&self, groups: &[T]) -> Result<Vec<Split>> {
        let (group_of, sizes) = sorted_classes(groups);
        if self.n_splits < 2 || self.n_splits > sizes.len() {
            let message = format!(
                "{} folds of {} groups; use 2 or more, and at most one per group",
                self.n_splits,
                sizes.len()
            );
            return Err(Error::argument("GroupKFold", message));
        }
        let numbers: Vec<f64> = sizes.iter().map(|&size| size as f64).collect();
        let mut filled = vec![0; self.n_splits];
        let mut fold_of_group = vec![0; sizes.len()];
        // Largest first; of equal groups the last one first, as a reversed ascending sort leaves them.
        for group in argsort(&numbers).into_iter().rev() {
            let smallest = filled.iter().min().copied().unwrap_or(0);
            let fold = filled
                .iter()
                .position(|&size| size == smallest)
                .unwrap_or(0);
            filled[fold] += sizes[group];
            fold_of_group[group] = fold;
        }
        let fold_of: Vec<usize> = group_of
            .into_iter()
            .map(|group| fold_of_group[group])
            .collect();
        Ok(splits(&fold_of, self.n_splits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stay_together() {
        let groups: Vec<i64> = (0..30).map(|i| i * i % 7).collect();
        for fold in GroupKFold::new(3).split(&groups).unwrap() {
            for &test in &fold.test {
                assert!(
                    fold.train
                        .iter()
                        .all(|&train| groups[train] != groups[test])
                );
            }
        }
        assert!(GroupKFold::new(8).split(&groups).is_err());
        assert!(GroupKFold::new(1).split(&groups).is_err());
    }
}
