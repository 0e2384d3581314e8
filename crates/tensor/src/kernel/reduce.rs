//! Sums and extremes along dimensions.
//!
//! A tensor is seen as `(outer, middle, inner)` and the middle is reduced. Sums along contiguous
//! memory run in 32 lanes over blocks of 4096, blocks are added pairwise; sums across rows add blocks
//! of 64 rows. Bounds depend on sizes only, so threads change no bit, and rounding errors grow with
//! the logarithm of the count.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::elementwise::Shared;
use super::lanes::{LANES, fold};
use super::simd::is_wide;
use super::{Kernel, dispatch, for_pieces};
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

/// So few elements are added in four running sums.
const FEW: usize = 8;
const BLOCK: usize = 4096;
const ROWS: usize = 64;
/// Reductions of fewer elements stay on this thread.
const WORTH: usize = 128 * 1024;

struct SumBlock<'a, T>(&'a [T]);
impl<T: Number> Kernel for SumBlock<'_, T> {
    type Output = T;
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    fn run(self) -> T {
        let chunks = self.0.chunks_exact(LANES);
        let rest = chunks.remainder();
        let mut lanes = [T::ZERO; LANES];
        for chunk in chunks {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane = lane.plus(x);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane = lane.plus(x);
        }
        fold(lanes, T::plus)
    }
}

/// A few numbers in four running sums, then these in order: what PyTorch does with so few.
///
/// An index loop: iterator adapters would not be inlined into the versions for wider registers.
#[inline(always)]
fn few<T: Number>(len: usize, term: impl Fn(usize) -> T) -> T {
    let mut sums = [T::ZERO; 4];
    for i in 0..len {
        sums[i % 4] = sums[i % 4].plus(term(i));
    }
    sums[0].plus(sums[1]).plus(sums[2]).plus(sums[3])
}

/// The sum of a slice.
#[inline]
pub(crate) fn sum_slice<T: Number>(xs: &[T]) -> T {
    if xs.len() <= FEW {
        return few(
            xs.len(),
            #[inline(always)]
            |i| xs[i],
        );
    }
    sum_tree(xs)
}

fn sum_tree<T: Number>(xs: &[T]) -> T {
    if xs.len() <= BLOCK {
        return dispatch(SumBlock(xs));
    }
    let blocks = xs.len().div_ceil(BLOCK);
    let mut sums = vec![T::ZERO; blocks];
    let target = Shared(sums.as_mut_ptr());
    for_pieces(xs.len(), BLOCK, WORTH, |r| {
        let at = r.start / BLOCK;
        // SAFETY: one piece per block, each writes its own sum.
        unsafe { target.range(&(at..at + 1))[0] = dispatch(SumBlock(&xs[r])) };
    });
    sum_tree(&sums)
}

struct SumOf<'a, T, F>(&'a [T], &'a [T], F);
impl<T: Number, F: Fn(T, T) -> T> Kernel for SumOf<'_, T, F> {
    type Output = T;
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    fn run(self) -> T {
        let SumOf(a, b, f) = self;
        if a.len() <= FEW {
            // All places of a register are computed and only those in use are added: one wide logarithm
            // instead of up to eight narrow ones.
            let (mut wide_a, mut wide_b, mut terms) =
                ([T::ONE; FEW], [T::ONE; FEW], [T::ZERO; FEW]);
            for i in 0..a.len().min(b.len()) {
                (wide_a[i], wide_b[i]) = (a[i], b[i]);
            }
            for i in 0..FEW {
                terms[i] = f(wide_a[i], wide_b[i]);
            }
            return few(
                a.len(),
                #[inline(always)]
                |i| terms[i],
            );
        }
        let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        let (rest_a, rest_b) = (a.remainder(), b.remainder());
        let mut lanes = [T::ZERO; LANES];
        for (a, b) in a.zip(b) {
            for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
                *lane = lane.plus(f(a, b));
            }
        }
        for ((lane, &a), &b) in lanes.iter_mut().zip(rest_a).zip(rest_b) {
            *lane = lane.plus(f(a, b));
        }
        fold(lanes, T::plus)
    }
}

