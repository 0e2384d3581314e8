//! Negative log-likelihoods of counts and of normal variables.

use std::f64::consts::PI;

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use super::reduction::reduce;
use crate::error::{Dims, Error, Result};
use crate::loss::{Target, expect_alike};

/// `eˣ − y x` if `log_input`, else `x − y ln(x + ε)`; see [`PoissonNllLoss`](crate::PoissonNllLoss).
///
/// # Errors
/// Shapes or dtypes that differ.
#[inline]
pub fn poisson_nll_loss(
    input: &Var,
    target: &dyn Target,
    log_input: bool,
    full: bool,
    eps: f64,
    reduction: Reduction,
) -> Result<Var> {
    let target = target.to_var();
    expect_alike("poisson_nll_loss", input, &target)?;
    let mut losses = if log_input {
        input.exp()?.sub(&target.mul(input)?)?
    } else {
        input.sub(&target.mul(&input.add_scalar(eps)?.log()?)?)?
    };
    if full {
        // Stirling's approximation of ln y!, for counts above 1.
        let few = target.value().le_scalar(1.0)?;
        let y = target.masked_fill(&few, 1.0)?;
        let stirling = y
            .mul(&y.log()?)?
            .sub(&y)?
            .add(&y.mul_scalar(2.0 * PI)?.log()?.mul_scalar(0.5)?)?;
        losses = losses.add(&stirling.masked_fill(&few, 0.0)?)?;
    }
    reduce(losses, reduction)
}

/// `(ln v + (x − y)² / v) / 2` with v = max(variance, ε); see [`GaussianNllLoss`](crate::GaussianNllLoss).
///
/// # Errors
/// A target that is not the input's shape, up to a last dimension of 1; a variance that is neither of the
/// input's shape, nor without its last dimension, nor with 1 in its place, nor a single number; a
/// negative variance.
#[inline]
pub fn gaussian_nll_loss(
    input: &Var,
    target: &dyn Target,
    variance: &Var,
    full: bool,
    eps: f64,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "gaussian_nll_loss";
    let target = target.to_var();
    let (shape, of_target, of_variance) = (input.shape(), target.shape(), variance.shape());
    let one_column = |other: &[usize]| match (shape, other) {
        ([lead @ .., _], [other @ .., 1]) => lead == other,
        _ => false,
    };
    if of_target != shape && !one_column(of_target) {
        expect_alike(OP, input, &target)?;
    }
    let variance = match (shape, of_variance) {
        (_, []) => variance.clone(),
        (shape, same) if shape == same || one_column(same) => variance.clone(),
        ([lead @ .., _], same) if lead == same => variance.unsqueeze(-1)?,
        _ => {
            let (a, b) = (Dims(shape), Dims(of_variance));
            let message = format!(
                "the input is {a}, the variance {b}: it has the input's shape, or 1 or nothing in place of the last dimension"
            );
            return Err(Error::invalid(OP, message));
        }
    };
    if variance.value().lt_scalar(0.0)?.any()?.item::<bool>()? {
        return Err(Error::invalid(OP, "a variance is negative"));
    }
    // The bound holds for the value; the gradient passes as if there were none, as in PyTorch.
    let bounded = variance.value().clamp_min(eps)?;
    let v = variance.add(&Var::new(bounded.sub(&variance.value())?))?;
    let mut losses = v
        .log()?
        .add(&input.sub(&target)?.square()?.div(&v)?)?
        .mul_scalar(0.5)?;
    if full {
        losses = losses.add_scalar(0.5 * (2.0 * PI).ln())?;
    }
    reduce(losses, reduction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let (x, y) = (Var::from(tensor![1.0, 2.0]), tensor![3.0, 1.0]);
        let e = std::f64::consts::E;
        let loss = poisson_nll_loss(&x, &y, true, false, 1e-8, Reduction::None).unwrap();
        assert_close(&loss.value(), &[e - 3.0, e * e - 2.0]);
        let full = poisson_nll_loss(&x, &y, true, true, 1e-8, Reduction::None).unwrap();
        let stirling = 3.0 * 3f64.ln() - 3.0 + 0.5 * (6.0 * PI).ln();
        assert_close(&full.value(), &[e - 3.0 + stirling, e * e - 2.0]);
        let v = Var::from(tensor![4.0, 0.0]);
        let loss = gaussian_nll_loss(&x, &y, &v, false, 1e-6, Reduction::None).unwrap();
        assert_close(
            &loss.value(),
            &[0.5 * (4f64.ln() + 1.0), 0.5 * (1e-6f64.ln() + 1e6)],
        );
    }

    #[test]
    fn variances_that_do_not_fit_are_refused() {
        let (x, y) = (Var::from(tensor![1.0, 2.0]), tensor![3.0, 1.0]);
        let run = |v: Var| gaussian_nll_loss(&x, &y, &v, false, 1e-6, Reduction::Mean);
        assert!(
            run(tensor![1.0, -1.0].into())
                .unwrap_err()
                .to_string()
                .contains("negative")
        );
        assert!(
            run(tensor![1.0, 1.0, 1.0].into())
                .unwrap_err()
                .to_string()
                .contains("the variance (3,)")
        );
        assert!(
            run(tensor![1.0].into()).is_ok()
                && run(tensor![1.0].squeeze(0).unwrap().into()).is_ok()
        );
    }
}
