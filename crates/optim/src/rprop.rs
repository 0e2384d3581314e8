//! Rprop: resilient backpropagation.

use gradus_autograd::Var;
use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::error::{Error, Result};
use crate::field::{Field, Options, Range};
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Steps whose size depends on the signs of the gradient alone; for full batches.
///
/// ```text
/// g · g₋ > 0:  s ← min(η₊ s, s_max)
/// g · g₋ < 0:  s ← max(η₋ s, s_min),   g ← 0
/// w ← w − s sign(g),   g₋ ← g
/// ```
///
/// Every s begins as the learning rate.
///
/// # Source
/// Riedmiller & Braun 1993, without taking steps back; conventions of `torch.optim.Rprop` 2.15.
pub type Rprop = Stepper<RpropOptions>;

/// Options of [`Rprop`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RpropOptions {
    /// Size of the first step, at least 0.
    pub lr: f64,
    /// Factors η₋ and η₊, with 0 < η₋ < 1 < η₊.
    pub etas: (f64, f64),
    /// Smallest and largest size of a step.
    pub step_sizes: (f64, f64),
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for RpropOptions {
    /// PyTorch's defaults: rate 0.01, η = (0.5, 1.2), sizes from 10⁻⁶ to 50.
    #[inline]
    fn default() -> RpropOptions {
        RpropOptions {
            lr: 1e-2,
            etas: (0.5, 1.2),
            step_sizes: (1e-6, 50.0),
            maximize: false,
        }
    }
}

impl Rprop {
    /// With this first step and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Rprop> {
        let options = RpropOptions {
            lr,
            ..RpropOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

impl UpdateRule<2> for RpropOptions {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [before, size]: [T; 2]) -> (T, [T; 2]) {
        let g = T::from_f64(if self.maximize { -1.0 } else { 1.0 }) * g;
        let agreement = g * before;
        let turned = agreement < T::ZERO;
        let factor = if turned {
            T::from_f64(self.etas.0)
        } else if agreement > T::ZERO {
            T::from_f64(self.etas.1)
        } else {
            T::ONE
        };
        let size = (size * factor)
            .larger(T::from_f64(self.step_sizes.0))
            .smaller(T::from_f64(self.step_sizes.1));
        let g = if turned { T::ZERO } else { g };
        ((-g.sign()).mul_add(size, w), [g, size])
    }
}

impl Options for RpropOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Rprop"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("etas", &mut self.etas),
            Field::new("step_sizes", &mut self.step_sizes),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }

    #[inline]
    fn check(&self) -> Result<()> {
        let (shrinking, growing) = self.etas;
        if 0.0 < shrinking && shrinking < 1.0 && 1.0 < growing {
            return Ok(());
        }
        Err(Error::Option {
            owner: self.name(),
            option: "etas".to_string(),
            value: format!("({shrinking}, {growing})"),
            expected: "(η₋, η₊) with 0 < η₋ < 1 < η₊",
        })
    }
}

impl Rule for RpropOptions {
    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        let sizes = Buffer {
            begins: Some(self.lr),
            ..Buffer::zeros("step_size", p)
        };
        vec![Buffer::zeros("prev", p), sizes]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        p.update_by(self, g, state.buffers::<2>(p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::tensor;

    #[test]
    fn steps_grow_while_the_sign_stays_and_shrink_when_it_turns() {
        let w = Var::leaf(tensor![1.0]).unwrap();
        let mut rprop = Rprop::new([w.clone()], 0.1).unwrap();
        let mut expected = 1.0;
        // The step after a turn goes neither on nor back, and the next one begins without a memory.
        for (g, step) in [(3.0, 0.1), (0.1, 0.12), (-7.0, 0.0), (-7.0, -0.06)] {
            w.set_grad(Some(tensor![g])).unwrap();
            rprop.step().unwrap();
            expected -= step;
            assert!((w.item::<f64>().unwrap() - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn factors_on_the_wrong_side_of_one_are_refused() {
        let options = RpropOptions {
            etas: (1.5, 1.2),
            ..RpropOptions::default()
        };
        let w = Var::leaf(tensor![1.0]).unwrap();
        let error = Rprop::with([w], options).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Rprop: etas is (1.5, 1.2), it must be (η₋, η₊) with 0 < η₋ < 1 < η₊"
        );
    }
}
