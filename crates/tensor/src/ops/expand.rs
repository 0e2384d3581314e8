//! Elements that stand for many.

use super::{Shapes, Sums};
use crate::layout::{Layout, MAX_RANK, Shape, broadcast_shapes};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Expand(pub(super) Shape);

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

/// Tensors made to agree in shape.
///
/// ```
/// use gradus_tensor::{Tensor, tensor};
/// let both = Tensor::broadcast_tensors(&[&tensor![[1], [2]], &tensor![3, 4]])?;
/// assert_eq!(both[0], tensor![[1, 1], [2, 2]]);
/// assert_eq!(both[1], tensor![[3, 4], [3, 4]]);
/// assert_eq!(tensor![5, 6].atleast_2d()?.shape(), [1, 2]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Broadcasting: Array {
    /// All tensors expanded to the shape they broadcast to. Views.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn broadcast_tensors(tensors: &[&Self]) -> Result<Vec<Self>> {
        let mut common = Shape::new(&[]);
        for x in tensors {
            common = broadcast_shapes("broadcast_tensors", common.as_slice(), x.shape())?;
        }
        tensors
            .iter()
            .map(|x| x.expand(common.as_slice()))
            .collect()
    }

    /// A number as a vector of one; anything else as it is.
    ///
    /// # Errors
    /// None today.
    fn atleast_1d(&self) -> Result<Self> {
        match self.shape() {
            [] => self.reshape([1]),
            _ => Ok(self.clone()),
        }
    }

    /// A number or a vector as a matrix of one row.
    ///
    /// # Errors
    /// None today.
    fn atleast_2d(&self) -> Result<Self> {
        match self.shape() {
            [] | [_] => self.reshape([1, -1]),
            _ => Ok(self.clone()),
        }
    }

    /// A vector as `(1, n, 1)`, a matrix as `(m, n, 1)`.
    ///
    /// # Errors
    /// None today.
    fn atleast_3d(&self) -> Result<Self> {
        match *self.shape() {
            [] | [_] => self.reshape([1, -1, 1]),
            [_, _] => self.unsqueeze(-1),
            _ => Ok(self.clone()),
        }
    }
}
impl<A: Array> Broadcasting for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::check_vjp;

    #[test]
    fn vjp() {
        check_vjp(Expand(Shape::new(&[2, 3, 4])), [&[3, 1]]);
    }

    #[test]
    fn expanding_repeats_without_memory() {
        let x = tensor![[1.0], [2.0]].expand([2, 3]).unwrap();
        assert_eq!(
            (x.strides(), x.to_vec::<f32>().unwrap()),
            (&[1, 0][..], vec![1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
        );
        assert!(x.expand([3, 3]).is_err());
        assert!(x.expand([1usize << 40, 1 << 40, 2, 3]).is_err());
    }

    #[test]
    fn shapes_are_made_to_agree() {
        let (a, b) = (tensor![[1], [2]], tensor![5, 6, 7]);
        let both = Tensor::broadcast_tensors(&[&a, &b]).unwrap();
        assert_eq!(both[0].to_vec::<i64>().unwrap(), [1, 1, 1, 2, 2, 2]);
        assert_eq!(both[1].to_vec::<i64>().unwrap(), [5, 6, 7, 5, 6, 7]);
        assert!(Tensor::broadcast_tensors(&[&b, &tensor![1, 2]]).is_err());
        assert!(Tensor::broadcast_tensors(&[]).unwrap().is_empty());
        assert_eq!(b.atleast_3d().unwrap().shape(), [1, 3, 1]);
        assert_eq!(a.atleast_3d().unwrap().shape(), [2, 1, 1]);
        assert_eq!(Tensor::scalar(1i64).atleast_2d().unwrap().shape(), [1, 1]);
        let none = b.narrow(0, 0, 0).unwrap();
        assert_eq!(none.atleast_2d().unwrap().shape(), [1, 0]);
    }
}
