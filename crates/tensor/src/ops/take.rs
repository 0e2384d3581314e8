//! Positions in a tensor read as one vector.

use std::sync::Arc;

use super::Shapes;
use super::operands::expect_one_dtype;
use super::pick_put::{Pick, put};
use super::places::Places;
use crate::{Array, ErrorKind, Result, Tensor};

/// Elements read and written at positions of the tensor as one vector in row-major order.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1, 2], [3, 4]];
/// assert_eq!(x.take(&tensor![[3, 0]])?, tensor![[4, 1]]);
/// assert_eq!(x.put(&tensor![3, 0], &tensor![7, 8], false)?, tensor![[8, 2], [3, 7]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Take: Array {
    /// The elements at these positions; negative ones count from the end. The result has the shape of `index`.
    ///
    /// # Errors
    /// An index that holds no integers, or positions that do not exist.
    fn take(&self, index: &Tensor) -> Result<Self> {
        let flat = self.reshape([-1])?;
        let places = Places::index("take", flat.shape(), &[index.into()])?;
        Self::apply(Pick(Arc::new(places)), [&flat])
    }

    /// The tensor with `source` written at positions of the tensor read as one vector, or added there if
    /// `accumulate`; see [`take`](Take::take).
    ///
    /// # Errors
    /// As there; a source of another dtype or number of elements.
    fn put(&self, index: &Tensor, source: &Self, accumulate: bool) -> Result<Self> {
        const OP: &str = "put";
        expect_one_dtype(OP, self, source)?;
        let flat = self.reshape([-1])?;
        let places = Places::index(OP, flat.shape(), &[index.into()])?;
        let source = source.reshape(index.shape())?;
        put(Arc::new(places), &flat, &source, accumulate)?.reshape(self.shape())
    }
}
impl<A: Array> Take for A {}

impl Tensor {
    /// The index, in a tensor of `shape`, of each element of this one as a position in row-major order:
    /// one tensor for each dimension.
    ///
    /// # Errors
    /// Positions that are no integers, negative, or beyond the shape's elements.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let found = tensor![5, 11].unravel_index(&[3, 4])?;
    /// assert_eq!(found[0].to_vec::<i64>()?, [1, 2]);
    /// assert_eq!(found[1].to_vec::<i64>()?, [1, 3]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn unravel_index(&self, shape: &[usize]) -> Result<Vec<Tensor>> {
        const OP: &str = "unravel_index";
        if !self.dtype().is_integer() {
            return Err(ErrorKind::DType {
                op: OP,
                expected: "positions that are integers",
                got: self.dtype(),
            }
            .into());
        }
        // The shape need not be one that memory could hold.
        let whole = shape
            .iter()
            .fold(1u128, |n, &size| n.saturating_mul(size as u128));
        let flat = self.to_vec::<i64>()?;
        let exists = |at: i64| u128::try_from(at).is_ok_and(|at| at < whole);
        if let Some(at) = flat.iter().find(|&&at| !exists(at)) {
            let message = format!("position {at} does not exist in a tensor of shape {shape:?}");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let mut after = whole;
        let along = |&size: &usize| {
            after /= (size as u128).max(1);
            let at = |&flat: &i64| (flat as u128 / after.max(1) % (size as u128).max(1)) as i64;
            let along: Vec<i64> = flat.iter().map(at).collect();
            Tensor::from_vec(along, self.shape())
        };
        shape.iter().map(along).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{DType, tensor};

    #[test]
    fn elements_at_positions() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]].t().unwrap();
        let y = x.take(&tensor![[1, -1]]).unwrap();
        assert_eq!(
            (y.shape(), y.to_vec::<f32>().unwrap()),
            (&[1, 2][..], vec![3.0, 4.0])
        );
        let y = x.put(&tensor![0, 0], &tensor![10.0, 20.0], true).unwrap();
        assert_close(&y, &[31.0, 3.0, 2.0, 4.0]);
        let y = x.put(&tensor![0, 0], &tensor![10.0, 20.0], false).unwrap();
        assert_close(&y, &[20.0, 3.0, 2.0, 4.0]);
        assert!(x.put(&tensor![0], &tensor![1.0, 2.0], false).is_err());
        assert!(x.take(&tensor![4]).is_err() && x.put(&tensor![0], &tensor![1], false).is_err());
    }

    #[test]
    fn positions_become_indices() {
        let numbers = |x: &Tensor| x.to_vec::<i64>().unwrap();
        let found = tensor![[0, 5], [7, 11]].unravel_index(&[3, 4]).unwrap();
        assert_eq!(
            (found[0].shape(), numbers(&found[0])),
            (&[2, 2][..], vec![0, 1, 1, 2])
        );
        assert_eq!(numbers(&found[1]), [0, 1, 3, 3]);
        assert!(Tensor::scalar(0i64).unravel_index(&[]).unwrap().is_empty());
        let huge = tensor![i64::MAX - 1]
            .unravel_index(&[1, i64::MAX as usize])
            .unwrap();
        assert_eq!(numbers(&huge[1]), [i64::MAX - 1]);
        let none = Tensor::zeros([0], DType::U8)
            .unwrap()
            .unravel_index(&[0, 3])
            .unwrap();
        assert_eq!((none[1].shape(), none[1].dtype()), (&[0][..], DType::I64));
        assert_eq!(
            tensor![12].unravel_index(&[3, 4]).unwrap_err().to_string(),
            "unravel_index: position 12 does not exist in a tensor of shape [3, 4]"
        );
        assert!(tensor![-1].unravel_index(&[3]).is_err());
        assert!(tensor![0.5].unravel_index(&[3]).is_err());
    }
}
