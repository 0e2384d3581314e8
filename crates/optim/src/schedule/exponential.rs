//! Rates that fall every epoch.

use crate::error::Result;
use crate::field::{Field, Options};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate times γ every epoch.
///
/// # Source
/// `torch.optim.lr_scheduler.ExponentialLR` 2.15.
pub type ExponentialLr = Scheduler<ExponentialLrOptions>;

/// Options of [`ExponentialLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct ExponentialLrOptions {
    /// Factor γ.
    pub gamma: f64,
}

impl ExponentialLr {
    /// Falls by `gamma` every epoch.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(optimizer: &mut dyn Optimizer, gamma: f64) -> Result<ExponentialLr> {
        Scheduler::with(optimizer, ExponentialLrOptions { gamma })
    }
}

impl Options for ExponentialLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "ExponentialLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![Field::new("gamma", &mut self.gamma)]
    }
}

impl Formula for ExponentialLrOptions {
    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        Ok(if at.first {
            at.rate
        } else {
            at.rate * self.gamma
        })
    }

    #[inline]
    fn closed_form(&self, at: &At) -> Option<f64> {
        Some(at.initial * self.gamma.powf(at.epoch as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_falls_from_the_second_epoch_on() {
        let rates = preview(8.0, 4, |o| ExponentialLr::new(o, 0.5)).unwrap();
        assert_eq!(rates, [8.0, 4.0, 2.0, 1.0]);
    }
}
