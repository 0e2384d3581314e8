//! What operations ask of the dtypes of their operands.

use crate::{Array, DType, ErrorKind, Result};

/// # Errors
/// Bools.
#[inline]
pub(super) fn expect_numbers<A: Array>(op: &'static str, x: &A) -> Result<()> {
    match x.dtype() {
        DType::Bool => refuse(op, "numbers", DType::Bool),
        _ => Ok(()),
    }
}

/// # Errors
/// Integers and bools.
#[inline]
pub(super) fn expect_float<A: Array>(op: &'static str, x: &A) -> Result<()> {
    if x.dtype().is_float() {
        return Ok(());
    }
    refuse(op, "a floating-point tensor", x.dtype())
}

#[cold]
fn refuse(op: &'static str, expected: &'static str, got: DType) -> Result<()> {
    Err(ErrorKind::DType { op, expected, got }.into())
}
