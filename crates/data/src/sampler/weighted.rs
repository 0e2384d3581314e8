//! Samples drawn by weight.

use super::{Sampler, required};
use crate::error::Result;
use gradus_random::Generator;

/// Indices drawn with probabilities proportional to weights, to balance classes for instance. PyTorch's `WeightedRandomSampler`.
#[derive(Clone, Debug)]
pub struct WeightedRandomSampler {
    weights: Vec<f64>,
    num_samples: usize,
    replacement: bool,
    generator: Option<Generator>,
}

impl WeightedRandomSampler {
    /// `num_samples` indices an epoch, with replacement; weights need not sum to one.
    #[must_use]
    pub fn new(weights: impl Into<Vec<f64>>, num_samples: usize) -> Self {
        Self {
            weights: weights.into(),
            num_samples,
            replacement: true,
            generator: None,
        }
    }

    /// Whether an index can come more than once.
    #[must_use]
    #[inline]
    pub fn replacement(mut self, replacement: bool) -> Self {
        self.replacement = replacement;
        self
    }

    /// Draws from `generator` instead of the global stream.
    #[must_use]
    #[inline]
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }
}

impl Sampler for WeightedRandomSampler {
    #[inline]
    fn len(&self) -> usize {
        self.num_samples
    }

    #[inline]
    fn order(&self, rng: Option<&Generator>) -> Result<Vec<usize>> {
        let generator = required("WeightedRandomSampler", self.generator.as_ref().or(rng))?;
        Ok(generator.multinomial(&self.weights, self.num_samples, self.replacement)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_decide() {
        let rng = Generator::new(0);
        let order = WeightedRandomSampler::new([0.0, 1.0, 0.0], 5)
            .order(Some(&rng))
            .unwrap();
        assert_eq!(order, [1; 5]);
        let sampler = WeightedRandomSampler::new([0.0, 1.0], 2).replacement(false);
        assert!(
            sampler
                .order(Some(&rng))
                .unwrap_err()
                .to_string()
                .contains("without replacement")
        );
    }
}
