//! What all optimizers offer.

use gradus_autograd::Var;

use crate::error::{Closure, Error, Result};
use crate::state_dict::OptimizerState;
use crate::value::Value;

/// An optimizer of any rule: `zero_grad`, then backward, then `step`.
pub trait Optimizer: std::fmt::Debug + Send {
    /// The name in messages: `Sgd`, `Adam` …
    fn name(&self) -> &'static str;

    /// Forgets the gradients of all parameters.
    fn zero_grad(&self);

    /// Changes each parameter that has a gradient by the rule.
    ///
    /// # Errors
    /// A parameter that cannot be updated, named by its position; an optimizer that has to evaluate the
    /// loss itself ([`Lbfgs`](crate::Lbfgs)).
    fn step(&mut self) -> Result<()>;

    /// A step that evaluates the loss itself: `closure` zeroes the gradients, computes the loss, runs
    /// backward and gives the loss. Most optimizers call it once. Returns its first result.
    ///
    /// ```
    /// use gradus_autograd::Var;
    /// use gradus_optim::{Lbfgs, Optimizer};
    /// use gradus_tensor::tensor;
    ///
    /// let w = Var::leaf(tensor![3.0])?;
    /// let mut optimizer = Lbfgs::new([w.clone()], 1.0)?;
    /// optimizer.step_with(&mut || {
    ///     w.zero_grad();
    ///     let loss = w.square()?.sum()?;
    ///     loss.backward()?;
    ///     Ok(loss.item()?)
    /// })?;
    /// assert!(w.item::<f32>()?.abs() < 1e-3);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`step`](Optimizer::step), and the closure's own.
    fn step_with(&mut self, closure: &mut Closure<'_>) -> Result<f64> {
        let loss = closure().map_err(Error::Closure)?;
        self.step()?;
        Ok(loss)
    }

    /// All parameters, group after group.
    fn parameters(&self) -> Vec<Var>;

    /// How many groups there are.
    fn group_count(&self) -> usize;

    /// An option of a group by PyTorch's name. `initial_lr` is there once a schedule is.
    fn option(&self, group: usize, name: &str) -> Option<Value>;

    /// Sets an option of a group by PyTorch's name.
    ///
    /// # Errors
    /// No such group or option; a value that does not fit it or lies outside its range.
    fn set_option(&mut self, group: usize, name: &str, value: Value) -> Result<()>;

    /// The learning rate of each group.
    fn learning_rates(&self) -> Vec<f64> {
        let rate = |group| self.option(group, "lr")?.as_f64();
        (0..self.group_count())
            .map(|g| rate(g).unwrap_or(f64::NAN))
            .collect()
    }

    /// Sets the learning rate of each group.
    ///
    /// # Errors
    /// Another number of rates than groups; a negative rate.
    fn set_learning_rates(&mut self, rates: &[f64]) -> Result<()> {
        if rates.len() != self.group_count() {
            return Err(Error::Rates {
                optimizer: self.name(),
                rates: rates.len(),
                groups: self.group_count(),
            });
        }
        for (group, &lr) in rates.iter().enumerate() {
            self.set_option(group, "lr", Value::Float(lr))?;
        }
        Ok(())
    }

    /// Everything needed to go on later.
    fn state_dict(&self) -> OptimizerState;

    /// Goes on from a saved state. It must be complete and fit: groups, parameters, options, shapes.
    ///
    /// # Errors
    /// What is missing or does not fit; nothing is changed then.
    fn load_state_dict(&mut self, state: &OptimizerState) -> Result<()>;

    /// Goes on from a saved state that may lack the state of some parameters: they start cold, as in a new
    /// optimizer. Returns their positions. PyTorch's files lack the state of parameters that never had a
    /// gradient.
    ///
    /// # Errors
    /// What does not fit; nothing is changed then.
    fn load_partial_state_dict(&mut self, state: &OptimizerState) -> Result<Vec<usize>>;
}
