//! Where bools are true, and whether positions exist: what must be known before elements are picked.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::count::count_flags;
use super::elementwise::Shared;
use super::parallel::{PIECE, WORTH};
use super::{Kernel, copy_from, dispatch, for_pieces};
use crate::Tensor;
use crate::layout::Layout;

/// Bools whose positions are found in one go.
const STRETCH: usize = 4096;

/// Positions of the bools that are true, ascending.
pub(crate) fn true_at(flags: &[bool]) -> Tensor {
    let mut starts = vec![0usize; flags.len().div_ceil(STRETCH)];
    let target = Shared(starts.as_mut_ptr());
    for_pieces(starts.len(), PIECE / STRETCH, WORTH / STRETCH, |range| {
        let flags = &flags[range.start * STRETCH..];
        // SAFETY: ranges are disjoint and lie inside.
        let counts = unsafe { target.range(&range) };
        for (count, flags) in counts.iter_mut().zip(flags.chunks(STRETCH)) {
            *count = count_flags(flags) as usize;
        }
    });
    let mut all = 0;
    for start in &mut starts {
        all += std::mem::replace(start, all);
    }
    let end = |at: usize| starts.get(at + 1).copied().unwrap_or(all);
    let layout = Layout::row_major("nonzero", &[all]).expect("fewer than elements");
    // SAFETY: each stretch writes as many places as it has trues, and all places are written.
    unsafe {
        Tensor::build::<i64>(&layout, |out| {
            let target = Shared(out.as_mut_ptr());
            for_pieces(starts.len(), PIECE / STRETCH, WORTH / STRETCH, |range| {
                let mut found = [0i64; STRETCH + 1];
                for at in range {
                    let first = at * STRETCH;
                    let last = flags.len().min(first + STRETCH);
                    let mut count = 0;
                    for (i, &flag) in (first as i64..).zip(&flags[first..last]) {
                        // Written in any case, kept if it is true: no branch to be guessed.
                        found[count] = i;
                        count += usize::from(flag);
                    }
                    let to: &mut [MaybeUninit<i64>] = target.range(&(starts[at]..end(at)));
                    copy_from(to, &found[..count]);
                }
            });
        })
    }
}

/// Positions in row-major order as positions in each dimension: `(positions, rank)`, for a rank of at least 1.
pub(crate) fn unravel(flat: &Tensor, shape: &[usize]) -> Tensor {
    let (flat, rank) = (flat.host_slice::<i64>(), shape.len());
    let layout = Layout::row_major("nonzero", &[flat.len(), rank]).expect("one row per element");
    let elements: usize = shape.iter().product();
    // SAFETY: each entry writes its own row.
    unsafe {
        Tensor::build::<i64>(&layout, |out| {
            let target = Shared(out.as_mut_ptr());
            for_pieces(flat.len(), PIECE, WORTH / 4, |range| {
                let rows = target.range(&(range.start * rank..range.end * rank));
                for (row, &at) in rows.chunks_exact_mut(rank).zip(&flat[range]) {
                    // Divisions of numbers of 32 bits take a third of the time.
                    if let (Ok(at), Ok(_)) = (u32::try_from(at), u32::try_from(elements)) {
                        let mut rest = at;
                        for (to, &size) in row.iter_mut().zip(shape).skip(1).rev() {
                            to.write(i64::from(rest % size as u32));
                            rest /= size as u32;
                        }
                        row[0].write(i64::from(rest));
                    } else {
                        let mut rest = at as usize;
                        for (to, &size) in row.iter_mut().zip(shape).skip(1).rev() {
                            to.write((rest % size) as i64);
                            rest /= size;
                        }
                        row[0].write(rest as i64);
                    }
                }
            });
        })
    }
}

/// Whether a position is below `low` or not below `high`, and whether one is negative.
struct Beyond<'a>(&'a [i64], i64, i64);

impl Kernel for Beyond<'_> {
    type Output = (bool, bool);
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) -> (bool, bool) {
        let Beyond(positions, low, high) = self;
        let (mut beyond, mut sign) = (0u64, 0i64);
        for &position in positions {
            beyond |= u64::from(position < low) | u64::from(position >= high);
            sign |= position;
        }
        (beyond > 0, sign < 0)
    }
}

/// Whether all positions lie between `low` and below `high`, and whether one is negative.
pub(crate) fn within(positions: &[i64], low: i64, high: i64) -> (bool, bool) {
    let (beyond, negative) = (AtomicBool::new(false), AtomicBool::new(false));
    for_pieces(positions.len(), PIECE, WORTH, |range| {
        let found = dispatch(Beyond(&positions[range], low, high));
        // Whoever sets a flag sets the same.
        if found.0 {
            beyond.store(true, Relaxed);
        }
        if found.1 {
            negative.store(true, Relaxed);
        }
    });
    (!beyond.into_inner(), negative.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_true_is_found_once() {
        for len in [0, 1, STRETCH, STRETCH + 1, 20 * STRETCH + 7] {
            for every in [1, 2, 977, usize::MAX] {
                let flags: Vec<bool> = (0..len).map(|i| i * 7919 % 10_007 % every == 0).collect();
                let found = true_at(&flags);
                let right = (0i64..)
                    .zip(&flags)
                    .filter(|(_, flag)| **flag)
                    .map(|(i, _)| i);
                assert!(found.host_slice::<i64>().iter().copied().eq(right));
            }
        }
    }

    #[test]
    fn positions_are_taken_apart() {
        let flat: Tensor = (0..60i64).rev().collect();
        let found = unravel(&flat, &[3, 4, 5]);
        assert_eq!(found.shape(), [60, 3]);
        for (row, flat) in found
            .host_slice::<i64>()
            .chunks(3)
            .zip(flat.host_slice::<i64>())
        {
            assert_eq!((row[0] * 4 + row[1]) * 5 + row[2], *flat);
            assert!(row[1] < 4 && row[2] < 5);
        }
        let flat: Tensor = (0..60i64).map(|i| i << 32).collect();
        let found = unravel(&flat, &[60, 1 << 31, 2]);
        let rows = found.host_slice::<i64>().chunks(3);
        assert!(rows.zip(0..).all(|(row, i)| row == [i, 0, 0]));
    }

    #[test]
    fn one_position_that_does_not_exist_is_enough() {
        let mut positions = vec![3i64; 3 * WORTH];
        assert_eq!(within(&positions, 0, 4), (true, false));
        assert_eq!(within(&positions, 0, 3), (false, false));
        positions[2 * WORTH] = -1;
        assert_eq!(within(&positions, 0, 4), (false, true));
        assert_eq!(within(&positions, -4, 4), (true, true));
        assert_eq!(within(&[], 0, 0), (true, false));
    }
}
