//! Rates that fall when nothing gets better.

use crate::error::{Error, Result};
use crate::field::{self, Field, Options, Range, words};
use crate::optimizer::Optimizer;
use crate::schedule::per_group::PerGroup;
use crate::value::Value;

/// The rate times `factor` once a number has not become better for more than `patience` epochs.
///
/// It is no [`Schedule`](super::Schedule): each step is given the number it watches.
///
/// # Source
/// `torch.optim.lr_scheduler.ReduceLROnPlateau` 2.15.
///
/// ```
/// # use gradus_autograd::Var;
/// # use gradus_optim::{Optimizer, Sgd, schedule::{ReduceLrOnPlateau, ReduceLrOnPlateauOptions}};
/// # let mut optimizer = Sgd::new([Var::leaf(gradus_tensor::tensor![1.0])?], 0.8)?;
/// let options = ReduceLrOnPlateauOptions { factor: 0.5, patience: 1, ..Default::default() };
/// let mut schedule = ReduceLrOnPlateau::with(&mut optimizer, options)?;
/// for loss in [1.0, 0.9, 0.9, 0.95] {
///     schedule.step(loss, &mut optimizer)?;
/// }
/// assert_eq!(optimizer.learning_rates(), [0.4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReduceLrOnPlateau {
    options: ReduceLrOnPlateauOptions,
    course: Course,
}

/// Options of [`ReduceLrOnPlateau`].
#[derive(Clone, Debug, PartialEq)]
pub struct ReduceLrOnPlateauOptions {
    /// Whether smaller or larger is better.
    pub mode: PlateauMode,
    /// What the rate is multiplied by, below 1.
    pub factor: f64,
    /// How many epochs without a better number are let pass.
    pub patience: usize,
    /// By how much a number has to be better to count.
    pub threshold: f64,
    /// What the threshold measures.
    pub threshold_mode: ThresholdMode,
    /// Epochs after a fall in which nothing is counted.
    pub cooldown: usize,
    /// The least rate.
    pub min_lr: PerGroup,
    /// The least change of a rate that is made.
    pub eps: f64,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlateauMode {
    /// Smaller: a loss.
    #[default]
    Min,
    /// Larger: an accuracy.
    Max,
}

words!(PlateauMode {
    Min = "min",
    Max = "max",
});

/// What a threshold measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThresholdMode {
    /// A part of the best number.
    #[default]
    Rel,
    /// A difference from it.
    Abs,
}

words!(ThresholdMode {
    Rel = "rel",
    Abs = "abs",
});

impl Default for ReduceLrOnPlateauOptions {
    /// PyTorch's defaults: a tenth of the rate after more than 10 epochs without a smaller number.
    #[inline]
    fn default() -> ReduceLrOnPlateauOptions {
        ReduceLrOnPlateauOptions {
            mode: PlateauMode::Min,
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            threshold_mode: ThresholdMode::Rel,
            cooldown: 0,
            min_lr: PerGroup::All(0.0),
            eps: 1e-8,
        }
    }
}

/// What it has seen.
#[derive(Clone, Debug)]
struct Course {
    best: f64,
    num_bad_epochs: usize,
    cooldown_counter: usize,
    last_epoch: usize,
    last_lr: Vec<f64>,
}

impl Options for ReduceLrOnPlateauOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "ReduceLrOnPlateau"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("factor", &mut self.factor).within(Range::new("below 1", |x| x < 1.0)),
            Field::new("min_lrs", &mut self.min_lr),
            Field::new("patience", &mut self.patience),
            Field::new("cooldown", &mut self.cooldown),
            Field::new("eps", &mut self.eps),
            Field::new("mode", &mut self.mode),
            Field::new("threshold", &mut self.threshold),
            Field::new("threshold_mode", &mut self.threshold_mode),
        ]
    }
}

impl Course {
    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("best", &mut self.best),
            Field::new("num_bad_epochs", &mut self.num_bad_epochs),
            Field::new("cooldown_counter", &mut self.cooldown_counter),
            Field::new("last_epoch", &mut self.last_epoch),
            Field::new("_last_lr", &mut self.last_lr),
        ]
    }
}

