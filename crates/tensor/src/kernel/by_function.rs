//! Loops that call a function: for the many functions that no training loop waits for.
//!
//! One loop is compiled for all of them; each element is computed in `f64` or `i64` and converted once
//! to the dtype of the tensor. Some have a version in straight-line code besides, which serves single
//! precision and halves where its arguments allow, many elements at once.

use super::parallel::{PIECE_COSTLY, WORTH_COSTLY};
use super::rows::{Plan, rows};
use super::simd::opaque;
use super::{Kernel, dispatch};
use crate::{DType, Element, Tensor};

/// `f` of every element of a float tensor.
pub(crate) fn map_f64(x: &Tensor, f: impl Fn(f64) -> f64 + Sync + Send) -> Tensor {
    each([x], &|[x]: [f64; 1]| f(x))
}

/// `f` of pairs of elements of two float tensors of one shape and dtype.
#[inline]
pub(crate) fn zip_f64(a: &Tensor, b: &Tensor, f: fn(f64, f64) -> f64) -> Tensor {
    each([a, b], &|[a, b]: [f64; 2]| f(a, b))
}

/// What `f` says of every element of a float tensor.
#[inline]
pub(crate) fn test_f64(x: &Tensor, f: fn(f64) -> bool) -> Tensor {
    each([x], &|[x]: [f64; 1]| f(x))
}

/// `f` of every element of a tensor of integers or bools; what it gives wraps to the tensor's dtype.
pub(crate) fn map_i64(x: &Tensor, f: impl Fn(i64) -> i64 + Sync + Send) -> Tensor {
    each([x], &|[x]: [i64; 1]| f(x))
}

/// `f` of pairs of elements of two tensors of integers or bools of one shape and dtype; what it gives
/// wraps to the tensors' dtype.
#[inline]
pub(crate) fn zip_i64(a: &Tensor, b: &Tensor, f: fn(i64, i64) -> i64) -> Tensor {
    each([a, b], &|[a, b]: [i64; 2]| f(a, b))
}

/// As [`map_f64`]. `quick` gives the same, to single precision, and whether it holds for its argument.
#[inline]
pub(crate) fn map_quick(
    x: &Tensor,
    quick: impl Fn(f64) -> (f64, bool) + Copy + Sync + Send,
    exact: fn(f64) -> f64,
) -> Tensor {
    attempt(
        [x],
        #[inline(always)]
        move |[x]: [f64; 1]| quick(x),
        move |[x]: [f64; 1]| exact(x),
    )
}

/// As [`zip_f64`], as [`map_quick`].
#[inline]
pub(crate) fn zip_quick(
    a: &Tensor,
    b: &Tensor,
    quick: impl Fn(f64, f64) -> (f64, bool) + Copy + Sync + Send,
    exact: fn(f64, f64) -> f64,
) -> Tensor {
    attempt(
        [a, b],
        #[inline(always)]
        move |[a, b]: [f64; 2]| quick(a, b),
        move |[a, b]: [f64; 2]| exact(a, b),
    )
}

#[inline(always)]
fn attempt<const N: usize>(
    operands: [&Tensor; N],
    quick: impl Fn([f64; N]) -> (f64, bool) + Copy + Sync + Send,
    exact: impl Fn([f64; N]) -> f64 + Copy + Sync + Send,
) -> Tensor {
    if operands[0].dtype() == DType::F64 {
        return each(operands, &exact);
    }
    let plan = Plan {
        compute: DType::F32,
        result: DType::F32,
        storage: operands[0].dtype(),
        piece: 8 * PIECE_COSTLY,
        worth: 4 * WORTH_COSTLY,
    };
    // SAFETY: every element is written, from operands of the type that the plan names.
    unsafe {
        rows(operands, &plan, &|inputs: [*const u8; N], out, len| {
            dispatch(Attempt {
                inputs: inputs.map(<*const u8>::cast::<f32>),
                out: out.cast::<f32>(),
                len,
                quick,
                exact,
            });
        })
    }
}

/// `out[i] = quick(inputs[..][i])`, or `exact` of it; every pointer with `len` elements.
struct Attempt<Q, E, const N: usize> {
    inputs: [*const f32; N],
    out: *mut f32,
    len: usize,
    quick: Q,
    exact: E,
}

