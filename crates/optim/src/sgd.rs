//! Stochastic gradient descent.

use gradus_autograd::Var;
use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::error::{Error, Result};
use crate::field::{Field, Options, Range};
use crate::passes::Move;
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;
use crate::value::Value;

/// Stochastic gradient descent with momentum.
///
/// ```text
/// d ← g + λ w
/// b ← μ b + (1 − τ) d        b = d at the first step
/// w ← w − η b                or w − η (d + μ b) with Nesterov
/// ```
///
/// # Source
/// Sutskever et al. 2013; conventions of `torch.optim.SGD` 2.15: the first buffer is not dampened,
/// the learning rate stands outside the buffer.
///
/// ```
/// use gradus_autograd::Var;
/// use gradus_optim::{Optimizer, Sgd};
/// use gradus_tensor::tensor;
///
/// let w = Var::leaf(tensor![1.0])?;
/// let sgd = Sgd::new([w], 0.01)?;
/// assert_eq!(
///     sgd.state_dict().to_string(),
///     "{'state': {}, 'param_groups': [{'lr': 0.01, 'momentum': 0, 'dampening': 0, \
///      'weight_decay': 0, 'nesterov': False, 'maximize': False, 'params': [0]}]}"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Sgd = Stepper<SgdOptions>;

/// Options of [`Sgd`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Momentum μ, at least 0; 0 keeps no buffer.
    pub momentum: f64,
    /// Dampening τ of what enters the buffer.
    pub dampening: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Looks ahead by the momentum; needs momentum and no dampening.
    pub nesterov: bool,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for SgdOptions {
    /// PyTorch's defaults: rate 0.001, everything else off.
    fn default() -> SgdOptions {
        SgdOptions {
            lr: 1e-3,
            momentum: 0.0,
            dampening: 0.0,
            weight_decay: 0.0,
            nesterov: false,
            maximize: false,
        }
    }
}

impl Sgd {
    /// Plain gradient descent at this learning rate.
    ///
    /// # Errors
    /// No parameters, one that is not a leaf; a negative rate.
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Sgd> {
        Stepper::with(
            parameters,
            SgdOptions {
                lr,
                ..SgdOptions::default()
            },
        )
    }
}

/// `w − η (g + λ w)`.
#[derive(Clone, Copy)]
struct WithDecay(SgdOptions);

impl UpdateRule<0> for WithDecay {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, state: [T; 0]) -> (T, [T; 0]) {
        let d = self.0.direction(w, g);
        (d.mul_add(T::from_f64(-self.0.lr), w), state)
    }
}

#[derive(Clone, Copy)]
struct WithMomentum {
    options: SgdOptions,
    /// What is left of the buffer, and how much of d enters it.
    kept: f64,
    entering: f64,
}

impl UpdateRule<1> for WithMomentum {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [b]: [T; 1]) -> (T, [T; 1]) {
        let d = self.options.direction(w, g);
        let b = d.mul_add(T::from_f64(self.entering), T::from_f64(self.kept) * b);
        let step = if self.options.nesterov {
            b.mul_add(T::from_f64(self.options.momentum), d)
        } else {
            b
        };
        (step.mul_add(T::from_f64(-self.options.lr), w), [b])
    }
}

impl SgdOptions {
    #[inline(always)]
    fn direction<T: Real>(&self, w: T, g: T) -> T {
        let g = T::from_f64(if self.maximize { -1.0 } else { 1.0 }) * g;
        // A run that diverges to infinity does so as in PyTorch: without decay, w does not enter.
        if self.weight_decay == 0.0 {
            g
        } else {
            w.mul_add(T::from_f64(self.weight_decay), g)
        }
    }
}

impl Options for SgdOptions {
    fn name(&self) -> &'static str {
        "Sgd"
    }

    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("momentum", &mut self.momentum).within(Range::NOT_NEGATIVE),
            Field::new("dampening", &mut self.dampening),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("nesterov", &mut self.nesterov).newer(),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }

    fn check(&self) -> Result<()> {
        if self.nesterov && (self.momentum <= 0.0 || self.dampening != 0.0) {
            return Err(Error::Option {
                owner: self.name(),
                option: "nesterov".to_string(),
                value: Value::Bool(true).to_string(),
                expected: "off, or stand beside momentum above 0 and dampening 0",
            });
        }
        Ok(())
    }
}

