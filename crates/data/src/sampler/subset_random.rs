//! Chosen samples in random order.

use super::{Sampler, required};
use crate::error::Result;
use gradus_random::Generator;

/// The given indices in random order. PyTorch's `SubsetRandomSampler`: one permutation, directly from its generator or the global stream.
#[derive(Clone, Debug)]
pub struct SubsetRandomSampler {
    indices: Vec<usize>,
    generator: Option<Generator>,
}

impl SubsetRandomSampler {
    /// An order of `indices`.
    #[must_use]
    pub fn new(indices: impl Into<Vec<usize>>) -> Self {
        Self {
            indices: indices.into(),
            generator: None,
        }
    }

    /// Draws from `generator` instead of the global stream.
    #[must_use]
    #[inline]
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }
}

impl Sampler for SubsetRandomSampler {
    #[inline]
    fn len(&self) -> usize {
        self.indices.len()
    }

    #[inline]
    fn order(&self, rng: Option<&Generator>) -> Result<Vec<usize>> {
        let generator = required("SubsetRandomSampler", self.generator.as_ref().or(rng))?;
        let mut order = generator.randperm(self.indices.len());
        for index in &mut order {
            *index = self.indices[*index];
        }
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permutation_picks_from_the_indices() {
        let tens: Vec<usize> = (0..10).map(|i| 10 * i).collect();
        let order = SubsetRandomSampler::new(tens)
            .order(Some(&Generator::new(0)))
            .unwrap();
        assert_eq!(order, [40, 10, 70, 50, 30, 90, 0, 80, 60, 20]);
    }
}
