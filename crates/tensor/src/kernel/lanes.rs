//! Joining many numbers in a tree whose form follows from their count alone.

use super::simd::opaque;

/// Running results kept side by side: one AVX-512 register of `f32`, twice over.
pub(super) const LANES: usize = 32;

/// A slice joined in lanes; `start` joined with a number must give that number.
///
/// Lanes are indexed by constants only: that keeps them in registers. The last numbers, fewer than
/// there are lanes, are therefore filled up with `start`.
#[inline(always)]
pub(super) fn in_lanes<const COMPACT: bool, T: Copy>(
    xs: &[T],
    start: T,
    join: impl Fn(T, T) -> T,
) -> T {
    let mut lanes = [start; LANES];
    let (chunks, rest) = xs.as_chunks::<LANES>();
    for chunk in chunks {
        for l in 0..opaque::<COMPACT>(LANES) {
            let l = opaque::<COMPACT>(l);
            lanes[l] = join(lanes[l], chunk[l]);
        }
    }
    if !rest.is_empty() {
        let mut last = [start; LANES];
        last[..rest.len()].copy_from_slice(rest);
        for l in 0..opaque::<COMPACT>(LANES) {
            let l = opaque::<COMPACT>(l);
            lanes[l] = join(lanes[l], last[l]);
        }
    }
    fold::<COMPACT, T>(lanes, join)
}

/// Joins neighbours at distance 16, 8, 4, 2, 1.
///
/// Each step has an array of its own: one array written over again would go through memory.
#[inline(always)]
fn fold<const COMPACT: bool, T: Copy>(mut lanes: [T; LANES], join: impl Fn(T, T) -> T) -> T {
    #[inline(always)]
    fn halve<T: Copy, const ALL: usize, const HALF: usize>(
        all: [T; ALL],
        join: &impl Fn(T, T) -> T,
    ) -> [T; HALF] {
        let mut half = [all[0]; HALF];
        for i in 0..HALF {
            half[i] = join(all[i], all[i + HALF]);
        }
        half
    }
    if COMPACT {
        let mut half = LANES / 2;
        while half > 0 {
            for i in 0..half {
                let i = opaque::<COMPACT>(i);
                lanes[i] = join(lanes[i], lanes[i + half]);
            }
            half = opaque::<COMPACT>(half) / 2;
        }
        return lanes[0];
    }
    let sixteen: [T; 16] = halve(lanes, &join);
    let eight: [T; 8] = halve(sixteen, &join);
    let four: [T; 4] = halve(eight, &join);
    let two: [T; 2] = halve(four, &join);
    join(two[0], two[1])
}
