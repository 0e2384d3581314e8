//! New shapes for the same elements; views wherever strides allow.

use super::expand::Expand;
use super::permute::Permute;
use super::reshape::Reshape;
use super::slice::Slice;
use crate::layout::{Layout, MAX_RANK, Shape, resolve_dim, same_shape};
use crate::{Array, ErrorKind, Op, Result};

/// New shapes for the same elements. Nothing is copied unless strides cannot express the result.
pub trait Shapes: Array {
    /// The same elements, in row-major order, in another shape of the same length.
    ///
    /// # Errors
    /// Another number of elements.
    fn reshape(&self, shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = shape.as_ref();
        if same_shape(self.shape(), shape) {
            return Ok(self.clone());
        }
        Layout::row_major(Reshape::NAME, shape)?;
        Self::apply(Reshape(Shape::new(shape)), [self])
    }

    /// Merges all dimensions from `start` to `end`, both included, into one.
    ///
    /// # Errors
    /// A dimension that does not exist, or `start` after `end`.
    fn flatten(&self, start: isize, end: isize) -> Result<Self> {
        let shape = self.shape();
        let (first, last) = (
            resolve_dim("flatten", start, shape.len())?,
            resolve_dim("flatten", end, shape.len())?,
        );
        if first > last {
            let message = format!("start dimension {start} comes after end dimension {end}");
            return Err(ErrorKind::Invalid {
                op: "flatten",
                message,
            }
            .into());
        }
        if shape.is_empty() {
            return self.reshape([1]);
        }
        let mut merged = shape[..first].to_vec();
        merged.push(shape[first..=last].iter().product());
        merged.extend(&shape[last + 1..]);
        self.reshape(merged)
    }

    /// Inserts a dimension of size 1 before `dim`; −1 appends one.
    ///
    /// # Errors
    /// A position that does not exist, or too many dimensions.
    fn unsqueeze(&self, dim: isize) -> Result<Self> {
        let at = resolve_dim("unsqueeze", dim, self.shape().len() + 1)?;
        let mut shape = self.shape().to_vec();
        shape.insert(at, 1);
        self.reshape(shape)
    }

