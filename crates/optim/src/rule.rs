//! What makes one optimizer different from another.

use gradus_tensor::{DType, Tensor};

use crate::field::Options;

/// An update rule with its options: the paper's formula, and nothing of walking over parameters.
///
/// A rule of your own, wrapped in [`Stepper`](crate::Stepper), is an optimizer:
///
/// ```
/// use gradus_autograd::Var;
/// use gradus_optim::{Field, Optimizer, Options, Range, Rule, RuleState, Stepper};
/// use gradus_tensor::{Real, Tensor, UpdateRule, tensor};
///
/// /// `w ← w − η sign(g)`.
/// #[derive(Clone, Copy, Debug)]
/// struct SignDescent {
///     lr: f64,
/// }
///
/// impl UpdateRule<0> for SignDescent {
///     #[inline(always)]
///     fn apply<T: Real>(&self, w: T, g: T, state: [T; 0]) -> (T, [T; 0]) {
///         (g.sign().mul_add(T::from_f64(-self.lr), w), state)
///     }
/// }
///
/// impl Options for SignDescent {
///     fn name(&self) -> &'static str {
///         "SignDescent"
///     }
///     fn fields(&mut self) -> Vec<Field<'_>> {
///         vec![Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE)]
///     }
/// }
///
/// impl Rule for SignDescent {
///     fn counts_steps(&self) -> bool {
///         false
///     }
///     fn step(&self, w: &mut Tensor, g: &Tensor, _: &mut RuleState) -> gradus_tensor::Result<()> {
///         w.update_by(self, g, [])
///     }
/// }
///
/// let w = Var::leaf(tensor![1.0, -1.0])?;
/// let mut optimizer = Stepper::with([w.clone()], SignDescent { lr: 0.25 })?;
/// w.set_grad(Some(tensor![3.0, -0.5]))?;
/// optimizer.step()?;
/// assert_eq!(w.to_vec::<f64>()?, [0.75, -0.75]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Rule: Options {
    /// Whether the state dictionary holds the number of steps.
    fn counts_steps(&self) -> bool {
        true
    }

    /// Single numbers that are remembered of each parameter, by PyTorch's names, and what they begin with.
    fn numbers(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Tensors that are remembered of the parameter `p`, by PyTorch's names.
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        let _ = p;
        Vec::new()
    }

    /// Why no parameter of this shape can be updated, in words that end "the parameter is …", if so.
    fn refuses(&self, shape: &[usize]) -> Option<&'static str> {
        let _ = shape;
        None
    }

    /// Changes `p`, in place. `g` and all buffers are of its dtype, `f32` or `f64`.
    ///
    /// # Errors
    /// A gradient or buffer that does not fit `p`.
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()>;
}

/// A tensor that a rule remembers of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer {
    /// PyTorch's name.
    pub name: &'static str,
    /// Its shape; the parameter's but for factored state.
    pub shape: Vec<usize>,
    /// What it is filled with before the first step; `None` if the first step makes it.
    pub begins: Option<f64>,
    /// Whether the rule needs it with its present options.
    pub needed: bool,
}

impl Buffer {
    /// A buffer of `p`'s shape that begins with zeros.
    #[must_use]
    pub fn zeros(name: &'static str, p: &Tensor) -> Buffer {
        Buffer {
            name,
            shape: p.shape().to_vec(),
            begins: Some(0.0),
            needed: true,
        }
    }

    /// The same buffer, needed only on this condition.
    #[must_use]
    pub fn only_if(mut self, needed: bool) -> Buffer {
        self.needed = needed;
        self
    }

    pub(crate) fn made(&self, value: f64, dtype: DType) -> gradus_tensor::Result<Tensor> {
        Tensor::full(&self.shape, value, dtype)
    }
}

/// What a rule remembers of one parameter.
#[derive(Clone, Debug, Default)]
pub struct RuleState {
    /// Steps taken so far; the rule sees the number of the step it is to take, from 1 on.
    pub step: u64,
    /// The rule's [`numbers`](Rule::numbers), in their order.
    pub numbers: Vec<f64>,
    /// The rule's [`buffers`](Rule::buffers), in their order; `None` for those that are not there yet.
    pub buffers: Vec<Option<Tensor>>,
}

impl RuleState {
    /// The first `N` buffers, made of zeros like `p` where they are not there yet.
    ///
    /// # Panics
    /// If the rule has fewer.
    pub fn buffers<const N: usize>(&mut self, p: &Tensor) -> [&mut Tensor; N] {
        let buffers: &mut [Option<Tensor>; N] = self
            .buffers
            .first_chunk_mut()
            .expect("the rule names as many buffers as it reads");
        buffers
            .each_mut()
            .map(|buffer| buffer.get_or_insert_with(|| p.zeros_like()))
    }

    /// The state before the first step.
    #[cold]
    pub(crate) fn begin(rule: &dyn Rule, p: &Tensor) -> gradus_tensor::Result<RuleState> {
        let buffers = rule.buffers(p);
        let made = buffers.iter().map(|buffer| {
            let begins = buffer.begins.filter(|_| buffer.needed);
            begins
                .map(|value| buffer.made(value, p.dtype()))
                .transpose()
        });
        Ok(RuleState {
            step: 0,
            numbers: rule.numbers().iter().map(|(_, begins)| *begins).collect(),
            buffers: made.collect::<gradus_tensor::Result<_>>()?,
        })
    }
}
