//! Sums, products and extremes along dimensions.
//!
//! A tensor is seen as `(outer, middle, inner)` and the middle is reduced: up to a block of elements in the
//! order of `cascade`, more of them block by block and the blocks' results again. Bounds depend on
//! sizes only, so threads change no bit.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::cascade::{Rows, join_across, join_terms};
use super::dense::Dense;
use super::elementwise::Shared;
use super::parallel::{PIECE, WORTH};
use super::simd::{is_single, is_wide, opaque};
use super::{Kernel, dispatch, for_groups, for_pieces};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// An element type with arithmetic; integers wrap.
pub(crate) trait Number: Element {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

macro_rules! number {
    (wrapping: $($int:ty)*; plain: $($float:ty)*) => {
        $(impl Number for $int {
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            #[inline(always)]
            fn minus(self, other: Self) -> Self { self.wrapping_sub(other) }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
        })*
        $(impl Number for $float {
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self + other }
            #[inline(always)]
            fn minus(self, other: Self) -> Self { self - other }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self * other }
        })*
    };
}
number!(wrapping: u8 i8 i16 i32 i64; plain: half::f16 half::bf16 f32 f64);

/// How two numbers become one; associative up to rounding.
pub(crate) trait Join<T>: Copy + Send + Sync {
    /// Joined with a number, it gives that number.
    const START: T;
    /// Whether training waits for it.
    const HOT: bool = false;
    /// Whether the order does not matter, to the last bit.
    const ANY_ORDER: bool = false;
    fn join(self, a: T, b: T) -> T;
}

/// `a + b`.
#[derive(Clone, Copy)]
pub(crate) struct Plus;
impl<T: Number> Join<T> for Plus {
    const START: T = T::ZERO;
    const HOT: bool = true;
    #[inline(always)]
    fn join(self, a: T, b: T) -> T {
        a.plus(b)
    }
}

/// `a · b`.
#[derive(Clone, Copy)]
pub(crate) struct Times;
impl<T: Number> Join<T> for Times {
    const START: T = T::ONE;
    #[inline(always)]
    fn join(self, a: T, b: T) -> T {
        a.times(b)
    }
}

/// The larger one; NaN if either is NaN.
#[derive(Clone, Copy)]
pub(crate) struct Larger;

/// The smaller one; NaN if either is NaN.
#[derive(Clone, Copy)]
pub(crate) struct Smaller;

macro_rules! extremes {
    ($($T:ty: $lowest:expr, $highest:expr;)*) => {$(
        impl Join<$T> for Larger {
            const START: $T = $lowest;
            const ANY_ORDER: bool = true;
            const HOT: bool = true;
            #[inline(always)]
            #[allow(clippy::eq_op, reason = "only NaN differs from itself; the same text serves integers")]
            fn join(self, a: $T, b: $T) -> $T {
                if (a >= b) | (a != a) { a } else { b }
            }
        }
        impl Join<$T> for Smaller {
            const START: $T = $highest;
            const ANY_ORDER: bool = true;
            const HOT: bool = true;
            #[inline(always)]
            #[allow(clippy::eq_op, reason = "only NaN differs from itself; the same text serves integers")]
            fn join(self, a: $T, b: $T) -> $T {
                if (a <= b) | (a != a) { a } else { b }
            }
        }
    )*};
}
extremes! {
    f32: f32::NEG_INFINITY, f32::INFINITY;
    f64: f64::NEG_INFINITY, f64::INFINITY;
    i64: i64::MIN, i64::MAX;
}

impl Join<bool> for Larger {
    const START: bool = false;
    const ANY_ORDER: bool = true;
    #[inline(always)]
    fn join(self, a: bool, b: bool) -> bool {
        a | b
    }
}
impl Join<bool> for Smaller {
    const START: bool = true;
    const ANY_ORDER: bool = true;
    #[inline(always)]
    fn join(self, a: bool, b: bool) -> bool {
        a & b
    }
}

/// Terms of a sum that are computed in one register.
const FEW: usize = 8;
/// So many elements are joined in one go: below this count PyTorch sums on one thread.
const BLOCK: usize = 32 * 1024;
/// Rows of a block where the rows are too long for one.
const ROWS: usize = 64;

