//! Which number decides that an epoch was better.

use std::fmt;

use crate::callback::Training;
use crate::error::{Error, Result};

/// A number that is watched from epoch to epoch, and whether it should be low or high.
///
/// NaN is never better than anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitor {
    quantity: Quantity,
    highest: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Quantity {
    Loss,
    ValLoss,
    Metric(String),
}

impl Monitor {
    /// The training loss, lower is better.
    #[must_use]
    pub fn loss() -> Monitor {
        Monitor {
            quantity: Quantity::Loss,
            highest: false,
        }
    }

    /// The validation loss, lower is better.
    #[must_use]
    pub fn val_loss() -> Monitor {
        Monitor {
            quantity: Quantity::ValLoss,
            highest: false,
        }
    }

    /// A metric of the trainer, higher is better.
    #[must_use]
    pub fn metric(name: impl Into<String>) -> Monitor {
        Monitor {
            quantity: Quantity::Metric(name.into()),
            highest: true,
        }
    }

    /// Lower is better.
    #[must_use]
    pub fn lowest(mut self) -> Monitor {
        self.highest = false;
        self
    }

    /// Its value after the epoch just done.
    pub(crate) fn value(&self, training: &Training<'_>) -> Result<f64> {
        let history = self.history(training.losses, training.val_losses, training.metrics)?;
        Ok(history[history.len() - 1])
    }

    /// Its values after the epochs done, one at least.
    pub(crate) fn history<'h>(
        &self,
        losses: &'h [f64],
        val_losses: &'h [f64],
        metrics: &'h [(String, Vec<f64>)],
    ) -> Result<&'h [f64]> {
        let history = match &self.quantity {
            Quantity::Loss => Some(losses),
            Quantity::ValLoss => Some(val_losses),
            Quantity::Metric(name) => {
                let found = metrics.iter().find(|(known, _)| known == name);
                found.map(|(_, history)| history.as_slice())
            }
        };
        history.filter(|values| !values.is_empty()).ok_or_else(|| {
            let missing = match &self.quantity {
                Quantity::Loss => "the training loss, and no epoch was trained".to_owned(),
                Quantity::ValLoss => {
                    "the validation loss; give set_loaders a validation loader, or watch Monitor::loss()".to_owned()
                }
                Quantity::Metric(name) => {
                    format!("the metric `{name}`; add it with add_metric and give set_loaders a validation loader")
                }
            };
            Error::Setup(format!("there is no value of {missing}"))
        })
    }

    /// Whether `value` is better than `best` by more than `min_delta`.
    pub(crate) fn improves(&self, value: f64, best: Option<f64>, min_delta: f64) -> bool {
        match best {
            None => !value.is_nan(),
            Some(best) if self.highest => value > best + min_delta,
            Some(best) => value < best - min_delta,
        }
    }
}

/// Its name, as figures show it.
impl fmt::Display for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.quantity {
            Quantity::Loss => "training loss",
            Quantity::ValLoss => "validation loss",
            Quantity::Metric(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_is_lower_or_higher_and_never_nan() {
        let (low, high) = (Monitor::loss(), Monitor::metric("accuracy"));
        assert!(low.improves(0.5, Some(0.6), 0.0) && !high.improves(0.5, Some(0.6), 0.0));
        assert!(!low.improves(0.5, Some(0.5), 0.0) && !low.improves(0.5, Some(0.6), 0.2));
        assert!(!low.improves(f64::NAN, None, 0.0) && !high.improves(f64::NAN, Some(0.1), 0.0));
        assert!(high.lowest().improves(0.5, Some(0.6), 0.0));
    }
}
