//! How alike the directions of vectors are.

use super::broadcast::{broadcast, common_dtype};
use super::cast::rounded_once;
use super::{Arithmetic, Cast, Norms, Sums};
use crate::{Array, ErrorKind, Result};

/// How alike the directions of vectors are.
pub trait Similarity: Array {
    /// `a · b / (max(‖a‖₂, eps) max(‖b‖₂, eps))` along a dimension of both, the cosine of the angle between
    /// them: `torch.cosine_similarity`, where `dim` is 1 and `eps` 1e-8 unless named.
    ///
    /// The gradient is that of the norm also where `eps` takes its place, as in PyTorch.
    ///
    /// # Shapes
    /// Both broadcast; the result has their common shape without `dim`.
    ///
    /// # Errors
    /// Shapes that do not broadcast; a dimension that does not exist in the common shape; two tensors of
    /// integers or bools.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let (a, b) = (tensor![[3.0, 4.0], [0.0, 2.0]], tensor![[3.0, 4.0], [1.0, 0.0]]);
    /// assert_eq!(a.cosine_similarity(&b, 1, 1e-8)?.to_vec::<f32>()?, [1.0, 0.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn cosine_similarity(&self, other: &Self, dim: isize, eps: f64) -> Result<Self> {
        const OP: &str = "cosine_similarity";
        let dtype = common_dtype(&[self, other]);
        if !dtype.is_float() {
            return Err(ErrorKind::DType {
                op: OP,
                expected: "a floating-point tensor",
                got: dtype,
            }
            .into());
        }
        broadcast(OP, self, other, |a, b| {
            // Of halves each length is a half; what is divided by it is not.
            rounded_once(a, |a| {
                let b = b.to_dtype(a.dtype())?;
                let (a, b) = (unit(a, dim, eps)?, unit(&b, dim, eps)?);
                a.mul(&b)?.sum_dims(&[dim], false)
            })
        })
    }
}
impl<A: Array> Similarity for A {}

/// Vectors brought to length 1, but not those shorter than `eps`.
fn unit<A: Array>(x: &A, dim: isize, eps: f64) -> Result<A> {
    let length = x.vector_norm(2.0, &[dim], true)?;
    let value = length.value();
    let missing = value.clamp_min(eps)?.sub(&value)?;
    let missing = missing.masked_fill(&value.ge_scalar(eps)?, 0)?;
    x.div(&length.add(&A::constant(missing))?)
}

#[cfg(test)]
mod tests {
    use crate::testkit::assert_close;
    use crate::{DType, Tensor, tensor};

    #[test]
    fn by_hand() {
        let (a, b) = (tensor![[3.0, 4.0], [0.0, 0.0]], tensor![4.0, 3.0]);
        assert_close(&a.cosine_similarity(&b, 1, 1e-8).unwrap(), &[0.96, 0.0]);
        assert_close(&a.cosine_similarity(&a, 0, 1e-8).unwrap(), &[1.0, 1.0]);
        // What is shorter than `eps` is divided by it.
        let short = tensor![0.5, 0.0];
        let cosine = short.cosine_similarity(&tensor![3.0, 4.0], 0, 2.0);
        assert_close(&cosine.unwrap(), &[0.25 * 0.6]);
        let scalars = tensor![2.0].squeeze(0).unwrap();
        assert_close(
            &scalars.cosine_similarity(&scalars, 0, 1e-8).unwrap(),
            &[1.0],
        );
    }

    #[test]
    fn halves_do_not_overflow() {
        let half = |x: Tensor| x.to_dtype(DType::F16).unwrap();
        let (a, b) = (half(tensor![300.0, 400.0]), half(tensor![400.0, 300.0]));
        let y = a.cosine_similarity(&b, 0, 1e-8).unwrap();
        assert_eq!(y, half(Tensor::scalar(0.96)));
    }

    #[test]
    fn shapes_and_dtypes() {
        let ones = |shape: &[usize], dtype| Tensor::ones(shape, dtype).unwrap();
        let a = ones(&[2, 1, 3], DType::F32);
        let y = a.cosine_similarity(&ones(&[4, 3], DType::I64), -1, 1e-8);
        assert_eq!(y.unwrap().shape(), [2, 4]);
        let half = ones(&[2], DType::F16).cosine_similarity(&ones(&[2], DType::F32), 0, 1e-8);
        assert_eq!(half.unwrap().dtype(), DType::F32);
        assert_eq!(
            tensor![1]
                .cosine_similarity(&tensor![1], 0, 1e-8)
                .unwrap_err()
                .to_string(),
            "cosine_similarity: expected a floating-point tensor, got i64; convert with to_dtype"
        );
        assert!(a.cosine_similarity(&a, 3, 1e-8).is_err());
    }
}
