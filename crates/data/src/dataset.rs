//! The dataset: how many samples there are, and each of them.

use crate::batch::{Batch, Sample};
use crate::collate::collate;
use crate::error::Result;
use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;

/// Samples that can be fetched by index, in any order and from any thread.
///
/// Order, batching and workers belong to the [`DataLoader`](crate::DataLoader); a transform is an adaptor that is itself a dataset
/// (see [`DatasetExt`](crate::DatasetExt)).
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, Result, Sample};
/// use gradus_tensor::Tensor;
///
/// /// The squares of 0 to 9.
/// struct Squares;
///
/// impl Dataset for Squares {
///     fn len(&self) -> usize {
///         10
///     }
///     fn get(&self, index: usize) -> Result<Sample> {
///         let x = index as f32;
///         Ok((Tensor::from_vec(vec![x], [1])?, Tensor::from_vec(vec![x * x], [1])?).into())
///     }
/// }
///
/// let (x, y) = Squares.get_batch(&[2, 3])?.pair()?;
/// assert_eq!(x.shape(), [2, 1]);
/// assert_eq!(y.to_vec::<f32>()?, [4.0, 9.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub trait Dataset: Send + Sync {
    /// How many samples there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One sample.
    ///
    /// # Errors
    /// If it cannot be fetched; an index from [`len`](Self::len) on is an error too.
    fn get(&self, index: usize) -> Result<Sample>;

    /// Several samples as one batch: each tensor with a new first dimension, in the order of `indices`.
    ///
    /// By default every sample is fetched and the samples are stacked. In-memory datasets gather instead.
    ///
    /// # Errors
    /// Those of [`get`](Self::get), with the sample's index, and samples that do not stack.
    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        collate(&self.get_each(indices)?)
    }

    /// Several samples, one by one; what [`get_batch`](Self::get_batch) stacks by default.
    ///
    /// # Errors
    /// Those of [`get`](Self::get), with the sample's index.
    fn get_each(&self, indices: &[usize]) -> Result<Vec<Sample>> {
        let samples = indices
            .iter()
            .map(|&index| {
                FETCHING.set(Some(index));
                self.get(index).map_err(|error| error.at_sample(index))
            })
            .collect();
        FETCHING.set(None);
        samples
    }

    /// The dataset as it is in one epoch (from 0), or `None` if it is the same in all.
    ///
    /// A loader asks once per epoch. Random transforms answer with themselves bound to the epoch's streams; adaptors pass
    /// the question on.
    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        let _ = epoch;
        None
    }
}

thread_local! {
    /// The sample this thread is fetching, so that a panic can be reported with it.
    static FETCHING: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The message of a panic.
pub(crate) fn interrupted(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// Takes the index of the sample this thread was fetching when it was interrupted.
pub(crate) fn take_interrupted() -> Option<usize> {
    FETCHING.take()
}

impl<D: Dataset + ?Sized> Dataset for Arc<D> {
    fn len(&self) -> usize {
        (**self).len()
    }
    fn get(&self, index: usize) -> Result<Sample> {
        (**self).get(index)
    }
    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        (**self).get_batch(indices)
    }
    fn get_each(&self, indices: &[usize]) -> Result<Vec<Sample>> {
        (**self).get_each(indices)
    }
    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        (**self).in_epoch(epoch)
    }
}

impl<D: Dataset + ?Sized> Dataset for Box<D> {
    fn len(&self) -> usize {
        (**self).len()
    }
    fn get(&self, index: usize) -> Result<Sample> {
        (**self).get(index)
    }
    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        (**self).get_batch(indices)
    }
    fn get_each(&self, indices: &[usize]) -> Result<Vec<Sample>> {
        (**self).get_each(indices)
    }
    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        (**self).in_epoch(epoch)
    }
}
