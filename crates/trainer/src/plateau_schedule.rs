//! Learning rates that fall when nothing gets better.

use gradus_optim::schedule::ReduceLrOnPlateau;
use serde::Deserialize;

use crate::callback::{Callback, CallbackState, Training};
use crate::error::{Error, Result};
use crate::monitor::Monitor;
use crate::value_entries::Entry;

/// Steps a [`ReduceLrOnPlateau`] after every epoch by the number it watches: the validation loss, unless told
/// otherwise.
///
/// ```
/// # use gradus_nn::{Linear, Module, MseLoss};
/// # use gradus_random::Generator;
/// use gradus_optim::{Sgd, schedule::ReduceLrOnPlateau};
/// use gradus_trainer::{PlateauSchedule, Trainer};
///
/// # let model = Linear::new(1, 1, &Generator::new(0));
/// let mut sgd = Sgd::new(model.parameters(), 0.1)?;
/// let plateau = ReduceLrOnPlateau::new(&mut sgd)?;
/// let mut trainer = Trainer::new(model, MseLoss::new(), sgd);
/// trainer.add_callback(PlateauSchedule::new(plateau));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PlateauSchedule {
    schedule: ReduceLrOnPlateau,
    monitor: Monitor,
}

impl PlateauSchedule {
    /// Watches the validation loss.
    #[must_use]
    pub fn new(schedule: ReduceLrOnPlateau) -> PlateauSchedule {
        PlateauSchedule {
            schedule,
            monitor: Monitor::val_loss(),
        }
    }

    /// Watches another number. Which way is better is the schedule's to know.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> PlateauSchedule {
        self.monitor = monitor;
        self
    }

    /// The schedule.
    #[must_use]
    pub fn schedule(&self) -> &ReduceLrOnPlateau {
        &self.schedule
    }
}

impl Callback for PlateauSchedule {
    fn name(&self) -> &str {
        "PlateauSchedule"
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        let value = self.monitor.value(training)?;
        Ok(self.schedule.step(value, training.optimizer)?)
    }

    fn state(&self) -> Option<CallbackState> {
        let entries = Entry::of_named("schedule", &self.schedule.state_dict(), &mut |_, _| {});
        let values = serde_json::to_value(entries).expect("names and numbers are JSON");
        Some(CallbackState {
            values,
            ..CallbackState::default()
        })
    }

    fn load_state(&mut self, state: &CallbackState) -> Result<()> {
        let entries: Vec<(String, Entry)> =
            Deserialize::deserialize(&state.values).map_err(Error::custom)?;
        let mut no_tensors = |key: &str| Err(format!("`{key}` is a tensor"));
        let values = Entry::values("schedule", entries, &mut no_tensors).map_err(Error::custom)?;
        Ok(self.schedule.load_state_dict(&values)?)
    }
}
