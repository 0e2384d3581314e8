//! A range of one dimension.

use crate::dispatch::for_dtype;
use crate::layout::{Layout, Shape};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

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
    pub(super) slice: Slice,
    pub(super) size: usize,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        let slice = Slice {
            dim: 1,
            start: 1,
            len: 2,
            step: 2,
        };
        check_vjp(slice.clone(), [&[2, 5]]);
        check_vjp(Embed { slice, size: 5 }, [&[2, 2]]);
    }

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
    fn slices_follow_python() {
        let x = counting(&[6]);
        assert_close(&x.slice(0, 1, -1, 2).unwrap(), &[1.0, 3.0]);
        assert_close(&x.slice(0, -2, 100, 1).unwrap(), &[4.0, 5.0]);
        assert_eq!(x.slice(0, 4, 2, 1).unwrap().numel(), 0);
        assert!(x.slice(0, 0, 6, 0).is_err());
        assert_close(&x.select(0, -1).unwrap(), &[5.0]);
        assert!(x.select(0, 6).is_err() && x.narrow(0, 5, 2).is_err());
    }
}
