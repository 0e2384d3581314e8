//! The loader: a dataset in batches, in order or shuffled, on this thread or on workers.

mod batches;
mod epoch;
mod progress;
mod state;
mod workers;

pub use batches::Batches;
pub use state::{LoaderState, OpenEpoch};

use crate::batch::{Batch, Sample};
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::sampler::{Batching, RandomSampler, Sampler, SequentialSampler};
use epoch::Epoch;
use gradus_random::Generator;
use progress::Progress;
use std::sync::Arc;

/// A dataset in batches. PyTorch's `DataLoader`, with its index orders for the same seeds.
///
/// Iterate over a reference: each `for batch in &loader` is one epoch of `Result<Batch>`; the first error ends it.
///
/// # Randomness
/// - [`rng`](Self::rng) plays PyTorch's *global* generator. Every epoch, shuffled or not, draws one integer from it;
///   a shuffled one then draws the seed of a private stream and the order from that. A validation loader
///   on the same `rng` therefore moves the later training shuffles, as it does in PyTorch.
/// - [`generator`](Self::generator) is PyTorch's `generator=`: the integer and the order come from it directly, and an epoch read
///   to its end draws one more permutation.
/// - With neither, an unshuffled loader draws nothing, and shuffling is an error.
///
/// Batches do not depend on the number of [`workers`](Self::workers).
///
/// # Saving the position
/// [`state`](Self::state) taken between two batches holds the epoch's order and how much of it was delivered;
/// after [`load_state`](Self::load_state) the next iteration continues there. The generators are saved by whoever owns them.
///
/// # Examples
/// ```
/// use gradus_data::{DataLoader, TensorDataset};
/// use gradus_random::Generator;
/// use gradus_tensor::Tensor;
///
/// let data = TensorDataset::new(Tensor::from_vec((0..5_i64).collect(), [5])?)?;
/// let loader = DataLoader::new(data, 2);
/// let mut sizes = Vec::new();
/// for batch in &loader {
///     sizes.push(batch?.single()?.numel());
/// }
/// assert_eq!(sizes, [2, 2, 1]);
///
/// let shuffled = loader.shuffle(true).drop_last(true).rng(&Generator::new(1));
/// assert_eq!(shuffled.len(), 2);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub struct DataLoader {
    dataset: Arc<dyn Dataset>,
    batch_size: usize,
    shuffle: bool,
    drop_last: bool,
    sampler: Option<Arc<dyn Sampler>>,
    batching: Option<Arc<dyn Batching>>,
    workers: usize,
    prefetch: usize,
    rng: Option<Generator>,
    generator: Option<Generator>,
    progress: Progress,
}

impl DataLoader {
    /// Batches of `batch_size` samples in order, the last one smaller if they do not divide.
    #[must_use]
    pub fn new(dataset: impl Dataset + 'static, batch_size: usize) -> Self {
        Self {
            dataset: Arc::new(dataset),
            batch_size,
            shuffle: false,
            drop_last: false,
            sampler: None,
            batching: None,
            workers: 0,
            prefetch: 2,
            rng: None,
            generator: None,
            progress: Progress::default(),
        }
    }

