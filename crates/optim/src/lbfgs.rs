//! L-BFGS: a quasi-Newton method that evaluates the loss several times a step.

mod history;
mod strong_wolfe;

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Closure, Error, Result};
use crate::field::{self, Field, Options, Range, words};
use crate::optimizer::Optimizer;
use crate::passes::Move;
use crate::saving::{self, Extras};
use crate::state_dict::{GroupState, OptimizerState};
use crate::stepper::check_parameters;
use crate::value::Value;
use history::History;
use strong_wolfe::{Point, strong_wolfe};

/// Limited-memory BFGS, for small problems in full batches.
///
/// Keeps the last differences of parameters and gradients, from which it estimates the inverse Hessian H,
/// and moves along `d = −H g`: by `η d`, or with a line search to where the strong Wolfe conditions hold.
/// One step makes up to `max_iter` such moves, so it has to be given the loss as a closure:
/// [`Optimizer::step_with`].
///
/// # Source
/// Nocedal & Wright 2006, algorithms 7.4 and 3.5; conventions and stopping rules of `torch.optim.LBFGS` 2.15,
/// after minFunc (Schmidt 2005).
#[derive(Debug)]
pub struct Lbfgs {
    options: LbfgsOptions,
    parameters: Vec<Var>,
    extras: Extras,
    history: History,
}

/// Options of [`Lbfgs`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LbfgsOptions {
    /// Learning rate η, at least 0: the length of a move in units of d, or where a line search begins.
    pub lr: f64,
    /// Moves a step, at most.
    pub max_iter: usize,
    /// Evaluations of the loss a step, at most; unset: 5/4 of the moves, as they are at the start.
    pub max_eval: Option<usize>,
    /// Largest component of the gradient at which a step ends.
    pub tolerance_grad: f64,
    /// Change of the loss or of the parameters at which a step ends.
    pub tolerance_change: f64,
    /// How many differences are kept.
    pub history_size: usize,
    /// The line search, if any.
    pub line_search_fn: Option<LineSearch>,
    /// Ascends instead of descending.
    pub maximize: bool,
}

/// How [`Lbfgs`] chooses the length of a move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineSearch {
    /// To a point of sufficient decrease and small slope, by cubic interpolation.
    #[default]
    StrongWolfe,
}

words!(LineSearch {
    StrongWolfe = "strong_wolfe",
});

impl Default for LbfgsOptions {
    /// PyTorch's defaults: rate 1, 20 moves, 100 differences, tolerances 10⁻⁷ and 10⁻⁹, no line search.
    #[inline]
    fn default() -> LbfgsOptions {
        LbfgsOptions {
            lr: 1.0,
            max_iter: 20,
            max_eval: None,
            tolerance_grad: 1e-7,
            tolerance_change: 1e-9,
            history_size: 100,
            line_search_fn: None,
            maximize: false,
        }
    }
}

impl LbfgsOptions {
    #[inline]
    fn evaluations(&self) -> usize {
        self.max_eval.unwrap_or(self.max_iter * 5 / 4)
    }
}

impl Options for LbfgsOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Lbfgs"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("max_iter", &mut self.max_iter),
            Field::new("max_eval", &mut self.max_eval),
            Field::new("tolerance_grad", &mut self.tolerance_grad),
            Field::new("tolerance_change", &mut self.tolerance_change),
            Field::new("history_size", &mut self.history_size).within(Range::POSITIVE),
            Field::new("line_search_fn", &mut self.line_search_fn),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

/// The loss and its gradient over all parameters in one row.
struct Evaluated {
    loss: f64,
    gradient: Tensor,
}

impl Lbfgs {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// No parameters, one that is not a leaf; a negative rate.
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Lbfgs> {
        let options = LbfgsOptions {
            lr,
            ..LbfgsOptions::default()
        };
        Lbfgs::with(parameters, options)
    }

