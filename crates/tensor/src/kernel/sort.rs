//! The order of elements within lines, as positions: sorting, and selecting by rank.
//!
//! A number and its position become one integer that sorts as the number does and, among equals, as
//! the position: an unstable sort of these integers is a stable sort of the numbers. −0 equals 0, and
//! NaN comes after every number.

use super::dense::Dense;
use super::elementwise::Shared;
use super::parallel::{PIECE_COSTLY, WORTH_COSTLY};
use super::{copy_from, for_pieces};
use crate::dispatch::{for_compute, for_dtype};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// A type that numbers are compared in.
pub(crate) trait Ordered: Element {
    /// Whether keys have 32 bits.
    const NARROW: bool;
    /// An integer that compares as the number does; the largest one for NaN.
    fn key(self) -> u64;
}

impl Ordered for f32 {
    const NARROW: bool = true;
    #[inline(always)]
    fn key(self) -> u64 {
        // Adding 0 makes 0 of −0.
        let bits = (self + 0.0).to_bits();
        let key = if bits >> 31 == 1 {
            !bits
        } else {
            bits | 1 << 31
        };
        u64::from(if self.is_nan() { u32::MAX } else { key })
    }
}

impl Ordered for f64 {
    const NARROW: bool = false;
    #[inline(always)]
    fn key(self) -> u64 {
        let bits = (self + 0.0).to_bits();
        let key = if bits >> 63 == 1 {
            !bits
        } else {
            bits | 1 << 63
        };
        if self.is_nan() { u64::MAX } else { key }
    }
}

impl Ordered for i64 {
    const NARROW: bool = false;
    #[inline(always)]
    fn key(self) -> u64 {
        self as u64 ^ 1 << 63
    }
}

/// A key with the position it came from.
trait Entry: Copy + Ord + Send {
    fn new(key: u64, position: usize) -> Self;
    fn key(self) -> u64;
    fn position(self) -> i64;
}

impl Entry for u64 {
    fn new(key: u64, position: usize) -> u64 {
        key << 32 | position as u64
    }
    fn key(self) -> u64 {
        self >> 32
    }
    fn position(self) -> i64 {
        (self & u64::from(u32::MAX)) as i64
    }
}

impl Entry for u128 {
    fn new(key: u64, position: usize) -> u128 {
        u128::from(key) << 64 | position as u128
    }
    fn key(self) -> u64 {
        (self >> 64) as u64
    }
    fn position(self) -> i64 {
        self as u64 as i64
    }
}

/// Which positions of a line are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ranks {
    /// All, in the order of their elements.
    All,
    /// The first so many of them.
    First(usize),
    /// The one at this rank.
    At(usize),
    /// The one at the middle rank, the lower of two; the first NaN if there is one.
    Median,
    /// The one at the middle rank among numbers; 0 if there is none.
    NanMedian,
    /// The last one of the most frequent value, of the smallest such value.
    Mode,
}

impl Ranks {
    /// How many positions of each line of `size` elements that is.
    pub(crate) fn count(self, size: usize) -> usize {
        match self {
            Ranks::All => size,
            Ranks::First(count) => count,
            _ => 1,
        }
    }

    /// Moves the wanted entries of a line that is not empty to its front; `nans` of them are not
    /// numbers.
    fn bring_forward<E: Entry>(self, line: &mut [E], nans: usize) {
        let numbers = line.len() - nans;
        let rank = match self {
            Ranks::All => return line.sort_unstable(),
            Ranks::First(count) => {
                if count > 0 && count < line.len() {
                    line.select_nth_unstable(count - 1);
                }
                return line[..count].sort_unstable();
            }
            Ranks::Mode => {
                line.sort_unstable();
                last_of_longest_run(line)
            }
            Ranks::At(rank) => rank,
            Ranks::Median if nans > 0 => numbers,
            Ranks::Median | Ranks::NanMedian => numbers.saturating_sub(1) / 2,
        };
        line.select_nth_unstable(rank);
        line[0] = line[rank];
    }
}

fn last_of_longest_run<E: Entry>(sorted: &[E]) -> usize {
    let (mut longest, mut last, mut start) = (0, 0, 0);
    for end in 1..=sorted.len() {
        if end == sorted.len() || sorted[end].key() != sorted[start].key() {
            if end - start > longest {
                (longest, last) = (end - start, end - 1);
            }
            start = end;
        }
    }
    last
}

/// The wanted positions of each line of `size` elements, the last dimension; `layout` is the result's.
/// Lines may be empty only where none of their positions is wanted.
#[inline]
pub(crate) fn order(
    x: &Tensor,
    size: usize,
    ranks: Ranks,
    descending: bool,
    layout: &Layout,
) -> Tensor {
    for_compute!(x.dtype(), T => {
        if x.dtype() != T::DTYPE {
            return order(&super::cast(x, T::DTYPE), size, ranks, descending, layout);
        }
        let x = Dense::of(x);
        let xs = x.host_slice::<T>();
        if T::NARROW && u32::try_from(size).is_ok() {
            order_as::<T, u64>(xs, size, ranks, descending, layout)
        } else {
            order_as::<T, u128>(xs, size, ranks, descending, layout)
        }
    })
}

