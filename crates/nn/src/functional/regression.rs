//! Losses of real numbers.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use super::reduction::reduce;
use crate::error::{Error, Result};
use crate::loss::{Target, expect_alike};

/// `(x − y)²`; see [`MseLoss`](crate::MseLoss).
///
/// # Errors
/// Shapes or dtypes that differ.
#[inline]
pub fn mse_loss(input: &Var, target: &dyn Target, reduction: Reduction) -> Result<Var> {
    let target = target.to_var();
    expect_alike("mse_loss", input, &target)?;
    Ok(input.mse_loss(&target, reduction)?)
}

/// `|x − y|`; see [`L1Loss`](crate::L1Loss).
///
/// # Errors
/// Shapes or dtypes that differ.
pub fn l1_loss(input: &Var, target: &dyn Target, reduction: Reduction) -> Result<Var> {
    let target = target.to_var();
    expect_alike("l1_loss", input, &target)?;
    reduce(input.sub(&target)?.abs()?, reduction)
}

/// `d² / 2` for `|d| = |x − y| ≤ δ`, `δ (|d| − δ / 2)` beyond; see [`HuberLoss`](crate::HuberLoss).
///
/// # Errors
/// Shapes or dtypes that differ; a `delta` that is not above 0.
#[inline]
pub fn huber_loss(
    input: &Var,
    target: &dyn Target,
    delta: f64,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "huber_loss";
    let target = target.to_var();
    expect_alike(OP, input, &target)?;
    if delta <= 0.0 || delta.is_nan() {
        let message = format!("delta is {delta}; it has to be above 0");
        return Err(Error::invalid(OP, message));
    }
    reduce(huber(input, &target, delta)?, reduction)
}

/// The Huber loss divided by β, and `|x − y|` if β is 0; see [`SmoothL1Loss`](crate::SmoothL1Loss).
///
/// # Errors
/// Shapes or dtypes that differ; a negative `beta`.
#[inline]
pub fn smooth_l1_loss(
    input: &Var,
    target: &dyn Target,
    beta: f64,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "smooth_l1_loss";
    let target = target.to_var();
    expect_alike(OP, input, &target)?;
    if beta < 0.0 || beta.is_nan() {
        let message = format!("beta is {beta}; it cannot be negative");
        return Err(Error::invalid(OP, message));
    }
    if beta == 0.0 {
        return reduce(input.sub(&target)?.abs()?, reduction);
    }
    reduce(huber(input, &target, beta)?.div_scalar(beta)?, reduction)
}

/// c (d − c / 2) with c = d clamped to ±δ: one text for both branches, and its derivatives are theirs.
#[inline]
fn huber(input: &Var, target: &Var, delta: f64) -> Result<Var> {
    let d = input.sub(target)?;
    let c = d.clamp(-delta, delta)?;
    Ok(c.mul(&d.sub(&c.mul_scalar(0.5)?)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let (x, y) = (Var::from(tensor![0.0, 0.5, -3.0]), tensor![0.0, 0.0, 0.0]);
        let huber = huber_loss(&x, &y, 2.0, Reduction::None).unwrap();
        assert_close(&huber.value(), &[0.0, 0.125, 4.0]);
        let smooth = smooth_l1_loss(&x, &y, 2.0, Reduction::None).unwrap();
        assert_close(&smooth.value(), &[0.0, 0.0625, 2.0]);
        let l1 = smooth_l1_loss(&x, &y, 0.0, Reduction::Sum).unwrap();
        assert_close(&l1.value(), &[3.5]);
    }

    #[test]
    fn widths_without_meaning_are_refused() {
        let (x, y) = (Var::from(tensor![0.0]), tensor![0.0]);
        let error = huber_loss(&x, &y, 0.0, Reduction::Mean).unwrap_err();
        assert_eq!(
            error.to_string(),
            "huber_loss: delta is 0; it has to be above 0"
        );
        assert!(smooth_l1_loss(&x, &y, f64::NAN, Reduction::Mean).is_err());
    }
}
