//! Where random transforms take their numbers from.

use crate::error::Result;
use gradus_random::{Generator, KeyedStream};

/// The few draws random transforms make, from either kind of stream.
pub trait Draws {
    /// Uniform in [0, 1): `torch.rand(1)`.
    fn unit(&mut self) -> f32;

    /// An integer in [0, n): `torch.randint(0, n, (1,))`; 0 for `n = 0`.
    fn below(&mut self, n: usize) -> usize;

    /// The numbers below n in random order: `torch.randperm(n)`.
    fn permutation(&mut self, n: usize) -> Vec<usize>;

    /// Uniform in [low, high): `torch.empty(1).uniform_(low, high)`.
    ///
    /// # Errors
    /// If the interval is empty or not finite.
    fn uniform(&mut self, low: f64, high: f64) -> Result<f32>;

    /// Standard normal numbers: `torch.randn`.
    fn fill_normal(&mut self, out: &mut [f32]);
}

impl Draws for Generator {
    #[inline]
    fn unit(&mut self) -> f32 {
        let mut drawn = [0.0];
        self.fill_rand(&mut drawn);
        drawn[0]
    }

    #[inline]
    fn below(&mut self, n: usize) -> usize {
        let mut drawn = [0];
        // An empty range draws nothing and leaves the 0.
        let _ = self.fill_randint(&mut drawn, 0, n as i64);
        drawn[0] as usize
    }

    #[inline]
    fn permutation(&mut self, n: usize) -> Vec<usize> {
        self.randperm(n)
    }

    #[inline]
    fn uniform(&mut self, low: f64, high: f64) -> Result<f32> {
        let mut drawn = [0.0];
        self.fill_uniform(&mut drawn, low, high)?;
        Ok(drawn[0])
    }

    #[inline]
    fn fill_normal(&mut self, out: &mut [f32]) {
        out.copy_from_slice(&self.randn::<f32>(out.len()));
    }
}

impl Draws for KeyedStream {
    #[inline]
    fn unit(&mut self) -> f32 {
        // 24 bits, so that the rounding never reaches 1.
        (KeyedStream::below(self, 1 << 24) as f32) / (1 << 24) as f32
    }

    #[inline]
    fn below(&mut self, n: usize) -> usize {
        KeyedStream::below(self, n as u64) as usize
    }

    #[inline]
    fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for at in (1..n).rev() {
            order.swap(at, KeyedStream::below(self, at as u64 + 1) as usize);
        }
        order
    }

    #[inline]
    fn uniform(&mut self, low: f64, high: f64) -> Result<f32> {
        Ok(KeyedStream::uniform(self, low, high) as f32)
    }

    #[inline]
    fn fill_normal(&mut self, out: &mut [f32]) {
        out.fill_with(|| self.normal() as f32);
    }
}

/// No stream: for transforms that draw nothing. What is asked for all the same is always the same.
pub(crate) struct NoDraws;

impl Draws for NoDraws {
    #[inline]
    fn unit(&mut self) -> f32 {
        0.5
    }

    #[inline]
    fn below(&mut self, _n: usize) -> usize {
        0
    }

    #[inline]
    fn permutation(&mut self, n: usize) -> Vec<usize> {
        (0..n).collect()
    }

    #[inline]
    fn uniform(&mut self, low: f64, _high: f64) -> Result<f32> {
        Ok(low as f32)
    }

    #[inline]
    fn fill_normal(&mut self, out: &mut [f32]) {
        out.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Keyed;

    #[test]
    fn both_streams_keep_the_ranges() {
        fn check(draws: &mut dyn Draws) {
            for _ in 0..200 {
                assert!((0.0..1.0).contains(&draws.unit()));
                assert!(draws.below(3) < 3);
                assert!((-2.0..=5.0).contains(&draws.uniform(-2.0, 5.0).unwrap()));
            }
            assert_eq!(draws.below(0), 0);
            let mut order = draws.permutation(9);
            order.sort_unstable();
            assert!(order.into_iter().eq(0..9));
        }
        check(&mut Generator::new(0));
        check(&mut Keyed::new(0).stream(0, 0));
    }
}