/// All numbers of a slice joined.
fn join_tree<T: Element, J: Join<T>>(xs: &[T], j: J) -> T {
    if xs.len() <= BLOCK {
        return join_block(xs, j);
    }
    let blocks = of_blocks(xs.len(), |r| join_block(&xs[r], j));
    join_tree(blocks.host_slice::<T>(), j)
}

/// A slice of at most one block: a single row.
#[inline]
fn join_block<T: Element, J: Join<T>>(xs: &[T], j: J) -> T {
    let mut joined = MaybeUninit::new(J::START);
    dispatch(JoinEach(xs, xs.len(), std::slice::from_mut(&mut joined), j));
    // SAFETY: it was written at the start.
    unsafe { joined.assume_init() }
}

/// What becomes of each block of `len` elements.
fn of_blocks<T: Element>(len: usize, work: impl Fn(Range<usize>) -> T + Sync + Send) -> Tensor {
    scratch::<T>(len.div_ceil(BLOCK), |results| {
        let target = Shared(results.as_mut_ptr());
        for_pieces(len, BLOCK, WORTH, |block| {
            let at = block.start / BLOCK;
            let result = work(block);
            // SAFETY: each block writes its own result.
            unsafe { target.range(&(at..at + 1))[0].write(result) };
        });
    })
}

/// Numbers in recycled memory; `fill` writes each of them.
pub(super) fn scratch<T: Element>(len: usize, fill: impl FnOnce(&mut [MaybeUninit<T>])) -> Tensor {
    let layout = Layout::row_major("reduce", &[len]).expect("fewer elements than the operand has");
    // SAFETY: the caller's closure writes every element.
    unsafe { Tensor::build::<T>(&layout, fill) }
}

struct SumOf<'a, T, F>(&'a [T], &'a [T], F);
impl<T: Number, F: Fn(T, T) -> T> Kernel for SumOf<'_, T, F> {
    type Output = T;
    const WIDE: bool = is_single::<T>();
    const WIDEST: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) -> T {
        let SumOf(a, b, f) = self;
        let len = a.len().min(b.len());
        if len <= FEW {
            // All places of a register are computed and only those in use are added: one wide logarithm
            // instead of up to eight narrow ones.
            let (mut wide_a, mut wide_b, mut terms) =
                ([T::ONE; FEW], [T::ONE; FEW], [T::ZERO; FEW]);
            wide_a[..len].copy_from_slice(&a[..len]);
            wide_b[..len].copy_from_slice(&b[..len]);
            for i in 0..opaque::<COMPACT>(FEW) {
                let i = opaque::<COMPACT>(i);
                terms[i] = f(wide_a[i], wide_b[i]);
            }
            return join_terms::<COMPACT, T, _>(
                len,
                Plus,
                #[inline(always)]
                |i| terms[i],
            );
        }
        // SAFETY: terms are asked for below the length of both.
        join_terms::<COMPACT, T, _>(
            len,
            Plus,
            #[inline(always)]
            |i| unsafe { f(*a.get_unchecked(i), *b.get_unchecked(i)) },
        )
    }
}

/// The sum of `f` over pairs of elements, added in the same tree as sums of one tensor. Shapes must be
/// equal.
#[inline]
pub(crate) fn sum_of<T: Number>(
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> T + Copy + Send + Sync,
) -> T {
    let (a, b) = (Dense::of(a), Dense::of(b));
    let (xs, ys) = (a.host_slice::<T>(), b.host_slice::<T>());
    assert_eq!(xs.len(), ys.len(), "kernel operands have equal shapes");
    if xs.len() <= BLOCK {
        return dispatch(SumOf(xs, ys, f));
    }
    let sums = of_blocks(xs.len(), |r| dispatch(SumOf(&xs[r.clone()], &ys[r], f)));
    join_tree(sums.host_slice::<T>(), Plus)
}

