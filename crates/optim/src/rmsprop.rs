//! RMSprop, plain, centered and with momentum.

use gradus_autograd::Var;
use gradus_tensor::{Real, Tensor, UpdateRule};

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Gradients divided by their root mean square.
///
/// ```text
/// v ← α v + (1 − α) g²
/// σ = √v + ε             or √(v − a²) + ε if centered, a ← α a + (1 − α) g
/// w ← w − η g / σ        or w ← w − η b with momentum, b ← μ b + g / σ
/// ```
///
/// Weight decay λ w is added to g.
///
/// # Source
/// Tieleman & Hinton 2012, lecture 6.5; centered: Graves 2013, equation 38; conventions of
/// `torch.optim.RMSprop` 2.15 (ε outside the root).
pub type RmsProp = Stepper<RmsPropOptions>;

/// Options of [`RmsProp`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsPropOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Momentum μ, at least 0; 0 keeps no buffer.
    pub momentum: f64,
    /// Decay α of the averages, at least 0.
    pub alpha: f64,
    /// ε, at least 0.
    pub eps: f64,
    /// Divides by the standard deviation of the gradient instead of its root mean square.
    pub centered: bool,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for RmsPropOptions {
    /// PyTorch's defaults: rate 0.01, α = 0.99, ε = 10⁻⁸, everything else off.
    fn default() -> RmsPropOptions {
        RmsPropOptions {
            lr: 1e-2,
            momentum: 0.0,
            alpha: 0.99,
            eps: 1e-8,
            centered: false,
            weight_decay: 0.0,
            maximize: false,
        }
    }
}

impl RmsProp {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<RmsProp> {
        let options = RmsPropOptions {
            lr,
            ..RmsPropOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

/// The pass that RMSprop and Adagrad share: `v ← κ v + φ g²`, `w ← w − η g / (√v + ε)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RootMeanSquare {
    pub(crate) lr: f64,
    /// κ, what is left of v.
    pub(crate) kept: f64,
    /// φ, how much of g² enters it.
    pub(crate) entering: f64,
    pub(crate) eps: f64,
    pub(crate) weight_decay: f64,
    pub(crate) maximize: bool,
}

impl RootMeanSquare {
    /// Changes the parameter and its average of squares, the state's first buffer.
    pub(crate) fn step(
        self,
        p: &mut Tensor,
        g: &Tensor,
        state: &mut RuleState,
    ) -> gradus_tensor::Result<()> {
        p.update_by(&self, g, state.buffers::<1>(p))
    }

    #[inline(always)]
    fn average<T: Real>(&self, w: T, g: T, v: T) -> (T, T) {
        let sign = T::from_f64(if self.maximize { -1.0 } else { 1.0 });
        let g = w.mul_add(T::from_f64(self.weight_decay), sign * g);
        let v = (T::from_f64(self.entering) * g).mul_add(g, v * T::from_f64(self.kept));
        (g, v)
    }

    #[inline(always)]
    fn moved<T: Real>(&self, w: T, g: T, square: T) -> T {
        w + T::from_f64(-self.lr) * g / (square.sqrt() + T::from_f64(self.eps))
    }

    #[inline(always)]
    fn centered<T: Real>(&self, g: T, v: T, a: T) -> (T, T) {
        let a = (g - a).mul_add(T::from_f64(self.entering), a);
        (a, (-a).mul_add(a, v))
    }
}

impl UpdateRule<1> for RootMeanSquare {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [v]: [T; 1]) -> (T, [T; 1]) {
        let (g, v) = self.average(w, g, v);
        (self.moved(w, g, v), [v])
    }
}

#[derive(Clone, Copy)]
struct Centered(RootMeanSquare);

impl UpdateRule<2> for Centered {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [v, a]: [T; 2]) -> (T, [T; 2]) {
        let (g, v) = self.0.average(w, g, v);
        let (a, variance) = self.0.centered(g, v, a);
        (self.0.moved(w, g, variance), [v, a])
    }
}

#[derive(Clone, Copy)]
struct WithMomentum {
    base: RootMeanSquare,
    momentum: f64,
}

