//! Moving numbers into and out of tensors, and asking a tensor what it is.

use crate::dispatch::for_dtype;
use crate::error::{ErrorKind, Result};
use crate::kernel;
use crate::layout::{Layout, same_shape};
use crate::{DType, Element, Scalar, Tensor};

impl Tensor {
    /// Takes a vector as a tensor of this shape, in row-major order, without copying it.
    ///
    /// # Errors
    /// The shape's product is not the vector's length.
    ///
    /// ```
    /// use gradus_tensor::{DType, Tensor};
    /// let t = Tensor::from_vec(vec![1i64, 2, 3, 4, 5, 6], [2, 3])?;
    /// assert_eq!((t.shape(), t.dtype()), (&[2, 3][..], DType::I64));
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn from_vec<T: Element>(values: Vec<T>, shape: impl AsRef<[usize]>) -> Result<Tensor> {
        let layout = layout_for("from_vec", values.len(), shape.as_ref())?;
        Ok(Tensor::from_owned(values, &layout))
    }

    /// Copies a slice into a tensor of this shape, in row-major order.
    ///
    /// # Errors
    /// The shape's product is not the slice's length.
    pub fn from_slice<T: Element>(values: &[T], shape: impl AsRef<[usize]>) -> Result<Tensor> {
        let layout = layout_for("from_slice", values.len(), shape.as_ref())?;
        Ok(kernel::from_slice(&layout, values))
    }

    /// A tensor without dimensions that holds one number of Rust type `T`.
    #[must_use]
    pub fn scalar<T: Element>(value: T) -> Tensor {
        kernel::single(&Layout::no_dims(), value)
    }

    /// Whether this is the tensor's shape. Unlike `shape() == ..` it calls no `memcmp`, which costs more
    /// than the rest of a small check.
    #[inline]
    #[must_use]
    pub fn has_shape(&self, shape: &[usize]) -> bool {
        same_shape(self.shape(), shape)
    }

