//! Streams made from streams: transformed, filtered, joined, shuffled within a buffer.

use super::{IterableDataset, SampleIter};
use crate::batch::Sample;
use crate::error::{Error, Result};
use gradus_random::Keyed;
use std::fmt;
use std::sync::Arc;

/// Ways to make a stream from another.
pub trait IterableExt: IterableDataset + Sized + 'static {
    /// Every sample transformed by `f`.
    fn map(self, f: impl Fn(Sample) -> Result<Sample> + Send + Sync + 'static) -> StreamMap {
        StreamMap {
            source: Arc::new(self),
            f: Arc::new(f),
        }
    }

    /// The samples for which `keep` says so.
    fn filter(
        self,
        keep: impl Fn(&Sample) -> Result<bool> + Send + Sync + 'static,
    ) -> StreamFilter {
        StreamFilter {
            source: Arc::new(self),
            keep: Arc::new(keep),
        }
    }

    /// The samples of this stream, then those of `other`.
    fn chain(self, other: impl IterableDataset + 'static) -> StreamChain {
        StreamChain {
            first: Arc::new(self),
            second: Arc::new(other),
        }
    }

    /// The samples in an order that is random within a buffer: each is drawn from the next `buffer` that are left.
    ///
    /// The order is a pure function of (`seed`, epoch). A buffer as long as the stream shuffles it fully.
    ///
    /// # Errors
    /// If the buffer has no room for a sample.
    #[inline]
    fn shuffle(self, buffer: usize, seed: u64) -> Result<StreamShuffle> {
        if buffer == 0 {
            let message = "the buffer has no room; give it 1 sample or more";
            return Err(Error::argument("StreamShuffle", message));
        }
        Ok(StreamShuffle {
            source: Arc::new(self),
            buffer,
            streams: Keyed::new(seed),
        })
    }
}
impl<D: IterableDataset + 'static> IterableExt for D {}

type Source = Arc<dyn IterableDataset>;

/// A stream whose samples are transformed. Made by [`IterableExt::map`].
#[derive(Clone)]
pub struct StreamMap {
    source: Source,
    f: Arc<dyn Fn(Sample) -> Result<Sample> + Send + Sync>,
}

impl IterableDataset for StreamMap {
    #[inline]
    fn samples(&self, epoch: u64) -> Result<SampleIter<'_>> {
        let samples = self.source.samples(epoch)?;
        Ok(Box::new(samples.map(|sample| (self.f)(sample?))))
    }
}

/// Whether a sample is kept.
type Keep = Arc<dyn Fn(&Sample) -> Result<bool> + Send + Sync>;

/// A stream without some of its samples. Made by [`IterableExt::filter`].
#[derive(Clone)]
pub struct StreamFilter {
    source: Source,
    keep: Keep,
}

impl IterableDataset for StreamFilter {
    #[inline]
    fn samples(&self, epoch: u64) -> Result<SampleIter<'_>> {
        let kept = |sample: Result<Sample>| match sample.and_then(|s| Ok(((self.keep)(&s)?, s))) {
            Ok((true, sample)) => Some(Ok(sample)),
            Ok((false, _)) => None,
            Err(error) => Some(Err(error)),
        };
        Ok(Box::new(self.source.samples(epoch)?.filter_map(kept)))
    }
}

/// Two streams one after the other. Made by [`IterableExt::chain`].
#[derive(Clone)]
pub struct StreamChain {
    first: Source,
    second: Source,
}

impl IterableDataset for StreamChain {
    #[inline]
    fn samples(&self, epoch: u64) -> Result<SampleIter<'_>> {
        let first = self.first.samples(epoch)?;
        // Opened when its turn comes.
        let second = std::iter::once_with(move || self.second.samples(epoch)).flat_map(
            |opened| -> SampleIter<'_> {
                match opened {
                    Ok(samples) => samples,
                    Err(error) => Box::new(std::iter::once(Err(error))),
                }
            },
        );
        Ok(Box::new(first.chain(second)))
    }
}

/// A stream in an order that is random within a buffer. Made by [`IterableExt::shuffle`].
#[derive(Clone)]
pub struct StreamShuffle {
    source: Source,
    buffer: usize,
    streams: Keyed,
}

impl IterableDataset for StreamShuffle {
    #[inline]
    fn samples(&self, epoch: u64) -> Result<SampleIter<'_>> {
        let mut samples = self.source.samples(epoch)?;
        let mut stream = self.streams.stream(epoch, 0);
        let mut buffer: Vec<Sample> = Vec::new();
        let mut sample = move || {
            while buffer.len() < self.buffer
                && let Some(sample) = samples.next()
            {
                buffer.push(sample?);
            }
            if buffer.is_empty() {
                return Ok(None);
            }
            let drawn = stream.below(buffer.len() as u64) as usize;
            Ok(Some(buffer.swap_remove(drawn)))
        };
        Ok(Box::new(std::iter::from_fn(move || sample().transpose())))
    }
}

macro_rules! debug_by_name {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug_by_name! { StreamMap StreamFilter StreamChain StreamShuffle }

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;

    fn numbers(range: std::ops::Range<i64>) -> impl IterableDataset + 'static {
        move |_: u64| range.clone().map(|i| Ok(Sample::from(Tensor::scalar(i))))
    }

    fn read(stream: &impl IterableDataset, epoch: u64) -> Vec<i64> {
        let samples = stream.samples(epoch).unwrap();
        samples.map(|s| s.unwrap()[0].item().unwrap()).collect()
    }

    #[test]
    fn transformed_filtered_and_joined() {
        let stream = numbers(0..6)
            .filter(|s| Ok(s[0].item::<i64>()? > 2))
            .map(|s| s.map_input(|x| Ok(Tensor::scalar(10 * x.item::<i64>()?))))
            .chain(numbers(7..9));
        assert_eq!(read(&stream, 0), [30, 40, 50, 7, 8]);
    }

    #[test]
    fn a_buffer_shuffles_every_epoch_anew_and_keeps_every_sample() {
        let stream = numbers(0..50).shuffle(8, 3).unwrap();
        let (first, second) = (read(&stream, 0), read(&stream, 1));
        assert_eq!(first, read(&stream, 0));
        assert_ne!(first, second);
        for order in [&first, &second] {
            // Nothing comes before it has entered the buffer.
            assert!((0..50).all(|at| order[at] < at as i64 + 8));
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..50).collect::<Vec<_>>());
        }
        assert!(numbers(0..1).shuffle(0, 0).is_err());
    }

    #[test]
    fn errors_pass_through_once() {
        let broken = |_: u64| {
            let sample = |i: i64| match i {
                2 => Err(Error::custom("lost")),
                i => Ok(Sample::from(Tensor::scalar(i))),
            };
            (0..4).map(sample)
        };
        let stream = broken.map(Ok).filter(|_| Ok(true)).shuffle(2, 0).unwrap();
        let errors = stream.samples(0).unwrap().filter(Result::is_err).count();
        assert_eq!(errors, 1);
    }
}
