//! The saved state of an optimizer, in PyTorch's shape.

use std::collections::BTreeMap;
use std::fmt;

use gradus_tensor::Tensor;

/// One entry: an option or a piece of state.
#[derive(Clone, Debug)]
pub enum Value {
    /// Python's `None`: an option that is not set.
    None,
    /// A switch.
    Bool(bool),
    /// A count.
    Int(i64),
    /// A number.
    Float(f64),
    /// Two numbers, such as Adam's betas.
    Pair(f64, f64),
    /// A word.
    Text(String),
    /// A buffer of the parameter's shape.
    Tensor(Tensor),
}

impl Value {
    /// The number, whichever way it is written; PyTorch saves step counts as tensors.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(i) => Some(*i as f64),
            Value::Float(x) => Some(*x),
            Value::Tensor(t) => t.item().ok(),
            _ => None,
        }
    }
}

/// State of one parameter: buffers and counts by PyTorch's names, in its order.
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
#[derive(Clone, Debug, Default)]
pub struct OptimizerState {
    /// State by position of the parameter; empty before its first step.
    pub state: BTreeMap<usize, ParameterState>,
    /// The groups.
    pub param_groups: Vec<GroupState>,
}

/// As Python prints the dictionary.
impl fmt::Display for OptimizerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |(name, value): &(String, Value)| format!("'{name}': {value}");
        let states: Vec<String> = self
            .state
            .iter()
            .map(|(i, s)| {
                format!(
                    "{i}: {{{}}}",
                    s.iter().map(entry).collect::<Vec<_>>().join(", ")
                )
            })
            .collect();
        let groups: Vec<String> = self
            .param_groups
            .iter()
            .map(|g| {
                let options: Vec<String> = g.options.iter().map(entry).collect();
                format!("{{{}, 'params': {:?}}}", options.join(", "), g.params)
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

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            Value::Int(i) => write!(f, "{i}"),
            Value::Float(x) => f.write_str(&python_float(*x)),
            Value::Pair(a, b) => write!(f, "({}, {})", python_float(*a), python_float(*b)),
            Value::Text(t) => write!(f, "'{t}'"),
            Value::Tensor(t) => write!(f, "{t}"),
        }
    }
}

/// Python's `repr`: whole numbers without a fraction are written as they were given, `1e-08` with two
/// digits of exponent.
fn python_float(x: f64) -> String {
    if x == x.trunc() && x.abs() < 1e16 {
        return format!("{x:.0}");
    }
    if x.abs() >= 1e-4 {
        return format!("{x}");
    }
    let written = format!("{x:e}");
    match written.split_once("e-") {
        Some((mantissa, exponent)) => format!("{mantissa}e-{exponent:0>2}"),
        None => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_python_prints_them() {
        assert_eq!(Value::Float(0.01).to_string(), "0.01");
        assert_eq!(Value::Float(1e-8).to_string(), "1e-08");
        assert_eq!(Value::Float(0.0).to_string(), "0");
        assert_eq!(Value::Pair(0.9, 0.999).to_string(), "(0.9, 0.999)");
    }
}