    /// Removes `dim` if its size is 1.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn squeeze(&self, dim: isize) -> Result<Self> {
        let shape = self.shape();
        let at = resolve_dim("squeeze", dim, shape.len())?;
        if shape.get(at) != Some(&1) {
            return Ok(self.clone());
        }
        let mut left = shape.to_vec();
        left.remove(at);
        self.reshape(left)
    }

    /// Reorders dimensions: dimension `i` of the result is `order[i]` of this tensor. A view.
    ///
    /// # Errors
    /// Not every dimension exactly once.
    fn permute(&self, order: &[isize]) -> Result<Self> {
        let rank = self.shape().len();
        let mut resolved = [0; MAX_RANK];
        let mut seen = 0u32;
        if order.len() == rank {
            for (to, &dim) in resolved.iter_mut().zip(order) {
                *to = resolve_dim(Permute::NAME, dim, rank)?;
                seen |= 1 << *to;
            }
        }
        if order.len() != rank || seen.count_ones() as usize != rank {
            let message = format!("{order:?} does not name each of {rank} dimensions once");
            return Err(ErrorKind::Invalid {
                op: Permute::NAME,
                message,
            }
            .into());
        }
        Self::apply(Permute(Shape::new(&resolved[..rank])), [self])
    }

    /// Swaps two dimensions. A view.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn transpose(&self, a: isize, b: isize) -> Result<Self> {
        let rank = self.shape().len();
        let (a, b) = (
            resolve_dim("transpose", a, rank)?,
            resolve_dim("transpose", b, rank)?,
        );
        if rank == 0 {
            return Ok(self.clone());
        }
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        order.swap(a, b);
        Self::apply(Permute(Shape::new(&order[..rank])), [self])
    }

    /// The transpose of a matrix; a vector or a number as it is. A view.
    ///
    /// # Errors
    /// More than two dimensions.
    #[inline]
    fn t(&self) -> Result<Self> {
        match self.shape().len() {
            0 | 1 => Ok(self.clone()),
            2 => Self::apply(Permute(Shape::new(&[1, 0])), [self]),
            _ => Err(ErrorKind::Rank {
                op: "t",
                expected: "at most 2 dimensions",
                got: self.shape().to_vec(),
            }
            .into()),
        }
    }

    /// Repeats dimensions of size 1 and adds leading ones. A view in which one element stands for
    /// many.
    ///
    /// # Errors
    /// A size that is neither equal nor 1.
    fn expand(&self, shape: &[usize]) -> Result<Self> {
        if same_shape(self.shape(), shape) {
            return Ok(self.clone());
        }
        Layout::row_major(Expand::NAME, shape)?;
        Self::apply(Expand(Shape::new(shape)), [self])
    }

    /// `len` entries of `dim` from `start` on. A view.
    ///
    /// # Errors
    /// A dimension or a range that does not exist.
    fn narrow(&self, dim: isize, start: usize, len: usize) -> Result<Self> {
        let at = dim_of_some("narrow", dim, self.shape())?;
        let size = self.shape()[at];
        if start.checked_add(len).is_none_or(|end| end > size) {
            let message =
                format!("{len} entries from {start} on exceed dimension {at} of size {size}");
            return Err(ErrorKind::Invalid {
                op: "narrow",
                message,
            }
            .into());
        }
        Self::apply(
            Slice {
                dim: at,
                start,
                len,
                step: 1,
            },
            [self],
        )
    }

    /// `x[start:end:step]` along `dim`, as Python slices: negative bounds count from the end, bounds
    /// beyond the end are cut off. A view.
    ///
    /// # Errors
    /// A dimension that does not exist, or a step of 0.
    fn slice(&self, dim: isize, start: isize, end: isize, step: usize) -> Result<Self> {
        let at = dim_of_some(Slice::NAME, dim, self.shape())?;
        if step == 0 {
            return Err(ErrorKind::Invalid {
                op: Slice::NAME,
                message: "the step must be at least 1".into(),
            }
            .into());
        }
        let size = self.shape()[at] as isize;
        let bound =
            |i: isize| (if i < 0 { i.saturating_add(size) } else { i }).clamp(0, size) as usize;
        let (start, end) = (bound(start), bound(end));
        let len = end.saturating_sub(start).div_ceil(step);
        Self::apply(
            Slice {
                dim: at,
                start: if len == 0 { 0 } else { start },
                len,
                step,
            },
            [self],
        )
    }

    /// Entry `index` of `dim`, which disappears; negative counts from the end. A view.
    ///
    /// # Errors
    /// A dimension or an entry that does not exist.
    fn select(&self, dim: isize, index: isize) -> Result<Self> {
        let at = dim_of_some("select", dim, self.shape())?;
        let size = self.shape()[at];
        let entry = if index < 0 {
            index + size as isize
        } else {
            index
        };
        if entry < 0 || entry as usize >= size {
            return Err(ErrorKind::IndexOutOfRange {
                op: "select",
                index: index as i64,
                dim: at,
                size,
            }
            .into());
        }
        self.narrow(at as isize, entry as usize, 1)?
            .squeeze(at as isize)
    }
}
impl<A: Array> Shapes for A {}

/// As `resolve_dim`, for operations that need at least one dimension.
fn dim_of_some(op: &'static str, dim: isize, shape: &[usize]) -> Result<usize> {
    if shape.is_empty() {
        return Err(ErrorKind::DimOutOfRange { op, dim, rank: 0 }.into());
    }
    resolve_dim(op, dim, shape.len())
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    #[test]
    fn dimensions_of_size_one_come_and_go() {
        let x = tensor![1.0, 2.0];
        assert_eq!(x.unsqueeze(0).unwrap().shape(), [1, 2]);
        assert_eq!(x.unsqueeze(-1).unwrap().squeeze(1).unwrap().shape(), [2]);
        assert_eq!(x.squeeze(0).unwrap().shape(), [2]);
        assert_eq!(
            Tensor::zeros([2, 3, 4], DType::F32)
                .unwrap()
                .flatten(1, -1)
                .unwrap()
                .shape(),
            [2, 12]
        );
    }
}
