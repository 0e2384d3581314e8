//! Rates that go up and down in cycles.

use crate::error::Result;
use crate::field::{Field, Options, Range, words};
use crate::optimizer::Optimizer;
use crate::schedule::momentum;
use crate::schedule::per_group::PerGroup;
use crate::schedule::scheduler::{At, Formula, Scheduler};
use crate::value::Value;

/// The rate along a triangle between two bounds, batch by batch; the momentum against it.
///
/// # Source
/// Smith 2017; `torch.optim.lr_scheduler.CyclicLR` 2.15.
pub type CyclicLr = Scheduler<CyclicLrOptions>;

/// Options of [`CyclicLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct CyclicLrOptions {
    /// The least rate.
    pub base_lr: PerGroup,
    /// The largest rate of the first cycle.
    pub max_lr: PerGroup,
    /// Batches from the least to the largest rate, at least 1.
    pub step_size_up: usize,
    /// Batches back; unset: as many.
    pub step_size_down: Option<usize>,
    /// How the largest rate changes from cycle to cycle.
    pub mode: CyclicMode,
    /// γ of [`CyclicMode::ExpRange`].
    pub gamma: f64,
    /// Whether the momentum, or Adam's β₁, falls while the rate rises.
    pub cycle_momentum: bool,
    /// The least momentum.
    pub base_momentum: PerGroup,
    /// The largest momentum.
    pub max_momentum: PerGroup,
}

/// How the height of the triangles changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CyclicMode {
    /// All are equal.
    #[default]
    Triangular,
    /// Each is half as high as the one before.
    Triangular2,
    /// Heights are multiplied by γ every batch.
    ExpRange,
}

words!(CyclicMode {
    Triangular = "triangular",
    Triangular2 = "triangular2",
    ExpRange = "exp_range",
});

impl Default for CyclicLrOptions {
    /// PyTorch's defaults: equal triangles of 2000 batches up and down, momentum between 0.8 and 0.9. The
    /// bounds of the rate have none there; here they are 0.001 and 0.1.
    #[inline]
    fn default() -> CyclicLrOptions {
        CyclicLrOptions {
            base_lr: PerGroup::All(1e-3),
            max_lr: PerGroup::All(0.1),
            step_size_up: 2000,
            step_size_down: None,
            mode: CyclicMode::Triangular,
            gamma: 1.0,
            cycle_momentum: true,
            base_momentum: PerGroup::All(0.8),
            max_momentum: PerGroup::All(0.9),
        }
    }
}

impl CyclicLr {
    /// Between `base_lr` and `max_lr`, with `step_size_up` batches up and as many down.
    ///
    /// # Errors
    /// As [`Scheduler::with`]; an optimizer without momentum.
    #[inline]
    pub fn new(
        optimizer: &mut dyn Optimizer,
        base_lr: f64,
        max_lr: f64,
        step_size_up: usize,
    ) -> Result<CyclicLr> {
        let options = CyclicLrOptions {
            base_lr: base_lr.into(),
            max_lr: max_lr.into(),
            step_size_up,
            ..CyclicLrOptions::default()
        };
        Scheduler::with(optimizer, options)
    }
}

impl CyclicLrOptions {
    /// How far up the triangle the epoch stands, times the triangle's own height.
    #[inline]
    fn height(&self, at: &At) -> f64 {
        let up = self.step_size_up as f64;
        let total = up + self.step_size_down.map_or(up, |down| down as f64);
        let (epoch, ratio) = (at.epoch as f64, up / total);
        let cycle = (1.0 + epoch / total).floor();
        let x = 1.0 + epoch / total - cycle;
        let part = if x <= ratio {
            x / ratio
        } else {
            (x - 1.0) / (ratio - 1.0)
        };
        part * match self.mode {
            CyclicMode::Triangular => 1.0,
            CyclicMode::Triangular2 => 1.0 / 2.0_f64.powf(cycle - 1.0),
            CyclicMode::ExpRange => self.gamma.powf(epoch),
        }
    }
}

impl Options for CyclicLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "CyclicLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("base_lr", &mut self.base_lr).within(Range::NOT_NEGATIVE),
            Field::new("max_lr", &mut self.max_lr).within(Range::NOT_NEGATIVE),
            Field::new("step_size_up", &mut self.step_size_up).within(Range::POSITIVE),
            Field::new("step_size_down", &mut self.step_size_down),
            Field::new("mode", &mut self.mode),
            Field::new("gamma", &mut self.gamma),
            Field::new("cycle_momentum", &mut self.cycle_momentum),
            Field::new("base_momentum", &mut self.base_momentum),
            Field::new("max_momentum", &mut self.max_momentum),
        ]
    }
}

impl Formula for CyclicLrOptions {
    #[inline]
    fn prepare(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let (name, groups) = (self.name(), optimizer.group_count());
        for (option, values) in [
            ("base_lr", &self.base_lr),
            ("max_lr", &self.max_lr),
            ("base_momentum", &self.base_momentum),
            ("max_momentum", &self.max_momentum),
        ] {
            values.check(name, option, groups)?;
        }
        for group in 0..groups {
            if self.cycle_momentum {
                momentum::note(optimizer, group, &self.base_momentum, &self.max_momentum)?;
            }
            optimizer.set_option(group, "lr", Value::Float(self.base_lr.of(group)))?;
        }
        Ok(())
    }

    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        let base = self.base_lr.of(at.group);
        Ok(base + (self.max_lr.of(at.group) - base) * self.height(at))
    }

    #[inline]
    fn momentum(&self, at: &At) -> Option<f64> {
        let most = self.max_momentum.of(at.group);
        let range = most - self.base_momentum.of(at.group);
        self.cycle_momentum.then(|| most - range * self.height(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    fn rates(mode: CyclicMode, gamma: f64) -> Vec<f64> {
        let options = CyclicLrOptions {
            base_lr: 1.0.into(),
            max_lr: 5.0.into(),
            step_size_up: 2,
            step_size_down: Some(1),
            mode,
            gamma,
            cycle_momentum: false,
            ..CyclicLrOptions::default()
        };
        preview(9.0, 7, |o| Scheduler::with(o, options)).unwrap()
    }

    #[test]
    fn triangles_of_every_kind() {
        for (got, expected) in [
            (
                rates(CyclicMode::Triangular, 1.0),
                [1.0, 3.0, 5.0, 1.0, 3.0, 5.0, 1.0],
            ),
            (
                rates(CyclicMode::Triangular2, 1.0),
                [1.0, 3.0, 5.0, 1.0, 2.0, 3.0, 1.0],
            ),
            (
                rates(CyclicMode::ExpRange, 0.5),
                [1.0, 2.0, 2.0, 1.0, 1.125, 1.125, 1.0],
            ),
        ] {
            for (a, b) in got.iter().zip(expected) {
                assert!((a - b).abs() < 1e-12, "{got:?}");
            }
        }
    }
}
