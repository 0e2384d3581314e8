//! What makes one optimizer different from another.

use gradus_tensor::Tensor;

use crate::error::Result;
use crate::state_dict::Value;

/// What a rule remembers of one parameter.
#[derive(Clone, Debug, Default)]
pub struct RuleState {
    /// Steps taken so far; the rule sees the number of the step it is to take, from 1 on.
    pub step: u64,
    /// One place for each of the rule's buffers, empty until first used.
    pub buffers: Vec<Option<Tensor>>,
}

impl RuleState {
    /// Buffer number `index`, made of zeros like `p` if it is not there yet.
    pub fn buffer(&mut self, index: usize, p: &Tensor) -> &mut Tensor {
        self.buffers[index].get_or_insert_with(|| p.zeros_like())
    }
}

/// An update rule with its options: the paper's formula, and nothing of walking over parameters.
///
/// A rule of your own, wrapped in [`Stepper`](crate::Stepper), is an optimizer.
pub trait Rule: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The name in messages.
    const NAME: &'static str;
    /// PyTorch's names of the buffers in the state dictionary.
    const BUFFERS: &'static [&'static str];
    /// Whether the state dictionary holds the number of steps.
    const COUNTS_STEPS: bool;

    /// Checks that every option lies in its range.
    ///
    /// # Errors
    /// The first option that does not.
    fn check(&self) -> Result<()>;

    /// The learning rate.
    fn lr(&self) -> f64;

    /// Changes the learning rate, as schedules do.
    fn set_lr(&mut self, lr: f64);

    /// The options by PyTorch's names, in its order.
    fn options(&self) -> Vec<(&'static str, Value)>;

    /// Sets one option from a saved state. `false` if there is no such option or the value does not
    /// fit it.
    fn set_option(&mut self, name: &str, value: &Value) -> bool;

    /// Buffers that exist after at least one step with these options.
    fn expected_buffers(&self) -> Vec<&'static str>;

    /// Changes `p`, in place.
    ///
    /// # Errors
    /// A gradient or buffer that does not fit `p`; a dtype other than `f32` and `f64`.
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()>;
}

/// `Err` naming the option unless `fits`.
pub(crate) fn require(
    optimizer: &'static str,
    option: &'static str,
    value: f64,
    expected: &'static str,
    fits: bool,
) -> Result<()> {
    if fits {
        Ok(())
    } else {
        Err(crate::Error::Option {
            optimizer,
            option,
            value,
            expected,
        })
    }
}

/// Copies a saved value into an option of the fitting type.
pub(crate) trait Assign {
    fn assign(&mut self, value: &Value) -> bool;
}

impl Assign for f64 {
    fn assign(&mut self, value: &Value) -> bool {
        value.as_f64().map(|x| *self = x).is_some()
    }
}

impl Assign for bool {
    fn assign(&mut self, value: &Value) -> bool {
        let Value::Bool(b) = value else { return false };
        *self = *b;
        true
    }
}

impl Assign for (f64, f64) {
    fn assign(&mut self, value: &Value) -> bool {
        let Value::Pair(a, b) = value else {
            return false;
        };
        *self = (*a, *b);
        true
    }
}
