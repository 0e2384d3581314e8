//! One schedule after another.

use crate::error::{Error, Result};
use crate::optimizer::Optimizer;
use crate::schedule::scheduler::Schedule;
use crate::value::Value;

/// Each schedule until its milestone, then the next from its own epoch 0: a warm-up before a cosine, say.
///
/// # Source
/// `torch.optim.lr_scheduler.SequentialLR` 2.15.
///
/// ```
/// use gradus_optim::schedule::{ExponentialLr, LinearLr, SequentialLr, preview};
///
/// let rates = preview(1.0, 5, |optimizer| {
///     let warm_up = LinearLr::new(optimizer, 0.5, 1.0, 2)?;
///     let decay = ExponentialLr::new(optimizer, 0.5)?;
///     SequentialLr::new(optimizer, vec![Box::new(warm_up), Box::new(decay)], [2])
/// })?;
/// assert_eq!(rates, [0.5, 0.75, 1.0, 0.5, 0.25]);
/// # Ok::<(), gradus_optim::Error>(())
/// ```
#[derive(Debug)]
pub struct SequentialLr {
    schedules: Vec<Box<dyn Schedule>>,
    milestones: Vec<usize>,
    epoch: u64,
    last: Vec<f64>,
}

const NAME: &str = "SequentialLr";

impl SequentialLr {
    /// `schedules` in their order; the second begins at the first milestone, and so on. All were made for
    /// `optimizer`.
    ///
    /// # Errors
    /// No schedules; not one milestone less than schedules, or milestones that do not rise; a schedule for
    /// another number of groups.
    pub fn new(
        optimizer: &mut dyn Optimizer,
        schedules: Vec<Box<dyn Schedule>>,
        milestones: impl Into<Vec<usize>>,
    ) -> Result<SequentialLr> {
        let milestones = milestones.into();
        let fail = |message| {
            Err(Error::Schedule {
                schedule: NAME,
                message,
            })
        };
        if schedules.is_empty() || milestones.len() + 1 != schedules.len() {
            return fail(format!(
                "{} milestones for {} schedules; each but the first begins at one",
                milestones.len(),
                schedules.len()
            ));
        }
        if !milestones.is_sorted() {
            return fail(format!("the milestones {milestones:?} do not rise"));
        }
        let mut sequential = SequentialLr {
            schedules,
            milestones,
            epoch: 0,
            last: Vec::new(),
        };
        sequential.begin(optimizer)?;
        Ok(sequential)
    }

    #[inline]
    fn present(&mut self) -> &mut dyn Schedule {
        let passed = |milestone: &usize| *milestone as u64 <= self.epoch;
        let index = self.milestones.partition_point(passed);
        &mut *self.schedules[index]
    }
}

/// Sets the rates that the optimizer had before any schedule.
#[inline]
pub(super) fn reset(optimizer: &mut dyn Optimizer) -> Result<()> {
    for group in 0..optimizer.group_count() {
        if let Some(initial) = optimizer.option(group, "initial_lr") {
            optimizer.set_option(group, "lr", initial)?;
        }
    }
    Ok(())
}

/// The states of schedules within another.
#[inline]
pub(super) fn save_all(schedules: &[Box<dyn Schedule>]) -> (String, Value) {
    let states = schedules.iter().map(|s| Value::Dict(s.state_dict()));
    ("_schedulers".to_string(), Value::List(states.collect()))
}

/// Loads the states of schedules within another: all of them or, after an error, none.
#[inline]
pub(super) fn load_all(
    owner: &'static str,
    schedules: &mut [Box<dyn Schedule>],
    state: &[(String, Value)],
) -> Result<()> {
    let refuse = |message: &str| Error::State {
        owner,
        message: message.to_string(),
    };
    let found = state.iter().find(|(name, _)| name == "_schedulers");
    let states = found.and_then(|(_, value)| value.as_sequence());
    let states = states.ok_or_else(|| refuse("`_schedulers` is missing"))?;
    if states.len() != schedules.len() {
        return Err(refuse("it has another number of schedules"));
    }
    let before: Vec<_> = schedules.iter().map(|s| s.state_dict()).collect();
    for (number, value) in states.iter().enumerate() {
        let loaded = match value {
            Value::Dict(state) => schedules[number].load_state_dict(state),
            _ => Err(refuse("a schedule's state is no dictionary")),
        };
        if let Err(error) = loaded {
            for (schedule, state) in schedules.iter_mut().zip(&before).take(number) {
                schedule.load_state_dict(state)?;
            }
            return Err(error);
        }
    }
    Ok(())
}