    /// An optimizer of these parameters, all of one dtype, with these options. There is one group only.
    ///
    /// # Errors
    /// As [`new`](Lbfgs::new); an option outside its range; parameters of several dtypes.
    pub fn with(
        parameters: impl IntoIterator<Item = Var>,
        mut options: LbfgsOptions,
    ) -> Result<Lbfgs> {
        let parameters: Vec<Var> = parameters.into_iter().collect();
        field::check(&mut options)?;
        check_parameters("Lbfgs", &[], &parameters)?;
        let dtype = parameters[0].dtype();
        if let Some(index) = parameters.iter().position(|p| p.dtype() != dtype) {
            return Err(Error::Shape {
                optimizer: "Lbfgs",
                index,
                shape: parameters[index].shape().to_vec(),
                reason: "and another dtype than the first; convert all to one",
            });
        }
        options.max_eval = Some(options.evaluations());
        Ok(Lbfgs {
            options,
            parameters,
            extras: Extras::new(),
            history: History::default(),
        })
    }

    #[inline]
    fn evaluate(&self, closure: &mut Closure<'_>) -> Result<Evaluated> {
        let loss = closure().map_err(Error::Closure)?;
        let sign = if self.options.maximize { -1.0 } else { 1.0 };
        let flat = |p: &Var| {
            let gradient = p.grad().unwrap_or_else(|| p.value().zeros_like());
            gradient.reshape([gradient.numel()])
        };
        let rows: Vec<Tensor> = self
            .parameters
            .iter()
            .map(flat)
            .collect::<gradus_tensor::Result<_>>()?;
        let gradient = Tensor::cat(&rows.iter().collect::<Vec<_>>(), 0)?;
        Ok(Evaluated {
            loss: sign * loss,
            gradient: gradient.mul_scalar(sign)?,
        })
    }

    /// `w ← w + t d`.
    #[inline]
    fn move_by(&self, t: f64, d: &Tensor) -> Result<()> {
        let mut start = 0;
        for (index, p) in self.parameters.iter().enumerate() {
            let part = d.narrow(0, start, p.numel())?.reshape(p.shape())?;
            start += p.numel();
            p.update(|value, _| value.update_by(&Move::along(t), &part, []))
                .and_then(|done| done.map_err(gradus_autograd::Error::from))
                .map_err(|source| Error::Parameter {
                    optimizer: "Lbfgs",
                    index,
                    source: Box::new(source),
                })?;
        }
        Ok(())
    }

    /// The moves of one step.
    #[inline]
    fn minimize(&mut self, first: &Evaluated, closure: &mut Closure<'_>) -> Result<()> {
        let options = self.options;
        let (mut loss, mut gradient) = (first.loss, first.gradient.clone());
        let mut evaluations = 1;
        if largest(&gradient)? <= options.tolerance_grad {
            return Ok(());
        }
        for moves in 1..=options.max_iter {
            let first_ever = self.history.moves == 0;
            self.history.turn(&gradient, options.history_size)?;
            let d = self.history.direction();
            self.history.loss = loss;
            let mut t = options.lr;
            if first_ever {
                t *= (1.0 / gradient.abs()?.sum()?.item::<f64>()?).min(1.0);
            }
            self.history.length = t;
            let slope = gradient.dot(&d)?.item::<f64>()?;
            if slope > -options.tolerance_change {
                break;
            }
            let mut made = 0;
            if options.line_search_fn.is_some() {
                let start: Vec<Tensor> = self.parameters.iter().map(Var::value).collect();
                let from = Point {
                    at: 0.0,
                    loss,
                    gradient: gradient.clone(),
                    slope,
                };
                let most = options.evaluations().saturating_sub(evaluations);
                let reach = largest(&d)?;
                let found = strong_wolfe(&from, t, reach, most, options.tolerance_change, |t| {
                    made += 1;
                    self.move_by(t, &d)?;
                    let there = self.evaluate(closure)?;
                    for (p, value) in self.parameters.iter().zip(&start) {
                        p.set_value(value.clone())
                            .expect("it is the leaf's own value");
                    }
                    Ok(Point {
                        at: t,
                        slope: there.gradient.dot(&d)?.item()?,
                        loss: there.loss,
                        gradient: there.gradient,
                    })
                })?;
                (loss, gradient, t) = (found.loss, found.gradient, found.at);
                self.history.length = t;
                self.move_by(t, &d)?;
            } else {
                self.move_by(t, &d)?;
                if moves != options.max_iter {
                    let there = self.evaluate(closure)?;
                    (loss, gradient) = (there.loss, there.gradient);
                    made = 1;
                }
            }
            evaluations += made;
            self.history.evaluations += made as u64;
            if evaluations >= options.evaluations()
                || largest(&gradient)? <= options.tolerance_grad
                || largest(&d)? * t.abs() <= options.tolerance_change
                || (loss - self.history.loss).abs() < options.tolerance_change
            {
                break;
            }
        }
        Ok(())
    }
}

