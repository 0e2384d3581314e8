//! A stream in batches, read ahead by a thread.

use crate::batch::Batch;
use crate::batch_queue::{BatchQueue, BatchSender};
use crate::dataset::interrupted;
use crate::error::{Error, ErrorKind, Result};
use crate::iterable::{BatchIter, IterableDataset};
use gradus_random::Generator;
use std::iter::FusedIterator;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A stream in batches. PyTorch's `DataLoader` of an `IterableDataset`.
///
/// Iterate over a reference: each `for batch in &loader` is one epoch; the first error ends it. To shuffle, shuffle the
/// stream: [`IterableExt::shuffle`](crate::IterableExt::shuffle).
///
/// # Saving the position
/// [`state`](Self::state) taken between two batches holds how many were delivered; after
/// [`load_state`](Self::load_state) the next iteration reads the stream from its beginning and leaves those out.
///
/// # Examples
/// ```
/// use gradus_data::{IterableLoader, Sample};
/// use gradus_tensor::Tensor;
///
/// let stream = |_epoch: u64| (0..5_i64).map(|i| Ok(Sample::from(Tensor::scalar(i))));
/// let loader = IterableLoader::new(stream, 2).drop_last(true).prefetch(4);
/// let mut sum = 0;
/// for batch in &loader {
///     sum += batch?.single()?.to_vec::<i64>()?.iter().sum::<i64>();
/// }
/// assert_eq!(sum, 6);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub struct IterableLoader {
    dataset: Arc<dyn IterableDataset>,
    batch_size: usize,
    drop_last: bool,
    prefetch: usize,
    rng: Option<Generator>,
    progress: Mutex<Progress>,
}

/// Where an [`IterableLoader`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct IterableState {
    /// Samples in a full batch.
    pub batch_size: usize,
    /// Whether a smaller last batch is left out.
    pub drop_last: bool,
    /// Epochs begun so far.
    pub epochs: u64,
    /// Batches delivered of the epoch under way, if there is one.
    pub delivered: Option<u64>,
}

#[derive(Debug, Default)]
struct Progress {
    begun: u64,
    /// Batches delivered of the epoch under way.
    delivered: Option<u64>,
    /// Batches that the next iteration leaves out.
    resume: Option<u64>,
}

impl IterableLoader {
    /// Batches of `batch_size` samples in the stream's order, the last one smaller if they do not divide.
    #[must_use]
    pub fn new(dataset: impl IterableDataset + 'static, batch_size: usize) -> Self {
        Self {
            dataset: Arc::new(dataset),
            batch_size,
            drop_last: false,
            prefetch: 0,
            rng: None,
            progress: Mutex::default(),
        }
    }

    /// Whether a last batch smaller than the others is left out.
    #[must_use]
    #[inline]
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.drop_last = drop_last;
        self
    }

    /// How many batches a thread reads ahead; 0, the default, reads on the calling thread.
    #[must_use]
    #[inline]
    pub fn prefetch(mut self, batches: usize) -> Self {
        self.prefetch = batches;
        self
    }

    /// The program's global stream, from which PyTorch's loader draws one integer each epoch.
    #[must_use]
    #[inline]
    pub fn rng(mut self, rng: &Generator) -> Self {
        self.rng = Some(rng.clone());
        self
    }

    /// Samples in a full batch.
    #[must_use]
    #[inline]
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// One epoch, or the rest of one after [`load_state`](Self::load_state).
    #[must_use]
    #[inline]
    pub fn iter(&self) -> IterableBatches<'_> {
        let mut progress = self.lock();
        let resume = progress.resume.take();
        if resume.is_none() {
            progress.begun += 1;
            if let Some(rng) = &self.rng {
                rng.random::<i64>();
            }
        }
        let delivered = resume.unwrap_or(0);
        progress.delivered = Some(delivered);
        IterableBatches {
            loader: self,
            epoch: progress.begun - 1,
            delivered,
            source: Source::Closed,
        }
    }

    /// Where the iteration under way stands, or that none is.
    #[must_use]
    #[inline]
    pub fn state(&self) -> IterableState {
        let progress = self.lock();
        IterableState {
            batch_size: self.batch_size,
            drop_last: self.drop_last,
            epochs: progress.begun,
            delivered: progress.delivered.or(progress.resume),
        }
    }

    /// Continues from a saved position: the next iteration delivers what is left of the saved epoch.
    ///
    /// # Errors
    /// If the state was saved by a loader with another way of batching, or contradicts itself; nothing changes then.
    #[inline]
    pub fn load_state(&self, state: &IterableState) -> Result<()> {
        let refuse = |message| Err(Error::argument("IterableLoader state", message));
        if (state.batch_size, state.drop_last) != (self.batch_size, self.drop_last) {
            return refuse(format!(
                "it was saved with batches of {} (last one dropped: {}), the loader has batches of {} ({})",
                state.batch_size, state.drop_last, self.batch_size, self.drop_last
            ));
        }
        if state.epochs == 0 && state.delivered.is_some() {
            return refuse("an epoch is under way, yet none has begun".into());
        }
        *self.lock() = Progress {
            begun: state.epochs,
            delivered: None,
            resume: state.delivered,
        };
        Ok(())
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, Progress> {
        // Nothing panics while the progress is half-changed.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> IntoIterator for &'a IterableLoader {
    type Item = Result<Batch>;
    type IntoIter = IterableBatches<'a>;

    #[inline]
    fn into_iter(self) -> IterableBatches<'a> {
        self.iter()
    }
}

