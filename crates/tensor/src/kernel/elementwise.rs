//! One function over every element of one tensor, or of two or three of one shape.
//!
//! Short contiguous operands go straight into the loop. Everything else (long, strided, repeated,
//! of a dtype that is not computed in) is cut into runs by `rows`, which is compiled once: an
//! operation brings nothing but its innermost loop.

use super::parallel::{PIECE, WORTH, piece_of};
use super::rows::{Plan, rows};
use super::simd::{is_single, is_wide, opaque};
use super::{Kernel, dispatch, for_pieces};
use crate::layout::{Layout, same_shape};
use crate::{DType, Element, Tensor};
use std::mem::MaybeUninit;

/// A pointer that may cross threads: pieces write disjoint ranges.
#[derive(Clone, Copy)]
pub(super) struct Shared<T>(pub(super) *mut T);
// SAFETY: every use hands disjoint ranges to the threads.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// # Safety
    /// The range lies inside the memory, which nobody else touches meanwhile.
    #[inline(always)]
    pub(super) unsafe fn range<'a>(self, range: &std::ops::Range<usize>) -> &'a mut [T] {
        // SAFETY: as the caller promises.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(range.start), range.len()) }
    }
}

/// `out[i] = f(inputs[0][i], inputs[1][i], ..)`, every pointer with `len` elements.
struct Loop<T, U, F, const N: usize, const HOT: bool> {
    inputs: [*const T; N],
    out: *mut U,
    len: usize,
    f: F,
}

impl<T: Element, U: Element, F: Fn([T; N]) -> U, const N: usize, const HOT: bool> Kernel
    for Loop<T, U, F, N, HOT>
{
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    const WIDEST: bool = HOT && is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let Loop {
            inputs,
            out,
            len,
            f,
        } = self;
        // SAFETY: who makes a `Loop` promises `len` elements behind each pointer, those of `out`
        // seen by nobody else.
        unsafe {
            let out = std::slice::from_raw_parts_mut(out.cast::<MaybeUninit<U>>(), len);
            for i in 0..len {
                let i = opaque::<COMPACT>(i);
                let mut element = [T::ZERO; N];
                for k in 0..N {
                    element[k] = *inputs[k].add(i);
                }
                out.get_unchecked_mut(i).write(f(element));
            }
        }
    }
}

/// Which dtypes an operation over `T` that gives `U` meets: the result has the storage dtype of the
/// operands unless the operation changes the type, as comparisons do.
#[inline(always)]
fn plan<T: Element, U: Element>(storage: DType, all: usize) -> Plan {
    Plan {
        compute: T::DTYPE,
        result: U::DTYPE,
        storage: if U::DTYPE == T::DTYPE {
            storage
        } else {
            U::DTYPE
        },
        piece: piece_of(all),
        worth: WORTH,
    }
}

#[inline(always)]
fn each<const HOT: bool, T: Element, U: Element, const N: usize>(
    operands: [&Tensor; N],
    f: impl Fn([T; N]) -> U + Copy + Send + Sync,
) -> Tensor {
    let plain = is_wide::<T>()
        && operands[0].numel() < WORTH
        && operands
            .iter()
            .all(|x| x.dtype() == T::DTYPE && x.is_contiguous());
    if plain {
        // SAFETY: the loop writes every element.
        return unsafe {
            let out = Tensor::unwritten(operands[0].layout(), U::DTYPE);
            dispatch(Loop::<_, _, _, N, HOT> {
                inputs: operands.map(|x| x.host_ptr::<T>()),
                out: out.host_ptr::<U>().cast_mut(),
                len: operands[0].numel(),
                f,
            });
            out
        };
    }
    // SAFETY: the loop writes every element of the run it is given.
    unsafe {
        rows(
            operands,
            &plan::<T, U>(operands[0].dtype(), operands[0].numel()),
            &|inputs: [*const u8; N], out, len| {
                dispatch(Loop::<_, _, _, N, HOT> {
                    inputs: inputs.map(<*const u8>::cast::<T>),
                    out: out.cast::<U>(),
                    len,
                    f,
                });
            },
        )
    }
}

