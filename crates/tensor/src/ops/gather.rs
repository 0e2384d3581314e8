//! One entry for each element of an index: gather and scatter.

use std::sync::Arc;

use super::Shapes;
use super::operands::expect_one_dtype;
use super::pick_put::{Pick, put};
use super::places::Places;
use super::positions::positions;
use crate::layout::{broadcast_shapes, resolve_dim};
use crate::{Array, ErrorKind, Result, Scalar, Tensor};

/// A number as a vector of one.
pub(super) fn raised<A: Array>(x: &A) -> Result<A> {
    if x.shape().is_empty() {
        x.reshape([1])
    } else {
        Ok(x.clone())
    }
}

/// The places that `index` names in `x`, and a source cut to the size of the index.
pub(super) fn places_and_source<A: Array>(
    op: &'static str,
    x: &A,
    dim: isize,
    index: &Tensor,
    source: &A,
) -> Result<(Arc<Places>, A)> {
    expect_one_dtype(op, x, source)?;
    let index = raised(index)?;
    let mut source = raised(source)?;
    let fits = source.shape().len() == index.rank()
        && index
            .shape()
            .iter()
            .zip(source.shape())
            .all(|(i, s)| i <= s);
    if !fits && index.numel() > 0 {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "the source has the rank of the index and is nowhere smaller",
            lhs: source.shape().to_vec(),
            rhs: index.shape().to_vec(),
        }
        .into());
    }
    let places = Places::gather(op, x.shape(), dim, &index)?;
    if !fits {
        source = A::constant(Tensor::zeros(index.shape(), x.dtype())?);
    }
    for (d, &size) in index.shape().iter().enumerate() {
        if source.shape()[d] != size {
            source = source.narrow(d as isize, 0, size)?;
        }
    }
    Ok((Arc::new(places), source))
}

/// Elements read and written along one dimension, each at a position of its own.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
/// let index = tensor![[1], [0]];
/// assert_eq!(x.gather(1, &index)?, tensor![[2.0], [3.0]]);
/// let more = tensor![[10.0], [10.0]];
/// assert_eq!(x.scatter_add(1, &index, &more)?, tensor![[1.0, 12.0], [13.0, 4.0]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Gathering: Array {
    /// `out[i, j, k] = x[index[i, j, k], j, k]` for `dim` 0, and so on.
    ///
    /// # Shapes
    /// `index` has the rank of the tensor and is larger in no dimension other than `dim`; the result
    /// has the shape of `index`.
    ///
    /// # Errors
    /// Shapes that do not fit; positions that do not exist (negative ones do not).
    fn gather(&self, dim: isize, index: &Tensor) -> Result<Self> {
        let x = raised(self)?;
        let places = Places::gather("gather", x.shape(), dim, &raised(index)?)?;
        let picked = Self::apply(Pick(Arc::new(places)), [&x])?;
        if index.rank() == 0 {
            picked.reshape(())
        } else {
            Ok(picked)
        }
    }

    /// As [`gather`](Gathering::gather), with shapes that broadcast in all other dimensions and
    /// positions that may count from the end: the counterpart of what `argmax` and `argsort` give.
    /// Without `dim` both are read as vectors.
    ///
    /// # Errors
    /// As there.
    fn take_along_dim(&self, indices: &Tensor, dim: Option<isize>) -> Result<Self> {
        const OP: &str = "take_along_dim";
        let Some(dim) = dim else {
            return self.ravel()?.take_along_dim(&indices.ravel()?, Some(0));
        };
        let rank = self.shape().len();
        if rank != indices.rank() {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "tensor and indices have one rank",
                lhs: self.shape().to_vec(),
                rhs: indices.shape().to_vec(),
            }
            .into());
        }
        let at = resolve_dim(OP, dim, rank)?;
        let size = self.shape().get(at).copied().unwrap_or(1);
        let indices = positions(OP, indices, at, size, true)?;
        if rank == 0 {
            return self.gather(dim, &indices);
        }
        let with = |shape: &[usize], size: usize| {
            let mut shape = shape.to_vec();
            shape[at] = size;
            shape
        };
        let (own, entries) = (self.shape()[at], indices.shape()[at]);
        let common = broadcast_shapes(OP, &with(self.shape(), 1), &with(indices.shape(), 1))?;
        self.expand(with(common.as_slice(), own))?
            .gather(dim, &indices.expand(with(common.as_slice(), entries))?)
    }

    /// The tensor with `out[index[i, j, k], j, k] = source[i, j, k]` for `dim` 0, and so on. Of several
    /// elements for one place the last stays; as in PyTorch each of them gets the gradient.
    ///
    /// # Errors
    /// As [`gather`](Gathering::gather); a source of another dtype, or smaller than the index.
    fn scatter(&self, dim: isize, index: &Tensor, source: &Self) -> Result<Self> {
        scatter("scatter", self, dim, index, source, false)
    }

    /// As [`scatter`](Gathering::scatter), with one number for all places.
    ///
    /// # Errors
    /// As there.
    fn scatter_value(&self, dim: isize, index: &Tensor, value: impl Into<Scalar>) -> Result<Self> {
        let value = Tensor::full([], value, self.dtype())?.expand(index.shape())?;
        self.scatter(dim, index, &Self::constant(value))
    }

    /// As [`scatter`](Gathering::scatter), adding to what is there, in the order of the index.
    ///
    /// # Errors
    /// As there.
    fn scatter_add(&self, dim: isize, index: &Tensor, source: &Self) -> Result<Self> {
        scatter("scatter_add", self, dim, index, source, true)
    }
}
impl<A: Array> Gathering for A {}

