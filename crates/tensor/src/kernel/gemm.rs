//! Matrix products.

use gemm_common::Parallelism;

use super::dense::Dense;
use super::elementwise::Shared;
use super::parallel::{in_pool, num_threads};
use super::{Number, copy_from, for_pieces};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// A matrix in memory: pointer to its first element, steps between rows and columns.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<T> {
    start: *const T,
    row: usize,
    column: usize,
}

impl<T> Matrix<T> {
    /// # Safety
    /// `(i, j)` lies inside the matrix.
    #[inline(always)]
    unsafe fn at(self, i: usize, j: usize) -> *const T {
        // SAFETY: as the caller promises.
        unsafe { self.start.add(i * self.row + j * self.column) }
    }
}

/// Rows of the result, columns of the result, length of the sums.
pub(crate) type Sizes = (usize, usize, usize);

/// Element types with a matrix product: those that kernels compute in.
pub(crate) trait Gemm: Number {
    /// # Safety
    /// As [`product`].
    unsafe fn library(
        sizes: Sizes,
        c: *mut Self,
        add: bool,
        a: Matrix<Self>,
        b: Matrix<Self>,
        parallel: Parallelism,
    );
}

macro_rules! gemm {
    ($($ty:ident, $library:ident;)*) => {$(
        impl Gemm for $ty {
            unsafe fn library((m, n, k): Sizes, c: *mut $ty, add: bool, a: Matrix<$ty>, b: Matrix<$ty>, parallel: Parallelism) {
                // SAFETY: as the caller promises.
                unsafe {
                    $library::gemm::$ty::get_gemm_fn()(
                        m, n, k, c, 1, n as isize, add,
                        a.start, a.column as isize, a.row as isize,
                        b.start, b.column as isize, b.row as isize,
                        1.0, 1.0, false, false, false, parallel,
                    );
                }
            }
        }
    )*};
}
gemm! { f32, gemm_f32; f64, gemm_f64; }

impl Gemm for i64 {
    /// Row by row, wrapping around; neighbours of a row of `B` are added to neighbours of `C`.
    // SAFETY: its conditions are those of the trait's method.
    unsafe fn library(
        (m, n, k): Sizes,
        c: *mut i64,
        add: bool,
        a: Matrix<i64>,
        b: Matrix<i64>,
        _parallel: Parallelism,
    ) {
        for i in 0..m {
            // SAFETY: as the caller promises; rows of `c` lie one after the other.
            unsafe {
                let row = c.add(i * n);
                if !add {
                    row.write_bytes(0, n);
                }
                for l in 0..k {
                    let x = *a.at(i, l);
                    for j in 0..n {
                        let sum = row.add(j);
                        *sum = (*sum).plus(x.times(*b.at(l, j)));
                    }
                }
            }
        }
    }
}

/// `A B` for each pair of matrices in the batch: `(batch.., m, k) × (batch.., k, n)`. The shapes were
/// checked; `layout` is the result's.
pub(crate) fn matmul<T: Gemm>(a: &Tensor, b: &Tensor, layout: &Layout) -> Tensor {
    let rank = a.rank();
    let batch = &a.shape()[..rank - 2];
    let (m, k, n) = (
        a.shape()[rank - 2],
        a.shape()[rank - 1],
        b.shape()[rank - 1],
    );
    let matrix = |x: &Tensor, index: usize| Matrix {
        // SAFETY: the layout reaches the first element of every matrix of the batch.
        start: unsafe { x.host_ptr::<T>().add(start_of(index, batch, x)) },
        row: x.strides()[rank - 2],
        column: x.strides()[rank - 1],
    };
    let count: usize = batch.iter().product();
    let work = m.saturating_mul(n).saturating_mul(k);
    // Small products share threads, a large one has them all.
    let spread = count > 1 && work < PARALLEL && work.saturating_mul(count) >= PARALLEL;
    let worth = if spread { 0 } else { usize::MAX };
    let piece = (PIECE / work.max(1)).max(1);
    // SAFETY: the product writes all m · n elements of each of the batch's results.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if out.is_empty() {
                return;
            }
            let out = Shared(out.as_mut_ptr().cast::<T>());
            for_pieces(count, piece, worth, |range| {
                for index in range {
                    let to = { out }.0.add(index * m * n);
                    product((m, n, k), to, false, matrix(a, index), matrix(b, index));
                }
            });
        })
    }
}

