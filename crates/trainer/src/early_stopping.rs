//! Stopping when nothing gets better.

use gradus_nn::{StateDict, Strictness};
use serde::{Deserialize, Serialize};

use crate::callback::{Callback, CallbackState, Training};
use crate::error::{Error, Result};
use crate::exact::Exact;
use crate::monitor::Monitor;

/// Stops the training when the watched number has not become better for `patience` epochs.
///
/// Once it has stopped, a later call of `train` stops at once too; [`reset`](EarlyStopping::reset) starts anew.
///
/// ```
/// use gradus_trainer::{EarlyStopping, Monitor};
///
/// let stopping = EarlyStopping::new(5).monitor(Monitor::metric("accuracy")).restore_best(true);
/// assert_eq!(stopping.best_epoch(), None);
/// ```
#[derive(Debug)]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    min_delta: f64,
    restore_best: bool,
    course: Course,
    best_weights: StateDict,
}

/// What the course of the training so far decided.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Course {
    best: Option<Exact>,
    best_epoch: Option<usize>,
    waited: usize,
    stopped: bool,
}

impl EarlyStopping {
    /// Watches the validation loss.
    #[must_use]
    pub fn new(patience: usize) -> EarlyStopping {
        EarlyStopping {
            monitor: Monitor::val_loss(),
            patience,
            min_delta: 0.0,
            restore_best: false,
            course: Course::default(),
            best_weights: StateDict::new(),
        }
    }

    /// Watches another number.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> EarlyStopping {
        self.monitor = monitor;
        self
    }

    /// Counts as better only what is better by more than this; 0 by default.
    #[must_use]
    pub fn min_delta(mut self, min_delta: f64) -> EarlyStopping {
        self.min_delta = min_delta;
        self
    }

    /// Whether the model gets the weights of its best epoch when the training is stopped; false by default.
    #[must_use]
    pub fn restore_best(mut self, restore_best: bool) -> EarlyStopping {
        self.restore_best = restore_best;
        self
    }

    /// The best value so far.
    #[must_use]
    pub fn best(&self) -> Option<f64> {
        self.course.best.map(|Exact(best)| best)
    }

    /// The epoch of the best value so far, from 1.
    #[must_use]
    pub fn best_epoch(&self) -> Option<usize> {
        self.course.best_epoch
    }

    /// Whether it has stopped the training.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.course.stopped
    }

    /// The epoch whose weights it gave back to the model, from 1, if it did.
    #[must_use]
    pub fn restored_epoch(&self) -> Option<usize> {
        self.best_epoch()
            .filter(|_| self.has_stopped() && self.restore_best)
    }

    /// The weights of the best epoch so far, if they are kept to be given back: for a training that ends before it is stopped.
    #[must_use]
    pub fn best_weights(&self) -> Option<&StateDict> {
        Some(&self.best_weights).filter(|weights| !weights.is_empty())
    }

    /// Forgets what it has seen, so that training can go on.
    pub fn reset(&mut self) {
        self.course = Course::default();
        self.best_weights = StateDict::new();
    }

    fn reason(&self) -> String {
        let best = self.best().unwrap_or(f64::NAN);
        let epoch = self.best_epoch().unwrap_or(0);
        format!(
            "nothing better than {best:.6} of epoch {epoch} in {} epochs",
            self.course.waited
        )
    }
}

impl Callback for EarlyStopping {
    fn name(&self) -> &str {
        "EarlyStopping"
    }

    fn on_train_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        if self.course.stopped {
            training.stop(self.reason());
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        let value = self.monitor.value(training)?;
        if self.monitor.improves(value, self.best(), self.min_delta) {
            self.course.best = Some(Exact(value));
            self.course.best_epoch = Some(training.epoch);
            self.course.waited = 0;
            if self.restore_best {
                self.best_weights = training.model.state_dict();
            }
            return Ok(());
        }
        self.course.waited += 1;
        if self.course.waited >= self.patience {
            self.course.stopped = true;
            if !self.best_weights.is_empty() {
                training
                    .model
                    .load_state_dict(&self.best_weights, Strictness::Strict)?;
            }
            training.stop(self.reason());
        }
        Ok(())
    }

    fn state(&self) -> Option<CallbackState> {
        let values = serde_json::to_value(&self.course).expect("counts and text are JSON");
        Some(CallbackState {
            values,
            tensors: self.best_weights.clone(),
        })
    }

    fn load_state(&mut self, state: &CallbackState) -> Result<()> {
        self.course = Course::deserialize(&state.values).map_err(Error::custom)?;
        self.best_weights = state.tensors.clone();
        Ok(())
    }
}
