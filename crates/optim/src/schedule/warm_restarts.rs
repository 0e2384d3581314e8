//! Rates that swing down along a cosine and start again.

use std::f64::consts::PI;

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate along a cosine from its initial value to `eta_min` in T epochs, then anew: first T is `T_0`,
/// and after each restart `T_mult` times as long.
///
/// `η = η_min + ½ (η₀ − η_min)(1 + cos(π T_cur / T))`
///
/// # Source
/// Loshchilov & Hutter 2017; `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts` 2.15.
pub type CosineAnnealingWarmRestarts = Scheduler<CosineAnnealingWarmRestartsOptions>;

/// Options of [`CosineAnnealingWarmRestarts`], and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct CosineAnnealingWarmRestartsOptions {
    /// Epochs until the first restart, at least 1.
    pub t_0: usize,
    /// How many times as long each swing is as the one before, at least 1.
    pub t_mult: usize,
    /// The least rate η_min.
    pub eta_min: f64,
    t_i: usize,
    t_cur: usize,
}

impl CosineAnnealingWarmRestarts {
    /// Restarts after `t_0` epochs, then after `t_mult` times as many, and so on.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(
        optimizer: &mut dyn Optimizer,
        t_0: usize,
        t_mult: usize,
        eta_min: f64,
    ) -> Result<CosineAnnealingWarmRestarts> {
        let options = CosineAnnealingWarmRestartsOptions {
            t_0,
            t_mult,
            eta_min,
            t_i: t_0,
            t_cur: 0,
        };
        Scheduler::with(optimizer, options)
    }
}

impl Options for CosineAnnealingWarmRestartsOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "CosineAnnealingWarmRestarts"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("T_0", &mut self.t_0).within(Range::POSITIVE),
            Field::new("T_i", &mut self.t_i).within(Range::POSITIVE),
            Field::new("T_mult", &mut self.t_mult).within(Range::POSITIVE),
            Field::new("eta_min", &mut self.eta_min),
            Field::new("T_cur", &mut self.t_cur),
        ]
    }
}

impl Formula for CosineAnnealingWarmRestartsOptions {
    #[inline]
    fn advance(&mut self, start: bool) {
        if start {
            (self.t_i, self.t_cur) = (self.t_0, 0);
            return;
        }
        self.t_cur += 1;
        if self.t_cur >= self.t_i {
            self.t_cur %= self.t_i;
            self.t_i *= self.t_mult;
        }
    }

    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        let height = 1.0 + (PI * self.t_cur as f64 / self.t_i as f64).cos();
        Ok(self.eta_min + (at.initial - self.eta_min) * height / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn each_swing_is_longer() {
        let make = |o: &mut dyn Optimizer| CosineAnnealingWarmRestarts::new(o, 1, 2, 0.0);
        let rates = preview(4.0, 8, make).unwrap();
        let quarter = 2.0 + 2.0_f64.sqrt();
        let expected = [4.0, 4.0, 2.0, 4.0, quarter, 2.0, 4.0 - quarter, 4.0];
        for (rate, expected) in rates.iter().zip(expected) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
    }
}