    /// Sizes of the dimensions; empty for a tensor without dimensions.
    #[inline]
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.layout().shape()
    }

    /// Distance in elements between neighbours along each dimension; 0 where one element is expanded.
    #[inline]
    #[must_use]
    pub fn strides(&self) -> &[usize] {
        self.layout().strides()
    }

    /// Number of dimensions, `ndim` or `dim()` in PyTorch.
    #[inline]
    #[must_use]
    pub fn rank(&self) -> usize {
        self.layout().rank()
    }

    /// Number of elements.
    #[inline]
    #[must_use]
    pub fn numel(&self) -> usize {
        self.layout().len()
    }

    /// Size of one dimension; −1 is the last.
    ///
    /// # Errors
    /// The dimension does not exist.
    pub fn size(&self, dim: isize) -> Result<usize> {
        if self.rank() == 0 {
            return Err(ErrorKind::DimOutOfRange {
                op: "size",
                dim,
                rank: 0,
            }
            .into());
        }
        Ok(self.shape()[crate::layout::resolve_dim("size", dim, self.rank())?])
    }

    /// Whether the elements lie in row-major order without gaps.
    #[inline]
    #[must_use]
    pub fn is_contiguous(&self) -> bool {
        self.layout().is_contiguous()
    }

    /// The elements in row-major order, lent without a copy.
    ///
    /// # Errors
    /// Another dtype, or not contiguous.
    pub fn as_slice<T: Element>(&self) -> Result<&[T]> {
        self.expect_dtype::<T>("as_slice")?;
        if !self.is_contiguous() {
            return Err(ErrorKind::NotContiguous {
                op: "as_slice",
                shape: self.shape().to_vec(),
            }
            .into());
        }
        Ok(self.host_slice())
    }

    /// The elements for writing, in row-major order. Copies first if another tensor shares the
    /// memory or the tensor is a strided view: no write is ever seen through another name.
    ///
    /// # Errors
    /// Another dtype.
    pub fn as_slice_mut<T: Element>(&mut self) -> Result<&mut [T]> {
        self.expect_dtype::<T>("as_slice_mut")?;
        self.make_exclusive();
        Ok(self.host_slice_mut())
    }

    /// The elements in row-major order, converted to `T` as [`to_dtype`](Tensor::to_dtype) does.
    ///
    /// # Errors
    /// None today; a tensor on another device may fail to be fetched.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        let converted = self.to_dtype(T::DTYPE)?.contiguous();
        Ok(converted.host_slice::<T>().to_vec())
    }

    /// The elements as a vector; without a copy if this is the only handle to a tensor that was made
    /// by [`from_vec`](Tensor::from_vec) of the same type.
    ///
    /// # Errors
    /// As [`to_vec`](Tensor::to_vec).
    pub fn into_vec<T: Element>(self) -> Result<Vec<T>> {
        match self.into_owned() {
            Ok(values) => Ok(values),
            Err(tensor) => tensor.to_vec(),
        }
    }

    /// The only element, converted to `T`.
    ///
    /// # Errors
    /// Not exactly one element.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// assert_eq!(tensor![[2.5]].item::<f64>()?, 2.5);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn item<T: Element>(&self) -> Result<T> {
        if self.numel() != 1 {
            let message = format!(
                "a tensor of {} elements has no single value; index it or use to_vec",
                self.numel()
            );
            return Err(ErrorKind::Invalid {
                op: "item",
                message,
            }
            .into());
        }
        Ok(for_dtype!(self.dtype(), S => kernel::first::<S>(self).cast::<T>()))
    }

    /// The same elements in row-major order: this tensor itself if they are so already.
    #[inline]
    #[must_use]
    pub fn contiguous(&self) -> Tensor {
        if self.is_contiguous() {
            self.clone()
        } else {
            kernel::materialize(self)
        }
    }

    /// A copy with memory of its own, in row-major order.
    #[must_use]
    pub fn copy(&self) -> Tensor {
        kernel::materialize(self)
    }

    /// The same numbers as another dtype; itself if nothing changes.
    ///
    /// Floats to integers truncate, integers to narrower ones wrap, anything to bool asks whether it
    /// differs from zero, as in PyTorch.
    ///
    /// # Errors
    /// None today.
    #[inline]
    pub fn to_dtype(&self, dtype: DType) -> Result<Tensor> {
        if self.dtype() == dtype {
            Ok(self.clone())
        } else {
            Ok(kernel::cast(self, dtype))
        }
    }

    /// A tensor of this shape with every element `value`.
    ///
    /// # Errors
    /// Too many dimensions or elements; a value that the dtype cannot hold.
    pub fn full(
        shape: impl AsRef<[usize]>,
        value: impl Into<Scalar>,
        dtype: DType,
    ) -> Result<Tensor> {
        let value = value.into();
        expect_fits("full", value, dtype)?;
        repeated("full", shape.as_ref(), value, dtype)
    }

    /// A tensor without dimensions that holds a number as its dtype can: wrapped around or infinite.
    pub(crate) fn wrapped(value: Scalar, dtype: DType) -> Result<Tensor> {
        repeated("full", &[], value, dtype)
    }

    /// Zeros.
    ///
    /// # Errors
    /// Too many dimensions or elements.
    pub fn zeros(shape: impl AsRef<[usize]>, dtype: DType) -> Result<Tensor> {
        repeated("zeros", shape.as_ref(), Scalar::Int(0), dtype)
    }

    /// Ones.
    ///
    /// # Errors
    /// Too many dimensions or elements.
    pub fn ones(shape: impl AsRef<[usize]>, dtype: DType) -> Result<Tensor> {
        repeated("ones", shape.as_ref(), Scalar::Int(1), dtype)
    }

    /// Zeros of the same shape and dtype.
    #[must_use]
    pub fn zeros_like(&self) -> Tensor {
        self.filled(0)
    }

    /// Ones of the same shape and dtype.
    #[must_use]
    pub fn ones_like(&self) -> Tensor {
        self.filled(1)
    }

    /// `value` everywhere, with the same shape and dtype.
    ///
    /// # Errors
    /// A value that the dtype cannot hold.
    pub fn full_like(&self, value: impl Into<Scalar>) -> Result<Tensor> {
        let value = value.into();
        expect_fits("full_like", value, self.dtype())?;
        Ok(self.filled(value))
    }

    /// As [`full_like`](Tensor::full_like), of a value that every dtype in question holds.
    pub(crate) fn filled(&self, value: impl Into<Scalar>) -> Tensor {
        if self.is_contiguous() {
            return kernel::fill(self.layout(), value.into(), self.dtype());
        }
        let layout =
            Layout::row_major("full_like", self.shape()).expect("the shape exists already");
        kernel::fill(&layout, value.into(), self.dtype())
    }

    /// Writes `source`'s elements into this tensor; both keep their shape. The write goes to this
    /// tensor's memory if no other tensor can see it, else to a new copy.
    ///
    /// # Errors
    /// Shapes or dtypes differ.
    pub fn copy_from(&mut self, source: &Tensor) -> Result<()> {
        if !same_shape(self.shape(), source.shape()) {
            return Err(ErrorKind::ShapeMismatch {
                op: "copy_from",
                what: "shapes must be equal",
                lhs: self.shape().to_vec(),
                rhs: source.shape().to_vec(),
            }
            .into());
        }
        if self.dtype() != source.dtype() {
            return Err(ErrorKind::DTypeMismatch {
                op: "copy_from",
                lhs: self.dtype(),
                rhs: source.dtype(),
            }
            .into());
        }
        *self = source.copy();
        Ok(())
    }

    /// Makes this the only handle to contiguous memory, copying if it must.
    #[inline]
    pub(crate) fn make_exclusive(&mut self) {
        if !self.is_exclusive() || !self.is_contiguous() {
            *self = kernel::materialize(self);
        }
    }

    pub(crate) fn expect_dtype<T: Element>(&self, op: &'static str) -> Result<()> {
        if self.dtype() == T::DTYPE {
            return Ok(());
        }
        Err(ErrorKind::DTypeMismatch {
            op,
            lhs: T::DTYPE,
            rhs: self.dtype(),
        }
        .into())
    }

    /// Whether shapes, dtypes and all elements are equal; NaN differs from itself, as in
    /// `torch.equal`.
    #[must_use]
    pub fn equal(&self, other: &Tensor) -> bool {
        if self.dtype() != other.dtype() || !same_shape(self.shape(), other.shape()) {
            return false;
        }
        let (a, b) = (self.contiguous(), other.contiguous());
        for_dtype!(a.dtype(), T => a.host_slice::<T>() == b.host_slice::<T>())
    }
}

