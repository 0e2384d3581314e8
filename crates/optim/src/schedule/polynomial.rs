//! Rates that fall to zero as a power.

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate times `(1 − e / total_iters)^power` at epoch e, and 0 from `total_iters` on.
///
/// # Source
/// `torch.optim.lr_scheduler.PolynomialLR` 2.15, in its chained form.
pub type PolynomialLr = Scheduler<PolynomialLrOptions>;

/// Options of [`PolynomialLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct PolynomialLrOptions {
    /// Epochs until the rate is 0.
    pub total_iters: usize,
    /// The power.
    pub power: f64,
}

impl Default for PolynomialLrOptions {
    /// PyTorch's defaults: along a line in 5 epochs.
    #[inline]
    fn default() -> PolynomialLrOptions {
        PolynomialLrOptions {
            total_iters: 5,
            power: 1.0,
        }
    }
}

impl PolynomialLr {
    /// To 0 in `total_iters` epochs.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(
        optimizer: &mut dyn Optimizer,
        total_iters: usize,
        power: f64,
    ) -> Result<PolynomialLr> {
        Scheduler::with(optimizer, PolynomialLrOptions { total_iters, power })
    }
}

impl Options for PolynomialLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "PolynomialLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("total_iters", &mut self.total_iters).within(Range::POSITIVE),
            Field::new("power", &mut self.power),
        ]
    }
}

impl Formula for PolynomialLrOptions {
    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        if at.first || at.epoch > self.total_iters as u64 {
            return Ok(at.rate);
        }
        let left = |epoch: f64| 1.0 - epoch / self.total_iters as f64;
        let epoch = at.epoch as f64;
        Ok(at.rate * (left(epoch) / left(epoch - 1.0)).powf(self.power))
    }

    #[inline]
    fn closed_form(&self, at: &At) -> Option<f64> {
        let total = self.total_iters as f64;
        let left = 1.0 - (at.epoch as f64).min(total) / total;
        Some(at.initial * left.powf(self.power))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_falls_to_zero_and_stays_there() {
        let rates = preview(16.0, 6, |o| PolynomialLr::new(o, 4, 2.0)).unwrap();
        for (rate, expected) in rates.iter().zip([16.0, 9.0, 4.0, 1.0, 0.0, 0.0]) {
            assert!((rate - expected).abs() < 1e-12);
        }
    }
}
