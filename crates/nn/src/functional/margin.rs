//! Losses with a margin that a right answer has to keep.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use super::reduction::{expect_broadcast, reduce};
use crate::error::{Dims, Error, Result};
use crate::loss::{Target, expect_alike};

/// `x` where y = 1, `max(0, margin − x)` where y = −1; see
/// [`HingeEmbeddingLoss`](crate::HingeEmbeddingLoss).
///
/// # Errors
/// Shapes or dtypes that differ.
#[inline]
pub fn hinge_embedding_loss(
    input: &Var,
    target: &dyn Target,
    margin: f64,
    reduction: Reduction,
) -> Result<Var> {
    let target = target.to_var();
    expect_alike("hinge_embedding_loss", input, &target)?;
    let y = target.value();
    let far = input
        .rsub_scalar(margin)?
        .clamp_min(0.0)?
        .masked_fill(&y.eq_scalar(1.0)?, 0.0)?;
    let near = input.masked_fill(&y.eq_scalar(-1.0)?, 0.0)?;
    reduce(far.add(&near)?, reduction)
}

/// `max(0, margin − y (x₁ − x₂))`; see [`MarginRankingLoss`](crate::MarginRankingLoss).
///
/// # Errors
/// Shapes or dtypes that differ.
#[inline]
pub fn margin_ranking_loss(
    input1: &Var,
    input2: &Var,
    target: &dyn Target,
    margin: f64,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "margin_ranking_loss";
    let target = target.to_var();
    expect_alike(OP, input1, input2)?;
    expect_alike(OP, input1, &target)?;
    let difference = input1.sub(input2)?.mul(&target)?;
    reduce(difference.rsub_scalar(margin)?.clamp_min(0.0)?, reduction)
}

/// `ln(1 + e^(−y x))`; see [`SoftMarginLoss`](crate::SoftMarginLoss).
///
/// # Errors
/// Shapes or dtypes that differ.
#[inline]
pub fn soft_margin_loss(input: &Var, target: &dyn Target, reduction: Reduction) -> Result<Var> {
    let target = target.to_var();
    expect_alike("soft_margin_loss", input, &target)?;
    reduce(input.mul(&target)?.logsigmoid()?.neg()?, reduction)
}

/// `Σ w max(0, margin − x[y] + x[j])ᵖ / C` over the wrong classes j; see
/// [`MultiMarginLoss`](crate::MultiMarginLoss).
///
/// # Errors
/// An input that is not `(C,)` or `(N, C)`; a target that is not one class for each sample; a `p` other
/// than 1 and 2; a weight that is not one number for each class.
#[inline]
pub fn multi_margin_loss(
    input: &Var,
    target: &dyn Target,
    p: u32,
    margin: f64,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "multi_margin_loss";
    let target = target.to_var().value();
    if p != 1 && p != 2 {
        return Err(Error::invalid(OP, format!("p is {p}; it is 1 or 2")));
    }
    let single = input.shape().len() < 2;
    let x = rows_of(OP, input)?;
    let (samples, classes) = (x.shape()[0], x.shape()[1]);
    let fits = target.dtype().is_integer()
        && target.numel() == samples
        && (single || target.shape().len() == 1);
    if !fits || classes == 0 {
        let message = format!(
            "the input is {}, the target {} {}; it has to be one class for each sample",
            Dims(input.shape()),
            Dims(target.shape()),
            target.dtype()
        );
        return Err(Error::invalid(OP, message));
    }
    let labels = target.to_vec::<i64>()?;
    if let Some(class) = labels.iter().find(|&&c| c < 0 || c as usize >= classes) {
        let message = format!(
            "the target {class} is no class: they are 0 to {}",
            classes - 1
        );
        return Err(Error::invalid(OP, message));
    }
    let index = Tensor::from_vec(labels, [samples, 1])?;
    let mut excess = x
        .sub(&x.gather(1, &index)?)?
        .add_scalar(margin)?
        .clamp_min(0.0)?;
    if p == 2 {
        excess = excess.square()?;
    }
    if let Some(weight) = weight {
        if weight.shape() != [classes] || weight.dtype() != input.dtype() {
            let message = format!(
                "the weight is {} {}; it has one {} for each of {classes} classes",
                Dims(weight.shape()),
                weight.dtype(),
                input.dtype()
            );
            return Err(Error::invalid(OP, message));
        }
        let of_class = weight.index_select(0, &index.reshape([samples])?)?;
        excess = excess.mul(&of_class.reshape([samples, 1])?.into())?;
    }
    // The right class does not count against itself.
    let right = index
        .reshape([samples])?
        .one_hot(Some(classes))?
        .eq_scalar(1)?;
    let losses = excess
        .masked_fill(&right, 0.0)?
        .sum_dims(&[1], false)?
        .div_scalar(classes as f64)?;
    reduce(losses_of(losses, single)?, reduction)
}

