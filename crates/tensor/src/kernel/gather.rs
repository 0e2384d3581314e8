//! Rows picked by index, and their adjoint.

use std::mem::MaybeUninit;

use super::dense::Dense;
use crate::dispatch::for_dtype;
use crate::layout::Layout;
use crate::{Element, ErrorKind, Result, Tensor};

/// `out[o, j, i] = x[o, index[j], i]` for `x` seen as `(outer, size, inner)`; indices were checked.
pub(crate) fn gather_rows(
    x: &Tensor,
    outer: usize,
    size: usize,
    inner: usize,
    index: &[i64],
    layout: &Layout,
) -> Tensor {
    let x = Dense::of(x);
    for_dtype!(x.dtype(), T => {
        let xs = x.host_slice::<T>();
        // SAFETY: every row of `out` is written.
        unsafe {
            Tensor::build::<T>(layout, |out| {
                if inner == 1 && outer == 1 {
                    for (to, &j) in out.iter_mut().zip(index) {
                        to.write(xs[j as usize]);
                    }
                } else if inner > 0 && !index.is_empty() {
                    for (o, block) in out.chunks_exact_mut(index.len() * inner).enumerate() {
                        debug_assert!(o < outer);
                        for (row, &j) in block.chunks_exact_mut(inner).zip(index) {
                            let from = (o * size + j as usize) * inner;
                            copy_row(row, &xs[from..from + inner]);
                        }
                    }
                }
            })
        }
    })
}

#[inline(always)]
fn copy_row<T: Element>(to: &mut [MaybeUninit<T>], from: &[T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        to.write(from);
    }
}

/// The rows at these positions, which were checked. A batch of a few numbers is what a small step
/// begins with, so the layout is made from the source's and not anew.
pub(crate) fn take_rows(x: &Tensor, index: &[i64]) -> Result<Tensor> {
    let x = Dense::of(x);
    let mut layout = Layout::unset();
    if !layout.set_rows_of(x.layout(), index.len()) {
        let shape = x.shape().to_vec();
        return Err(ErrorKind::TooLarge {
            op: "take_rows",
            shape,
        }
        .into());
    }
    let inner = x.shape()[1..].iter().product();
    Ok(gather_rows(&x, 1, x.shape()[0], inner, index, &layout))
}

/// Adds row `j` of `source` to row `index[j]` of `target`, both contiguous and seen as
/// `(outer, rows, inner)`, in the order of `index`.
pub(crate) fn add_rows<T: super::Number>(
    target: &mut [T],
    source: &[T],
    size: usize,
    inner: usize,
    index: &[i64],
) {
    if inner == 0 || index.is_empty() {
        return;
    }
    for (o, block) in source.chunks_exact(index.len() * inner).enumerate() {
        for (row, &j) in block.chunks_exact(inner).zip(index) {
            let at = (o * size + j as usize) * inner;
            for (to, &from) in target[at..at + inner].iter_mut().zip(row) {
                *to = to.plus(from);
            }
        }
    }
}
