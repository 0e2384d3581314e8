//! One process' part of an epoch.

use super::Sampler;
use crate::error::{Error, Result};
use gradus_random::Generator;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every n-th sample, for one of n processes that train together. PyTorch's `DistributedSampler`.
///
/// All processes draw the same order from (seed + epoch) and take turns; the order is filled up from its beginning so that
/// all get equally many. Every epoch counts on from [`set_epoch`](Self::set_epoch), 0 at first.
///
/// # Examples
/// ```
/// use gradus_data::{DistributedSampler, Sampler};
///
/// let first = DistributedSampler::new(5, 2, 0)?.shuffle(false);
/// assert_eq!(first.order(None)?, [0, 2, 4]);
/// let second = DistributedSampler::new(5, 2, 1)?.shuffle(false);
/// assert_eq!(second.order(None)?, [1, 3, 0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Debug)]
pub struct DistributedSampler {
    n: usize,
    replicas: usize,
    rank: usize,
    shuffle: bool,
    drop_last: bool,
    seed: u64,
    epoch: AtomicU64,
}

impl DistributedSampler {
    /// The part of process `rank` of `replicas`, shuffled with seed 0.
    ///
    /// # Errors
    /// If `rank` is not below `replicas`.
    #[inline]
    pub fn new(n: usize, replicas: usize, rank: usize) -> Result<Self> {
        if rank >= replicas {
            let message = format!("rank {rank} of {replicas} processes; ranks count from 0");
            return Err(Error::argument("DistributedSampler", message));
        }
        Ok(Self {
            n,
            replicas,
            rank,
            shuffle: true,
            drop_last: false,
            seed: 0,
            epoch: AtomicU64::new(0),
        })
    }

    /// Whether the common order is random.
    #[must_use]
    #[inline]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Whether the samples that do not divide are left out instead of filled up.
    #[must_use]
    #[inline]
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.drop_last = drop_last;
        self
    }

    /// The seed all processes share.
    #[must_use]
    #[inline]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The number of the next epoch.
    #[inline]
    pub fn set_epoch(&self, epoch: u64) {
        self.epoch.store(epoch, Ordering::Relaxed);
    }
}

impl Sampler for DistributedSampler {
    #[inline]
    fn len(&self) -> usize {
        if self.drop_last {
            self.n / self.replicas
        } else {
            self.n.div_ceil(self.replicas)
        }
    }

    #[inline]
    fn order(&self, _rng: Option<&Generator>) -> Result<Vec<usize>> {
        let epoch = self.epoch.fetch_add(1, Ordering::Relaxed);
        let order = if self.shuffle {
            Generator::new(self.seed.wrapping_add(epoch)).randperm(self.n)
        } else {
            (0..self.n).collect()
        };
        let total = self.len() * self.replicas;
        let turns = (self.rank..total).step_by(self.replicas);
        Ok(turns.map(|turn| order[turn % self.n.max(1)]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_the_processes_see_everything() {
        for drop_last in [false, true] {
            let part = |rank| {
                DistributedSampler::new(11, 3, rank)
                    .unwrap()
                    .drop_last(drop_last)
                    .order(None)
                    .unwrap()
            };
            let mut all = [part(0), part(1), part(2)].concat();
            assert_eq!(all.len(), if drop_last { 9 } else { 12 });
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), if drop_last { 9 } else { 11 });
        }
    }

    #[test]
    fn epochs_differ_and_can_be_repeated() {
        let sampler = DistributedSampler::new(20, 2, 0).unwrap().seed(5);
        let (first, second) = (sampler.order(None).unwrap(), sampler.order(None).unwrap());
        assert_ne!(first, second);
        sampler.set_epoch(0);
        assert_eq!(sampler.order(None).unwrap(), first);
        assert!(DistributedSampler::new(20, 2, 2).is_err());
        assert!(
            DistributedSampler::new(0, 2, 1)
                .unwrap()
                .order(None)
                .unwrap()
                .is_empty()
        );
    }
}
