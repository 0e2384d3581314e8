//! The saved state of an optimizer, in PyTorch's shape.

use std::collections::BTreeMap;
use std::fmt;

use crate::value::{Value, entries_as_python};

/// State of one parameter: counts, numbers and buffers by PyTorch's names, in its order.
pub type ParameterState = Vec<(String, Value)>;

/// Options of one group and the positions of its parameters.
#[derive(Clone, Debug, Default)]
pub struct GroupState {
    /// Options by PyTorch's names, in its order.
    pub options: Vec<(String, Value)>,
    /// Positions of the group's parameters, counted over all groups.
    pub params: Vec<usize>,
}

/// Everything an optimizer needs to go on as if it had never stopped:
/// `{"state": {position: {name: value}}, "param_groups": [{option: value, "params": [position]}]}`.
///
/// Two things differ from what PyTorch writes. A parameter that has not been stepped has its entries
/// too, with step 0: so a missing entry is always a damaged state, and never by chance the state of an
/// optimizer that starts cold. And counts are plain numbers, not tensors.
#[derive(Clone, Debug, Default)]
pub struct OptimizerState {
    /// State by position of the parameter; empty if the rule remembers nothing.
    pub state: BTreeMap<usize, ParameterState>,
    /// The groups.
    pub param_groups: Vec<GroupState>,
}

/// As Python prints the dictionary.
impl fmt::Display for OptimizerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<String> = self
            .state
            .iter()
            .map(|(i, s)| format!("{i}: {{{}}}", entries_as_python(s)))
            .collect();
        let groups: Vec<String> = self
            .param_groups
            .iter()
            .map(|g| {
                format!(
                    "{{{}, 'params': {:?}}}",
                    entries_as_python(&g.options),
                    g.params
                )
            })
            .collect();
        write!(
            f,
            "{{'state': {{{}}}, 'param_groups': [{}]}}",
            states.join(", "),
            groups.join(", ")
        )
    }
}
