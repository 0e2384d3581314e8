//! Batches that each hold about the same share of every class.

use super::{Sampler, required};
use crate::argsort::argsort;
use crate::error::Result;
use gradus_random::Generator;
use std::collections::BTreeMap;

/// All samples in an order in which every stretch has about the class shares of the whole; shuffled within the classes.
///
/// Each class is shuffled and spread evenly over the epoch. It draws one permutation per class, in order of the labels.
///
/// # Examples
/// ```
/// use gradus_data::{Sampler, StratifiedSampler};
/// use gradus_random::Generator;
///
/// let labels = [0, 0, 0, 0, 0, 0, 1, 1];
/// let order = StratifiedSampler::new(&labels).order(Some(&Generator::new(0)))?;
/// assert_eq!(order[..4].iter().filter(|&&i| labels[i] == 1).count(), 1);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StratifiedSampler {
    classes: Vec<Vec<usize>>,
    generator: Option<Generator>,
}

impl StratifiedSampler {
    /// One label per sample.
    #[must_use]
    pub fn new<T: Ord>(labels: &[T]) -> Self {
        let mut classes: BTreeMap<&T, Vec<usize>> = BTreeMap::new();
        for (index, label) in labels.iter().enumerate() {
            classes.entry(label).or_default().push(index);
        }
        Self {
            classes: classes.into_values().collect(),
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

impl Sampler for StratifiedSampler {
    #[inline]
    fn len(&self) -> usize {
        self.classes.iter().map(Vec::len).sum()
    }

    #[inline]
    fn order(&self, rng: Option<&Generator>) -> Result<Vec<usize>> {
        let generator = required("StratifiedSampler", self.generator.as_ref().or(rng))?;
        let (mut places, mut indices) = (Vec::new(), Vec::new());
        for members in &self.classes {
            for (turn, position) in generator.randperm(members.len()).into_iter().enumerate() {
                places.push((turn as f64 + 0.5) / members.len() as f64);
                indices.push(members[position]);
            }
        }
        // Of equal places the one of the first class comes first.
        Ok(argsort(&places).iter().map(|&at| indices[at]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stretch_has_its_share() {
        let labels: Vec<usize> = (0..90).map(|i| usize::from(i >= 60)).collect();
        let order = StratifiedSampler::new(&labels)
            .order(Some(&Generator::new(1)))
            .unwrap();
        for stretch in order.chunks(9) {
            assert_eq!(stretch.iter().filter(|&&i| labels[i] == 1).count(), 3);
        }
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..90).collect::<Vec<_>>());
        assert!(!order.is_sorted());
    }
}
