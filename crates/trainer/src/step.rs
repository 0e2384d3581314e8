//! What is done with one batch: PyTorch's inner loop as replaceable functions.

use std::fmt;

use gradus_data::Batch;
use gradus_nn::{Loss, Module};
use gradus_optim::Optimizer;
use gradus_tensor::Tensor;

use crate::error::Result;

/// What a training step is given. It returns the batch's loss.
pub struct TrainStep<'a> {
    /// The model, in training mode.
    pub model: &'a dyn Module,
    /// The loss.
    pub loss_fn: &'a dyn Loss,
    /// The optimizer of the model's parameters.
    pub optimizer: &'a mut dyn Optimizer,
    /// The tensors of the batch: usually inputs and targets.
    pub batch: Batch,
}

/// What a validation step is given. It runs without recording.
pub struct ValStep<'a> {
    /// The model, in evaluation mode.
    pub model: &'a dyn Module,
    /// The loss.
    pub loss_fn: &'a dyn Loss,
    /// The tensors of the batch: usually inputs and targets.
    pub batch: Batch,
}

/// What a validation step returns.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The batch's loss.
    pub loss: f64,
    /// What the model said, for the metrics.
    pub output: Tensor,
    /// What would have been right, for the metrics.
    pub target: Tensor,
}

/// Runs one training batch and returns its loss.
pub type TrainStepFn = dyn FnMut(TrainStep<'_>) -> Result<f64> + Send;

/// Runs one validation batch.
pub type ValStepFn = dyn FnMut(ValStep<'_>) -> Result<Evaluation> + Send;

impl TrainStep<'_> {
    /// The step of every course: forward, loss, backward, `step`, `zero_grad`.
    ///
    /// # Errors
    /// A batch that is no pair, and whatever model, loss and optimizer refuse.
    pub fn run(self) -> Result<f64> {
        let (x, y) = self.batch.pair()?;
        let loss = self.loss_fn.forward(&self.model.forward(&x.into())?, &y)?;
        loss.backward()?;
        self.optimizer.step()?;
        self.optimizer.zero_grad();
        Ok(loss.item()?)
    }
}

impl ValStep<'_> {
    /// Forward and loss.
    ///
    /// # Errors
    /// A batch that is no pair, and whatever model and loss refuse.
    pub fn run(self) -> Result<Evaluation> {
        let (x, target) = self.batch.pair()?;
        let output = self.model.forward(&x.into())?;
        let loss = self.loss_fn.forward(&output, &target)?.item()?;
        Ok(Evaluation {
            loss,
            output: output.value(),
            target,
        })
    }
}

impl fmt::Debug for TrainStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrainStep")
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ValStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValStep")
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}