impl WithMomentum {
    #[inline(always)]
    fn moved<T: Real>(&self, w: T, g: T, square: T, b: T) -> (T, T) {
        let root = square.sqrt() + T::from_f64(self.base.eps);
        let b = b * T::from_f64(self.momentum) + g / root;
        (b.mul_add(T::from_f64(-self.base.lr), w), b)
    }
}

impl UpdateRule<2> for WithMomentum {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [v, b]: [T; 2]) -> (T, [T; 2]) {
        let (g, v) = self.base.average(w, g, v);
        let (w, b) = self.moved(w, g, v, b);
        (w, [v, b])
    }
}

impl UpdateRule<3> for WithMomentum {
    #[inline(always)]
    fn apply<T: Real>(&self, w: T, g: T, [v, b, a]: [T; 3]) -> (T, [T; 3]) {
        let (g, v) = self.base.average(w, g, v);
        let (a, variance) = self.base.centered(g, v, a);
        let (w, b) = self.moved(w, g, variance, b);
        (w, [v, b, a])
    }
}

impl Options for RmsPropOptions {
    fn name(&self) -> &'static str {
        "RmsProp"
    }

    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("momentum", &mut self.momentum)
                .within(Range::NOT_NEGATIVE)
                .newer(),
            Field::new("alpha", &mut self.alpha).within(Range::NOT_NEGATIVE),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("centered", &mut self.centered).newer(),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for RmsPropOptions {
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![
            Buffer::zeros("square_avg", p),
            Buffer::zeros("momentum_buffer", p).only_if(self.momentum > 0.0),
            Buffer::zeros("grad_avg", p).only_if(self.centered),
        ]
    }

    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let base = RootMeanSquare {
            lr: self.lr,
            kept: self.alpha,
            entering: 1.0 - self.alpha,
            eps: self.eps,
            weight_decay: self.weight_decay,
            maximize: self.maximize,
        };
        let with_momentum = WithMomentum {
            base,
            momentum: self.momentum,
        };
        match (self.momentum > 0.0, self.centered) {
            (false, false) => base.step(p, g, state),
            (true, false) => p.update_by(&with_momentum, g, state.buffers::<2>(p)),
            (true, true) => p.update_by(&with_momentum, g, state.buffers::<3>(p)),
            (false, true) => {
                let [v, _, a] = &mut state.buffers[..] else {
                    unreachable!("three buffers are named")
                };
                let zeros = || p.zeros_like();
                let state = [v.get_or_insert_with(zeros), a.get_or_insert_with(zeros)];
                p.update_by(&Centered(base), g, state)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::tensor;

    fn after_two_steps(options: RmsPropOptions) -> f64 {
        let w = Var::leaf(tensor![1.0]).unwrap();
        let mut optimizer = RmsProp::with([w.clone()], options).unwrap();
        for g in [2.0, 1.0] {
            w.set_grad(Some(tensor![g])).unwrap();
            optimizer.step().unwrap();
        }
        w.item::<f64>().unwrap()
    }

    /// Gradients 2 and 1 with α = ½: v = 2, then 1.5; a = 1, then 1.
    #[test]
    fn two_steps_by_hand() {
        let base = RmsPropOptions {
            lr: 0.1,
            alpha: 0.5,
            eps: 0.0,
            ..RmsPropOptions::default()
        };
        let with = |momentum, centered| RmsPropOptions {
            momentum,
            centered,
            ..base
        };
        let (first, second) = (2.0 / 2.0_f64.sqrt(), 1.0 / 1.5_f64.sqrt());
        let (first_centered, second_centered) = (2.0 / 1.0_f64.sqrt(), 1.0 / 0.5_f64.sqrt());
        for (momentum, centered, total) in [
            (0.0, false, first + second),
            (0.0, true, first_centered + second_centered),
            (0.5, false, 1.5 * first + second),
            (0.5, true, 1.5 * first_centered + second_centered),
        ] {
            let got = after_two_steps(with(momentum, centered));
            assert!(
                (got - (1.0 - 0.1 * total)).abs() < 1e-6,
                "{momentum} {centered}"
            );
        }
    }
}
