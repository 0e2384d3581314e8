//! An optimizer's state as tensors and JSON.

use std::collections::BTreeMap;

use gradus_optim::{GroupState, OptimizerState, ParameterState, Value};
use gradus_tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::exact::Exact;

/// The part of an optimizer's state that is no tensor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptimizerEntries {
    name: String,
    state: BTreeMap<usize, Vec<(String, Entry)>>,
    param_groups: Vec<GroupEntries>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntries {
    options: Vec<(String, Entry)>,
    params: Vec<usize>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    None,
    Bool(bool),
    Int(i64),
    Float(Exact),
    Pair(Exact, Exact),
    Text(String),
    /// Stands among the file's tensors, under [`key`].
    Tensor,
}

/// Where the buffer `name` of the parameter at `position` stands.
fn key(position: usize, name: &str) -> String {
    format!("{position}.{name}")
}

impl OptimizerEntries {
    /// Splits a state; `keep` is given the tensors with their keys.
    pub(crate) fn of(
        name: &str,
        state: &OptimizerState,
        mut keep: impl FnMut(String, &Tensor),
    ) -> OptimizerEntries {
        let mut entry = |key: String, value: &Value| match value {
            Value::None => Entry::None,
            Value::Bool(x) => Entry::Bool(*x),
            Value::Int(x) => Entry::Int(*x),
            Value::Float(x) => Entry::Float(Exact(*x)),
            Value::Pair(x, y) => Entry::Pair(Exact(*x), Exact(*y)),
            Value::Text(x) => Entry::Text(x.clone()),
            Value::Tensor(tensor) => {
                keep(key, tensor);
                Entry::Tensor
            }
        };
        let mut entries = OptimizerEntries {
            name: name.to_owned(),
            state: BTreeMap::new(),
            param_groups: Vec::new(),
        };
        for (&position, values) in &state.state {
            let values = values
                .iter()
                .map(|(name, value)| (name.clone(), entry(key(position, name), value)));
            entries.state.insert(position, values.collect());
        }
        for (number, group) in state.param_groups.iter().enumerate() {
            let options = group.options.iter();
            let options = options
                .map(|(name, value)| (name.clone(), entry(format!("group{number}.{name}"), value)));
            entries.param_groups.push(GroupEntries {
                options: options.collect(),
                params: group.params.clone(),
            });
        }
        entries
    }

    /// The name and the state; `take` gives the tensor of a key.
    pub(crate) fn state(
        self,
        mut take: impl FnMut(&str) -> Result<Tensor, String>,
    ) -> Result<(String, OptimizerState), String> {
        let mut value = |key: String, entry: Entry| -> Result<Value, String> {
            Ok(match entry {
                Entry::None => Value::None,
                Entry::Bool(x) => Value::Bool(x),
                Entry::Int(x) => Value::Int(x),
                Entry::Float(Exact(x)) => Value::Float(x),
                Entry::Pair(Exact(x), Exact(y)) => Value::Pair(x, y),
                Entry::Text(x) => Value::Text(x),
                Entry::Tensor => Value::Tensor(take(&key)?),
            })
        };
        let mut state = OptimizerState::default();
        for (position, entries) in self.state {
            let mut values = ParameterState::new();
            for (name, entry) in entries {
                let key = key(position, &name);
                values.push((name, value(key, entry)?));
            }
            state.state.insert(position, values);
        }
        for (number, group) in self.param_groups.into_iter().enumerate() {
            let mut options = Vec::new();
            for (name, entry) in group.options {
                let key = format!("group{number}.{name}");
                options.push((name, value(key, entry)?));
            }
            state.param_groups.push(GroupState {
                options,
                params: group.params,
            });
        }
        Ok((self.name, state))
    }
}
