//! Matrix products.

use super::operands::{computed_in, expect_at_least, expect_inner, expect_one_dtype, expect_rank};
use super::{Arithmetic, Cast, Shapes, Sums};
use crate::dispatch::for_compute;
use crate::kernel::gemm;
use crate::layout::{Layout, MAX_RANK, broadcast_shapes, same_shape};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// `(batch.., m, k) × (batch.., k, n) → (batch.., m, n)`, with equal batch dimensions.
#[derive(Clone, Debug)]
pub(super) struct MatMul;

impl Op<2> for MatMul {
    const NAME: &'static str = "matmul";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let compute = computed_in(Self::NAME, a.dtype())?;
        if compute != a.dtype() {
            let product = self.forward([&a.to_dtype(compute)?, &b.to_dtype(compute)?])?;
            return product.to_dtype(a.dtype());
        }
        let rank = a.rank();
        let mut shape = [0; MAX_RANK];
        shape[..rank].copy_from_slice(a.shape());
        shape[rank - 1] = b.shape()[rank - 1];
        let mut layout = Layout::unset();
        layout.set_row_major(Self::NAME, &shape[..rank])?;
        for_compute!(compute, T => Ok(gemm::matmul::<T>(a, b, &layout)))
    }

    /// dL/da = g bᵀ,  dL/db = aᵀ g
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        if wrt == 0 {
            A::apply(MatMul, [g, &saved.input(1)?.transpose(-1, -2)?])
        } else {
            A::apply(MatMul, [&saved.input(0)?.transpose(-1, -2)?, g])
        }
    }
}

/// Products of vectors and matrices. Both operands have the same dtype; integers wrap around.
///
/// ```
/// # use gradus_tensor::tensor;
/// let a = tensor![[1.0, 2.0], [3.0, 4.0]];
/// let v = tensor![1.0, 10.0];
/// assert_eq!(a.matmul(&a)?, tensor![[7.0, 10.0], [15.0, 22.0]]);
/// assert_eq!(a.matmul(&v)?, tensor![21.0, 43.0]);
/// assert_eq!(v.dot(&v)?.item::<f32>()?, 101.0);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait MatrixProduct: Array {
    /// PyTorch's `matmul`: the dot product of two vectors, the product of two matrices, of a matrix
    /// and a vector, or of batches of matrices whose leading dimensions broadcast.
    ///
    /// # Shapes
    /// `(k,) × (k,) → ()`, `(m, k) × (k, n) → (m, n)`, `(.., m, k) × (k,) → (.., m)`,
    /// `(k,) × (.., k, n) → (.., n)`, `(batch.., m, k) × (batch.., k, n) → (batch.., m, n)`.
    ///
    /// # Errors
    /// Inner lengths that differ, batches that do not broadcast, tensors without dimensions, dtypes
    /// that differ, bools.
    fn matmul(&self, other: &Self) -> Result<Self> {
        let (a, b) = (self.shape(), other.shape());
        if a.len() == 2 && b.len() == 2 && a[1] == b[0] && self.dtype() == other.dtype() {
            return Self::apply(MatMul, [self, other]);
        }
        general(self, other)
    }

    /// The product of two matrices, `(m, k) × (k, n) → (m, n)`.
    ///
    /// # Errors
    /// Anything but two matrices; otherwise as [`matmul`](MatrixProduct::matmul).
    fn mm(&self, other: &Self) -> Result<Self> {
        const OP: &str = "mm";
        let (a, b) = (self.shape(), other.shape());
        expect_rank(OP, "2 dimensions", 2, a)?;
        expect_rank(OP, "2 dimensions", 2, b)?;
        expect_inner(OP, a, b, (a[1], b[0]))?;
        self.matmul(other)
    }

    /// The products of two batches of matrices, `(b, m, k) × (b, k, n) → (b, m, n)`; nothing broadcasts.
    ///
    /// # Errors
    /// Anything but three dimensions, batches that differ; otherwise as
    /// [`matmul`](MatrixProduct::matmul).
    fn bmm(&self, other: &Self) -> Result<Self> {
        const OP: &str = "bmm";
        let (a, b) = (self.shape(), other.shape());
        expect_rank(OP, "3 dimensions", 3, a)?;
        expect_rank(OP, "3 dimensions", 3, b)?;
        if a[0] != b[0] {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "both batches have as many matrices",
                lhs: a.to_vec(),
                rhs: b.to_vec(),
            }
            .into());
        }
        expect_inner(OP, a, b, (a[2], b[1]))?;
        expect_one_dtype(OP, self, other)?;
        Self::apply(MatMul, [self, other])
    }

    /// The product of a matrix and a vector, `(m, k) × (k,) → (m,)`.
    ///
    /// # Errors
    /// Anything but a matrix and a vector; otherwise as [`matmul`](MatrixProduct::matmul).
    fn mv(&self, vector: &Self) -> Result<Self> {
        const OP: &str = "mv";
        let (a, v) = (self.shape(), vector.shape());
        expect_rank(OP, "a matrix", 2, a)?;
        expect_rank(OP, "a vector on the right", 1, v)?;
        expect_inner(OP, a, v, (a[1], v[0]))?;
        self.matmul(vector)
    }

    /// The sum of products of two vectors, `(k,) × (k,) → ()`.
    ///
    /// # Errors
    /// Anything but two vectors of one length and one dtype; bools.
    fn dot(&self, other: &Self) -> Result<Self> {
        inner_product("dot", self, other)
    }

    /// As [`dot`](MatrixProduct::dot); the two differ for complex numbers only.
    ///
    /// # Errors
    /// As there.
    fn vdot(&self, other: &Self) -> Result<Self> {
        inner_product("vdot", self, other)
    }

    /// All products of an element of one vector and an element of another: `(m,) × (n,) → (m, n)`.
    /// Dtypes are promoted.
    ///
    /// # Errors
    /// Anything but two vectors.
    fn outer(&self, other: &Self) -> Result<Self> {
        expect_rank("outer", "a vector", 1, self.shape())?;
        expect_rank("outer", "a vector on the right", 1, other.shape())?;
        self.unsqueeze(1)?.mul(other)
    }

    /// Sums of products over the last dimension of both: `(a.., k) × (b.., k) → (a.., b..)`. A tensor
    /// without dimensions multiplies.
    ///
    /// # Errors
    /// Last dimensions or dtypes that differ; bools.
    fn inner(&self, other: &Self) -> Result<Self> {
        const OP: &str = "inner";
        let (a, b) = (self.shape(), other.shape());
        let (&[ref left @ .., k], &[ref right @ .., l]) = (a, b) else {
            return self.mul(other);
        };
        expect_inner(OP, a, b, (k, l))?;
        expect_one_dtype(OP, self, other)?;
        let rows = |x: &Self, lead: &[usize]| x.reshape([lead.iter().product(), k]);
        let product = rows(self, left)?.matmul(&rows(other, right)?.t()?)?;
        product.reshape([left, right].concat())
    }
}
impl<A: Array> MatrixProduct for A {}

