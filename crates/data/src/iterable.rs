//! Datasets that come one sample after another: streams without a length.

mod adaptors;

pub use adaptors::{IterableExt, StreamChain, StreamFilter, StreamMap, StreamShuffle};

use crate::batch::{Batch, Sample};
use crate::collate::collate;
use crate::error::Result;

/// The samples of one pass.
pub type SampleIter<'a> = Box<dyn Iterator<Item = Result<Sample>> + Send + 'a>;

/// The batches of one pass.
pub type BatchIter<'a> = Box<dyn Iterator<Item = Result<Batch>> + Send + 'a>;

/// Samples that can only be read in order: a file larger than memory, a sensor, a simulation. PyTorch's `IterableDataset`.
///
/// A closure `Fn(u64) -> impl Iterator<Item = Result<Sample>>`, from an epoch's number to its samples, is one.
/// Batches are made by an [`IterableLoader`](crate::IterableLoader).
///
/// # Examples
/// ```
/// use gradus_data::{IterableDataset, IterableExt, IterableLoader, Result, Sample};
/// use gradus_tensor::Tensor;
///
/// let squares = |_epoch: u64| (0..5_i64).map(|i| Ok(Sample::from(Tensor::scalar(i * i))));
/// let odd = squares.filter(|sample| Ok(sample[0].item::<i64>()? % 2 == 1));
/// let batch = IterableLoader::new(odd, 8).iter().next().expect("one batch")?;
/// assert_eq!(batch.single()?.to_vec::<i64>()?, [1, 9]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub trait IterableDataset: Send + Sync {
    /// A pass over the samples of an epoch (from 0), from the first one on.
    ///
    /// # Errors
    /// If the source cannot be opened.
    fn samples(&self, epoch: u64) -> Result<SampleIter<'_>>;

    /// The same pass in batches, each tensor with a new first dimension; the last batch may be smaller. By default
    /// samples are stacked.
    ///
    /// # Errors
    /// Those of [`samples`](Self::samples).
    #[inline]
    fn batches(&self, epoch: u64, batch_size: usize) -> Result<BatchIter<'_>> {
        let mut samples = self.samples(epoch)?.enumerate();
        let mut batch = move || {
            let mut batch = Vec::with_capacity(batch_size);
            for (index, sample) in samples.by_ref().take(batch_size) {
                batch.push(sample.map_err(|error| error.at_sample(index))?);
            }
            if batch.is_empty() {
                return Ok(None);
            }
            collate(&batch).map(Some)
        };
        Ok(Box::new(std::iter::from_fn(move || batch().transpose())))
    }
}

impl<F, I> IterableDataset for F
where
    F: Fn(u64) -> I + Send + Sync,
    I: Iterator<Item = Result<Sample>> + Send + 'static,
{
    #[inline]
    fn samples(&self, epoch: u64) -> Result<SampleIter<'_>> {
        Ok(Box::new(self(epoch)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use gradus_tensor::Tensor;

    #[test]
    fn batches_stack_samples_and_name_the_wrong_one() {
        let numbers = |_: u64| {
            (0..5_i64).map(|i| match i {
                4 => Err(Error::custom("no signal")),
                i => Ok(Sample::from(Tensor::scalar(i))),
            })
        };
        let mut batches = numbers.batches(0, 2).unwrap();
        let mut next = || batches.next().unwrap();
        assert_eq!(next().unwrap()[0].to_vec::<i64>().unwrap(), [0, 1]);
        assert_eq!(next().unwrap()[0].to_vec::<i64>().unwrap(), [2, 3]);
        assert_eq!(next().unwrap_err().to_string(), "sample 4: no signal");
    }
}
