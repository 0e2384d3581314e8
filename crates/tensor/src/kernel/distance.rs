//! Distances between all rows of two matrices.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::elementwise::Shared;
use super::simd::{is_single, opaque};
use super::{Kernel, Real, dispatch, for_groups};
use crate::Tensor;
use crate::layout::Layout;

/// One row against all: `out[j] = f(.. f(0, |a₀ − b₀ⱼ|) .., |aₘ − bₘⱼ|)`, `b` holding the rows of the
/// other side in columns. Neighbours in `out` are computed together.
struct Row<'a, T, F> {
    a: &'a [T],
    b: &'a [T],
    out: &'a mut [T],
    f: F,
}

impl<T: Real, F: Fn(T, T) -> T> Kernel for Row<'_, T, F> {
    type Output = ();
    const WIDE: bool = is_single::<T>();

    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let columns = self.out.len();
        for (d, &x) in self.a.iter().enumerate() {
            let row = &self.b[d * columns..(d + 1) * columns];
            for j in 0..columns {
                let j = opaque::<COMPACT>(j);
                self.out[j] = (self.f)(self.out[j], (x - row[j]).abs());
            }
        }
    }
}

/// `f` gathered over the differences of each pair of rows: `(batch.., p, m) × (batch.., m, r) →
/// (batch.., p, r)`; the rows of the second lie in its columns. The shapes were checked; `layout` is the
/// result's.
pub(crate) fn distances<T: Real>(
    a: &Tensor,
    b: &Tensor,
    layout: &Layout,
    f: impl Fn(T, T) -> T + Copy + Send + Sync,
) -> Tensor {
    let (a, b) = (Dense::of(a), Dense::of(b));
    let (rank, shape) = (a.rank(), layout.shape());
    let (p, m, r) = (shape[rank - 2], a.shape()[rank - 1], shape[rank - 1]);
    let (xs, ys) = (a.host_slice::<T>(), b.host_slice::<T>());
    let rows = layout.len().checked_div(r).unwrap_or(0);
    // SAFETY: every row is set to zero before it is read.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            out.fill(MaybeUninit::new(T::ZERO));
            let out = Shared(out.as_mut_ptr().cast::<T>());
            for_groups(rows, m * r, |range| {
                for row in range {
                    let matrix = row / p;
                    dispatch(Row {
                        a: &xs[row * m..(row + 1) * m],
                        b: &ys[matrix * m * r..(matrix + 1) * m * r],
                        out: { out }.range(&(row * r..(row + 1) * r)),
                        f,
                    });
                }
            });
        })
    }
}
