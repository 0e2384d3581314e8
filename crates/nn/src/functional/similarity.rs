//! Lengths and distances of vectors.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Dims, Error, Result};

/// `x / max(‖x‖ₚ, eps)` along a dimension.
///
/// # Errors
/// A dimension that does not exist; a tensor that is not floating-point.
pub fn normalize(x: &Var, p: f64, dim: isize, eps: f64) -> Result<Var> {
    let length = x.vector_norm(p, &[dim], true)?.clamp_min(eps)?;
    Ok(x.div(&length)?)
}

/// `x₁ · x₂ / (max(‖x₁‖₂, eps) max(‖x₂‖₂, eps))` along a dimension of both, broadcast against each other.
///
/// # Errors
/// Shapes that do not broadcast; a dimension that does not exist; tensors that are not floating-point.
pub fn cosine_similarity(x1: &Var, x2: &Var, dim: isize, eps: f64) -> Result<Var> {
    if !x1.dtype().is_float() || !x2.dtype().is_float() {
        let message = format!(
            "expected floating-point tensors, got {} and {}",
            x1.dtype(),
            x2.dtype()
        );
        return Err(Error::invalid("cosine_similarity", message));
    }
    // Broadcast first: a dimension counts from the common shape.
    let zeros = |x: &Var| Ok::<_, Error>(Var::new(x.value().zeros_like()));
    let (a, b) = (x1.add(&zeros(x2)?)?, x2.add(&zeros(x1)?)?);
    let (a, b) = (normalize(&a, 2.0, dim, eps)?, normalize(&b, 2.0, dim, eps)?);
    Ok(a.mul(&b)?.sum_dims(&[dim], false)?)
}

/// `‖x₁ − x₂ + eps‖ₚ` along the last dimension.
///
/// # Errors
/// Shapes that do not broadcast; tensors that are not floating-point.
pub fn pairwise_distance(x1: &Var, x2: &Var, p: f64, eps: f64, keepdim: bool) -> Result<Var> {
    let difference = x1.sub(x2)?.add_scalar(eps)?;
    Ok(difference.vector_norm(p, &[-1], keepdim)?)
}

/// `‖xᵢ − xⱼ‖ₚ` of all rows `i < j`, in the order of `(0, 1)`, `(0, 2)`, …
///
/// # Shapes
/// `(rows, width)` → `(rows (rows − 1) / 2,)`
///
/// # Errors
/// Not two dimensions; a tensor that is not floating-point; a negative `p`.
pub fn pdist(x: &Var, p: f64) -> Result<Var> {
    let &[rows, _] = x.shape() else {
        let message = format!("expected (rows, width), got {}", Dims(x.shape()));
        return Err(Error::invalid("pdist", message));
    };
    if p.is_nan() || p < 0.0 {
        let message = format!("p must be at least 0, got {p}");
        return Err(Error::invalid("pdist", message));
    }
    let pairs = || (0..rows as i64).flat_map(|i| (i + 1..rows as i64).map(move |j| (i, j)));
    let (first, second): (Vec<i64>, Vec<i64>) = pairs().unzip();
    let pick = |index: Vec<i64>| {
        let len = index.len();
        Ok::<_, Error>(x.index_select(0, &Tensor::from_vec(index, [len])?)?)
    };
    let difference = pick(first)?.sub(&pick(second)?)?;
    Ok(difference.vector_norm(p, &[-1], false)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let x: Var = tensor![[3.0, 4.0], [0.0, 0.0]].into();
        let y: Var = tensor![[4.0, 3.0], [0.0, 1.0]].into();
        let value = |y: Result<Var>| y.unwrap().value();
        assert_close(&value(normalize(&x, 2.0, 1, 1e-12)), &[0.6, 0.8, 0.0, 0.0]);
        assert_close(&value(cosine_similarity(&x, &y, 1, 1e-8)), &[0.96, 0.0]);
        assert_close(
            &value(pairwise_distance(&x, &y, 1.0, 0.0, true)),
            &[2.0, 1.0],
        );
        let three: Var = tensor![[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]].into();
        assert_close(&value(pdist(&three, 1.0)), &[7.0, 1.0, 6.0]);
        assert_close(&value(pdist(&three, f64::INFINITY)), &[4.0, 1.0, 3.0]);
        assert_eq!(pdist(&tensor![[1.0]].into(), 2.0).unwrap().shape(), [0]);
        assert!(pdist(&tensor![1.0].into(), 2.0).is_err());
        assert!(cosine_similarity(&tensor![1].into(), &tensor![1].into(), 0, 0.1).is_err());
    }
}
