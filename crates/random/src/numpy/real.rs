//! Real numbers of a [`RandomState`], a block of words at a time.

use super::RandomState;
use crate::mt19937::Mt19937;
use crate::wide::{self, Kernel};

/// Points tried at a time: their coordinates stay in the first cache.
const BLOCK: usize = 256;

impl RandomState {
    /// `out[i] = f(u)` for the next uniform numbers.
    pub(super) fn fill_units(&mut self, out: &mut [f64], f: impl Fn(f64) -> f64) {
        let engine = &mut self.engine;
        wide::run(Units { engine, out, f });
    }

    /// `out[i] = f(z)` for the next normal numbers.
    ///
    /// As many points are tried at a time as normals are missing in pairs: each of them would be drawn one by one as well,
    /// so no word is drawn too early.
    pub(super) fn fill_normals(&mut self, mut out: &mut [f64], f: impl Fn(f64) -> f64) {
        if !out.is_empty()
            && let Some(cached) = self.cached_normal.take()
        {
            out[0] = f(cached);
            out = &mut out[1..];
        }
        let mut pairs = out.chunks_exact_mut(2);
        let (mut points, mut inside) = ([0.0; 2 * BLOCK], [[0.0; 3]; BLOCK]);
        while pairs.len() > 0 {
            let tried = &mut points[..2 * pairs.len().min(BLOCK)];
            self.fill_units(tried, |unit| 2.0 * unit - 1.0);
            let mut count = 0;
            for point in tried.chunks_exact(2) {
                let (x1, x2) = (point[0], point[1]);
                let r2 = x1 * x1 + x2 * x2;
                // Written in any case: no branch to predict.
                inside[count] = [x1, x2, r2];
                count += usize::from(r2 < 1.0 && r2 != 0.0);
            }
            // The points come first: a zip that ends takes one more of its first half.
            for (&[x1, x2, r2], pair) in inside[..count].iter().zip(pairs.by_ref()) {
                let scale = scale(r2);
                pair[0] = f(scale * x2);
                pair[1] = f(scale * x1);
            }
        }
        if let [last] = pairs.into_remainder() {
            *last = f(self.next_normal());
        }
    }

    /// One value of [`random_sample`](Self::random_sample).
    pub fn next_unit(&mut self) -> f64 {
        unit(self.engine.next_u64())
    }

    /// One value of [`standard_normal`](Self::standard_normal).
    pub fn next_normal(&mut self) -> f64 {
        self.cached_normal.take().unwrap_or_else(|| {
            loop {
                let x1 = 2.0 * self.next_unit() - 1.0;
                let x2 = 2.0 * self.next_unit() - 1.0;
                let r2 = x1 * x1 + x2 * x2;
                if r2 < 1.0 && r2 != 0.0 {
                    self.cached_normal = Some(scale(r2) * x1);
                    return scale(r2) * x2;
                }
            }
        })
    }
}

/// What a point inside the circle is multiplied by.
fn scale(r2: f64) -> f64 {
    (-2.0 * r2.ln() / r2).sqrt()
}

/// 27 bits of the first word, then 26 of the second.
#[inline(always)]
fn unit(words: u64) -> f64 {
    // Both parts fit into i32, which vector registers convert.
    let high = f64::from((words >> 37) as i32);
    let low = f64::from((words as u32 >> 6) as i32);
    (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
}

struct Units<'a, F> {
    engine: &'a mut Mt19937,
    out: &'a mut [f64],
    f: F,
}

impl<F: Fn(f64) -> f64> Kernel for Units<'_, F> {
    #[inline(always)]
    fn run(self) {
        let f = self.f;
        self.engine.fill_u64(self.out, |words| f(unit(words)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_draw_what_single_draws_do() {
        for (before, count) in [(0, 0), (1, 1), (0, 2), (3, 600), (2, 601), (1, 5000)] {
            let mut one = RandomState::new(5);
            (0..before).for_each(|_| _ = one.next_normal());
            let mut block = one.clone();
            let normals = block.standard_normal(count);
            assert!(
                normals.iter().all(|&z| z == one.next_normal()),
                "{before}, {count}"
            );
            assert!(block == one, "{before}, {count}");
            let units = block.random_sample(count);
            assert!(units.iter().all(|&u| u == one.next_unit()));
            assert!(block == one, "{before}, {count}");
        }
    }
}
