//! Products of tensors: contracted over chosen dimensions, and Kronecker's.

use super::operands::{expect_one_dtype, expect_shape};
use super::reduced::DimSet;
use super::{Arithmetic, Cast, MatrixProduct, Shapes, Sums};
use crate::layout::resolve_dim;
use crate::{Array, ErrorKind, Result};

/// Which dimensions of two operands [`tensordot`](TensorProduct::tensordot) sums over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contraction {
    /// The last ones of the left operand with the first ones of the right, this many.
    Neighbours(usize),
    /// Those of the left operand with those of the right, in this order.
    Pairs(Vec<isize>, Vec<isize>),
}

impl From<usize> for Contraction {
    fn from(count: usize) -> Contraction {
        Contraction::Neighbours(count)
    }
}

impl<L: AsRef<[isize]>, R: AsRef<[isize]>> From<(L, R)> for Contraction {
    fn from((left, right): (L, R)) -> Contraction {
        Contraction::Pairs(left.as_ref().to_vec(), right.as_ref().to_vec())
    }
}

/// Products of tensors.
pub trait TensorProduct: Array {
    /// Sums of products over pairs of dimensions; what is left of both stands side by side:
    /// `torch.tensordot`. A size of 1 repeats.
    ///
    /// # Errors
    /// Dimensions that do not exist, are named twice or do not pair up; dtypes that differ; bools.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let a = tensor![[1.0, 2.0], [3.0, 4.0]];
    /// let (ab, frobenius) = (a.tensordot(&a, 1)?, a.tensordot(&a, ([0, 1], [0, 1]))?);
    /// assert_eq!(ab.to_vec::<f32>()?, [7.0, 10.0, 15.0, 22.0]);
    /// assert_eq!(frobenius.item::<f32>()?, 30.0);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn tensordot(&self, other: &Self, dims: impl Into<Contraction>) -> Result<Self> {
        const OP: &str = "tensordot";
        expect_one_dtype(OP, self, other)?;
        let (left, right) = pairs(OP, dims.into(), self.shape(), other.shape())?;
        let (mut a, mut b) = (self.clone(), other.clone());
        for (&l, &r) in left.iter().zip(&right) {
            match (a.shape()[l], b.shape()[r]) {
                (m, n) if m == n => {}
                (_, 1) => a = a.sum_dims(&[l as isize], true)?.to_dtype(a.dtype())?,
                (1, _) => b = b.sum_dims(&[r as isize], true)?.to_dtype(b.dtype())?,
                inner => {
                    return Err(ErrorKind::InnerLength {
                        op: OP,
                        lhs: self.shape().to_vec(),
                        rhs: other.shape().to_vec(),
                        inner,
                    }
                    .into());
                }
            }
        }
        let (free_a, free_b) = (
            others(a.shape().len(), &left),
            others(b.shape().len(), &right),
        );
        let size = |x: &Self, dims: &[usize]| dims.iter().map(|&d| x.shape()[d]).product::<usize>();
        let inner = size(&a, &left);
        let product = order(&a, &[&free_a[..], &left].concat())?
            .reshape([size(&a, &free_a), inner])?
            .mm(&order(&b, &[&right[..], &free_b].concat())?.reshape([inner, size(&b, &free_b)])?)?;
        let sizes = free_a.iter().map(|&d| a.shape()[d]);
        let shape: Vec<usize> = sizes.chain(free_b.iter().map(|&d| b.shape()[d])).collect();
        product.reshape(shape)
    }

    /// Kronecker's product: every element of this tensor times the whole other one, block by block. The
    /// one of fewer dimensions gets leading ones. Dtypes are promoted.
    ///
    /// # Errors
    /// More than four dimensions.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let blocks = tensor![[1, 10]].kron(&tensor![[1, 2], [3, 4]])?;
    /// assert_eq!(blocks.to_vec::<i64>()?, [1, 2, 10, 20, 3, 4, 30, 40]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn kron(&self, other: &Self) -> Result<Self> {
        let (a, b) = (self.shape(), other.shape());
        let rank = a.len().max(b.len());
        let padded = |shape: &[usize]| [&vec![1; rank - shape.len()], shape].concat();
        let (a, b) = (padded(a), padded(b));
        let blocks = a.iter().flat_map(|&size| [size, 1]).collect::<Vec<usize>>();
        let inside = b.iter().flat_map(|&size| [1, size]).collect::<Vec<usize>>();
        let shape: Vec<usize> = a
            .iter()
            .zip(&b)
            .map(|(a, b)| a.saturating_mul(*b))
            .collect();
        expect_shape("kron", &shape)?;
        let product = self.reshape(blocks)?.mul(&other.reshape(inside)?)?;
        product.reshape(shape)
    }
}
impl<A: Array> TensorProduct for A {}

