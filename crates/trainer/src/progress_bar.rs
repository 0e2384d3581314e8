//! Progress on the terminal.

use std::fmt;

use indicatif::{ProgressDrawTarget, ProgressStyle};

use crate::callback::{Callback, Training};
use crate::error::Result;

/// A bar on standard error with the losses of the last epoch. Silent where standard error is no terminal.
pub struct ProgressBar {
    bar: indicatif::ProgressBar,
}

impl ProgressBar {
    /// A bar that appears when the training begins.
    #[must_use]
    pub fn new() -> ProgressBar {
        ProgressBar {
            bar: indicatif::ProgressBar::hidden(),
        }
    }
}

impl Default for ProgressBar {
    fn default() -> ProgressBar {
        ProgressBar::new()
    }
}

impl Callback for ProgressBar {
    fn name(&self) -> &str {
        "ProgressBar"
    }

    fn on_train_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        let style = ProgressStyle::with_template("epoch {pos}/{len} {bar:30} {elapsed} {msg}");
        self.bar = indicatif::ProgressBar::with_draw_target(
            Some(training.last_epoch as u64),
            ProgressDrawTarget::stderr(),
        )
        .with_style(style.expect("the template above is valid"))
        .with_position(training.losses.len() as u64);
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        self.bar.set_position(training.epoch as u64);
        self.bar
            .set_message(message(training.losses, training.val_losses));
        Ok(())
    }

    fn on_train_end(&mut self, _: &mut Training<'_>) -> Result<()> {
        self.bar.abandon();
        Ok(())
    }
}

fn message(losses: &[f64], val_losses: &[f64]) -> String {
    let mut message = String::new();
    for (name, history) in [("loss", losses), ("val_loss", val_losses)] {
        if let Some(last) = history.last() {
            message += &format!("{name} {last:.4} ");
        }
    }
    message
}

impl fmt::Debug for ProgressBar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressBar")
            .field("position", &self.bar.position())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_shows_the_losses_there_are() {
        assert_eq!(message(&[0.5, 0.25], &[]), "loss 0.2500 ");
        assert_eq!(message(&[0.5], &[1.0]), "loss 0.5000 val_loss 1.0000 ");
    }
}
