//! Datasets made from datasets: transformed, joined, kept.

mod cached;
mod zip;

pub use cached::Cached;
pub use zip::Zip;

use crate::batch::{Batch, Sample};
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::subset::Subset;
use crate::transforms::{NoDraws, Transform};
use gradus_random::{Keyed, KeyedStream};
use std::fmt;
use std::sync::Arc;

/// Ways to make a dataset from another, as iterators have them.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, DatasetExt, TensorDataset};
/// use gradus_tensor::Tensor;
///
/// let data = TensorDataset::new(Tensor::from_vec(vec![1.0_f32, 2.0], [2])?)?;
/// let doubled = data.map(|sample| {
///     sample.map_input(|x| Ok(Tensor::from_vec(vec![2.0 * x.item::<f32>()?], [1])?))
/// });
/// assert_eq!(doubled.get_batch(&[0, 1])?.single()?.to_vec::<f32>()?, [2.0, 4.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub trait DatasetExt: Dataset + Sized + 'static {
    /// Every sample transformed by `f` when it is fetched.
    fn map(self, f: impl Fn(Sample) -> Result<Sample> + Send + Sync + 'static) -> Map {
        Map {
            dataset: Arc::new(self),
            f: Arc::new(f),
        }
    }

    /// Every sample transformed at random when it is fetched, from a stream that is a pure function of (`seed`, epoch, sample).
    ///
    /// The result depends neither on the order of the samples nor on the number of workers. Read without a loader, epoch 0 is seen.
    ///
    /// ```
    /// # use gradus_data::{DataLoader, DatasetExt, TensorDataset};
    /// # use gradus_tensor::Tensor;
    /// # let data = TensorDataset::new(Tensor::from_vec(vec![0.0_f32; 4], [4])?)?;
    /// let noisy = data.augment(7, |sample, stream| {
    ///     sample.map_input(|x| Ok(Tensor::scalar(x.item::<f32>()? + stream.normal() as f32)))
    /// });
    /// let loader = DataLoader::new(noisy, 4);
    /// let read = || loader.iter().next().expect("a batch")?.single();
    /// assert!(!read()?.equal(&read()?), "another epoch, other noise");
    /// # Ok::<(), gradus_data::Error>(())
    /// ```
    fn augment(
        self,
        seed: u64,
        f: impl Fn(Sample, &mut KeyedStream) -> Result<Sample> + Send + Sync + 'static,
    ) -> Augment {
        Augment {
            dataset: Arc::new(self),
            f: Arc::new(f),
            streams: Keyed::new(seed),
            epoch: 0,
        }
    }

    /// Every sample transformed when it is fetched, most transforms changing its first tensor only; random ones draw as
    /// [`augment`](Self::augment) does.
    fn transform(self, seed: u64, transform: impl Transform + 'static) -> Augment {
        self.augment(seed, move |sample, stream| {
            transform.apply_sample(sample, stream)
        })
    }

    /// The second tensor of every sample, the target, transformed when it is fetched. PyTorch's `target_transform`.
    ///
    /// The transform must not be random: it is applied in the same way in every epoch.
    fn transform_target(self, transform: impl Transform + 'static) -> Map {
        self.map(move |sample| {
            let mut tensors = sample.into_vec();
            let Some(target) = tensors.get_mut(1) else {
                let message = "a sample of one tensor has no target";
                return Err(Error::argument("transform_target", message));
            };
            *target = transform.apply(target, &mut NoDraws)?;
            Ok(tensors.into())
        })
    }

    /// The samples at `indices`.
    ///
    /// # Errors
    /// If an index is out of range.
    fn subset(self, indices: impl Into<Arc<[usize]>>) -> Result<Subset> {
        Subset::new(self, indices)
    }

    /// The samples of this dataset and of another of the same length side by side.
    ///
    /// # Errors
    /// If the lengths differ.
    fn zip(self, other: impl Dataset + 'static) -> Result<Zip> {
        Zip::new(Arc::new(self), Arc::new(other))
    }

    /// The same samples, each fetched once and then kept in memory.
    ///
    /// # Errors
    /// If the samples change from epoch to epoch.
    fn cached(self) -> Result<Cached> {
        Cached::new(Arc::new(self))
    }

    /// The samples of this dataset, then those of `other`.
    fn concat(self, other: impl Dataset + 'static) -> Concat {
        Concat {
            first: Arc::new(self),
            second: Arc::new(other),
        }
    }
}
impl<D: Dataset + 'static> DatasetExt for D {}

type Change = dyn Fn(Sample) -> Result<Sample> + Send + Sync;
type RandomChange = dyn Fn(Sample, &mut KeyedStream) -> Result<Sample> + Send + Sync;

