//! Averages of the weights over a training.

use gradus_optim::AveragedWeights;
use serde::Deserialize;

use crate::callback::{BatchEnd, Callback, CallbackState, Training};
use crate::error::{Error, Result};
use crate::value_entries::Entry;

/// Takes the weights into their averages after every batch or every epoch.
///
/// ```
/// # use gradus_nn::{Linear, Module, MseLoss};
/// # use gradus_random::Generator;
/// use gradus_optim::{Average, AveragedWeights, Sgd};
/// use gradus_trainer::{Trainer, WeightAveraging};
///
/// # let model = Linear::new(1, 1, &Generator::new(0));
/// let average = Average::Exponential { decay: 0.999 };
/// let averaged = AveragedWeights::new(model.parameters(), average)?;
/// let sgd = Sgd::new(model.parameters(), 0.1)?;
/// let mut trainer = Trainer::new(model, MseLoss::new(), sgd);
/// trainer.add_callback(WeightAveraging::each_batch(averaged));
/// // … train, then evaluate with the averages:
/// if let Some(averaging) = trainer.callback_mut::<WeightAveraging>() {
///     averaging.weights_mut().swap()?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct WeightAveraging {
    weights: AveragedWeights,
    each_batch: bool,
}

impl WeightAveraging {
    /// Averages over batches, as exponential averages do.
    #[must_use]
    pub fn each_batch(weights: AveragedWeights) -> WeightAveraging {
        WeightAveraging {
            weights,
            each_batch: true,
        }
    }

    /// Averages over epochs, as stochastic weight averaging does.
    #[must_use]
    pub fn each_epoch(weights: AveragedWeights) -> WeightAveraging {
        WeightAveraging {
            weights,
            each_batch: false,
        }
    }

    /// The averages.
    #[must_use]
    pub fn weights(&self) -> &AveragedWeights {
        &self.weights
    }

    /// The averages, to swap with the model's weights.
    pub fn weights_mut(&mut self) -> &mut AveragedWeights {
        &mut self.weights
    }
}

impl Callback for WeightAveraging {
    fn name(&self) -> &str {
        "WeightAveraging"
    }

    fn on_batch_end(&mut self, _: &mut Training<'_>, _: BatchEnd) -> Result<()> {
        if self.each_batch {
            self.weights.update()?;
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, _: &mut Training<'_>) -> Result<()> {
        if !self.each_batch {
            self.weights.update()?;
        }
        Ok(())
    }

    fn state(&self) -> Option<CallbackState> {
        let mut state = CallbackState::default();
        let tensors = &mut state.tensors;
        let entries = Entry::of_named("weights", &self.weights.state_dict(), &mut |key, tensor| {
            tensors.insert(key, tensor.clone());
        });
        state.values = serde_json::to_value(entries).expect("names and numbers are JSON");
        Some(state)
    }

    fn load_state(&mut self, state: &CallbackState) -> Result<()> {
        let entries: Vec<(String, Entry)> =
            Deserialize::deserialize(&state.values).map_err(Error::custom)?;
        let mut take = |key: &str| {
            let found = state.tensors.get(key).cloned();
            found.ok_or_else(|| format!("the tensor `{key}` is missing"))
        };
        let values = Entry::values("weights", entries, &mut take).map_err(Error::custom)?;
        Ok(self.weights.load_state_dict(&values)?)
    }
}
