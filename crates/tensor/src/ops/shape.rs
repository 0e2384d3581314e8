//! New shapes for the same elements; views wherever strides allow.

use super::Sums;
use crate::dispatch::for_dtype;
use crate::layout::{Layout, MAX_RANK, Shape, resolve_dim, same_shape};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Reshape(pub(super) Shape);

impl Op<1> for Reshape {
    const NAME: &'static str = "reshape";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let to = self.0.as_slice();
        let layout = Layout::row_major(Self::NAME, to)?;
        if layout.len() != x.numel() {
            return Err(ErrorKind::ElementCount {
                op: Self::NAME,
                from: x.shape().to_vec(),
                from_len: x.numel(),
                to: to.to_vec(),
                to_len: layout.len(),
            }
            .into());
        }
        if x.is_contiguous() {
            return Ok(x.view_with(&layout, 0));
        }
        if let Some(strides) = viewable(x.shape(), x.strides(), to) {
            return Ok(x.view_with(&Layout::strided(to, &strides[..to.len()]), 0));
        }
        let mut copy = x.copy();
        copy.relayout(layout);
        Ok(copy)
    }

    /// The gradient in the old shape.
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.reshape(saved.shape(0)?)
    }
}

/// Strides that show non-empty memory of `shape` and `strides` as `to`, if there are any.
fn viewable(shape: &[usize], strides: &[usize], to: &[usize]) -> Option<[usize; MAX_RANK]> {
    let mut new = [0; MAX_RANK];
    let mut d = to.len();
    let mut old = shape
        .iter()
        .zip(strides)
        .rev()
        .filter(|(size, _)| **size != 1)
        .peekable();
    // From the back: old dimensions that are contiguous with each other form a run, and new
    // dimensions must fill each run exactly.
    while let Some((&size, &step)) = old.next() {
        let mut run = size;
        while let Some((&size, _)) = old.next_if(|(_, stride)| **stride == run * step) {
            run *= size;
        }
        let mut filled = 1;
        while filled < run {
            d = d.checked_sub(1)?;
            new[d] = filled * step;
            filled *= to[d];
        }
        if filled != run {
            return None;
        }
    }
    to[..d].iter().all(|&size| size == 1).then_some(new)
}

#[derive(Clone, Debug)]
pub(super) struct Permute(Shape);

impl Op<1> for Permute {
    const NAME: &'static str = "permute";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (mut shape, mut strides) = ([0; MAX_RANK], [0; MAX_RANK]);
        let order = self.0.as_slice();
        for (to, &from) in order.iter().enumerate() {
            shape[to] = x.shape()[from];
            strides[to] = x.strides()[from];
        }
        Ok(x.view_with(
            &Layout::strided(&shape[..order.len()], &strides[..order.len()]),
            0,
        ))
    }

    /// The gradient in the old order.
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let mut inverse = [0; MAX_RANK];
        for (to, &from) in self.0.as_slice().iter().enumerate() {
            inverse[from] = to;
        }
        A::apply(
            Permute(Shape::new(&inverse[..self.0.as_slice().len()])),
            [g],
        )
    }
}

#[derive(Clone, Debug)]
pub(super) struct Expand(Shape);

impl Op<1> for Expand {
    const NAME: &'static str = "expand";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let to = self.0.as_slice();
        let lead = to.len().checked_sub(x.rank());
        let fits = lead.is_some_and(|lead| {
            x.shape()
                .iter()
                .zip(&to[lead..])
                .all(|(&from, &to)| from == to || from == 1)
        });
        let Some(lead) = lead.filter(|_| fits) else {
            return Err(ErrorKind::ShapeMismatch {
                op: Self::NAME,
                what: "sizes must be equal or 1, aligned at the last dimension",
                lhs: x.shape().to_vec(),
                rhs: to.to_vec(),
            }
            .into());
        };
        Layout::row_major(Self::NAME, to)?;
        let mut strides = [0; MAX_RANK];
        for (d, stride) in strides.iter_mut().enumerate().take(to.len()).skip(lead) {
            if x.shape()[d - lead] == to[d] {
                *stride = x.strides()[d - lead];
            }
        }
        Ok(x.view_with(&Layout::strided(to, &strides[..to.len()]), 0))
    }

    /// dL/dx = g, summed where elements were repeated
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.sum_to_size(saved.shape(0)?)
    }
}

/// `x[start : start + step · len : step]` along one dimension.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) dim: usize,
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) step: usize,
}

impl Op<1> for Slice {
    const NAME: &'static str = "slice";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (mut shape, mut strides) = (Shape::new(x.shape()), Shape::new(x.strides()));
        shape.as_mut_slice()[self.dim] = self.len;
        strides.as_mut_slice()[self.dim] *= self.step;
        let offset = self.start * x.strides()[self.dim];
        Ok(x.view_with(
            &Layout::strided(shape.as_slice(), strides.as_slice()),
            offset,
        ))
    }

    /// The gradient at its place among zeros.
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(
            Embed {
                slice: self.clone(),
                size: saved.shape(0)?[self.dim],
            },
            [g],
        )
    }
}

/// The adjoint of [`Slice`]: zeros of the old size with the elements at the slice's positions.
#[derive(Clone, Debug)]
pub(super) struct Embed {
    slice: Slice,
    size: usize,
}

