//! The walk over parameters, written once for every rule.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Error, Result};
use crate::optimizer::Optimizer;
use crate::rule::{Rule, RuleState};
use crate::state_dict::{GroupState, OptimizerState, ParameterState, Value};

/// Parameters that share options.
#[derive(Clone, Debug)]
pub struct Group<R> {
    /// The rule with this group's options.
    pub options: R,
    slots: Vec<Slot>,
}

#[derive(Clone, Debug)]
struct Slot {
    parameter: Var,
    state: RuleState,
}

/// An optimizer made of a rule; [`Sgd`](crate::Sgd), [`Adam`](crate::Adam) and the others are
/// names for it.
#[derive(Debug)]
pub struct Stepper<R: Rule> {
    groups: Vec<Group<R>>,
}

impl<R: Rule> Stepper<R> {
    /// An optimizer of these parameters with these options.
    ///
    /// # Errors
    /// No parameters, one that is not a leaf, one given twice; an option outside its range.
    pub fn with(parameters: impl IntoIterator<Item = Var>, options: R) -> Result<Stepper<R>> {
        let mut stepper = Stepper { groups: Vec::new() };
        stepper.add_group(parameters, options)?;
        Ok(stepper)
    }

    /// Adds parameters with options of their own: `add_param_group`.
    ///
    /// # Errors
    /// As [`with`](Stepper::with); nothing is added then.
    pub fn add_group(
        &mut self,
        parameters: impl IntoIterator<Item = Var>,
        options: R,
    ) -> Result<()> {
        options.check()?;
        let known = self.parameters();
        let parameters: Vec<Var> = parameters.into_iter().collect();
        if parameters.is_empty() {
            return Err(Error::Empty(R::NAME));
        }
        for (i, parameter) in parameters.iter().enumerate() {
            let index = known.len() + i;
            if parameter.grad_fn().is_some() || parameter.update(|_, _| ()).is_err() {
                return Err(Error::NotALeaf {
                    optimizer: R::NAME,
                    index,
                });
            }
            let mut before = known.iter().chain(&parameters[..i]);
            if let Some(first) = before.position(|other| other.same_as(parameter)) {
                return Err(Error::Twice {
                    optimizer: R::NAME,
                    first,
                    second: index,
                });
            }
        }
        let empty = RuleState {
            step: 0,
            buffers: vec![None; R::BUFFERS.len()],
        };
        let slots = parameters
            .into_iter()
            .map(|parameter| Slot {
                parameter,
                state: empty.clone(),
            })
            .collect();
        self.groups.push(Group { options, slots });
        Ok(())
    }

    /// The groups, for reading their options.
    #[must_use]
    pub fn groups(&self) -> &[Group<R>] {
        &self.groups
    }

    /// The groups, for changing their options.
    pub fn groups_mut(&mut self) -> &mut [Group<R>] {
        &mut self.groups
    }

    fn mismatch(message: String) -> Error {
        Error::State {
            optimizer: R::NAME,
            message,
        }
    }

    /// The dictionary's entries for one parameter. One that has not been stepped while others have is
    /// written with step 0 and zeros, so that a missing entry always means a damaged state.
    fn save_slot(slot: &Slot, options: &R, running: bool) -> ParameterState {
        let unstepped = slot.state.step == 0;
        let mut entries = ParameterState::new();
        if unstepped && !(running && R::COUNTS_STEPS && slot.parameter.requires_grad()) {
            return entries;
        }
        if R::COUNTS_STEPS {
            entries.push(("step".to_string(), Value::Float(slot.state.step as f64)));
        }
        let expected = options.expected_buffers();
        for (name, buffer) in R::BUFFERS.iter().zip(&slot.state.buffers) {
            let zeros = || {
                (unstepped && expected.contains(name)).then(|| slot.parameter.value().zeros_like())
            };
            if let Some(buffer) = buffer.clone().or_else(zeros) {
                entries.push(((*name).to_string(), Value::Tensor(buffer)));
            }
        }
        entries
    }

    /// The state of one parameter as the dictionary tells it.
    fn load_slot(
        index: usize,
        slot: &Slot,
        options: &R,
        saved: Option<&ParameterState>,
    ) -> Result<RuleState> {
        let mut state = RuleState {
            step: 0,
            buffers: vec![None; R::BUFFERS.len()],
        };
        let Some(saved) = saved else { return Ok(state) };
        let mut step = None;
        for (name, value) in saved {
            if R::COUNTS_STEPS && name == "step" {
                step = value.as_f64().filter(|s| *s >= 0.0 && *s == s.trunc());
                if step.is_none() {
                    return Err(Self::mismatch(format!(
                        "parameter {index}: `step` is {value}, not a count"
                    )));
                }
                continue;
            }
            let Some(at) = R::BUFFERS.iter().position(|b| b == name) else {
                return Err(Self::mismatch(format!(
                    "parameter {index}: no state is called `{name}`"
                )));
            };
            state.buffers[at] = match value {
                Value::None => None,
                Value::Tensor(t) => Some(Self::fitting(index, name, t, &slot.parameter)?),
                other => {
                    return Err(Self::mismatch(format!(
                        "parameter {index}: `{name}` is {other}, not a tensor"
                    )));
                }
            };
        }
        let missing: Vec<&str> = options
            .expected_buffers()
            .into_iter()
            .filter(|b| {
                R::BUFFERS
                    .iter()
                    .position(|n| n == b)
                    .is_some_and(|at| state.buffers[at].is_none())
            })
            .chain((R::COUNTS_STEPS && step.is_none()).then_some("step"))
            .collect();
        if !missing.is_empty() {
            return Err(Self::mismatch(format!(
                "parameter {index}: missing {}",
                missing.join(", ")
            )));
        }
        state.step = step.unwrap_or(1.0) as u64;
        Ok(state)
    }