/// `f` of every element. `T` is the type that elements of the tensor's dtype are computed in.
#[inline]
pub(crate) fn map<T: Element, U: Element>(
    x: &Tensor,
    f: impl Fn(T) -> U + Copy + Send + Sync,
) -> Tensor {
    each::<false, T, U, 1>(
        [x],
        #[inline(always)]
        move |[x]: [T; 1]| f(x),
    )
}

/// As [`map`], for what training waits for: for `f32` it is compiled for the widest registers too, in
/// which elementary functions run twice as fast and sums by a fifth.
#[inline]
pub(crate) fn map_hot<T: Element, U: Element>(
    x: &Tensor,
    f: impl Fn(T) -> U + Copy + Send + Sync,
) -> Tensor {
    each::<true, T, U, 1>(
        [x],
        #[inline(always)]
        move |[x]: [T; 1]| f(x),
    )
}

/// `f` of pairs of elements; shapes and dtypes must be equal, strides may be anything.
#[inline]
pub(crate) fn zip<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U + Copy + Send + Sync,
) -> Tensor {
    zip_as::<false, T, U>(a, b, f)
}

/// As [`zip`], as [`map_hot`].
#[inline]
pub(crate) fn zip_hot<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U + Copy + Send + Sync,
) -> Tensor {
    zip_as::<true, T, U>(a, b, f)
}

#[inline(always)]
fn zip_as<const HOT: bool, T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U + Copy + Send + Sync,
) -> Tensor {
    assert!(
        same_shape(a.shape(), b.shape()) && a.dtype() == b.dtype(),
        "kernel operands have equal shapes and dtypes"
    );
    each::<HOT, T, U, 2>(
        [a, b],
        #[inline(always)]
        move |[a, b]: [T; 2]| f(a, b),
    )
}

/// `f` of triples of elements; as [`zip`].
#[inline]
pub(crate) fn zip3<T: Element, U: Element>(
    [a, b, c]: [&Tensor; 3],
    f: impl Fn(T, T, T) -> U + Copy + Send + Sync,
) -> Tensor {
    assert!(
        same_shape(a.shape(), b.shape()) && same_shape(a.shape(), c.shape()),
        "kernel operands have equal shapes"
    );
    assert!(
        a.dtype() == b.dtype() && a.dtype() == c.dtype(),
        "kernel operands have equal dtypes"
    );
    each::<false, T, U, 3>(
        [a, b, c],
        #[inline(always)]
        move |[a, b, c]: [T; 3]| f(a, b, c),
    )
}

/// `out[i] = f(first + i)`.
struct Numbered<'a, T, F>(usize, &'a mut [MaybeUninit<T>], F);

impl<T: Element, F: Fn(usize) -> T> Kernel for Numbered<'_, T, F> {
    type Output = ();
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let Numbered(first, out, f) = self;
        for i in 0..out.len() {
            let i = opaque::<COMPACT>(i);
            out[i].write(f(first + i));
        }
    }
}

/// A vector of `f(0), f(1), ..`, whose length was checked.
#[inline]
pub(crate) fn numbered<T: Element>(
    len: usize,
    f: impl Fn(usize) -> T + Copy + Send + Sync,
) -> Tensor {
    let layout = Layout::row_major("numbered", &[len]).expect("the length was checked");
    // SAFETY: every element is written.
    unsafe {
        Tensor::build::<T>(&layout, |out| {
            let (len, target) = (out.len(), Shared(out.as_mut_ptr()));
            for_pieces(len, PIECE, WORTH, |range| {
                dispatch(Numbered(range.start, target.range(&range), f));
            });
        })
    }
}

/// `p[i], state[..][i] = f(p[i], g[i], state[..][i])`; each pointer has as many elements as `p`.
struct Update<'a, T, F, const N: usize> {
    p: &'a mut [T],
    g: &'a [T],
    state: [*mut T; N],
    f: F,
}

impl<T: Element, F: Fn(T, T, [T; N]) -> (T, [T; N]), const N: usize> Kernel
    for Update<'_, T, F, N>
{
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    const WIDEST: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let Update { p, g, state, f } = self;
        let n = p.len();
        // The length was asserted, so the index checks vanish.
        let g = &g[..n];
        for i in 0..n {
            let i = opaque::<COMPACT>(i);
            // SAFETY: who makes an `Update` promises `n` elements behind each pointer, seen by nobody else.
            unsafe {
                let mut old = [T::ZERO; N];
                for k in 0..N {
                    old[k] = *state[k].add(i);
                }
                let (new, kept) = f(p[i], g[i], old);
                p[i] = new;
                for k in 0..N {
                    *state[k].add(i) = kept[k];
                }
            }
        }
    }
}

