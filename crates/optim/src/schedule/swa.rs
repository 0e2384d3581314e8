//! The rate while weights are averaged.

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::anneal::Anneal;
use crate::schedule::per_group::PerGroup;
use crate::schedule::scheduler::{At, Formula, Scheduler};
use crate::value::Value;

/// The rate from where it is to `swa_lr` in `anneal_epochs` epochs, where it stays: for the end of a training,
/// beside [`AveragedWeights`](crate::AveragedWeights).
///
/// # Source
/// Izmailov et al. 2018; `torch.optim.swa_utils.SWALR` 2.15.
pub type SwaLr = Scheduler<SwaLrOptions>;

/// Options of [`SwaLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct SwaLrOptions {
    /// The rate to go to.
    pub swa_lr: PerGroup,
    /// Epochs on the way.
    pub anneal_epochs: usize,
    /// The way.
    pub anneal_strategy: Anneal,
}

impl SwaLr {
    /// Along half a cosine to `swa_lr` in `anneal_epochs` epochs.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    #[inline]
    pub fn new(optimizer: &mut dyn Optimizer, swa_lr: f64, anneal_epochs: usize) -> Result<SwaLr> {
        let options = SwaLrOptions {
            swa_lr: swa_lr.into(),
            anneal_epochs,
            anneal_strategy: Anneal::Cos,
        };
        Scheduler::with(optimizer, options)
    }
}

impl SwaLrOptions {
    /// How much of the way is gone after so many steps.
    #[inline]
    fn gone(&self, steps: f64) -> f64 {
        let part = (steps / self.anneal_epochs.max(1) as f64).clamp(0.0, 1.0);
        match self.anneal_strategy {
            Anneal::Linear => part,
            Anneal::Cos => (1.0 - (std::f64::consts::PI * part).cos()) / 2.0,
        }
    }
}

impl Options for SwaLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "SwaLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("swa_lr", &mut self.swa_lr).within(Range::NOT_NEGATIVE),
            Field::new("anneal_epochs", &mut self.anneal_epochs),
            Field::new("_anneal_strategy", &mut self.anneal_strategy),
        ]
    }
}

impl Formula for SwaLrOptions {
    #[inline]
    fn prepare(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let groups = optimizer.group_count();
        self.swa_lr.check(self.name(), "swa_lr", groups)?;
        for group in 0..groups {
            optimizer.set_option(group, "swa_lr", Value::Float(self.swa_lr.of(group)))?;
        }
        Ok(())
    }

    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        let steps = (at.steps - 1) as f64;
        let steps = if self.anneal_epochs == 0 {
            steps.max(1.0)
        } else {
            steps
        };
        let end = self.swa_lr.of(at.group);
        let (before, now) = (self.gone(steps - 1.0), self.gone(steps));
        // Where the way began, from where the rate is on it.
        let begin = if before == 1.0 {
            end
        } else {
            (at.rate - before * end) / (1.0 - before)
        };
        Ok(end * now + begin * (1.0 - now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_rate_goes_to_its_end_and_stays_there() {
        let options = SwaLrOptions {
            swa_lr: 1.0.into(),
            anneal_epochs: 4,
            anneal_strategy: Anneal::Linear,
        };
        let rates = preview(5.0, 7, |o| Scheduler::with(o, options)).unwrap();
        for (rate, expected) in rates.iter().zip([5.0, 4.0, 3.0, 2.0, 1.0, 1.0, 1.0]) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
    }
}
