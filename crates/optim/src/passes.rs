//! Passes over a tensor that several rules are made of.

use gradus_tensor::{Real, UpdateRule};

/// `w ← κ w + a g`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    /// κ, what is left of the weight.
    pub(crate) keep: f64,
    /// a, minus the size of the step.
    pub(crate) along: f64,
}

impl UpdateRule<0> for Move {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, state: [T; 0]) -> (T, [T; 0]) {
        let kept = w * T::from_f64(self.keep);
        (g.mul_add(T::from_f64(self.along), kept), state)
    }
}

/// `a ← a + c (x − a)`: an average that a new value enters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lerp(pub(crate) f64);

impl UpdateRule<0> for Lerp {
    #[inline(always)]
    fn apply<T: Real>(&self, a: T, x: T, state: [T; 0]) -> (T, [T; 0]) {
        ((x - a).mul_add(T::from_f64(self.0), a), state)
    }
}
