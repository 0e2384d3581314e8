//! Activations and the fused kernels of their gradients.

use super::Arithmetic;
use super::cast::on_float;
use crate::dispatch::{for_float, for_number};
use crate::kernel::{self, Real};
use crate::{Array, Element, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Relu;

impl Op<1> for Relu {
    const NAME: &'static str = "relu";
    const SAVES: Saves = Saves::OUTPUT;

    #[expect(
        clippy::absurd_extreme_comparisons,
        reason = "the same text serves unsigned integers"
    )]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        // NaN is not below zero and passes through.
        for_number!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| if x <= T::ZERO { T::ZERO } else { x })))
    }

    /// dL/dx = g where y > 0, else 0
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(ReluGrad, [saved.output()?, g])
    }
}

/// `g` where `y > 0`, else 0, in one pass.
#[derive(Clone, Debug)]
pub(super) struct ReluGrad;

impl Op<2> for ReluGrad {
    const NAME: &'static str = "relu_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [y, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, g.dtype(), T => {
            Ok(kernel::zip(y, g, #[inline(always)] |y: T, g: T| if y <= T::ZERO { T::ZERO } else { g }))
        })
    }

    /// with upstream u: dL/dy = 0,  dL/dg = u where y > 0
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        if wrt == 0 {
            u.mul_scalar(0)
        } else {
            A::apply(ReluGrad, [saved.input(0)?, u])
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Sigmoid;

impl Op<1> for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::sigmoid(x))))
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
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::tanh(x))))
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

/// Activations, elementwise; same shape out.
pub trait Activation: Array {
    /// `max(x, 0)`; the gradient at 0 is 0.
    ///
    /// # Errors
    /// A bool tensor.
    fn relu(&self) -> Result<Self> {
        Self::apply(Relu, [self])
    }

    /// `1 / (1 + e⁻ˣ)`; saturates to 0 and 1 without overflow.
    ///
    /// # Errors
    /// A half-precision tensor.
    fn sigmoid(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Sigmoid, [x]))
    }

    /// `tanh x`; saturates to ±1 without overflow.
    ///
    /// # Errors
    /// A half-precision tensor.
    fn tanh(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Tanh, [x]))
    }
}
impl<A: Array> Activation for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{check_forward, check_vjp, check_vjp_in};

    #[test]
    fn forward() {
        check_forward(
            Relu,
            [&tensor![-1.0, 0.0, 2.0, f32::NAN]],
            &[0.0, 0.0, 2.0, f64::NAN],
        );
        check_forward(Sigmoid, [&tensor![0.0, 1e4, -1e4]], &[0.5, 1.0, 0.0]);
        check_forward(Tanh, [&tensor![0.0, 0.5, 1e4]], &[0.0, 0.462_117_157, 1.0]);
        check_forward(
            ReluGrad,
            [&tensor![0.0, 2.0], &tensor![5.0, 7.0]],
            &[0.0, 7.0],
        );
        check_forward(SigmoidGrad, [&tensor![0.5], &tensor![2.0]], &[0.5]);
        check_forward(TanhGrad, [&tensor![0.5], &tensor![2.0]], &[1.5]);
    }

    #[test]
    fn vjp() {
        check_vjp(Relu, [&[2, 3]]);
        check_vjp_in(Relu, [&[2, 3]], -0.9, -0.1);
        check_vjp(ReluGrad, [&[2, 3], &[2, 3]]);
        check_vjp(Sigmoid, [&[2, 3]]);
        check_vjp(SigmoidGrad, [&[2, 3], &[2, 3]]);
        check_vjp(Tanh, [&[2, 3]]);
        check_vjp(TanhGrad, [&[2, 3], &[2, 3]]);
    }
}
