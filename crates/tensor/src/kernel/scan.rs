//! Loops that carry a state along one dimension.

use super::dense::Dense;
use super::elementwise::Shared;
use super::{Ordered, for_groups};
use crate::{DType, Element, Tensor};

/// Runs `step` along the middle of operands seen as `(outer, size, inner)`, backwards if `reverse`.
/// It gets the state of its line, which begins as `start`, the position and the operands' elements.
pub(crate) fn scan<T: Element, S: Copy + Send + Sync, U: Element, const N: usize>(
    operands: [&Tensor; N],
    (outer, size, inner): (usize, usize, usize),
    reverse: bool,
    start: S,
    step: impl Fn(&mut S, usize, [T; N]) -> U + Sync + Send,
) -> Tensor {
    let dense = operands.map(Dense::of);
    let xs: [&[T]; N] = std::array::from_fn(|k| dense[k].host_slice::<T>());
    let layout = dense[0].layout();
    let at = |k: usize| if reverse { size - 1 - k } else { k };
    // SAFETY: every line writes each of its elements, and no two lines share one.
    unsafe {
        Tensor::build::<U>(layout, |out| {
            let target = Shared(out.as_mut_ptr());
            if out.is_empty() {
                return;
            }
            for_groups(outer, size * inner, |range| {
                for o in range {
                    let block = o * size * inner..(o + 1) * size * inner;
                    let out = target.range(&block);
                    if inner == 1 {
                        let mut state = start;
                        for k in (0..size).map(at) {
                            let values = std::array::from_fn(|n| xs[n][block.start + k]);
                            out[k].write(step(&mut state, k, values));
                        }
                        continue;
                    }
                    let mut states = vec![start; inner];
                    for k in (0..size).map(at) {
                        let row = k * inner..(k + 1) * inner;
                        for ((i, out), state) in row.clone().zip(&mut out[row]).zip(&mut states) {
                            let values = std::array::from_fn(|n| xs[n][block.start + i]);
                            out.write(step(state, k, values));
                        }
                    }
                }
            });
        })
    }
}

/// Running sums, those of `f32` carried in `f64`.
#[inline]
pub(crate) fn cumulative_sum(x: &Tensor, sizes: (usize, usize, usize), reverse: bool) -> Tensor {
    match x.dtype() {
        DType::F32 => scan(
            [x],
            sizes,
            reverse,
            0.0,
            |sum: &mut f64, _, [x]: [f32; 1]| {
                *sum += f64::from(x);
                *sum as f32
            },
        ),
        DType::F64 => scan(
            [x],
            sizes,
            reverse,
            0.0,
            |sum: &mut f64, _, [x]: [f64; 1]| {
                *sum += x;
                *sum
            },
        ),
        _ => scan([x], sizes, reverse, 0, |sum: &mut i64, _, [x]: [i64; 1]| {
            *sum = sum.wrapping_add(x);
            *sum
        }),
    }
}

/// Running products of `f64` or `i64`.
#[inline]
pub(crate) fn cumulative_product(
    x: &Tensor,
    sizes: (usize, usize, usize),
    reverse: bool,
) -> Tensor {
    if x.dtype() == DType::F64 {
        scan(
            [x],
            sizes,
            reverse,
            1.0,
            |product: &mut f64, _, [x]: [f64; 1]| {
                *product *= x;
                *product
            },
        )
    } else {
        scan(
            [x],
            sizes,
            reverse,
            1,
            |product: &mut i64, _, [x]: [i64; 1]| {
                *product = product.wrapping_mul(x);
                *product
            },
        )
    }
}

/// Positions of the running maximum, or minimum: the last one among equals, NaN before every number.
pub(crate) fn running_extreme<T: Ordered>(
    x: &Tensor,
    sizes: (usize, usize, usize),
    smallest: bool,
) -> Tensor {
    let is_float = T::DTYPE.is_float();
    let nan = if T::NARROW {
        u64::from(u32::MAX)
    } else {
        u64::MAX
    };
    // Every key is at least 0, so the first element is taken.
    let start = (0, 0);
    scan(
        [x],
        sizes,
        false,
        start,
        move |state: &mut (u64, i64), k, [x]: [T; 1]| {
            let key = x.key();
            // Reversed for the smallest, except that NaN stays on top.
            let key = if smallest && !(is_float && key == nan) {
                nan - key
            } else {
                key
            };
            let (best, place) = *state;
            let is_best = key >= best;
            *state = (
                if is_best { key } else { best },
                if is_best { k as i64 } else { place },
            );
            state.1
        },
    )
}

/// Running logarithms of sums of exponentials of `f64`.
#[inline]
pub(crate) fn cumulative_logsumexp(x: &Tensor, sizes: (usize, usize, usize)) -> Tensor {
    let start = f64::NEG_INFINITY;
    scan(
        [x],
        sizes,
        false,
        start,
        |sum: &mut f64, _, [x]: [f64; 1]| {
            let (high, low) = if x > *sum { (x, *sum) } else { (*sum, x) };
            *sum = if high.is_infinite() && high == low {
                high
            } else {
                high + (low - high).exp().ln_1p()
            };
            *sum
        },
    )
}

/// `hₖ = aₖ hₖ₋₁ + bₖ` from h₋₁ = 0 on, of `f64`.
#[inline]
pub(crate) fn linear_recurrence(
    a: &Tensor,
    b: &Tensor,
    sizes: (usize, usize, usize),
    reverse: bool,
) -> Tensor {
    let first = if reverse {
        sizes.1.saturating_sub(1)
    } else {
        0
    };
    scan(
        [a, b],
        sizes,
        reverse,
        0.0,
        move |h: &mut f64, k, [a, b]: [f64; 2]| {
            // The first factor has nothing to act on, whatever it is.
            *h = if k == first { b } else { a * *h + b };
            *h
        },
    )
}
