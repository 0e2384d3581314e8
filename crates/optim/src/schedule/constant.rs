//! Rates that are smaller for the first epochs.

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate times `factor` until epoch `total_iters`.
///
/// # Source
/// `torch.optim.lr_scheduler.ConstantLR` 2.15.
pub type ConstantLr = Scheduler<ConstantLrOptions>;

/// Options of [`ConstantLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct ConstantLrOptions {
    /// Factor of the first epochs, in `[0, 1]`.
    pub factor: f64,
    /// How many epochs those are.
    pub total_iters: usize,
}

impl Default for ConstantLrOptions {
    /// PyTorch's defaults: a third of the rate for 5 epochs.
    #[inline]
    fn default() -> ConstantLrOptions {
        ConstantLrOptions {
            factor: 1.0 / 3.0,
            total_iters: 5,
        }
    }
}

impl ConstantLr {
    /// `factor` times the rate for `total_iters` epochs.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(
        optimizer: &mut dyn Optimizer,
        factor: f64,
        total_iters: usize,
    ) -> Result<ConstantLr> {
        let options = ConstantLrOptions {
            factor,
            total_iters,
        };
        Scheduler::with(optimizer, options)
    }
}

impl Options for ConstantLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "ConstantLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("factor", &mut self.factor).within(Range::UNIT),
            Field::new("total_iters", &mut self.total_iters),
        ]
    }
}

impl Formula for ConstantLrOptions {
    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        Ok(if at.epoch == 0 {
            at.rate * self.factor
        } else if at.epoch != self.total_iters as u64 {
            at.rate
        } else if self.factor == 0.0 {
            at.initial
        } else {
            at.rate * (1.0 / self.factor)
        })
    }

    #[inline]
    fn closed_form(&self, at: &At) -> Option<f64> {
        let over = f64::from(u8::from(at.epoch >= self.total_iters as u64));
        Some(at.initial * (self.factor + over * (1.0 - self.factor)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_comes_back() {
        let rates = preview(8.0, 4, |o| ConstantLr::new(o, 0.25, 2)).unwrap();
        assert_eq!(rates, [2.0, 2.0, 8.0, 8.0]);
        let rates = preview(8.0, 3, |o| ConstantLr::new(o, 0.0, 1)).unwrap();
        assert_eq!(rates, [0.0, 8.0, 8.0]);
    }
}
