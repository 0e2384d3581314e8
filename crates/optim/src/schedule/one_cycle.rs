//! Rates that rise once and fall for the rest of the training.

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::optimizer::Optimizer;
use crate::schedule::anneal::Anneal;
use crate::schedule::momentum;
use crate::schedule::per_group::PerGroup;
use crate::schedule::scheduler::{At, Formula, Scheduler};
use crate::value::Value;

/// One cycle over all batches of a training: from `max_lr / div_factor` up to `max_lr`, then far down; the
/// momentum against it.
///
/// With `three_phase` the rate comes back to where it began as fast as it rose, and then falls.
///
/// # Source
/// Smith & Topin 2019; `torch.optim.lr_scheduler.OneCycleLR` 2.15.
pub type OneCycleLr = Scheduler<OneCycleLrOptions>;

/// Options of [`OneCycleLr`].
#[derive(Clone, Debug, PartialEq)]
pub struct OneCycleLrOptions {
    /// The largest rate.
    pub max_lr: PerGroup,
    /// Batches of the training: epochs times batches an epoch. At least 1.
    pub total_steps: usize,
    /// Part of the batches in which the rate rises, in `[0, 1]`.
    pub pct_start: f64,
    /// The way from one rate to the next.
    pub anneal_strategy: Anneal,
    /// Whether the momentum, or Adam's β₁, falls while the rate rises.
    pub cycle_momentum: bool,
    /// The least momentum.
    pub base_momentum: PerGroup,
    /// The largest momentum.
    pub max_momentum: PerGroup,
    /// What the largest rate is divided by for the first.
    pub div_factor: f64,
    /// What the first rate is divided by for the last.
    pub final_div_factor: f64,
    /// Whether the fall has two phases.
    pub three_phase: bool,
}

impl Default for OneCycleLrOptions {
    /// PyTorch's defaults: 30 % of the batches up, along cosines, divided by 25 and 10⁴, momentum between
    /// 0.85 and 0.95, two phases. Rate and length have none there; here they are 0.1 and 1000.
    #[inline]
    fn default() -> OneCycleLrOptions {
        OneCycleLrOptions {
            max_lr: PerGroup::All(0.1),
            total_steps: 1000,
            pct_start: 0.3,
            anneal_strategy: Anneal::Cos,
            cycle_momentum: true,
            base_momentum: PerGroup::All(0.85),
            max_momentum: PerGroup::All(0.95),
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
        }
    }
}

impl OneCycleLr {
    /// Up to `max_lr` and down again in `total_steps` batches.
    ///
    /// # Errors
    /// As [`Scheduler::with`]; an optimizer without momentum.
    #[inline]
    pub fn new(
        optimizer: &mut dyn Optimizer,
        max_lr: f64,
        total_steps: usize,
    ) -> Result<OneCycleLr> {
        let options = OneCycleLrOptions {
            max_lr: max_lr.into(),
            total_steps,
            ..OneCycleLrOptions::default()
        };
        Scheduler::with(optimizer, options)
    }
}

/// A point of the cycle: the rate's and the momentum's.
#[derive(Clone, Copy)]
enum Corner {
    Initial,
    Max,
    Min,
}

impl OneCycleLrOptions {
    #[inline]
    fn initial(&self, group: usize) -> f64 {
        self.max_lr.of(group) / self.div_factor
    }

    #[inline]
    fn lr(&self, corner: Corner, group: usize) -> f64 {
        match corner {
            Corner::Initial => self.initial(group),
            Corner::Max => self.max_lr.of(group),
            Corner::Min => self.initial(group) / self.final_div_factor,
        }
    }

    /// The ends of the phases, each with the corner it leads to.
    #[inline]
    fn phases(&self) -> Vec<(f64, Corner)> {
        let (total, part) = (self.total_steps as f64, self.pct_start);
        let mut phases = vec![(part * total - 1.0, Corner::Max)];
        if self.three_phase {
            phases.push((2.0 * part * total - 2.0, Corner::Initial));
        }
        phases.push((total - 1.0, Corner::Min));
        phases
    }