/// `Aᵀ B` of two matrices `(k, m)` and `(k, n)`.
pub(crate) fn matmul_transposed<T: Gemm>(a: &Tensor, b: &Tensor, layout: &Layout) -> Tensor {
    let (k, m, n) = (a.shape()[0], a.shape()[1], b.shape()[1]);
    let at = Matrix {
        start: a.host_ptr::<T>(),
        row: a.strides()[1],
        column: a.strides()[0],
    };
    let b = Matrix {
        start: b.host_ptr::<T>(),
        row: b.strides()[0],
        column: b.strides()[1],
    };
    // SAFETY: the product writes all m · n elements.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if !out.is_empty() {
                product((m, n, k), out.as_mut_ptr().cast::<T>(), false, at, b);
            }
        })
    }
}

/// Offset of matrix number `index` of the batch.
fn start_of(mut index: usize, batch: &[usize], x: &Tensor) -> usize {
    let mut offset = 0;
    for d in (0..batch.len()).rev() {
        offset += (index % batch[d]) * x.strides()[d];
        index /= batch[d];
    }
    offset
}

/// `x Wᵀ + b` for `x` of `rows` rows: the bias is written first, the product added to it. The
/// shapes were checked; `layout` is the result's.
pub(crate) fn affine<T: Gemm>(
    x: &Tensor,
    w: &Tensor,
    b: &Tensor,
    rows: usize,
    layout: &Layout,
) -> Tensor {
    let (outputs, inputs) = (w.shape()[0], w.shape()[1]);
    let b = Dense::of(b);
    let bias = b.host_slice::<T>();
    let dense;
    let (x, row, column) = match x.strides() {
        &[row, column] => (x, row, column),
        _ => {
            dense = Dense::of(x);
            (&*dense, inputs, 1)
        }
    };
    let a = Matrix {
        start: x.host_ptr::<T>(),
        row,
        column,
    };
    let wt = Matrix {
        start: w.host_ptr::<T>(),
        row: w.strides()[1],
        column: w.strides()[0],
    };
    // SAFETY: every row is written by the bias, then added to.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if out.is_empty() {
                return;
            }
            for row in out.chunks_exact_mut(outputs) {
                copy_from(row, bias);
            }
            product(
                (rows, outputs, inputs),
                out.as_mut_ptr().cast::<T>(),
                true,
                a,
                wt,
            );
        })
    }
}

/// Products with fewer multiplications are done by three plain loops: packing would cost more.
const TINY: usize = 256;
/// Products with at least this many multiplications use threads.
const PARALLEL: usize = 96 * 96 * 96;
/// Multiplications in a thread's share of a batch of small products.
const PIECE: usize = 48 * 48 * 48;

/// `C = A B`, or `C += A B` if `add`; `C` is row-major `(m, n)`, `A` is `(m, k)`, `B` is `(k, n)`.
///
/// # Safety
/// The matrices lie in valid memory; `c` has room for `m · n` elements, initialised if `add`.
unsafe fn product<T: Gemm>((m, n, k): Sizes, c: *mut T, add: bool, a: Matrix<T>, b: Matrix<T>) {
    let work = m.saturating_mul(n).saturating_mul(k);
    // SAFETY: indices stay below m, n and k; the rest as the caller promises.
    unsafe {
        if work <= TINY || k == 0 {
            for i in 0..m {
                for j in 0..n {
                    let mut sum = if add { *c.add(i * n + j) } else { T::ZERO };
                    for l in 0..k {
                        sum = sum.plus((*a.at(i, l)).times(*b.at(l, j)));
                    }
                    c.add(i * n + j).write(sum);
                }
            }
        } else if work < PARALLEL || num_threads() == 1 {
            T::library((m, n, k), c, add, a, b, Parallelism::None);
        } else {
            let job = Job { c, a, b };
            in_pool(move || {
                let Job { c, a, b } = { job };
                T::library((m, n, k), c, add, a, b, Parallelism::Rayon(0));
            });
        }
    }
}

struct Job<T> {
    c: *mut T,
    a: Matrix<T>,
    b: Matrix<T>,
}
// SAFETY: the pointers are used by one call while the caller waits for it.
unsafe impl<T: Element> Send for Job<T> {}