/// Each row of `middle` elements, at most a block, becomes one number.
struct JoinEach<'a, T, J>(&'a [T], usize, &'a mut [MaybeUninit<T>], J);
impl<T: Element, J: Join<T>> Kernel for JoinEach<'_, T, J> {
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    const WIDEST: bool = J::HOT && is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let JoinEach(xs, middle, out, j) = self;
        for (o, out) in out.iter_mut().enumerate() {
            let row = &xs[o * middle..(o + 1) * middle];
            // SAFETY: terms are asked for below the length of the row.
            out.write(join_terms::<COMPACT, T, J>(
                middle,
                j,
                #[inline(always)]
                |i| unsafe { *row.get_unchecked(i) },
            ));
        }
    }
}

/// Rows of contiguous elements, each joined to one number.
fn join_rows<T: Element, J: Join<T>>(xs: &[T], middle: usize, out: &mut [MaybeUninit<T>], j: J) {
    let n = out.len();
    let target = Shared(out.as_mut_ptr());
    for_groups(n, middle, |r| {
        let rows = &xs[r.start * middle..r.end * middle];
        // SAFETY: pieces are disjoint.
        let out = unsafe { target.range(&r) };
        if middle <= BLOCK {
            dispatch(JoinEach(rows, middle, out, j));
        } else {
            for (row, out) in rows.chunks_exact(middle).zip(out) {
                out.write(join_tree(row, j));
            }
        }
    });
}

/// Rows joined one after the other.
fn join_block_of_rows<T: Element, J: Join<T>>(
    xs: &[T],
    inner: usize,
    out: &mut [MaybeUninit<T>],
    j: J,
) {
    out.fill(MaybeUninit::new(J::START));
    // SAFETY: written just now.
    let to = unsafe { std::slice::from_raw_parts_mut(out.as_mut_ptr().cast::<T>(), inner) };
    let start = 0;
    dispatch(Rows {
        xs,
        inner,
        start,
        to,
        j,
    });
}

/// The middle of `(outer, middle, inner)`, none of them empty, joined in blocks of rows.
pub(super) fn join_columns<T: Element, J: Join<T>>(
    xs: &[T],
    (outer, middle, inner): (usize, usize, usize),
    out: &mut [MaybeUninit<T>],
    j: J,
) {
    let rows = if middle * inner <= BLOCK {
        middle
    } else {
        ROWS
    };
    let blocks = middle.div_ceil(rows);
    let write = |out: &mut [MaybeUninit<T>]| {
        let target = Shared(out.as_mut_ptr());
        let size = middle.min(rows) * inner;
        let piece = (PIECE / 4 / size).max(1);
        for_pieces(outer * blocks, piece, WORTH.div_ceil(size), |pieces| {
            for at in pieces {
                let (o, block) = (at / blocks, at % blocks);
                let start = o * middle + block * rows;
                let end = (start + rows).min((o + 1) * middle);
                // SAFETY: one range per block.
                let to = unsafe { target.range(&(at * inner..(at + 1) * inner)) };
                let xs = &xs[start * inner..end * inner];
                if blocks == 1 && !J::ANY_ORDER {
                    join_across(xs, inner, to, j);
                } else {
                    join_block_of_rows(xs, inner, to, j);
                }
            }
        });
    };
    if blocks == 1 {
        return write(out);
    }
    let partial = scratch::<T>(outer * blocks * inner, write);
    join_columns(partial.host_slice::<T>(), (outer, blocks, inner), out, j);
}

/// The middle of `x`, seen as `(outer, middle, inner)`, joined; `j`'s start where it is empty.
pub(crate) fn join_middle<T: Element, J: Join<T>>(
    x: &Tensor,
    (outer, middle, inner): (usize, usize, usize),
    layout: &Layout,
    j: J,
) -> Tensor {
    let x = Dense::of(x);
    let xs = x.host_slice::<T>();
    // SAFETY: every branch writes every element.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if out.is_empty() || middle == 0 {
                out.fill(MaybeUninit::new(J::START));
            } else if inner > 1 {
                join_columns(xs, (outer, middle, inner), out, j);
            } else if outer == 1 {
                out[0].write(join_tree(xs, j));
            } else {
                join_rows(xs, middle, out, j);
            }
        })
    }
}

