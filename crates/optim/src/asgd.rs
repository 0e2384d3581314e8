//! Averaged stochastic gradient descent.

use gradus_autograd::Var;
use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Gradient descent with a falling rate that also averages its weights.
///
/// ```text
/// w ← (1 − λ_d ηₜ) w − ηₜ g,   ηₜ₊₁ = η / (1 + λ_d η t)^α
/// a ← a + μₜ (w − a),          μₜ₊₁ = 1 / max(1, t − t₀)
/// ```
///
/// The average a stands in the state as `ax`. Weight decay λ w is added to g.
///
/// # Source
/// Polyak & Juditsky 1992; conventions of `torch.optim.ASGD` 2.15, which keeps ηₜ and μₜ in single
/// precision.
pub type Asgd = Stepper<AsgdOptions>;

/// Options of [`Asgd`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AsgdOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Decay λ_d of the weights and of the rate, at least 0.
    pub lambd: f64,
    /// Power α of the rate's fall, at least 0.
    pub alpha: f64,
    /// Step t₀ at which averaging begins.
    pub t0: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for AsgdOptions {
    /// PyTorch's defaults: rate 0.01, λ_d = 10⁻⁴, α = 0.75, t₀ = 10⁶, no further decay.
    #[inline]
    fn default() -> AsgdOptions {
        AsgdOptions {
            lr: 1e-2,
            lambd: 1e-4,
            alpha: 0.75,
            t0: 1e6,
            weight_decay: 0.0,
            maximize: false,
        }
    }
}

impl Asgd {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Asgd> {
        let options = AsgdOptions {
            lr,
            ..AsgdOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

#[derive(Clone, Copy)]
struct Step {
    options: AsgdOptions,
    eta: f64,
    mu: f64,
}

impl UpdateRule<1> for Step {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [a]: [T; 1]) -> (T, [T; 1]) {
        let sign = T::from_f64(if self.options.maximize { -1.0 } else { 1.0 });
        let g = w.mul_add(T::from_f64(self.options.weight_decay), sign * g);
        let shrunken = w * T::from_f64(1.0 - self.options.lambd * self.eta);
        let w = g.mul_add(T::from_f64(-self.eta), shrunken);
        // Exactly w while μ is 1.
        let a = (w - a).mul_add(T::from_f64(self.mu - 1.0), w);
        (w, [a])
    }
}

impl Options for AsgdOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Asgd"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("lambd", &mut self.lambd).within(Range::NOT_NEGATIVE),
            Field::new("alpha", &mut self.alpha).within(Range::NOT_NEGATIVE),
            Field::new("t0", &mut self.t0),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for AsgdOptions {
    #[inline]
    fn numbers(&self) -> Vec<(&'static str, f64)> {
        vec![("eta", f64::from(self.lr as f32)), ("mu", 1.0)]
    }

    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![Buffer::zeros("ax", p)]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let step = Step {
            options: *self,
            eta: state.numbers[0],
            mu: state.numbers[1],
        };
        p.update_by(&step, g, state.buffers::<1>(p))?;
        let t = state.step as f64;
        let eta = self.lr / (1.0 + self.lambd * self.lr * t).powf(self.alpha);
        let mu = 1.0 / (t - self.t0).max(1.0);
        state.numbers = vec![f64::from(eta as f32), f64::from(mu as f32)];
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Optimizer, Value};
    use gradus_tensor::tensor;

    #[test]
    fn weights_are_averaged_from_t0_on() {
        let w = Var::leaf(tensor![0.0]).unwrap();
        let options = AsgdOptions {
            lr: 1.0,
            lambd: 0.0,
            t0: 0.0,
            ..AsgdOptions::default()
        };
        let mut asgd = Asgd::with([w.clone()], options).unwrap();
        for _ in 0..4 {
            w.set_grad(Some(tensor![-1.0])).unwrap();
            asgd.step().unwrap();
        }
        // w = 1, 2, 3, 4; μ = 1, 1, 1/2, 1/3.
        assert_eq!(w.item::<f32>().unwrap(), 4.0);
        let state = asgd.state_dict().state;
        let (_, average) = &state[&0][3];
        let Value::Tensor(average) = average else {
            panic!("{average}")
        };
        assert!((average.item::<f64>().unwrap() - 3.0).abs() < 1e-6);
    }
}
