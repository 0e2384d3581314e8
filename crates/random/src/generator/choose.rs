//! Permutations and weighted choices of a [`Generator`].

use super::Generator;
use super::uniform::exponential;
use crate::error::{Error, Result};
use crate::mt19937::Mt19937;
use crate::real::{Real, unit_f64};

/// A type positions are counted in: `usize`, `u32` or `i64`.
pub trait Index: Copy + sealed::Index {}

mod sealed {
    pub trait Index {
        fn from_position(position: usize) -> Self;
    }
}

macro_rules! indices {
    ($($type:ty)*) => {$(
        impl Index for $type {}
        impl sealed::Index for $type {
            #[inline]
            fn from_position(position: usize) -> Self {
                position as $type
            }
        }
    )*};
}
indices! { usize u32 i64 }

/// From this many elements on a permutation draws two words a step.
const WIDE: usize = (u32::MAX / 20) as usize;

impl Generator {
    /// `torch.randperm(n)`: the numbers 0 to n − 1 in random order.
    ///
    /// ```
    /// # use gradus_random::Generator;
    /// assert_eq!(Generator::new(0).randperm(10), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
    /// ```
    pub fn randperm(&self, n: usize) -> Vec<usize> {
        let mut order = vec![0; n];
        self.fill_randperm(&mut order);
        order
    }

    /// Overwrites `order` with a permutation of 0 to `order.len()` − 1.
    ///
    /// Fisher and Yates' shuffle from the front; one word a step, two from (2³² − 1)/20 elements on.
    ///
    /// # Panics
    /// If the positions do not fit into the type.
    pub fn fill_randperm<I: Index>(&self, order: &mut [I]) {
        let bits = 8 * size_of::<I>() as u32;
        assert!(
            bits >= usize::BITS || order.len() <= 1 << bits,
            "randperm: {} positions do not fit into {bits} bits",
            order.len()
        );
        let engine = &mut self.lock().engine;
        if order.len() < WIDE {
            permute(order, |left| (engine.next_u32() % left as u32) as usize);
        } else {
            permute(order, |left| (engine.next_u64() % left as u64) as usize);
        }
    }

    /// `torch.multinomial(weights, num_samples, replacement)` of one row of weights, which need not sum to one.
    ///
    /// Rows of a matrix follow one another: call it once per row.
    /// Without replacement, and for a single sample, the result is in the order of the draws, all different.
    ///
    /// # Errors
    /// If a weight is negative or not finite, if none is positive, or if fewer are positive than samples are wanted without replacement.
    pub fn multinomial<T: Real>(
        &self,
        weights: &[T],
        num_samples: usize,
        replacement: bool,
    ) -> Result<Vec<usize>> {
        check(weights, num_samples, replacement)?;
        let engine = &mut self.lock().engine;
        Ok(if replacement && num_samples > 1 {
            with_replacement(engine, weights, num_samples)
        } else {
            largest_quotients(engine, weights, num_samples)
        })
    }
}

fn permute<I: Index>(order: &mut [I], mut below: impl FnMut(usize) -> usize) {
    for (position, slot) in order.iter_mut().enumerate() {
        *slot = I::from_position(position);
    }
    let n = order.len();
    for i in 0..n.saturating_sub(1) {
        let other = i + below(n - i);
        order.swap(i, other);
    }
}

fn check<T: Real>(weights: &[T], num_samples: usize, replacement: bool) -> Result<()> {
    let op = "multinomial";
    let bad = |w: &T| !(w.to_f64() >= 0.0 && w.to_f64().is_finite());
    if let Some(index) = weights.iter().position(bad) {
        let value = weights[index].to_f64();
        let expected = "a finite weight of 0 or more";
        return Err(Error::Entry {
            op,
            index,
            value,
            expected,
        });
    }
    let sum = weights.iter().fold(T::ZERO, |sum, &w| sum.add(w)).to_f64();
    if sum.is_infinite() || sum <= 0.0 {
        return Err(Error::Weights { op, sum });
    }
    let available = weights.iter().filter(|w| w.to_f64() > 0.0).count();
    if !replacement && num_samples > available {
        let wanted = num_samples;
        return Err(Error::Population {
            op,
            wanted,
            available,
        });
    }
    Ok(())
}