impl<Q: Fn([f64; N]) -> (f64, bool), E: Fn([f64; N]) -> f64, const N: usize> Kernel
    for Attempt<Q, E, N>
{
    type Output = ();
    const WIDE: bool = true;
    const WIDEST: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        /// Elements computed before it is asked whether all results hold.
        const STRETCH: usize = 64;
        let Attempt {
            inputs,
            out,
            len,
            quick,
            exact,
        } = self;
        for start in (0..len).step_by(STRETCH) {
            let end = len.min(start + STRETCH);
            // SAFETY: who makes an `Attempt` promises `len` elements behind each pointer, those of `out` seen
            // by nobody else.
            unsafe {
                let element = |i: usize| {
                    let mut element = [0.0; N];
                    for k in 0..N {
                        element[k] = f64::from(*inputs[k].add(i));
                    }
                    element
                };
                let mut odd = 0u64;
                for i in start..end {
                    let i = opaque::<COMPACT>(i);
                    let (y, holds) = quick(element(i));
                    *out.add(i) = y as f32;
                    odd |= u64::from(!holds);
                }
                if odd > 0 {
                    for i in start..end {
                        let i = opaque::<COMPACT>(i);
                        if !quick(element(i)).1 {
                            *out.add(i) = exact(element(i)) as f32;
                        }
                    }
                }
            }
        }
    }
}

#[inline(never)]
fn each<T: Element, U: Element, const N: usize>(
    operands: [&Tensor; N],
    f: &(dyn Fn([T; N]) -> U + Sync + Send),
) -> Tensor {
    let same = T::DTYPE == U::DTYPE;
    let plan = Plan {
        compute: T::DTYPE,
        result: U::DTYPE,
        storage: if same { operands[0].dtype() } else { U::DTYPE },
        piece: PIECE_COSTLY,
        worth: WORTH_COSTLY,
    };
    // SAFETY: every element is written, from operands of the type that the plan names.
    unsafe {
        rows(operands, &plan, &|inputs: [*const u8; N], out, len| {
            for i in 0..len {
                let element = std::array::from_fn(|k| *inputs[k].cast::<T>().add(i));
                out.cast::<U>().add(i).write(f(element));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_is_computed_in_f64_and_rounded_once() {
        let n = 3 * WORTH_COSTLY;
        let x = Tensor::from_vec((0..n).map(|i| i as f32).collect::<Vec<_>>(), [n]).unwrap();
        let y = map_f64(&x, f64::cbrt).to_vec::<f32>().unwrap();
        assert!((0..n).all(|i| y[i] == (i as f64).cbrt() as f32));
        let z = zip_f64(&x, &x, f64::hypot).to_vec::<f32>().unwrap();
        assert!((0..n).all(|i| z[i] == (i as f64).hypot(i as f64) as f32));
    }

    #[test]
    fn what_the_quick_version_refuses_is_computed_exactly() {
        for n in [5, 64, 5 * WORTH_COSTLY + 3] {
            let x = Tensor::from_vec((0..n).map(|i| i as f32).collect::<Vec<_>>(), [n]).unwrap();
            let even = |x: f64| (-x, x % 2.0 == 0.0);
            for dtype in [DType::F32, DType::F64] {
                let y = map_quick(&x.to_dtype(dtype).unwrap(), even, |x| x + 0.5);
                let is_right = |(i, y): (usize, f64)| {
                    let exact = i as f64 + 0.5;
                    y == if dtype == DType::F32 && i % 2 == 0 {
                        -(i as f64)
                    } else {
                        exact
                    }
                };
                assert!(
                    y.to_vec::<f64>()
                        .unwrap()
                        .into_iter()
                        .enumerate()
                        .all(is_right)
                );
            }
            let z = zip_quick(&x, &x, |a, b| (a + b, a > 3.0), |a, b| a - b);
            let z = z.to_vec::<f32>().unwrap();
            assert!((0..n).all(|i| z[i] == if i > 3 { 2.0 * i as f32 } else { 0.0 }));
        }
    }

    #[test]
    fn integers_wrap_to_the_dtype_of_the_tensor() {
        let x = Tensor::from_vec(vec![200u8, 3], [2]).unwrap();
        let squares = map_i64(&x, |x| x * x).to_vec::<u8>().unwrap();
        assert_eq!(squares, [64, 9]);
        let sums = zip_i64(&x, &x, |a, b| a + b).to_vec::<u8>().unwrap();
        assert_eq!(sums, [144, 6]);
    }
}
