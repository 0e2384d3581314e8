//! The pass that most rules are made of, at least in part.

use gradus_tensor::{Real, UpdateRule};

/// `w ← κ w + a g`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    /// κ, what is left of the weight.
    pub(crate) keep: f64,
    /// a, minus the size of the step.
    pub(crate) along: f64,
}

impl Move {
    /// `w ← w + a g`.
    pub(crate) fn along(a: f64) -> Move {
        Move {
            keep: 1.0,
            along: a,
        }
    }

    /// `w ← w + c (g − w)`: an average that a new value enters.
    pub(crate) fn average(c: f64) -> Move {
        Move {
            keep: 1.0 - c,
            along: c,
        }
    }
}

impl UpdateRule<0> for Move {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, state: [T; 0]) -> (T, [T; 0]) {
        let kept = w * T::from_f64(self.keep);
        (g.mul_add(T::from_f64(self.along), kept), state)
    }
}