/// As [`equal`](Tensor::equal): one answer for the whole tensors, so that `assert_eq!` takes them. The
/// comparison element by element is the method [`eq`](Tensor::eq).
///
/// ```
/// # use gradus_tensor::tensor;
/// assert_eq!(tensor![1.0, 2.0] + 1.0, tensor![2.0, 3.0]);
/// assert_eq!(tensor![1.0, 2.0].eq(&tensor![1.0, 3.0])?, tensor![true, false]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
impl PartialEq for Tensor {
    fn eq(&self, other: &Tensor) -> bool {
        self.equal(other)
    }
}

fn layout_for(op: &'static str, len: usize, shape: &[usize]) -> Result<Layout> {
    let layout = Layout::row_major(op, shape)?;
    if layout.len() == len {
        return Ok(layout);
    }
    Err(ErrorKind::ElementCount {
        op,
        from: vec![len],
        from_len: len,
        to: shape.to_vec(),
        to_len: layout.len(),
    }
    .into())
}

/// One number everywhere.
#[inline]
fn repeated(op: &'static str, shape: &[usize], value: Scalar, dtype: DType) -> Result<Tensor> {
    let layout = Layout::row_major(op, shape)?;
    Ok(kernel::fill(&layout, value, dtype))
}

/// # Errors
/// A value that the dtype cannot hold.
pub(crate) fn expect_fits(op: &'static str, value: Scalar, dtype: DType) -> Result<()> {
    if value.fits(dtype) {
        return Ok(());
    }
    let message = format!("{value} does not fit in {dtype}; take a wider dtype");
    Err(ErrorKind::Invalid { op, message }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_in_and_come_out() {
        let t = Tensor::from_slice(&[1.5f32, -2.0], [2]).unwrap();
        assert_eq!(t.to_vec::<i64>().unwrap(), [1, -2]);
        assert_eq!(t.as_slice::<f32>().unwrap(), [1.5, -2.0]);
        assert!(t.as_slice::<f64>().is_err());
        assert_eq!(Tensor::scalar(3i64).item::<f32>().unwrap(), 3.0);
        assert!(
            t.item::<f32>()
                .unwrap_err()
                .to_string()
                .contains("2 elements")
        );
    }

    #[test]
    fn a_wrong_length_names_both_counts() {
        let e = Tensor::from_vec(vec![1.0f32; 5], [2, 3]).unwrap_err();
        assert_eq!(e.to_string(), "from_vec: (5,) has 5 elements, (2, 3) has 6");
        let e = Tensor::ones([1; 9], DType::F32).unwrap_err();
        assert_eq!(e.to_string(), "ones: 9 dimensions, a tensor has at most 8");
    }

    #[test]
    fn writing_never_shows_through_another_name() {
        let mut a = Tensor::zeros([3], DType::F32).unwrap();
        let b = a.clone();
        a.as_slice_mut::<f32>().unwrap()[0] = 7.0;
        assert_eq!(
            (a.to_vec::<f32>().unwrap()[0], b.to_vec::<f32>().unwrap()[0]),
            (7.0, 0.0)
        );
    }

    #[test]
    fn empty_tensors_are_tensors() {
        let t = Tensor::zeros([0, 3], DType::F32).unwrap();
        assert_eq!((t.numel(), t.to_vec::<f32>().unwrap().len()), (0, 0));
        assert!(Tensor::from_vec(Vec::<f32>::new(), [0]).is_ok());
    }

    #[test]
    fn equality_looks_at_dtype_shape_and_elements() {
        let a = Tensor::ones([2], DType::F32).unwrap();
        assert!(a.equal(&Tensor::ones([2], DType::F32).unwrap()));
        assert!(!a.equal(&Tensor::ones([2, 1], DType::F32).unwrap()));
        assert!(!a.equal(&Tensor::ones([2], DType::F64).unwrap()));
    }
}
