//! Losses of the distance between vectors.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use super::reduction::reduce;
use crate::error::{Dims, Error, Result};
use crate::loss::{Target, expect_alike};

/// Added to squared lengths, as PyTorch does.
const EPSILON: f64 = 1e-12;

/// `1 − cos(x₁, x₂)` where y = 1, `max(0, cos(x₁, x₂) − margin)` where y = −1; see
/// [`CosineEmbeddingLoss`](crate::CosineEmbeddingLoss).
///
/// # Errors
/// Inputs of different shapes, or neither `(D,)` nor `(N, D)`; a target that is not one number for each pair.
#[inline]
pub fn cosine_embedding_loss(
    input1: &Var,
    input2: &Var,
    target: &dyn Target,
    margin: f64,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "cosine_embedding_loss";
    let target = target.to_var().value();
    expect_alike(OP, input1, input2)?;
    let shape = input1.shape();
    if !matches!(shape.len(), 1 | 2) || target.shape() != &shape[..shape.len() - 1] {
        let message = format!(
            "the inputs are {}, the target {}; they have to be (N, D) and (N,), or (D,) and ()",
            Dims(shape),
            Dims(target.shape())
        );
        return Err(Error::invalid(OP, message));
    }
    let sum = |a: &Var, b: &Var| -> Result<Var> { Ok(a.mul(b)?.sum_dims(&[-1], false)?) };
    let lengths = sum(input1, input1)?
        .add_scalar(EPSILON)?
        .mul(&sum(input2, input2)?.add_scalar(EPSILON)?)?;
    let cosine = sum(input1, input2)?.div(&lengths.sqrt()?)?;
    let alike = cosine
        .rsub_scalar(1.0)?
        .masked_fill(&target.ne_scalar(1.0)?, 0.0)?;
    let unlike = cosine
        .sub_scalar(margin)?
        .clamp_min(0.0)?
        .masked_fill(&target.ne_scalar(-1.0)?, 0.0)?;
    reduce(alike.add(&unlike)?, reduction)
}

/// `max(0, margin + d(a, p) − d(a, n))`; see [`TripletMarginLoss`](crate::TripletMarginLoss).
///
/// # Errors
/// Shapes or dtypes that differ; a `margin` that is not above 0.
#[expect(clippy::too_many_arguments, reason = "PyTorch's function has them")]
#[inline]
pub fn triplet_margin_loss(
    anchor: &Var,
    positive: &Var,
    negative: &Var,
    margin: f64,
    p: f64,
    eps: f64,
    swap: bool,
    reduction: Reduction,
) -> Result<Var> {
    const OP: &str = "triplet_margin_loss";
    expect_alike(OP, anchor, positive)?;
    expect_alike(OP, anchor, negative)?;
    if margin <= 0.0 || margin.is_nan() {
        let message = format!("margin is {margin}; it has to be above 0");
        return Err(Error::invalid(OP, message));
    }
    let distance = |a: &Var, b: &Var| a.pairwise_distance(b, p, eps, false);
    let near = distance(anchor, positive)?;
    let mut far = distance(anchor, negative)?;
    if swap {
        far = far.minimum(&distance(positive, negative)?)?;
    }
    reduce(
        near.sub(&far)?.add_scalar(margin)?.clamp_min(0.0)?,
        reduction,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let (a, b) = (
            Var::from(tensor![[3.0, 4.0], [1.0, 0.0]]),
            Var::from(tensor![[4.0, 3.0], [1.0, 1.0]]),
        );
        let y = tensor![1.0, -1.0];
        let loss = cosine_embedding_loss(&a, &b, &y, 0.5, Reduction::None).unwrap();
        assert_close(&loss.value(), &[1.0 - 24.0 / 25.0, 0.5f64.sqrt() - 0.5]);
        let zero = Var::from(tensor![[0.0, 0.0], [0.0, 0.0]]);
        let loss = triplet_margin_loss(&zero, &zero, &a, 2.0, 2.0, 0.0, false, Reduction::None);
        assert_close(&loss.unwrap().value(), &[0.0, 1.0]);
        let error = triplet_margin_loss(&zero, &zero, &a, 0.0, 2.0, 1e-6, false, Reduction::Mean);
        assert_eq!(
            error.unwrap_err().to_string(),
            "triplet_margin_loss: margin is 0; it has to be above 0"
        );
    }
}
