//! Adadelta: steps in the units of the weights.

use gradus_autograd::Var;
use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Adadelta: the size of past steps over the size of past gradients.
///
/// ```text
/// v ← ρ v + (1 − ρ) g²
/// δ = √(u + ε) / √(v + ε) · g
/// u ← ρ u + (1 − ρ) δ²
/// w ← w − η δ
/// ```
///
/// Weight decay λ w is added to g.
///
/// # Source
/// Zeiler 2012; conventions of `torch.optim.Adadelta` 2.15.
pub type Adadelta = Stepper<AdadeltaOptions>;

/// Options of [`Adadelta`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdadeltaOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Decay ρ of both averages, in `[0, 1]`.
    pub rho: f64,
    /// ε, at least 0.
    pub eps: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for AdadeltaOptions {
    /// PyTorch's defaults: rate 1, ρ = 0.9, ε = 10⁻⁶, no decay.
    #[inline]
    fn default() -> AdadeltaOptions {
        AdadeltaOptions {
            lr: 1.0,
            rho: 0.9,
            eps: 1e-6,
            weight_decay: 0.0,
            maximize: false,
        }
    }
}

impl Adadelta {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Adadelta> {
        let options = AdadeltaOptions {
            lr,
            ..AdadeltaOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

impl UpdateRule<2> for AdadeltaOptions {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [v, u]: [T; 2]) -> (T, [T; 2]) {
        let sign = T::from_f64(if self.maximize { -1.0 } else { 1.0 });
        let g = w.mul_add(T::from_f64(self.weight_decay), sign * g);
        let (rho, fresh) = (T::from_f64(self.rho), T::from_f64(1.0 - self.rho));
        let eps = T::from_f64(self.eps);
        let v = (fresh * g).mul_add(g, v * rho);
        let delta = (u + eps).sqrt() / (v + eps).sqrt() * g;
        let u = (fresh * delta).mul_add(delta, u * rho);
        (delta.mul_add(T::from_f64(-self.lr), w), [v, u])
    }
}

impl Options for AdadeltaOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Adadelta"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("rho", &mut self.rho).within(Range::UNIT),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for AdadeltaOptions {
    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![
            Buffer::zeros("square_avg", p),
            Buffer::zeros("acc_delta", p),
        ]
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
    fn the_first_step_by_hand() {
        let w = Var::leaf(tensor![1.0]).unwrap();
        w.set_grad(Some(tensor![2.0])).unwrap();
        Adadelta::new([w.clone()], 1.0).unwrap().step().unwrap();
        let expected = 1.0 - (1e-6_f64 / (0.4 + 1e-6)).sqrt() * 2.0;
        assert!((w.item::<f64>().unwrap() - expected).abs() < 1e-7);
    }
}
