//! Tensors that are nearly equal, for the assertions of the crate `approx`.

use approx::{AbsDiffEq, RelativeEq};

use crate::dispatch::for_dtype;
use crate::layout::same_shape;
use crate::{Element, Scalar, Tensor};

/// Whether shapes and dtypes are equal and no two elements are further apart than `epsilon`.
///
/// Unless named, `epsilon` is that of `f32`, the default dtype.
///
/// ```
/// use approx::assert_abs_diff_eq;
/// use gradus_tensor::tensor;
///
/// let sum = tensor![0.1, 0.7] + tensor![0.2, 0.1];
/// assert_abs_diff_eq!(sum, tensor![0.3, 0.8], epsilon = 1e-6);
/// ```
impl AbsDiffEq for Tensor {
    type Epsilon = f64;

    fn default_epsilon() -> f64 {
        f64::from(f32::EPSILON)
    }

    fn abs_diff_eq(&self, other: &Tensor, epsilon: f64) -> bool {
        all_pairs(self, other, |a, b| match (a, b) {
            (Scalar::Float(a), Scalar::Float(b)) => a.abs_diff_eq(&b, epsilon) || a == b,
            _ => apart(a, b) <= epsilon,
        })
    }
}

/// Whether shapes and dtypes are equal and no two elements are further apart than `epsilon`, or than
/// `max_relative` times the larger of their magnitudes.
///
/// ```
/// use approx::assert_relative_eq;
/// use gradus_tensor::tensor;
///
/// assert_relative_eq!(tensor![1e6, 3.0], tensor![1.000001e6, 3.0], max_relative = 1e-5);
/// ```
impl RelativeEq for Tensor {
    fn default_max_relative() -> f64 {
        Self::default_epsilon()
    }

    fn relative_eq(&self, other: &Tensor, epsilon: f64, max_relative: f64) -> bool {
        all_pairs(self, other, |a, b| match (a, b) {
            (Scalar::Float(a), Scalar::Float(b)) => a.relative_eq(&b, epsilon, max_relative),
            _ => {
                let largest = a.to_f64().abs().max(b.to_f64().abs());
                apart(a, b) <= epsilon.max(largest * max_relative)
            }
        })
    }
}

/// How far two integers lie apart: as floats, large ones would seem equal.
fn apart(a: Scalar, b: Scalar) -> f64 {
    (i128::from(a.to_i64()) - i128::from(b.to_i64())).unsigned_abs() as f64
}

fn all_pairs(a: &Tensor, b: &Tensor, near: impl Fn(Scalar, Scalar) -> bool) -> bool {
    if a.dtype() != b.dtype() || !same_shape(a.shape(), b.shape()) {
        return false;
    }
    let (a, b) = (a.contiguous(), b.contiguous());
    for_dtype!(a.dtype(), T => {
        let pairs = a.host_slice::<T>().iter().zip(b.host_slice::<T>());
        pairs.into_iter().all(|(a, b)| near(a.to_scalar(), b.to_scalar()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, tensor};

    #[test]
    fn floats() {
        let a = tensor![[1.0, 1000.0], [0.0, f64::INFINITY]];
        let b = tensor![[1.0, 1000.5], [1e-9, f64::INFINITY]];
        assert!(a.abs_diff_eq(&a, 0.0) && a.relative_eq(&a, 0.0, 0.0));
        assert!(a.abs_diff_eq(&b, 0.6) && !a.abs_diff_eq(&b, 0.4));
        assert!(a.relative_eq(&b, 1e-8, 1e-3) && !a.relative_eq(&b, 1e-8, 1e-4));
        let nan = tensor![f64::NAN];
        assert!(!nan.abs_diff_eq(&nan, 1.0) && !nan.relative_eq(&nan, 1.0, 1.0));
    }

    #[test]
    fn integers_are_compared_as_integers() {
        let (a, b) = (tensor![i64::MAX, 1], tensor![i64::MAX - 1, 1]);
        assert!(!a.abs_diff_eq(&b, 0.5) && a.abs_diff_eq(&b, 1.0));
        assert!(a.relative_eq(&b, 0.0, 1e-9) && !a.relative_eq(&b, 0.0, 0.0));
        assert!(!tensor![true].abs_diff_eq(&tensor![false], 0.5));
    }

    #[test]
    fn shapes_and_dtypes_have_to_agree() {
        let a = tensor![1.0, 2.0];
        assert!(!a.abs_diff_eq(&tensor![[1.0, 2.0]], 1.0));
        assert!(!a.abs_diff_eq(&a.to_dtype(DType::F64).unwrap(), 1.0));
        let turned = tensor![[1.0, 2.0], [3.0, 4.0]].t().unwrap();
        assert!(turned.abs_diff_eq(&tensor![[1.0, 3.0], [2.0, 4.0]], 0.0));
    }
}
