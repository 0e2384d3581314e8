//! One function over every element of one tensor or of two.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::simd::is_wide;
use super::walk::Rows;
use super::{Kernel, dispatch, for_pieces};
use crate::layout::{Layout, same_shape};
use crate::{Element, Tensor};

/// Pieces of this many elements go to one thread: small enough for the second cache.
const PIECE: usize = 16 * 1024;
/// Below this many elements a thread costs more than it brings.
const WORTH: usize = 128 * 1024;

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

struct Map<'a, T, U, F>(&'a [T], &'a mut [MaybeUninit<U>], F);
impl<T: Element, U, F: Fn(T) -> U> Kernel for Map<'_, T, U, F> {
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    fn run(self) {
        for (out, &x) in self.1.iter_mut().zip(self.0) {
            out.write((self.2)(x));
        }
    }
}

struct Zip<'a, T, U, F>(&'a [T], &'a [T], &'a mut [MaybeUninit<U>], F);
impl<T: Element, U, F: Fn(T, T) -> U> Kernel for Zip<'_, T, U, F> {
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    fn run(self) {
        for ((out, &a), &b) in self.2.iter_mut().zip(self.0).zip(self.1) {
            out.write((self.3)(a, b));
        }
    }
}

#[inline(always)]
fn row_major(shape: &[usize]) -> Layout {
    Layout::row_major("elementwise", shape).expect("the operand already has this shape")
}

/// One plain loop for the types that training does not run on: they are many, and every loop is
/// compiled for each.
#[inline(never)]
fn narrow_map<T: Element, U: Element>(x: &Tensor, f: impl Fn(T) -> U) -> Tensor {
    let x = Dense::of(x);
    // SAFETY: the loop writes each element of `out`.
    unsafe { Tensor::build::<U>(x.layout(), |out| Map(x.host_slice(), out, f).run()) }
}

/// As [`narrow_map`], for pairs of elements.
#[inline(never)]
fn narrow_zip<T: Element, U: Element>(a: &Tensor, b: &Tensor, f: impl Fn(T, T) -> U) -> Tensor {
    let (a, b) = (Dense::of(a), Dense::of(b));
    // SAFETY: the loop writes each element of `out`.
    unsafe {
        Tensor::build::<U>(a.layout(), |out| {
            Zip(a.host_slice(), b.host_slice(), out, f).run()
        })
    }
}

/// `f` of every element. `T` must be the tensor's dtype.
#[inline]
pub(crate) fn map<T: Element, U: Element>(
    x: &Tensor,
    f: impl Fn(T) -> U + Copy + Send + Sync,
) -> Tensor {
    if !is_wide::<T>() {
        return narrow_map(x, f);
    }
    if !x.is_contiguous() {
        return map(&x.contiguous(), f);
    }
    let xs = x.host_slice::<T>();
    // SAFETY: each element of `out` is written, in one piece or another.
    unsafe {
        Tensor::build::<U>(x.layout(), |out| {
            if xs.len() <= PIECE {
                return dispatch(Map(xs, out, f));
            }
            let target = Shared(out.as_mut_ptr());
            for_pieces(xs.len(), PIECE, WORTH, |r| {
                dispatch(Map(&xs[r.clone()], target.range(&r), f));
            });
        })
    }
}

/// `f` of pairs of elements; shapes must be equal, strides may be anything.
#[inline]
pub(crate) fn zip<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U + Copy + Send + Sync,
) -> Tensor {
    assert!(
        same_shape(a.shape(), b.shape()),
        "kernel operands have equal shapes"
    );
    if !is_wide::<T>() {
        return narrow_zip(a, b, f);
    }
    if a.is_contiguous() && b.is_contiguous() {
        let (xs, ys) = (a.host_slice::<T>(), b.host_slice::<T>());
        // SAFETY: each element of `out` is written, in one piece or another.
        return unsafe {
            Tensor::build::<U>(a.layout(), |out| {
                if xs.len() <= PIECE {
                    return dispatch(Zip(xs, ys, out, f));
                }
                let target = Shared(out.as_mut_ptr());
                for_pieces(xs.len(), PIECE, WORTH, |r| {
                    dispatch(Zip(&xs[r.clone()], &ys[r.clone()], target.range(&r), f));
                });
            })
        };
    }
    zip_strided(a, b, f)
}

