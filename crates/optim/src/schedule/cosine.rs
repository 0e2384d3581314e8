//! Rates that swing along a cosine.

use std::f64::consts::PI;

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate along a cosine from its initial value to `eta_min` in `T_max` epochs, and back in as many.
///
/// `ηₑ = η_min + ½ (η₀ − η_min)(1 + cos(π e / T_max))`
///
/// # Source
/// Loshchilov & Hutter 2017, equation 5; `torch.optim.lr_scheduler.CosineAnnealingLR` 2.15, in its chained
/// form.
pub type CosineAnnealingLr = Scheduler<CosineAnnealingLrOptions>;

/// Options of [`CosineAnnealingLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct CosineAnnealingLrOptions {
    /// Epochs of half a swing, at least 1.
    pub t_max: usize,
    /// The least rate η_min.
    pub eta_min: f64,
}

impl CosineAnnealingLr {
    /// Down to `eta_min` in `t_max` epochs.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(
        optimizer: &mut dyn Optimizer,
        t_max: usize,
        eta_min: f64,
    ) -> Result<CosineAnnealingLr> {
        Scheduler::with(optimizer, CosineAnnealingLrOptions { t_max, eta_min })
    }
}

impl Options for CosineAnnealingLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "CosineAnnealingLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("T_max", &mut self.t_max).within(Range::POSITIVE),
            Field::new("eta_min", &mut self.eta_min),
        ]
    }
}

impl Formula for CosineAnnealingLrOptions {
    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        if at.first {
            return Ok(at.rate);
        }
        let (epoch, t_max) = (at.epoch as f64, self.t_max as f64);
        let half = self.t_max as i64;
        // At the foot of a swing the recurrence would divide by 0.
        if (at.epoch as i64 - 1 - half).rem_euclid(2 * half) == 0 {
            let rise = (at.initial - self.eta_min) * (1.0 - (PI / t_max).cos()) / 2.0;
            return Ok(at.rate + rise);
        }
        let height = |epoch: f64| 1.0 + (PI * epoch / t_max).cos();
        Ok(height(epoch) / height(epoch - 1.0) * (at.rate - self.eta_min) + self.eta_min)
    }

    #[inline]
    fn closed_form(&self, at: &At) -> Option<f64> {
        let height = 1.0 + (PI * at.epoch as f64 / self.t_max as f64).cos();
        Some(self.eta_min + (at.initial - self.eta_min) * height / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_swings_down_and_up() {
        let rates = preview(4.0, 7, |o| CosineAnnealingLr::new(o, 2, 2.0)).unwrap();
        for (rate, expected) in rates.iter().zip([4.0, 3.0, 2.0, 3.0, 4.0, 3.0, 2.0]) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
    }
}
