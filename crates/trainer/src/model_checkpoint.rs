//! Checkpoints written while the training runs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::callback::{Callback, CallbackState, Training};
use crate::error::{Error, Result};
use crate::exact::Exact;
use crate::monitor::Monitor;

/// Writes checkpoints: every so many epochs, or whenever the watched number is the best so far.
///
/// `{epoch}` in the path stands for the epoch's number. Each file is a whole checkpoint, and written whole or not at all.
///
/// ```
/// use gradus_trainer::{ModelCheckpoint, Monitor};
///
/// let best = ModelCheckpoint::best("best.safetensors", Monitor::val_loss());
/// let each = ModelCheckpoint::every(10, "epoch-{epoch}.safetensors");
/// # let _ = (best, each);
/// ```
#[derive(Debug)]
pub struct ModelCheckpoint {
    path: PathBuf,
    when: When,
    course: Course,
}

#[derive(Debug)]
enum When {
    Every(usize),
    Best(Monitor),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Course {
    best: Option<Exact>,
    best_epoch: Option<usize>,
}

impl ModelCheckpoint {
    /// Writes after each epoch whose number `epochs` divides.
    #[must_use]
    pub fn every(epochs: usize, path: impl Into<PathBuf>) -> ModelCheckpoint {
        let when = When::Every(epochs.max(1));
        ModelCheckpoint {
            path: path.into(),
            when,
            course: Course::default(),
        }
    }

    /// Writes after each epoch that is the best so far.
    #[must_use]
    pub fn best(path: impl Into<PathBuf>, monitor: Monitor) -> ModelCheckpoint {
        let when = When::Best(monitor);
        ModelCheckpoint {
            path: path.into(),
            when,
            course: Course::default(),
        }
    }

    /// The best epoch so far, from 1, where the best is watched.
    #[must_use]
    pub fn best_epoch(&self) -> Option<usize> {
        self.course.best_epoch
    }

    fn is_due(&mut self, training: &Training<'_>) -> Result<bool> {
        match &self.when {
            When::Every(epochs) => Ok(training.epoch.is_multiple_of(*epochs)),
            When::Best(monitor) => {
                let value = monitor.value(training)?;
                let best = self.course.best.map(|Exact(best)| best);
                let improved = monitor.improves(value, best, 0.0);
                if improved {
                    self.course = Course {
                        best: Some(Exact(value)),
                        best_epoch: Some(training.epoch),
                    };
                }
                Ok(improved)
            }
        }
    }
}

impl Callback for ModelCheckpoint {
    fn name(&self) -> &str {
        "ModelCheckpoint"
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        if self.is_due(training)? {
            let epoch = training.epoch.to_string();
            let path = self.path.to_string_lossy().replace("{epoch}", &epoch);
            training.save_checkpoint(path);
        }
        Ok(())
    }

    fn state(&self) -> Option<CallbackState> {
        let values = serde_json::to_value(&self.course).expect("counts and text are JSON");
        Some(CallbackState {
            values,
            ..CallbackState::default()
        })
    }

    fn load_state(&mut self, state: &CallbackState) -> Result<()> {
        self.course = Course::deserialize(&state.values).map_err(Error::custom)?;
        Ok(())
    }
}
