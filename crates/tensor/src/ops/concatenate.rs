//! Joining tensors along a dimension.

use super::broadcast::common_dtype;
use super::{Broadcasting, Cast, Padding, Shapes};
use crate::kernel;
use crate::layout::{Layout, Shape, resolve_dim};
use crate::{Array, ErrorKind, Result, Saved, Saves, Tensor, VariadicOp};

/// Joins along an existing dimension; the other sizes agree.
#[derive(Clone, Debug)]
pub(super) struct Cat {
    dim: usize,
    rank: usize,
}

impl VariadicOp for Cat {
    const NAME: &'static str = "cat";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor> {
        let joined: Vec<&Tensor> = inputs
            .iter()
            .copied()
            .filter(|x| !self.skips(x.shape()))
            .collect();
        let mut shape = Shape::new(joined[0].shape());
        let whole = joined.iter().map(|x| x.shape()[self.dim]);
        shape.as_mut_slice()[self.dim] = whole.fold(0, usize::saturating_add);
        let layout = Layout::row_major(Self::NAME, shape.as_slice())?;
        Ok(kernel::join(&joined, self.dim, &layout))
    }

    /// The part of the gradient that stands where the input was put.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let mut start = 0;
        for i in 0..wrt {
            if !self.skips(saved.shape(i)?) {
                start += saved.shape(i)?[self.dim];
            }
        }
        let own = saved.shape(wrt)?;
        if self.skips(own) {
            return g.ravel()?.narrow(0, 0, 0);
        }
        g.narrow(self.dim as isize, start, own[self.dim])
    }
}

impl Cat {
    /// An empty vector joins anything and adds nothing.
    fn skips(&self, shape: &[usize]) -> bool {
        self.rank != 1 && shape == [0]
    }
}