const NAME: &str = "ReduceLrOnPlateau";

/// What PyTorch writes besides, and what follows from it.
const IGNORED_KEYS: [&str; 3] = ["mode_worse", "default_min_lr", "verbose"];

impl ReduceLrOnPlateau {
    /// With PyTorch's default options.
    ///
    /// # Errors
    /// As [`with`](ReduceLrOnPlateau::with).
    #[inline]
    pub fn new(optimizer: &mut dyn Optimizer) -> Result<ReduceLrOnPlateau> {
        ReduceLrOnPlateau::with(optimizer, ReduceLrOnPlateauOptions::default())
    }

    /// With these options. The rates stay as they are.
    ///
    /// # Errors
    /// A factor of 1 or more; another number of least rates than groups.
    #[inline]
    pub fn with(
        optimizer: &mut dyn Optimizer,
        mut options: ReduceLrOnPlateauOptions,
    ) -> Result<ReduceLrOnPlateau> {
        field::check(&mut options)?;
        let groups = optimizer.group_count();
        options.min_lr.check(NAME, "min_lr", groups)?;
        let worst = match options.mode {
            PlateauMode::Min => f64::INFINITY,
            PlateauMode::Max => f64::NEG_INFINITY,
        };
        let course = Course {
            best: worst,
            num_bad_epochs: 0,
            cooldown_counter: 0,
            last_epoch: 0,
            last_lr: optimizer.learning_rates(),
        };
        Ok(ReduceLrOnPlateau { options, course })
    }

    /// The options.
    #[must_use]
    #[inline]
    pub fn options(&self) -> &ReduceLrOnPlateauOptions {
        &self.options
    }

    /// The best number so far.
    #[must_use]
    #[inline]
    pub fn best(&self) -> f64 {
        self.course.best
    }

    /// The rates after the last step, one a group.
    #[must_use]
    #[inline]
    pub fn last_lr(&self) -> &[f64] {
        &self.course.last_lr
    }

    #[inline]
    fn is_better(&self, value: f64) -> bool {
        let (best, threshold) = (self.course.best, self.options.threshold);
        match (self.options.mode, self.options.threshold_mode) {
            (PlateauMode::Min, ThresholdMode::Rel) => value < best * (1.0 - threshold),
            (PlateauMode::Min, ThresholdMode::Abs) => value < best - threshold,
            (PlateauMode::Max, ThresholdMode::Rel) => value > best * (threshold + 1.0),
            (PlateauMode::Max, ThresholdMode::Abs) => value > best + threshold,
        }
    }

    /// Takes the number of an epoch and sets the rates for the next. NaN is never better.
    ///
    /// # Errors
    /// A factor below 0 that makes a rate negative.
    #[inline]
    pub fn step(&mut self, metric: f64, optimizer: &mut dyn Optimizer) -> Result<()> {
        let better = self.is_better(metric);
        let course = &mut self.course;
        course.last_epoch += 1;
        if better {
            course.best = metric;
            course.num_bad_epochs = 0;
        } else {
            course.num_bad_epochs += 1;
        }
        if course.cooldown_counter > 0 {
            course.cooldown_counter -= 1;
            course.num_bad_epochs = 0;
        }
        if course.num_bad_epochs > self.options.patience {
            for (group, old) in optimizer.learning_rates().into_iter().enumerate() {
                let new = (old * self.options.factor).max(self.options.min_lr.of(group));
                if old - new > self.options.eps {
                    optimizer.set_option(group, "lr", Value::Float(new))?;
                }
            }
            course.cooldown_counter = self.options.cooldown;
            course.num_bad_epochs = 0;
        }
        course.last_lr = optimizer.learning_rates();
        Ok(())
    }