#[inline(never)]
fn zip_strided<T: Element, U: Element>(
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(T, T) -> U + Copy,
) -> Tensor {
    let (pa, pb) = (a.host_ptr::<T>(), b.host_ptr::<T>());
    // SAFETY: rows stay inside what the layouts reach and cover `out` exactly once, in order.
    unsafe {
        Tensor::build::<U>(&row_major(a.shape()), |out| {
            if out.is_empty() {
                return;
            }
            let rows = Rows::new(a.shape(), [a.strides(), b.strides()]);
            let [sa, sb] = rows.step;
            let mut rest = out;
            rows.for_each(|[oa, ob]| {
                let (row, tail) = std::mem::take(&mut rest).split_at_mut(rows.len);
                rest = tail;
                let (ra, rb) = (pa.add(oa), pb.add(ob));
                match (sa, sb) {
                    (1, 1) => dispatch(Zip(
                        std::slice::from_raw_parts(ra, row.len()),
                        std::slice::from_raw_parts(rb, row.len()),
                        row,
                        f,
                    )),
                    (1, 0) => {
                        let y = *rb;
                        dispatch(Map(
                            std::slice::from_raw_parts(ra, row.len()),
                            row,
                            move |x| f(x, y),
                        ));
                    }
                    (0, 1) => {
                        let x = *ra;
                        dispatch(Map(
                            std::slice::from_raw_parts(rb, row.len()),
                            row,
                            move |y| f(x, y),
                        ));
                    }
                    _ => {
                        for (i, out) in row.iter_mut().enumerate() {
                            out.write(f(*ra.add(i * sa), *rb.add(i * sb)));
                        }
                    }
                }
            });
        })
    }
}

struct Update<'a, T, F, const N: usize>(&'a mut [T], &'a [T], [&'a mut [T]; N], F);
impl<T: Element, F: Fn(T, T, [T; N]) -> (T, [T; N]), const N: usize> Kernel
    for Update<'_, T, F, N>
{
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    fn run(self) {
        let Update(p, g, mut state, f) = self;
        let n = p.len();
        let g = &g[..n];
        for s in &mut state {
            assert!(s.len() == n);
        }
        for i in 0..n {
            // Equal lengths were asserted, so these index checks vanish.
            let (new, kept) = f(p[i], g[i], std::array::from_fn(|k| state[k][i]));
            p[i] = new;
            for k in 0..N {
                state[k][i] = kept[k];
            }
        }
    }
}

/// One fused pass in place: each element of `p` and its state become what `f` makes of them and the
/// gradient. All slices have one length.
pub(crate) fn update<T: Element, const N: usize>(
    p: &mut [T],
    g: &[T],
    state: [&mut [T]; N],
    f: impl Fn(T, T, [T; N]) -> (T, [T; N]) + Copy + Send + Sync,
) {
    let n = p.len();
    assert!(
        g.len() == n && state.iter().all(|s| s.len() == n),
        "update takes slices of one length"
    );
    if n <= PIECE {
        return dispatch(Update(p, g, state, f));
    }
    let target = Shared(p.as_mut_ptr());
    let state = state.map(|s| Shared(s.as_mut_ptr()));
    for_pieces(n, PIECE, WORTH, |r| {
        let (target, state) = (target, state);
        // SAFETY: pieces are disjoint and lie inside the slices.
        unsafe {
            dispatch(Update(
                target.range(&r),
                &g[r.clone()],
                state.map(|s| s.range(&r)),
                f,
            ))
        }
    });
}
