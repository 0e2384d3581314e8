//! Rates by a function of the epoch.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::field::{Field, Options};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The initial rate times a function of the epoch.
///
/// # Source
/// `torch.optim.lr_scheduler.LambdaLR` 2.15.
///
/// ```
/// # use gradus_autograd::Var;
/// # use gradus_optim::{Optimizer, Sgd, schedule::{LambdaLr, Schedule}};
/// # let mut optimizer = Sgd::new([Var::leaf(gradus_tensor::tensor![1.0])?], 0.8)?;
/// let mut schedule = LambdaLr::new(&mut optimizer, |epoch| 0.5_f64.powi(epoch as i32))?;
/// schedule.step(&mut optimizer)?;
/// assert_eq!(optimizer.learning_rates(), [0.4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type LambdaLr = Scheduler<LambdaLrOptions>;

/// A factor by the epoch.
pub(super) type Factor = Arc<dyn Fn(u64) -> f64 + Send + Sync>;

/// The functions of [`LambdaLr`]. They are not saved.
#[derive(Clone)]
pub struct LambdaLrOptions {
    factors: Vec<Factor>,
}

/// The function of a group: its own, or the one for all.
#[inline]
pub(super) fn of(factors: &[Factor], group: usize) -> &Factor {
    factors.get(group).unwrap_or(&factors[0])
}

/// There is one function for all groups or one for each.
#[inline]
pub(super) fn check(schedule: &'static str, factors: usize, groups: usize) -> Result<()> {
    if factors == 1 || factors == groups {
        return Ok(());
    }
    Err(Error::Schedule {
        schedule,
        message: format!("{factors} functions for {groups} groups"),
    })
}

impl LambdaLr {
    /// The same function for all groups.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    pub fn new(
        optimizer: &mut dyn Optimizer,
        factor: impl Fn(u64) -> f64 + Send + Sync + 'static,
    ) -> Result<LambdaLr> {
        LambdaLr::per_group(optimizer, vec![Arc::new(factor)])
    }

    /// A function for each group.
    ///
    /// # Errors
    /// As [`Scheduler::with`]; another number of functions than groups.
    #[inline]
    pub fn per_group(
        optimizer: &mut dyn Optimizer,
        factors: Vec<Arc<dyn Fn(u64) -> f64 + Send + Sync>>,
    ) -> Result<LambdaLr> {
        Scheduler::with(optimizer, LambdaLrOptions { factors })
    }
}

impl Options for LambdaLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "LambdaLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        Vec::new()
    }
}

impl Formula for LambdaLrOptions {
    #[inline]
    fn prepare(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        check(self.name(), self.factors.len(), optimizer.group_count())
    }

    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        Ok(at.initial * of(&self.factors, at.group)(at.epoch))
    }
}

impl fmt::Debug for LambdaLrOptions {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LambdaLrOptions({} functions)", self.factors.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn the_function_multiplies_the_initial_rate() {
        let rates = preview(8.0, 3, |o| LambdaLr::new(o, |e| 1.0 / (e + 1) as f64)).unwrap();
        assert_eq!(rates, [8.0, 4.0, 8.0 / 3.0]);
        let none = preview(8.0, 3, |o| LambdaLr::per_group(o, vec![])).unwrap_err();
        assert_eq!(none.to_string(), "LambdaLr: 0 functions for 1 groups");
    }
}
