//! Products added to something, each with a factor.

use super::operands::{expanded, expect_one_dtype, expect_rank, factor, zero_of};
use super::{Arithmetic, Cast, MatrixProduct, Sums};
use crate::{Array, DType, ErrorKind, Result, Scalar};

/// `β · self + α · product`, the products of BLAS. `self` expands to the product's shape, and nothing
/// is promoted. With `β = 0` what stands in `self` does not count, not even NaN. Integers multiply by
/// the factors without their fraction.
pub trait AddedProduct: Array {
    /// `β · self + α · A B` for two matrices.
    ///
    /// # Errors
    /// As [`mm`](MatrixProduct::mm); a `self` that does not expand to the product; dtypes that differ.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let (bias, a, b) = (tensor![1.0, 2.0], tensor![[1.0, 1.0]], tensor![[1.0, 0.0], [2.0, 3.0]]);
    /// assert_eq!(bias.addmm(&a, &b, 10, 0.5)?.to_vec::<f32>()?, [11.5, 21.5]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn addmm(
        &self,
        a: &Self,
        b: &Self,
        beta: impl Into<Scalar>,
        alpha: impl Into<Scalar>,
    ) -> Result<Self> {
        added("addmm", self, beta.into(), &a.mm(b)?, alpha.into())
    }

    /// `β · self + α · A v` for a matrix and a vector.
    ///
    /// # Errors
    /// As [`mv`](MatrixProduct::mv); a `self` that does not expand to the product; dtypes that differ.
    fn addmv(
        &self,
        a: &Self,
        v: &Self,
        beta: impl Into<Scalar>,
        alpha: impl Into<Scalar>,
    ) -> Result<Self> {
        added("addmv", self, beta.into(), &a.mv(v)?, alpha.into())
    }

    /// `β · self + α · Σ Aᵢ Bᵢ`, the sum over a batch of products.
    ///
    /// # Errors
    /// As [`bmm`](MatrixProduct::bmm); a `self` that does not expand to one product; dtypes that differ.
    fn addbmm(
        &self,
        a: &Self,
        b: &Self,
        beta: impl Into<Scalar>,
        alpha: impl Into<Scalar>,
    ) -> Result<Self> {
        let sum = a.bmm(b)?.sum_dims(&[0], false)?.to_dtype(a.dtype())?;
        added("addbmm", self, beta.into(), &sum, alpha.into())
    }

    /// `β · self + α · Aᵢ Bᵢ`, for each product of a batch.
    ///
    /// # Errors
    /// As [`bmm`](MatrixProduct::bmm); a `self` that does not expand to the products; dtypes that
    /// differ.
    fn baddbmm(
        &self,
        a: &Self,
        b: &Self,
        beta: impl Into<Scalar>,
        alpha: impl Into<Scalar>,
    ) -> Result<Self> {
        added("baddbmm", self, beta.into(), &a.bmm(b)?, alpha.into())
    }

    /// `β · self + α · u vᵀ`, the outer product of two vectors. Unlike its siblings it promotes dtypes,
    /// and for bools sum and product are *or* and *and*.
    ///
    /// # Errors
    /// Anything but two vectors; a `self` that does not expand to the product; float factors for
    /// integers.
    fn addr(
        &self,
        u: &Self,
        v: &Self,
        beta: impl Into<Scalar>,
        alpha: impl Into<Scalar>,
    ) -> Result<Self> {
        const OP: &str = "addr";
        let (beta, alpha) = (beta.into(), alpha.into());
        expect_rank(OP, "a vector", 1, u.shape())?;
        expect_rank(OP, "a vector on the right", 1, v.shape())?;
        let dtype = self.dtype().promote(u.dtype()).promote(v.dtype());
        for factor in [beta, alpha] {
            if !dtype.is_float() && matches!(factor, Scalar::Float(_)) {
                let message = format!(
                    "the factor {factor} is a float, the tensors are {dtype}; convert them with to_dtype"
                );
                return Err(ErrorKind::Invalid { op: OP, message }.into());
            }
        }
        if dtype == DType::Bool {
            let number = |x: &Self| x.to_dtype(DType::I64);
            let truth = |c: Scalar| i64::from(c.to_i64() != 0);
            let sum = number(self)?.addr(&number(u)?, &number(v)?, truth(beta), truth(alpha))?;
            return sum.to_dtype(DType::Bool);
        }
        let product = u.to_dtype(dtype)?.outer(&v.to_dtype(dtype)?)?;
        added(OP, &self.to_dtype(dtype)?, beta, &product, alpha)
    }
}
impl<A: Array> AddedProduct for A {}

