//! The walk of a schedule over epochs and groups, written once for every formula.

use crate::error::{Error, Result};
use crate::field::{self, Options};
use crate::optimizer::Optimizer;
use crate::schedule::momentum;
use crate::value::Value;

/// Something that sets an optimizer's learning rates from epoch to epoch.
pub trait Schedule: std::fmt::Debug + Send + 'static {
    /// The name in messages and checkpoints: `StepLr`, `OneCycleLr` …
    fn name(&self) -> &'static str;

    /// Sets the rates for the next epoch. Call it after the optimizer's steps.
    ///
    /// # Errors
    /// An optimizer with another number of groups than the schedule was made for; a schedule that is at
    /// its end.
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()>;

    /// The rates it set last, one a group.
    fn last_lr(&self) -> Vec<f64>;

    /// Begins from the initial rates, as if it were just made: what [`SequentialLr`](super::SequentialLr)
    /// does to its first schedule.
    ///
    /// # Errors
    /// As [`step`](Schedule::step).
    fn begin(&mut self, optimizer: &mut dyn Optimizer) -> Result<()>;

    /// Takes over from another schedule at its epoch 0: what [`SequentialLr`](super::SequentialLr) does to
    /// the others.
    ///
    /// # Errors
    /// As [`step`](Schedule::step).
    fn take_over(&mut self, optimizer: &mut dyn Optimizer) -> Result<()>;

    /// Everything needed to go on later; the rates themselves are the optimizer's. Functions are not saved.
    fn state_dict(&self) -> Vec<(String, Value)>;

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// What is missing or does not fit; nothing is changed then.
    fn load_state_dict(&mut self, state: &[(String, Value)]) -> Result<()>;
}

/// What makes one schedule different from another: the paper's formula, and nothing of walking over groups.
///
/// A formula of your own, wrapped in [`Scheduler`], is a schedule.
pub trait Formula: Options {
    /// Prepares the groups before the first rate is set, and itself for as many groups.
    ///
    /// # Errors
    /// An optimizer that it is not made for.
    fn prepare(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let _ = optimizer;
        Ok(())
    }

    /// Moves what the formula counts itself: back to the start, or one epoch on.
    fn advance(&mut self, start: bool) {
        let _ = start;
    }

    /// The rate of the epoch, from the rate before it.
    ///
    /// # Errors
    /// A schedule that is at its end, in words.
    fn rate(&self, at: &At) -> Result<f64, String>;

    /// The rate of the epoch from the initial rate alone, where the formula has such a form.
    fn closed_form(&self, at: &At) -> Option<f64> {
        let _ = at;
        None
    }

    /// The momentum of the epoch, if the schedule sets it.
    fn momentum(&self, at: &At) -> Option<f64> {
        let _ = at;
        None
    }
}

/// Where a schedule stands when it asks for a group's rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At {
    /// The epoch, from 0.
    pub epoch: u64,
    /// Number of the group.
    pub group: usize,
    /// The group's rate before.
    pub rate: f64,
    /// The group's rate before any schedule.
    pub initial: f64,
    /// Whether this is the rate that is set when the schedule is made.
    pub first: bool,
    /// How often the schedule was stepped since then, plus 1.
    pub steps: u64,
}

/// A schedule made of a formula; [`StepLr`](super::StepLr), [`CosineAnnealingLr`](super::CosineAnnealingLr)
/// and the others are names for it.
#[derive(Clone, Debug)]
pub struct Scheduler<F> {
    formula: F,
    place: Place,
}

/// How far a schedule has come.
#[derive(Clone, Debug, Default)]
struct Place {
    epoch: u64,
    steps: u64,
    initial: Vec<f64>,
    last: Vec<f64>,
}

/// What PyTorch writes beside the state, and what follows from it.
const IGNORED_KEYS: [&str; 4] = [
    "_is_initial",
    "_get_lr_called_within_step",
    "verbose",
    "lr_lambdas",
];

impl<F: Formula + Clone> Scheduler<F> {
    /// A schedule by this formula. It sets the optimizer's rates for the first epoch.
    ///
    /// # Errors
    /// An option outside its range; an optimizer that the formula is not made for.
    pub fn with(optimizer: &mut dyn Optimizer, mut formula: F) -> Result<Scheduler<F>> {
        let place = Place::new(&mut formula, optimizer)?;
        Ok(Scheduler { formula, place })
    }

    /// The formula with its options.
    #[must_use]
    pub fn options(&self) -> &F {
        &self.formula
    }
}

/// How an epoch is reached.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    First,
    Next,
    TakeOver,
}

impl<F: Formula + Clone> Schedule for Scheduler<F> {
    fn name(&self) -> &'static str {
        self.formula.name()
    }

    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let (mut formula, mut place) = (self.formula.clone(), self.place.clone());
        place.go(&mut formula, optimizer, Kind::Next)?;
        // A step that fails leaves the schedule where it was.
        (self.formula, self.place) = (formula, place);
        Ok(())
    }

    fn last_lr(&self) -> Vec<f64> {
        self.place.last.clone()
    }

    fn begin(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.place.go(&mut self.formula, optimizer, Kind::First)
    }

    fn take_over(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.place.go(&mut self.formula, optimizer, Kind::TakeOver)
    }

    fn state_dict(&self) -> Vec<(String, Value)> {
        self.place.save(&mut self.formula.clone())
    }

    fn load_state_dict(&mut self, state: &[(String, Value)]) -> Result<()> {
        let mut formula = self.formula.clone();
        self.place = load(&mut formula, state, &self.place)?;
        self.formula = formula;
        Ok(())
    }
}