    /// Everything needed to go on later; the rates themselves are the optimizer's.
    #[must_use]
    #[inline]
    pub fn state_dict(&self) -> Vec<(String, Value)> {
        let mut state = field::save(&self.options.clone().fields());
        state.extend(field::save(&self.course.clone().fields()));
        state
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// What is missing or does not fit; nothing is changed then.
    #[inline]
    pub fn load_state_dict(&mut self, state: &[(String, Value)]) -> Result<()> {
        let refuse = |message: String| Error::State {
            owner: NAME,
            message,
        };
        let (mut options, mut course) = (self.options.clone(), self.course.clone());
        let mut fields = options.fields();
        fields.extend(course.fields());
        let rest = field::load(&mut fields, state).map_err(refuse)?;
        drop(fields);
        let mut unknown = rest.iter().map(|(name, _)| name);
        if let Some(name) = unknown.find(|name| !IGNORED_KEYS.contains(&name.as_str())) {
            return Err(refuse(format!("no option is called `{name}`")));
        }
        if course.last_lr.len() != self.course.last_lr.len() {
            return Err(refuse(format!(
                "{} rates in the state, {} here",
                course.last_lr.len(),
                self.course.last_lr.len()
            )));
        }
        options.min_lr.check(NAME, "min_lr", course.last_lr.len())?;
        field::check(&mut options)?;
        (self.options, self.course) = (options, course);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sgd;
    use gradus_autograd::Var;
    use gradus_tensor::tensor;

    fn sgd() -> Sgd {
        Sgd::new([Var::leaf(tensor![1.0]).unwrap()], 8.0).unwrap()
    }

    fn rates(options: ReduceLrOnPlateauOptions, metrics: &[f64]) -> Vec<f64> {
        let mut sgd = sgd();
        let mut schedule = ReduceLrOnPlateau::with(&mut sgd, options).unwrap();
        let step = |&metric: &f64| {
            schedule.step(metric, &mut sgd).unwrap();
            sgd.learning_rates()[0]
        };
        metrics.iter().map(step).collect()
    }

    #[test]
    fn the_rate_falls_after_patience_and_rests_in_cooldown() {
        let options = ReduceLrOnPlateauOptions {
            factor: 0.5,
            patience: 1,
            cooldown: 2,
            min_lr: 3.0.into(),
            ..ReduceLrOnPlateauOptions::default()
        };
        let flat = [1.0; 9];
        assert_eq!(
            rates(options, &flat),
            [8.0, 8.0, 4.0, 4.0, 4.0, 4.0, 3.0, 3.0, 3.0]
        );
    }

    #[test]
    fn better_means_by_the_threshold() {
        let options = |mode, threshold_mode| ReduceLrOnPlateauOptions {
            mode,
            threshold_mode,
            threshold: 0.1,
            factor: 0.5,
            patience: 0,
            ..ReduceLrOnPlateauOptions::default()
        };
        use {PlateauMode::*, ThresholdMode::*};
        assert_eq!(rates(options(Min, Rel), &[10.0, 9.5, 8.9]), [8.0, 4.0, 4.0]);
        assert_eq!(
            rates(options(Min, Abs), &[10.0, 9.8, f64::NAN]),
            [8.0, 8.0, 4.0]
        );
        assert_eq!(
            rates(options(Max, Rel), &[10.0, 10.5, 12.0]),
            [8.0, 4.0, 4.0]
        );
        assert_eq!(rates(options(Max, Abs), &[10.0, 10.2]), [8.0, 8.0]);
    }

    #[test]
    fn a_loaded_state_goes_on() {
        let metrics = [3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0];
        let options = ReduceLrOnPlateauOptions {
            patience: 1,
            cooldown: 1,
            ..ReduceLrOnPlateauOptions::default()
        };
        let make = |sgd: &mut Sgd| ReduceLrOnPlateau::with(sgd, options.clone()).unwrap();
        for k in 0..metrics.len() {
            let (mut whole, mut parts) = (sgd(), sgd());
            let (mut a, mut b) = (make(&mut whole), make(&mut parts));
            for (epoch, &metric) in metrics.iter().enumerate() {
                if epoch == k {
                    let state = b.state_dict();
                    b = make(&mut parts);
                    b.load_state_dict(&state).unwrap();
                    assert!(b.load_state_dict(&state[1..]).is_err());
                }
                a.step(metric, &mut whole).unwrap();
                b.step(metric, &mut parts).unwrap();
                assert_eq!(whole.learning_rates(), parts.learning_rates());
            }
        }
    }
}
