//! An optimizer's state as tensors and JSON.

use std::collections::BTreeMap;

use gradus_optim::{GroupState, OptimizerState};
use gradus_tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::value_entries::Entry;

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

impl OptimizerEntries {
    /// Splits a state; `keep` is given the tensors with their keys.
    pub(crate) fn of(
        name: &str,
        state: &OptimizerState,
        mut keep: impl FnMut(String, &Tensor),
    ) -> OptimizerEntries {
        let mut entries = OptimizerEntries {
            name: name.to_owned(),
            state: BTreeMap::new(),
            param_groups: Vec::new(),
        };
        for (&position, values) in &state.state {
            let values = Entry::of_named(&position.to_string(), values, &mut keep);
            entries.state.insert(position, values);
        }
        for (number, group) in state.param_groups.iter().enumerate() {
            let prefix = format!("group{number}");
            entries.param_groups.push(GroupEntries {
                options: Entry::of_named(&prefix, &group.options, &mut keep),
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
        let mut state = OptimizerState::default();
        for (position, entries) in self.state {
            let values = Entry::values(&position.to_string(), entries, &mut take)?;
            state.state.insert(position, values);
        }
        for (number, group) in self.param_groups.into_iter().enumerate() {
            state.param_groups.push(GroupState {
                options: Entry::values(&format!("group{number}"), group.options, &mut take)?,
                params: group.params,
            });
        }
        Ok((self.name, state))
    }
}
