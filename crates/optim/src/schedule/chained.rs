//! Several schedules at once.

use crate::error::{Error, Result};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::Schedule;
use crate::schedule::sequential::{load_all, reset, save_all};
use crate::value::Value;

/// All schedules every epoch, each on the rates that the one before it left.
///
/// # Source
/// `torch.optim.lr_scheduler.ChainedScheduler` 2.15.
///
/// ```
/// use gradus_optim::schedule::{ChainedScheduler, ConstantLr, ExponentialLr, preview};
///
/// let rates = preview(1.0, 4, |optimizer| {
///     let low = ConstantLr::new(optimizer, 0.5, 2)?;
///     let decay = ExponentialLr::new(optimizer, 0.5)?;
///     ChainedScheduler::new(vec![Box::new(low), Box::new(decay)])
/// })?;
/// assert_eq!(rates, [0.5, 0.25, 0.25, 0.125]);
/// # Ok::<(), gradus_optim::Error>(())
/// ```
#[derive(Debug)]
pub struct ChainedScheduler {
    schedules: Vec<Box<dyn Schedule>>,
}

const NAME: &str = "ChainedScheduler";

impl ChainedScheduler {
    /// `schedules` in their order, all made for one optimizer.
    ///
    /// # Errors
    /// No schedules.
    #[inline]
    pub fn new(schedules: Vec<Box<dyn Schedule>>) -> Result<ChainedScheduler> {
        if schedules.is_empty() {
            return Err(Error::Schedule {
                schedule: NAME,
                message: "there are no schedules to chain".to_string(),
            });
        }
        Ok(ChainedScheduler { schedules })
    }
}

impl Schedule for ChainedScheduler {
    #[inline]
    fn name(&self) -> &'static str {
        NAME
    }

    #[inline]
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let mut schedules = self.schedules.iter_mut();
        schedules.try_for_each(|schedule| schedule.step(optimizer))
    }

    #[inline]
    fn last_lr(&self) -> Vec<f64> {
        self.schedules.last().map_or(Vec::new(), |s| s.last_lr())
    }

    #[inline]
    fn begin(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        reset(optimizer)?;
        let mut schedules = self.schedules.iter_mut();
        schedules.try_for_each(|schedule| schedule.begin(optimizer))
    }

    #[inline]
    fn take_over(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.begin(optimizer)
    }

    #[inline]
    fn state_dict(&self) -> Vec<(String, Value)> {
        vec![
            ("_last_lr".to_string(), Value::floats(&self.last_lr())),
            save_all(&self.schedules),
        ]
    }

    #[inline]
    fn load_state_dict(&mut self, state: &[(String, Value)]) -> Result<()> {
        load_all(NAME, &mut self.schedules, state)
    }
}