impl std::fmt::Debug for IterableLoader {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IterableLoader")
            .field("batch_size", &self.batch_size)
            .field("drop_last", &self.drop_last)
            .field("prefetch", &self.prefetch)
            .finish_non_exhaustive()
    }
}

/// The batches of one epoch. Made by [`IterableLoader::iter`].
///
/// Ends after the last batch or the first error.
pub struct IterableBatches<'a> {
    loader: &'a IterableLoader,
    epoch: u64,
    delivered: u64,
    source: Source<'a>,
}

/// Where the batches come from: opened with the first one.
enum Source<'a> {
    Closed,
    Here(BatchIter<'a>),
    Ahead(BatchQueue),
    Ended,
}

impl IterableBatches<'_> {
    #[inline]
    fn advance(&mut self) -> Result<Option<Batch>> {
        let loader = self.loader;
        if let Source::Closed = self.source {
            if loader.batch_size == 0 {
                let message = "the batch size is 0; it must be 1 or more";
                return Err(Error::argument("IterableLoader", message));
            }
            self.source = if loader.prefetch == 0 {
                Source::Here(loader.dataset.batches(self.epoch, loader.batch_size)?)
            } else {
                Source::Ahead(read_ahead(loader, self.epoch)?)
            };
            for _ in 0..self.delivered {
                self.fetch().transpose()?;
            }
        }
        let Some(batch) = self.fetch().transpose()? else {
            return Ok(None);
        };
        let rows = batch.first().and_then(|x| x.shape().first());
        if loader.drop_last && rows.is_some_and(|&rows| rows < loader.batch_size) {
            return Ok(None);
        }
        self.delivered += 1;
        loader.lock().delivered = Some(self.delivered);
        Ok(Some(batch))
    }

    #[inline]
    fn fetch(&mut self) -> Option<Result<Batch>> {
        match &mut self.source {
            Source::Here(batches) => batches.next(),
            // The thread hangs up after the last batch.
            Source::Ahead(ahead) => ahead.receive(),
            Source::Closed | Source::Ended => None,
        }
    }
}

impl Iterator for IterableBatches<'_> {
    type Item = Result<Batch>;

    #[inline]
    fn next(&mut self) -> Option<Result<Batch>> {
        if let Source::Ended = self.source {
            return None;
        }
        let batch = self.advance().transpose();
        if !matches!(batch, Some(Ok(_))) {
            self.source = Source::Ended;
            self.loader.lock().delivered = None;
        }
        batch
    }
}

impl FusedIterator for IterableBatches<'_> {}

impl Drop for IterableBatches<'_> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.source, Source::Ended) {
            self.loader.lock().delivered = None;
        }
    }
}

impl std::fmt::Debug for IterableBatches<'_> {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IterableBatches")
            .field("delivered", &self.delivered)
            .finish_non_exhaustive()
    }
}