    /// The corners before and after the epoch, and how far it is between them.
    #[inline]
    fn between(&self, at: &At) -> (Corner, Corner, f64) {
        let (epoch, phases) = (at.epoch as f64, self.phases());
        let (mut start, mut from) = (0.0, Corner::Initial);
        let last = phases.len() - 1;
        for (number, (end, to)) in phases.into_iter().enumerate() {
            if epoch <= end || number == last {
                return (from, to, (epoch - start) / (end - start));
            }
            (start, from) = (end, to);
        }
        (from, from, 0.0)
    }
}

impl Options for OneCycleLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "OneCycleLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("max_lr", &mut self.max_lr).within(Range::NOT_NEGATIVE),
            Field::new("total_steps", &mut self.total_steps).within(Range::POSITIVE),
            Field::new("pct_start", &mut self.pct_start).within(Range::UNIT),
            Field::new("anneal_strategy", &mut self.anneal_strategy),
            Field::new("cycle_momentum", &mut self.cycle_momentum),
            Field::new("base_momentum", &mut self.base_momentum),
            Field::new("max_momentum", &mut self.max_momentum),
            Field::new("div_factor", &mut self.div_factor).within(Range::POSITIVE),
            Field::new("final_div_factor", &mut self.final_div_factor).within(Range::POSITIVE),
            Field::new("three_phase", &mut self.three_phase),
        ]
    }
}

impl Formula for OneCycleLrOptions {
    #[inline]
    fn prepare(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let (name, groups) = (self.name(), optimizer.group_count());
        for (option, values) in [
            ("max_lr", &self.max_lr),
            ("base_momentum", &self.base_momentum),
            ("max_momentum", &self.max_momentum),
        ] {
            values.check(name, option, groups)?;
        }
        for group in 0..groups {
            for (key, corner) in [
                ("initial_lr", Corner::Initial),
                ("max_lr", Corner::Max),
                ("min_lr", Corner::Min),
            ] {
                optimizer.set_option(group, key, Value::Float(self.lr(corner, group)))?;
            }
            if self.cycle_momentum {
                momentum::note(optimizer, group, &self.base_momentum, &self.max_momentum)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        if at.epoch > self.total_steps as u64 {
            return Err(format!(
                "step {} of {}; make it for as many batches as are trained",
                at.epoch, self.total_steps
            ));
        }
        let (from, to, part) = self.between(at);
        let [from, to] = [from, to].map(|corner| self.lr(corner, at.group));
        // One step beyond the last batch is allowed, and leads beyond the last corner.
        Ok(self.anneal_strategy.between(from, to, part).max(0.0))
    }

    #[inline]
    fn momentum(&self, at: &At) -> Option<f64> {
        let (from, to, part) = self.between(at);
        let [from, to] = [from, to].map(|corner| match corner {
            Corner::Max => self.base_momentum.of(at.group),
            Corner::Initial | Corner::Min => self.max_momentum.of(at.group),
        });
        self.cycle_momentum
            .then(|| self.anneal_strategy.between(from, to, part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    fn rates(three_phase: bool, steps: usize) -> Result<Vec<f64>> {
        let options = OneCycleLrOptions {
            max_lr: 8.0.into(),
            total_steps: 10,
            pct_start: 0.5,
            anneal_strategy: Anneal::Linear,
            cycle_momentum: false,
            div_factor: 2.0,
            final_div_factor: 4.0,
            three_phase,
            ..OneCycleLrOptions::default()
        };
        preview(1.0, steps, |o| Scheduler::with(o, options))
    }

    #[test]
    fn the_rate_rises_once() {
        let two = [4.0, 5.0, 6.0, 7.0, 8.0, 6.6, 5.2, 3.8, 2.4, 1.0];
        let three = [4.0, 5.0, 6.0, 7.0, 8.0, 7.0, 6.0, 5.0, 4.0, 1.0];
        for (got, expected) in [(rates(false, 10), two), (rates(true, 10), three)] {
            let got = got.unwrap();
            for (a, b) in got.iter().zip(expected) {
                assert!((a - b).abs() < 1e-12, "{got:?}");
            }
        }
    }

    #[test]
    fn it_ends() {
        assert!(rates(false, 11).is_ok());
        assert_eq!(
            rates(false, 12).unwrap_err().to_string(),
            "OneCycleLr: step 11 of 10; make it for as many batches as are trained"
        );
    }
}
