//! Adamax: Adam with the largest gradient in place of the mean square.

use gradus_autograd::Var;
use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Adam with the infinity norm.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g,   u ← max(β₂ u, |g| + ε)
/// w ← w − η / (1 − β₁ᵗ) · m / u
/// ```
///
/// Weight decay λ w is added to g.
///
/// # Source
/// Kingma & Ba 2015, algorithm 2; conventions of `torch.optim.Adamax` 2.15 (ε inside the maximum).
pub type Adamax = Stepper<AdamaxOptions>;

/// Options of [`Adamax`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamaxOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Decay β₁ of the average and β₂ of the maximum, each in `[0, 1)`.
    pub betas: (f64, f64),
    /// ε, at least 0.
    pub eps: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for AdamaxOptions {
    /// PyTorch's defaults: rate 0.002, β = (0.9, 0.999), ε = 10⁻⁸, no decay.
    #[inline]
    fn default() -> AdamaxOptions {
        AdamaxOptions {
            lr: 2e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
            maximize: false,
        }
    }
}

impl Adamax {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Adamax> {
        let options = AdamaxOptions {
            lr,
            ..AdamaxOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

#[derive(Clone, Copy)]
struct Step {
    options: AdamaxOptions,
    size: f64,
}

impl UpdateRule<2> for Step {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [m, u]: [T; 2]) -> (T, [T; 2]) {
        let AdamaxOptions {
            betas,
            eps,
            weight_decay,
            maximize,
            ..
        } = self.options;
        let sign = T::from_f64(if maximize { -1.0 } else { 1.0 });
        let g = w.mul_add(T::from_f64(weight_decay), sign * g);
        let m = (g - m).mul_add(T::from_f64(1.0 - betas.0), m);
        let u = (u * T::from_f64(betas.1)).larger(g.abs() + T::from_f64(eps));
        (w + T::from_f64(-self.size) * m / u, [m, u])
    }
}

impl Options for AdamaxOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Adamax"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("betas", &mut self.betas).within(Range::BELOW_ONE),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for AdamaxOptions {
    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![Buffer::zeros("exp_avg", p), Buffer::zeros("exp_inf", p)]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let step = Step {
            options: *self,
            size: self.lr / (1.0 - self.betas.0.powf(state.step as f64)),
        };
        p.update_by(&step, g, state.buffers::<2>(p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::tensor;

    #[test]
    fn the_largest_gradient_divides() {
        let w = Var::leaf(tensor![1.0]).unwrap();
        let mut adamax = Adamax::new([w.clone()], 0.1).unwrap();
        for g in [4.0, 1.0] {
            w.set_grad(Some(tensor![g])).unwrap();
            adamax.step().unwrap();
        }
        // m₁ = 0.4, u₁ = 4;  m₂ = 0.46, u₂ = 3.996
        let expected = 1.0 - 0.1 / 0.1 * 0.4 / 4.0 - 0.1 / 0.19 * 0.46 / 3.996;
        assert!((w.item::<f64>().unwrap() - expected).abs() < 1e-6);
    }
}