/// One fused pass in place: each element of `p` and its state become what `f` makes of them and the
/// gradient. All tensors are contiguous and of one length and dtype, those that change are exclusive.
pub(crate) fn update<T: Element, const N: usize>(
    p: &mut Tensor,
    g: &Tensor,
    state: &mut [&mut Tensor; N],
    f: impl Fn(T, T, [T; N]) -> (T, [T; N]) + Copy + Send + Sync,
) {
    let g = g.host_slice::<T>();
    let n = g.len();
    let mut starts = [Shared(std::ptr::null_mut::<T>()); N];
    for (start, s) in starts.iter_mut().zip(state) {
        let s = s.host_slice_mut();
        assert!(s.len() == n, "update takes state of one length");
        start.0 = s.as_mut_ptr();
    }
    let p = p.host_slice_mut();
    assert!(p.len() == n, "update takes a gradient of one length");
    let target = Shared(p.as_mut_ptr());
    for_pieces(n, piece_of(n), WORTH, |r| {
        let mut state = [std::ptr::null_mut(); N];
        // SAFETY: pieces are disjoint and lie inside the slices.
        unsafe {
            for k in 0..N {
                state[k] = starts[k].range(&r).as_mut_ptr();
            }
            dispatch(Update {
                p: target.range(&r),
                g: &g[r],
                state,
                f,
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::f16;

    fn counting(shape: &[usize], dtype: DType) -> Tensor {
        let n: usize = shape.iter().product();
        let values: Vec<f32> = (0..n).map(|i| (i % 100) as f32).collect();
        Tensor::from_vec(values, shape)
            .unwrap()
            .to_dtype(dtype)
            .unwrap()
    }

    fn check(a: &Tensor, b: &Tensor) {
        let got = zip(a, b, |a: f32, b: f32| a * 3.0 - b);
        assert_eq!(got.dtype(), a.dtype());
        let (a, b) = (a.to_vec::<f32>().unwrap(), b.to_vec::<f32>().unwrap());
        let want: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a * 3.0 - b).collect();
        assert_eq!(got.to_vec::<f32>().unwrap(), want);
    }

    #[test]
    fn any_strides_and_lengths() {
        for shape in [[3, 5], [700, 40], [1, 40_000], [40_000, 1], [400, 500]] {
            let a = counting(&shape, DType::F32);
            check(&a, &a);
            check(
                &a,
                &counting(&[shape[1], shape[0]], DType::F32).t().unwrap(),
            );
            let row = counting(&[shape[1]], DType::F32).expand(shape).unwrap();
            check(&a, &row);
            check(&row, &a);
            let column = counting(&[shape[0], 1], DType::F32).expand(shape).unwrap();
            check(&column, &a);
            check(&column, &row);
        }
    }

    #[test]
    fn halves_are_computed_in_f32_and_small_integers_in_i64() {
        let a = counting(&[300, 7], DType::F16);
        check(&a, &a);
        check(&a, &counting(&[7], DType::F16).expand([300, 7]).unwrap());
        let x = Tensor::from_vec(vec![200u8, 100], [2]).unwrap();
        let sum = zip(&x, &x, |a: i64, b: i64| a + b);
        assert_eq!(sum.as_slice::<u8>().unwrap(), [144, 200]);
        let more = zip3([&x, &x, &x], |a: i64, b: i64, c: i64| a + b > c);
        assert_eq!(more.as_slice::<bool>().unwrap(), [true, true]);
        let tiny = Tensor::from_vec(vec![f16::from_f32(0.1)], [1]).unwrap();
        let tripled = map(&tiny, |x: f32| x * 3.0);
        let want = f16::from_f32(f16::from_f32(0.1).to_f32() * 3.0);
        assert_eq!(tripled.as_slice::<f16>().unwrap(), [want]);
    }

    #[test]
    fn nothing_is_done_to_no_elements() {
        let x = counting(&[0, 3], DType::F64);
        assert_eq!(map(&x.t().unwrap(), |x: f64| x).shape(), [3, 0]);
    }
}
