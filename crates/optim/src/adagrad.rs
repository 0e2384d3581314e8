//! Adagrad.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::rmsprop::RootMeanSquare;
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Gradients divided by the root of the sum of their squares so far.
///
/// ```text
/// s ← s + g²
/// w ← w − η / (1 + (t − 1) ν) · g / (√s + ε)
/// ```
///
/// Weight decay λ w is added to g.
///
/// # Source
/// Duchi et al. 2011; conventions of `torch.optim.Adagrad` 2.15.
pub type Adagrad = Stepper<AdagradOptions>;

/// Options of [`Adagrad`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdagradOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Decay ν of the learning rate, at least 0.
    pub lr_decay: f64,
    /// ε, at least 0.
    pub eps: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// What s begins with, at least 0.
    pub initial_accumulator_value: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for AdagradOptions {
    /// PyTorch's defaults: rate 0.01, ε = 10⁻¹⁰, everything else off.
    #[inline]
    fn default() -> AdagradOptions {
        AdagradOptions {
            lr: 1e-2,
            lr_decay: 0.0,
            eps: 1e-10,
            weight_decay: 0.0,
            initial_accumulator_value: 0.0,
            maximize: false,
        }
    }
}

impl Adagrad {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Adagrad> {
        let options = AdagradOptions {
            lr,
            ..AdagradOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

impl Options for AdagradOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Adagrad"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("lr_decay", &mut self.lr_decay).within(Range::NOT_NEGATIVE),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new(
                "initial_accumulator_value",
                &mut self.initial_accumulator_value,
            )
            .within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for AdagradOptions {
    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![Buffer {
            begins: Some(self.initial_accumulator_value),
            ..Buffer::zeros("sum", p)
        }]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let step = RootMeanSquare {
            lr: self.lr / (1.0 + (state.step as f64 - 1.0) * self.lr_decay),
            kept: 1.0,
            entering: 1.0,
            eps: self.eps,
            weight_decay: self.weight_decay,
            maximize: self.maximize,
        };
        step.step(p, g, state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::tensor;

    #[test]
    fn two_steps_by_hand() {
        let w = Var::leaf(tensor![1.0]).unwrap();
        let options = AdagradOptions {
            lr: 0.5,
            lr_decay: 1.0,
            initial_accumulator_value: 5.0,
            ..AdagradOptions::default()
        };
        let mut adagrad = Adagrad::with([w.clone()], options).unwrap();
        for g in [2.0, 4.0] {
            w.set_grad(Some(tensor![g])).unwrap();
            adagrad.step().unwrap();
        }
        let expected = 1.0 - 0.5 * 2.0 / 3.0 - 0.25 * 4.0 / 5.0;
        assert!((w.item::<f64>().unwrap() - expected).abs() < 1e-6);
    }
}
