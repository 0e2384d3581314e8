//! Losses of classes and of distributions over them.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use super::reduction::reduce;
use crate::error::Result;
use crate::loss::{Target, expect_alike};

/// Cross-entropy of logits against classes or probabilities; see
/// [`CrossEntropyLoss`](crate::CrossEntropyLoss).
///
/// # Errors
/// As there.
pub fn cross_entropy(
    input: &Var,
    target: &dyn Target,
    weight: Option<&Tensor>,
    ignore_index: i64,
    label_smoothing: f64,
    reduction: Reduction,
) -> Result<Var> {
    let target = target.to_var();
    Ok(input.cross_entropy(&target, weight, ignore_index, label_smoothing, reduction)?)
}

/// Minus the log-probability of the right class; see [`NllLoss`](crate::NllLoss).
///
/// # Errors
/// As there.
pub fn nll_loss(
    input: &Var,
    target: &dyn Target,
    weight: Option<&Tensor>,
    ignore_index: i64,
    reduction: Reduction,
) -> Result<Var> {
    let target = target.to_var().value();
    Ok(input.nll_loss(&target, weight, ignore_index, reduction)?)
}

/// `y (ln y − x)`, or `eʸ (y − x)` if `log_target`; see [`KlDivLoss`](crate::KlDivLoss).
///
/// # Errors
/// Shapes or dtypes that differ.
#[inline]
pub fn kl_div(
    input: &Var,
    target: &dyn Target,
    log_target: bool,
    reduction: Reduction,
) -> Result<Var> {
    let target = target.to_var();
    expect_alike("kl_div", input, &target)?;
    let losses = if log_target {
        target.exp()?.mul(&target.sub(input)?)?
    } else {
        target.xlogy(&target)?.sub(&target.mul(input)?)?
    };
    reduce(losses, reduction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn logits_of_any_size_stay_finite() {
        let x = Var::leaf(tensor![[1e4, -1e4], [-1e4, 1e4]]).unwrap();
        let loss = cross_entropy(&x, &tensor![0, 0], None, -100, 0.0, Reduction::Mean).unwrap();
        loss.backward().unwrap();
        assert_close(&loss.value(), &[1e4]);
        assert!(
            x.grad()
                .unwrap()
                .to_vec::<f32>()
                .unwrap()
                .iter()
                .all(|g| g.is_finite())
        );
    }

    #[test]
    fn divergences_by_hand() {
        let (x, y) = (Var::from(tensor![-1.0, -2.0]), tensor![0.25, 0.0]);
        let loss = kl_div(&x, &y, false, Reduction::None).unwrap();
        assert_close(&loss.value(), &[0.25 * (0.25f64.ln() + 1.0), 0.0]);
        let loss = kl_div(&x, &tensor![0.0, -1.0], true, Reduction::None).unwrap();
        assert_close(&loss.value(), &[1.0, (-1f64).exp()]);
    }
}