/// Joining tensors.
///
/// ```
/// use gradus_tensor::{Tensor, tensor};
/// let (a, b) = (tensor![[1, 2]], tensor![[3, 4]]);
/// assert_eq!(Tensor::cat(&[&a, &b], 0)?, tensor![[1, 2], [3, 4]]);
/// assert_eq!(Tensor::cat(&[&a, &b], 1)?, tensor![[1, 2, 3, 4]]);
/// assert_eq!(Tensor::stack(&[&a, &b], 0)?.shape(), [2, 1, 2]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Concatenate: Array {
    /// Joins along an existing dimension. Dtypes are promoted. Empty vectors join anything, as in
    /// PyTorch.
    ///
    /// # Errors
    /// No tensors, a dimension that does not exist, sizes that differ elsewhere.
    fn cat(tensors: &[&Self], dim: isize) -> Result<Self> {
        const OP: &str = Cat::NAME;
        let is_empty_vector = |x: &&&Self| x.shape() == [0];
        let Some(first) = tensors
            .iter()
            .find(|x| !is_empty_vector(x))
            .or(tensors.first())
        else {
            return Err(no_tensors(OP));
        };
        let shape = first.shape();
        if tensors.iter().any(|x| x.shape().is_empty()) {
            let message = "tensors without dimensions cannot be joined; use stack".into();
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let cat = Cat {
            dim: resolve_dim(OP, dim, shape.len())?,
            rank: shape.len(),
        };
        let mut dtype = first.dtype();
        for other in tensors {
            let s = other.shape();
            let agree =
                s.len() == shape.len() && (0..s.len()).all(|d| d == cat.dim || s[d] == shape[d]);
            if !agree && !cat.skips(s) {
                return Err(ErrorKind::ShapeMismatch {
                    op: OP,
                    what: "sizes must agree in every other dimension",
                    lhs: shape.to_vec(),
                    rhs: s.to_vec(),
                }
                .into());
            }
            dtype = dtype.promote(other.dtype());
        }
        if tensors.iter().all(|x| x.dtype() == dtype) {
            return Self::apply_variadic(cat, tensors);
        }
        let converted = each(tensors, |x| x.to_dtype(dtype))?;
        Self::apply_variadic(cat, &converted.iter().collect::<Vec<_>>())
    }

    /// Joins tensors of one shape along a new dimension.
    ///
    /// # Errors
    /// No tensors, a position that does not exist, shapes that differ.
    fn stack(tensors: &[&Self], dim: isize) -> Result<Self> {
        const OP: &str = "stack";
        let [first, others @ ..] = tensors else {
            return Err(no_tensors(OP));
        };
        for other in others {
            if other.shape() != first.shape() {
                return Err(ErrorKind::ShapeMismatch {
                    op: OP,
                    what: "shapes must be equal",
                    lhs: first.shape().to_vec(),
                    rhs: other.shape().to_vec(),
                }
                .into());
            }
        }
        join(&each(tensors, |x| x.unsqueeze(dim))?, dim)
    }

    /// Joins columns: vectors one after the other, others along dimension 1. Numbers count as vectors.
    ///
    /// # Errors
    /// As [`cat`](Concatenate::cat).
    fn hstack(tensors: &[&Self]) -> Result<Self> {
        let raised = each(tensors, |x| x.atleast_1d())?;
        let vectors = raised.first().is_some_and(|x| x.shape().len() == 1);
        join(&raised, if vectors { 0 } else { 1 })
    }

    /// Joins rows: along dimension 0, vectors being one row each.
    ///
    /// # Errors
    /// As [`cat`](Concatenate::cat).
    fn vstack(tensors: &[&Self]) -> Result<Self> {
        join(&each(tensors, |x| x.atleast_2d())?, 0)
    }

    /// Joins along dimension 2, vectors and matrices being raised to three dimensions; see
    /// [`atleast_3d`](super::Broadcasting::atleast_3d).
    ///
    /// # Errors
    /// As [`cat`](Concatenate::cat).
    fn dstack(tensors: &[&Self]) -> Result<Self> {
        join(&each(tensors, |x| x.atleast_3d())?, 2)
    }

    /// Joins along dimension 1, vectors and numbers being one column each.
    ///
    /// # Errors
    /// As [`cat`](Concatenate::cat).
    fn column_stack(tensors: &[&Self]) -> Result<Self> {
        let column = |x: &Self| match *x.shape() {
            [] | [_] => x.reshape([-1, 1]),
            _ => Ok(x.clone()),
        };
        join(&each(tensors, column)?, 1)
    }

    /// The matrix with these matrices along its diagonal and zeros elsewhere; vectors are rows, numbers
    /// matrices of one element. Dtypes are promoted.
    ///
    /// # Errors
    /// No tensors, more than two dimensions, too many elements.
    fn block_diag(tensors: &[&Self]) -> Result<Self> {
        const OP: &str = "block_diag";
        let dtype = common_dtype(tensors);
        let blocks = each(tensors, |x| x.atleast_2d()?.to_dtype(dtype))?;
        let mut width = 0usize;
        for block in &blocks {
            let &[_, columns] = block.shape() else {
                return Err(ErrorKind::Rank {
                    op: OP,
                    expected: "at most 2 dimensions",
                    got: block.shape().to_vec(),
                }
                .into());
            };
            width = width.saturating_add(columns);
        }
        let mut before = 0;
        let mut rows = Vec::with_capacity(blocks.len());
        for block in &blocks {
            let after = width - before - block.shape()[1];
            rows.push(block.constant_pad_nd(&[before as isize, after as isize], 0)?);
            before += block.shape()[1];
        }
        join(&rows, 0)
    }
}
impl<A: Array> Concatenate for A {}

fn each<A: Array>(tensors: &[&A], f: impl Fn(&A) -> Result<A>) -> Result<Vec<A>> {
    tensors.iter().map(|x| f(x)).collect()
}

#[cold]
fn no_tensors(op: &'static str) -> crate::Error {
    let message = "at least one tensor is needed".into();
    ErrorKind::Invalid { op, message }.into()
}

