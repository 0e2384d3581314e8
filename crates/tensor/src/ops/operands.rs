//! What products and factorisations ask of their operands.

use super::{Cast, Shapes, Sums};
use crate::layout::Layout;
use crate::{Array, DType, ErrorKind, Result, Scalar};

/// # Errors
/// Fewer dimensions; `expected` says it in words.
pub(super) fn expect_at_least(
    op: &'static str,
    expected: &'static str,
    rank: usize,
    shape: &[usize],
) -> Result<()> {
    if shape.len() >= rank {
        return Ok(());
    }
    let got = shape.to_vec();
    Err(ErrorKind::Rank { op, expected, got }.into())
}

/// # Errors
/// Another number of dimensions; `expected` says it in words.
pub(super) fn expect_rank(
    op: &'static str,
    expected: &'static str,
    rank: usize,
    shape: &[usize],
) -> Result<()> {
    if shape.len() == rank {
        return Ok(());
    }
    Err(ErrorKind::Rank {
        op,
        expected,
        got: shape.to_vec(),
    }
    .into())
}

/// # Errors
/// Two dtypes: a product promotes nothing, as in PyTorch.
pub(super) fn expect_one_dtype<A: Array>(op: &'static str, a: &A, b: &A) -> Result<()> {
    if a.dtype() == b.dtype() {
        return Ok(());
    }
    Err(ErrorKind::DTypeMismatch {
        op,
        lhs: a.dtype(),
        rhs: b.dtype(),
    }
    .into())
}

/// # Errors
/// Inner lengths that differ, told with both shapes.
pub(super) fn expect_inner(
    op: &'static str,
    lhs: &[usize],
    rhs: &[usize],
    inner: (usize, usize),
) -> Result<()> {
    if inner.0 == inner.1 {
        return Ok(());
    }
    Err(ErrorKind::InnerLength {
        op,
        lhs: lhs.to_vec(),
        rhs: rhs.to_vec(),
        inner,
    }
    .into())
}

/// The array repeated to `shape`.
///
/// # Errors
/// A shape that does not expand to it; `what` says what should.
pub(super) fn expanded<A: Array>(
    op: &'static str,
    what: &'static str,
    x: &A,
    shape: &[usize],
) -> Result<A> {
    let lead = shape.len().checked_sub(x.shape().len());
    let fits = lead.is_some_and(|lead| {
        let pairs = x.shape().iter().zip(&shape[lead..]);
        pairs
            .into_iter()
            .all(|(&from, &to)| from == to || from == 1)
    });
    if fits {
        return x.expand(shape);
    }
    Err(ErrorKind::ShapeMismatch {
        op,
        what,
        lhs: x.shape().to_vec(),
        rhs: shape.to_vec(),
    }
    .into())
}

/// The dtype in which products of this one are computed: halves in `f32`, integers in `i64`.
///
/// # Errors
/// Bools have no products.
#[inline]
pub(super) fn computed_in(op: &'static str, dtype: DType) -> Result<DType> {
    match dtype {
        DType::F32 | DType::F16 | DType::Bf16 => Ok(DType::F32),
        DType::F64 => Ok(DType::F64),
        DType::Bool => Err(ErrorKind::DType {
            op,
            expected: "numbers",
            got: dtype,
        }
        .into()),
        _ => Ok(DType::I64),
    }
}

/// A scalar as numbers of this dtype are multiplied by it: floats lose their fraction for integers.
pub(super) fn factor(c: Scalar, dtype: DType) -> Scalar {
    if dtype.is_float() {
        Scalar::Float(c.to_f64())
    } else {
        Scalar::Int(c.to_i64())
    }
}

/// 0 of the same dtype, without dimensions, that depends on `x`: the gradient of `x` is zeros, and a NaN
/// in `x` does not show.
///
/// # Errors
/// None for numbers.
pub(super) fn zero_of<A: Array>(x: &A) -> Result<A> {
    x.ravel()?.narrow(0, 0, 0)?.sum()?.to_dtype(x.dtype())
}

/// # Errors
/// A shape of too many dimensions or elements.
pub(super) fn expect_shape(op: &'static str, shape: &[usize]) -> Result<()> {
    Layout::row_major(op, shape).map(drop)
}
