//! Binary cross-entropy, of probabilities and of logits.

use gradus_autograd::Var;
use gradus_tensor::{DType, Element, Reduction, Tensor};

use super::reduction::{expect_broadcast, reduce};
use crate::error::{Error, Result};
use crate::loss::{Target, expect_alike};

/// Binary cross-entropy of probabilities; see [`BceLoss`](crate::BceLoss).
///
/// # Errors
/// Shapes or dtypes that differ; an input or a target outside [0, 1] or NaN; a weight that does not
/// broadcast to the input.
#[inline]
pub fn binary_cross_entropy(
    input: &Var,
    target: &dyn Target,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "binary_cross_entropy";
    let target = target.to_var();
    expect_alike(OP, input, &target)?;
    let remedy = "apply a sigmoid, or give logits to BceWithLogitsLoss";
    input.with_value(|p| expect_probabilities(p, "input", remedy))?;
    target.with_value(|y| expect_probabilities(y, "target", "targets are probabilities too"))?;
    let Some(weight) = weight else {
        return Ok(input.binary_cross_entropy(&target, reduction)?);
    };
    expect_broadcast(OP, "weight", weight, input)?;
    reduce(
        input
            .binary_cross_entropy(&target, Reduction::None)?
            .mul(&weight.into())?,
        reduction,
    )
}

/// Binary cross-entropy of logits; see [`BceWithLogitsLoss`](crate::BceWithLogitsLoss).
///
/// # Errors
/// Shapes or dtypes that differ; a weight that does not broadcast to the input.
#[inline]
pub fn binary_cross_entropy_with_logits(
    input: &Var,
    target: &dyn Target,
    weight: Option<&Tensor>,
    pos_weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "binary_cross_entropy_with_logits";
    let target = target.to_var();
    expect_alike(OP, input, &target)?;
    if weight.is_none() && pos_weight.is_none() {
        return Ok(input.binary_cross_entropy_with_logits(&target, reduction)?);
    }
    let mut losses = match pos_weight {
        None => input.binary_cross_entropy_with_logits(&target, Reduction::None)?,
        Some(pos_weight) => {
            expect_broadcast(OP, "pos_weight", pos_weight, input)?;
            // (1 − y) z + (1 + (q − 1) y) ln(1 + e⁻ᶻ); the logarithm is the loss of a positive.
            let positive = Var::new(input.value().ones_like());
            let softplus = input.binary_cross_entropy_with_logits(&positive, Reduction::None)?;
            let factor = Var::from(pos_weight)
                .sub_scalar(1)?
                .mul(&target)?
                .add_scalar(1)?;
            target
                .rsub_scalar(1)?
                .mul(input)?
                .add(&factor.mul(&softplus)?)?
        }
    };
    if let Some(weight) = weight {
        expect_broadcast(OP, "weight", weight, input)?;
        losses = losses.mul(&weight.into())?;
    }
    reduce(losses, reduction)
}

#[inline]
fn expect_probabilities(values: &Tensor, what: &str, remedy: &str) -> Result<()> {
    match values.dtype() {
        DType::F32 => within_unit::<f32>(values, 0.0, 1.0, what, remedy),
        DType::F64 => within_unit::<f64>(values, 0.0, 1.0, what, remedy),
        // Other dtypes are refused by the operation itself.
        _ => Ok(()),
    }
}

#[inline]
fn within_unit<T: Element + PartialOrd>(
    values: &Tensor,
    zero: T,
    one: T,
    what: &str,
    remedy: &str,
) -> Result<()> {
    let copy;
    let values = if values.is_contiguous() {
        values.as_slice::<T>()?
    } else {
        copy = values.contiguous();
        copy.as_slice::<T>()?
    };
    // Without an early end the loop is a few wide instructions; NaN fails both comparisons.
    if values
        .iter()
        .fold(true, |fine, &p| fine & (p >= zero) & (p <= one))
    {
        return Ok(());
    }
    Err(outside(values, zero, one, what, remedy))
}

#[cold]
fn outside<T: Element + PartialOrd>(
    values: &[T],
    zero: T,
    one: T,
    what: &str,
    remedy: &str,
) -> Error {
    let position = values
        .iter()
        .position(|p| !(*p >= zero && *p <= one))
        .unwrap_or(0);
    let value = Tensor::from_slice(&values[position..=position], [])
        .and_then(|p| p.item::<f64>())
        .unwrap_or(f64::NAN);
    let message = format!("{what} {value} at position {position} is outside [0, 1]; {remedy}");
    Error::invalid("binary_cross_entropy", message)
}