impl Op<1> for Embed {
    const NAME: &'static str = "embed";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [g]: [&Tensor; 1]) -> Result<Tensor> {
        let Slice {
            dim,
            start,
            len,
            step,
        } = self.slice;
        let mut shape = Shape::new(g.shape());
        shape.as_mut_slice()[dim] = self.size;
        let mut out = Tensor::zeros(shape.as_slice(), g.dtype())?;
        let inner: usize = g.shape()[dim + 1..].iter().product();
        let g = g.contiguous();
        for_dtype!(g.dtype(), T => {
            let (from, to) = (g.host_slice::<T>(), out.host_slice_mut::<T>());
            if inner > 0 && len > 0 {
                for (o, block) in from.chunks_exact(len * inner).enumerate() {
                    for (i, row) in block.chunks_exact(inner).enumerate() {
                        let at = (o * self.size + start + i * step) * inner;
                        to[at..at + inner].copy_from_slice(row);
                    }
                }
            }
        });
        Ok(out)
    }

    /// The slice of the gradient.
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, u: &A) -> Result<A> {
        A::apply(self.slice.clone(), [u])
    }
}

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

impl Tensor {
    /// The same memory in another shape, never copied.
    ///
    /// # Errors
    /// Another number of elements, or strides that cannot express the shape.
    pub fn view(&self, shape: impl AsRef<[usize]>) -> Result<Tensor> {
        let to = shape.as_ref();
        if !self.is_contiguous() && viewable(self.shape(), self.strides(), to).is_none() {
            return Err(ErrorKind::NotViewable {
                op: "view",
                shape: self.shape().to_vec(),
                strides: self.strides().to_vec(),
                to: to.to_vec(),
            }
            .into());
        }
        self.reshape(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};
    use crate::{DType, tensor};

    fn counting(shape: &[usize]) -> Tensor {
        Tensor::from_vec(
            (0..shape.iter().product())
                .map(|i: usize| i as f64)
                .collect(),
            shape,
        )
        .unwrap()
    }

    #[test]
    fn vjp() {
        check_vjp(Reshape(Shape::new(&[3, 2])), [&[2, 3]]);
        check_vjp(Permute(Shape::new(&[2, 0, 1])), [&[2, 3, 4]]);
        check_vjp(Expand(Shape::new(&[2, 3, 4])), [&[3, 1]]);
        let slice = Slice {
            dim: 1,
            start: 1,
            len: 2,
            step: 2,
        };
        check_vjp(slice.clone(), [&[2, 5]]);
        check_vjp(Embed { slice, size: 5 }, [&[2, 2]]);
    }

    #[test]
    fn reshaping_contiguous_memory_shares_it() {
        let x = counting(&[2, 6]);
        let y = x.reshape([3, 4]).unwrap();
        assert_eq!(
            x.as_slice::<f64>().unwrap().as_ptr(),
            y.as_slice::<f64>().unwrap().as_ptr()
        );
        assert_eq!(
            x.reshape([5]).unwrap_err().to_string(),
            "reshape: (2, 6) has 12 elements, (5,) has 5"
        );
    }

    #[test]
    fn strided_memory_is_viewed_where_possible_and_copied_else() {
        let x = counting(&[2, 3, 4]).transpose(0, 1).unwrap();
        assert!(x.view([3, 2, 2, 2]).is_ok());
        assert!(x.view([6, 4]).is_err());
        let flat = x.reshape([24]).unwrap();
        assert_close(
            &flat.narrow(0, 0, 8).unwrap(),
            &[0.0, 1.0, 2.0, 3.0, 12.0, 13.0, 14.0, 15.0],
        );
        let column = counting(&[4, 3]).narrow(1, 1, 1).unwrap();
        assert_close(&column.reshape([2, 2]).unwrap(), &[1.0, 4.0, 7.0, 10.0]);
        assert!(column.view([2, 1, 2]).is_ok());
    }

    #[test]
    fn every_reshape_of_every_permutation_keeps_row_major_order() {
        let x = counting(&[2, 3, 4]);
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let p = x.permute(&order).unwrap();
            let expected = p.to_vec::<f64>().unwrap();
            for to in [
                &[24][..],
                &[4, 6],
                &[2, 2, 6],
                &[3, 8],
                &[1, 24, 1],
                &[2, 3, 2, 2],
            ] {
                assert_eq!(
                    p.reshape(to).unwrap().to_vec::<f64>().unwrap(),
                    expected,
                    "{order:?} {to:?}"
                );
            }
        }
    }

    #[test]
    fn slices_follow_python() {
        let x = counting(&[6]);
        assert_close(&x.slice(0, 1, -1, 2).unwrap(), &[1.0, 3.0]);
        assert_close(&x.slice(0, -2, 100, 1).unwrap(), &[4.0, 5.0]);
        assert_eq!(x.slice(0, 4, 2, 1).unwrap().numel(), 0);
        assert!(x.slice(0, 0, 6, 0).is_err());
        assert_close(&x.select(0, -1).unwrap(), &[5.0]);
        assert!(x.select(0, 6).is_err() && x.narrow(0, 5, 2).is_err());
    }

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

    #[test]
    fn expanding_repeats_without_memory() {
        let x = tensor![[1.0], [2.0]].expand(&[2, 3]).unwrap();
        assert_eq!(
            (x.strides(), x.to_vec::<f32>().unwrap()),
            (&[1, 0][..], vec![1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
        );
        assert!(x.expand(&[3, 3]).is_err());
        assert!(x.expand(&[1 << 40, 1 << 40, 2, 3]).is_err());
    }

    #[test]
    fn permute_names_each_dimension_once() {
        let x = counting(&[2, 3]);
        assert!(x.permute(&[0, 0]).is_err() && x.permute(&[0]).is_err());
        assert_eq!(x.permute(&[-1, 0]).unwrap().shape(), [3, 2]);
        assert!(counting(&[1, 1, 1]).t().is_err());
    }
}
