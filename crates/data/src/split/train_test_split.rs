//! One split into a training and a test set.

use super::approximate_mode::approximate_mode;
use super::size::train_and_test;
use super::{Size, Split, sorted_classes};
use crate::error::{Error, ErrorKind, Result};
use gradus_random::RandomState;
use gradus_tensor::Tensor;

const OP: &str = "train_test_split";

/// Splits tensors with equally many rows at random into (training, test) pairs, one pair per tensor.
///
/// With every setting: [`TrainTestSplit`].
///
/// # Errors
/// If the rows differ or the test size is impossible.
///
/// # Source
/// scikit-learn 1.9, `train_test_split(x, y, test_size=.., random_state=..)`.
///
/// # Examples
/// ```
/// use gradus_data::{make_moons, train_test_split};
///
/// let (x, y) = make_moons(100, 0.3, 0)?;
/// let [(x_train, x_test), (y_train, y_test)] = train_test_split([&x, &y], 0.2, 13)?;
/// assert_eq!((x_train.shape(), x_test.shape()), (&[80, 2][..], &[20, 2][..]));
/// assert_eq!((y_train.numel(), y_test.numel()), (80, 20));
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn train_test_split<const N: usize>(
    tensors: [&Tensor; N],
    test_size: impl Into<Size>,
    random_state: u32,
) -> Result<[(Tensor, Tensor); N]> {
    TrainTestSplit::new(random_state)
        .test_size(test_size)
        .apply(tensors)
}

/// How to split samples into a training and a test set. scikit-learn's `train_test_split` with all its settings.
///
/// # Examples
/// ```
/// use gradus_data::TrainTestSplit;
///
/// let labels = [0, 0, 0, 0, 1, 1, 1, 1];
/// let split = TrainTestSplit::new(0).test_size(4).stratify(&labels).indices(8)?;
/// assert_eq!(split.test.iter().filter(|&&i| labels[i] == 1).count(), 2);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TrainTestSplit {
    random_state: u32,
    shuffle: bool,
    train_size: Option<Size>,
    test_size: Option<Size>,
    classes: Option<(Vec<usize>, Vec<usize>)>,
}

impl TrainTestSplit {
    /// A shuffled split with a quarter of the samples, rounded up, in the test set.
    #[must_use]
    pub fn new(random_state: u32) -> Self {
        Self {
            random_state,
            shuffle: true,
            train_size: None,
            test_size: None,
            classes: None,
        }
    }

    /// Size of the test set; by default what the training set leaves, or a quarter.
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

    /// Whether to draw the samples at random; otherwise the test set follows the training set in order.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Keeps the proportions of these classes in both sets; one label per sample.
    #[must_use]
    pub fn stratify<T: Ord>(mut self, labels: &[T]) -> Self {
        self.classes = Some(sorted_classes(labels));
        self
    }

    /// The indices of both sets for `n` samples.
    ///
    /// # Errors
    /// If a size is impossible, or a class too small to be in both sets.
    pub fn indices(&self, n: usize) -> Result<Split> {
        let (n_train, n_test) = train_and_test(OP, n, self.train_size, self.test_size, 0.25)?;
        match &self.classes {
            Some(_) if !self.shuffle => Err(Error::argument(
                OP,
                "a stratified split needs shuffle(true)",
            )),
            Some((classes, counts)) => {
                let expected = n;
                let found = classes.len();
                if found != expected {
                    let (what, position) = ("labels of array", 0);
                    return Err(ErrorKind::Rows {
                        op: OP,
                        what,
                        position,
                        found,
                        expected,
                    }
                    .into());
                }
                stratified(
                    classes,
                    counts,
                    n_train,
                    n_test,
                    &mut RandomState::new(self.random_state),
                )
            }
            None if self.shuffle => Ok(cut(
                &RandomState::new(self.random_state).permutation(n),
                n_train,
                n_test,
            )),
            None => Ok(Split {
                train: (0..n_train).collect(),
                test: (n_train..n_train + n_test).collect(),
            }),
        }
    }

    /// Both parts of each tensor.
    ///
    /// # Errors
    /// Those of [`indices`](Self::indices), and tensors whose numbers of rows differ.
    pub fn apply<const N: usize>(&self, tensors: [&Tensor; N]) -> Result<[(Tensor, Tensor); N]> {
        let expected = tensors.first().map_or(0, |tensor| rows(tensor));
        for (position, tensor) in tensors.iter().enumerate() {
            let found = rows(tensor);
            if found != expected {
                let what = "array";
                return Err(ErrorKind::Rows {
                    op: OP,
                    what,
                    position,
                    found,
                    expected,
                }
                .into());
            }
        }
        let split = self.indices(expected)?;
        let (train, test) = (signed(&split.train), signed(&split.test));
        let mut parts = Vec::with_capacity(N);
        for tensor in tensors {
            parts.push((tensor.take_rows(&train)?, tensor.take_rows(&test)?));
        }
        Ok(parts.try_into().expect("one pair per tensor"))
    }
}