/// A product and a sum: two passes in place of five views around a matrix product.
fn inner_product<A: Array>(op: &'static str, a: &A, b: &A) -> Result<A> {
    expect_rank(op, "1 dimension", 1, a.shape())?;
    expect_rank(op, "1 dimension", 1, b.shape())?;
    expect_inner(op, a.shape(), b.shape(), (a.shape()[0], b.shape()[0]))?;
    expect_one_dtype(op, a, b)?;
    let compute = computed_in(op, a.dtype())?;
    let terms = a.to_dtype(compute)?.mul(&b.to_dtype(compute)?)?;
    terms.sum()?.to_dtype(a.dtype())
}

#[inline(never)]
fn general<A: Array>(a: &A, b: &A) -> Result<A> {
    const OP: &str = MatMul::NAME;
    for x in [a, b] {
        expect_at_least(
            OP,
            "at least 1 dimension (numbers multiply by mul)",
            1,
            x.shape(),
        )?;
    }
    let (vector_a, vector_b) = (a.shape().len() == 1, b.shape().len() == 1);
    if vector_a && vector_b {
        return inner_product(OP, a, b);
    }
    let left = if vector_a { a.unsqueeze(0)? } else { a.clone() };
    let right = if vector_b { b.unsqueeze(1)? } else { b.clone() };
    let (lb, m_k) = left.shape().split_at(left.shape().len() - 2);
    let (rb, k_n) = right.shape().split_at(right.shape().len() - 2);
    expect_inner(OP, a.shape(), b.shape(), (m_k[1], k_n[0]))?;
    expect_one_dtype(OP, a, b)?;
    let product = if rb.is_empty() && !lb.is_empty() {
        // One matrix serves the whole batch: all its rows in one product.
        let rows = lb.iter().product::<usize>() * m_k[0];
        let product = A::apply(MatMul, [&left.reshape([rows, m_k[1]])?, &right])?;
        product.reshape([lb, &[m_k[0], k_n[1]]].concat())?
    } else if same_shape(lb, rb) {
        A::apply(MatMul, [&left, &right])?
    } else {
        let batch = broadcast_shapes(OP, lb, rb)?;
        let with = |tail: &[usize]| [batch.as_slice(), tail].concat();
        let (left, right) = (left.expand(with(m_k))?, right.expand(with(k_n))?);
        A::apply(MatMul, [&left, &right])?
    };
    if vector_b {
        product.squeeze(-1)
    } else if vector_a {
        product.squeeze(-2)
    } else {
        Ok(product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp, values};
    use crate::{DType, tensor};

    #[test]
    fn forward() {
        let a = tensor![[1.0, 2.0], [3.0, 4.0]];
        let b = tensor![[0.0, 1.0], [1.0, 1.0]];
        assert_close(&a.matmul(&b).unwrap(), &[2.0, 3.0, 4.0, 7.0]);
        assert_close(&a.t().unwrap().matmul(&b).unwrap(), &[3.0, 4.0, 4.0, 6.0]);
        assert_close(&a.matmul(&tensor![1.0, -1.0]).unwrap(), &[-1.0, -1.0]);
        assert_close(&tensor![1.0, -1.0].matmul(&a).unwrap(), &[-2.0, -2.0]);
        assert_close(&tensor![1.0, 2.0].dot(&tensor![3.0, 1.0]).unwrap(), &[5.0]);
    }

    #[test]
    fn vjp() {
        check_vjp(MatMul, [&[2, 3], &[3, 4]]);
        check_vjp(MatMul, [&[2, 2, 3], &[2, 3, 1]]);
    }

    #[test]
    fn batches_broadcast() {
        let a = values(&[3, 1, 2, 4], -1.0, 1.0, 1);
        let b = values(&[2, 4, 3], -1.0, 1.0, 2);
        let c = a.matmul(&b).unwrap();
        assert_eq!(c.shape(), [3, 2, 2, 3]);
        let one = a
            .select(0, 1)
            .unwrap()
            .select(0, 0)
            .unwrap()
            .matmul(&b.select(0, 1).unwrap())
            .unwrap();
        assert_close(
            &c.select(0, 1).unwrap().select(0, 1).unwrap().contiguous(),
            &one.to_vec::<f64>().unwrap(),
        );
    }

    #[test]
    fn library_and_plain_loops_agree_on_every_stride_pattern() {
        for (m, k, n) in [
            (1, 1, 1),
            (5, 1, 1),
            (7, 9, 11),
            (16, 2, 64),
            (16, 64, 64),
            (70, 65, 33),
            (128, 64, 96),
        ] {
            let (a, b) = (values(&[m, k], -1.0, 1.0, 3), values(&[k, n], -1.0, 1.0, 4));
            let (xs, ys) = (a.to_vec::<f64>().unwrap(), b.to_vec::<f64>().unwrap());
            let mut expected = vec![0.0; m * n];
            for i in 0..m {
                for j in 0..n {
                    expected[i * n + j] = (0..k).map(|l| xs[i * k + l] * ys[l * n + j]).sum();
                }
            }
            let at = a.t().unwrap().contiguous().t().unwrap();
            let bt = b.t().unwrap().contiguous().t().unwrap();
            for (a, b) in [(&a, &b), (&at, &b), (&a, &bt), (&at, &bt)] {
                assert_close(&a.matmul(b).unwrap(), &expected);
                let single = a
                    .to_dtype(DType::F32)
                    .unwrap()
                    .matmul(&b.to_dtype(DType::F32).unwrap())
                    .unwrap();
                let error = single
                    .to_vec::<f64>()
                    .unwrap()
                    .iter()
                    .zip(&expected)
                    .map(|(x, y)| (x - y).abs())
                    .fold(0.0, f64::max);
                // 128 products of numbers below 1, each rounded to 2⁻²⁴ of its partial sum.
                assert!(error < 1e-4, "{m}×{k}×{n}: {error}");
            }
        }
    }

    #[test]
    fn empty_and_mismatched_operands() {
        let a = Tensor::zeros([2, 0], DType::F32).unwrap();
        let b = Tensor::zeros([0, 3], DType::F32).unwrap();
        assert_close(&a.matmul(&b).unwrap(), &[0.0; 6]);
        let e = Tensor::zeros([32, 784], DType::F32)
            .unwrap()
            .matmul(&Tensor::zeros([768, 10], DType::F32).unwrap());
        assert_eq!(
            e.unwrap_err().to_string(),
            "matmul: inner lengths differ, lhs (32, 784) × rhs (768, 10): 784 ≠ 768"
        );
        assert!(Tensor::scalar(1.0f32).matmul(&a).is_err());
    }

    #[test]
    fn integers_wrap_and_halves_are_computed_in_f32() {
        let a = tensor![[1, 2], [3, 4]];
        assert_close(&a.matmul(&a).unwrap(), &[7.0, 10.0, 15.0, 22.0]);
        let wrapped = Tensor::from_vec(vec![200u8, 100], [1, 2]).unwrap();
        let sum = wrapped.matmul(&wrapped.t().unwrap()).unwrap();
        assert_eq!(
            (sum.dtype(), sum.item::<i64>().unwrap()),
            (DType::U8, 50_000 % 256)
        );
        let big = tensor![i64::MAX, 2].dot(&tensor![2, 1]).unwrap();
        assert_eq!(big.item::<i64>().unwrap(), 0);
        // In half precision itself the sum would stay at 2048.
        let ones = Tensor::ones([4096], DType::F16).unwrap();
        let sum = ones.unsqueeze(0).unwrap().matmul(&ones).unwrap();
        assert_eq!(
            (sum.dtype(), sum.item::<f64>().unwrap()),
            (DType::F16, 4096.0)
        );
        let (wide, deep) = (
            values(&[40, 30], -9.0, 9.0, 1),
            values(&[30, 50], -9.0, 9.0, 2),
        );
        let (wide, deep) = (
            wide.to_dtype(DType::I64).unwrap(),
            deep.to_dtype(DType::I64).unwrap(),
        );
        let exact = wide
            .to_dtype(DType::F64)
            .unwrap()
            .matmul(&deep.to_dtype(DType::F64).unwrap());
        assert_close(
            &wide.matmul(&deep).unwrap(),
            &exact.unwrap().to_vec::<f64>().unwrap(),
        );
        assert!(tensor![true].dot(&tensor![true]).is_err());
        assert!(tensor![[true]].matmul(&tensor![[true]]).is_err());
    }

    #[test]
    fn dtypes_are_not_promoted() {
        let e = tensor![[1.0]].matmul(&tensor![[1]]).unwrap_err();
        assert_eq!(
            e.to_string(),
            "matmul: dtypes differ, f32 against i64; convert one with to_dtype"
        );
        assert!(tensor![1.0].dot(&tensor![1]).is_err() && tensor![[1.0]].mv(&tensor![1]).is_err());
    }

    #[test]
    fn a_large_batch_of_small_products_is_spread_over_threads() {
        let (a, b) = (
            values(&[300, 20, 30], -1.0, 1.0, 1),
            values(&[300, 30, 10], -1.0, 1.0, 2),
        );
        let c = a.bmm(&b).unwrap();
        for i in [0, 7, 299] {
            let one = a
                .select(0, i)
                .unwrap()
                .mm(&b.select(0, i).unwrap())
                .unwrap();
            assert_close(&c.select(0, i).unwrap(), &one.to_vec::<f64>().unwrap());
        }
        assert!(a.bmm(&b.narrow(0, 0, 3).unwrap()).is_err());
    }

    #[test]
    fn vectors() {
        let (a, b) = (tensor![1.0, 2.0], tensor![3.0, 4.0, 5.0]);
        assert_close(&a.outer(&b).unwrap(), &[3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);
        let x = tensor![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        assert_close(&x.inner(&a).unwrap(), &[5.0, 11.0, 17.0]);
        assert_close(&x.mv(&a).unwrap(), &[5.0, 11.0, 17.0]);
        assert_eq!(x.inner(&tensor![[1.0, 1.0]]).unwrap().shape(), [3, 1]);
        assert_close(&Tensor::scalar(2.0f32).inner(&a).unwrap(), &[2.0, 4.0]);
        assert_close(&a.vdot(&a).unwrap(), &[5.0]);
        let e = tensor![1.0, 2.0, 3.0].dot(&a).unwrap_err();
        assert_eq!(
            e.to_string(),
            "dot: inner lengths differ, lhs (3,) × rhs (2,): 3 ≠ 2"
        );
        assert!(x.outer(&a).is_err() && x.mv(&b).is_err() && x.inner(&b).is_err());
    }
}
