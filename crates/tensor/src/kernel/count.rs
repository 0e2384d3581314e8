//! Counting elements by what they are.

use super::dense::Dense;
use super::elementwise::Shared;
use super::parallel::PIECE;
use super::{Kernel, dispatch, for_groups};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// How many bools are true.
struct True<'a>(&'a [bool]);

impl Kernel for True<'_> {
    type Output = i64;
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) -> i64 {
        /// Counts side by side, and how many of them fit a byte.
        const LANES: usize = 64;
        const FIT: usize = 255;
        let (groups, rest) = self.0.as_chunks::<LANES>();
        let mut all = rest.iter().filter(|&&flag| flag).count();
        for groups in groups.chunks(FIT) {
            let mut counts = [0u8; LANES];
            for group in groups {
                for (count, &flag) in counts.iter_mut().zip(group) {
                    *count += u8::from(flag);
                }
            }
            all += counts
                .iter()
                .map(|&count| usize::from(count))
                .sum::<usize>();
        }
        all as i64
    }
}

/// How many bools are true.
pub(super) fn count_flags(flags: &[bool]) -> i64 {
    dispatch(True(flags))
}

/// How many bools of each row of `size` are true, as `i64`.
pub(crate) fn count_true(x: &Tensor, size: usize, layout: &Layout) -> Tensor {
    /// Bools counted at once.
    const STRETCH: usize = 4 * PIECE;
    let x = Dense::of(x);
    let flags = x.host_slice::<bool>();
    let cuts = size.div_ceil(STRETCH).max(1);
    let mut partial = vec![0i64; layout.len() * cuts];
    let target = Shared(partial.as_mut_ptr());
    for_groups(partial.len(), size.min(STRETCH), |range| {
        // SAFETY: ranges are disjoint and lie inside.
        let to = unsafe { target.range(&range) };
        for (to, at) in to.iter_mut().zip(range) {
            let (row, cut) = (&flags[at / cuts * size..][..size], at % cuts * STRETCH);
            *to = count_flags(&row[cut..(cut + STRETCH).min(size)]);
        }
    });
    // SAFETY: every count is written.
    unsafe {
        Tensor::build::<i64>(layout, |out| {
            for (out, partial) in out.iter_mut().zip(partial.chunks_exact(cuts)) {
                out.write(partial.iter().sum());
            }
        })
    }
}

/// How often each number below `bins` occurs in `xs`, which holds no other.
pub(crate) fn occurrences(xs: &[i64], bins: usize) -> Vec<i64> {
    /// Counts beside each other, so that equal neighbours do not wait for one another.
    const WAYS: usize = 4;
    if bins > xs.len() {
        let mut counts = vec![0i64; bins];
        count_into(&mut counts, xs.iter().copied(), |_| 1);
        return counts;
    }
    let mut ways = vec![0i64; WAYS * bins];
    let (groups, rest) = xs.as_chunks::<WAYS>();
    for group in groups {
        for (way, &x) in group.iter().enumerate() {
            ways[way * bins + x as usize] += 1;
        }
    }
    count_into(&mut ways, rest.iter().copied(), |_| 1);
    let mut counts = ways[..bins].to_vec();
    for way in ways[bins..].chunks_exact(bins.max(1)) {
        counts
            .iter_mut()
            .zip(way)
            .for_each(|(count, more)| *count += more);
    }
    counts
}

/// Adds `weight(i)` to the count at place `bins[i]`, which exists; a place of −1 is left out.
pub(crate) fn count_into<T: Element + std::ops::AddAssign>(
    counts: &mut [T],
    bins: impl Iterator<Item = i64>,
    weight: impl Fn(usize) -> T,
) {
    for (i, bin) in bins.enumerate() {
        if bin >= 0 {
            counts[bin as usize] += weight(i);
        }
    }
}

/// The number of elements in each of equal bins from `low` to `high`, of which the last holds its
/// upper end; elements outside and NaN are left out.
pub(crate) fn histogram<T: super::Real>(x: &Tensor, bins: usize, low: T, high: T) -> Vec<T> {
    let x = Dense::of(x);
    let mut counts = vec![T::ZERO; bins];
    let number = T::from_f64(bins as f64);
    let width = high - low;
    for &x in x.host_slice::<T>() {
        if x >= low && x <= high {
            let bin = ((x - low) * number / width).to_scalar().to_i64() as usize;
            let count = &mut counts[bin.min(bins - 1)];
            *count = *count + T::ONE;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_any_length_are_counted() {
        for (rows, size) in [
            (1, 0),
            (3, 0),
            (2, 63),
            (5, 20_000),
            (2, 70_001),
            (1, 300_000),
        ] {
            let flags: Vec<bool> = (0..rows * size).map(|i| i * 7919 % 1013 < 500).collect();
            let x = Tensor::from_slice(&flags, [rows, size]).unwrap();
            let counts = count_true(&x, size, &Layout::row_major("t", &[rows]).unwrap());
            for (row, &count) in counts.host_slice::<i64>().iter().enumerate() {
                let flags = &flags[row * size..][..size];
                assert_eq!(count, flags.iter().filter(|&&flag| flag).count() as i64);
            }
        }
    }
}
