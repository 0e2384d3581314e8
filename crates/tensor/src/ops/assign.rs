//! Writing into a tensor by index.

use super::indexing::spread;
use super::places::Places;
use crate::index::Indices;
use crate::{DType, Result, Scalar, Tensor};

/// What can be written into a tensor: a number, or a tensor that broadcasts.
pub trait Values {
    /// The values as a tensor of this dtype, converted as [`to_dtype`](Tensor::to_dtype) does.
    ///
    /// # Errors
    /// None today.
    fn to_values(self, dtype: DType) -> Result<Tensor>;
}

impl Values for Tensor {
    fn to_values(self, dtype: DType) -> Result<Tensor> {
        self.to_dtype(dtype)
    }
}

impl Values for &Tensor {
    fn to_values(self, dtype: DType) -> Result<Tensor> {
        self.to_dtype(dtype)
    }
}

macro_rules! numbers {
    ($($ty:ty),*) => {$(
        impl Values for $ty {
            fn to_values(self, dtype: DType) -> Result<Tensor> {
                Tensor::full([], self, dtype)
            }
        }
    )*};
}
numbers!(
    Scalar,
    bool,
    u8,
    i8,
    i16,
    i32,
    i64,
    half::f16,
    half::bf16,
    f32,
    f64
);

impl Tensor {
    /// `x[indices] = values`: writes numbers, or a tensor that broadcasts, into the elements that
    /// [`index`](Tensor::index) reads. Values are converted to the tensor's dtype.
    ///
    /// The write goes to this tensor's memory if no other tensor can see it, else to a new copy: it is
    /// never visible through another name, also not through a view taken before. Of several values for
    /// one element the last stays.
    ///
    /// # Errors
    /// As [`index`](Tensor::index), and values that do not broadcast to what it reads. Nothing is
    /// written then.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let mut c = tensor![20, 1, 2, 3, 4];
    /// c.set(0, 100)?;
    /// c.set(3..5, &tensor![300, 400])?;
    /// assert_eq!(c.to_vec::<i64>()?, [100, 1, 2, 300, 400]);
    /// c.set(&c.gt_scalar(150)?, -1)?;
    /// assert_eq!(c.to_vec::<i64>()?, [100, 1, 2, -1, -1]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn set(&mut self, indices: impl Indices, values: impl Values) -> Result<()> {
        let places = Places::index("set", self.shape(), &indices.to_indices())?;
        let values = spread(&values.to_values(self.dtype())?, &places)?;
        self.make_exclusive();
        places.write(self, &values);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{i, tensor};

    #[test]
    fn elements_ranges_lists_and_masks() {
        let mut x = Tensor::zeros([2, 4], DType::F32).unwrap();
        x.set((0, -1), 1.5).unwrap();
        x.set(i![1, ..;2], &tensor![2, 3]).unwrap();
        assert_close(&x, &[0.0, 0.0, 0.0, 1.5, 2.0, 0.0, 3.0, 0.0]);
        x.set((.., [1, 2]), &tensor![[[7.0], [8.0]]]).unwrap();
        assert_close(&x, &[0.0, 7.0, 7.0, 1.5, 2.0, 8.0, 8.0, 0.0]);
        x.set(x.gt_scalar(6).unwrap(), true).unwrap();
        assert_close(&x, &[0.0, 1.0, 1.0, 1.5, 2.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn memory_is_reused_and_never_shared() {
        let mut x = Tensor::zeros([1000], DType::F32).unwrap();
        let before = x.as_slice::<f32>().unwrap().as_ptr();
        x.set(3, 1).unwrap();
        assert_eq!(x.as_slice::<f32>().unwrap().as_ptr(), before);
        let (seen, view) = (x.clone(), x.index(3..5).unwrap());
        x.set(3..5, 9).unwrap();
        assert_close(&x.index(2..5).unwrap(), &[0.0, 9.0, 9.0]);
        assert_close(&seen.index(3).unwrap(), &[1.0]);
        assert_close(&view, &[1.0, 0.0]);
    }

    #[test]
    fn a_refused_write_changes_nothing() {
        let mut x = tensor![1.0, 2.0];
        assert!(x.set(0..2, &tensor![1.0, 2.0, 3.0]).is_err());
        assert!(x.set(5, 1.0).is_err() && x.set((0, 0), 1.0).is_err());
        assert_close(&x, &[1.0, 2.0]);
    }
}
