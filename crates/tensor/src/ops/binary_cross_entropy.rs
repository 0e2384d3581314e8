//! Binary cross-entropy on probabilities and on logits, and the gradients of both, fused.

use super::squared_error::{in_single, same_loss_operands};
use super::{Activation, Arithmetic, Reduction, Shapes, Sums};
use crate::dispatch::{for_float, for_real};
use crate::kernel::{self, Real};
use crate::{Array, Element, Op, Result, Saved, Saves, Tensor};

/// The logarithm of a probability never counts for less than this, as in PyTorch: a wrong
/// certainty costs 100, not infinity.
const LOWEST_LOG: f64 = -100.0;
/// The gradient divides by `p (1 − p)`, kept at least this large, as in PyTorch, whose constant is an
/// `f32` that is widened for `f64`: a few parts in 10⁹ below 10⁻¹².
const LEAST_VARIANCE: f64 = 1e-12_f32 as f64;

#[inline(always)]
fn clamped_ln<T: Real>(p: T) -> T {
    p.ln().larger(T::from_f64(LOWEST_LOG))
}

#[inline(always)]
fn clamped_ln_1p<T: Real>(p: T) -> T {
    p.ln_1p().larger(T::from_f64(LOWEST_LOG))
}

#[inline(always)]
fn cross_entropy<T: Real>(p: T, y: T) -> T {
    (y - T::ONE) * clamped_ln_1p(-p) - y * clamped_ln(p)
}

#[inline(always)]
fn cross_entropy_with_logits<T: Real>(z: T, y: T) -> T {
    z.larger(T::ZERO) - z * y + (-z.abs()).exp().ln_1p()
}

/// How a fused loss reduces: 1 for a sum, 1/n for a mean.
fn factor(mean: bool, shape: &[usize]) -> f64 {
    if mean {
        1.0 / shape.iter().product::<usize>() as f64
    } else {
        1.0
    }
}

/// Mean or sum of `−y ln p − (1 − y) ln(1 − p)`.
#[derive(Clone, Debug)]
pub(super) struct Bce {
    pub(super) mean: bool,
}

impl Op<2> for Bce {
    const NAME: &'static str = "binary_cross_entropy";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [p, y]: [&Tensor; 2]) -> Result<Tensor> {
        for_real!(Self::NAME, p.dtype(), T => {
            let sum = kernel::sum_of(p, y, #[inline(always)] |p: T, y: T| cross_entropy(p, y));
            Ok(Tensor::scalar(if self.mean { sum / T::from_f64(p.numel() as f64) } else { sum }))
        })
    }

    /// dL/dp = g (p − y) / (p (1 − p)) / n,  dL/dy = g (ln(1 − p) − ln p) / n
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (p, y) = (saved.input(0)?, saved.input(1)?);
        let scale = factor(self.mean, p.shape());
        if wrt == 0 {
            A::apply(BceGrad { scale }, [p, y, g])
        } else {
            A::apply(BceTargetGrad, [p])?.mul(g)?.mul_scalar(scale)
        }
    }
}

/// `scale g (p − y) / max(p (1 − p), 10⁻¹²)` in one pass, for a `g` without dimensions.
#[derive(Clone, Debug)]
pub(super) struct BceGrad {
    pub(super) scale: f64,
}

impl Op<3> for BceGrad {
    const NAME: &'static str = "binary_cross_entropy_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [p, y, g]: [&Tensor; 3]) -> Result<Tensor> {
        for_float!(Self::NAME, p.dtype(), T => {
            let c = T::from_f64(self.scale) * g.item::<T>()?;
            let least = T::from_f64(LEAST_VARIANCE);
            Ok(kernel::zip(p, y, #[inline(always)] move |p: T, y: T| c * (p - y) / (p * (T::ONE - p)).larger(least)))
        })
    }

    /// with v = p (1 − p) and upstream u:
    /// dL/dp = s g u (p² − 2py + y) / v²,  dL/dy = −s g u / v,  dL/dg = s Σ u (p − y) / v
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let (p, y, g) = (saved.input(0)?, saved.input(1)?, saved.input(2)?);
        let v = A::apply(Variance, [p])?;
        match wrt {
            0 => {
                // PyTorch keeps this denominator from 0 by adding to both factors.
                let (p_plus, q_plus) = (
                    p.add_scalar(LEAST_VARIANCE)?,
                    p.rsub_scalar(1.0 + LEAST_VARIANCE)?,
                );
                let numerator = p.square()?.sub(&p.mul(y)?.mul_scalar(2)?)?.add(y)?;
                numerator
                    .div(&p_plus.square()?.mul(&q_plus.square()?)?)?
                    .mul(u)?
                    .mul(g)?
                    .mul_scalar(self.scale)
            }
            1 => u.div(&v)?.mul(g)?.mul_scalar(-self.scale),
            _ => u
                .mul(&p.sub(y)?)?
                .div(&v)?
                .sum()?
                .mul_scalar(self.scale)?
                .reshape(g.shape()),
        }
    }
}

/// `max(p (1 − p), 10⁻¹²)`.
#[derive(Clone, Debug)]
pub(super) struct Variance;

