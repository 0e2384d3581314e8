//! Between optimizers and their state dictionaries; compiled once for all rules.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Error, Result};
use crate::field::{self, Field, Options};
use crate::rule::{Buffer, Rule, RuleState};
use crate::state_dict::{GroupState, OptimizerState, ParameterState};
use crate::stepper::Slot;
use crate::value::Value;

/// What schedules remember in a group, by PyTorch's names.
pub(crate) type Extras = Vec<(String, Value)>;

/// The names that may stand among a group's extras.
const SCHEDULE_KEYS: [&str; 6] = [
    "initial_lr",
    "max_lr",
    "min_lr",
    "base_momentum",
    "max_momentum",
    "swa_lr",
];

/// Keys of PyTorch that choose an implementation, not a result.
const IGNORED_KEYS: [&str; 5] = [
    "foreach",
    "fused",
    "capturable",
    "differentiable",
    "param_names",
];

/// Whether a state may lack something.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Policy {
    Complete,
    Partial,
}

/// A group to be saved or loaded. `rule` is a copy: loading changes it.
pub(crate) struct Saved<'a> {
    pub(crate) rule: &'a mut dyn Rule,
    pub(crate) slots: &'a [Slot],
    pub(crate) extras: &'a Extras,
}

/// What a state holds for one group.
pub(crate) struct LoadedGroup {
    pub(crate) states: Vec<RuleState>,
    pub(crate) extras: Extras,
}

/// What a state holds, and the positions of the parameters that it does not know.
pub(crate) struct Loaded {
    pub(crate) groups: Vec<LoadedGroup>,
    pub(crate) cold: Vec<usize>,
}

/// An error that ends "nothing was changed".
pub(crate) fn mismatch(optimizer: &'static str, message: impl Into<String>) -> Error {
    Error::State {
        owner: optimizer,
        message: message.into(),
    }
}

/// The value of an option or of what a schedule remembers.
pub(crate) fn option(options: &mut dyn Options, extras: &Extras, name: &str) -> Option<Value> {
    let fields = options.fields();
    let own = fields
        .iter()
        .find(|field| field.name == name)
        .map(Field::save);
    let extra = || extras.iter().find(|(known, _)| known == name);
    own.or_else(|| extra().map(|(_, value)| value.clone()))
}

/// Sets one of `options`, which are a copy, or what a schedule remembers.
pub(crate) fn set_option(
    options: &mut dyn Options,
    extras: &mut Extras,
    group: usize,
    name: &str,
    value: Value,
) -> Result<()> {
    let optimizer = options.name();
    let mut fields = options.fields();
    let fits = match fields.iter_mut().find(|field| field.name == name) {
        Some(field) => field.load(&value),
        None if SCHEDULE_KEYS.contains(&name) => {
            extras.retain(|(known, _)| known != name);
            extras.push((name.to_string(), value));
            return Ok(());
        }
        None => false,
    };
    drop(fields);
    if !fits {
        return Err(Error::NoOption {
            optimizer,
            group,
            option: name.to_string(),
            value: value.to_string(),
        });
    }
    field::check(options)
}

/// The dictionary of all groups.
pub(crate) fn save(groups: Vec<Saved<'_>>) -> OptimizerState {
    let mut saved = OptimizerState::default();
    let mut index = 0;
    for group in groups {
        let mut state = GroupState {
            options: save_options(&group.rule.fields(), group.extras),
            params: vec![],
        };
        for slot in group.slots {
            state.params.push(index);
            let entries = save_slot(slot, group.rule);
            if !entries.is_empty() {
                saved.state.insert(index, entries);
            }
            index += 1;
        }
        saved.param_groups.push(state);
    }
    saved
}

