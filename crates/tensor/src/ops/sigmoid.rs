//! Sigmoid and tanh, with fused gradients.

use super::Arithmetic;
use crate::dispatch::for_float;
use crate::kernel::{self, Real};
use crate::{Array, Element, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Sigmoid;

impl Op<1> for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] |x: T| Real::sigmoid(x))))
    }

    /// dL/dx = g y (1 − y)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(SigmoidGrad, [saved.output()?, g])
    }
}

/// `g y (1 − y)` in one pass.
#[derive(Clone, Debug)]
pub(super) struct SigmoidGrad;

impl Op<2> for SigmoidGrad {
    const NAME: &'static str = "sigmoid_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [y, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, g.dtype(), T => Ok(kernel::zip(y, g, #[inline(always)] |y: T, g: T| g * (T::ONE - y) * y)))
    }

    /// with upstream u: dL/dy = u g (1 − 2y),  dL/dg = u y (1 − y)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let y = saved.input(0)?;
        if wrt == 0 {
            u.mul(saved.input(1)?)?
                .mul(&y.mul_scalar(2)?.rsub_scalar(1)?)
        } else {
            A::apply(SigmoidGrad, [y, u])
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Tanh;

impl Op<1> for Tanh {
    const NAME: &'static str = "tanh";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] |x: T| Real::tanh(x))))
    }

    /// dL/dx = g (1 − y²)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(TanhGrad, [saved.output()?, g])
    }
}

/// `g (1 − y²)` in one pass.
#[derive(Clone, Debug)]
pub(super) struct TanhGrad;

impl Op<2> for TanhGrad {
    const NAME: &'static str = "tanh_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [y, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, g.dtype(), T => Ok(kernel::zip(y, g, #[inline(always)] |y: T, g: T| g * (T::ONE - y * y))))
    }

    /// with upstream u: dL/dy = −2 u g y,  dL/dg = u (1 − y²)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let y = saved.input(0)?;
        if wrt == 0 {
            u.mul(saved.input(1)?)?.mul(y)?.mul_scalar(-2)
        } else {
            A::apply(TanhGrad, [y, u])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{check_forward, check_vjp};

    #[test]
    fn forward() {
        check_forward(Sigmoid, [&tensor![0.0, 1e4, -1e4]], &[0.5, 1.0, 0.0]);
        check_forward(Tanh, [&tensor![0.0, 0.5, 1e4]], &[0.0, 0.462_117_157, 1.0]);
        check_forward(SigmoidGrad, [&tensor![0.5], &tensor![2.0]], &[0.5]);
        check_forward(TanhGrad, [&tensor![0.5], &tensor![2.0]], &[1.5]);
    }

    #[test]
    fn vjp() {
        check_vjp(Sigmoid, [&[2, 3]]);
        check_vjp(SigmoidGrad, [&[2, 3], &[2, 3]]);
        check_vjp(Tanh, [&[2, 3]]);
        check_vjp(TanhGrad, [&[2, 3], &[2, 3]]);
    }
}
