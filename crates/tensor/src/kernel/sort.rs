//! The order of elements within lines, as positions: sorting, and selecting by rank.
//!
//! A number and its position become one integer that sorts as the number does and, among equals, as
//! the position: an unstable sort of these integers is a stable sort of the numbers. −0 equals 0, and
//! NaN comes after every number. Long lines are sorted digit by digit, of as many digits as their keys differ in.

use super::dense::Dense;
use super::elementwise::Shared;
use super::for_pieces;
use super::parallel::{PIECE_COSTLY, WORTH_COSTLY};
use crate::dispatch::{for_compute, for_dtype};
use crate::layout::Layout;
use crate::storage::Scratch;
use crate::{DType, Element, Tensor};

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
    fn bring_forward<E: Entry>(self, line: &mut [E], spare: &mut [E], nans: usize) {
        let numbers = line.len() - nans;
        let rank = match self {
            Ranks::All => return sort(line, spare),
            Ranks::First(count) => {
                if count > 0 && count < line.len() {
                    line.select_nth_unstable(count - 1);
                }
                return line[..count].sort_unstable();
            }
            Ranks::Mode => {
                sort(line, spare);
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

/// Bits of a digit, and the number of its values.
const DIGIT: u32 = 10;
const VALUES: usize = 1 << DIGIT;
/// Shorter lines are sorted by comparing.
const LONG: usize = 2 * VALUES;

/// Sorts entries whose positions ascend, with as much memory beside them.
fn sort<E: Entry>(line: &mut [E], spare: &mut [E]) {
    if line.len() < LONG {
        return line.sort_unstable();
    }
    if line.is_sorted() {
        return;
    }
    let (mut all, mut any) = (u64::MAX, 0);
    for entry in line.iter() {
        (all, any) = (all & entry.key(), any | entry.key());
    }
    let differ = all ^ any;
    let bits = u64::BITS - differ.leading_zeros();
    // What comparing costs grows with the logarithm of the length; where keys differ in many digits it is less.
    if bits.div_ceil(DIGIT) > line.len().ilog2() / 3 {
        return line.sort_unstable();
    }
    spare.copy_from_slice(line);
    let (mut from, mut to) = (line, spare);
    let mut is_back = true;
    for shift in (differ.trailing_zeros()..bits).step_by(DIGIT as usize) {
        let digit = |entry: &E| (entry.key() >> shift) as usize % VALUES;
        let mut starts = [0usize; VALUES];
        from.iter().for_each(|entry| starts[digit(entry)] += 1);
        let mut before = 0;
        for start in &mut starts {
            before += std::mem::replace(start, before);
        }
        for entry in &*from {
            let place = &mut starts[digit(entry)];
            to[*place] = *entry;
            *place += 1;
        }
        std::mem::swap(&mut from, &mut to);
        is_back = !is_back;
    }
    if !is_back {
        to.copy_from_slice(from);
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
        let nan = if T::NARROW { u64::from(u32::MAX) } else { u64::MAX };
        let (mut low, mut high) = (0, nan);
        if T::DTYPE == DType::I64 {
            (low, high) = (u64::MAX, 0);
            for x in xs {
                (low, high) = (low.min(x.key()), high.max(x.key()));
            }
            low = low.min(high);
        }
        // Keys counted from the lowest, so that those of most integers fit a word beside their positions.
        let key = move |x: T| if descending { high - x.key() } else { x.key() - low };
        let nan = T::DTYPE.is_float().then(|| key(T::from_scalar(f64::NAN.into())));
        if u32::try_from(high - low).is_ok() && u32::try_from(size).is_ok() {
            order_as::<T, u64>(xs, size, ranks, (key, nan), layout)
        } else {
            order_as::<T, u128>(xs, size, ranks, (key, nan), layout)
        }
    })
}

/// Elements are ordered by their keys; that of NaN is given where there is one.
fn order_as<T: Ordered, E: Entry>(
    xs: &[T],
    size: usize,
    ranks: Ranks,
    (key, nan): (impl Fn(T) -> u64 + Sync + Send, Option<u64>),
    layout: &Layout,
) -> Tensor {
    let count = ranks.count(size);
    // SAFETY: pieces are disjoint and each line writes its `count` positions; the memory is ours until it is dropped.
    unsafe {
        Tensor::build::<i64>(layout, |out| {
            if out.is_empty() {
                return;
            }
            let lines = out.len() / count;
            let target = Shared(out.as_mut_ptr());
            let piece = (PIECE_COSTLY / size).max(1);
            for_pieces(lines, piece, WORTH_COSTLY.div_ceil(size), |range| {
                // Recycled memory for two lines: entries are integers, all bits zero is one.
                let memory = Scratch::of::<E>(2 * size);
                memory.start::<E>().write_bytes(0, 2 * size);
                let entries = std::slice::from_raw_parts_mut(memory.start::<E>(), 2 * size);
                let (line, spare) = entries.split_at_mut(size);
                for at in range {
                    let mut nans = 0;
                    let xs = &xs[at * size..(at + 1) * size];
                    for (position, (entry, &x)) in line.iter_mut().zip(xs).enumerate() {
                        let key = key(x);
                        nans += usize::from(Some(key) == nan);
                        *entry = E::new(key, position);
                    }
                    ranks.bring_forward(line, spare, nans);
                    let to = target.range(&(at * count..(at + 1) * count));
                    for (to, entry) in to.iter_mut().zip(&*line) {
                        to.write(entry.position());
                    }
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
    fn long_lines_are_sorted_by_digits() {
        for (factor, most) in [
            (1, 3),
            (1, 1 << 20),
            (1 << 40, 1 << 20),
            (-(1 << 43), 1 << 20),
        ] {
            let values: Vec<i64> = (0..100_000)
                .map(|i| i * 7919 % 1_000_003 % most * factor)
                .collect();
            for descending in [false, true] {
                let order = ordered(&values, Ranks::All, descending);
                let mut right: Vec<i64> = (0..100_000).collect();
                let sign = if descending { -1 } else { 1 };
                right.sort_by_key(|&at| sign * values[at as usize]);
                assert!(order == right);
            }
        }
        let values: Vec<f32> = (0..70_000)
            .map(|i| ((i * 7919) % 10_007) as f32 - 5000.0)
            .collect();
        let order = ordered(&values, Ranks::All, false);
        let key = |at: i64| (values[at as usize] as i64, at);
        assert!(order.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
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