    /// Whether every epoch visits the samples in a new random order.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Whether a last batch smaller than the others is left out.
    #[must_use]
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.drop_last = drop_last;
        self
    }

    /// Takes the order from `sampler`; excludes [`shuffle`](Self::shuffle).
    #[must_use]
    pub fn sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = Some(Arc::new(sampler));
        self
    }

    /// Takes whole batches from `batching`; excludes shuffling, a sampler and dropping the last batch, and the batch size is not used.
    #[must_use]
    pub fn batch_sampler(mut self, batching: impl Batching + 'static) -> Self {
        self.batching = Some(Arc::new(batching));
        self
    }

    /// How many threads fetch batches ahead; 0 fetches on the calling thread.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// How many batches each worker may be ahead, by default 2.
    #[must_use]
    pub fn prefetch(mut self, batches: usize) -> Self {
        self.prefetch = batches;
        self
    }

    /// The program's global stream: what `torch.manual_seed` seeds.
    #[must_use]
    pub fn rng(mut self, rng: &Generator) -> Self {
        self.rng = Some(rng.clone());
        self
    }

    /// A stream of the loader's own: PyTorch's `generator=`.
    #[must_use]
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }

    /// Makes batches with `collate` instead of stacking equally shaped samples.
    #[must_use]
    pub fn collate(
        mut self,
        collate: impl Fn(&[Sample]) -> Result<Batch> + Send + Sync + 'static,
    ) -> Self {
        self.dataset = Arc::new(Collated {
            dataset: self.dataset,
            collate: Arc::new(collate),
        });
        self
    }

    /// How many batches an epoch has.
    #[must_use]
    pub fn len(&self) -> usize {
        if let Some(batching) = &self.batching {
            return batching.len();
        }
        let samples = self
            .sampler
            .as_ref()
            .map_or_else(|| self.dataset.len(), |s| s.len());
        Epoch::batches_of(samples, self.batch_size, self.drop_last)
    }

    /// Whether an epoch has no batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples the loader draws from.
    #[must_use]
    pub fn dataset(&self) -> &dyn Dataset {
        &*self.dataset
    }

    /// Samples in a full batch.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// The streams the loader itself draws from: [`rng`](Self::rng), then [`generator`](Self::generator). A sampler
    /// may hold one of its own.
    pub fn generators(&self) -> impl Iterator<Item = &Generator> {
        self.rng.iter().chain(&self.generator)
    }

    /// One epoch, or the rest of one after [`load_state`](Self::load_state).
    ///
    /// The first draw from the generator happens here, the order is drawn with the first batch, as in PyTorch.
    #[must_use]
    pub fn iter(&self) -> Batches<'_> {
        Batches::new(self)
    }

    /// Where the iteration under way stands, or that none is.
    ///
    /// An iterator that is dropped before its end abandons its epoch: save while it is alive.
    #[must_use]
    pub fn state(&self) -> LoaderState {
        self.progress.state(self)
    }

    /// Continues from a saved position: the next iteration delivers what is left of the saved epoch, in its order.
    ///
    /// # Errors
    /// If the state was saved by a loader of another dataset length, batch size or way of batching; nothing changes then.
    pub fn load_state(&self, state: &LoaderState) -> Result<()> {
        self.progress.load(self, state)
    }

    /// The first draw of an epoch, PyTorch's base seed for its workers.
    fn draw_base_seed(&self) {
        if let Some(stream) = self.generator.as_ref().or(self.rng.as_ref()) {
            stream.random::<i64>();
        }
    }

    /// Draws the order of a new epoch.
    fn draw_epoch(&self) -> Result<Epoch> {
        self.check()?;
        let rng = self.rng.as_ref().or(self.generator.as_ref());
        if let Some(batching) = &self.batching {
            return Ok(Epoch::of_batches(&batching.batches(rng)?));
        }
        let order = match &self.sampler {
            Some(sampler) => sampler.order(rng)?,
            None if self.shuffle => self.random_sampler().order(self.rng.as_ref())?,
            None => SequentialSampler::new(self.dataset.len()).order(None)?,
        };
        Ok(Epoch::new(order, self.batch_size, self.drop_last))
    }

    /// What PyTorch draws when the sampler is found empty.
    fn exhausted(&self) {
        match (&self.batching, &self.sampler) {
            (Some(batching), _) => batching.exhausted(),
            (None, Some(sampler)) => sampler.exhausted(),
            (None, None) if self.shuffle => self.random_sampler().exhausted(),
            (None, None) => {}
        }
    }

    fn random_sampler(&self) -> RandomSampler {
        let sampler = RandomSampler::new(self.dataset.len());
        match &self.generator {
            Some(generator) => sampler.generator(generator),
            None => sampler,
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = if self.batching.is_some() {
            (self.shuffle || self.sampler.is_some() || self.drop_last)
                .then_some("batch_sampler excludes shuffle, sampler and drop_last")
        } else if self.batch_size == 0 {
            Some("the batch size is 0; it must be 1 or more")
        } else {
            (self.shuffle && self.sampler.is_some()).then_some("sampler excludes shuffle")
        };
        wrong.map_or(Ok(()), |message| {
            Err(Error::argument("DataLoader", message))
        })
    }
}

impl<'a> IntoIterator for &'a DataLoader {
    type Item = Result<Batch>;
    type IntoIter = Batches<'a>;

    fn into_iter(self) -> Batches<'a> {
        self.iter()
    }
}

impl std::fmt::Debug for DataLoader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataLoader")
            .field("samples", &self.dataset.len())
            .field("batch_size", &self.batch_size)
            .field("shuffle", &self.shuffle)
            .field("drop_last", &self.drop_last)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

type Collate = dyn Fn(&[Sample]) -> Result<Batch> + Send + Sync;