    fn fitting(index: usize, name: &str, t: &Tensor, parameter: &Var) -> Result<Tensor> {
        if t.shape() == parameter.shape() && t.dtype() == parameter.dtype() {
            return Ok(t.clone());
        }
        Err(Self::mismatch(format!(
            "parameter {index}: `{name}` is {:?} of {} in the state, the parameter is {:?} of {}",
            t.shape(),
            t.dtype(),
            parameter.shape(),
            parameter.dtype()
        )))
    }

    fn load_group(group: &Group<R>, saved: &GroupState, number: usize) -> Result<R> {
        let mut options = group.options.clone();
        for (name, value) in &saved.options {
            // Keys that newer PyTorch releases write and that choose an implementation, not a result.
            if matches!(
                name.as_str(),
                "foreach" | "fused" | "capturable" | "differentiable" | "decoupled_weight_decay"
            ) || name == "initial_lr"
            {
                continue;
            }
            if !options.set_option(name, value) {
                return Err(Self::mismatch(format!(
                    "group {number}: no option is called `{name}` and takes {value}"
                )));
            }
        }
        options.check()?;
        Ok(options)
    }
}

impl<R: Rule> Optimizer for Stepper<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    #[inline]
    fn zero_grad(&self) {
        for slot in self.groups.iter().flat_map(|g| &g.slots) {
            slot.parameter.zero_grad();
        }
    }

    fn step(&mut self) -> Result<()> {
        let mut index = 0;
        for group in &mut self.groups {
            for slot in &mut group.slots {
                let (options, state) = (&group.options, &mut slot.state);
                let done = slot.parameter.update(|value, grad| {
                    let Some(grad) = grad else { return Ok(()) };
                    state.step += 1;
                    options.step(value, grad, state)
                });
                let done = done.and_then(|done| done.map_err(gradus_autograd::Error::from));
                done.map_err(|source| Error::Parameter {
                    optimizer: R::NAME,
                    index,
                    source,
                })?;
                index += 1;
            }
        }
        Ok(())
    }

    fn parameters(&self) -> Vec<Var> {
        self.groups
            .iter()
            .flat_map(|g| &g.slots)
            .map(|s| s.parameter.clone())
            .collect()
    }

    fn learning_rates(&self) -> Vec<f64> {
        self.groups.iter().map(|g| g.options.lr()).collect()
    }

    fn set_learning_rates(&mut self, rates: &[f64]) -> Result<()> {
        if rates.len() != self.groups.len() {
            return Err(Self::mismatch(format!(
                "{} learning rates for {} groups",
                rates.len(),
                self.groups.len()
            )));
        }
        for (group, &lr) in self.groups.iter_mut().zip(rates) {
            group.options.set_lr(lr);
        }
        Ok(())
    }

    fn state_dict(&self) -> OptimizerState {
        let mut saved = OptimizerState::default();
        let running = self
            .groups
            .iter()
            .flat_map(|g| &g.slots)
            .any(|s| s.state.step > 0);
        let mut index = 0;
        for group in &self.groups {
            let options = group.options.options();
            let mut names = GroupState {
                options: options
                    .into_iter()
                    .map(|(n, v)| (n.to_string(), v))
                    .collect(),
                params: vec![],
            };
            for slot in &group.slots {
                names.params.push(index);
                let entries = Self::save_slot(slot, &group.options, running);
                if !entries.is_empty() {
                    saved.state.insert(index, entries);
                }
                index += 1;
            }
            saved.param_groups.push(names);
        }
        saved
    }

    fn load_state_dict(&mut self, saved: &OptimizerState) -> Result<()> {
        if saved.param_groups.len() != self.groups.len() {
            return Err(Self::mismatch(format!(
                "{} groups in the state, {} here",
                saved.param_groups.len(),
                self.groups.len()
            )));
        }
        let mut index = 0;
        let mut loaded = Vec::with_capacity(self.groups.len());
        let mut used = 0;
        let mut cold = None;
        for (number, (group, names)) in self.groups.iter().zip(&saved.param_groups).enumerate() {
            if names.params.len() != group.slots.len() {
                return Err(Self::mismatch(format!(
                    "group {number} has {} parameters in the state, {} here",
                    names.params.len(),
                    group.slots.len()
                )));
            }
            let options = Self::load_group(group, names, number)?;
            let mut slots = Vec::with_capacity(group.slots.len());
            for (slot, position) in group.slots.iter().zip(&names.params) {
                let entries = saved.state.get(position);
                used += usize::from(entries.is_some());
                if entries.is_none() && R::COUNTS_STEPS && slot.parameter.requires_grad() {
                    cold = cold.or(Some(index));
                }
                let state = Self::load_slot(index, slot, &options, entries)?;
                slots.push(Slot {
                    parameter: slot.parameter.clone(),
                    state,
                });
                index += 1;
            }
            loaded.push(Group { options, slots });
        }
        if used != saved.state.len() {
            return Err(Self::mismatch(
                "it has state for parameters that no group names".to_string(),
            ));
        }
        if let (Some(cold), false) = (cold, saved.state.is_empty()) {
            return Err(Self::mismatch(format!(
                "parameter {cold} has no state and would start cold among others"
            )));
        }
        self.groups = loaded;
        Ok(())
    }
}
