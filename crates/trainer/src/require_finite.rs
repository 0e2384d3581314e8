//! Ending a training that went wrong.

use crate::callback::{BatchEnd, Callback, Training};
use crate::error::{Error, Result};

/// Ends the training with an error as soon as a loss is NaN or infinite.
///
/// Without it the training goes on, as in PyTorch.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequireFinite;

impl Callback for RequireFinite {
    fn name(&self) -> &str {
        "RequireFinite"
    }

    fn on_batch_end(&mut self, _: &mut Training<'_>, batch: BatchEnd) -> Result<()> {
        require(format!("the loss of batch {}", batch.number), batch.loss)
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        match training.val_losses.last() {
            Some(&loss) => require("the validation loss".to_owned(), loss),
            None => Ok(()),
        }
    }
}

fn require(what: String, value: f64) -> Result<()> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(Error::NotFinite { what, value })
    }
}
