//! Rates that fall every few epochs.

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate times γ every `step_size` epochs.
///
/// `ηₑ = ηₑ₋₁ γ` if e is a multiple of `step_size`, else `ηₑ₋₁`.
///
/// # Source
/// `torch.optim.lr_scheduler.StepLR` 2.15.
pub type StepLr = Scheduler<StepLrOptions>;

/// Options of [`StepLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct StepLrOptions {
    /// Epochs between two falls, at least 1.
    pub step_size: usize,
    /// Factor γ; PyTorch's default is 0.1.
    pub gamma: f64,
}

impl StepLr {
    /// Falls by `gamma` every `step_size` epochs.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(optimizer: &mut dyn Optimizer, step_size: usize, gamma: f64) -> Result<StepLr> {
        Scheduler::with(optimizer, StepLrOptions { step_size, gamma })
    }
}

impl Options for StepLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "StepLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("step_size", &mut self.step_size).within(Range::POSITIVE),
            Field::new("gamma", &mut self.gamma),
        ]
    }
}

impl Formula for StepLrOptions {
    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        let falls = at.epoch > 0 && at.epoch.is_multiple_of(self.step_size as u64);
        Ok(if falls { at.rate * self.gamma } else { at.rate })
    }

    #[inline]
    fn closed_form(&self, at: &At) -> Option<f64> {
        let falls = at.epoch / self.step_size as u64;
        Some(at.initial * self.gamma.powf(falls as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_falls_at_multiples() {
        let rates = preview(8.0, 6, |optimizer| StepLr::new(optimizer, 2, 0.5)).unwrap();
        assert_eq!(rates, [8.0, 8.0, 4.0, 4.0, 2.0, 2.0]);
        let never = preview(8.0, 6, |optimizer| StepLr::new(optimizer, 0, 0.5)).unwrap_err();
        assert_eq!(
            never.to_string(),
            "StepLr: step_size is 0, it must be above 0"
        );
    }
}
