//! Softplus and SiLU, the smooth relatives of ReLU, with fused gradients.

use super::{Activation, Arithmetic, Comparison, Selection};
use crate::dispatch::for_float;
use crate::kernel::{self, Real};
use crate::{Array, Element, Op, Result, Saved, Saves, Tensor};

/// `ln(1 + e^βx) / β`, and `x` where `βx` is above the threshold.
#[derive(Clone, Debug)]
pub(super) struct Softplus {
    pub(super) beta: f64,
    pub(super) threshold: f64,
}

impl Op<1> for Softplus {
    const NAME: &'static str = "softplus";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => {
            let (beta, threshold) = (T::from_f64(self.beta), T::from_f64(self.threshold));
            Ok(kernel::map_hot(x, #[inline(always)] move |x: T| {
                let z = x * beta;
                let soft = (z.larger(T::ZERO) + Real::ln_1p(Real::exp(-z.abs()))) / beta;
                if z > threshold { x } else { soft }
            }))
        })
    }

    /// dL/dx = g σ(βx), g above the threshold
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let Softplus { beta, threshold } = *self;
        A::apply(SoftplusGrad { beta, threshold }, [saved.input(0)?, g])
    }
}

/// `g σ(βx)`, `g` above the threshold, in one pass.
#[derive(Clone, Debug)]
pub(super) struct SoftplusGrad {
    beta: f64,
    threshold: f64,
}

impl Op<2> for SoftplusGrad {
    const NAME: &'static str = "softplus_grad";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => {
            let (beta, threshold) = (T::from_f64(self.beta), T::from_f64(self.threshold));
            Ok(kernel::zip_hot(x, g, #[inline(always)] move |x: T, g: T| {
                let z = x * beta;
                let soft = g * z.sigmoid();
                if z > threshold { g } else { soft }
            }))
        })
    }

    /// with upstream u: dL/dx = u g β σ (1 − σ), 0 above the threshold;  dL/dg = u σ(βx)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let x = saved.input(0)?;
        if wrt == 1 {
            return A::apply(self.clone(), [x, u]);
        }
        let z = x.mul_scalar(self.beta)?;
        let s = z.sigmoid()?;
        let slope = s.mul(&s.rsub_scalar(1)?)?.mul_scalar(self.beta)?;
        u.mul(saved.input(1)?)?
            .mul(&slope)?
            .masked_fill(&z.gt_scalar(self.threshold)?, 0)
    }
}

/// `x σ(x)`.
#[derive(Clone, Debug)]
pub(super) struct Silu;

impl Op<1> for Silu {
    const NAME: &'static str = "silu";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map_hot(x, #[inline(always)] |x: T| x * x.sigmoid())))
    }

    /// dL/dx = g σ (1 + x (1 − σ))
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(SiluGrad, [saved.input(0)?, g])
    }
}

/// `g σ (1 + x (1 − σ))` in one pass.
#[derive(Clone, Debug)]
pub(super) struct SiluGrad;

impl Op<2> for SiluGrad {
    const NAME: &'static str = "silu_grad";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::zip_hot(x, g, #[inline(always)] |x: T, g: T| {
            let s = x.sigmoid();
            g * s * (T::ONE + x * (T::ONE - s))
        })))
    }

    /// with upstream u: dL/dx = u g σ (1 − σ) (2 + x (1 − 2σ)),  dL/dg = u σ (1 + x (1 − σ))
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let x = saved.input(0)?;
        if wrt == 1 {
            return A::apply(SiluGrad, [x, u]);
        }
        let s = x.sigmoid()?;
        let slope = s.mul_scalar(2)?.rsub_scalar(1)?.mul(x)?.add_scalar(2)?;
        u.mul(saved.input(1)?)?
            .mul(&s.mul(&s.rsub_scalar(1)?)?)?
            .mul(&slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{check_forward, check_vjp_in};

    const PLAIN: Softplus = Softplus {
        beta: 1.0,
        threshold: 20.0,
    };
    const STEEP: Softplus = Softplus {
        beta: 3.0,
        threshold: 1.0,
    };

    #[test]
    fn forward() {
        let inf = f32::INFINITY;
        let x = &tensor![0.0, 1.0, 30.0, -inf, inf];
        let soft = [
            std::f64::consts::LN_2,
            1.313_261_688,
            30.0,
            0.0,
            f64::INFINITY,
        ];
        check_forward(PLAIN, [x], &soft);
        check_forward(STEEP, [&tensor![0.5, 0.1]], &[0.5, 0.284_785_082]);
        check_forward(
            Silu,
            [&tensor![0.0, 1.0, -200.0]],
            &[0.0, 0.731_058_579, 0.0],
        );
    }

    #[test]
    fn vjp() {
        for op in [PLAIN, STEEP] {
            let (beta, threshold) = (op.beta, op.threshold);
            check_vjp_in(Softplus { ..op }, [&[7]], -2.0, 2.0);
            check_vjp_in(SoftplusGrad { beta, threshold }, [&[7], &[7]], -2.0, 2.0);
        }
        check_vjp_in(Silu, [&[7]], -3.0, 3.0);
        check_vjp_in(SiluGrad, [&[7], &[7]], -3.0, 3.0);
    }
}
