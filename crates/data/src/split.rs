//! Training and test sets: one split, or folds. scikit-learn's indices for the same `random_state`.

mod approximate_mode;
mod group_k_fold;
mod k_fold;
mod leave_one_out;
mod shuffle_split;
mod size;
mod stratified_k_fold;
mod time_series_split;
mod train_test_split;

pub use group_k_fold::GroupKFold;
pub use k_fold::KFold;
pub use leave_one_out::LeaveOneOut;
pub use shuffle_split::ShuffleSplit;
pub use size::Size;
pub use stratified_k_fold::StratifiedKFold;
pub use time_series_split::TimeSeriesSplit;
pub use train_test_split::{TrainTestSplit, train_test_split};

/// The indices of a training set and of a test set that share no sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Samples to train on.
    pub train: Vec<usize>,
    /// Samples to test on.
    pub test: Vec<usize>,
}

/// Numbers the classes of `labels` by value: the class of each label, and how many labels each class has.
fn sorted_classes<T: Ord>(labels: &[T]) -> (Vec<usize>, Vec<usize>) {
    let mut values: Vec<&T> = labels.iter().collect();
    values.sort_unstable();
    values.dedup();
    let mut counts = vec![0; values.len()];
    let classes = labels
        .iter()
        .map(|label| {
            let class = values.partition_point(|value| *value < label);
            counts[class] += 1;
            class
        })
        .collect();
    (classes, counts)
}
