//! Rates that go along a line: warming up.

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate times a factor that goes from `start_factor` to `end_factor` in `total_iters` epochs.
///
/// # Source
/// `torch.optim.lr_scheduler.LinearLR` 2.15, in its chained form.
pub type LinearLr = Scheduler<LinearLrOptions>;

/// Options of [`LinearLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct LinearLrOptions {
    /// Factor of the first epoch, in `(0, 1]`.
    pub start_factor: f64,
    /// Factor from epoch `total_iters` on, in `[0, 1]`.
    pub end_factor: f64,
    /// Length of the line.
    pub total_iters: usize,
}

impl Default for LinearLrOptions {
    /// PyTorch's defaults: from a third to the whole rate in 5 epochs.
    #[inline]
    fn default() -> LinearLrOptions {
        LinearLrOptions {
            start_factor: 1.0 / 3.0,
            end_factor: 1.0,
            total_iters: 5,
        }
    }
}

impl LinearLr {
    /// From `start_factor` to `end_factor` times the rate in `total_iters` epochs.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(
        optimizer: &mut dyn Optimizer,
        start_factor: f64,
        end_factor: f64,
        total_iters: usize,
    ) -> Result<LinearLr> {
        let options = LinearLrOptions {
            start_factor,
            end_factor,
            total_iters,
        };
        Scheduler::with(optimizer, options)
    }
}

impl Options for LinearLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "LinearLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        let positive = Range::new("in (0, 1]", |x| x > 0.0 && x <= 1.0);
        vec![
            Field::new("start_factor", &mut self.start_factor).within(positive),
            Field::new("end_factor", &mut self.end_factor).within(Range::UNIT),
            Field::new("total_iters", &mut self.total_iters),
        ]
    }
}

impl Formula for LinearLrOptions {
    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        if at.epoch == 0 {
            return Ok(at.rate * self.start_factor);
        }
        if at.first || at.epoch > self.total_iters as u64 {
            return Ok(at.rate);
        }
        let rise = self.end_factor - self.start_factor;
        let before = self.total_iters as f64 * self.start_factor + (at.epoch - 1) as f64 * rise;
        Ok(at.rate * (1.0 + rise / before))
    }

    #[inline]
    fn closed_form(&self, at: &At) -> Option<f64> {
        let total = self.total_iters as f64;
        let rise = self.end_factor - self.start_factor;
        let gone = (at.epoch as f64).min(total);
        Some(at.initial * (self.start_factor + rise * gone / total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_warms_up() {
        let rates = preview(4.0, 6, |o| LinearLr::new(o, 0.25, 1.0, 3)).unwrap();
        for (rate, expected) in rates.iter().zip([1.0, 2.0, 3.0, 4.0, 4.0, 4.0]) {
            assert!((rate - expected).abs() < 1e-12);
        }
        assert!(preview(4.0, 1, |o| LinearLr::new(o, 0.0, 1.0, 3)).is_err());
    }
}
