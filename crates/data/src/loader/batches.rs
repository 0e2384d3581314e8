//! One epoch of a loader, batch by batch.

use super::DataLoader;
use super::epoch::Epoch;
use super::workers::Workers;
use crate::batch::Batch;
use crate::dataset::Dataset;
use crate::error::Result;
use std::iter::FusedIterator;
use std::sync::Arc;

/// The batches of one epoch. Made by [`DataLoader::iter`].
///
/// Ends after the last batch or the first error.
pub struct Batches<'a> {
    loader: &'a DataLoader,
    dataset: Arc<dyn Dataset>,
    /// Drawn with the first batch.
    epoch: Option<Arc<Epoch>>,
    workers: Option<Workers>,
    /// Batches delivered.
    next: usize,
    done: bool,
}

impl<'a> Batches<'a> {
    pub(super) fn new(loader: &'a DataLoader) -> Self {
        let (number, resume) = loader.progress.begin();
        let (epoch, next) = match resume {
            Some(resume) => (resume.epoch, resume.delivered),
            None => {
                loader.draw_base_seed();
                (None, 0)
            }
        };
        let dataset = loader
            .dataset
            .in_epoch(number)
            .unwrap_or_else(|| loader.dataset.clone());
        Self {
            loader,
            dataset,
            epoch,
            workers: None,
            next,
            done: false,
        }
    }

    fn advance(&mut self) -> Result<Option<Batch>> {
        let epoch = match &self.epoch {
            Some(epoch) => epoch,
            None => {
                let epoch = Arc::new(self.loader.draw_epoch()?);
                self.loader.progress.set_order(&epoch);
                self.epoch.insert(epoch)
            }
        };
        if self.next == epoch.batches() {
            if !epoch.ends_within_a_batch() {
                self.loader.exhausted();
            }
            return Ok(None);
        }
        if self.loader.workers > 0 && self.workers.is_none() {
            let (count, prefetch) = (self.loader.workers, self.loader.prefetch);
            self.workers = Some(Workers::start(
                &self.dataset,
                epoch,
                self.next,
                count,
                prefetch,
            )?);
        }
        let batch = match &self.workers {
            None => self.dataset.get_batch(epoch.batch(self.next))?,
            Some(workers) => workers.receive(self.next)?,
        };
        self.next += 1;
        if self.next == epoch.batches() && epoch.ends_within_a_batch() {
            self.loader.exhausted();
        }
        self.loader.progress.deliver(self.next);
        Ok(Some(batch))
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch>;

    #[inline]
    fn next(&mut self) -> Option<Result<Batch>> {
        if self.done {
            return None;
        }
        let batch = self.advance().transpose();
        if !matches!(batch, Some(Ok(_))) {
            self.done = true;
            self.loader.progress.close();
        }
        batch
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = if self.done {
            0
        } else {
            self.loader.len().saturating_sub(self.next)
        };
        // An error may come first and end the epoch.
        (0, Some(left.max(usize::from(!self.done))))
    }
}

impl FusedIterator for Batches<'_> {}

impl Drop for Batches<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.loader.progress.close();
        }
    }
}

impl std::fmt::Debug for Batches<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches")
            .field("delivered", &self.next)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Batches;
    use crate::{DataLoader, LoaderState, RandomSampler, TensorDataset};
    use gradus_random::Generator;
    use gradus_tensor::Tensor;

    fn loader(rng: &Generator, workers: usize) -> DataLoader {
        let data = Tensor::from_vec((0..23_i64).collect(), [23]).unwrap();
        let loader = DataLoader::new(TensorDataset::new(data).unwrap(), 4).workers(workers);
        loader.shuffle(true).generator(rng)
    }

    fn read_on(batches: Batches<'_>) -> impl Iterator<Item = Vec<i64>> {
        batches.map(|batch| batch.unwrap()[0].to_vec::<i64>().unwrap())
    }

    /// Three epochs; after `stop` batches the position and the generator are saved and a new loader goes on from there.
    fn three_epochs(stop: usize, workers: usize) -> (Vec<Vec<i64>>, Generator) {
        let rng = Generator::new(8);
        let source = loader(&rng, workers);
        let mut read = Vec::new();
        for epoch in 0..3 {
            let mut batches = source.iter();
            while read.len() < stop {
                match batches.next() {
                    Some(batch) => read.push(batch.unwrap()[0].to_vec().unwrap()),
                    None => break,
                }
            }
            if read.len() == stop {
                let later = Generator::new(0);
                later.set_state(&rng.state()).unwrap();
                let continued = loader(&later, workers);
                let state = LoaderState::from_bytes(&source.state().to_bytes()).unwrap();
                continued.load_state(&state).unwrap();
                for _ in epoch..3 {
                    read.extend(read_on(continued.iter()));
                }
                return (read, later);
            }
        }
        (read, rng)
    }

    #[test]
    fn an_interrupted_epoch_continues_bit_for_bit() {
        let (expected, rng) = three_epochs(usize::MAX, 0);
        assert_eq!(expected.len(), 18);
        for stop in 0..=18 {
            for workers in [0, 2] {
                let (read, later) = three_epochs(stop, workers);
                assert_eq!(read, expected, "stopped after {stop}");
                assert_eq!(later.state(), rng.state(), "stopped after {stop}");
            }
        }
    }

    #[test]
    fn a_state_of_another_loader_is_refused() {
        let rng = Generator::new(0);
        let data = TensorDataset::new(Tensor::from_vec(vec![0_i64; 6], [6]).unwrap()).unwrap();
        let other = DataLoader::new(data, 2);
        let error = loader(&rng, 0).load_state(&other.state()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "DataLoader state: it was saved with 6 samples in batches of 2, \
             the loader has 23 samples in batches of 4"
        );
        let source = loader(&rng, 0);
        let mut batches = source.iter();
        batches.next();
        let mut state = source.state();
        state.open.as_mut().unwrap().order.as_mut().unwrap()[0] = 23;
        assert!(
            source
                .load_state(&state)
                .unwrap_err()
                .to_string()
                .contains("index 23")
        );
        state.open.as_mut().unwrap().order = None;
        assert!(source.load_state(&state).is_err());
    }

    #[test]
    fn a_broken_off_epoch_is_not_continued() {
        let rng = Generator::new(0);
        let source = loader(&rng, 0);
        source.iter().next();
        assert_eq!(source.state().open, None);
        assert_eq!(source.iter().count(), 6);
    }

    #[test]
    fn batches_of_a_batch_sampler_are_saved_with_their_ends() {
        let data =
            TensorDataset::new(Tensor::from_vec((0..7_i64).collect(), [7]).unwrap()).unwrap();
        let rng = Generator::new(4);
        let sampler = crate::BatchSampler::new(RandomSampler::new(7), 3, false).unwrap();
        let source = DataLoader::new(data, 1).batch_sampler(sampler).rng(&rng);
        let mut batches = source.iter();
        batches.next().unwrap().unwrap();
        let state = source.state();
        let rest: Vec<_> = read_on(batches).collect();
        source.load_state(&state).unwrap();
        let again: Vec<_> = read_on(source.iter()).collect();
        assert_eq!((rest.len(), again), (2, rest));
    }
}
