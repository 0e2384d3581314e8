//! What can happen between batches and epochs.

use std::any::Any;
use std::fmt;
use std::path::PathBuf;

use gradus_nn::{Module, StateDict};
use gradus_optim::Optimizer;

use crate::error::Result;

/// Something that watches the training and may change its course.
///
/// All methods do nothing by default. Whatever a callback has to remember for the later course goes into its
/// [`state`](Callback::state): then an interrupted training goes on as if it had never stopped.
///
/// ```
/// use gradus_trainer::{Callback, Result, Training};
///
/// /// Stops when the training loss is small enough.
/// struct GoodEnough(f64);
///
/// impl Callback for GoodEnough {
///     fn name(&self) -> &str {
///         "GoodEnough"
///     }
///     fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
///         if training.losses.last().is_some_and(|loss| *loss < self.0) {
///             training.stop("the loss is small enough");
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Callback: Any + Send {
    /// Its name in messages and checkpoints.
    fn name(&self) -> &str;

    /// Before the first epoch of a call of `train`. May run several times in one course of training, so it
    /// must not move the state.
    ///
    /// # Errors
    /// Any error ends the training.
    fn on_train_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        let _ = training;
        Ok(())
    }

    /// Before the first batch of an epoch; not again when an epoch is resumed in its middle.
    ///
    /// # Errors
    /// Any error ends the training.
    fn on_epoch_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        let _ = training;
        Ok(())
    }

    /// After each training step.
    ///
    /// # Errors
    /// Any error ends the training.
    fn on_batch_end(&mut self, training: &mut Training<'_>, batch: BatchEnd) -> Result<()> {
        let _ = (training, batch);
        Ok(())
    }

    /// After an epoch, validation included.
    ///
    /// # Errors
    /// Any error ends the training.
    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        let _ = training;
        Ok(())
    }

    /// After the last epoch of a call of `train`, or when it was stopped.
    ///
    /// # Errors
    /// Any error is returned by `train`.
    fn on_train_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        let _ = training;
        Ok(())
    }

    /// What a checkpoint has to keep; `None` if there is nothing.
    fn state(&self) -> Option<CallbackState> {
        None
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// A state that does not fit; nothing may be changed then.
    fn load_state(&mut self, state: &CallbackState) -> Result<()> {
        let _ = state;
        Ok(())
    }
}

/// What a callback has to remember.
#[derive(Clone, Debug, Default)]
pub struct CallbackState {
    /// Numbers and text; use [`Exact`](crate::Exact) for floating-point numbers.
    pub values: serde_json::Value,
    /// Tensors.
    pub tensors: StateDict,
}

/// One training step, just done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchEnd {
    /// Its number in the epoch, from 1.
    pub number: usize,
    /// How many batches the epoch has.
    pub batches: usize,
    /// Its loss.
    pub loss: f64,
}

/// The training as a callback sees it.
pub struct Training<'a> {
    /// Number of the epoch that begins, is under way, or was done last, from 1; 0 before the first.
    pub epoch: usize,
    /// The epoch after which this call of `train` ends.
    pub last_epoch: usize,
    /// The model.
    pub model: &'a dyn Module,
    /// The optimizer.
    pub optimizer: &'a mut dyn Optimizer,
    /// The training loss of each epoch done.
    pub losses: &'a [f64],
    /// The validation loss of each epoch done.
    pub val_losses: &'a [f64],
    /// Names and values of the metrics after each epoch done.
    pub metrics: &'a [(String, Vec<f64>)],
    pub(crate) requests: &'a mut Requests,
}

/// What callbacks asked for.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    pub(crate) stop: Option<String>,
    pub(crate) checkpoints: Vec<PathBuf>,
}

impl Training<'_> {
    /// Ends the training once all callbacks have run. The first reason counts.
    pub fn stop(&mut self, reason: impl Into<String>) {
        self.requests.stop.get_or_insert(reason.into());
    }

    /// Writes a checkpoint once all callbacks have run, so that it holds the state of all of them.
    pub fn save_checkpoint(&mut self, path: impl Into<PathBuf>) {
        self.requests.checkpoints.push(path.into());
    }
}

impl fmt::Debug for Training<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Training")
            .field("epoch", &self.epoch)
            .field("last_epoch", &self.last_epoch)
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}