fn rows(tensor: &Tensor) -> usize {
    tensor.shape().first().copied().unwrap_or(0)
}

fn signed(indices: &[usize]) -> Vec<i64> {
    indices.iter().map(|&index| index as i64).collect()
}

/// A permutation as a split: the test set stands before the training set.
pub(super) fn cut(permutation: &[usize], n_train: usize, n_test: usize) -> Split {
    let (test, rest) = permutation.split_at(n_test);
    Split {
        train: rest[..n_train].to_vec(),
        test: test.to_vec(),
    }
}

fn stratified(
    classes: &[usize],
    counts: &[usize],
    n_train: usize,
    n_test: usize,
    rs: &mut RandomState,
) -> Result<Split> {
    if let Some(class) = counts.iter().position(|&count| count < 2) {
        let message = format!("class {class} has a single sample, too few to be in both sets");
        return Err(Error::argument(OP, message));
    }
    if n_train.min(n_test) < counts.len() {
        let message = format!(
            "{n_train} training and {n_test} test samples cannot each hold all {} classes",
            counts.len()
        );
        return Err(Error::argument(OP, message));
    }
    let in_train = approximate_mode(counts, n_train, rs)?;
    let left: Vec<usize> = counts
        .iter()
        .zip(&in_train)
        .map(|(count, taken)| count - taken)
        .collect();
    let in_test = approximate_mode(&left, n_test, rs)?;
    let mut members = vec![Vec::new(); counts.len()];
    for (index, &class) in classes.iter().enumerate() {
        members[class].push(index);
    }
    let mut split = Split {
        train: Vec::with_capacity(n_train),
        test: Vec::with_capacity(n_test),
    };
    for (class, members) in members.iter().enumerate() {
        let order = rs.permutation(members.len());
        let mut drawn = order.into_iter().map(|i| members[i]);
        split.train.extend(drawn.by_ref().take(in_train[class]));
        split.test.extend(drawn.take(in_test[class]));
    }
    rs.shuffle(&mut split.train);
    rs.shuffle(&mut split.test);
    Ok(split)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_set_is_the_head_of_the_permutation() {
        let split = TrainTestSplit::new(42).test_size(0.4).indices(5).unwrap();
        assert_eq!((split.test, split.train), (vec![1, 4], vec![2, 0, 3]));
    }

    #[test]
    fn in_order_without_shuffling() {
        let split = TrainTestSplit::new(0)
            .test_size(0.3)
            .shuffle(false)
            .indices(7)
            .unwrap();
        assert_eq!((split.train, split.test), (vec![0, 1, 2, 3], vec![4, 5, 6]));
    }

    #[test]
    fn strata_are_kept() {
        let labels: Vec<&str> = (0..90)
            .map(|i| if i % 3 == 0 { "b" } else { "a" })
            .collect();
        let split = TrainTestSplit::new(3)
            .test_size(0.2)
            .stratify(&labels)
            .indices(90)
            .unwrap();
        let of_b = |part: &[usize]| part.iter().filter(|&&i| labels[i] == "b").count();
        assert_eq!((of_b(&split.train), of_b(&split.test)), (24, 6));
    }

    #[test]
    fn every_tensor_is_split_alike() {
        let x = Tensor::from_vec((0..10_i64).collect(), [5, 2]).unwrap();
        let y = Tensor::from_vec((0..5_i64).collect(), [5]).unwrap();
        let [(x_train, x_test), (y_train, y_test)] = train_test_split([&x, &y], 2, 42).unwrap();
        assert_eq!(y_test.to_vec::<i64>().unwrap(), [1, 4]);
        assert_eq!(x_test.to_vec::<i64>().unwrap(), [2, 3, 8, 9]);
        assert_eq!((x_train.shape(), y_train.shape()), (&[3, 2][..], &[3][..]));
    }

    #[test]
    fn what_cannot_be_split_is_an_error() {
        let x = Tensor::from_vec(vec![0_i64; 5], [5]).unwrap();
        let y = Tensor::from_vec(vec![0_i64; 4], [4]).unwrap();
        let error = train_test_split([&x, &y], 0.2, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "train_test_split: array 1 has 4 rows, the first has 5"
        );
        let lonely = TrainTestSplit::new(0)
            .stratify(&[0, 0, 1, 0])
            .indices(4)
            .unwrap_err();
        assert!(
            lonely.to_string().contains("class 1 has a single sample"),
            "{lonely}"
        );
        let short = TrainTestSplit::new(0)
            .stratify(&[0, 0, 1, 1])
            .indices(5)
            .unwrap_err();
        assert_eq!(
            short.to_string(),
            "train_test_split: labels of array 0 has 4 rows, the first has 5"
        );
    }
}
