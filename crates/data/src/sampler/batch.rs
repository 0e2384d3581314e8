//! Whole batches as the unit of an order.

use super::Sampler;
use crate::error::{Error, Result};
use gradus_random::Generator;
use std::sync::Arc;

/// The batches of one epoch after another, for a loader that leaves the batching to somebody else.
pub trait Batching: Send + Sync {
    /// How many batches an epoch has.
    fn len(&self) -> usize;

    /// Whether an epoch has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The batches of the next epoch, as indices. `rng` is the program's global stream.
    ///
    /// # Errors
    /// If the order is random and there is no generator to draw it from.
    fn batches(&self, rng: Option<&Generator>) -> Result<Vec<Vec<usize>>>;

    /// Called when an epoch has been read to its end.
    fn exhausted(&self) {}
}

/// A sampler's order cut into batches. PyTorch's `BatchSampler`.
///
/// # Examples
/// ```
/// use gradus_data::{BatchSampler, Batching, SequentialSampler};
///
/// let batches = BatchSampler::new(SequentialSampler::new(5), 2, false)?;
/// assert_eq!(batches.batches(None)?, [vec![0, 1], vec![2, 3], vec![4]]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone)]
pub struct BatchSampler {
    sampler: Arc<dyn Sampler>,
    batch_size: usize,
    drop_last: bool,
}

impl BatchSampler {
    /// Batches of `batch_size`; the last one may be smaller unless it is dropped.
    ///
    /// # Errors
    /// If `batch_size` is 0.
    pub fn new(
        sampler: impl Sampler + 'static,
        batch_size: usize,
        drop_last: bool,
    ) -> Result<Self> {
        if batch_size == 0 {
            return Err(Error::argument(
                "BatchSampler",
                "the batch size is 0; it must be 1 or more",
            ));
        }
        Ok(Self {
            sampler: Arc::new(sampler),
            batch_size,
            drop_last,
        })
    }
}

impl Batching for BatchSampler {
    fn len(&self) -> usize {
        let samples = self.sampler.len();
        if self.drop_last {
            samples / self.batch_size
        } else {
            samples.div_ceil(self.batch_size)
        }
    }

    fn batches(&self, rng: Option<&Generator>) -> Result<Vec<Vec<usize>>> {
        let order = self.sampler.order(rng)?;
        let mut batches: Vec<Vec<usize>> = order.chunks(self.batch_size).map(Vec::from).collect();
        if self.drop_last {
            batches.pop_if(|last| last.len() < self.batch_size);
        }
        Ok(batches)
    }

    fn exhausted(&self) {
        self.sampler.exhausted();
    }
}

impl std::fmt::Debug for BatchSampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchSampler")
            .field("batch_size", &self.batch_size)
            .field("drop_last", &self.drop_last)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SequentialSampler;

    #[test]
    fn a_smaller_last_batch_is_kept_or_dropped() {
        let sizes = |drop_last| {
            let sampler = BatchSampler::new(SequentialSampler::new(7), 3, drop_last).unwrap();
            let batches = sampler.batches(None).unwrap();
            assert_eq!(batches.len(), Batching::len(&sampler));
            batches.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(false), [3, 3, 1]);
        assert_eq!(sizes(true), [3, 3]);
        assert!(BatchSampler::new(SequentialSampler::new(7), 0, false).is_err());
    }
}
