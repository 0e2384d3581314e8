//! Arrays of the crate `ndarray`: lent, moved in, moved out.

use ndarray::{Array, ArrayD, ArrayViewD, Dimension, IxDyn, ShapeBuilder};

use crate::{Element, Error, Result, Tensor};

impl Tensor {
    /// This tensor's elements as an `ndarray` view, without a copy, however they are strided.
    ///
    /// # Errors
    /// Another dtype.
    ///
    /// ```
    /// use gradus_tensor::tensor;
    ///
    /// let x = tensor![[1.0, 2.0], [3.0, 4.0]].t()?;
    /// let view = x.as_ndarray::<f32>()?;
    /// assert_eq!(view[[0, 1]], 3.0);
    /// assert_eq!(view.sum(), 10.0);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn as_ndarray<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        const OP: &str = "as_ndarray";
        self.expect_dtype::<T>(OP)?;
        let shape = IxDyn(self.shape());
        let view = if self.numel() == 0 {
            // Strides count for nothing here, yet they would be checked.
            ArrayViewD::from_shape(shape, &[])
        } else {
            ArrayViewD::from_shape(shape.strides(IxDyn(self.strides())), self.host_reach())
        };
        view.map_err(|refused| Error::custom(OP, refused.to_string()))
    }

    /// This tensor as an array of its own, converted to `T`; without a copy if it is the only handle to
    /// a tensor made by [`from_ndarray`](Tensor::from_ndarray) or [`from_vec`](Tensor::from_vec) of the
    /// same type.
    ///
    /// # Errors
    /// As [`to_vec`](Tensor::to_vec).
    ///
    /// ```
    /// use gradus_tensor::tensor;
    /// let array = tensor![[1, 2], [3, 4]].into_ndarray::<i64>()?;
    /// assert_eq!(array, ndarray::array![[1, 2], [3, 4]].into_dyn());
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn into_ndarray<T: Element>(self) -> Result<ArrayD<T>> {
        let shape = IxDyn(self.shape());
        ArrayD::from_shape_vec(shape, self.into_vec::<T>()?)
            .map_err(|refused| Error::custom("into_ndarray", refused.to_string()))
    }

    /// Takes an array as it is: in row-major order, and in column-major order as the transpose of a
    /// row-major tensor, without a copy. Others, cut out of larger ones, are copied. Lent arrays become
    /// owned first: `view.to_owned()`.
    ///
    /// # Errors
    /// More dimensions than tensors have.
    ///
    /// ```
    /// use gradus_tensor::Tensor;
    /// let x = Tensor::from_ndarray(ndarray::array![[1.5f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!((x.shape(), x.sum()?.item::<f32>()?), (&[2, 2][..], 10.5));
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn from_ndarray<T: Element, D: Dimension>(array: Array<T, D>) -> Result<Tensor> {
        if array.is_standard_layout() {
            return row_major(array);
        }
        if array.t().is_standard_layout() {
            let rank = array.ndim() as isize;
            let backwards: Vec<isize> = (0..rank).rev().collect();
            return row_major(array.reversed_axes())?.permute(&backwards);
        }
        let values = array.iter().copied().collect();
        Tensor::from_vec(values, array.shape())
    }
}

fn row_major<T: Element, D: Dimension>(array: Array<T, D>) -> Result<Tensor> {
    let (shape, count) = (array.shape().to_vec(), array.len());
    let (mut values, offset) = array.into_raw_vec_and_offset();
    // What was cut from one side of a larger array still holds the rest.
    values.truncate(offset.unwrap_or(0) + count);
    values.drain(..offset.unwrap_or(0));
    Tensor::from_vec(values, shape)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array3, arr0, s};

    use super::*;
    use crate::{DType, tensor};

    fn counting() -> Array3<f64> {
        Array1::from_iter((0..24).map(f64::from))
            .into_shape_with_order((2, 3, 4))
            .unwrap()
    }

    #[test]
    fn arrays_move_in_and_out_without_a_copy() {
        let array = counting();
        let place = array.as_ptr();
        let x = Tensor::from_ndarray(array).unwrap();
        assert_eq!(x.as_slice::<f64>().unwrap().as_ptr(), place);
        let array = x.into_ndarray::<f64>().unwrap();
        assert_eq!(array.as_ptr(), place);
        assert_eq!(array, counting().into_dyn());

        let columns = counting().reversed_axes();
        let (place, wanted) = (columns.as_ptr(), columns.clone());
        let x = Tensor::from_ndarray(columns).unwrap();
        assert_eq!((x.shape(), x.strides()), (&[4, 3, 2][..], &[1, 4, 12][..]));
        let view = x.as_ndarray::<f64>().unwrap();
        assert_eq!((view.as_ptr(), view), (place, wanted.view().into_dyn()));
    }

    #[test]
    fn pieces_of_arrays() {
        let part = counting().slice_move(s![1.., .., ..]);
        let x = Tensor::from_ndarray(part.clone()).unwrap();
        assert_eq!(x.into_ndarray::<f64>().unwrap(), part.into_dyn());
        let part = counting().slice_move(s![.., ..;-2, 1..3]);
        let x = Tensor::from_ndarray(part.clone()).unwrap();
        assert_eq!(x.shape(), [2, 2, 2]);
        assert_eq!(x.into_ndarray::<f64>().unwrap(), part.into_dyn());
    }

    #[test]
    fn every_kind_of_view_is_lent() {
        let x = Tensor::from_ndarray(counting()).unwrap();
        let kinds = [
            x.permute(&[2, 0, 1]).unwrap(),
            x.narrow(1, 1, 2).unwrap(),
            x.select(0, 1).unwrap(),
            x.narrow(2, 1, 1).unwrap().expand([2, 3, 5]).unwrap(),
            x.narrow(1, 0, 0).unwrap(),
        ];
        for view in &kinds {
            let lent = view.as_ndarray::<f64>().unwrap();
            assert_eq!(lent.shape(), view.shape());
            let elements: Vec<f64> = lent.iter().copied().collect();
            assert_eq!(elements, view.to_vec::<f64>().unwrap());
        }
        let e = x.as_ndarray::<f32>().unwrap_err().to_string();
        assert_eq!(
            e,
            "as_ndarray: dtypes differ, f32 against f64; convert one with to_dtype"
        );
    }

    #[test]
    fn other_dtypes_and_edges() {
        let single = Tensor::from_ndarray(arr0(true)).unwrap();
        assert_eq!((single.rank(), single.dtype()), (0, DType::Bool));
        let whole = tensor![1.0, 2.0].into_ndarray::<i32>().unwrap();
        assert_eq!(whole, ndarray::arr1(&[1, 2]).into_dyn());
        let deep = ArrayD::<u8>::zeros(vec![1; 9]);
        assert!(Tensor::from_ndarray(deep).is_err());
    }
}
