//! Units that are linear above zero, with fused gradients: ReLU, leaky ReLU and ELU.

use super::{Arithmetic, Comparison, Exponential, Selection};
use crate::dispatch::{for_float, for_number};
use crate::kernel::{self, Real};
use crate::{Array, Element, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Relu;

impl Op<1> for Relu {
    const NAME: &'static str = "relu";
    const SAVES: Saves = Saves::OUTPUT;

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
            Ok(super::sign::flat(u))
        } else {
            A::apply(ReluGrad, [saved.input(0)?, u])
        }
    }
}

/// `x` above zero, `slope · x` elsewhere.
#[derive(Clone, Debug)]
pub(super) struct LeakyRelu {
    pub(super) slope: f64,
}

impl Op<1> for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => {
            let slope = T::from_f64(self.slope);
            Ok(kernel::map(x, #[inline(always)] move |x: T| if x > T::ZERO { x } else { x * slope }))
        })
    }

    /// dL/dx = g above zero, g · slope elsewhere
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let slope = self.slope;
        A::apply(LeakyReluGrad { slope }, [saved.input(0)?, g])
    }
}

/// `g` where `x > 0`, `slope · g` elsewhere, in one pass.
#[derive(Clone, Debug)]
pub(super) struct LeakyReluGrad {
    slope: f64,
}

impl Op<2> for LeakyReluGrad {
    const NAME: &'static str = "leaky_relu_grad";
    const SAVES: Saves = Saves::input(0);

    fn forward(&self, [x, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => {
            let slope = T::from_f64(self.slope);
            Ok(kernel::zip(x, g, #[inline(always)] move |x: T, g: T| if x > T::ZERO { g } else { g * slope }))
        })
    }

    /// with upstream u: dL/dx = 0,  dL/dg = u where x > 0, slope · u elsewhere
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        if wrt == 0 {
            return Ok(super::sign::flat(u));
        }
        A::apply(self.clone(), [saved.input(0)?, u])
    }
}

/// `scale · x` above zero, `scale · alpha · (e^(inner x) − 1)` elsewhere: ELU, CELU and SELU.
#[derive(Clone, Debug)]
pub(super) struct Elu {
    pub(super) alpha: f64,
    pub(super) scale: f64,
    pub(super) inner: f64,
}

impl Op<1> for Elu {
    const NAME: &'static str = "elu";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => {
            let below = T::from_f64(self.alpha * self.scale);
            let (scale, inner) = (T::from_f64(self.scale), T::from_f64(self.inner));
            Ok(kernel::map(x, #[inline(always)] move |x: T| {
                let bent = below * Real::exp_m1(x * inner);
                if x <= T::ZERO { bent } else { x * scale }
            }))
        })
    }

    /// dL/dx = g · scale above zero, g · scale · alpha · inner · e^(inner x) elsewhere
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let Elu {
            alpha,
            scale,
            inner,
        } = *self;
        let op = EluGrad {
            below: alpha * scale * inner,
            scale,
            inner,
        };
        A::apply(op, [saved.input(0)?, g])
    }
}

/// `scale · g` where `x > 0`, `below · g · e^(inner x)` elsewhere, in one pass.
#[derive(Clone, Debug)]
pub(super) struct EluGrad {
    below: f64,
    scale: f64,
    inner: f64,
}

impl Op<2> for EluGrad {
    const NAME: &'static str = "elu_grad";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x, g]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => {
            let (below, scale, inner) = (T::from_f64(self.below), T::from_f64(self.scale), T::from_f64(self.inner));
            Ok(kernel::zip(x, g, #[inline(always)] move |x: T, g: T| {
                let bent = g * below * Real::exp(x * inner);
                if x <= T::ZERO { bent } else { g * scale }
            }))
        })
    }

    /// with upstream u: dL/dx = u g · below · inner · e^(inner x), 0 above zero;  dL/dg as the gradient of u
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let x = saved.input(0)?;
        if wrt == 1 {
            return A::apply(self.clone(), [x, u]);
        }
        let slope = x.mul_scalar(self.inner)?.exp()?;
        u.mul(saved.input(1)?)?
            .mul(&slope.mul_scalar(self.below * self.inner)?)?
            .masked_fill(&x.gt_scalar(0)?, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{check_forward, check_vjp, check_vjp_in};

    const ELU: Elu = Elu {
        alpha: 1.5,
        scale: 1.1,
        inner: 0.5,
    };

    #[test]
    fn forward() {
        let x = &tensor![-2.0, 0.0, 3.0, f32::NEG_INFINITY, f32::NAN];
        check_forward(
            LeakyRelu { slope: 0.1 },
            [x],
            &[-0.2, 0.0, 3.0, f64::NEG_INFINITY, f64::NAN],
        );
        check_forward(Relu, [x], &[0.0, 0.0, 3.0, 0.0, f64::NAN]);
        check_forward(
            ReluGrad,
            [&tensor![0.0, 2.0], &tensor![5.0, 7.0]],
            &[0.0, 7.0],
        );
        let bent = 1.5 * 1.1 * (-1f64).exp_m1();
        check_forward(ELU, [x], &[bent, 0.0, 3.3, -1.65, f64::NAN]);
    }

    #[test]
    fn vjp() {
        let grad = EluGrad {
            below: 0.7,
            scale: 1.1,
            inner: 0.5,
        };
        for (low, high) in [(-0.9, -0.1), (0.1, 0.9)] {
            let slope = 0.3;
            check_vjp_in(LeakyRelu { slope }, [&[5]], low, high);
            check_vjp_in(LeakyReluGrad { slope }, [&[5], &[5]], low, high);
            check_vjp_in(Elu { ..ELU }, [&[5]], low, high);
            check_vjp_in(grad.clone(), [&[5], &[5]], low, high);
        }
        check_vjp(Relu, [&[2, 3]]);
        check_vjp_in(Relu, [&[2, 3]], -0.9, -0.1);
        check_vjp(ReluGrad, [&[2, 3], &[2, 3]]);
        check_vjp(Elu { ..ELU }, [&[0, 2]]);
    }
}
