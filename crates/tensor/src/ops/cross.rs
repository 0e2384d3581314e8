//! Products along a dimension of vectors: the cross product, and dot products of many pairs at once.

use super::expect::expect_float;
use super::operands::{computed_in, expect_inner, expect_one_dtype};
use super::{Arithmetic, Indexing, Sums};
use crate::layout::{broadcast_shapes, resolve_dim};
use crate::{Array, ErrorKind, Result, Tensor};

/// Products of vectors that lie along a dimension.
///
/// ```
/// # use gradus_tensor::tensor;
/// let (x, y) = (tensor![1.0, 0.0, 0.0], tensor![0.0, 1.0, 0.0]);
/// assert_eq!(x.cross(&y, None)?, tensor![0.0, 0.0, 1.0]);
/// assert_eq!(x.vecdot(&y, -1)?.item::<f32>()?, 0.0);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait VectorProduct: Array {
    /// The cross product of three-dimensional vectors that lie along `dim`: `a₁b₂ − a₂b₁` and so on.
    /// Without a `dim` it is the first one of size 3, as in `torch.cross`; `torch.linalg.cross` takes
    /// the last one, `Some(-1)`. Other dimensions broadcast.
    ///
    /// # Errors
    /// Another size than 3; ranks or dtypes that differ; bools.
    fn cross(&self, other: &Self, dim: Option<isize>) -> Result<Self> {
        const OP: &str = "cross";
        let (a, b) = (self.shape(), other.shape());
        if a.len() != b.len() {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "both have as many dimensions",
                lhs: a.to_vec(),
                rhs: b.to_vec(),
            }
            .into());
        }
        expect_one_dtype(OP, self, other)?;
        computed_in(OP, self.dtype())?;
        let dim = match dim {
            Some(dim) => Some(resolve_dim(OP, dim, a.len())?),
            None => a.iter().position(|&size| size == 3),
        };
        let Some(dim) = dim.filter(|&d| a.get(d) == Some(&3) && b[d] == 3) else {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "both vectors have 3 components",
                lhs: a.to_vec(),
                rhs: b.to_vec(),
            }
            .into());
        };
        broadcast_shapes(OP, a, b)?;
        let next = Tensor::from_slice(&[1i64, 2, 0], [3])?;
        let after = Tensor::from_slice(&[2i64, 0, 1], [3])?;
        let turned = |x: &Self, by: &Tensor| x.index_select(dim as isize, by);
        let plus = turned(self, &next)?.mul(&turned(other, &after)?)?;
        plus.sub(&turned(self, &after)?.mul(&turned(other, &next)?)?)
    }

    /// Dot products of the vectors that lie along `dim`; the other dimensions broadcast:
    /// `torch.linalg.vecdot`.
    ///
    /// # Errors
    /// Lengths or dtypes that differ; integers and bools.
    fn vecdot(&self, other: &Self, dim: isize) -> Result<Self> {
        const OP: &str = "vecdot";
        expect_float(OP, self)?;
        expect_one_dtype(OP, self, other)?;
        let (a, b) = (self.shape(), other.shape());
        let shape = broadcast_shapes(OP, a, b)?;
        let rank = shape.as_slice().len();
        let dim = resolve_dim(OP, dim, rank)?;
        let size = |x: &[usize]| {
            (dim + x.len())
                .checked_sub(rank)
                .and_then(|d| x.get(d))
                .copied()
        };
        if let (Some(m), Some(n)) = (size(a), size(b)) {
            expect_inner(OP, a, b, (m, n))?;
        }
        self.mul(other)?.sum_dims(&[dim as isize], false)
    }
}
impl<A: Array> VectorProduct for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, values};

    #[test]
    fn cross_products() {
        let (x, y) = (tensor![1.0, 0.0, 0.0], tensor![0.0, 1.0, 0.0]);
        assert_close(&x.cross(&y, None).unwrap(), &[0.0, 0.0, 1.0]);
        assert_close(&y.cross(&x, Some(-1)).unwrap(), &[0.0, 0.0, -1.0]);
        let i = tensor![1, 2, 3].cross(&tensor![4, 5, 6], Some(0)).unwrap();
        assert_eq!(i.to_vec::<i64>().unwrap(), [-3, 6, -3]);
        let (many, one) = (
            values(&[2, 3, 3], -1.0, 1.0, 1),
            values(&[1, 3, 3], -1.0, 1.0, 2),
        );
        let first = many.cross(&one, None).unwrap();
        let by_hand = many
            .select(0, 1)
            .unwrap()
            .cross(&one.select(0, 0).unwrap(), Some(0));
        assert_close(
            &first.select(0, 1).unwrap(),
            &by_hand.unwrap().to_vec::<f64>().unwrap(),
        );
    }

    #[test]
    fn a_cross_product_has_three_components() {
        let e = tensor![1.0, 2.0]
            .cross(&tensor![1.0, 2.0], None)
            .unwrap_err();
        assert_eq!(
            e.to_string(),
            "cross: both vectors have 3 components: (2,) against (2,)"
        );
        let x = tensor![1.0, 2.0, 3.0];
        assert!(x.cross(&tensor![[1.0, 2.0, 3.0]], None).is_err());
        assert!(x.cross(&tensor![1, 2, 3], None).is_err());
        assert!(
            Tensor::scalar(1.0f32)
                .cross(&Tensor::scalar(1.0f32), None)
                .is_err()
        );
    }

    #[test]
    fn dot_products_of_many_pairs() {
        let (x, y) = (tensor![[1.0, 2.0], [3.0, 4.0]], tensor![10.0, 1.0]);
        assert_close(&x.vecdot(&y, -1).unwrap(), &[12.0, 34.0]);
        assert_close(&x.vecdot(&y, 0).unwrap(), &[40.0, 6.0]);
        assert_close(&x.vecdot(&x, 1).unwrap(), &[5.0, 25.0]);
        let e = y.vecdot(&tensor![1.0], -1).unwrap_err();
        assert_eq!(
            e.to_string(),
            "vecdot: inner lengths differ, lhs (2,) × rhs (1,): 2 ≠ 1"
        );
        assert!(tensor![1].vecdot(&tensor![1], -1).is_err());
    }
}