/// Sums over the middle of `x`.
pub(crate) fn sum_middle<T: Number>(
    x: &Tensor,
    sizes: (usize, usize, usize),
    layout: &Layout,
) -> Tensor {
    join_middle::<T, _>(x, sizes, layout, Plus)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_slice<T: Number>(xs: &[T]) -> T {
        join_tree(xs, Plus)
    }

    #[test]
    fn long_sums_are_accurate_and_do_not_depend_on_threads() {
        let xs: Vec<f32> = (0..1_000_003).map(|i| 0.1 + (i % 7) as f32).collect();
        let exact: f64 = xs.iter().map(|&x| f64::from(x)).sum();
        let two = sum_slice(&xs);
        // The longest way through a block of 2¹⁵ numbers is of 50 additions, through 31 blocks of 18 more:
        // 2⁻²⁴ each at worst.
        assert!((f64::from(two) - exact).abs() / exact < 68.0 * 2f64.powi(-24));
        super::super::set_num_threads(1);
        let one = sum_slice(&xs);
        super::super::set_num_threads(3);
        assert_eq!(one.to_bits(), sum_slice(&xs).to_bits());
        assert_eq!(one.to_bits(), two.to_bits());
    }

    #[test]
    fn integers_wrap() {
        assert_eq!(sum_slice(&[i64::MAX, 1]), i64::MIN);
    }

    #[test]
    fn compact_copies_give_the_same_bits() {
        let xs: Vec<f32> = (0..300).map(|i| ((i * 7919) % 1013) as f32 / 7.0).collect();
        let joined = |middle: usize, compact: bool| {
            let mut out = vec![MaybeUninit::new(0f32); 300 / middle];
            let rows = &xs[..300 / middle * middle];
            let each = JoinEach(rows, middle, &mut out, Plus);
            if compact {
                each.run::<true>();
            } else {
                each.run::<false>();
            }
            // SAFETY: the numbers were initialised.
            out.iter()
                .map(|x| unsafe { x.assume_init() }.to_bits())
                .collect::<Vec<_>>()
        };
        for middle in [1, 7, 31, 33, 64, 100, 300] {
            assert_eq!(joined(middle, true), joined(middle, false), "{middle}");
        }
        let square = |a: f32, b: f32| (a - b) * a;
        for len in [0, 3, 8, 9, 32, 100, 300] {
            let (a, b) = (&xs[..len], &xs[300 - len..]);
            let compact = SumOf(a, b, square).run::<true>();
            let wide = SumOf(a, b, square).run::<false>();
            assert_eq!(compact.to_bits(), wide.to_bits(), "{len}");
        }
    }

    fn columns(rows: usize, inner: usize) -> (Vec<f32>, Tensor) {
        let values: Vec<f32> = (0..rows * inner)
            .map(|i| ((i * 7919) % 1013) as f32)
            .collect();
        let x = Tensor::from_slice(&values, [rows, inner]).unwrap();
        (values, x)
    }

    /// Sums of small integers are exact in any order, so any number of rows can be compared.
    #[test]
    fn every_number_of_rows_is_joined_whole() {
        for rows in [1, 2, 15, 16, 17, 20, 63, 64, 65, 130, 4097] {
            for inner in [2, 3, 33] {
                let (values, x) = columns(rows, inner);
                let layout = Layout::row_major("t", &[inner]).unwrap();
                let sums = join_middle::<f32, _>(&x, (1, rows, inner), &layout, Plus);
                let tops = join_middle::<f32, _>(&x, (1, rows, inner), &layout, Larger);
                for i in 0..inner {
                    let column = || values.iter().skip(i).step_by(inner).copied();
                    assert_eq!(sums.host_slice::<f32>()[i], column().sum::<f32>());
                    let top = column().fold(0.0, f32::max);
                    assert_eq!(tops.host_slice::<f32>()[i], top);
                }
            }
        }
    }

    #[test]
    fn extremes_of_rows() {
        for middle in [1, 5, 31, 64, 100, 5000] {
            let (values, x) = columns(3, middle);
            let layout = Layout::row_major("t", &[3]).unwrap();
            let low = join_middle::<f32, _>(&x, (3, middle, 1), &layout, Smaller);
            for (o, row) in values.chunks(middle).enumerate() {
                let least = row.iter().copied().fold(f32::MAX, f32::min);
                assert_eq!(low.host_slice::<f32>()[o], least);
            }
        }
    }
}