impl Op<1> for Variance {
    const NAME: &'static str = "bernoulli_variance";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [p]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, p.dtype(), T => {
            let least = T::from_f64(LEAST_VARIANCE);
            Ok(kernel::map(p, #[inline(always)] move |p: T| (p * (T::ONE - p)).larger(least)))
        })
    }

    /// dL/dp = g (1 − 2p)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        saved.input(0)?.mul_scalar(2)?.rsub_scalar(1)?.mul(g)
    }
}

/// `ln(1 − p) − ln p`, both clamped: what a target's gradient is multiplied with.
#[derive(Clone, Debug)]
pub(super) struct BceTargetGrad;

impl Op<1> for BceTargetGrad {
    const NAME: &'static str = "binary_cross_entropy_target_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [p]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, p.dtype(), T => {
            Ok(kernel::map(p, #[inline(always)] |p: T| clamped_ln_1p(-p) - clamped_ln(p)))
        })
    }

    /// dL/dp = −g / (p (1 − p))
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.div(&A::apply(Variance, [saved.input(0)?])?)?.neg()
    }
}

/// Mean or sum of `max(z, 0) − z y + ln(1 + e^{−|z|})`.
#[derive(Clone, Debug)]
pub(super) struct BceWithLogits {
    pub(super) mean: bool,
}

impl Op<2> for BceWithLogits {
    const NAME: &'static str = "binary_cross_entropy_with_logits";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [z, y]: [&Tensor; 2]) -> Result<Tensor> {
        for_real!(Self::NAME, z.dtype(), T => {
            let sum = kernel::sum_of(z, y, #[inline(always)] |z: T, y: T| cross_entropy_with_logits(z, y));
            Ok(Tensor::scalar(if self.mean { sum / T::from_f64(z.numel() as f64) } else { sum }))
        })
    }

    /// dL/dz = g (σ(z) − y) / n,  dL/dy = −g z / n
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (z, y) = (saved.input(0)?, saved.input(1)?);
        let scale = factor(self.mean, z.shape());
        if wrt == 0 {
            A::apply(BceWithLogitsGrad { scale }, [z, y, g])
        } else {
            z.mul(g)?.mul_scalar(-scale)
        }
    }
}

/// `scale g (σ(z) − y)` in one pass, for a `g` without dimensions.
#[derive(Clone, Debug)]
pub(super) struct BceWithLogitsGrad {
    pub(super) scale: f64,
}

impl Op<3> for BceWithLogitsGrad {
    const NAME: &'static str = "binary_cross_entropy_with_logits_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [z, y, g]: [&Tensor; 3]) -> Result<Tensor> {
        for_float!(Self::NAME, z.dtype(), T => {
            let c = T::from_f64(self.scale) * g.item::<T>()?;
            Ok(kernel::zip_hot(z, y, #[inline(always)] move |z: T, y: T| c * (z.sigmoid() - y)))
        })
    }

    /// with upstream u: dL/dz = s g u σ(z) (1 − σ(z)),  dL/dy = −s g u,  dL/dg = s Σ u (σ(z) − y)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let (z, y, g) = (saved.input(0)?, saved.input(1)?, saved.input(2)?);
        match wrt {
            0 => {
                let p = z.sigmoid()?;
                p.sub(&p.square()?)?.mul(u)?.mul(g)?.mul_scalar(self.scale)
            }
            1 => u.mul(g)?.mul_scalar(-self.scale),
            _ => u
                .mul(&z.sigmoid()?.sub(y)?)?
                .sum()?
                .mul_scalar(self.scale)?
                .reshape(g.shape()),
        }
    }
}

/// One loss per element, for reductions that weigh or keep the elements.
#[derive(Clone, Debug)]
pub(super) struct BceEach {
    pub(super) logits: bool,
}

impl Op<2> for BceEach {
    const NAME: &'static str = "binary_cross_entropy_each";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x, y]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(if self.logits {
            kernel::zip(x, y, #[inline(always)] |z: T, y: T| cross_entropy_with_logits(z, y))
        } else {
            kernel::zip(x, y, #[inline(always)] |p: T, y: T| cross_entropy(p, y))
        }))
    }

    /// As the fused losses, with one upstream gradient per element.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (x, y) = (saved.input(0)?, saved.input(1)?);
        match (wrt, self.logits) {
            (0, true) => x.sigmoid()?.sub(y)?.mul(g),
            (0, false) => x.sub(y)?.div(&A::apply(Variance, [x])?)?.mul(g),
            (_, true) => x.mul(g)?.neg(),
            (_, false) => A::apply(BceTargetGrad, [x])?.mul(g),
        }
    }
}

