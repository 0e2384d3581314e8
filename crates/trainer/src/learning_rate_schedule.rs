//! Learning rates that change over the training.

use gradus_optim::schedule::Schedule;
use serde::{Deserialize, Serialize};

use crate::callback::{BatchEnd, Callback, CallbackState, Training};
use crate::error::{Error, Result};
use crate::value_entries::Entry;

/// Steps a schedule after every epoch, or after every batch.
///
/// The schedule is made for the optimizer before the trainer takes it; what it has counted is saved with
/// every checkpoint.
///
/// ```
/// # use gradus_nn::{Linear, Module, MseLoss};
/// # use gradus_random::Generator;
/// use gradus_optim::{Sgd, schedule::StepLr};
/// use gradus_trainer::{LearningRateSchedule, Trainer};
///
/// # let model = Linear::new(1, 1, &Generator::new(0));
/// let mut sgd = Sgd::new(model.parameters(), 0.1)?;
/// let tenth_every_thirty = StepLr::new(&mut sgd, 30, 0.1)?;
/// let mut trainer = Trainer::new(model, MseLoss::new(), sgd);
/// trainer.add_callback(LearningRateSchedule::each_epoch(tenth_every_thirty));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LearningRateSchedule {
    schedule: Box<dyn Schedule>,
    each_batch: bool,
}

/// What a checkpoint keeps of a schedule.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    name: String,
    state: Vec<(String, Entry)>,
}

impl LearningRateSchedule {
    /// Steps after every epoch, validation included.
    #[must_use]
    pub fn each_epoch(schedule: impl Schedule) -> LearningRateSchedule {
        LearningRateSchedule {
            schedule: Box::new(schedule),
            each_batch: false,
        }
    }

    /// Steps after every batch: for cycles and warm-ups that are counted in batches.
    #[must_use]
    pub fn each_batch(schedule: impl Schedule) -> LearningRateSchedule {
        LearningRateSchedule {
            each_batch: true,
            ..LearningRateSchedule::each_epoch(schedule)
        }
    }

    /// The schedule.
    #[must_use]
    pub fn schedule(&self) -> &dyn Schedule {
        &*self.schedule
    }
}

impl Callback for LearningRateSchedule {
    fn name(&self) -> &str {
        "LearningRateSchedule"
    }

    fn on_batch_end(&mut self, training: &mut Training<'_>, _: BatchEnd) -> Result<()> {
        if self.each_batch {
            self.schedule.step(training.optimizer)?;
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        if !self.each_batch {
            self.schedule.step(training.optimizer)?;
        }
        Ok(())
    }

    fn state(&self) -> Option<CallbackState> {
        let mut state = CallbackState::default();
        let mut keep = |key: String, tensor: &_| {
            state.tensors.insert(key, Clone::clone(tensor));
        };
        let saved = Saved {
            name: self.schedule.name().to_owned(),
            state: Entry::of_named("schedule", &self.schedule.state_dict(), &mut keep),
        };
        state.values = serde_json::to_value(saved).expect("names and numbers are JSON");
        Some(state)
    }

    fn load_state(&mut self, state: &CallbackState) -> Result<()> {
        let saved = Saved::deserialize(&state.values).map_err(Error::custom)?;
        if saved.name != self.schedule.name() {
            return Err(Error::Setup(format!(
                "the schedule is {} in the checkpoint, {} in the trainer",
                saved.name,
                self.schedule.name()
            )));
        }
        let mut take = |key: &str| {
            let found = state.tensors.get(key).cloned();
            found.ok_or_else(|| format!("the tensor `{key}` is missing"))
        };
        let values = Entry::values("schedule", saved.state, &mut take).map_err(Error::custom)?;
        Ok(self.schedule.load_state_dict(&values)?)
    }
}