/// A dataset whose samples are transformed when they are fetched. Made by [`DatasetExt::map`].
#[derive(Clone)]
pub struct Map {
    dataset: Arc<dyn Dataset>,
    f: Arc<Change>,
}

impl Dataset for Map {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<Sample> {
        (self.f)(self.dataset.get(index)?)
    }

    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        let dataset = self.dataset.in_epoch(epoch)?;
        Some(Arc::new(Self {
            dataset,
            f: self.f.clone(),
        }))
    }
}

/// A dataset whose samples are transformed at random. Made by [`DatasetExt::augment`].
#[derive(Clone)]
pub struct Augment {
    dataset: Arc<dyn Dataset>,
    f: Arc<RandomChange>,
    streams: Keyed,
    epoch: u64,
}

impl Dataset for Augment {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<Sample> {
        let mut stream = self.streams.stream(self.epoch, index as u64);
        (self.f)(self.dataset.get(index)?, &mut stream)
    }

    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        let dataset = self
            .dataset
            .in_epoch(epoch)
            .unwrap_or_else(|| self.dataset.clone());
        Some(Arc::new(Self {
            dataset,
            f: self.f.clone(),
            streams: self.streams,
            epoch,
        }))
    }
}

/// Two datasets one after the other. Made by [`DatasetExt::concat`].
#[derive(Clone)]
pub struct Concat {
    first: Arc<dyn Dataset>,
    second: Arc<dyn Dataset>,
}

impl Dataset for Concat {
    fn len(&self) -> usize {
        self.first.len() + self.second.len()
    }

    fn get(&self, index: usize) -> Result<Sample> {
        let len = self.len();
        if index >= len {
            let message = format!("index {index} is out of range for {len} samples");
            return Err(Error::argument("Concat", message));
        }
        match index.checked_sub(self.first.len()) {
            None => self.first.get(index),
            Some(index) => self.second.get(index),
        }
    }

    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        if indices.iter().all(|&index| index < self.first.len()) {
            return self.first.get_batch(indices);
        }
        crate::collate::collate(&self.get_each(indices)?)
    }

    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        let (first, second) = (self.first.in_epoch(epoch), self.second.in_epoch(epoch));
        if first.is_none() && second.is_none() {
            return None;
        }
        Some(Arc::new(Self {
            first: first.unwrap_or_else(|| self.first.clone()),
            second: second.unwrap_or_else(|| self.second.clone()),
        }))
    }
}

macro_rules! debug_by_length {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("len", &self.len()).finish_non_exhaustive()
            }
        }
    )*};
}
debug_by_length! { Map Augment Concat Zip Cached }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataLoader, TensorDataset};
    use gradus_tensor::Tensor;

    fn numbers(range: std::ops::Range<i64>) -> TensorDataset {
        let n = range.end - range.start;
        TensorDataset::new(Tensor::from_vec(range.collect(), [n as usize]).unwrap()).unwrap()
    }

    #[test]
    fn concat_crosses_the_seam() {
        let both = numbers(0..3).concat(numbers(10..12));
        let batch = |indices: &[usize]| {
            both.get_batch(indices)
                .unwrap()
                .single()
                .unwrap()
                .to_vec::<i64>()
                .unwrap()
        };
        assert_eq!(batch(&[4, 0, 3]), [11, 0, 10]);
        assert_eq!(batch(&[2, 1]), [2, 1]);
        assert!(both.get(5).is_err());
    }

    #[test]
    fn augmentation_depends_on_epoch_and_sample_alone() {
        let noisy = numbers(0..20).map(Ok).augment(3, |_, stream| {
            Ok(Tensor::scalar(stream.below(1 << 60) as i64).into())
        });
        let read = |workers, batch_size| {
            let loader = DataLoader::new(noisy.clone(), batch_size).workers(workers);
            let epoch = || -> Vec<i64> {
                let tensors = loader.iter().map(|batch| batch.unwrap().single().unwrap());
                tensors.flat_map(|x| x.to_vec::<i64>().unwrap()).collect()
            };
            (epoch(), epoch())
        };
        let (first, second) = read(0, 20);
        assert_ne!(first, second);
        assert_eq!(read(2, 3), (first, second));
    }

    #[test]
    fn an_error_in_a_transform_names_the_sample() {
        let data = numbers(0..5).map(|sample| {
            if sample[0].item::<i64>()? == 3 {
                Err(Error::custom("three is not allowed"))
            } else {
                Ok(sample)
            }
        });
        let error = data.get_batch(&[1, 3]).unwrap_err();
        assert_eq!(error.to_string(), "sample 3: three is not allowed");
    }
}