fn join<A: Array>(tensors: &[A], dim: isize) -> Result<A> {
    A::cat(&tensors.iter().collect::<Vec<_>>(), dim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_variadic_vjp};
    use crate::{DType, tensor};

    #[test]
    fn forward() {
        let (a, b) = (tensor![[1.0], [2.0]], tensor![[3.0, 4.0], [5.0, 6.0]]);
        assert_close(
            &Tensor::cat(&[&a, &b], 1).unwrap(),
            &[1.0, 3.0, 4.0, 2.0, 5.0, 6.0],
        );
        assert_close(
            &Tensor::cat(&[&b, &b], 0).unwrap().select(0, 2).unwrap(),
            &[3.0, 4.0],
        );
        let s = Tensor::stack(&[&tensor![1, 2], &tensor![3, 4]], -1).unwrap();
        assert_eq!(
            (s.shape(), s.to_vec::<i64>().unwrap()),
            (&[2, 2][..], vec![1, 3, 2, 4])
        );
        assert_eq!(
            Tensor::cat(&[&tensor![1], &tensor![0.5]], 0)
                .unwrap()
                .dtype(),
            DType::F32
        );
    }

    #[test]
    fn blocks_have_the_dtype_of_an_operation_on_them() {
        let half = tensor![[1.0]].to_dtype(DType::F16).unwrap();
        let y = Tensor::block_diag(&[&half, &Tensor::scalar(2.0f64), &tensor![3]]).unwrap();
        assert_eq!(y.dtype(), DType::F16);
        assert_close(&y, &[1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0]);
    }

    #[test]
    fn vjp() {
        let cat = Cat { dim: 1, rank: 2 };
        check_variadic_vjp(cat, &[&[2, 1], &[0], &[2, 3], &[2, 2]]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let none = |e: Result<Tensor>| e.unwrap_err().to_string();
        let needed = "at least one tensor is needed";
        assert_eq!(none(Tensor::cat(&[], 0)), format!("cat: {needed}"));
        assert_eq!(none(Tensor::stack(&[], 0)), format!("stack: {needed}"));
        assert!(Tensor::cat(&[&tensor![[1.0]], &tensor![[1.0, 2.0]]], 0).is_err());
        assert!(Tensor::stack(&[&tensor![1.0], &tensor![1.0, 2.0]], 0).is_err());
    }

    #[test]
    fn empty_vectors_join_anything() {
        let (none, x) = (Tensor::zeros([0], DType::F32).unwrap(), tensor![[1, 2]]);
        let y = Tensor::cat(&[&none, &x, &none], 1).unwrap();
        assert_eq!((y.shape(), y.dtype()), (&[1, 2][..], DType::F32));
        assert_eq!(Tensor::cat(&[&none, &none], 0).unwrap().shape(), [0]);
        assert!(Tensor::cat(&[&none, &none], 1).is_err());
        assert!(Tensor::cat(&[&Tensor::zeros([4, 0], DType::F32).unwrap(), &x], 1).is_err());
    }

    #[test]
    fn any_strides_are_joined() {
        let x = tensor![[1, 2], [3, 4]];
        let t = x.t().unwrap();
        let y = Tensor::cat(&[&t, &x.narrow(1, 1, 1).unwrap()], 1).unwrap();
        assert_eq!(y.to_vec::<i64>().unwrap(), [1, 3, 2, 2, 4, 4]);
    }

    #[test]
    fn rows_columns_and_depth() {
        let (a, b) = (tensor![1, 2], tensor![3, 4]);
        let numbers = |x: Result<Tensor>| {
            let x = x.unwrap();
            (x.shape().to_vec(), x.to_vec::<i64>().unwrap())
        };
        assert_eq!(
            numbers(Tensor::hstack(&[&a, &b])),
            (vec![4], vec![1, 2, 3, 4])
        );
        assert_eq!(
            numbers(Tensor::vstack(&[&a, &b])),
            (vec![2, 2], vec![1, 2, 3, 4])
        );
        assert_eq!(
            numbers(Tensor::dstack(&[&a, &b])),
            (vec![1, 2, 2], vec![1, 3, 2, 4])
        );
        assert_eq!(
            numbers(Tensor::column_stack(&[&a, &b])),
            (vec![2, 2], vec![1, 3, 2, 4])
        );
        assert!(Tensor::hstack(&[]).is_err() && Tensor::dstack(&[]).is_err());
        let blocks = numbers(Tensor::block_diag(&[
            &a,
            &Tensor::scalar(5i64),
            &tensor![[6], [7]],
        ]));
        assert_eq!(
            blocks,
            (
                vec![4, 4],
                vec![1, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 6, 0, 0, 0, 7]
            )
        );
        assert!(
            Tensor::block_diag(&[&tensor![[[1]]]]).is_err() && Tensor::block_diag(&[]).is_err()
        );
    }
}