impl Rule for SgdOptions {
    fn counts_steps(&self) -> bool {
        false
    }

    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        let buffer = Buffer {
            begins: None,
            ..Buffer::zeros("momentum_buffer", p)
        };
        vec![buffer.only_if(self.momentum != 0.0)]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        if self.momentum == 0.0 && self.weight_decay == 0.0 {
            let size = if self.maximize { self.lr } else { -self.lr };
            return p.update_by(&Move::along(size), g, []);
        }
        if self.momentum == 0.0 {
            return p.update_by(&WithDecay(*self), g, []);
        }
        let first = state.buffers[0].is_none();
        let (kept, entering) = if first {
            (0.0, 1.0)
        } else {
            (self.momentum, 1.0 - self.dampening)
        };
        let step = WithMomentum {
            options: *self,
            kept,
            entering,
        };
        p.update_by(&step, g, state.buffers::<1>(p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::tensor;

    fn steps(options: SgdOptions, gradients: &[f32]) -> Vec<f32> {
        let w = Var::leaf(tensor![1.0]).unwrap();
        let mut sgd = Stepper::with([w.clone()], options).unwrap();
        let step = |g: &f32| {
            w.set_grad(Some(tensor![*g])).unwrap();
            sgd.step().unwrap();
            w.item::<f32>().unwrap()
        };
        gradients.iter().map(step).collect()
    }

    fn close(got: &[f32], expected: &[f32]) {
        assert!(
            got.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-6),
            "{got:?} against {expected:?}"
        );
    }

    #[test]
    fn by_hand() {
        let base = SgdOptions {
            lr: 0.1,
            ..SgdOptions::default()
        };
        close(&steps(base, &[1.0, 2.0]), &[0.9, 0.7]);
        close(
            &steps(
                SgdOptions {
                    weight_decay: 1.0,
                    ..base
                },
                &[1.0],
            ),
            &[0.8],
        );
        close(
            &steps(
                SgdOptions {
                    maximize: true,
                    ..base
                },
                &[1.0],
            ),
            &[1.1],
        );
        let momentum = SgdOptions {
            momentum: 0.5,
            ..base
        };
        close(&steps(momentum, &[1.0, 1.0]), &[0.9, 0.75]);
        close(
            &steps(
                SgdOptions {
                    dampening: 0.5,
                    ..momentum
                },
                &[1.0, 1.0],
            ),
            &[0.9, 0.8],
        );
        close(
            &steps(
                SgdOptions {
                    nesterov: true,
                    ..momentum
                },
                &[1.0, 1.0],
            ),
            &[0.85, 0.675],
        );
    }

    #[test]
    fn options_outside_their_range_are_refused() {
        let w = || [Var::leaf(tensor![1.0]).unwrap()];
        assert_eq!(
            Sgd::new(w(), -1.0).unwrap_err().to_string(),
            "Sgd: lr is -1, it must be at least 0"
        );
        let nesterov = SgdOptions {
            nesterov: true,
            ..SgdOptions::default()
        };
        assert!(Stepper::with(w(), nesterov).is_err());
        assert!(
            Sgd::new([], 0.1)
                .unwrap_err()
                .to_string()
                .contains("pass model.parameters()")
        );
        let p = Var::leaf(tensor![1.0]).unwrap();
        assert!(
            Sgd::new([p.clone(), p], 0.1)
                .unwrap_err()
                .to_string()
                .contains("the same variable")
        );
        assert!(
            Sgd::new([Var::new(tensor![1.0])], 0.1)
                .unwrap_err()
                .to_string()
                .contains("not a leaf")
        );
    }

    #[test]
    fn groups_have_their_own_rates() {
        let (a, b) = (
            Var::leaf(tensor![1.0]).unwrap(),
            Var::leaf(tensor![1.0]).unwrap(),
        );
        let mut sgd = Sgd::new([a.clone()], 0.1).unwrap();
        sgd.add_group(
            [b.clone()],
            SgdOptions {
                lr: 1.0,
                ..SgdOptions::default()
            },
        )
        .unwrap();
        for p in [&a, &b] {
            p.set_grad(Some(tensor![1.0])).unwrap();
        }
        sgd.step().unwrap();
        assert_eq!(
            (a.item::<f32>().unwrap(), b.item::<f32>().unwrap()),
            (0.9, 0.0)
        );
        sgd.set_learning_rates(&[0.5, 0.25]).unwrap();
        assert_eq!(sgd.learning_rates(), [0.5, 0.25]);
        assert!(sgd.set_learning_rates(&[0.5]).is_err());
    }
}