fn order_as<T: Ordered, E: Entry>(
    xs: &[T],
    size: usize,
    ranks: Ranks,
    descending: bool,
    layout: &Layout,
) -> Tensor {
    let count = ranks.count(size);
    let nan = if T::NARROW {
        u64::from(u32::MAX)
    } else {
        u64::MAX
    };
    let flip = if descending { nan } else { 0 };
    let is_float = T::DTYPE.is_float();
    // SAFETY: pieces are disjoint and each line writes its `count` positions.
    unsafe {
        Tensor::build::<i64>(layout, |out| {
            if out.is_empty() {
                return;
            }
            let lines = out.len() / count;
            let target = Shared(out.as_mut_ptr());
            let piece = (PIECE_COSTLY / size).max(1);
            for_pieces(lines, piece, WORTH_COSTLY.div_ceil(size), |range| {
                let mut line = Vec::with_capacity(size);
                let mut wanted = Vec::with_capacity(count);
                for at in range {
                    line.clear();
                    wanted.clear();
                    let mut nans = 0;
                    for (position, x) in xs[at * size..(at + 1) * size].iter().enumerate() {
                        let key = x.key();
                        nans += usize::from(is_float && key == nan);
                        line.push(E::new(key ^ flip, position));
                    }
                    ranks.bring_forward(&mut line, nans);
                    wanted.extend(line[..count].iter().map(|entry| entry.position()));
                    copy_from(target.range(&(at * count..(at + 1) * count)), &wanted);
                }
            });
        })
    }
}

/// The order of rows of `size` elements, by their first different element; equal rows keep theirs.
#[inline]
pub(crate) fn order_of_rows(x: &Tensor, size: usize) -> Vec<usize> {
    for_compute!(x.dtype(), T => {
        if x.dtype() != T::DTYPE {
            return order_of_rows(&super::cast(x, T::DTYPE), size);
        }
        let x = Dense::of(x);
        let keys: Vec<u64> = x.host_slice::<T>().iter().map(|x| x.key()).collect();
        let row = |at: usize| &keys[at * size..(at + 1) * size];
        let mut order: Vec<usize> = (0..keys.len().checked_div(size).unwrap_or(0)).collect();
        order.sort_by(|&a, &b| row(a).cmp(row(b)));
        order
    })
}

/// For each row of this order but the first whether it equals the one before it; NaN equals nothing.
#[inline]
pub(crate) fn equal_neighbours(x: &Tensor, size: usize, order: &[usize]) -> Vec<bool> {
    for_dtype!(x.dtype(), T => {
        let x = Dense::of(x);
        let xs = x.host_slice::<T>();
        let row = |at: usize| &xs[at * size..(at + 1) * size];
        order.windows(2).map(|pair| row(pair[0]) == row(pair[1])).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered<T: Element>(values: &[T], ranks: Ranks, descending: bool) -> Vec<i64> {
        let x = Tensor::from_slice(values, [values.len()]).unwrap();
        let layout = Layout::row_major("t", &[ranks.count(values.len())]).unwrap();
        order(&x, values.len(), ranks, descending, &layout)
            .host_slice::<i64>()
            .to_vec()
    }

    const MIXED: [f32; 7] = [
        1.0,
        f32::NAN,
        -0.0,
        f32::INFINITY,
        0.0,
        f32::NEG_INFINITY,
        f32::NAN,
    ];

    #[test]
    fn equals_keep_their_order_and_what_is_not_a_number_comes_last() {
        assert_eq!(ordered(&MIXED, Ranks::All, false), [5, 2, 4, 0, 3, 1, 6]);
        assert_eq!(ordered(&MIXED, Ranks::All, true), [1, 6, 3, 0, 2, 4, 5]);
        let wide = MIXED.map(f64::from);
        assert_eq!(ordered(&wide, Ranks::All, true), [1, 6, 3, 0, 2, 4, 5]);
        let integers = [0, i64::MAX, i64::MIN, -1, i64::MAX];
        assert_eq!(ordered(&integers, Ranks::All, false), [2, 3, 0, 1, 4]);
        assert_eq!(ordered(&[true, false, true], Ranks::All, false), [1, 0, 2]);
    }

    #[test]
    fn positions_by_rank() {
        assert_eq!(ordered(&MIXED, Ranks::First(3), false), [5, 2, 4]);
        assert_eq!(ordered(&MIXED, Ranks::First(0), false), [0; 0]);
        assert_eq!(ordered(&MIXED, Ranks::At(3), false), [0]);
        assert_eq!(ordered(&MIXED, Ranks::Median, false), [1]);
        assert_eq!(ordered(&MIXED, Ranks::NanMedian, false), [4]);
        assert_eq!(ordered(&[f32::NAN; 2], Ranks::NanMedian, false), [0]);
        assert_eq!(ordered(&[4, 1, 3, 2], Ranks::Median, false), [3]);
        assert_eq!(ordered(&[i64::MAX, 1], Ranks::Median, false), [1]);
        assert_eq!(ordered(&[3, 1, 2, 1, 3], Ranks::Mode, false), [3]);
    }

    #[test]
    fn many_lines_are_ordered_the_same_on_threads() {
        let (lines, size) = (300, 200);
        let values: Vec<f32> = (0..lines * size)
            .map(|i| ((i * 7919) % 1009) as f32)
            .collect();
        let x = Tensor::from_slice(&values, [lines, size]).unwrap();
        let order = order(&x, size, Ranks::All, false, x.layout());
        let order = order.host_slice::<i64>();
        for (line, order) in values.chunks(size).zip(order.chunks(size)) {
            let key = |at: i64| (line[at as usize] as i64, at);
            assert!(order.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
        }
    }
}