fn added<A: Array>(op: &'static str, x: &A, beta: Scalar, product: &A, alpha: Scalar) -> Result<A> {
    expect_one_dtype(op, x, product)?;
    let x = expanded(op, "the sum has the product's shape", x, product.shape())?;
    let dtype = product.dtype();
    let (beta, alpha) = (factor(beta, dtype), factor(alpha, dtype));
    let times = |x: &A, c: Scalar| {
        if c.to_f64() == 1.0 {
            Ok(x.clone())
        } else {
            x.mul_scalar(c)
        }
    };
    let product = times(product, alpha)?;
    if beta.to_f64() == 0.0 {
        return product.add(&zero_of(&x)?);
    }
    times(&x, beta)?.add(&product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::assert_close;

    #[test]
    fn sums_of_products() {
        let (a, b) = (tensor![[1.0, 2.0]], tensor![[3.0], [4.0]]);
        let one = tensor![[1.0]];
        assert_close(&one.addmm(&a, &b, 1, 1).unwrap(), &[12.0]);
        assert_close(&one.addmm(&a, &b, 2, 0.5).unwrap(), &[7.5]);
        assert_close(
            &tensor![1.0].addmv(&a, &tensor![1.0, 1.0], 1, 2).unwrap(),
            &[7.0],
        );
        let (a, b) = (tensor![[[1.0]], [[2.0]]], tensor![[[3.0]], [[4.0]]]);
        assert_close(&one.addbmm(&a, &b, 1, 1).unwrap(), &[12.0]);
        assert_close(&one.baddbmm(&a, &b, 1, 1).unwrap(), &[4.0, 9.0]);
        let (u, v) = (tensor![1.0, 2.0], tensor![3.0]);
        assert_close(&tensor![1.0].addr(&u, &v, -1, 2).unwrap(), &[5.0, 11.0]);
    }

    #[test]
    fn nothing_is_read_where_beta_is_zero() {
        let (a, b) = (tensor![[1.0, 2.0]], tensor![[3.0], [4.0]]);
        assert_close(&tensor![[f32::NAN]].addmm(&a, &b, 0, 1).unwrap(), &[11.0]);
    }

    #[test]
    fn factors_of_integers_lose_their_fraction() {
        let a = tensor![[1, 2], [3, 4]];
        assert_close(
            &a.addmm(&a, &a, 1.6, 2.7).unwrap(),
            &[15.0, 22.0, 33.0, 48.0],
        );
        let e = a.addr(&tensor![1, 2], &tensor![1, 2], 1, 0.5).unwrap_err();
        assert_eq!(
            e.to_string(),
            "addr: the factor 0.5 is a float, the tensors are i64; convert them with to_dtype"
        );
    }

    #[test]
    fn bools_are_joined_by_or() {
        let sum = tensor![false, true].addr(&tensor![true, false], &tensor![true, false], 1, 1);
        let sum = sum.unwrap();
        assert_eq!(
            (sum.dtype(), sum.to_vec::<i64>().unwrap()),
            (DType::Bool, vec![1, 1, 0, 1])
        );
    }

    #[test]
    fn the_sum_has_the_shape_of_the_product() {
        let (a, b) = (tensor![[1.0, 2.0]], tensor![[3.0], [4.0]]);
        let e = tensor![1.0, 2.0].addmm(&a, &b, 1, 1).unwrap_err();
        assert_eq!(
            e.to_string(),
            "addmm: the sum has the product's shape: (2,) against (1, 1)"
        );
        assert!(tensor![[[1.0]]].addmm(&a, &b, 1, 1).is_err());
        assert!(tensor![[1]].addmm(&a, &b, 1, 1).is_err());
    }
}
