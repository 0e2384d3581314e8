//! Learning rates that change from epoch to epoch.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::callback::{Callback, CallbackState, Training};
use crate::error::{Error, Result};
use crate::exact::Exact;

/// Sets each group's learning rate before every epoch: η = η₀ · factor(e), e the number of epochs done.
///
/// # Source
/// `torch.optim.lr_scheduler.LambdaLR` 2.15, stepped once an epoch.
///
/// ```
/// use gradus_trainer::LearningRateSchedule;
///
/// let halved_every_ten = LearningRateSchedule::new(|epoch| 0.5_f64.powi((epoch / 10) as i32));
/// # let _ = halved_every_ten;
/// ```
pub struct LearningRateSchedule {
    factor: Box<dyn Fn(usize) -> f64 + Send>,
    initial: Initial,
}

/// η₀ of each group, known from the first epoch on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Initial {
    rates: Option<Vec<Exact>>,
}

impl LearningRateSchedule {
    /// A schedule from a pure function of the epochs done: 0 before the first.
    #[must_use]
    pub fn new(factor: impl Fn(usize) -> f64 + Send + 'static) -> LearningRateSchedule {
        LearningRateSchedule {
            factor: Box::new(factor),
            initial: Initial::default(),
        }
    }
}

impl Callback for LearningRateSchedule {
    fn name(&self) -> &str {
        "LearningRateSchedule"
    }

    fn on_epoch_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        let optimizer = &mut training.optimizer;
        let now = || optimizer.learning_rates().into_iter().map(Exact).collect();
        let initial = self.initial.rates.get_or_insert_with(now);
        let factor = (self.factor)(training.epoch - 1);
        let rates: Vec<f64> = initial.iter().map(|Exact(rate)| rate * factor).collect();
        Ok(optimizer.set_learning_rates(&rates)?)
    }

    fn state(&self) -> Option<CallbackState> {
        let values = serde_json::to_value(&self.initial).expect("text is JSON");
        Some(CallbackState {
            values,
            ..CallbackState::default()
        })
    }

    fn load_state(&mut self, state: &CallbackState) -> Result<()> {
        self.initial = Initial::deserialize(&state.values).map_err(Error::custom)?;
        Ok(())
    }
}

impl fmt::Debug for LearningRateSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LearningRateSchedule")
            .field("initial", &self.initial)
            .finish_non_exhaustive()
    }
}
