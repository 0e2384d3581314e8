//! RAdam: Adam that warms up by itself.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::moments::Moments;
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Adam whose step is rectified for the variance of its second average.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// ρ∞ = 2 / (1 − β₂) − 1,   ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
/// ρ > 5:  w ← w − η r m̂ √(1 − β₂ᵗ) / (√v + ε),   r² = (ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ)
/// else    w ← w − η m̂,   m̂ = m / (1 − β₁ᵗ)
/// ```
///
/// Weight decay λ w is added to g, or with `decoupled_weight_decay` taken off the weight.
///
/// # Source
/// Liu et al. 2020; conventions of `torch.optim.RAdam` 2.15 (ρ > 5, ε beside √v).
pub type RAdam = Stepper<RAdamOptions>;

/// Options of [`RAdam`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RAdamOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Decay β₁, β₂ of the two averages, each in `[0, 1)`.
    pub betas: (f64, f64),
    /// ε, at least 0.
    pub eps: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
    /// Takes the decay off the weight instead of adding it to the gradient.
    pub decoupled_weight_decay: bool,
}

impl Default for RAdamOptions {
    /// PyTorch's defaults: rate 0.001, β = (0.9, 0.999), ε = 10⁻⁸, no decay.
    #[inline]
    fn default() -> RAdamOptions {
        RAdamOptions {
            lr: 1e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
            maximize: false,
            decoupled_weight_decay: false,
        }
    }
}

impl RAdam {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<RAdam> {
        let options = RAdamOptions {
            lr,
            ..RAdamOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

impl RAdamOptions {
    /// r √(1 − β₂ᵗ) while the variance of v can be rectified.
    #[inline]
    fn rectification(&self, t: f64) -> Option<f64> {
        let beta = self.betas.1;
        let correction = 1.0 - beta.powf(t);
        let last = 2.0 / (1.0 - beta) - 1.0;
        let length = last - 2.0 * t * beta.powf(t) / correction;
        let squared =
            (length - 4.0) * (length - 2.0) * last / ((last - 4.0) * (last - 2.0) * length);
        (length > 5.0).then(|| squared.sqrt() * correction.sqrt())
    }
}

impl Options for RAdamOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "RAdam"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("betas", &mut self.betas).within(Range::BELOW_ONE),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
            Field::new("decoupled_weight_decay", &mut self.decoupled_weight_decay).newer(),
        ]
    }
}

impl Rule for RAdamOptions {
    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![Buffer::zeros("exp_avg", p), Buffer::zeros("exp_avg_sq", p)]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let t = state.step as f64;
        let size = self.lr / (1.0 - self.betas.0.powf(t));
        // While nothing can be rectified the divisor √v / c + ε is 1.
        let (size, root, eps) = match self.rectification(t) {
            Some(rectified) => (size * rectified, 1.0, self.eps),
            None => (size, f64::INFINITY, 1.0),
        };
        let (decay, keep) = Moments::decay(self.decoupled_weight_decay, self.weight_decay, self.lr);
        let step = Moments {
            maximize: self.maximize,
            decay,
            keep,
            betas: self.betas,
            along_m: -size,
            along_g: 0.0,
            root,
            eps,
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
    fn the_first_steps_are_plain_momentum() {
        let w = Var::leaf(tensor![1.0, -2.0]).unwrap();
        w.set_grad(Some(tensor![3.0, 0.5])).unwrap();
        RAdam::new([w.clone()], 0.1).unwrap().step().unwrap();
        let got = w.to_vec::<f32>().unwrap();
        assert!((got[0] - 0.7).abs() < 1e-6 && (got[1] + 2.05).abs() < 1e-6);
    }

    #[test]
    fn rectification_begins_at_the_sixth_step() {
        let options = RAdamOptions::default();
        assert_eq!(options.rectification(5.0), None);
        assert!(options.rectification(6.0).is_some());
        let late = options.rectification(1e6).unwrap();
        assert!((late - 1.0).abs() < 1e-2);
    }
}