/// The sum of `f` over pairs of elements, added in the same tree as [`sum_slice`]. Shapes must be
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
    let mut sums = vec![T::ZERO; xs.len().div_ceil(BLOCK)];
    let target = Shared(sums.as_mut_ptr());
    for_pieces(xs.len(), BLOCK, WORTH, |r| {
        let at = r.start / BLOCK;
        // SAFETY: one piece per block, each writes its own sum.
        unsafe { target.range(&(at..at + 1))[0] = dispatch(SumOf(&xs[r.clone()], &ys[r], f)) };
    });
    sum_tree(&sums)
}

struct AddRow<'a, T>(&'a mut [T], &'a [T]);
impl<T: Number> Kernel for AddRow<'_, T> {
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    fn run(self) {
        for (sum, &x) in self.0.iter_mut().zip(self.1) {
            *sum = sum.plus(x);
        }
    }
}

/// Sums over the middle of `x` seen as `(outer, middle, inner)`.
pub(crate) fn sum_middle<T: Number>(
    x: &Tensor,
    (outer, middle, inner): (usize, usize, usize),
    layout: &Layout,
) -> Tensor {
    let x = Dense::of(x);
    let xs = x.host_slice::<T>();
    // SAFETY: the fill writes every element; zeros stand where sums are accumulated.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if inner == 1 {
                if outer == 1 {
                    out[0].write(sum_slice(xs));
                } else {
                    rows(out, middle, |o| {
                        sum_slice(&xs[o * middle..(o + 1) * middle])
                    });
                }
                return;
            }
            out.fill(MaybeUninit::new(T::ZERO));
            let out = std::slice::from_raw_parts_mut(out.as_mut_ptr().cast::<T>(), out.len());
            let mut partial = vec![T::ZERO; if middle > ROWS { inner } else { 0 }];
            for o in 0..outer {
                let to = &mut out[o * inner..(o + 1) * inner];
                let block = &xs[o * middle * inner..(o + 1) * middle * inner];
                if middle <= ROWS {
                    block
                        .chunks_exact(inner.max(1))
                        .for_each(|row| dispatch(AddRow(to, row)));
                } else {
                    for rows in block.chunks((ROWS * inner).max(1)) {
                        partial.fill(T::ZERO);
                        rows.chunks_exact(inner)
                            .for_each(|row| dispatch(AddRow(&mut partial, row)));
                        dispatch(AddRow(to, &partial));
                    }
                }
            }
        })
    }
}

/// Writes `f(o)` to every element, on several threads if the rows of `middle` elements are worth it.
fn rows<U: Element>(
    out: &mut [MaybeUninit<U>],
    middle: usize,
    f: impl Fn(usize) -> U + Sync + Send,
) {
    let n = out.len();
    let target = Shared(out.as_mut_ptr());
    let piece = (BLOCK / middle.max(1)).max(1);
    let worth = WORTH / middle.max(1);
    for_pieces(n, piece, worth, |r| {
        // SAFETY: pieces are disjoint.
        for (to, o) in unsafe { target.range(&r) }.iter_mut().zip(r) {
            to.write(f(o));
        }
    });
}

/// For each row of the last dimension the position for which `better(candidate, best)` held last,
/// starting at 0. Rows must not be empty.
pub(crate) fn extreme_last<T: Element>(
    x: &Tensor,
    middle: usize,
    layout: &Layout,
    better: impl Fn(T, T) -> bool + Sync + Send,
) -> Tensor {
    let x = Dense::of(x);
    let xs = x.host_slice::<T>();
    // SAFETY: every element is written.
    unsafe {
        Tensor::build::<i64>(layout, |out| {
            rows(out, middle, |o| {
                let row = &xs[o * middle..(o + 1) * middle];
                let mut best = 0;
                for (i, &x) in row.iter().enumerate() {
                    if better(x, row[best]) {
                        best = i;
                    }
                }
                best as i64
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sums_are_accurate_and_do_not_depend_on_threads() {
        let xs: Vec<f32> = (0..1_000_003).map(|i| 0.1 + (i % 7) as f32).collect();
        let exact: f64 = xs.iter().map(|&x| f64::from(x)).sum();
        let two = sum_slice(&xs);
        // A lane adds 128 numbers of a block, the tree above it 5 + 8 more levels: 2⁻²⁴ each at worst.
        assert!((f64::from(two) - exact).abs() / exact < 141.0 * 2f64.powi(-24));
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
}