pub(crate) fn save_options(fields: &[Field<'_>], extras: &Extras) -> Vec<(String, Value)> {
    let mut options = field::save(fields);
    options.extend(extras.iter().cloned());
    options
}

/// The entries of one parameter. Before its first step it has its entries too, so that a missing one
/// always means a damaged state, unless it is frozen.
fn save_slot(slot: &Slot, rule: &dyn Rule) -> ParameterState {
    let value = slot.parameter.value();
    let mut entries = ParameterState::new();
    let begun;
    let state = if slot.state.step > 0 {
        &slot.state
    } else if !slot.parameter.requires_grad() {
        return entries;
    } else {
        begun = RuleState::begin(rule, &value).unwrap_or_default();
        &begun
    };
    if rule.counts_steps() {
        entries.push(("step".to_string(), Value::Float(state.step as f64)));
    }
    for ((name, _), number) in rule.numbers().iter().zip(&state.numbers) {
        entries.push(((*name).to_string(), Value::Float(*number)));
    }
    for (buffer, tensor) in rule.buffers(&value).iter().zip(&state.buffers) {
        match tensor {
            Some(tensor) => {
                entries.push((buffer.name.to_string(), Value::Tensor(tensor.clone())));
            }
            None if buffer.needed => entries.push((buffer.name.to_string(), Value::None)),
            None => {}
        }
    }
    entries
}

/// Reads a dictionary. Changes the groups' rules, which are copies, and nothing else.
pub(crate) fn load(
    groups: Vec<Saved<'_>>,
    saved: &OptimizerState,
    policy: Policy,
) -> Result<Loaded> {
    let optimizer = groups.first().map_or("", |group| group.rule.name());
    let refuse = |message: String| Err(mismatch(optimizer, message));
    if saved.param_groups.len() != groups.len() {
        return refuse(format!(
            "{} groups in the state, {} here",
            saved.param_groups.len(),
            groups.len()
        ));
    }
    let (mut loaded, mut cold) = (Vec::with_capacity(groups.len()), Vec::new());
    let (mut index, mut used) = (0, 0);
    for (number, (group, state)) in groups.into_iter().zip(&saved.param_groups).enumerate() {
        if state.params.len() != group.slots.len() {
            return refuse(format!(
                "group {number} has {} parameters in the state, {} here",
                state.params.len(),
                group.slots.len()
            ));
        }
        let extras = load_options(&mut group.rule.fields(), state, number)
            .map_err(|message| mismatch(optimizer, message))?;
        field::check(group.rule)?;
        let mut states = Vec::with_capacity(group.slots.len());
        for (slot, position) in group.slots.iter().zip(&state.params) {
            let entries = saved.state.get(position);
            used += usize::from(entries.is_some());
            let state = match entries {
                Some(entries) => load_slot(group.rule, &slot.parameter, entries, policy)
                    .map_err(|m| mismatch(optimizer, format!("parameter {index}: {m}")))?,
                None if remembers(group.rule, &slot.parameter) => None,
                None => Some(RuleState::default()),
            };
            if state.is_none() {
                cold.push(index);
            }
            states.push(state.unwrap_or_default());
            index += 1;
        }
        loaded.push(LoadedGroup { states, extras });
    }
    if used != saved.state.len() {
        return refuse("it has state for parameters that no group names".to_string());
    }
    if let (Some(first), Policy::Complete) = (cold.first(), policy) {
        return refuse(format!(
            "parameter {first} has no state and would start cold; load_partial_state_dict allows it"
        ));
    }
    Ok(Loaded {
        groups: loaded,
        cold,
    })
}

/// Sets a group's options; what schedules remember in it.
pub(crate) fn load_options(
    fields: &mut [Field<'_>],
    saved: &GroupState,
    number: usize,
) -> Result<Extras, String> {
    let rest = field::load(fields, &saved.options).map_err(|m| format!("group {number}: {m}"))?;
    let mut extras = Extras::new();
    for (name, value) in rest {
        if SCHEDULE_KEYS.contains(&name.as_str()) {
            extras.push((name.clone(), value.clone()));
        } else if !IGNORED_KEYS.contains(&name.as_str()) {
            return Err(format!(
                "group {number}: no option is called `{name}`, which is {value}"
            ));
        }
    }
    Ok(extras)
}

/// Whether the rule remembers anything of a parameter that can be stepped.
fn remembers(rule: &dyn Rule, parameter: &Var) -> bool {
    parameter.requires_grad()
        && (rule.counts_steps()
            || !rule.numbers().is_empty()
            || rule.buffers(&parameter.value()).iter().any(|b| b.needed))
}

/// The state of one parameter; `None` if it lacks something and may.
fn load_slot(
    rule: &dyn Rule,
    parameter: &Var,
    saved: &ParameterState,
    policy: Policy,
) -> Result<Option<RuleState>, String> {
    let value = parameter.value();
    let (numbers, buffers) = (rule.numbers(), rule.buffers(&value));
    let mut step = None;
    let mut loaded_numbers = vec![None; numbers.len()];
    let mut loaded_buffers = vec![None; buffers.len()];
    let mut told = vec![false; buffers.len()];
    for (name, entry) in saved {
        if name == "step" && rule.counts_steps() {
            let count = entry.as_count();
            step = Some(count.ok_or_else(|| format!("`step` is {entry}, not a count"))?);
        } else if let Some(at) = numbers.iter().position(|(known, _)| known == name) {
            let number = entry.as_f64();
            loaded_numbers[at] =
                Some(number.ok_or_else(|| format!("`{name}` is {entry}, not a number"))?);
        } else if let Some(at) = buffers.iter().position(|buffer| buffer.name == name) {
            loaded_buffers[at] = fitting(&buffers[at], entry, &value)?;
            told[at] = loaded_buffers[at].is_some() || buffers[at].begins.is_none();
        } else {
            return Err(format!("no state is called `{name}`"));
        }
    }
    let missing_numbers = numbers.iter().zip(&loaded_numbers);
    let missing_numbers = missing_numbers.filter(|(_, loaded)| loaded.is_none());
    let missing_buffers = buffers.iter().zip(&told);
    let missing_buffers = missing_buffers.filter(|(buffer, told)| buffer.needed && !**told);
    let missing: Vec<&str> = (rule.counts_steps() && step.is_none())
        .then_some("step")
        .into_iter()
        .chain(missing_numbers.map(|((name, _), _)| *name))
        .chain(missing_buffers.map(|(buffer, _)| buffer.name))
        .collect();
    if !missing.is_empty() {
        return match policy {
            Policy::Partial => Ok(None),
            Policy::Complete => Err(format!("missing {}", missing.join(", "))),
        };
    }
    // A rule that counts no steps has begun once it holds something.
    let begun = || u64::from(loaded_buffers.iter().any(Option::is_some));
    Ok(Some(RuleState {
        step: step.unwrap_or_else(begun),
        numbers: loaded_numbers.into_iter().flatten().collect(),
        buffers: loaded_buffers,
    }))
}

/// The tensor of a buffer's entry, if it holds one and it has the right shape and dtype.
fn fitting(buffer: &Buffer, entry: &Value, value: &Tensor) -> Result<Option<Tensor>, String> {
    let name = buffer.name;
    let tensor = match entry {
        Value::None => return Ok(None),
        Value::Tensor(tensor) => tensor,
        other => return Err(format!("`{name}` is {other}, not a tensor")),
    };
    if tensor.shape() == buffer.shape && tensor.dtype() == value.dtype() {
        return Ok(Some(tensor.contiguous()));
    }
    Err(format!(
        "`{name}` is {:?} of {} in the state, {:?} of {} here",
        tensor.shape(),
        tensor.dtype(),
        buffer.shape,
        value.dtype()
    ))
}
