//! Making two operands equal in shape and dtype before an operation sees them.

use super::{Cast, Shapes};
use crate::dtype::result_type;
use crate::layout::{broadcast_shapes, same_shape};
use crate::{Array, Result};

/// Runs `f` on both operands, converted to their common dtype and expanded to their common shape.
#[inline]
pub(super) fn broadcast<A: Array>(
    op: &'static str,
    a: &A,
    b: &A,
    f: impl FnOnce(&A, &A) -> Result<A>,
) -> Result<A> {
    if a.dtype() == b.dtype() && same_shape(a.shape(), b.shape()) {
        return f(a, b);
    }
    let (a, b) = common(op, a, b)?;
    f(&a, &b)
}

#[inline(never)]
fn common<A: Array>(op: &'static str, a: &A, b: &A) -> Result<(A, A)> {
    let shape = broadcast_shapes(op, a.shape(), b.shape())?;
    let dtype = result_type(a.dtype(), a.shape().len(), b.dtype(), b.shape().len());
    let fit = |x: &A| x.to_dtype(dtype)?.expand(shape.as_slice());
    Ok((fit(a)?, fit(b)?))
}
