//! New shapes for the same elements; views wherever strides allow.

use super::expand::Expand;
use super::operands::expect_at_least;
use super::permute::Permute;
use super::positions::{resolve_position, resolve_range};
use super::reshape::{Reshape, viewable};
use super::slice::Slice;
use crate::index::Position;
use crate::layout::{Layout, MAX_RANK, Shape, resolve_dim, same_shape};
use crate::sizes::Sizes;
use crate::{Array, ErrorKind, Op, Result};

/// New shapes for the same elements. Nothing is copied unless strides cannot express the result.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1, 2, 3], [4, 5, 6]];
/// assert_eq!(x.reshape([3, -1])?, tensor![[1, 2], [3, 4], [5, 6]]);
/// assert_eq!(x.t()?, tensor![[1, 4], [2, 5], [3, 6]]);
/// assert_eq!(x.narrow(1, 1, 2)?, tensor![[2, 3], [5, 6]]);
/// assert_eq!(x.unsqueeze(0)?.shape(), [1, 2, 3]);
/// assert_eq!(x.flatten(0, -1)?.shape(), [6]);
/// assert_eq!(tensor![7, 8].expand([3, 2])?, tensor![[7, 8], [7, 8], [7, 8]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Shapes: Array {
    /// The same elements, in row-major order, in another shape of the same length; one size may be −1
    /// and is inferred.
    ///
    /// # Errors
    /// Another number of elements, a −1 that cannot be inferred.
    fn reshape(&self, shape: impl Sizes) -> Result<Self> {
        let numel = self.shape().iter().product();
        let shape = shape.to_requested().infer(Reshape::NAME, numel)?;
        reshaped(Reshape::NAME, self, shape.as_slice())
    }

    /// The same memory in another shape, never copied; one size may be −1 and is inferred.
    ///
    /// # Errors
    /// As [`reshape`](Shapes::reshape); strides that cannot express the shape.
    fn view(&self, shape: impl Sizes) -> Result<Self> {
        const OP: &str = "view";
        let numel = self.shape().iter().product();
        let to = shape.to_requested().infer(OP, numel)?;
        let to = to.as_slice();
        let x = self.value();
        // An impossible number of elements is the first thing to be told.
        let same_len = Layout::row_major(OP, to)?.len() == numel;
        if same_len && !x.is_contiguous() && viewable(x.shape(), x.strides(), to).is_none() {
            return Err(ErrorKind::NotViewable {
                op: OP,
                shape: x.shape().to_vec(),
                strides: x.strides().to_vec(),
                to: to.to_vec(),
            }
            .into());
        }
        self.reshape(to)
    }

    /// As [`reshape`](Shapes::reshape), to the shape of another array.
    ///
    /// # Errors
    /// Another number of elements.
    fn reshape_as(&self, other: &Self) -> Result<Self> {
        self.reshape(other.shape())
    }

    /// As [`view`](Shapes::view), with the shape of another array.
    ///
    /// # Errors
    /// Another number of elements, strides that cannot express the shape.
    fn view_as(&self, other: &Self) -> Result<Self> {
        self.view(other.shape())
    }

    /// All elements as one vector in row-major order.
    ///
    /// # Errors
    /// None today.
    fn ravel(&self) -> Result<Self> {
        self.reshape([-1])
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

    /// Splits `dim` into dimensions of these sizes, of which one may be −1 and is inferred.
    ///
    /// # Errors
    /// A dimension that does not exist, sizes whose product is another.
    fn unflatten(&self, dim: isize, sizes: impl Sizes) -> Result<Self> {
        const OP: &str = "unflatten";
        let shape = self.shape();
        let at = dim_of_some(OP, dim, shape)?;
        let sizes = sizes.to_requested().infer(OP, shape[at])?;
        let parts = sizes.as_slice();
        if parts.is_empty() || Layout::row_major(OP, parts)?.len() != shape[at] {
            let message = format!("sizes {parts:?} do not multiply to {}", shape[at]);
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        self.reshape([&shape[..at], parts, &shape[at + 1..]].concat())
    }

    /// Inserts a dimension of size 1 before `dim`; −1 appends one.
    ///
    /// # Errors
    /// A position that does not exist, or too many dimensions.
    fn unsqueeze(&self, dim: isize) -> Result<Self> {
        const OP: &str = "unsqueeze";
        let at = resolve_dim(OP, dim, self.shape().len() + 1)?;
        let mut shape = self.shape().to_vec();
        shape.insert(at, 1);
        reshaped(OP, self, &shape)
    }

    /// Removes `dim` if its size is 1.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn squeeze(&self, dim: isize) -> Result<Self> {
        self.squeeze_dims(&[dim])
    }

    /// Removes those of the named dimensions that have size 1.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice.
    fn squeeze_dims(&self, dims: &[isize]) -> Result<Self> {
        const OP: &str = "squeeze";
        let shape = self.shape();
        let named = distinct_dims(OP, dims, shape.len())?;
        let left = |&(d, size): &(usize, usize)| size != 1 || !named.contains(&d);
        let left: Vec<usize> = shape
            .iter()
            .copied()
            .enumerate()
            .filter(left)
            .map(|(_, size)| size)
            .collect();
        let name = if dims.len() == 1 { OP } else { "squeeze_dims" };
        reshaped(name, self, &left)
    }

    /// Removes all dimensions of size 1.
    ///
    /// # Errors
    /// None today.
    fn squeeze_all(&self) -> Result<Self> {
        let left: Vec<usize> = self
            .shape()
            .iter()
            .copied()
            .filter(|&size| size != 1)
            .collect();
        reshaped("squeeze_all", self, &left)
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
        permuted(Permute::NAME, self, &resolved[..rank])
    }

    /// Swaps two dimensions. A view.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn transpose(&self, a: isize, b: isize) -> Result<Self> {
        const OP: &str = "transpose";
        let rank = self.shape().len();
        let (a, b) = (resolve_dim(OP, a, rank)?, resolve_dim(OP, b, rank)?);
        if rank == 0 {
            return Ok(self.clone());
        }
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        order.swap(a, b);
        permuted(OP, self, &order[..rank])
    }

    /// The transpose of a matrix; a vector or a number as it is. A view.
    ///
    /// # Errors
    /// More than two dimensions.
    #[inline]
    fn t(&self) -> Result<Self> {
        match self.shape().len() {
            0 | 1 => Ok(self.clone()),
            2 => permuted("t", self, &[1, 0]),
            _ => Err(ErrorKind::Rank {
                op: "t",
                expected: "at most 2 dimensions",
                got: self.shape().to_vec(),
            }
            .into()),
        }
    }

    /// The last two dimensions swapped: the transposes of a batch of matrices. A view.
    ///
    /// # Errors
    /// Fewer than two dimensions.
    fn mt(&self) -> Result<Self> {
        expect_at_least("mt", "at least 2 dimensions", 2, self.shape())?;
        self.transpose(-2, -1)
    }

    /// Moves each dimension of `source` to the position in `destination`; the others keep their order.
    /// A view.
    ///
    /// # Errors
    /// Lists of different lengths, dimensions that do not exist or are named twice.
    fn movedim(&self, source: &[isize], destination: &[isize]) -> Result<Self> {
        const OP: &str = "movedim";
        let rank = self.shape().len();
        if source.len() != destination.len() {
            let message = format!(
                "{} dimensions cannot move to {} positions",
                source.len(),
                destination.len()
            );
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let from = distinct_dims(OP, source, rank)?;
        let to = distinct_dims(OP, destination, rank)?;
        let mut rest = (0..rank).filter(|d| !from.contains(d));
        let order: Vec<isize> = (0..rank)
            .map(|d| match to.iter().position(|&t| t == d) {
                Some(i) => from[i] as isize,
                None => rest.next().unwrap_or(d) as isize,
            })
            .collect();
        self.permute(&order)
    }

    /// Repeats dimensions of size 1 and adds leading ones; −1 keeps a size. A view in which one element
    /// stands for many. `broadcast_to` is another name.
    ///
    /// # Errors
    /// A size that is neither equal nor 1.
    fn expand(&self, shape: impl Sizes) -> Result<Self> {
        let own = self.shape();
        let requested = shape.to_requested();
        let lead = requested.rank().saturating_sub(own.len());
        let shape = requested.keep(Expand::NAME, |d| own.get(d.checked_sub(lead)?).copied())?;
        if same_shape(own, shape.as_slice()) {
            return Ok(self.clone());
        }
        Layout::row_major(Expand::NAME, shape.as_slice())?;
        Self::apply(Expand(shape), [self])
    }

    /// As [`expand`](Shapes::expand).
    ///
    /// # Errors
    /// As there.
    fn broadcast_to(&self, shape: impl Sizes) -> Result<Self> {
        self.expand(shape)
    }

    /// As [`expand`](Shapes::expand), to the shape of another array.
    ///
    /// # Errors
    /// As there.
    fn expand_as(&self, other: &Self) -> Result<Self> {
        self.expand(other.shape())
    }

    /// `len` entries of `dim` from `start` on, which may be negative and counts from the end then. A
    /// view.
    ///
    /// # Errors
    /// A dimension or a range that does not exist.
    fn narrow(&self, dim: isize, start: impl Into<Position>, len: usize) -> Result<Self> {
        const OP: &str = "narrow";
        let at = dim_of_some(OP, dim, self.shape())?;
        let size = self.shape()[at];
        let given = start.into().0;
        let start = if given < 0 {
            given.saturating_add(size as isize)
        } else {
            given
        };
        let fits = start >= 0
            && (start as usize)
                .checked_add(len)
                .is_some_and(|end| end <= size);
        if !fits {
            let message =
                format!("{len} entries from {given} on exceed dimension {at} of size {size}");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        Self::apply(
            Slice {
                dim: at,
                start: start as usize,
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
        let range = (
            Some(start),
            Some(end),
            isize::try_from(step).unwrap_or(isize::MAX),
        );
        let (start, len) = resolve_range(Slice::NAME, range, self.shape()[at])?;
        Self::apply(
            Slice {
                dim: at,
                start,
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
        let entry = resolve_position("select", index as i64, at, self.shape()[at])?;
        self.narrow(at as isize, entry, 1)?.squeeze(at as isize)
    }
}
impl<A: Array> Shapes for A {}

fn reshaped<A: Array>(name: &'static str, x: &A, to: &[usize]) -> Result<A> {
    if same_shape(x.shape(), to) {
        return Ok(x.clone());
    }
    Layout::row_major(name, to)?;
    let to = Shape::new(to);
    A::apply(Reshape { to, name }, [x])
}

fn permuted<A: Array>(name: &'static str, x: &A, order: &[usize]) -> Result<A> {
    let order = Shape::new(order);
    A::apply(Permute { order, name }, [x])
}

/// As `resolve_dim`, for operations that need at least one dimension.
pub(super) fn dim_of_some(op: &'static str, dim: isize, shape: &[usize]) -> Result<usize> {
    if shape.is_empty() {
        return Err(ErrorKind::DimOutOfRange { op, dim, rank: 0 }.into());
    }
    resolve_dim(op, dim, shape.len())
}

/// The named dimensions counted from the front, none of them twice.
pub(super) fn distinct_dims(op: &'static str, dims: &[isize], rank: usize) -> Result<Vec<usize>> {
    let mut named = Vec::with_capacity(dims.len());
    for &dim in dims {
        let at = resolve_dim(op, dim, rank)?;
        if named.contains(&at) {
            let message = format!("dimension {dim} is named twice in {dims:?}");
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        named.push(at);
    }
    Ok(named)
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
        let y = Tensor::zeros([1, 2, 1, 3, 1], DType::F32).unwrap();
        assert_eq!(y.squeeze_all().unwrap().shape(), [2, 3]);
        assert_eq!(y.squeeze_dims(&[0, -1, 1]).unwrap().shape(), [2, 1, 3]);
        assert_eq!(y.squeeze_dims(&[]).unwrap().shape(), [1, 2, 1, 3, 1]);
        assert!(y.squeeze_dims(&[0, 0]).is_err() && y.unsqueeze(7).is_err());
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
    fn dimensions_merge_and_split() {
        let x = Tensor::zeros([2, 12, 3], DType::F32).unwrap();
        assert_eq!(x.unflatten(1, [3, -1]).unwrap().shape(), [2, 3, 4, 3]);
        assert_eq!(x.view([-1, 3]).unwrap().shape(), [24, 3]);
        assert_eq!(x.ravel().unwrap().shape(), [72]);
        assert_eq!(
            x.unflatten(1, [5, 2]).unwrap_err().to_string(),
            "unflatten: sizes [5, 2] do not multiply to 12"
        );
        let empty = Tensor::zeros([4, 0], DType::F32).unwrap();
        assert_eq!(empty.unflatten(1, [2, 0, 0]).unwrap().shape(), [4, 2, 0, 0]);
        assert!(x.flatten(1, 0).is_err() && x.unflatten(0, ()).is_err());
    }

    #[test]
    fn dimensions_move() {
        let x = Tensor::zeros([2, 3, 4], DType::F32).unwrap();
        assert_eq!(x.movedim(&[0], &[-1]).unwrap().shape(), [3, 4, 2]);
        assert_eq!(x.movedim(&[2, 0], &[0, 1]).unwrap().shape(), [4, 2, 3]);
        assert_eq!(x.mt().unwrap().shape(), [2, 4, 3]);
        assert_eq!(
            x.movedim(&[0, -3], &[0, 1]).unwrap_err().to_string(),
            "movedim: dimension -3 is named twice in [0, -3]"
        );
        assert!(x.movedim(&[0], &[0, 1]).is_err() && x.movedim(&[3], &[0]).is_err());
    }

    #[test]
    fn ranges_may_start_from_the_end() {
        let x = tensor![1, 2, 3, 4];
        assert_eq!(x.narrow(0, -3, 2).unwrap().to_vec::<i64>().unwrap(), [2, 3]);
        assert_eq!(x.narrow(0, 4, 0).unwrap().shape(), [0]);
        assert_eq!(
            x.narrow(0, -5, 0).unwrap_err().to_string(),
            "narrow: 0 entries from -5 on exceed dimension 0 of size 4"
        );
        assert!(x.narrow(0, isize::MIN, usize::MAX).is_err());
        assert!(x.narrow(0, usize::MAX, usize::MAX).is_err());
    }

    #[test]
    fn sizes_of_minus_one_are_kept_when_expanding() {
        let x = tensor![[1.0], [2.0]];
        assert_eq!(x.expand([3, -1, 4]).unwrap().shape(), [3, 2, 4]);
        assert_eq!(
            x.expand_as(&x.expand([2, 5]).unwrap()).unwrap().shape(),
            [2, 5]
        );
        assert!(x.expand([-1, 2, 4]).is_err() && x.expand([4]).is_err());
    }
}
