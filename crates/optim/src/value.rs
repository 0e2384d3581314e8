//! The values of a saved state: what Python's dictionaries of options and buffers hold.

use std::fmt;

use gradus_tensor::Tensor;

/// One entry: an option, a piece of state, or a container of them.
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
    /// A word.
    Text(String),
    /// Values that belong together, such as Adam's betas.
    Tuple(Vec<Value>),
    /// Any number of values.
    List(Vec<Value>),
    /// Values by name.
    Dict(Vec<(String, Value)>),
    /// A buffer.
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

    /// The count, whichever way it is written.
    #[must_use]
    pub fn as_count(&self) -> Option<u64> {
        let x = self.as_f64()?;
        (x >= 0.0 && x == x.trunc()).then_some(x as u64)
    }

    /// The members of a tuple or a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Value]> {
        match self {
            Value::Tuple(values) | Value::List(values) => Some(values),
            _ => None,
        }
    }

    /// The numbers of a tuple or a list of numbers.
    #[must_use]
    pub fn as_floats(&self) -> Option<Vec<f64>> {
        self.as_sequence()?.iter().map(Value::as_f64).collect()
    }

    /// A list of numbers.
    #[must_use]
    pub fn floats(numbers: &[f64]) -> Value {
        Value::List(numbers.iter().copied().map(Value::Float).collect())
    }
}

/// As Python prints it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            Value::Int(i) => write!(f, "{i}"),
            Value::Float(x) => f.write_str(&python_float(*x)),
            Value::Text(t) => write!(f, "'{t}'"),
            Value::Tuple(values) => {
                let comma = if values.len() == 1 { "," } else { "" };
                write!(f, "({}{comma})", joined(values))
            }
            Value::List(values) => write!(f, "[{}]", joined(values)),
            Value::Dict(entries) => write!(f, "{{{}}}", entries_as_python(entries)),
            Value::Tensor(t) => write!(f, "{t}"),
        }
    }
}

fn joined(values: &[Value]) -> String {
    let texts: Vec<String> = values.iter().map(Value::to_string).collect();
    texts.join(", ")
}

/// `'lr': 0.1, 'momentum': 0`.
pub(crate) fn entries_as_python(entries: &[(String, Value)]) -> String {
    let texts: Vec<String> = entries
        .iter()
        .map(|(name, value)| format!("'{name}': {value}"))
        .collect();
    texts.join(", ")
}

/// Python's `repr`: whole numbers without a fraction are written as they were given, `1e-08` with two
/// digits of exponent.
fn python_float(x: f64) -> String {
    if x.is_nan() {
        return "nan".to_string();
    }
    if x.is_infinite() || (1e-4..1e16).contains(&x.abs()) || x == 0.0 {
        return format!("{x}");
    }
    let written = format!("{x:e}");
    match written.split_once('e') {
        Some((mantissa, exponent)) => match exponent.strip_prefix('-') {
            Some(digits) => format!("{mantissa}e-{digits:0>2}"),
            None => format!("{mantissa}e+{exponent:0>2}"),
        },
        None => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_python_prints_them() {
        for (value, printed) in [
            (Value::Float(0.01), "0.01"),
            (Value::Float(1e-8), "1e-08"),
            (Value::Float(0.0), "0"),
            (Value::Float(1e16), "1e+16"),
            (Value::Float(f64::NAN), "nan"),
            (Value::Float(f64::NEG_INFINITY), "-inf"),
            (
                Value::Tuple(vec![Value::Float(0.9), Value::Float(0.999)]),
                "(0.9, 0.999)",
            ),
            (Value::Tuple(vec![Value::Int(1)]), "(1,)"),
            (
                Value::List(vec![Value::None, Value::Bool(true)]),
                "[None, True]",
            ),
            (
                Value::Dict(vec![("a".into(), Value::Text("b".into()))]),
                "{'a': 'b'}",
            ),
        ] {
            assert_eq!(value.to_string(), printed);
        }
    }

    #[test]
    fn numbers_are_read_whichever_way_they_are_written() {
        assert_eq!(Value::Int(3).as_f64(), Some(3.0));
        assert_eq!(Value::Tensor(Tensor::scalar(3.0f32)).as_count(), Some(3));
        assert_eq!(Value::Float(0.5).as_count(), None);
        assert_eq!(Value::Int(-1).as_count(), None);
        assert_eq!(Value::Bool(true).as_f64(), None);
        assert_eq!(
            Value::Tuple(vec![Value::Int(1), Value::Float(0.5)]).as_floats(),
            Some(vec![1.0, 0.5])
        );
    }
}
