//! Adam and its variant with decoupled weight decay.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::moments::Moments;
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;
use crate::value::Value;

/// Adam.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// w ← w − η m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
/// ```
///
/// Weight decay λ w is added to g. With `amsgrad`, v̂ is the largest so far.
///
/// # Source
/// Kingma & Ba 2015, algorithm 1, with ε outside the root; AMSGrad of Reddi et al. 2018. Operations
/// in the order of `torch.optim.Adam` 2.15.
pub type Adam = Stepper<AdamOptions<false>>;

/// Adam with decoupled weight decay: `w ← w − η λ w` before the step, instead of decay in g.
///
/// # Source
/// Loshchilov & Hutter 2019; conventions of `torch.optim.AdamW` 2.15.
pub type AdamW = Stepper<AdamOptions<true>>;

/// Options of [`Adam`] and, with `DECOUPLED`, of [`AdamW`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamOptions<const DECOUPLED: bool> {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Decay β₁, β₂ of the two averages, each in `[0, 1)`.
    pub betas: (f64, f64),
    /// ε, at least 0.
    pub eps: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Divides by the largest average of squares so far.
    pub amsgrad: bool,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl<const DECOUPLED: bool> Default for AdamOptions<DECOUPLED> {
    /// PyTorch's defaults: rate 0.001, β = (0.9, 0.999), ε = 10⁻⁸; decay 0.01 for `AdamW`, else 0.
    fn default() -> Self {
        let weight_decay = if DECOUPLED { 0.01 } else { 0.0 };
        AdamOptions {
            lr: 1e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay,
            amsgrad: false,
            maximize: false,
        }
    }
}

impl<const DECOUPLED: bool> Stepper<AdamOptions<DECOUPLED>> {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// No parameters, one that is not a leaf; a negative rate.
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Self> {
        Stepper::with(
            parameters,
            AdamOptions {
                lr,
                ..AdamOptions::default()
            },
        )
    }
}

impl<const DECOUPLED: bool> Options for AdamOptions<DECOUPLED> {
    fn name(&self) -> &'static str {
        if DECOUPLED { "AdamW" } else { "Adam" }
    }

    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("betas", &mut self.betas).within(Range::BELOW_ONE),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("amsgrad", &mut self.amsgrad).newer(),
            Field::new("maximize", &mut self.maximize).newer(),
            Field::fixed("decoupled_weight_decay", Value::Bool(DECOUPLED)),
        ]
    }
}

