//! Streams that are a pure function of what they are for.

use crate::real::unit_f64;
use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng, TryRng};
use std::convert::Infallible;

/// A family of streams, one per (epoch, sample, lane), all decided by one seed.
///
/// What is drawn for sample 17 in epoch 3 does not depend on which worker draws it, on the order of the samples, or on what was drawn before.
/// The four numbers *are* the 256-bit key of a ChaCha12 stream, so no two streams of any seeds coincide.
///
/// # Examples
/// ```
/// use gradus_random::Keyed;
///
/// let keyed = Keyed::new(42);
/// let flip = keyed.stream(3, 17).bernoulli(0.5);
/// assert_eq!(keyed.stream(3, 17).bernoulli(0.5), flip);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Keyed {
    seed: u64,
}

impl Keyed {
    /// The family of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed of the family.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The stream of one sample in one epoch.
    pub fn stream(&self, epoch: u64, sample: u64) -> KeyedStream {
        self.lane(epoch, sample, 0)
    }

    /// One of several streams of a sample, so that two transforms do not disturb each other. Lane 0 is [`stream`](Self::stream).
    pub fn lane(&self, epoch: u64, sample: u64, lane: u64) -> KeyedStream {
        let mut key = [0; 32];
        for (bytes, part) in key
            .chunks_exact_mut(8)
            .zip([self.seed, epoch, sample, lane])
        {
            bytes.copy_from_slice(&part.to_le_bytes());
        }
        KeyedStream {
            words: ChaCha12Rng::from_seed(key),
        }
    }
}

/// One stream of a [`Keyed`] family. Draws with `rand` or with the few methods here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedStream {
    words: ChaCha12Rng,
}

impl KeyedStream {
    /// Uniform in [0, 1), 53 random bits.
    pub fn unit(&mut self) -> f64 {
        unit_f64(self.next_u64())
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A uniform integer in [0, n), without bias; 0 for `n = 0`.
    pub fn below(&mut self, n: u64) -> u64 {
        // Lemire's multiplication: the high half is the value, and few low halves must be drawn again.
        let threshold = n.wrapping_neg().checked_rem(n).unwrap_or(0);
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// `true` with probability `p`.
    pub fn bernoulli(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A standard normal (Box and Muller, one value a call).
    pub fn normal(&mut self) -> f64 {
        let angle = std::f64::consts::TAU * self.unit();
        (-2.0 * (-self.unit()).ln_1p()).sqrt() * angle.cos()
    }
}

impl TryRng for KeyedStream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.words.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.words.try_next_u64()
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        self.words.try_fill_bytes(dst)
    }
}

/// A seed is the key: seed, epoch, sample and lane, eight little-endian bytes each.
impl SeedableRng for KeyedStream {
    type Seed = [u8; 32];

    fn from_seed(seed: Self::Seed) -> Self {
        Self {
            words: ChaCha12Rng::from_seed(seed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_key_counts() {
        let first =
            |seed, epoch, sample, lane| Keyed::new(seed).lane(epoch, sample, lane).next_u64();
        let drawn = [
            first(0, 0, 0, 0),
            first(1, 0, 0, 0),
            first(0, 1, 0, 0),
            first(0, 0, 1, 0),
            first(0, 0, 0, 1),
        ];
        for (i, a) in drawn.iter().enumerate() {
            assert!(drawn[..i].iter().all(|b| a != b));
        }
        assert_eq!(Keyed::new(0).stream(0, 0).next_u64(), drawn[0]);
    }

    #[test]
    fn the_stream_is_chacha12_with_the_key() {
        // First output block of ChaCha12 with an all-zero key and nonce.
        assert_eq!(Keyed::new(0).stream(0, 0).next_u32(), 0x6a9a_f49b);
    }

    #[test]
    fn draws_keep_their_ranges() {
        let mut stream = Keyed::new(7).stream(1, 2);
        let mut seen = [0; 3];
        for _ in 0..3000 {
            seen[stream.below(3) as usize] += 1;
            assert!((-2.0..5.0).contains(&stream.uniform(-2.0, 5.0)));
        }
        assert!(seen.iter().all(|&n| (900..1100).contains(&n)), "{seen:?}");
        assert_eq!(stream.below(1), 0);
        assert_eq!(stream.below(0), 0);
        let mean = (0..4000).map(|_| stream.normal()).sum::<f64>() / 4000.0;
        assert!(mean.abs() < 0.06, "{mean}");
    }
}
