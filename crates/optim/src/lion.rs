//! Lion: the sign of an average.

use gradus_autograd::Var;
use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Steps of one size along the sign of an averaged gradient.
///
/// ```text
/// c = β₁ m + (1 − β₁) g
/// w ← (1 − η λ) w − η sign(c)
/// m ← β₂ m + (1 − β₂) g
/// ```
///
/// Rates are a third to a tenth of Adam's, weight decay three to ten times as large.
///
/// # Source
/// Chen et al. 2023, algorithm 2; names and defaults of the authors' implementation for PyTorch.
pub type Lion = Stepper<LionOptions>;

/// Options of [`Lion`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LionOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// β₁ of the direction and β₂ of the average, each in `[0, 1)`.
    pub betas: (f64, f64),
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for LionOptions {
    /// The authors' defaults: rate 10⁻⁴, β = (0.9, 0.99), no decay.
    #[inline]
    fn default() -> LionOptions {
        LionOptions {
            lr: 1e-4,
            betas: (0.9, 0.99),
            weight_decay: 0.0,
            maximize: false,
        }
    }
}

impl Lion {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Lion> {
        let options = LionOptions {
            lr,
            ..LionOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

impl UpdateRule<1> for LionOptions {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [m]: [T; 1]) -> (T, [T; 1]) {
        let g = T::from_f64(if self.maximize { -1.0 } else { 1.0 }) * g;
        let average = |beta: f64| m * T::from_f64(beta) + g * T::from_f64(1.0 - beta);
        let w = w * T::from_f64(1.0 - self.lr * self.weight_decay);
        let step = average(self.betas.0).sign();
        (
            step.mul_add(T::from_f64(-self.lr), w),
            [average(self.betas.1)],
        )
    }
}

impl Options for LionOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Lion"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("betas", &mut self.betas).within(Range::BELOW_ONE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for LionOptions {
    #[inline]
    fn counts_steps(&self) -> bool {
        false
    }

    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![Buffer::zeros("exp_avg", p)]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        p.update_by(self, g, state.buffers::<1>(p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::tensor;

    #[test]
    fn the_average_outlives_a_small_gradient_against_it() {
        let w = Var::leaf(tensor![1.0, -1.0]).unwrap();
        let options = LionOptions {
            lr: 0.25,
            betas: (0.5, 0.5),
            weight_decay: 0.5,
            ..LionOptions::default()
        };
        let mut lion = Lion::with([w.clone()], options).unwrap();
        for g in [tensor![8.0, 0.0], tensor![-1.0, 2.0]] {
            w.set_grad(Some(g)).unwrap();
            lion.step().unwrap();
        }
        // 0.875 · (0.875 · 1 − 0.25) − 0.25, and 0.875 · 0.875 · (−1) − 0.25
        assert_eq!(w.to_vec::<f32>().unwrap(), [0.296_875, -1.015_625]);
    }
}
