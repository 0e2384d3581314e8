//! One sample after the other.

use super::Sampler;
use crate::error::Result;
use gradus_random::Generator;

/// The indices 0 to n − 1. PyTorch's `SequentialSampler`; what a loader uses when it does not shuffle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequentialSampler {
    n: usize,
}

impl SequentialSampler {
    /// The order of `n` samples.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { n }
    }
}

impl Sampler for SequentialSampler {
    fn len(&self) -> usize {
        self.n
    }

    fn order(&self, _rng: Option<&Generator>) -> Result<Vec<usize>> {
        Ok((0..self.n).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_up() {
        assert_eq!(SequentialSampler::new(3).order(None).unwrap(), [0, 1, 2]);
        assert!(SequentialSampler::new(0).is_empty());
    }
}
