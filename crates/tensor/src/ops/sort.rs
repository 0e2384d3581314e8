//! Elements in order, and those at given ranks.

use super::Gathering;
use super::expect::expect_numbers;
use super::lines::{lines_back, lines_last, pick, with_lines_of};
use crate::kernel::{self, Ranks};
use crate::layout::{Layout, resolve_dim};
use crate::{Array, ErrorKind, Result, Tensor};

/// The positions of the elements that `ranks` names of each line along `dim`, which must not be empty
/// where one is wanted.
#[inline]
pub(super) fn positions_of(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    ranks: Ranks,
    descending: bool,
) -> Result<Tensor> {
    let lines = lines_last(op, x, dim)?;
    let size = lines.shape().last().copied().unwrap_or(1);
    let layout = Layout::row_major(op, &with_lines_of(&lines, ranks.count(size)))?;
    let positions = kernel::order(&lines, size, ranks, descending, &layout);
    Ok(lines_back(&positions, dim, x.rank())?.contiguous())
}

/// Elements in order and by rank. NaN counts as larger than every number, equal elements keep their
/// order (every sort is stable), and the gradient goes where an element came from.
pub trait Sorting: Array {
    /// The elements of each line along `dim` in ascending or descending order, and their positions.
    ///
    /// # Errors
    /// A dimension that does not exist.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let (values, index) = tensor![3.0, 1.0, 2.0].sort(0, false)?;
    /// assert_eq!(values.to_vec::<f32>()?, [1.0, 2.0, 3.0]);
    /// assert_eq!(index.to_vec::<i64>()?, [1, 2, 0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn sort(&self, dim: isize, descending: bool) -> Result<(Self, Tensor)> {
        let index = positions_of("sort", &self.value(), dim, Ranks::All, descending)?;
        if self.shape().is_empty() {
            return Ok((self.clone(), index));
        }
        Ok((self.gather(dim, &index)?, index))
    }

    /// Sorted along the first dimension, ascending.
    ///
    /// # Errors
    /// None today.
    fn msort(&self) -> Result<Self> {
        Ok(self.sort(0, false)?.0)
    }

    /// The `k` largest (or smallest) elements of each line along `dim`, in order, and their positions.
    ///
    /// # Errors
    /// A dimension that does not exist or has fewer elements; bools.
    fn topk(&self, k: usize, dim: isize, largest: bool) -> Result<(Self, Tensor)> {
        const OP: &str = "topk";
        let size = ranked(OP, self, dim)?;
        if k > size {
            let message = format!("k is {k}, the dimension has {size} elements");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        if self.shape().is_empty() {
            // A number alone is always its own largest, as PyTorch has it.
            return Ok((self.clone(), Tensor::scalar(0i64)));
        }
        let index = positions_of(OP, &self.value(), dim, Ranks::First(k), largest)?;
        Ok((self.gather(dim, &index)?, index))
    }

    /// The `k`-th smallest element of each line along `dim`, counted from 1, and its position.
    ///
    /// # Errors
    /// A dimension that does not exist or has fewer elements; `k` = 0; bools.
    fn kthvalue(&self, k: usize, dim: isize, keepdim: bool) -> Result<(Self, Tensor)> {
        const OP: &str = "kthvalue";
        let size = ranked(OP, self, dim)?;
        if k == 0 || k > size {
            let message = format!("k is {k}, must be between 1 and the dimension's size, {size}");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let index = positions_of(OP, &self.value(), dim, Ranks::At(k - 1), false)?;
        pick(self, dim, index, keepdim)
    }
}
impl<A: Array> Sorting for A {}

/// The size of a dimension of numbers.
fn ranked<A: Array>(op: &'static str, x: &A, dim: isize) -> Result<usize> {
    expect_numbers(op, x)?;
    let dim = resolve_dim(op, dim, x.shape().len())?;
    Ok(x.shape().get(dim).copied().unwrap_or(1))
}

impl Tensor {
    /// The positions that [`sort`](Sorting::sort) the elements of each line along `dim`.
    ///
    /// # Errors
    /// A dimension that does not exist.
    #[inline]
    pub fn argsort(&self, dim: isize, descending: bool) -> Result<Tensor> {
        positions_of("argsort", self, dim, Ranks::All, descending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{DType, tensor};

    #[test]
    fn sorted_along_any_dimension() {
        let x = tensor![[3.0, 1.0, 2.0], [1.0, 1.0, f32::NAN]];
        let (values, index) = x.sort(-1, true).unwrap();
        assert_close(&values, &[3.0, 2.0, 1.0, f64::NAN, 1.0, 1.0]);
        assert_eq!(index.to_vec::<i64>().unwrap(), [0, 2, 1, 2, 0, 1]);
        let (values, index) = x.sort(0, false).unwrap();
        assert_close(&values, &[1.0, 1.0, 2.0, 3.0, 1.0, f64::NAN]);
        assert_eq!(index.to_vec::<i64>().unwrap(), [1, 0, 0, 0, 1, 1]);
        assert_eq!(
            x.argsort(0, false).unwrap().to_vec::<i64>().unwrap(),
            [1, 0, 0, 0, 1, 1]
        );
        assert_close(&x.msort().unwrap(), &[1.0, 1.0, 2.0, 3.0, 1.0, f64::NAN]);
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_eq!(nothing.sort(1, false).unwrap().1.shape(), [2, 0]);
        let (value, index) = Tensor::scalar(1.0f32).sort(-1, false).unwrap();
        assert_eq!((value.rank(), index.item::<i64>().unwrap()), (0, 0));
        assert!(x.sort(2, false).is_err());
    }

    #[test]
    fn the_largest_and_smallest() {
        let x = tensor![[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]];
        let (values, index) = x.topk(2, 1, true).unwrap();
        assert_close(&values, &[3.0, 2.0, 6.0, 5.0]);
        assert_eq!(index.to_vec::<i64>().unwrap(), [0, 2, 1, 2]);
        let (values, _) = x.topk(1, 0, false).unwrap();
        assert_close(&values, &[3.0, 1.0, 2.0]);
        assert_eq!(x.topk(0, 1, true).unwrap().0.shape(), [2, 0]);
        assert_eq!(
            x.topk(4, 1, true).unwrap_err().to_string(),
            "topk: k is 4, the dimension has 3 elements"
        );
        assert!(tensor![true].topk(1, 0, true).is_err());
        let (value, index) = Tensor::scalar(3i64).topk(1, -1, true).unwrap();
        assert_eq!(
            (value.item::<i64>().unwrap(), index.item::<i64>().unwrap()),
            (3, 0)
        );
    }

    #[test]
    fn by_rank() {
        let x = tensor![[3.0, 1.0, 2.0], [4.0, f32::NAN, 5.0]];
        let (values, index) = x.kthvalue(2, 1, false).unwrap();
        assert_close(&values, &[2.0, 5.0]);
        assert_eq!(index.to_vec::<i64>().unwrap(), [2, 2]);
        assert_close(&x.kthvalue(3, 1, true).unwrap().0, &[3.0, f64::NAN]);
        assert!(x.kthvalue(0, 1, false).is_err() && x.kthvalue(4, 1, false).is_err());
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_eq!(nothing.kthvalue(1, 0, false).unwrap().0.shape(), [0]);
        assert!(nothing.kthvalue(1, 1, false).is_err());
    }
}
