//! The walk over parameters, written once for every rule.

use gradus_autograd::Var;
use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};
use crate::field;
use crate::optimizer::Optimizer;
use crate::rule::{Rule, RuleState};
use crate::saving::{self, Extras, Policy, Saved};
use crate::state_dict::OptimizerState;
use crate::value::Value;

/// Parameters that share options.
#[derive(Clone, Debug)]
pub struct Group<R> {
    /// The rule with this group's options. Set here, they are not checked against their ranges; see
    /// [`Optimizer::set_option`].
    pub options: R,
    slots: Vec<Slot>,
    extras: Extras,
}

/// A parameter and what the rule remembers of it.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) parameter: Var,
    pub(crate) state: RuleState,
}

/// An optimizer made of a rule; [`Sgd`](crate::Sgd), [`Adam`](crate::Adam) and the others are
/// names for it.
#[derive(Debug)]
pub struct Stepper<R: Rule + Clone> {
    groups: Vec<Group<R>>,
}

impl<R: Rule + Clone> Stepper<R> {
    /// An optimizer of these parameters with these options.
    ///
    /// # Errors
    /// No parameters, one that is not a leaf, one given twice, one that the rule cannot update; an option
    /// outside its range.
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
        mut options: R,
    ) -> Result<()> {
        let parameters: Vec<Var> = parameters.into_iter().collect();
        field::check(&mut options)?;
        let known = self.parameters();
        check_parameters(options.name(), &known, &parameters)?;
        for (i, parameter) in parameters.iter().enumerate() {
            if let Some(reason) = options.refuses(parameter.shape()) {
                return Err(Error::Shape {
                    optimizer: options.name(),
                    index: known.len() + i,
                    reason,
                    shape: parameter.shape().to_vec(),
                });
            }
        }
        let slots = parameters.into_iter().map(|parameter| Slot {
            parameter,
            state: RuleState::default(),
        });
        self.groups.push(Group {
            options,
            slots: slots.collect(),
            extras: Extras::new(),
        });
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

    /// Loads a state; the positions of the parameters that start cold.
    fn load(&mut self, state: &OptimizerState, policy: Policy) -> Result<Vec<usize>> {
        let mut options: Vec<R> = self.groups.iter().map(|g| g.options.clone()).collect();
        let groups = self.groups.iter().zip(&mut options);
        let groups = groups.map(|(group, options)| Saved {
            rule: options,
            slots: &group.slots,
            extras: &group.extras,
        });
        let loaded = saving::load(groups.collect(), state, policy)?;
        for ((group, options), loaded_group) in
            self.groups.iter_mut().zip(options).zip(loaded.groups)
        {
            group.options = options;
            group.extras = loaded_group.extras;
            for (slot, state) in group.slots.iter_mut().zip(loaded_group.states) {
                slot.state = state;
            }
        }
        Ok(loaded.cold)
    }
}

/// No parameter is missing, given twice or no leaf.
pub(crate) fn check_parameters(
    optimizer: &'static str,
    known: &[Var],
    added: &[Var],
) -> Result<()> {
    if added.is_empty() {
        return Err(Error::Empty(optimizer));
    }
    for (i, parameter) in added.iter().enumerate() {
        let index = known.len() + i;
        if parameter.grad_fn().is_some() || parameter.update(|_, _| ()).is_err() {
            return Err(Error::NotALeaf { optimizer, index });
        }
        let mut before = known.iter().chain(&added[..i]);
        if let Some(first) = before.position(|other| other.same_as(parameter)) {
            return Err(Error::Twice {
                optimizer,
                first,
                second: index,
            });
        }
    }
    Ok(())
}

/// A step of a parameter whose numbers are too short to compute in: in `f32`, and back.
#[cold]
fn step_short(
    rule: &dyn Rule,
    value: &mut Tensor,
    grad: &Tensor,
    state: &mut RuleState,
) -> gradus_tensor::Result<()> {
    let dtype = value.dtype();
    let convert = |state: &mut RuleState, dtype| -> gradus_tensor::Result<()> {
        for buffer in state.buffers.iter_mut().flatten() {
            *buffer = buffer.to_dtype(dtype)?;
        }
        Ok(())
    };
    let mut wide = value.to_dtype(DType::F32)?;
    convert(state, DType::F32)?;
    rule.step(&mut wide, &grad.to_dtype(DType::F32)?, state)?;
    convert(state, dtype)?;
    *value = wide.to_dtype(dtype)?;
    Ok(())
}

impl<R: Rule + Clone> Optimizer for Stepper<R> {
    fn name(&self) -> &'static str {
        self.groups[0].options.name()
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
                    if state.step == 0 {
                        *state = RuleState::begin(options, value)?;
                    }
                    state.step += 1;
                    if matches!(value.dtype(), DType::F16 | DType::Bf16) {
                        return step_short(options, value, grad, state);
                    }
                    options.step(value, grad, state)
                });
                let done = done.and_then(|done| done.map_err(gradus_autograd::Error::from));
                done.map_err(|source| Error::Parameter {
                    optimizer: options.name(),
                    index,
                    source: Box::new(source),
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

    fn group_count(&self) -> usize {
        self.groups.len()
    }

    fn option(&self, group: usize, name: &str) -> Option<Value> {
        let group = self.groups.get(group)?;
        saving::option(&mut group.options.clone(), &group.extras, name)
    }

    fn set_option(&mut self, group: usize, name: &str, value: Value) -> Result<()> {
        let optimizer = self.name();
        let Some(target) = self.groups.get_mut(group) else {
            return Err(Error::NoOption {
                optimizer,
                group,
                option: name.to_string(),
                value: value.to_string(),
            });
        };
        let mut options = target.options.clone();
        saving::set_option(&mut options, &mut target.extras, group, name, value)?;
        target.options = options;
        Ok(())
    }

    fn state_dict(&self) -> OptimizerState {
        let mut options: Vec<R> = self.groups.iter().map(|g| g.options.clone()).collect();
        let groups = self.groups.iter().zip(&mut options);
        let groups = groups.map(|(group, options)| Saved {
            rule: options,
            slots: &group.slots,
            extras: &group.extras,
        });
        saving::save(groups.collect())
    }

    fn load_state_dict(&mut self, state: &OptimizerState) -> Result<()> {
        self.load(state, Policy::Complete).map(|_| ())
    }

    fn load_partial_state_dict(&mut self, state: &OptimizerState) -> Result<Vec<usize>> {
        self.load(state, Policy::Partial)
    }
}
