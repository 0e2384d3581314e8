//! What all optimizers offer.

use gradus_autograd::Var;

use crate::error::Result;
use crate::state_dict::OptimizerState;

/// An optimizer of any rule: `zero_grad`, then backward, then `step`.
pub trait Optimizer: std::fmt::Debug + Send {
    /// The name in messages: `Sgd`, `Adam` …
    fn name(&self) -> &'static str;

    /// Forgets the gradients of all parameters.
    fn zero_grad(&self);

    /// Changes each parameter that has a gradient by the rule.
    ///
    /// # Errors
    /// A parameter that cannot be updated, named by its position.
    fn step(&mut self) -> Result<()>;

    /// All parameters, group after group.
    fn parameters(&self) -> Vec<Var>;

    /// The learning rate of each group.
    fn learning_rates(&self) -> Vec<f64>;

    /// Sets the learning rate of each group.
    ///
    /// # Errors
    /// Another number of rates than groups.
    fn set_learning_rates(&mut self, rates: &[f64]) -> Result<()>;

    /// Everything needed to go on later.
    fn state_dict(&self) -> OptimizerState;

    /// Goes on from a saved state. It must be complete and fit: groups, parameters, options, shapes.
    ///
    /// # Errors
    /// What does not fit; nothing is changed then.
    fn load_state_dict(&mut self, state: &OptimizerState) -> Result<()>;
}