/// A thread that reads batches into a bounded queue.
#[inline]
fn read_ahead(loader: &IterableLoader, epoch: u64) -> Result<BatchQueue> {
    let (dataset, batch_size) = (loader.dataset.clone(), loader.batch_size);
    let read = move |queue: BatchSender| {
        let mut number = 0;
        let all = catch_unwind(AssertUnwindSafe(|| {
            for batch in dataset.batches(epoch, batch_size)? {
                let failed = batch.is_err();
                number += 1;
                // Nobody is left to read: the iterator was dropped.
                if !queue.send(batch) || failed {
                    return Ok(());
                }
            }
            Ok(())
        }));
        let failure = all.unwrap_or_else(|panic| {
            let message = interrupted(&*panic);
            let index = number * batch_size;
            Err(ErrorKind::WorkerPanic { index, message }.into())
        });
        if let Err(error) = failure {
            queue.send(Err(error));
        }
    };
    BatchQueue::start("read-ahead".into(), loader.prefetch, Box::new(read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Sample;
    use crate::iterable::IterableExt;
    use gradus_tensor::Tensor;

    fn loader(prefetch: usize) -> IterableLoader {
        let numbers = |_: u64| (0..23_i64).map(|i| Ok(Sample::from(Tensor::scalar(i))));
        IterableLoader::new(numbers.shuffle(6, 1).unwrap(), 4).prefetch(prefetch)
    }

    fn read(batches: IterableBatches<'_>) -> Vec<Vec<i64>> {
        let numbers = |batch: Result<Batch>| batch.unwrap()[0].to_vec().unwrap();
        batches.map(numbers).collect()
    }

    #[test]
    fn reading_ahead_changes_nothing() {
        let (here, ahead) = (loader(0), loader(3));
        for _ in 0..2 {
            let batches = read(here.iter());
            assert_eq!(batches.len(), 6);
            assert_eq!(batches, read(ahead.iter()));
        }
        assert_ne!(read(here.iter()), read(here.iter()), "epochs differ");
    }

    #[test]
    fn an_interrupted_epoch_continues_where_it_was() {
        for prefetch in [0, 2] {
            for stop in 0..=6 {
                let source = loader(prefetch);
                read(source.iter());
                let mut batches = source.iter();
                batches.by_ref().take(stop).for_each(drop);
                let state = source.state();
                let rest = (read(batches), read(source.iter()));
                let continued = loader(prefetch);
                continued.load_state(&state).unwrap();
                assert_eq!(continued.state(), state);
                assert_eq!((read(continued.iter()), read(continued.iter())), rest);
            }
        }
        let wrong = loader(0).drop_last(true).load_state(&loader(0).state());
        assert!(wrong.unwrap_err().to_string().contains("last one dropped"));
    }

    #[test]
    fn the_last_batch_can_be_dropped_and_one_integer_is_drawn() {
        let (rng, expected) = (Generator::new(5), Generator::new(5));
        assert_eq!(read(loader(0).drop_last(true).rng(&rng).iter()).len(), 5);
        expected.random::<i64>();
        assert_eq!(rng.state(), expected.state());
    }

    #[test]
    fn errors_and_panics_arrive_and_end_the_epoch() {
        let broken = |panics: bool| {
            move |_: u64| {
                (0..9_i64).map(move |i| {
                    if i == 5 {
                        assert!(!panics, "bad sensor");
                        return Err(Error::custom("no signal"));
                    }
                    Ok(Sample::from(Tensor::scalar(i)))
                })
            }
        };
        for prefetch in [0, 1] {
            let loader = IterableLoader::new(broken(false), 2).prefetch(prefetch);
            let mut batches = loader.iter();
            let error = batches.find_map(Result::err).unwrap();
            assert_eq!(error.to_string(), "sample 5: no signal");
            assert!(batches.next().is_none());
        }
        let loader = IterableLoader::new(broken(true), 2).prefetch(1);
        let error = loader.iter().find_map(Result::err).unwrap().to_string();
        assert_eq!(
            error,
            "DataLoader: a worker panicked at sample 4: bad sensor"
        );
    }
}
