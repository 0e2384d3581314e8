//! NAdam: Adam that looks ahead.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::moments::Moments;
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Adam with Nesterov momentum.
///
/// ```text
/// μₜ = β₁ (1 − ½ · 0.96^(t ψ)),   Π ← Π μₜ
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// w ← w − η (μₜ₊₁ m / (1 − Π μₜ₊₁) + (1 − μₜ) g / (1 − Π)) / (√v̂ + ε),   v̂ = v / (1 − β₂ᵗ)
/// ```
///
/// Weight decay λ w is added to g, or with `decoupled_weight_decay` taken off the weight.
///
/// # Source
/// Dozat 2016; conventions of `torch.optim.NAdam` 2.15, which keeps Π in single precision.
pub type NAdam = Stepper<NAdamOptions>;

/// Options of [`NAdam`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NAdamOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Decay β₁, β₂ of the two averages, each in `[0, 1)`.
    pub betas: (f64, f64),
    /// ε, at least 0.
    pub eps: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Decay ψ of the momentum's schedule, at least 0.
    pub momentum_decay: f64,
    /// Takes the decay off the weight instead of adding it to the gradient.
    pub decoupled_weight_decay: bool,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for NAdamOptions {
    /// PyTorch's defaults: rate 0.002, β = (0.9, 0.999), ε = 10⁻⁸, ψ = 0.004, no decay.
    #[inline]
    fn default() -> NAdamOptions {
        NAdamOptions {
            lr: 2e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
            momentum_decay: 4e-3,
            decoupled_weight_decay: false,
            maximize: false,
        }
    }
}

impl NAdam {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<NAdam> {
        let options = NAdamOptions {
            lr,
            ..NAdamOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

impl Options for NAdamOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "NAdam"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("betas", &mut self.betas).within(Range::BELOW_ONE),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("momentum_decay", &mut self.momentum_decay).within(Range::NOT_NEGATIVE),
            Field::new("decoupled_weight_decay", &mut self.decoupled_weight_decay).newer(),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for NAdamOptions {
    #[inline]
    fn numbers(&self) -> Vec<(&'static str, f64)> {
        vec![("mu_product", 1.0)]
    }

    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![Buffer::zeros("exp_avg", p), Buffer::zeros("exp_avg_sq", p)]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let t = state.step as f64;
        let mu = |t: f64| self.betas.0 * (1.0 - 0.5 * 0.96_f64.powf(t * self.momentum_decay));
        let (now, next) = (mu(t), mu(t + 1.0));
        let product = f64::from(state.numbers[0] as f32 * now as f32);
        state.numbers[0] = product;
        let (decay, keep) = Moments::decay(self.decoupled_weight_decay, self.weight_decay, self.lr);
        let step = Moments {
            maximize: self.maximize,
            decay,
            keep,
            betas: self.betas,
            along_m: -self.lr * next / (1.0 - product * next),
            along_g: -self.lr * (1.0 - now) / (1.0 - product),
            root: (1.0 - self.betas.1.powf(t)).sqrt(),
            eps: self.eps,
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
    fn the_first_step_by_hand() {
        let w = Var::leaf(tensor![1.0]).unwrap();
        w.set_grad(Some(tensor![2.0])).unwrap();
        NAdam::new([w.clone()], 0.1).unwrap().step().unwrap();
        // μ₁ ≈ 0.45007, μ₂ ≈ 0.45015; m / g = 0.1, √v̂ / g = 1.
        let (now, next) = (0.450_073_5_f64, 0.450_146_9_f64);
        let step = 0.1 * (0.1 * next / (1.0 - now * next) + (1.0 - now) / (1.0 - now));
        assert!((w.item::<f64>().unwrap() - (1.0 - step)).abs() < 1e-6);
    }
}