/// `Σ max(0, 1 − x[j] + x[i]) / C` over the classes j that a sample has and the classes i that it has not; see
/// [`MultiLabelMarginLoss`](crate::MultiLabelMarginLoss).
///
/// # Errors
/// A target of another shape than the input, or with entries that are no classes before the first negative
/// one.
#[inline]
pub fn multilabel_margin_loss(
    input: &Var,
    target: &dyn Target,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "multilabel_margin_loss";
    let target = target.to_var().value();
    let single = input.shape().len() < 2;
    if target.shape() != input.shape() || !target.dtype().is_integer() {
        let message = format!(
            "the input is {}, the target {} {}; it has to be integers of the same shape",
            Dims(input.shape()),
            Dims(target.shape()),
            target.dtype()
        );
        return Err(Error::invalid(OP, message));
    }
    let x = rows_of(OP, input)?;
    let (samples, classes) = (x.shape()[0], x.shape()[1]);
    if classes == 0 {
        return Err(Error::invalid(OP, "the input has no classes"));
    }
    // How often a sample lists each class; the first negative entry ends its list.
    let mut listed = vec![0.0f64; samples * classes];
    for (row, labels) in target.to_vec::<i64>()?.chunks_exact(classes).enumerate() {
        for &class in labels.iter().take_while(|&&class| class >= 0) {
            if class as usize >= classes {
                let message = format!(
                    "the target {class} is no class: they are 0 to {}",
                    classes - 1
                );
                return Err(Error::invalid(OP, message));
            }
            listed[row * classes + class as usize] += 1.0;
        }
    }
    let listed = Tensor::from_vec(listed, [samples, classes])?.to_dtype(input.dtype())?;
    let others = listed.eq_scalar(0.0)?.to_dtype(input.dtype())?;
    let pairs = listed.unsqueeze(2)?.mul(&others.unsqueeze(1)?)?;
    let excess = x
        .unsqueeze(1)?
        .sub(&x.unsqueeze(2)?)?
        .add_scalar(1.0)?
        .clamp_min(0.0)?;
    let losses = excess
        .mul(&pairs.into())?
        .sum_dims(&[1, 2], false)?
        .div_scalar(classes as f64)?;
    reduce(losses_of(losses, single)?, reduction)
}

/// The mean over classes of `−w (y ln σ(x) + (1 − y) ln σ(−x))`; see
/// [`MultiLabelSoftMarginLoss`](crate::MultiLabelSoftMarginLoss).
///
/// # Errors
/// Shapes or dtypes that differ; a weight that does not broadcast to the input.
#[inline]
pub fn multilabel_soft_margin_loss(
    input: &Var,
    target: &dyn Target,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "multilabel_soft_margin_loss";
    let target = target.to_var();
    expect_alike(OP, input, &target)?;
    let hit = target.mul(&input.logsigmoid()?)?;
    let miss = target.rsub_scalar(1.0)?.mul(&input.neg()?.logsigmoid()?)?;
    let mut losses = hit.add(&miss)?.neg()?;
    if let Some(weight) = weight {
        expect_broadcast(OP, "weight", weight, input)?;
        losses = losses.mul(&weight.into())?;
    }
    reduce(losses.mean_dims(&[-1], false)?, reduction)
}

/// One sample as a row of its own.
#[inline]
fn rows_of(op: &'static str, input: &Var) -> Result<Var> {
    match input.shape() {
        [] => Ok(input.reshape([1, 1])?),
        [_] => Ok(input.unsqueeze(0)?),
        [_, _] => Ok(input.clone()),
        other => {
            let message = format!("the input is {}; it has to be (C,) or (N, C)", Dims(other));
            Err(Error::invalid(op, message))
        }
    }
}

/// The loss of one sample without a dimension for samples.
#[inline]
fn losses_of(losses: Var, single: bool) -> Result<Var> {
    if single {
        Ok(losses.squeeze(0)?)
    } else {
        Ok(losses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let x = Var::from(tensor![0.5, 0.25]);
        let loss = hinge_embedding_loss(&x, &tensor![1.0, -1.0], 1.0, Reduction::None).unwrap();
        assert_close(&loss.value(), &[0.5, 0.75]);
        let y = Var::from(tensor![0.25, 1.0]);
        let loss = margin_ranking_loss(&x, &y, &tensor![1.0, 1.0], 0.5, Reduction::None).unwrap();
        assert_close(&loss.value(), &[0.25, 1.25]);
        let loss = soft_margin_loss(&x, &tensor![1.0, -1.0], Reduction::None).unwrap();
        assert_close(
            &loss.value(),
            &[(-0.5f64).exp().ln_1p(), 0.25f64.exp().ln_1p()],
        );
        let x = Var::from(tensor![[0.1, 0.2, 0.4, 0.8]]);
        let loss = multi_margin_loss(&x, &tensor![3], 1, 1.0, None, Reduction::Mean).unwrap();
        assert_close(&loss.value(), &[0.25 * (0.3 + 0.4 + 0.6)]);
        let loss = multilabel_margin_loss(&x, &tensor![[3, 0, -1, 1]], Reduction::Mean).unwrap();
        assert_close(&loss.value(), &[0.25 * (0.4 + 0.6 + 1.1 + 1.3)]);
        let zero = Var::from(tensor![[0.0, 0.0]]);
        let loss = multilabel_soft_margin_loss(&zero, &tensor![[1.0, 0.0]], None, Reduction::Mean);
        assert_close(&loss.unwrap().value(), &[2f64.ln()]);
    }

    #[test]
    fn classes_that_do_not_exist_are_refused() {
        let x = Var::from(tensor![[0.1, 0.2]]);
        let error = multi_margin_loss(&x, &tensor![2], 1, 1.0, None, Reduction::Mean).unwrap_err();
        assert_eq!(
            error.to_string(),
            "multi_margin_loss: the target 2 is no class: they are 0 to 1"
        );
        assert!(multi_margin_loss(&x, &tensor![0], 3, 1.0, None, Reduction::Mean).is_err());
        assert!(multi_margin_loss(&x, &tensor![0.0], 1, 1.0, None, Reduction::Mean).is_err());
        assert!(multilabel_margin_loss(&x, &tensor![[2, -1]], Reduction::Mean).is_err());
    }
}
