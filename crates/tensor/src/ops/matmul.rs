//! Matrix products.

use super::Shapes;
use crate::dispatch::for_real;
use crate::dtype::result_type;
use crate::kernel::gemm;
use crate::layout::{Layout, MAX_RANK, broadcast_shapes, same_shape};
use crate::ops::Cast;
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// `(batch.., m, k) × (batch.., k, n) → (batch.., m, n)`, with equal batch dimensions.
#[derive(Clone, Debug)]
pub(super) struct MatMul;

impl Op<2> for MatMul {
    const NAME: &'static str = "matmul";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let rank = a.rank();
        let mut shape = [0; MAX_RANK];
        shape[..rank].copy_from_slice(a.shape());
        shape[rank - 1] = b.shape()[rank - 1];
        let mut layout = Layout::unset();
        layout.set_row_major(Self::NAME, &shape[..rank])?;
        for_real!(Self::NAME, a.dtype(), T => Ok(gemm::matmul::<T>(a, b, &layout)))
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

/// Matrix products.
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
    /// other than `f32` and `f64`.
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
    /// Anything but two matrices; inner lengths that differ.
    fn mm(&self, other: &Self) -> Result<Self> {
        for x in [self, other] {
            if x.shape().len() != 2 {
                return Err(ErrorKind::Rank {
                    op: "mm",
                    expected: "2 dimensions",
                    got: x.shape().to_vec(),
                }
                .into());
            }
        }
        self.matmul(other)
    }

    /// The sum of products of two vectors, `(k,) × (k,) → ()`.
    ///
    /// # Errors
    /// Anything but two vectors of one length. Integers: convert them to floats.
    fn dot(&self, other: &Self) -> Result<Self> {
        for x in [self, other] {
            if x.shape().len() != 1 {
                return Err(ErrorKind::Rank {
                    op: "dot",
                    expected: "1 dimension",
                    got: x.shape().to_vec(),
                }
                .into());
            }
        }
        self.matmul(other)
    }
}
impl<A: Array> MatrixProduct for A {}

#[inline(never)]
fn general<A: Array>(a: &A, b: &A) -> Result<A> {
    const OP: &str = MatMul::NAME;
    for x in [a, b] {
        if x.shape().is_empty() {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "at least 1 dimension",
                got: vec![],
            }
            .into());
        }
    }
    let dtype = result_type(a.dtype(), a.shape().len(), b.dtype(), b.shape().len());
    let (vector_a, vector_b) = (a.shape().len() == 1, b.shape().len() == 1);
    let left = if vector_a { a.unsqueeze(0)? } else { a.clone() }.to_dtype(dtype)?;
    let right = if vector_b { b.unsqueeze(1)? } else { b.clone() }.to_dtype(dtype)?;
    let (ls, rs) = (left.shape(), right.shape());
    let (lb, m_k) = ls.split_at(ls.len() - 2);
    let (rb, k_n) = rs.split_at(rs.len() - 2);
    if m_k[1] != k_n[0] {
        let inner = (m_k[1], k_n[0]);
        return Err(ErrorKind::InnerLength {
            op: OP,
            lhs: a.shape().to_vec(),
            rhs: b.shape().to_vec(),
            inner,
        }
        .into());
    }
    let product = if same_shape(lb, rb) {
        A::apply(MatMul, [&left, &right])?
    } else {
        let batch = broadcast_shapes(OP, lb, rb)?;
        let batch = batch.as_slice();
        let with = |tail: &[usize]| [batch, tail].concat();
        A::apply(
            MatMul,
            [&left.expand(&with(m_k))?, &right.expand(&with(k_n))?],
        )?
    };
    let product = if vector_b {
        product.squeeze(-1)?
    } else {
        product
    };
    if vector_a {
        product.squeeze(if vector_b { -1 } else { -2 })
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
        assert!(tensor![1, 2].dot(&tensor![1, 2]).is_err());
        assert!(Tensor::scalar(1.0f32).matmul(&a).is_err());
    }
}
