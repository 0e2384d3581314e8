//! Optimizer states between PyTorch's files and our optimizers.
//!
//! ```
//! # use gradus_nn::{Linear, Module};
//! # use gradus_random::Generator;
//! use gradus_formats::pytorch;
//! use gradus_optim::{Adam, Optimizer};
//! use gradus_trainer::pytorch::{optimizer_state, optimizer_value};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("adam.pt");
//! # let model = Linear::new(2, 1, &Generator::new(0));
//! let mut adam = Adam::new(model.parameters(), 0.01)?;
//! // Opens with `adam.load_state_dict(torch.load("adam.pt"))`, too.
//! pytorch::save(&path, &optimizer_value(&adam.state_dict()))?;
//! adam.load_state_dict(&optimizer_state(&pytorch::load(&path)?)?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use gradus_formats::{Dict, Value as Saved};
use gradus_optim::{GroupState, OptimizerState, ParameterState, Value};

use crate::error::{Error, Result};

/// The state of an optimizer as `optimizer.state_dict()` in a file of PyTorch's has it.
///
/// PyTorch keeps no state of parameters that never had a gradient; a state without theirs is loaded by
/// [`load_partial_state_dict`](gradus_optim::Optimizer::load_partial_state_dict).
///
/// # Errors
/// A value that is not of that shape.
pub fn optimizer_state(value: &Saved) -> Result<OptimizerState> {
    read(value).map_err(Error::NoOptimizerState)
}

fn read(value: &Saved) -> Result<OptimizerState, String> {
    let mut state = OptimizerState::default();
    for (position, entries) in dict(member(value, "state")?, "`state`")?.iter() {
        let position = position.as_int().and_then(|p| usize::try_from(p).ok());
        let position = position.ok_or("a key of `state` is no position of a parameter")?;
        let mut values = ParameterState::new();
        for (name, value) in dict(entries, &format!("the state of parameter {position}"))?.iter() {
            values.push((text(name)?, from_saved(value)?));
        }
        state.state.insert(position, values);
    }
    let groups = member(value, "param_groups")?.as_slice();
    for group in groups.ok_or("`param_groups` is no list")? {
        let mut read = GroupState::default();
        for (name, value) in dict(group, "a group")?.iter() {
            let name = text(name)?;
            if name == "params" {
                let positions = value.as_slice().unwrap_or_default().iter();
                let positions = positions.map(|p| usize::try_from(p.as_int()?).ok());
                let positions = positions.collect::<Option<Vec<usize>>>();
                read.params = positions.ok_or("`params` holds more than positions")?;
            } else {
                read.options.push((name, from_saved(value)?));
            }
        }
        state.param_groups.push(read);
    }
    Ok(state)
}

fn member<'a>(value: &'a Saved, name: &str) -> Result<&'a Saved, String> {
    let missing =
        || format!("it has no `{name}`; take the optimizer's own dictionary out of the checkpoint");
    value.get(name).ok_or_else(missing)
}

fn dict<'a>(value: &'a Saved, what: &str) -> Result<&'a Dict, String> {
    value
        .as_dict()
        .ok_or_else(|| format!("{what} is no dictionary"))
}

fn text(key: &Saved) -> Result<String, String> {
    match key {
        Saved::Text(name) => Ok(name.clone()),
        Saved::Int(number) => Ok(number.to_string()),
        _ => Err("a key is neither text nor number".to_owned()),
    }
}

fn from_saved(value: &Saved) -> Result<Value, String> {
    let all = |values: &[Saved]| values.iter().map(from_saved).collect::<Result<_, _>>();
    Ok(match value {
        Saved::None => Value::None,
        Saved::Bool(x) => Value::Bool(*x),
        Saved::Int(x) => {
            let fits = i64::try_from(*x).map_err(|_| format!("{x} has more than 64 bits"));
            Value::Int(fits?)
        }
        Saved::Float(x) => Value::Float(*x),
        Saved::Text(x) => Value::Text(x.clone()),
        Saved::Tuple(values) => Value::Tuple(all(values)?),
        Saved::List(values) => Value::List(all(values)?),
        Saved::Dict(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| Ok((text(key)?, from_saved(value)?)));
            Value::Dict(entries.collect::<Result<_, String>>()?)
        }
        Saved::Tensor(tensor) => Value::Tensor(tensor.clone()),
        other => return Err(format!("{other:?} is no option and no state")),
    })
}

/// The value that `torch.save` would write for such a state: `torch.load` and `load_state_dict` take it.
#[must_use]
pub fn optimizer_value(state: &OptimizerState) -> Saved {
    let mut parameters = Dict::new();
    for (position, entries) in &state.state {
        parameters.insert(*position as i64, named(entries));
    }
    let group = |group: &GroupState| {
        let mut dict = named(&group.options);
        let params = group.params.iter().map(|p| Saved::from(*p as i64));
        dict.insert("params", params.collect::<Vec<_>>());
        Saved::Dict(dict)
    };
    let mut dict = Dict::new();
    dict.insert("state", parameters);
    dict.insert(
        "param_groups",
        state.param_groups.iter().map(group).collect::<Vec<_>>(),
    );
    Saved::Dict(dict)
}

fn named(values: &[(String, Value)]) -> Dict {
    let mut dict = Dict::new();
    for (name, value) in values {
        dict.insert(name.as_str(), to_saved(value));
    }
    dict
}

fn to_saved(value: &Value) -> Saved {
    let all = |values: &[Value]| values.iter().map(to_saved).collect();
    match value {
        Value::None => Saved::None,
        Value::Bool(x) => Saved::Bool(*x),
        Value::Int(x) => Saved::from(*x),
        Value::Float(x) => Saved::Float(*x),
        Value::Text(x) => Saved::Text(x.clone()),
        Value::Tuple(values) => Saved::Tuple(all(values)),
        Value::List(values) => Saved::List(all(values)),
        Value::Dict(entries) => Saved::Dict(named(entries)),
        Value::Tensor(tensor) => Saved::Tensor(tensor.clone()),
    }
}
