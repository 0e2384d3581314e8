//! Making two operands equal in shape and dtype before an operation sees them.

use super::{Cast, Shapes};
use crate::dtype::result_type;
use crate::layout::{broadcast_shapes, same_shape};
use crate::{Array, DType, Result, Scalar, Tensor};

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
    let (a, b) = fit(op, a, b, common_dtype(&[a, b]))?;
    f(&a, &b)
}

/// As [`broadcast`], for functions of real numbers: bools and integers become `f32`.
pub(super) fn broadcast_float<A: Array>(
    op: &'static str,
    a: &A,
    b: &A,
    f: impl FnOnce(&A, &A) -> Result<A>,
) -> Result<A> {
    let dtype = common_dtype(&[a, b]);
    let dtype = if dtype.is_float() { dtype } else { DType::F32 };
    let (a, b) = fit(op, a, b, dtype)?;
    f(&a, &b)
}

/// The dtype of an operation on these operands.
pub(super) fn common_dtype<A: Array>(operands: &[&A]) -> DType {
    result_type(operands.iter().map(|x| (x.dtype(), x.shape().len())))
}

#[inline(never)]
fn fit<A: Array>(op: &'static str, a: &A, b: &A, dtype: DType) -> Result<(A, A)> {
    let shape = broadcast_shapes(op, a.shape(), b.shape())?;
    let fit = |x: &A| {
        let x = x.to_dtype(dtype)?;
        if same_shape(x.shape(), shape.as_slice()) {
            Ok(x)
        } else {
            x.expand(shape.as_slice())
        }
    };
    Ok((fit(a)?, fit(b)?))
}

/// The array in the dtype of `array ∘ number`: PyTorch's rule for Python numbers, which count by their
/// category (bool < integer < float) alone.
pub(super) fn fit_scalar<A: Array>(x: &A, c: Scalar) -> Result<A> {
    let scalar = c.default_dtype();
    if scalar.category() > x.dtype().category() {
        x.to_dtype(scalar)
    } else {
        Ok(x.clone())
    }
}

/// The array and the number in the dtype of `array ∘ number`, the number without dimensions.
pub(super) fn with_scalar<A: Array>(x: &A, c: Scalar) -> Result<(A, A)> {
    let x = fit_scalar(x, c)?;
    let c = A::constant(Tensor::wrapped(c, x.dtype())?);
    Ok((x, c))
}

/// As [`broadcast`], for three operands of one dtype.
pub(super) fn broadcast3<A: Array>(
    op: &'static str,
    operands: [&A; 3],
    f: impl FnOnce([&A; 3]) -> Result<A>,
) -> Result<A> {
    let [a, b, c] = operands.map(Array::shape);
    let shape = broadcast_shapes(op, a, b)?;
    let shape = broadcast_shapes(op, shape.as_slice(), c)?;
    let [a, b, c] = operands.map(|x| x.expand(shape.as_slice()));
    f([&a?, &b?, &c?])
}
