//! Matrix products.
//!
//! A product of real numbers is one loop, written once over registers ([`vector`]) of several
//! instruction sets: a tile of the result stays in registers while its rows of `A` and columns of `B`
//! stream past ([`microkernel`]). Around it stand the cuts into blocks for the caches ([`blocks`]), copies
//! of operands in the order in which the loop reads them ([`pack`]), and loops for products with a vector
//! ([`thin`]). Operands may have any strides; nothing is transposed beforehand.
//!
//! Every element is summed along the depth in an order that follows from the sizes and strides, so
//! threads change no bit.

mod blocks;
mod microkernel;
mod pack;
mod portable;
mod product;
mod thin;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::dense::Dense;
use super::elementwise::Shared;
use super::{copy_from, for_pieces};
use crate::Tensor;
use crate::layout::Layout;
pub(crate) use product::Gemm;
use product::{Matrix, PARALLEL, product};

/// Multiplications in a thread's share of a batch of small products.
const PIECE: usize = 48 * 48 * 48;

/// `A B` for each pair of matrices in the batch: `(batch.., m, k) × (batch.., k, n)`. The shapes were
/// checked; `layout` is the result's.
pub(crate) fn matmul<T: Gemm>(a: &Tensor, b: &Tensor, layout: &Layout) -> Tensor {
    let rank = a.rank();
    let batch = &a.shape()[..rank - 2];
    let (mut m, k, n) = (
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
    let mut count: usize = batch.iter().product();
    if count > 1 && rows_follow(a) && b.strides()[..rank - 2].iter().all(|&s| s == 0) {
        // One matrix times all: the batch is one tall matrix.
        (m, count) = (m * count, 1);
    }
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

/// Whether all rows of a batch of matrices lie one step apart.
fn rows_follow(x: &Tensor) -> bool {
    let (shape, strides) = (x.shape(), x.strides());
    (0..x.rank() - 2).all(|d| strides[d] == strides[d + 1] * shape[d + 1])
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
