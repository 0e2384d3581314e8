//! The Gaussian error linear unit, exact and by tanh, with fused gradients.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::{Activation, Arithmetic, Exponential};
use crate::dispatch::for_float;
use crate::kernel::{self, Real};
use crate::{Array, DType, Element, Op, Result, Saved, Saves, Tensor};

/// 1/√(2π)
const BELL: f64 = 0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
/// √(2/π)
const INNER: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
const CUBIC: f64 = 0.044_715;

/// x Φ(x), Φ being the normal distribution function.
#[derive(Clone, Debug)]
pub(super) struct Gelu;

impl Op<1> for Gelu {
    const NAME: &'static str = "gelu";
    const SAVES: Saves = Saves::INPUTS;

    #[expect(clippy::eq_op, reason = "the difference is NaN where x is not finite")]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        // In single precision and in bf16 PyTorch's value at infinity is NaN.
        let single = matches!(x.dtype(), DType::F32 | DType::Bf16);
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] move |x: T| {
            let lost = if single { x - x } else { T::ZERO };
            x * x.normal_cdf() + lost
        })))
    }

    /// dL/dx = g (Φ + x φ)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(GeluGrad, [saved.input(0)?, g])
    }
}

/// `g (Φ + x φ)` in one pass.
#[derive(Clone, Debug)]
pub(super) struct GeluGrad;

impl Op<2> for GeluGrad {
    const NAME: &'static str = "gelu_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::zip_hot(x, g, #[inline(always)] |x: T, g: T| {
            let bell = T::from_f64(BELL) * Real::exp(T::from_f64(-0.5) * x * x);
            g * (x.normal_cdf() + x * bell)
        })))
    }

    /// with upstream u: dL/dx = u g φ (2 − x²),  dL/dg = u (Φ + x φ)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let x = saved.input(0)?;
        if wrt == 1 {
            return A::apply(GeluGrad, [x, u]);
        }
        let square = x.square()?;
        let bell = square.mul_scalar(-0.5)?.exp()?.mul_scalar(BELL)?;
        let slope = square.rsub_scalar(2)?.mul(&bell)?;
        u.mul(saved.input(1)?)?.mul(&slope)
    }
}

/// x (1 + tanh p(x)) / 2 with p = √(2/π) (x + 0.044715 x³).
#[derive(Clone, Debug)]
pub(super) struct GeluTanh;

impl Op<1> for GeluTanh {
    const NAME: &'static str = "gelu";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] |x: T| {
            T::from_f64(0.5) * x * (T::ONE + Real::tanh(inner(x)))
        })))
    }

    /// dL/dx = g ((1 + t) + x (1 − t²) p′) / 2
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(GeluTanhGrad, [saved.input(0)?, g])
    }
}

#[inline(always)]
fn inner<T: Real>(x: T) -> T {
    T::from_f64(INNER) * (x + T::from_f64(CUBIC) * x * x * x)
}

/// `g ((1 + t) + x (1 − t²) p′) / 2` in one pass.
#[derive(Clone, Debug)]
pub(super) struct GeluTanhGrad;

impl Op<2> for GeluTanhGrad {
    const NAME: &'static str = "gelu_grad";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::zip_hot(x, g, #[inline(always)] |x: T, g: T| {
            let t = Real::tanh(inner(x));
            let slope = T::from_f64(INNER) * (T::ONE + T::from_f64(3.0 * CUBIC) * x * x);
            let half = T::from_f64(0.5);
            g * (half * (T::ONE + t) + half * x * (T::ONE - t * t) * slope)
        })))
    }

    /// with upstream u: dL/dx = u g (1 − t²) (p′ − x t p′² + x p″ / 2),
    /// dL/dg = u ((1 + t) + x (1 − t²) p′) / 2
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let x = saved.input(0)?;
        if wrt == 1 {
            return A::apply(GeluTanhGrad, [x, u]);
        }
        let square = x.square()?;
        let p = square
            .mul_scalar(CUBIC)?
            .add_scalar(1)?
            .mul(x)?
            .mul_scalar(INNER)?;
        let t = p.tanh()?;
        let slope = square
            .mul_scalar(3.0 * CUBIC)?
            .add_scalar(1)?
            .mul_scalar(INNER)?;
        let bend = square.mul_scalar(3.0 * CUBIC * INNER)?;
        let inside = slope.sub(&x.mul(&t)?.mul(&slope.square()?)?)?.add(&bend)?;
        let outside = t.square()?.rsub_scalar(1)?;
        u.mul(saved.input(1)?)?.mul(&outside)?.mul(&inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{check_forward, check_vjp, check_vjp_in};

    #[test]
    fn forward() {
        let x = &tensor![0.0, 1.0, -2.0, 20.0];
        check_forward(Gelu, [x], &[0.0, 0.841_344_746, -0.045_500_264, 20.0]);
        check_forward(GeluTanh, [x], &[0.0, 0.841_191_991, -0.045_402_306, 20.0]);
    }

    #[test]
    fn vjp() {
        check_vjp_in(Gelu, [&[7]], -3.0, 3.0);
        check_vjp_in(GeluGrad, [&[7], &[7]], -3.0, 3.0);
        check_vjp_in(GeluTanh, [&[7]], -3.0, 3.0);
        check_vjp_in(GeluTanhGrad, [&[7], &[7]], -3.0, 3.0);
        check_vjp(Gelu, [&[2, 0]]);
    }
}
