//! Losses of classes and of distributions over them.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use super::reduction::reduce;
use crate::error::{Dims, Error, Result};
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
    const OP: &str = "cross_entropy";
    let target = target.to_var();
    if !(0.0..=1.0).contains(&label_smoothing) {
        let message = format!("label_smoothing is {label_smoothing}; it lies in [0, 1]");
        return Err(Error::invalid(OP, message));
    }
    let dim = class_dim(OP, input)?;
    let classes = input.shape()[dim];
    expect_weight(OP, weight, classes, input)?;
    let logits = input.log_softmax(dim as isize)?;
    if target.dtype().is_float() {
        let mut of_classes = input.shape().to_vec();
        of_classes.remove(dim);
        if target.shape() != input.shape() && target.shape() == of_classes {
            let message = format!(
                "the target is {}; classes are integers, convert it with to_dtype, or give a probability \
                 for each of {classes} classes",
                target.dtype()
            );
            return Err(Error::invalid(OP, message));
        }
        expect_alike(OP, input, &target)?;
        let mut target = target;
        if label_smoothing > 0.0 {
            target = target
                .mul_scalar(1.0 - label_smoothing)?
                .add_scalar(label_smoothing / classes as f64)?;
        }
        let mut terms = logits.mul(&target)?;
        if let Some(weight) = weight {
            terms = terms.mul(&along(weight, dim, input.shape().len())?.into())?;
        }
        let losses = terms.sum_dims(&[dim as isize], false)?.neg()?;
        // The mean is over samples; without classes there is nothing to sum.
        return reduce(losses, reduction);
    }
    let chosen = Chosen::new(OP, &logits, dim, &target.value(), weight, ignore_index)?;
    if label_smoothing == 0.0 {
        return chosen.reduced(chosen.losses.clone(), reduction);
    }
    let mut smooth = logits.clone();
    if let Some(weight) = weight {
        smooth = smooth.mul(&along(weight, dim, input.shape().len())?.into())?;
    }
    let smooth = smooth
        .sum_dims(&[dim as isize], false)?
        .neg()?
        .masked_fill(&chosen.ignored, 0.0)?;
    let losses = chosen
        .losses
        .mul_scalar(1.0 - label_smoothing)?
        .add(&smooth.mul_scalar(label_smoothing / classes as f64)?)?;
    chosen.reduced(losses, reduction)
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
    const OP: &str = "nll_loss";
    let dim = class_dim(OP, input)?;
    expect_weight(OP, weight, input.shape()[dim], input)?;
    let target = target.to_var().value();
    let chosen = Chosen::new(OP, input, dim, &target, weight, ignore_index)?;
    chosen.reduced(chosen.losses.clone(), reduction)
}

/// The dimension of the classes: the second, or the only one.
fn class_dim(op: &'static str, input: &Var) -> Result<usize> {
    match input.shape() {
        [] => Err(Error::invalid(
            op,
            "the input has no dimension for the classes",
        )),
        [_] => Ok(0),
        _ => Ok(1),
    }
}

fn expect_weight(
    op: &'static str,
    weight: Option<&Tensor>,
    classes: usize,
    input: &Var,
) -> Result<()> {
    match weight {
        Some(w) if w.shape() != [classes] || w.dtype() != input.dtype() => {
            let message = format!(
                "the weight is {} {}; it has one {} for each of {classes} classes",
                Dims(w.shape()),
                w.dtype(),
                input.dtype()
            );
            Err(Error::invalid(op, message))
        }
        _ => Ok(()),
    }
}

/// A vector seen along one dimension of many.
fn along(vector: &Tensor, dim: usize, rank: usize) -> Result<Tensor> {
    let mut shape = vec![1; rank];
    shape[dim] = vector.numel();
    Ok(vector.reshape(shape)?)
}

/// The entries of the right classes.
struct Chosen {
    /// −w x of the right class; 0 where it is ignored.
    losses: Var,
    /// Where the class is ignored.
    ignored: Tensor,
    /// The weights of the classes that are given.
    weights: Tensor,
}

