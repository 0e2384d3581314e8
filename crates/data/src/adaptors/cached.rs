//! Samples kept once they were fetched.

use crate::batch::{Batch, Sample};
use crate::collate::collate;
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use std::sync::{Arc, OnceLock};

/// A dataset that fetches each sample once and then keeps it: for files that are slow to read and fit into memory. Made by
/// [`DatasetExt::cached`](crate::DatasetExt::cached).
///
/// Clones share what was fetched. What fails is tried again.
#[derive(Clone)]
pub struct Cached {
    dataset: Arc<dyn Dataset>,
    samples: Arc<[OnceLock<Sample>]>,
}

impl Cached {
    pub(super) fn new(dataset: Arc<dyn Dataset>) -> Result<Self> {
        if dataset.in_epoch(0).is_some() {
            return Err(Error::argument(
                "Cached",
                "the dataset changes from epoch to epoch, and would be kept as it is in the first; cache it before it is augmented",
            ));
        }
        let samples = (0..dataset.len()).map(|_| OnceLock::new()).collect();
        Ok(Self { dataset, samples })
    }
}

impl Dataset for Cached {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn get(&self, index: usize) -> Result<Sample> {
        let Some(place) = self.samples.get(index) else {
            let message = format!("index {index} is out of range for {} samples", self.len());
            return Err(Error::argument("Cached", message));
        };
        if let Some(sample) = place.get() {
            return Ok(sample.clone());
        }
        let sample = self.dataset.get(index)?;
        // Of two threads that fetched it at the same time, the first one's stays.
        Ok(place.get_or_init(|| sample).clone())
    }

    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        collate(&self.get_each(indices)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::{DataLoader, Dataset, DatasetExt, Error, Result, Sample};
    use gradus_tensor::Tensor;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts how often it is asked, and fails the first time it is asked for sample 3.
    struct Slow(Arc<AtomicUsize>, AtomicUsize);

    impl Dataset for Slow {
        fn len(&self) -> usize {
            5
        }
        fn get(&self, index: usize) -> Result<Sample> {
            self.0.fetch_add(1, Ordering::Relaxed);
            if index == 3 && self.1.fetch_add(1, Ordering::Relaxed) == 0 {
                return Err(Error::custom("busy"));
            }
            Ok(Tensor::scalar(index as i64).into())
        }
    }

    #[test]
    fn every_sample_is_fetched_once() {
        let asked = Arc::new(AtomicUsize::new(0));
        let cached = Slow(asked.clone(), AtomicUsize::new(0)).cached().unwrap();
        assert!(cached.get(3).is_err() && cached.get(5).is_err());
        let loader = DataLoader::new(cached, 2).workers(2);
        for _ in 0..3 {
            let sum = |batch: Result<crate::Batch>| {
                let numbers: Vec<i64> = batch.unwrap()[0].to_vec().unwrap();
                numbers.iter().sum::<i64>()
            };
            assert_eq!(loader.iter().map(sum).sum::<i64>(), 10);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 6);
    }

    #[test]
    fn what_changes_is_not_kept() {
        let asked = Arc::new(AtomicUsize::new(0));
        let noisy = Slow(asked, AtomicUsize::new(0)).augment(0, |sample, _| Ok(sample));
        let error = noisy.cached().unwrap_err().to_string();
        assert!(
            error.ends_with("cache it before it is augmented"),
            "{error}"
        );
    }
}