impl<const DECOUPLED: bool> Rule for AdamOptions<DECOUPLED> {
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![
            Buffer::zeros("exp_avg", p),
            Buffer::zeros("exp_avg_sq", p),
            Buffer::zeros("max_exp_avg_sq", p).only_if(self.amsgrad),
        ]
    }

    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let t = state.step as f64;
        let (decay, keep) = Moments::decay(DECOUPLED, self.weight_decay, self.lr);
        let step = Moments {
            maximize: self.maximize,
            decay,
            keep,
            betas: self.betas,
            along_m: -(self.lr / (1.0 - self.betas.0.powf(t))),
            along_g: 0.0,
            root: (1.0 - self.betas.1.powf(t)).sqrt(),
            eps: self.eps,
        };
        if self.amsgrad {
            step.step_with_maximum(p, g, state)
        } else {
            step.step(p, g, state)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Optimizer, OptimizerState};
    use gradus_tensor::tensor;

    fn quadratic(w: &Var, optimizer: &mut dyn Optimizer, steps: usize) {
        for _ in 0..steps {
            optimizer.zero_grad();
            w.square().unwrap().sum().unwrap().backward().unwrap();
            optimizer.step().unwrap();
        }
    }

    #[test]
    fn the_first_step_has_the_size_of_the_learning_rate() {
        let w = Var::leaf(tensor![1.0, -4.0]).unwrap();
        quadratic(&w, &mut Adam::new([w.clone()], 0.1).unwrap(), 1);
        let got = w.to_vec::<f32>().unwrap();
        assert!((got[0] - 0.9).abs() < 1e-6 && (got[1] + 3.9).abs() < 1e-6);
    }

    #[test]
    fn decoupled_decay_shrinks_the_weight_itself() {
        let w = Var::leaf(tensor![2.0]).unwrap();
        let options = AdamOptions {
            lr: 0.1,
            weight_decay: 0.5,
            ..AdamOptions::default()
        };
        let mut adamw = AdamW::with([w.clone()], options).unwrap();
        w.set_grad(Some(tensor![0.0])).unwrap();
        adamw.step().unwrap();
        assert!((w.item::<f32>().unwrap() - 1.9).abs() < 1e-6);
    }

    #[test]
    fn both_converge() {
        for amsgrad in [false, true] {
            let w = Var::leaf(tensor![1.0, -3.0]).unwrap();
            let options = AdamOptions {
                lr: 0.1,
                amsgrad,
                ..AdamOptions::default()
            };
            quadratic(&w, &mut Adam::with([w.clone()], options).unwrap(), 500);
            assert!(w.to_vec::<f32>().unwrap().iter().all(|x| x.abs() < 1e-3));
        }
    }

    fn saved_after(steps: usize) -> (Var, OptimizerState) {
        let w = Var::leaf(tensor![1.0, -3.0]).unwrap();
        let mut adam = Adam::new([w.clone()], 0.1).unwrap();
        quadratic(&w, &mut adam, steps);
        (w, adam.state_dict())
    }

    #[test]
    fn load_then_step_equals_never_having_stopped() {
        let (whole, _) = saved_after(9);
        let (w, state) = saved_after(4);
        let mut adam = Adam::new([w.clone()], 0.5).unwrap();
        adam.load_state_dict(&state).unwrap();
        assert_eq!(adam.learning_rates(), [0.1]);
        quadratic(&w, &mut adam, 5);
        assert!(w.value().equal(&whole.value()));
    }

    #[test]
    fn a_parameter_that_never_got_a_gradient_does_not_hinder_resuming() {
        let (used, idle) = (
            Var::leaf(tensor![1.0]).unwrap(),
            Var::leaf(tensor![2.0]).unwrap(),
        );
        let mut adam = Adam::new([used.clone(), idle.clone()], 0.1).unwrap();
        quadratic(&used, &mut adam, 3);
        let mut state = adam.state_dict();
        adam.load_state_dict(&state).unwrap();
        state.state.remove(&1);
        assert!(
            adam.load_state_dict(&state)
                .unwrap_err()
                .to_string()
                .contains("parameter 1 has no state")
        );
        idle.set_requires_grad(false).unwrap();
        adam.load_state_dict(&state).unwrap();
    }

    #[test]
    fn a_partial_or_foreign_state_is_refused_whole() {
        let (w, state) = saved_after(2);
        let mut adam = Adam::new([w.clone()], 0.5).unwrap();
        let mut partial = state.clone();
        partial
            .state
            .get_mut(&0)
            .unwrap()
            .retain(|(name, _)| name != "exp_avg_sq");
        let e = adam.load_state_dict(&partial).unwrap_err();
        assert_eq!(
            e.to_string(),
            "Adam: cannot load the state: parameter 0: missing exp_avg_sq; nothing was changed"
        );
        assert_eq!(adam.learning_rates(), [0.5]);
        let other = Var::leaf(tensor![[1.0]]).unwrap();
        let e = Adam::new([other], 0.1)
            .unwrap()
            .load_state_dict(&state)
            .unwrap_err();
        assert!(
            e.to_string()
                .contains("`exp_avg` is [2] of f32 in the state, [1, 1] of f32 here"),
            "{e}"
        );
        let mut sgd = crate::Sgd::new([w], 0.1).unwrap();
        assert!(sgd.load_state_dict(&state).is_err());
    }
}