impl Schedule for SequentialLr {
    #[inline]
    fn name(&self) -> &'static str {
        NAME
    }

    #[inline]
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.epoch += 1;
        let begins = self.milestones.contains(&(self.epoch as usize));
        let schedule = self.present();
        let stepped = if begins {
            schedule.take_over(optimizer)
        } else {
            schedule.step(optimizer)
        };
        if let Err(error) = stepped {
            self.epoch -= 1;
            return Err(error);
        }
        self.last = optimizer.learning_rates();
        Ok(())
    }

    #[inline]
    fn last_lr(&self) -> Vec<f64> {
        self.last.clone()
    }

    #[inline]
    fn begin(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        reset(optimizer)?;
        self.epoch = 0;
        self.present().begin(optimizer)?;
        self.last = optimizer.learning_rates();
        Ok(())
    }

    #[inline]
    fn take_over(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.begin(optimizer)
    }

    #[inline]
    fn state_dict(&self) -> Vec<(String, Value)> {
        let milestones = self.milestones.iter().map(|m| Value::Int(*m as i64));
        vec![
            ("_milestones".to_string(), Value::List(milestones.collect())),
            ("last_epoch".to_string(), Value::Int(self.epoch as i64)),
            ("_last_lr".to_string(), Value::floats(&self.last)),
            save_all(&self.schedules),
        ]
    }

    #[inline]
    fn load_state_dict(&mut self, state: &[(String, Value)]) -> Result<()> {
        let find = |name: &str| {
            let found = state.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value).ok_or_else(|| Error::State {
                owner: NAME,
                message: format!("`{name}` is missing"),
            })
        };
        let wrong = |name: &str, value: &Value| Error::State {
            owner: NAME,
            message: format!("`{name}` is {value}"),
        };
        let own: Vec<f64> = self.milestones.iter().map(|m| *m as f64).collect();
        let milestones = find("_milestones")?;
        if milestones.as_floats().as_ref() != Some(&own) {
            return Err(wrong("_milestones", milestones));
        }
        let epoch = find("last_epoch")?;
        let epoch = epoch.as_count().ok_or_else(|| wrong("last_epoch", epoch))?;
        let last = find("_last_lr")?;
        let last = last.as_floats().ok_or_else(|| wrong("_last_lr", last))?;
        load_all(NAME, &mut self.schedules, state)?;
        (self.epoch, self.last) = (epoch, last);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{ConstantLr, CosineAnnealingLr, LinearLr, StepLr, preview};

    #[test]
    fn a_milestone_at_the_start_skips_the_first_schedule() {
        let rates = preview(8.0, 4, |o| {
            let first = ConstantLr::new(o, 0.5, 2)?;
            let second = StepLr::new(o, 2, 0.5)?;
            SequentialLr::new(o, vec![Box::new(first), Box::new(second)], [0])
        });
        assert_eq!(rates.unwrap(), [8.0, 8.0, 4.0, 4.0]);
    }

    #[test]
    fn the_later_schedule_begins_from_the_initial_rate() {
        let rates = preview(4.0, 6, |o| {
            let warm_up = LinearLr::new(o, 0.5, 1.0, 2)?;
            let cosine = CosineAnnealingLr::new(o, 2, 0.0)?;
            SequentialLr::new(o, vec![Box::new(warm_up), Box::new(cosine)], [2])
        });
        for (rate, expected) in rates.unwrap().iter().zip([2.0, 3.0, 4.0, 2.0, 0.0, 2.0]) {
            assert!((rate - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn milestones_have_to_fit() {
        let make = |milestones: Vec<usize>| {
            preview(1.0, 1, |o| {
                let schedules = [StepLr::new(o, 1, 0.5)?, StepLr::new(o, 1, 0.5)?];
                let schedules = schedules.map(|s| Box::new(s) as Box<dyn Schedule>);
                SequentialLr::new(o, schedules.into(), milestones)
            })
        };
        assert_eq!(
            make(vec![]).unwrap_err().to_string(),
            "SequentialLr: 0 milestones for 2 schedules; each but the first begins at one"
        );
        assert!(make(vec![1]).is_ok());
    }
}
