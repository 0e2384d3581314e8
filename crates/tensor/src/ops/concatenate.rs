//! Joining tensors along a dimension.

use super::{Cast, Shapes};
use crate::dispatch::for_dtype;
use crate::kernel;
use crate::layout::{Layout, Shape, resolve_dim};
use crate::{Array, ErrorKind, Result, Saved, Saves, Tensor, VariadicOp};

/// Joins along an existing dimension; the other sizes agree.
#[derive(Clone, Debug)]
pub(super) struct Cat {
    pub(super) dim: usize,
}

impl VariadicOp for Cat {
    const NAME: &'static str = "cat";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor> {
        let mut shape = Shape::new(inputs[0].shape());
        shape.as_mut_slice()[self.dim] = inputs.iter().map(|x| x.shape()[self.dim]).sum();
        let layout = Layout::row_major(Self::NAME, shape.as_slice())?;
        let outer = shape.as_slice()[..self.dim].iter().product();
        let inputs: Vec<Tensor> = inputs.iter().map(|x| x.contiguous()).collect();
        Ok(for_dtype!(inputs[0].dtype(), T => kernel::join::<T>(&inputs, outer, &layout)))
    }

    /// The part of the gradient that stands where the input was put.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let mut start = 0;
        for i in 0..wrt {
            start += saved.shape(i)?[self.dim];
        }
        g.narrow(self.dim as isize, start, saved.shape(wrt)?[self.dim])
    }
}

/// Joining tensors.
pub trait Concatenate: Array {
    /// Joins along an existing dimension. Dtypes are promoted.
    ///
    /// # Errors
    /// No tensors, a dimension that does not exist, sizes that differ elsewhere.
    fn cat(tensors: &[&Self], dim: isize) -> Result<Self> {
        const OP: &str = Cat::NAME;
        let Some(first) = tensors.first() else {
            return Err(ErrorKind::Invalid {
                op: OP,
                message: "at least one tensor is needed".into(),
            }
            .into());
        };
        let shape = first.shape();
        if shape.is_empty() {
            let message = "tensors without dimensions cannot be joined; use stack".into();
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let dim = resolve_dim(OP, dim, shape.len())?;
        let mut dtype = first.dtype();
        for other in &tensors[1..] {
            let s = other.shape();
            let agree =
                s.len() == shape.len() && (0..s.len()).all(|d| d == dim || s[d] == shape[d]);
            if !agree {
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
            return Self::apply_variadic(Cat { dim }, tensors);
        }
        let converted = tensors
            .iter()
            .map(|x| x.to_dtype(dtype))
            .collect::<Result<Vec<Self>>>()?;
        Self::apply_variadic(Cat { dim }, &converted.iter().collect::<Vec<_>>())
    }

    /// Joins tensors of one shape along a new dimension.
    ///
    /// # Errors
    /// No tensors, a position that does not exist, shapes that differ.
    fn stack(tensors: &[&Self], dim: isize) -> Result<Self> {
        for other in tensors.iter().skip(1) {
            if other.shape() != tensors[0].shape() {
                return Err(ErrorKind::ShapeMismatch {
                    op: "stack",
                    what: "shapes must be equal",
                    lhs: tensors[0].shape().to_vec(),
                    rhs: other.shape().to_vec(),
                }
                .into());
            }
        }
        let raised = tensors
            .iter()
            .map(|x| x.unsqueeze(dim))
            .collect::<Result<Vec<Self>>>()?;
        Self::cat(&raised.iter().collect::<Vec<_>>(), dim)
    }
}
impl<A: Array> Concatenate for A {}

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
    fn vjp() {
        check_variadic_vjp(Cat { dim: 1 }, &[&[2, 1], &[2, 3], &[2, 2]]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Tensor::cat(&[], 0).is_err());
        assert!(Tensor::cat(&[&tensor![[1.0]], &tensor![[1.0, 2.0]]], 0).is_err());
        assert!(Tensor::stack(&[&tensor![1.0], &tensor![1.0, 2.0]], 0).is_err());
    }
}