/// Binary cross-entropy.
///
/// ```
/// use gradus_tensor::{Reduction, tensor};
/// let (probability, target) = (tensor![0.5, 0.5], tensor![0.0, 1.0]);
/// let loss = probability.binary_cross_entropy(&target, Reduction::Mean)?;
/// assert_eq!(loss.item::<f32>()?, 2f32.ln());
/// // Of the numbers before the sigmoid, without the loss of digits in it:
/// let loss = tensor![-1000.0, 1000.0].binary_cross_entropy_with_logits(&target, Reduction::Mean)?;
/// assert_eq!(loss.item::<f32>()?, 0.0);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait BinaryCrossEntropy: Array {
    /// `−y ln p − (1 − y) ln(1 − p)` of probabilities, its mean or its sum; each logarithm is kept at
    /// least −100.
    ///
    /// # Errors
    /// Shapes or dtypes that differ. Whether `p` lies in `[0, 1]` is checked by the layer that takes
    /// user data, not here.
    ///
    /// # Source
    /// `torch.nn.functional.binary_cross_entropy` 2.15, clamps included.
    fn binary_cross_entropy(&self, target: &Self, reduction: Reduction) -> Result<Self> {
        same_loss_operands(Bce::NAME, self, target)?;
        if self.dtype().is_half() {
            return in_single([self, target], |p, y| p.binary_cross_entropy(y, reduction));
        }
        match reduction {
            Reduction::None => Self::apply(BceEach { logits: false }, [self, target]),
            _ => Self::apply(
                Bce {
                    mean: reduction == Reduction::Mean,
                },
                [self, target],
            ),
        }
    }

    /// The same of logits `z`, where `p = σ(z)`: `max(z, 0) − z y + ln(1 + e^{−|z|})`, finite and with
    /// a finite gradient for every finite `z`.
    ///
    /// # Errors
    /// Shapes or dtypes that differ.
    fn binary_cross_entropy_with_logits(
        &self,
        target: &Self,
        reduction: Reduction,
    ) -> Result<Self> {
        same_loss_operands(BceWithLogits::NAME, self, target)?;
        if self.dtype().is_half() {
            return in_single([self, target], |z, y| {
                z.binary_cross_entropy_with_logits(y, reduction)
            });
        }
        match reduction {
            Reduction::None => Self::apply(BceEach { logits: true }, [self, target]),
            _ => Self::apply(
                BceWithLogits {
                    mean: reduction == Reduction::Mean,
                },
                [self, target],
            ),
        }
    }
}
impl<A: Array> BinaryCrossEntropy for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp, check_vjp_in};

    #[test]
    fn forward() {
        let y = tensor![1.0, 0.0];
        let right = tensor![0.9, 0.2]
            .binary_cross_entropy(&y, Reduction::Mean)
            .unwrap();
        assert_close(&right, &[(-(0.9f64.ln()) - 0.8f64.ln()) / 2.0]);
        // The course's swapped arguments: both logarithms are clamped at −100.
        let wrong = y
            .binary_cross_entropy(&tensor![0.9, 0.2], Reduction::Mean)
            .unwrap();
        assert_close(&wrong, &[15.0]);
        let z = tensor![0.0, 1e4];
        assert_close(
            &z.binary_cross_entropy_with_logits(&y, Reduction::None)
                .unwrap(),
            &[std::f64::consts::LN_2, 1e4],
        );
        assert_close(
            &z.binary_cross_entropy_with_logits(&tensor![0.0, 1.0], Reduction::Sum)
                .unwrap(),
            &[std::f64::consts::LN_2],
        );
    }

    #[test]
    fn vjp() {
        check_vjp(Bce { mean: true }, [&[2, 3], &[2, 3]]);
        check_vjp(Bce { mean: false }, [&[4], &[4]]);
        check_vjp(BceGrad { scale: 0.5 }, [&[2, 3], &[2, 3], &[]]);
        check_vjp(Variance, [&[4]]);
        check_vjp(BceTargetGrad, [&[4]]);
        check_vjp_in(BceWithLogits { mean: true }, [&[2, 3], &[2, 3]], -2.0, 2.0);
        check_vjp_in(
            BceWithLogitsGrad { scale: 0.5 },
            [&[2, 3], &[2, 3], &[]],
            -2.0,
            2.0,
        );
        check_vjp(BceEach { logits: false }, [&[4], &[4]]);
        check_vjp_in(BceEach { logits: true }, [&[4], &[4]], -2.0, 2.0);
    }

    #[test]
    fn certain_and_wrong_stays_finite() {
        let (p, y) = (tensor![0.0, 1.0, 0.0, 1.0], tensor![0.0, 1.0, 1.0, 0.0]);
        let loss = p.binary_cross_entropy(&y, Reduction::Sum).unwrap();
        assert_close(&loss, &[200.0]);
        let g = Tensor::apply(BceGrad { scale: 1.0 }, [&p, &y, &Tensor::scalar(1.0f32)]).unwrap();
        assert!(g.to_vec::<f32>().unwrap().iter().all(|g| g.is_finite()));
    }

    #[test]
    fn the_least_variance_is_that_of_f32_in_f64_too() {
        let (p, y, u) = (
            Tensor::scalar(0.0),
            Tensor::scalar(1.0),
            Tensor::scalar(1.0),
        );
        let g = Tensor::apply(BceGrad { scale: 1.0 }, [&p, &y, &u]).unwrap();
        assert_eq!(g.item::<f64>().unwrap(), -1.0 / f64::from(1e-12_f32));
    }
}
