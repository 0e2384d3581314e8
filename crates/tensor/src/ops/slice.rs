//! A range of one dimension.

use std::sync::Arc;

use super::Shapes;
use super::operands::expect_one_dtype;
use super::pick_put::{embed, put};
use super::places::Places;
use super::positions::{resolve_position, resolve_range};
use super::shape::dim_of_some;
use crate::layout::{Layout, Shape};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

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
        // Of a single entry the step leads nowhere and is never taken.
        let stride = &mut strides.as_mut_slice()[self.dim];
        *stride = stride.wrapping_mul(if self.len > 1 { self.step } else { 1 });
        let offset = self.start * x.strides()[self.dim];
        Ok(x.view_with(
            &Layout::strided(shape.as_slice(), strides.as_slice()),
            offset,
        ))
    }

    /// The gradient at its place among zeros.
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let range = (self.start, self.len, self.step);
        let places = Places::range(saved.shape(0)?, self.dim, range);
        embed(&Arc::new(places), g)
    }
}

/// Tensors with a part replaced, as new tensors.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1, 2], [3, 4]];
/// assert_eq!(x.select_scatter(&tensor![7, 8], 0, 1)?, tensor![[1, 2], [7, 8]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait SliceScatter: Array {
    /// The tensor with `source` in place of `x[start:end:step]` along `dim`; see
    /// [`slice`](Shapes::slice).
    ///
    /// # Errors
    /// As there; a source of another dtype or shape than the slice.
    fn slice_scatter(
        &self,
        source: &Self,
        dim: isize,
        start: isize,
        end: isize,
        step: usize,
    ) -> Result<Self> {
        const OP: &str = "slice_scatter";
        let at = dim_of_some(OP, dim, self.shape())?;
        let step = isize::try_from(step).unwrap_or(isize::MAX);
        let range = (Some(start), Some(end), step);
        let (start, len) = resolve_range(OP, range, self.shape()[at])?;
        let places = Places::range(self.shape(), at, (start, len, step as usize));
        replace(OP, self, places, source)
    }

    /// The tensor with `source` in place of `x.select(dim, index)`.
    ///
    /// # Errors
    /// As [`select`](Shapes::select); a source of another dtype or shape than the selection.
    fn select_scatter(&self, source: &Self, dim: isize, index: isize) -> Result<Self> {
        const OP: &str = "select_scatter";
        let at = dim_of_some(OP, dim, self.shape())?;
        let entry = resolve_position(OP, index as i64, at, self.shape()[at])?;
        let places = Places::range(self.shape(), at, (entry, 1, 1));
        replace(OP, self, places, &source.unsqueeze(at as isize)?)
    }
}
impl<A: Array> SliceScatter for A {}

fn replace<A: Array>(op: &'static str, x: &A, places: Places, source: &A) -> Result<A> {
    expect_one_dtype(op, x, source)?;
    if source.shape() != places.shape() {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "the source has the shape of what it replaces",
            lhs: source.shape().to_vec(),
            rhs: places.shape().to_vec(),
        }
        .into());
    }
    put(Arc::new(places), x, source, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp, counting};

    #[test]
    fn vjp() {
        let slice = Slice {
            dim: 1,
            start: 1,
            len: 2,
            step: 2,
        };
        check_vjp(slice, [&[2, 5]]);
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
    fn parts_are_replaced() {
        let x = counting(&[2, 4]);
        let y = x.slice_scatter(&counting(&[2, 2]), 1, 1, 9, 2).unwrap();
        assert_close(&y, &[0.0, 0.0, 2.0, 1.0, 4.0, 2.0, 6.0, 3.0]);
        let y = x.select_scatter(&counting(&[2]), -1, -2).unwrap();
        assert_close(&y, &[0.0, 1.0, 0.0, 3.0, 4.0, 5.0, 1.0, 7.0]);
        assert!(x.slice_scatter(&counting(&[2, 1]), 1, 1, 9, 2).is_err());
        assert!(x.select_scatter(&counting(&[2]), 0, 0).is_err());
        assert!(x.select_scatter(&counting(&[4]), 0, isize::MIN).is_err());
    }

    #[test]
    fn the_largest_step_takes_one_entry() {
        let x = counting(&[3]).slice(0, 1, isize::MAX, usize::MAX).unwrap();
        assert_close(&x, &[1.0]);
    }
}
