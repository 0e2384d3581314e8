//! Rates that fall at given epochs.

use crate::error::Result;
use crate::field::{Field, Options};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate times γ at each of the `milestones`; twice if one is named twice.
///
/// # Source
/// `torch.optim.lr_scheduler.MultiStepLR` 2.15.
pub type MultiStepLr = Scheduler<MultiStepLrOptions>;

/// Options of [`MultiStepLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct MultiStepLrOptions {
    /// Epochs at which the rate falls, in any order.
    pub milestones: Vec<usize>,
    /// Factor γ; PyTorch's default is 0.1.
    pub gamma: f64,
}

impl MultiStepLr {
    /// Falls by `gamma` at the `milestones`.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    pub fn new(
        optimizer: &mut dyn Optimizer,
        milestones: impl Into<Vec<usize>>,
        gamma: f64,
    ) -> Result<MultiStepLr> {
        let milestones = milestones.into();
        Scheduler::with(optimizer, MultiStepLrOptions { milestones, gamma })
    }
}

impl MultiStepLrOptions {
    fn falls(&self, milestone: impl Fn(u64) -> bool) -> f64 {
        let passed = self.milestones.iter().filter(|m| milestone(**m as u64));
        self.gamma.powf(passed.count() as f64)
    }
}

impl Options for MultiStepLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "MultiStepLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("milestones", &mut self.milestones),
            Field::new("gamma", &mut self.gamma),
        ]
    }
}

impl Formula for MultiStepLrOptions {
    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        let here = self.milestones.contains(&(at.epoch as usize));
        let factor = || self.falls(|milestone| milestone == at.epoch);
        Ok(if here { at.rate * factor() } else { at.rate })
    }

    #[inline]
    fn closed_form(&self, at: &At) -> Option<f64> {
        Some(at.initial * self.falls(|milestone| milestone <= at.epoch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_falls_at_milestones_as_often_as_they_are_named() {
        let rates = preview(8.0, 5, |o| MultiStepLr::new(o, [3, 1, 3], 0.5)).unwrap();
        assert_eq!(rates, [8.0, 4.0, 4.0, 1.0, 1.0]);
    }
}
