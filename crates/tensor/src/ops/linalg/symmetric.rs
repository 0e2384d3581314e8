//! For tests: operations of symmetric matrices, whose rules hold for symmetric changes only.

use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// The operation of the symmetric part of its input, of which any change will do.
#[cfg(test)]
#[derive(Clone, Debug)]
pub(super) struct OfSymmetric<O>(pub(super) O);

impl<O: Op<1>> Op<1> for OfSymmetric<O> {
    const NAME: &'static str = O::NAME;
    const SAVES: Saves = O::SAVES;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        self.0.forward([&symmetric_part(x)?])
    }

    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        self.0.vjp(wrt, saved, g)
    }
}

/// `(A + Aᵀ) / 2`
pub(super) fn symmetric_part(x: &Tensor) -> Result<Tensor> {
    x.add(&x.transpose(-1, -2)?)?.mul_scalar(0.5)
}