/// A dataset whose batches are made by a function of the user's.
struct Collated {
    dataset: Arc<dyn Dataset>,
    collate: Arc<Collate>,
}

impl Dataset for Collated {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<Sample> {
        self.dataset.get(index)
    }

    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        (self.collate)(&self.get_each(indices)?)
    }

    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        let dataset = self.dataset.in_epoch(epoch)?;
        Some(Arc::new(Self {
            dataset,
            collate: self.collate.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DatasetExt, SubsetRandomSampler, TensorDataset};
    use gradus_tensor::Tensor;

    fn numbers(n: i64) -> TensorDataset {
        TensorDataset::new(Tensor::from_vec((0..n).collect(), [n as usize]).unwrap()).unwrap()
    }

    fn read(loader: &DataLoader) -> Vec<i64> {
        loader
            .iter()
            .flat_map(|batch| batch.unwrap().single().unwrap().to_vec::<i64>().unwrap())
            .collect()
    }

    #[test]
    fn a_shuffled_epoch_draws_two_integers_from_the_global_stream() {
        let (rng, expected) = (Generator::new(5), Generator::new(5));
        let loader = DataLoader::new(numbers(9), 2).shuffle(true).rng(&rng);
        let order = read(&loader);
        expected.random::<i64>();
        let private = Generator::from_signed_seed(expected.random());
        let permutation: Vec<i64> = private.randperm(9).into_iter().map(|i| i as i64).collect();
        assert_eq!(order, permutation);
        assert_eq!(rng.state(), expected.state());
    }

    #[test]
    fn an_unshuffled_epoch_draws_one() {
        let (rng, expected) = (Generator::new(5), Generator::new(5));
        read(&DataLoader::new(numbers(9), 2).rng(&rng));
        expected.random::<i64>();
        assert_eq!(rng.state(), expected.state());
    }

    #[test]
    fn an_own_generator_draws_a_second_permutation_at_the_end() {
        for (n, drop_last) in [(9, false), (8, false), (9, true)] {
            let (generator, expected) = (Generator::new(5), Generator::new(5));
            let loader = DataLoader::new(numbers(n), 2)
                .shuffle(true)
                .drop_last(drop_last);
            read(&loader.generator(&generator));
            expected.random::<i64>();
            expected.randperm(n as usize);
            expected.randperm(n as usize);
            assert_eq!(generator.state(), expected.state());
        }
    }

    #[test]
    fn a_sampler_draws_from_the_global_stream() {
        let rng = Generator::new(5);
        let sampler = SubsetRandomSampler::new([3, 5, 7]);
        let loader = DataLoader::new(numbers(9), 2).sampler(sampler).rng(&rng);
        assert_eq!(loader.len(), 2);
        let mut seen = read(&loader);
        seen.sort_unstable();
        assert_eq!(seen, [3, 5, 7]);
    }

    #[test]
    fn options_that_contradict_are_errors() {
        let message = |loader: DataLoader| {
            let mut batches = loader.iter();
            let error = batches.next().unwrap().unwrap_err();
            assert!(batches.next().is_none());
            error.to_string()
        };
        let loader = || DataLoader::new(numbers(3), 2);
        assert!(message(loader().shuffle(true)).contains(".rng(&generator)"));
        assert_eq!(
            message(DataLoader::new(numbers(3), 0)),
            "DataLoader: the batch size is 0; it must be 1 or more"
        );
        let rng = Generator::new(0);
        let both = loader()
            .shuffle(true)
            .sampler(SequentialSampler::new(3))
            .rng(&rng);
        assert_eq!(message(both), "DataLoader: sampler excludes shuffle");
    }

    #[test]
    fn a_collate_of_ones_own() {
        let loader = DataLoader::new(numbers(5), 2).collate(|samples| {
            let sum: i64 = samples
                .iter()
                .map(|s| s[0].item::<i64>().expect("one number"))
                .sum();
            Ok(Tensor::from_vec(vec![sum], [1])?.into())
        });
        assert_eq!(read(&loader), [1, 5, 4]);
    }

    #[test]
    fn any_number_of_workers_delivers_the_same() {
        let data = || numbers(103).map(Ok);
        let epochs = |workers| {
            let rng = Generator::new(2);
            let loader = DataLoader::new(data(), 5)
                .shuffle(true)
                .rng(&rng)
                .workers(workers);
            (read(&loader), read(&loader), rng.state())
        };
        let expected = epochs(0);
        for workers in [1, 2, 7] {
            assert!(epochs(workers) == expected, "{workers}");
        }
    }
}