/// The dimensions of both operands that are summed over, counted from the front.
fn pairs(
    op: &'static str,
    dims: Contraction,
    a: &[usize],
    b: &[usize],
) -> Result<(Vec<usize>, Vec<usize>)> {
    let (left, right) = match dims {
        Contraction::Neighbours(n) if n <= a.len().min(b.len()) => {
            return Ok(((a.len() - n..a.len()).collect(), (0..n).collect()));
        }
        Contraction::Neighbours(n) => {
            let message = format!(
                "{n} dimensions to sum over, the operands have {} and {}",
                a.len(),
                b.len()
            );
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        Contraction::Pairs(left, right) => (left, right),
    };
    if left.len() != right.len() {
        let message = format!("{left:?} and {right:?} do not pair up");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    let resolve = |dims: &[isize], rank: usize| {
        if rank == 0 && !dims.is_empty() {
            return Err(ErrorKind::DimOutOfRange {
                op,
                dim: dims[0],
                rank,
            }
            .into());
        }
        DimSet::new(op, dims, rank)?;
        dims.iter()
            .map(|&d| resolve_dim(op, d, rank))
            .collect::<Result<Vec<usize>>>()
    };
    Ok((resolve(&left, a.len())?, resolve(&right, b.len())?))
}

fn others(rank: usize, dims: &[usize]) -> Vec<usize> {
    (0..rank).filter(|d| !dims.contains(d)).collect()
}

fn order<A: Array>(x: &A, dims: &[usize]) -> Result<A> {
    if dims.iter().copied().eq(0..dims.len()) {
        return Ok(x.clone());
    }
    x.permute(&dims.iter().map(|&d| d as isize).collect::<Vec<isize>>())
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::tensor;
    use crate::testkit::{assert_close, values};

    #[test]
    fn contractions() {
        let (a, b) = (
            values(&[2, 3, 4], -1.0, 1.0, 1),
            values(&[4, 3, 5], -1.0, 1.0, 2),
        );
        let both = a.tensordot(&b, ([1, 2], [1, 0])).unwrap();
        let (x, y, got) = (to_vec(&a), to_vec(&b), to_vec(&both));
        assert_eq!(both.shape(), [2, 5]);
        for i in 0..2 {
            for n in 0..5 {
                let terms = (0..12).map(|t| (t / 4, t % 4));
                let sum: f64 = terms
                    .map(|(j, k)| x[i * 12 + j * 4 + k] * y[k * 15 + j * 5 + n])
                    .sum();
                assert!((got[i * 5 + n] - sum).abs() < 1e-12);
            }
        }
        let negative = a.tensordot(&b, (&[-2isize, -1][..], vec![1, 0])).unwrap();
        assert_close(&negative, &got);
        assert_eq!(a.tensordot(&b, 1).unwrap().shape(), [2, 3, 3, 5]);
        assert_eq!(
            tensor![1.0]
                .tensordot(&tensor![[2.0, 3.0]], 0)
                .unwrap()
                .shape(),
            [1, 1, 2]
        );
    }

    fn to_vec(x: &Tensor) -> Vec<f64> {
        x.to_vec().unwrap()
    }

    #[test]
    fn a_size_of_one_repeats() {
        let (a, b) = (tensor![[2.0]], tensor![[1.0, 2.0], [3.0, 4.0]]);
        assert_close(&a.tensordot(&b, ([1], [0])).unwrap(), &[8.0, 12.0]);
        assert_close(&b.tensordot(&a, 1).unwrap(), &[6.0, 14.0]);
    }

    #[test]
    fn dimensions_pair_up() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        let e = x.tensordot(&x, ([0], [0, 1])).unwrap_err();
        assert_eq!(e.to_string(), "tensordot: [0] and [0, 1] do not pair up");
        let e = x.tensordot(&x, 3).unwrap_err();
        assert_eq!(
            e.to_string(),
            "tensordot: 3 dimensions to sum over, the operands have 2 and 2"
        );
        assert!(x.tensordot(&x, ([0, 0], [0, 1])).is_err());
        assert!(x.tensordot(&x, ([5], [0])).is_err());
        assert!(x.tensordot(&tensor![[1.0, 2.0, 3.0]], ([0], [1])).is_err());
        assert!(x.tensordot(&tensor![[1, 2], [3, 4]], 1).is_err());
    }

    #[test]
    fn blocks() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        let y = x.kron(&tensor![0.0, 1.0]).unwrap();
        assert_eq!(y.shape(), [2, 4]);
        assert_close(&y, &[0.0, 1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0]);
        assert_eq!(
            tensor![1.0]
                .kron(&values(&[2, 3, 4], 0.0, 1.0, 1))
                .unwrap()
                .shape(),
            [2, 3, 4]
        );
        assert_close(
            &Tensor::scalar(2.0f32)
                .kron(&Tensor::scalar(3.0f32))
                .unwrap(),
            &[6.0],
        );
        assert!(values(&[1; 5], 0.0, 1.0, 1).kron(&x).is_err());
    }
}
