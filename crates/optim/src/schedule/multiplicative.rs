//! Rates by a factor from epoch to epoch.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::field::{Field, Options};
use crate::optimizer::Optimizer;
use crate::schedule::lambda::{Factor, check, of};
use crate::schedule::scheduler::{At, Formula, Scheduler};

/// The rate before times a function of the epoch, from epoch 1 on.
///
/// # Source
/// `torch.optim.lr_scheduler.MultiplicativeLR` 2.15.
pub type MultiplicativeLr = Scheduler<MultiplicativeLrOptions>;

/// The functions of [`MultiplicativeLr`]. They are not saved.
#[derive(Clone)]
pub struct MultiplicativeLrOptions {
    factors: Vec<Factor>,
}

impl MultiplicativeLr {
    /// The same function for all groups.
    ///
    /// # Errors
    /// As [`Scheduler::with`].
    pub fn new(
        optimizer: &mut dyn Optimizer,
        factor: impl Fn(u64) -> f64 + Send + Sync + 'static,
    ) -> Result<MultiplicativeLr> {
        MultiplicativeLr::per_group(optimizer, vec![Arc::new(factor)])
    }

    /// A function for each group.
    ///
    /// # Errors
    /// As [`Scheduler::with`]; another number of functions than groups.
    #[inline]
    pub fn per_group(
        optimizer: &mut dyn Optimizer,
        factors: Vec<Arc<dyn Fn(u64) -> f64 + Send + Sync>>,
    ) -> Result<MultiplicativeLr> {
        Scheduler::with(optimizer, MultiplicativeLrOptions { factors })
    }
}

impl Options for MultiplicativeLrOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "MultiplicativeLr"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        Vec::new()
    }
}

impl Formula for MultiplicativeLrOptions {
    #[inline]
    fn prepare(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        check(self.name(), self.factors.len(), optimizer.group_count())
    }

    #[inline]
    fn rate(&self, at: &At) -> Result<f64, String> {
        Ok(if at.first {
            at.rate
        } else {
            at.rate * of(&self.factors, at.group)(at.epoch)
        })
    }
}

impl fmt::Debug for MultiplicativeLrOptions {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "MultiplicativeLrOptions({} functions)",
            self.factors.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::preview;

    #[test]
    fn factors_accumulate() {
        let halved_once = |epoch| if epoch == 2 { 0.5 } else { 1.0 };
        let rates = preview(8.0, 4, |o| MultiplicativeLr::new(o, halved_once)).unwrap();
        assert_eq!(rates, [8.0, 8.0, 4.0, 4.0]);
    }
}
