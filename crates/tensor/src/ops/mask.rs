//! Where a tensor is not zero, and elements picked by a mask.

use super::{Indexing, Shapes};
use crate::kernel;
use crate::layout::broadcast_shapes;
use crate::{Array, DType, ErrorKind, Result, Tensor};

/// Positions in row-major order at which a bool tensor is true: a vector of `i64`.
pub(super) fn true_at(mask: &Tensor) -> Tensor {
    kernel::true_at(mask.contiguous().host_slice::<bool>())
}

/// Which elements differ from zero; NaN does.
fn nonzero_mask(x: &Tensor) -> Result<Tensor> {
    if x.dtype() == DType::Bool {
        return Ok(x.clone());
    }
    Tensor::to_dtype(x, DType::Bool)
}

fn expect_mask(op: &'static str, mask: &Tensor) -> Result<()> {
    if mask.dtype() == DType::Bool {
        return Ok(());
    }
    Err(ErrorKind::DType {
        op,
        expected: "a bool mask",
        got: mask.dtype(),
    }
    .into())
}

/// Elements picked and replaced by a mask.
pub trait Masking: Array {
    /// The elements where `mask`, which broadcasts with the tensor, is true: a vector in row-major
    /// order.
    ///
    /// # Errors
    /// A mask that is not bool, shapes that do not broadcast.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![[1.0, -2.0], [-3.0, 4.0]];
    /// let positive = x.masked_select(&x.gt_scalar(0)?)?;
    /// assert_eq!(positive.to_vec::<f32>()?, [1.0, 4.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn masked_select(&self, mask: &Tensor) -> Result<Self> {
        const OP: &str = "masked_select";
        expect_mask(OP, mask)?;
        let shape = broadcast_shapes(OP, self.shape(), mask.shape())?;
        let entries = true_at(&mask.expand(shape.as_slice())?);
        let x = self.expand(shape.as_slice())?.reshape([-1])?;
        x.index_select(0, &entries)
    }

    /// The tensor with the elements of `source`, in row-major order, one after the other where `mask`
    /// is true. Tensor and mask broadcast.
    ///
    /// # Errors
    /// A mask that is not bool, another dtype, fewer elements in `source` than the mask asks for.
    fn masked_scatter(&self, mask: &Tensor, source: &Self) -> Result<Self> {
        const OP: &str = "masked_scatter";
        expect_mask(OP, mask)?;
        let shape = broadcast_shapes(OP, self.shape(), mask.shape())?;
        let entries = true_at(&mask.expand(shape.as_slice())?);
        let len = entries.numel();
        let given: usize = source.shape().iter().product();
        if given < len {
            let message = format!("the mask asks for {len} elements, the source has {given}");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let source = source.reshape([-1])?.narrow(0, 0, len)?;
        let x = self.expand(shape.as_slice())?.reshape([-1])?;
        x.index_copy(0, &entries, &source)?
            .reshape(shape.as_slice())
    }
}
impl<A: Array> Masking for A {}

impl Tensor {
    /// Positions of the elements that differ from zero, in row-major order: an `i64` tensor
    /// `(found, rank)`. NaN differs from zero. `argwhere` is another name.
    ///
    /// # Errors
    /// None today.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![[0, 5], [7, 0]];
    /// assert_eq!(x.nonzero()?.to_vec::<i64>()?, [0, 1, 1, 0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn nonzero(&self) -> Result<Tensor> {
        let entries = true_at(&nonzero_mask(self)?);
        match self.rank() {
            0 => Tensor::zeros([entries.numel(), 0], DType::I64),
            1 => entries.reshape([entries.numel(), 1]),
            _ => Ok(kernel::unravel(&entries, self.shape())),
        }
    }

    /// As [`nonzero`](Tensor::nonzero), one vector for each dimension: what
    /// [`index_put`](Tensor::index_put) takes. A number counts as a vector.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn nonzero_as_tuple(&self) -> Result<Vec<Tensor>> {
        if self.rank() == 0 {
            return self.reshape([1])?.nonzero_as_tuple();
        }
        self.nonzero()?.unbind(1)
    }

    /// As [`nonzero`](Tensor::nonzero).
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn argwhere(&self) -> Result<Tensor> {
        self.nonzero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::assert_close;

    #[test]
    fn masks_pick_in_row_major_order_and_broadcast() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]].t().unwrap();
        let mask = tensor![[true, true], [false, true]];
        assert_close(&x.masked_select(&mask).unwrap(), &[1.0, 3.0, 4.0]);
        let columns = x.masked_select(&tensor![false, true]).unwrap();
        assert_close(&columns, &[3.0, 4.0]);
        assert_eq!(
            x.masked_select(&tensor![false, false]).unwrap().shape(),
            [0]
        );
        let number = Tensor::scalar(5.0f32).masked_select(&tensor![true, false, true]);
        assert_close(&number.unwrap(), &[5.0, 5.0]);
    }

    #[test]
    fn a_source_fills_a_mask_in_order() {
        let x = tensor![1.0, 2.0, 3.0];
        let mask = tensor![true, false, true];
        let y = x
            .masked_scatter(&mask, &tensor![[7.0, 8.0], [9.0, 0.0]])
            .unwrap();
        assert_close(&y, &[7.0, 2.0, 8.0]);
        assert_eq!(
            x.masked_scatter(&mask, &tensor![7.0])
                .unwrap_err()
                .to_string(),
            "masked_scatter: the mask asks for 2 elements, the source has 1"
        );
        assert!(x.masked_select(&tensor![1, 0, 1]).is_err());
    }

    #[test]
    fn nonzero_counts_nan_and_no_negative_zero() {
        let x = tensor![0.0, f32::NAN, -0.0, 2.0];
        assert_eq!(x.nonzero().unwrap().to_vec::<i64>().unwrap(), [1, 3]);
        let found = tensor![[0, 1], [1, 1]].nonzero_as_tuple().unwrap();
        assert_eq!(found[0].to_vec::<i64>().unwrap(), [0, 1, 1]);
        assert_eq!(found[1].to_vec::<i64>().unwrap(), [1, 0, 1]);
        assert_eq!(Tensor::scalar(3i64).nonzero().unwrap().shape(), [1, 0]);
        assert_eq!(Tensor::scalar(0i64).argwhere().unwrap().shape(), [0, 0]);
        assert_eq!(
            Tensor::scalar(3i64).nonzero_as_tuple().unwrap()[0].shape(),
            [1]
        );
    }
}