/// The positions of the largest w/q, q exponential: an exponential race, which needs no running sum.
fn largest_quotients<T: Real>(engine: &mut Mt19937, weights: &[T], count: usize) -> Vec<usize> {
    let quotients: Vec<T> = weights
        .iter()
        .map(|w| w.div(exponential(engine.next_u64(), 1.0)))
        .collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| quotients[b].to_f64().total_cmp(&quotients[a].to_f64()));
    order.truncate(count);
    order
}

fn with_replacement<T: Real>(engine: &mut Mt19937, weights: &[T], count: usize) -> Vec<usize> {
    let mut sum = T::ZERO;
    let mut cumulative: Vec<T> = weights
        .iter()
        .map(|&w| {
            sum = sum.add(w);
            sum
        })
        .collect();
    for c in &mut cumulative {
        *c = c.div(sum);
    }
    (0..count)
        .map(|_| {
            let u = unit_f64(engine.next_u64());
            cumulative.partition_point(|c| c.to_f64() < u)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_type_gives_the_same_order() {
        let mut narrow = [0_u32; 7];
        let mut signed = [0_i64; 7];
        Generator::new(2).fill_randperm(&mut narrow);
        Generator::new(2).fill_randperm(&mut signed);
        let order = Generator::new(2).randperm(7);
        assert!((0..7).all(|i| narrow[i] as usize == order[i] && signed[i] as usize == order[i]));
    }

    #[test]
    fn no_choice_draws_nothing() {
        let rng = Generator::new(0);
        let before = rng.state();
        assert!(rng.randperm(0).is_empty());
        assert_eq!(rng.randperm(1), [0]);
        assert_eq!(rng.state(), before);
    }

    #[test]
    fn a_wide_permutation_takes_two_words_a_step() {
        let mut words = Mt19937::new(11);
        let expected = (words.next_u64() % 3, words.next_u64() % 2);
        let mut order = [0_usize; 3];
        let mut engine = Mt19937::new(11);
        permute(&mut order, |left| {
            (engine.next_u64() % left as u64) as usize
        });
        let mut by_hand = [0, 1, 2];
        by_hand.swap(0, expected.0 as usize);
        by_hand.swap(1, 1 + expected.1 as usize);
        assert_eq!(order, by_hand);
    }

    #[test]
    fn multinomial_follows_the_weights() {
        let weights = [
            0.376, 2.78, 1.846, 0.402, 0.88, 1.689, 1.502, 1.232, 1.612_f32,
        ];
        assert_eq!(
            Generator::new(0).multinomial(&weights, 1, false).unwrap(),
            [6]
        );
        let drawn = Generator::new(3)
            .multinomial(&[0.0, 1.0, 0.0, 3.0_f64], 4000, true)
            .unwrap();
        let threes = drawn.iter().filter(|&&i| i == 3).count();
        assert!(drawn.iter().all(|&i| i == 1 || i == 3) && (2850..3150).contains(&threes));
    }

    #[test]
    fn impossible_weights_are_errors() {
        #[track_caller]
        fn refused(weights: &[f64], count: usize, message: &str) {
            let error = Generator::new(0)
                .multinomial(weights, count, false)
                .unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        refused(
            &[1.0, -2.0],
            1,
            "multinomial: -2 at index 1 is not a finite weight of 0 or more",
        );
        refused(
            &[0.0, 0.0],
            1,
            "multinomial: the weights sum to 0; the sum must be positive and finite",
        );
        refused(
            &[1.0, 0.0, 2.0],
            3,
            "multinomial: 3 samples without replacement from 2 with non-zero probability; \
             draw fewer or draw with replacement",
        );
    }
}