/// The largest absolute value; NaN if there is one.
#[inline]
fn largest(x: &Tensor) -> gradus_tensor::Result<f64> {
    if x.numel() == 0 {
        return Ok(0.0);
    }
    let sizes = x.abs()?;
    let at = sizes.argmax(0, false)?.item::<i64>()?;
    sizes.select(0, at as isize)?.item()
}

impl Optimizer for Lbfgs {
    #[inline]
    fn name(&self) -> &'static str {
        self.options.name()
    }

    #[inline]
    fn zero_grad(&self) {
        self.parameters.iter().for_each(Var::zero_grad);
    }

    #[inline]
    fn step(&mut self) -> Result<()> {
        Err(Error::NeedsClosure(self.name()))
    }

    #[inline]
    fn step_with(&mut self, closure: &mut Closure<'_>) -> Result<f64> {
        let first = self.evaluate(closure)?;
        self.history.evaluations += 1;
        self.minimize(&first, closure)?;
        Ok(if self.options.maximize {
            -first.loss
        } else {
            first.loss
        })
    }

    #[inline]
    fn parameters(&self) -> Vec<Var> {
        self.parameters.clone()
    }

    #[inline]
    fn group_count(&self) -> usize {
        1
    }

    #[inline]
    fn option(&self, group: usize, name: &str) -> Option<Value> {
        (group == 0)
            .then(|| saving::option(&mut self.options.clone(), &self.extras, name))
            .flatten()
    }

    #[inline]
    fn set_option(&mut self, group: usize, name: &str, value: Value) -> Result<()> {
        let mut options = self.options;
        if group > 0 {
            return Err(Error::NoOption {
                optimizer: self.name(),
                group,
                option: name.to_string(),
                value: value.to_string(),
            });
        }
        saving::set_option(&mut options, &mut self.extras, group, name, value)?;
        self.options = options;
        Ok(())
    }

    #[inline]
    fn state_dict(&self) -> OptimizerState {
        let group = GroupState {
            options: saving::save_options(&self.options.clone().fields(), &self.extras),
            params: (0..self.parameters.len()).collect(),
        };
        OptimizerState {
            state: [(0, self.history.save())].into(),
            param_groups: vec![group],
        }
    }

    #[inline]
    fn load_state_dict(&mut self, state: &OptimizerState) -> Result<()> {
        if state.state.is_empty() {
            return Err(saving::mismatch(
                self.name(),
                "there is no state and it would start cold; load_partial_state_dict allows it",
            ));
        }
        self.load_partial_state_dict(state).map(|_| ())
    }

    #[inline]
    fn load_partial_state_dict(&mut self, state: &OptimizerState) -> Result<Vec<usize>> {
        let refuse = |message: String| saving::mismatch("Lbfgs", message);
        let [group] = &state.param_groups[..] else {
            let groups = state.param_groups.len();
            return Err(refuse(format!("{groups} groups in the state, 1 here")));
        };
        let count = self.parameters.len();
        if group.params.len() != count {
            return Err(refuse(format!(
                "group 0 has {} parameters in the state, {count} here",
                group.params.len()
            )));
        }
        let mut options = self.options;
        let extras = saving::load_options(&mut options.fields(), group, 0).map_err(refuse)?;
        field::check(&mut options)?;
        let first = &self.parameters[0];
        let numel = self.parameters.iter().map(Var::numel).sum();
        let (history, cold) = match state.state.iter().next() {
            None => (History::default(), vec![0]),
            Some((position, _)) if state.state.len() > 1 || *position != group.params[0] => {
                return Err(refuse(
                    "its state is not that of the first parameter".into(),
                ));
            }
            Some((_, entries)) => {
                let history = History::load(entries, numel, first.dtype());
                (history.map_err(refuse)?, vec![])
            }
        };
        (self.options, self.extras, self.history) = (options, extras, history);
        Ok(cold)
    }
}