/// The walk itself, compiled once for all formulas.
impl Place {
    fn new(formula: &mut dyn Formula, optimizer: &mut dyn Optimizer) -> Result<Place> {
        field::check(formula)?;
        formula.prepare(optimizer)?;
        let mut place = Place::default();
        for (group, rate) in optimizer.learning_rates().into_iter().enumerate() {
            // The first schedule of an optimizer notes the rates that all of them begin from.
            let known = optimizer.option(group, "initial_lr");
            place
                .initial
                .push(match known.and_then(|value| value.as_f64()) {
                    Some(known) => known,
                    None => {
                        optimizer.set_option(group, "initial_lr", Value::Float(rate))?;
                        rate
                    }
                });
        }
        place.go(formula, optimizer, Kind::First)?;
        Ok(place)
    }

    /// Goes to an epoch and sets its rates.
    fn go(
        &mut self,
        formula: &mut dyn Formula,
        optimizer: &mut dyn Optimizer,
        kind: Kind,
    ) -> Result<()> {
        let schedule = formula.name();
        let fail = |message| Error::Schedule { schedule, message };
        let before = optimizer.learning_rates();
        if before.len() != self.initial.len() {
            return Err(fail(format!(
                "made for {} groups, the optimizer has {}",
                self.initial.len(),
                before.len()
            )));
        }
        formula.advance(kind != Kind::Next);
        (self.epoch, self.steps) = match kind {
            Kind::First => (0, 1),
            Kind::Next => (self.epoch + 1, self.steps + 1),
            Kind::TakeOver => (0, self.steps),
        };
        let mut rates = Vec::with_capacity(before.len());
        for (group, (&rate, &initial)) in before.iter().zip(&self.initial).enumerate() {
            let at = At {
                epoch: self.epoch,
                group,
                rate,
                initial,
                first: kind == Kind::First,
                steps: self.steps,
            };
            let closed = (kind == Kind::TakeOver).then(|| formula.closed_form(&at));
            let rate = match closed.flatten() {
                Some(rate) => rate,
                None => formula.rate(&at).map_err(fail)?,
            };
            if let Some(value) = formula.momentum(&at) {
                momentum::set(schedule, optimizer, group, value)?;
            }
            // Recurrences that end at 0 may miss it by their rounding.
            let missed = rate < 0.0 && -rate < 1e-12 * initial.abs();
            rates.push(if missed { 0.0 } else { rate });
        }
        optimizer.set_learning_rates(&rates)?;
        self.last = rates;
        Ok(())
    }

    fn save(&self, options: &mut dyn Options) -> Vec<(String, Value)> {
        let mut state = field::save(&options.fields());
        for (name, value) in [
            ("base_lrs", Value::floats(&self.initial)),
            ("last_epoch", Value::Int(self.epoch as i64)),
            ("_step_count", Value::Int(self.steps as i64)),
            ("_last_lr", Value::floats(&self.last)),
        ] {
            state.push((name.to_string(), value));
        }
        state
    }
}

/// Reads a state into options, which are a copy.
fn load(options: &mut dyn Options, state: &[(String, Value)], own: &Place) -> Result<Place> {
    let owner = options.name();
    let refuse = |message: String| Error::State { owner, message };
    let rest = field::load(&mut options.fields(), state).map_err(refuse)?;
    let mut place = [None, None, None, None];
    const KEYS: [&str; 4] = ["base_lrs", "last_epoch", "_step_count", "_last_lr"];
    for (name, value) in rest {
        match KEYS.iter().position(|key| key == name) {
            Some(at) => place[at] = Some(value),
            None if IGNORED_KEYS.contains(&name.as_str()) => {}
            None => return Err(refuse(format!("no option is called `{name}`"))),
        }
    }
    let read = |at: usize| {
        let found: Option<&Value> = place[at];
        found.ok_or_else(|| refuse(format!("`{}` is missing", KEYS[at])))
    };
    let count = |at: usize| {
        let value = read(at)?;
        let wrong = || refuse(format!("`{}` is {value}, not a count", KEYS[at]));
        value.as_count().ok_or_else(wrong)
    };
    let rates = |at: usize| {
        let value = read(at)?;
        let fitting = value
            .as_floats()
            .filter(|rates| rates.len() == own.initial.len());
        let groups = own.initial.len();
        fitting.ok_or_else(|| refuse(format!("`{}` is {value}, not {groups} rates", KEYS[at])))
    };
    let loaded = Place {
        initial: rates(0)?,
        epoch: count(1)?,
        steps: count(2)?,
        last: rates(3)?,
    };
    field::check(options)?;
    Ok(loaded)
}
