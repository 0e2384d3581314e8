//! Threads that fetch batches ahead, delivered in order.

use super::epoch::Epoch;
use crate::batch::Batch;
use crate::batch_queue::{BatchQueue, BatchSender};
use crate::dataset::{Dataset, interrupted, take_interrupted};
use crate::error::{Error, ErrorKind, Result};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Worker w of n fetches batches w, w + n, w + 2n … into a bounded queue of its own; reading the queues in turn restores the order.
pub(super) struct Workers {
    queues: Vec<BatchQueue>,
    stop: Arc<AtomicBool>,
    first: usize,
}

impl Workers {
    /// Starts up to `count` workers on the batches of `epoch` from `first` on.
    pub(super) fn start(
        dataset: &Arc<dyn Dataset>,
        epoch: &Arc<Epoch>,
        first: usize,
        count: usize,
        prefetch: usize,
    ) -> Result<Self> {
        let count = count.min(epoch.batches() - first);
        let mut workers = Self {
            queues: Vec::with_capacity(count),
            stop: Arc::default(),
            first,
        };
        for worker in 0..count {
            let (dataset, epoch, stop) = (dataset.clone(), epoch.clone(), workers.stop.clone());
            let fetch = move |queue: BatchSender| {
                let numbers = (first + worker..epoch.batches()).step_by(count);
                work(
                    &*dataset,
                    numbers.map(|number| epoch.batch(number)),
                    &queue,
                    &stop,
                );
            };
            let name = format!("loader-{worker}");
            let queue = BatchQueue::start(name, prefetch, Box::new(fetch))?;
            workers.queues.push(queue);
        }
        Ok(workers)
    }

    /// Waits for a batch; the numbers asked for follow one another.
    pub(super) fn receive(&self, number: usize) -> Result<Batch> {
        let queue = &self.queues[(number - self.first) % self.queues.len()];
        queue.receive().unwrap_or_else(|| {
            let message = format!("the worker of batch {number} ended without delivering it");
            Err(Error::argument("DataLoader", message))
        })
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // All at once, before the first one is waited for.
        self.queues.iter().for_each(BatchQueue::close);
    }
}

fn work<'a>(
    dataset: &dyn Dataset,
    batches: impl Iterator<Item = &'a [usize]>,
    queue: &BatchSender,
    stop: &AtomicBool,
) {
    for indices in batches {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let fetched = catch_unwind(AssertUnwindSafe(|| dataset.get_batch(indices)))
            .unwrap_or_else(|panic| Err(panicked(&*panic, indices)));
        let last = fetched.is_err();
        if !queue.send(fetched) || last {
            return;
        }
    }
}

fn panicked(panic: &(dyn Any + Send), indices: &[usize]) -> Error {
    let message = interrupted(panic);
    let index = take_interrupted().or(indices.first().copied()).unwrap_or(0);
    ErrorKind::WorkerPanic { index, message }.into()
}

#[cfg(test)]
mod tests {
    use crate::{DataLoader, Dataset, Error, Result, Sample};
    use gradus_tensor::Tensor;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Fails at one sample, in one of two ways, and counts what was fetched.
    struct Faulty {
        at: usize,
        panics: bool,
        fetched: Arc<AtomicUsize>,
    }

    impl Dataset for Faulty {
        fn len(&self) -> usize {
            1000
        }
        fn get(&self, index: usize) -> Result<Sample> {
            self.fetched.fetch_add(1, Ordering::Relaxed);
            if index == self.at {
                assert!(!self.panics, "bad pixel");
                return Err(Error::custom("bad file"));
            }
            Ok(Tensor::from_vec(vec![index as i64], [1])?.into())
        }
    }

    fn first_error(panics: bool, workers: usize) -> (usize, String) {
        let data = Faulty {
            at: 13,
            panics,
            fetched: Arc::default(),
        };
        let loader = DataLoader::new(data, 4).workers(workers);
        let mut delivered = 0;
        for batch in &loader {
            match batch {
                Ok(_) => delivered += 1,
                Err(error) => return (delivered, error.to_string()),
            }
        }
        panic!("no error among {delivered} batches");
    }

    #[test]
    fn an_error_arrives_in_order_with_its_sample() {
        for workers in [0, 1, 2, 7] {
            assert_eq!(
                first_error(false, workers),
                (3, "sample 13: bad file".into())
            );
        }
    }

    #[test]
    fn a_panic_arrives_with_its_sample() {
        for workers in [1, 2, 7] {
            let expected = "DataLoader: a worker panicked at sample 13: bad pixel";
            assert_eq!(first_error(true, workers), (3, expected.into()));
        }
    }

    #[test]
    fn dropping_early_stops_the_workers() {
        let fetched = Arc::new(AtomicUsize::new(0));
        let data = Faulty {
            at: 5000,
            panics: false,
            fetched: fetched.clone(),
        };
        let loader = DataLoader::new(data, 1).workers(2).prefetch(3);
        let mut batches = loader.iter();
        batches.next().unwrap().unwrap();
        drop(batches);
        let stopped_at = fetched.load(Ordering::Relaxed);
        // One delivered, and per worker three in the queue, one waiting, one being fetched.
        assert!(stopped_at <= 1 + 2 * 5, "{stopped_at}");
    }
}
