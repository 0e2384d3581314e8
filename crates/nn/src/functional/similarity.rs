//! Lengths and distances of vectors.

use gradus_autograd::Var;

use crate::error::Result;

/// `x / max(‖x‖ₚ, eps)` along a dimension.
///
/// # Errors
/// A dimension that does not exist; a tensor that is not floating-point.
#[inline]
pub fn normalize(x: &Var, p: f64, dim: isize, eps: f64) -> Result<Var> {
    let length = x.vector_norm(p, &[dim], true)?.clamp_min(eps)?;
    Ok(x.div(&length)?)
}

/// The cosine of the angle between vectors along a dimension; see
/// [`Similarity::cosine_similarity`](gradus_tensor::ops::Similarity::cosine_similarity).
///
/// # Errors
/// As there.
#[inline]
pub fn cosine_similarity(x1: &Var, x2: &Var, dim: isize, eps: f64) -> Result<Var> {
    Ok(x1.cosine_similarity(x2, dim, eps)?)
}

/// `‖x₁ − x₂ + eps‖ₚ` along the last dimension; see
/// [`Distances::pairwise_distance`](gradus_tensor::ops::Distances::pairwise_distance).
///
/// # Errors
/// As there.
#[inline]
pub fn pairwise_distance(x1: &Var, x2: &Var, p: f64, eps: f64, keepdim: bool) -> Result<Var> {
    Ok(x1.pairwise_distance(x2, p, eps, keepdim)?)
}

/// Distances of all rows `i < j`; see [`Distances::pdist`](gradus_tensor::ops::Distances::pdist).
///
/// # Errors
/// As there.
#[inline]
pub fn pdist(x: &Var, p: f64) -> Result<Var> {
    Ok(x.pdist(p)?)
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
    }
}
