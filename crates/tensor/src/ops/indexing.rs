//! Entries picked by index.

use crate::dispatch::for_number;
use crate::kernel;
use crate::layout::{Layout, Shape, resolve_dim};
use crate::{Array, DType, Element, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// The entries of one dimension that an index names, in its order.
#[derive(Clone, Debug)]
pub(super) struct IndexSelect {
    dim: usize,
    index: Tensor,
}

/// `(outer, size, inner)` around a dimension.
fn around(shape: &[usize], dim: usize) -> (usize, usize, usize) {
    let size = shape.get(dim).copied().unwrap_or(1);
    (
        shape[..dim].iter().product(),
        size,
        shape.iter().skip(dim + 1).product(),
    )
}

impl IndexSelect {
    /// # Errors
    /// A dimension or an entry that does not exist; an index that is not a vector of integers.
    pub(super) fn new(dim: isize, index: &Tensor, shape: &[usize]) -> Result<IndexSelect> {
        const OP: &str = IndexSelect::NAME;
        let dim = resolve_dim(OP, dim, shape.len())?;
        if !index.dtype().is_integer() {
            return Err(ErrorKind::DType {
                op: OP,
                expected: "an index of i64",
                got: index.dtype(),
            }
            .into());
        }
        if index.rank() > 1 {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "an index vector",
                got: index.shape().to_vec(),
            }
            .into());
        }
        let index = index.to_dtype(DType::I64)?.contiguous();
        let size = around(shape, dim).1;
        if let Some(&index) = index
            .host_slice::<i64>()
            .iter()
            .find(|&&i| i < 0 || i as usize >= size)
        {
            return Err(ErrorKind::IndexOutOfRange {
                op: OP,
                index,
                dim,
                size,
            }
            .into());
        }
        Ok(IndexSelect { dim, index })
    }
}

impl Op<1> for IndexSelect {
    const NAME: &'static str = "index_select";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (outer, size, inner) = around(x.shape(), self.dim);
        let mut shape = Shape::new(x.shape());
        if let Some(size) = shape.as_mut_slice().get_mut(self.dim) {
            *size = self.index.numel();
        }
        let layout = Layout::row_major(Self::NAME, shape.as_slice())?;
        Ok(kernel::gather_rows(
            x,
            outer,
            size,
            inner,
            self.index.host_slice(),
            &layout,
        ))
    }

    /// dL/dx: each entry of g is added where it came from
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(
            IndexAdd {
                select: self.clone(),
                shape: Shape::new(saved.shape(0)?),
            },
            [g],
        )
    }
}

/// The adjoint of [`IndexSelect`]: zeros to which entries are added in the order of the index.
#[derive(Clone, Debug)]
pub(super) struct IndexAdd {
    select: IndexSelect,
    shape: Shape,
}

impl Op<1> for IndexAdd {
    const NAME: &'static str = "index_add";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [g]: [&Tensor; 1]) -> Result<Tensor> {
        let shape = self.shape.as_slice();
        let (_, size, inner) = around(shape, self.select.dim);
        for_number!(Self::NAME, g.dtype(), T => {
            let mut out = Tensor::zeros(shape, T::DTYPE)?;
            let terms = g.to_dtype(T::DTYPE)?.contiguous();
            kernel::add_rows::<T>(out.host_slice_mut(), terms.host_slice(), size, inner, self.select.index.host_slice());
            out.to_dtype(g.dtype())
        })
    }

    /// The entries of the gradient that the index names.
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, u: &A) -> Result<A> {
        A::apply(self.select.clone(), [u])
    }
}

/// Entries picked by index.
pub trait Indexing: Array {
    /// The entries of `dim` that `index`, a vector of integers, names; in its order, repeats allowed.
    ///
    /// # Errors
    /// A dimension or an entry that does not exist; an index that is not a vector of integers.
    fn index_select(&self, dim: isize, index: &Tensor) -> Result<Self> {
        Self::apply(IndexSelect::new(dim, index, self.shape())?, [self])
    }
}
impl<A: Array> Indexing for A {}

impl Tensor {
    /// The rows (entries of the first dimension) at these positions, for loaders that keep their
    /// order as a plain slice.
    ///
    /// # Errors
    /// A tensor without dimensions, or a position beyond its size.
    pub fn take_rows(&self, rows: &[i64]) -> Result<Tensor> {
        const OP: &str = "take_rows";
        let &[size, ..] = self.shape() else {
            return Err(ErrorKind::DimOutOfRange {
                op: OP,
                dim: 0,
                rank: 0,
            }
            .into());
        };
        // A negative index is beyond any size as an unsigned number.
        let largest = rows.iter().fold(0, |most, &i| most.max(i as u64));
        if largest >= size as u64 && !rows.is_empty() {
            let index = rows
                .iter()
                .copied()
                .find(|&i| i < 0 || i as usize >= size)
                .unwrap_or(0);
            return Err(ErrorKind::IndexOutOfRange {
                op: OP,
                index,
                dim: 0,
                size,
            }
            .into());
        }
        kernel::take_rows(self, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn forward() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_close(
            &x.index_select(1, &tensor![2, 0, 2]).unwrap(),
            &[3.0, 1.0, 3.0, 6.0, 4.0, 6.0],
        );
        assert_close(&x.index_select(0, &tensor![1]).unwrap(), &[4.0, 5.0, 6.0]);
        assert_close(
            &x.take_rows(&[1, 1]).unwrap(),
            &[4.0, 5.0, 6.0, 4.0, 5.0, 6.0],
        );
        assert_close(&tensor![7.0].take_rows(&[0, 0]).unwrap(), &[7.0, 7.0]);
    }

    #[test]
    fn a_single_row_may_have_any_stride() {
        let row = tensor![[1.0], [2.0], [3.0]].t().unwrap();
        assert!(row.is_contiguous() && row.strides() == [1, 1]);
        let twice = row.take_rows(&[0, 0]).unwrap();
        assert_eq!((twice.shape(), twice.strides()), (&[2, 3][..], &[3, 1][..]));
        assert_close(&twice, &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn vjp() {
        let select = IndexSelect::new(1, &tensor![2, 0, 2], &[2, 3]).unwrap();
        check_vjp(select.clone(), [&[2, 3]]);
        check_vjp(
            IndexAdd {
                select,
                shape: Shape::new(&[2, 3]),
            },
            [&[2, 3]],
        );
        check_vjp(
            IndexSelect::new(0, &tensor![1, 1], &[2, 3]).unwrap(),
            [&[2, 3]],
        );
    }

    #[test]
    fn entries_that_do_not_exist_are_refused() {
        let x = tensor![[1.0, 2.0]];
        assert_eq!(
            x.index_select(1, &tensor![2]).unwrap_err().to_string(),
            "index_select: index 2 is out of range for dimension 1 of size 2"
        );
        assert!(x.index_select(0, &tensor![-1]).is_err());
        assert!(x.index_select(0, &tensor![0.0]).is_err());
        assert!(x.index_select(0, &tensor![[0]]).is_err());
        assert!(x.take_rows(&[1]).is_err() && Tensor::scalar(1.0f32).take_rows(&[0]).is_err());
    }
}
