//! The pass that Adam, AdamW, NAdam and RAdam share; compiled once for all of them.

use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::rule::RuleState;

/// One step. What does not depend on the element is computed beforehand:
///
/// ```text
/// g ← ±g + λ w,   w ← κ w
/// m ← m + (1 − β₁)(g − m),   v ← β₂ v + (1 − β₂) g²
/// w ← w + (a m + b g) / (√v / c + ε)
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    /// Ascends instead of descending.
    pub(crate) maximize: bool,
    /// λ, what of the weight enters the gradient.
    pub(crate) decay: f64,
    /// κ, what is left of the weight.
    pub(crate) keep: f64,
    /// β₁, β₂.
    pub(crate) betas: (f64, f64),
    /// a, minus the size of the step along m.
    pub(crate) along_m: f64,
    /// b, minus the size of the step along g.
    pub(crate) along_g: f64,
    /// c, the correction of the root.
    pub(crate) root: f64,
    /// ε.
    pub(crate) eps: f64,
}

impl Moments {
    /// λ and κ of a weight decay that enters the gradient, or with `decoupled` shrinks the weight itself.
    pub(crate) fn decay(decoupled: bool, weight_decay: f64, lr: f64) -> (f64, f64) {
        if decoupled {
            (0.0, 1.0 - lr * weight_decay)
        } else {
            (weight_decay, 1.0)
        }
    }

    /// Changes the parameter and its averages m and v, the state's first two buffers.
    pub(crate) fn step(
        self,
        p: &mut Tensor,
        g: &Tensor,
        state: &mut RuleState,
    ) -> gradus_tensor::Result<()> {
        let state = state.buffers::<2>(p);
        p.update_by(&self, g, state)
    }

    /// As [`step`](Moments::step), dividing by the largest v so far, the third buffer.
    pub(crate) fn step_with_maximum(
        self,
        p: &mut Tensor,
        g: &Tensor,
        state: &mut RuleState,
    ) -> gradus_tensor::Result<()> {
        let state = state.buffers::<3>(p);
        p.update_by(&WithMaximum(self), g, state)
    }

    /// The shrunken weight, the whole gradient and the new averages. Nothing branches here: decay that is
    /// off multiplies by 0 or 1, which changes no finite number.
    #[inline(always)]
    fn averages<T: Real>(&self, w: T, g: T, m: T, v: T) -> (T, T, T, T) {
        let sign = T::from_f64(if self.maximize { -1.0 } else { 1.0 });
        let g = w.mul_add(T::from_f64(self.decay), sign * g);
        let m = (g - m).mul_add(T::from_f64(1.0 - self.betas.0), m);
        let v = (T::from_f64(1.0 - self.betas.1) * g).mul_add(g, v * T::from_f64(self.betas.1));
        (w * T::from_f64(self.keep), g, m, v)
    }

    #[inline(always)]
    fn moved<T: Real>(&self, w: T, g: T, m: T, v: T) -> T {
        let root = v.sqrt() / T::from_f64(self.root) + T::from_f64(self.eps);
        w + g.mul_add(T::from_f64(self.along_g), T::from_f64(self.along_m) * m) / root
    }
}

impl UpdateRule<2> for Moments {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [m, v]: [T; 2]) -> (T, [T; 2]) {
        let (w, g, m, v) = self.averages(w, g, m, v);
        (self.moved(w, g, m, v), [m, v])
    }
}

#[derive(Clone, Copy)]
struct WithMaximum(Moments);

impl UpdateRule<3> for WithMaximum {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [m, v, max]: [T; 3]) -> (T, [T; 3]) {
        let (w, g, m, v) = self.0.averages(w, g, m, v);
        let max = max.larger(v);
        (self.0.moved(w, g, m, max), [m, v, max])
    }
}
