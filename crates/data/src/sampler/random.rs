//! All samples in random order, or random samples with replacement.

use super::{Sampler, required};
use crate::error::{Error, Result};
use gradus_random::Generator;

/// Random indices below n. PyTorch's `RandomSampler`; what a loader uses when it shuffles.
///
/// Without a generator of its own it draws one seed from the global stream each epoch and the order from a private
/// stream of that seed. With one, the order comes from it directly, and reading an epoch to its end draws one more
/// permutation that nobody sees: PyTorch's sampler asks for the remainder of zero samples.
///
/// # Examples
/// ```
/// use gradus_data::{RandomSampler, Sampler};
/// use gradus_random::Generator;
///
/// let sampler = RandomSampler::new(10).generator(&Generator::new(0));
/// assert_eq!(sampler.order(None)?, [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomSampler {
    n: usize,
    replacement: bool,
    num_samples: Option<usize>,
    generator: Option<Generator>,
}

/// PyTorch draws indices with replacement in blocks of this many.
const BLOCK: usize = 32;

impl RandomSampler {
    /// All of `n` samples, each once, in random order.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self {
            n,
            replacement: false,
            num_samples: None,
            generator: None,
        }
    }

    /// Whether a sample can come again before all have come.
    #[must_use]
    pub fn replacement(mut self, replacement: bool) -> Self {
        self.replacement = replacement;
        self
    }

    /// How many indices an epoch has; by default n. Without replacement, more than n start another permutation.
    #[must_use]
    pub fn num_samples(mut self, num_samples: usize) -> Self {
        self.num_samples = Some(num_samples);
        self
    }

    /// Draws from `generator` directly.
    #[must_use]
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }

    fn draw(&self, stream: &Generator) -> Result<Vec<usize>> {
        let count = self.len();
        if self.n == 0 {
            if count == 0 {
                return Ok(Vec::new());
            }
            let message = format!("{count} samples of an empty dataset");
            return Err(Error::argument("RandomSampler", message));
        }
        if self.replacement {
            let mut drawn = vec![0_i64; count];
            for block in drawn.chunks_mut(BLOCK) {
                stream.fill_randint(block, 0, self.n as i64)?;
            }
            return Ok(drawn.into_iter().map(|index| index as usize).collect());
        }
        let mut order = stream.randperm(self.n);
        while order.len() < count {
            order.extend(stream.randperm(self.n));
        }
        order.truncate(count);
        Ok(order)
    }
}

impl Sampler for RandomSampler {
    fn len(&self) -> usize {
        self.num_samples.unwrap_or(self.n)
    }

    fn order(&self, rng: Option<&Generator>) -> Result<Vec<usize>> {
        match &self.generator {
            Some(generator) => self.draw(generator),
            None => {
                let seed: i64 = required("RandomSampler", rng)?.random();
                self.draw(&Generator::from_signed_seed(seed))
            }
        }
    }

    fn exhausted(&self) {
        if let Some(generator) = &self.generator
            && !self.replacement
            && self.n > 0
            && self.len().is_multiple_of(self.n)
        {
            generator.randperm(self.n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_samples_than_there_are_start_another_permutation() {
        let rng = Generator::new(3);
        let order = RandomSampler::new(4)
            .num_samples(10)
            .order(Some(&rng))
            .unwrap();
        for permutation in order[..8].chunks(4) {
            let mut sorted = permutation.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
        }
        assert_eq!(order.len(), 10);
    }

    #[test]
    fn one_seed_is_drawn_from_the_global_stream() {
        let (rng, expected) = (Generator::new(3), Generator::new(3));
        RandomSampler::new(100).order(Some(&rng)).unwrap();
        expected.random::<i64>();
        assert_eq!(rng.state(), expected.state());
    }

    #[test]
    fn without_a_generator_the_remedy_is_named() {
        let error = RandomSampler::new(2).order(None).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("RandomSampler: a random order needs a generator")
        );
        assert!(error.to_string().contains(".rng(&generator)"));
    }

    #[test]
    fn no_samples_of_nothing_and_none_else() {
        let rng = Generator::new(0);
        assert!(RandomSampler::new(0).order(Some(&rng)).unwrap().is_empty());
        let with = RandomSampler::new(0).replacement(true).num_samples(3);
        assert!(with.order(Some(&rng)).is_err());
    }
}