fn scatter<A: Array>(
    op: &'static str,
    x: &A,
    dim: isize,
    index: &Tensor,
    source: &A,
    accumulate: bool,
) -> Result<A> {
    let raised = raised(x)?;
    let (places, source) = places_and_source(op, &raised, dim, index, source)?;
    put(places, &raised, &source, accumulate)?.reshape(x.shape())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{DType, tensor};

    #[test]
    fn by_hand() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let index = tensor![[1, 0, 0], [1, 1, 0]];
        assert_close(
            &x.gather(0, &index).unwrap(),
            &[4.0, 2.0, 3.0, 4.0, 5.0, 3.0],
        );
        assert_close(
            &x.gather(1, &tensor![[2, 2, 0, 1]]).unwrap(),
            &[3.0, 3.0, 1.0, 2.0],
        );
        let y = x
            .scatter(1, &tensor![[2], [0]], &tensor![[7.0], [8.0]])
            .unwrap();
        assert_close(&y, &[1.0, 2.0, 7.0, 8.0, 5.0, 6.0]);
        let y = x.scatter_add(0, &index, &x).unwrap();
        assert_close(&y, &[1.0, 4.0, 12.0, 9.0, 10.0, 6.0]);
        let y = x.scatter_value(-1, &tensor![[0, 0]], 9).unwrap();
        assert_close(&y, &[9.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn numbers_count_as_vectors() {
        let x = Tensor::scalar(3.0f32);
        assert_eq!(x.gather(0, &tensor![0, 0]).unwrap().shape(), [2]);
        assert_eq!(x.gather(0, &Tensor::scalar(0i64)).unwrap().rank(), 0);
        let y = x.scatter_add(0, &Tensor::scalar(0i64), &x).unwrap();
        assert_eq!((y.rank(), y.item::<f32>().unwrap()), (0, 6.0));
        let empty = Tensor::zeros([2, 0], DType::U8).unwrap();
        assert_eq!(tensor![1.0, 2.0].gather(0, &empty).unwrap().shape(), [2, 0]);
    }

    #[test]
    fn indices_broadcast_along_the_other_dimensions() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let y = x.take_along_dim(&tensor![[2, 0]], Some(1)).unwrap();
        assert_close(&y, &[3.0, 1.0, 6.0, 4.0]);
        assert_close(
            &x.take_along_dim(&tensor![5, 0], None).unwrap(),
            &[6.0, 1.0],
        );
        let last = x.take_along_dim(&tensor![[-1], [0]], Some(1)).unwrap();
        assert_close(&last, &[3.0, 4.0]);
        assert!(x.take_along_dim(&tensor![0], Some(1)).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert!(x.gather(0, &tensor![0, 1]).is_err());
        assert!(x.gather(1, &tensor![[0], [0], [0]]).is_err());
        assert!(x.gather(1, &tensor![[-1]]).is_err() && x.gather(2, &tensor![[0]]).is_err());
        assert!(x.scatter(0, &tensor![[0, 0]], &tensor![[1.0]]).is_err());
        let e = x.scatter(0, &tensor![[34]], &tensor![[1.0]]).unwrap_err();
        assert_eq!(
            e.to_string(),
            "scatter: index 34 is out of range for dimension 0 of size 2"
        );
        assert!(x.scatter_add(0, &tensor![[0]], &tensor![[1]]).is_err());
    }

    #[test]
    fn many_elements_are_added_in_the_same_order_by_any_number_of_threads() {
        let n = 300;
        let index: Vec<i64> = (0..n * n).map(|i| (i * 7919 % 31) as i64).collect();
        let index = Tensor::from_vec(index, [n, n]).unwrap();
        let source = crate::testkit::values(&[n, n], -1.0, 1.0, 3)
            .to_dtype(DType::F32)
            .unwrap();
        let x = Tensor::zeros([31, n], DType::F32).unwrap();
        let run = |threads| {
            crate::set_num_threads(threads);
            x.scatter_add(0, &index, &source).unwrap()
        };
        let (one, three) = (run(1), run(3));
        assert!(one.equal(&three));
        let (index, source) = (
            index.to_vec::<i64>().unwrap(),
            source.to_vec::<f32>().unwrap(),
        );
        let mut want = vec![0.0f32; 31 * n];
        for (i, (&at, &value)) in index.iter().zip(&source).enumerate() {
            want[at as usize * n + i % n] += value;
        }
        assert_eq!(one.to_vec::<f32>().unwrap(), want);
    }
}
