//! Sums of scaled terms.

use super::arithmetic::refuse_bool;
use super::broadcast::common_dtype;
use super::{Arithmetic, Cast};
use crate::error::ErrorKind;
use crate::{Array, DType, Result, Scalar};

/// Sums of scaled terms, on halves rounded once; operands broadcast.
///
/// ```
/// # use gradus_tensor::tensor;
/// let (x, a, b) = (tensor![1.0], tensor![2.0], tensor![3.0]);
/// assert_eq!(x.add_scaled(&a, 10)?, tensor![21.0]);
/// assert_eq!(x.addcmul(&a, &b, 0.5)?, tensor![4.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait ScaledSums: Array {
    /// `a + α b`.
    ///
    /// # Errors
    /// As [`add`](Arithmetic::add); a float `alpha` for integers.
    fn add_scaled(&self, other: &Self, alpha: impl Into<Scalar>) -> Result<Self> {
        scaled("add", self, other, alpha.into(), |a, b| a.add(b))
    }

    /// `a − α b`.
    ///
    /// # Errors
    /// As [`sub`](Arithmetic::sub); a float `alpha` for integers.
    fn sub_scaled(&self, other: &Self, alpha: impl Into<Scalar>) -> Result<Self> {
        refuse_bool("sub", self, other)?;
        scaled("sub", self, other, alpha.into(), |a, b| a.sub(b))
    }

    /// `a + value · b · c`; PyTorch's `value` is 1 if it is not given. For integers it is truncated.
    ///
    /// # Errors
    /// As [`add`](Arithmetic::add).
    fn addcmul(&self, b: &Self, c: &Self, value: impl Into<Scalar>) -> Result<Self> {
        let dtype = common_dtype(&[self, b, c]);
        if dtype == DType::Bool {
            let (op, expected) = ("addcmul", "numbers");
            return Err(ErrorKind::DType {
                op,
                expected,
                got: dtype,
            }
            .into());
        }
        let value = match value.into() {
            value if dtype.is_float() => value,
            value => Scalar::Int(value.to_i64()),
        };
        let [a, b, c] = [self, b, c].map(|x| x.to_dtype(wider(dtype)));
        let product = b?.mul(&c?)?.mul_scalar(value)?;
        a?.add(&product)?.to_dtype(dtype)
    }

    /// `a + value · b / c`; PyTorch's `value` is 1 if it is not given.
    ///
    /// # Errors
    /// As [`add`](Arithmetic::add); two integers to be divided.
    fn addcdiv(&self, b: &Self, c: &Self, value: impl Into<Scalar>) -> Result<Self> {
        if !b.dtype().is_float() && !c.dtype().is_float() {
            let (op, expected, got) = ("addcdiv", "floats to be divided", b.dtype());
            return Err(ErrorKind::DType { op, expected, got }.into());
        }
        let dtype = common_dtype(&[self, b, c]);
        let [a, b, c] = [self, b, c].map(|x| x.to_dtype(wider(dtype)));
        let quotient = b?.mul_scalar(value)?.div(&c?)?;
        a?.add(&quotient)?.to_dtype(dtype)
    }
}
impl<A: Array> ScaledSums for A {}

/// `a ∘ α b`.
fn scaled<A: Array>(
    op: &'static str,
    a: &A,
    b: &A,
    alpha: Scalar,
    f: impl FnOnce(&A, &A) -> Result<A>,
) -> Result<A> {
    let dtype = common_dtype(&[a, b]);
    let wrong = match alpha {
        Scalar::Float(_) => !dtype.is_float(),
        Scalar::Int(_) => false,
        Scalar::Bool(_) => dtype != DType::Bool,
    };
    if wrong {
        let message = format!("alpha is {alpha}, which does not go with tensors of {dtype}");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    let alpha = alpha.rounded_to_half(dtype);
    let wide = wider(dtype);
    let b = b.to_dtype(wide)?.mul_scalar(alpha)?.to_dtype(wide)?;
    f(&a.to_dtype(wide)?, &b)?.to_dtype(dtype)
}

/// The dtype in which several operations are done that round once.
fn wider(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::Bf16 => DType::F32,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::assert_close;
    use crate::{DType, Tensor, tensor};

    #[test]
    fn by_hand() {
        let (a, b) = (tensor![1.0, 2.0], tensor![3, 4]);
        assert_close(&a.add_scaled(&b, 0.5).unwrap(), &[2.5, 4.0]);
        assert_close(&a.sub_scaled(&b, 2).unwrap(), &[-5.0, -6.0]);
        assert_close(&a.addcmul(&b, &b, 0.5).unwrap(), &[5.5, 10.0]);
        assert_close(&a.addcdiv(&b, &a, 2).unwrap(), &[7.0, 6.0]);
        let i = b.add_scaled(&b, 3).unwrap();
        assert_eq!(i.to_vec::<i64>().unwrap(), [12, 16]);
        assert_eq!(
            b.addcmul(&b, &b, 1.5).unwrap().to_vec::<i64>().unwrap(),
            [12, 20]
        );
        let mask = tensor![true, false];
        assert_eq!(mask.add_scaled(&mask, 2).unwrap().dtype(), DType::Bool);
    }

    #[test]
    fn halves_are_rounded_once() {
        let half = |x: f32| Tensor::scalar(x).to_dtype(DType::F16).unwrap();
        // 0.1 · 0.1 rounded to half precision first would give 1.01.
        let sum = half(1.0).addcmul(&half(0.0987), &half(0.0987), 1).unwrap();
        let exact = 1.0 + half(0.0987).item::<f64>().unwrap().powi(2);
        let want = Tensor::scalar(exact).to_dtype(DType::F16).unwrap();
        assert!(sum.equal(&want));
    }

    #[test]
    fn refusals() {
        let i = tensor![1, 2];
        assert_eq!(
            i.add_scaled(&i, 1.5).unwrap_err().to_string(),
            "add: alpha is 1.5, which does not go with tensors of i64"
        );
        assert!(tensor![true].sub_scaled(&i, 1).is_err());
        assert!(tensor![1.0, 2.0].addcdiv(&i, &i, 1).is_err());
    }
}