impl Chosen {
    fn new(
        op: &'static str,
        input: &Var,
        dim: usize,
        target: &Tensor,
        weight: Option<&Tensor>,
        ignore_index: i64,
    ) -> Result<Chosen> {
        let mut expected = input.shape().to_vec();
        let classes = expected.remove(dim);
        if !target.dtype().is_integer() {
            let message = format!(
                "the target is {}; classes are integers, convert it with to_dtype",
                target.dtype()
            );
            return Err(Error::invalid(op, message));
        }
        if target.shape() != expected {
            let message = format!(
                "the input is {}, the target {}; it has to be {}",
                Dims(input.shape()),
                Dims(target.shape()),
                Dims(&expected)
            );
            return Err(Error::invalid(op, message));
        }
        let mut values = target.to_vec::<i64>()?;
        let given: Vec<bool> = values.iter().map(|&class| class != ignore_index).collect();
        for (position, class) in values.iter_mut().enumerate() {
            if *class == ignore_index {
                *class = 0;
            } else if *class < 0 || *class as usize >= classes {
                let message = format!(
                    "the target {class} at position {position} is no class: they are 0 to {}, and {ignore_index} is ignored",
                    classes as i64 - 1
                );
                return Err(Error::invalid(op, message));
            }
        }
        let index = Tensor::from_vec(values, target.shape())?.unsqueeze(dim as isize)?;
        let counted = Tensor::from_vec(given, target.shape())?.to_dtype(input.dtype())?;
        let weights = match weight {
            None => counted.clone(),
            Some(weight) => {
                let of_class = weight.index_select(0, &index.reshape([index.numel()])?)?;
                of_class.reshape(target.shape())?.mul(&counted)?
            }
        };
        let picked = input.gather(dim as isize, &index)?.squeeze(dim as isize)?;
        // Selected and not multiplied: an ignored −∞ must not become NaN.
        let ignored = counted.eq_scalar(0.0)?;
        let losses = picked
            .neg()?
            .mul(&weights.clone().into())?
            .masked_fill(&ignored, 0.0)?;
        Ok(Chosen {
            losses,
            ignored,
            weights,
        })
    }

    /// A mean divides by the weights of the classes that are given.
    fn reduced(&self, losses: Var, reduction: Reduction) -> Result<Var> {
        match reduction {
            Reduction::Mean => Ok(losses.sum()?.div(&self.weights.sum()?.into())?),
            other => reduce(losses, other),
        }
    }
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

    /// ln softmax of (1, 2, 3).
    const LOG: [f64; 3] = [
        -2.407_605_964_444_38,
        -1.407_605_964_444_38,
        -0.407_605_964_444_38,
    ];

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a test writes its target in place"
    )]
    fn loss(target: Tensor, weight: Option<&Tensor>, smoothing: f64) -> Result<f64> {
        let x = Var::from(tensor![[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]);
        Ok(cross_entropy(&x, &target, weight, -100, smoothing, Reduction::Mean)?.item()?)
    }

    #[test]
    fn by_hand() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        close(
            loss(tensor![2, 1], None, 0.0).unwrap(),
            -(LOG[2] + LOG[1]) / 2.0,
        );
        close(loss(tensor![2, -100], None, 0.0).unwrap(), -LOG[2]);
        let w = tensor![1.0, 2.0, 3.0];
        close(
            loss(tensor![2, 1], Some(&w), 0.0).unwrap(),
            -(3.0 * LOG[2] + 2.0 * LOG[1]) / 5.0,
        );
        let all = LOG.iter().sum::<f64>();
        close(
            loss(tensor![2, 1], None, 0.3).unwrap(),
            -(0.7 * (LOG[2] + LOG[1]) + 0.1 * 2.0 * all) / 2.0,
        );
        let p = tensor![[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]];
        close(
            loss(p, None, 0.0).unwrap(),
            -(0.5 * LOG[1] + 0.5 * LOG[2] + LOG[2]) / 2.0,
        );
    }

    #[test]
    fn targets_that_are_no_classes_are_refused() {
        let message = |target: Tensor| loss(target, None, 0.0).unwrap_err().to_string();
        assert_eq!(
            message(tensor![0, 3]),
            "cross_entropy: the target 3 at position 1 is no class: they are 0 to 2, and -100 is ignored"
        );
        assert_eq!(
            message(tensor![[0], [1]]),
            "cross_entropy: the input is (2, 3), the target (2, 1); it has to be (2,)"
        );
        assert_eq!(
            message(tensor![0.0, 1.0]),
            "cross_entropy: the target is f32; classes are integers, convert it with to_dtype, or give a \
             probability for each of 3 classes"
        );
    }

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
