//! Values of saved states as tensors and JSON.

use gradus_optim::Value;
use gradus_tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::exact::Exact;

/// A value without its tensors: each of those stands elsewhere under a key that follows from where it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    None,
    Bool(bool),
    Int(i64),
    Float(Exact),
    Text(String),
    Tuple(Vec<Entry>),
    List(Vec<Entry>),
    Dict(Vec<(String, Entry)>),
    Tensor,
}

impl Entry {
    /// Splits a value; `keep` is given the tensors with their keys, which begin with `key`.
    pub(crate) fn of(key: &str, value: &Value, keep: &mut dyn FnMut(String, &Tensor)) -> Entry {
        let mut all = |values: &[Value]| {
            let numbered = values.iter().enumerate();
            let entries = numbered.map(|(i, v)| Entry::of(&format!("{key}.{i}"), v, keep));
            entries.collect()
        };
        match value {
            Value::None => Entry::None,
            Value::Bool(x) => Entry::Bool(*x),
            Value::Int(x) => Entry::Int(*x),
            Value::Float(x) => Entry::Float(Exact(*x)),
            Value::Text(x) => Entry::Text(x.clone()),
            Value::Tuple(values) => Entry::Tuple(all(values)),
            Value::List(values) => Entry::List(all(values)),
            Value::Dict(entries) => Entry::Dict(Entry::of_named(key, entries, keep)),
            Value::Tensor(tensor) => {
                keep(key.to_owned(), tensor);
                Entry::Tensor
            }
        }
    }

    /// Splits named values; `prefix` and each name make the keys.
    pub(crate) fn of_named(
        prefix: &str,
        values: &[(String, Value)],
        keep: &mut dyn FnMut(String, &Tensor),
    ) -> Vec<(String, Entry)> {
        let split = |(name, value): &(String, Value)| {
            let entry = Entry::of(&format!("{prefix}.{name}"), value, keep);
            (name.clone(), entry)
        };
        values.iter().map(split).collect()
    }

    /// The value; `take` gives the tensor of a key.
    pub(crate) fn value(
        self,
        key: &str,
        take: &mut dyn FnMut(&str) -> Result<Tensor, String>,
    ) -> Result<Value, String> {
        let mut all = |entries: Vec<Entry>| {
            let numbered = entries.into_iter().enumerate();
            let values = numbered.map(|(i, e)| e.value(&format!("{key}.{i}"), take));
            values.collect::<Result<Vec<Value>, String>>()
        };
        Ok(match self {
            Entry::None => Value::None,
            Entry::Bool(x) => Value::Bool(x),
            Entry::Int(x) => Value::Int(x),
            Entry::Float(Exact(x)) => Value::Float(x),
            Entry::Text(x) => Value::Text(x),
            Entry::Tuple(entries) => Value::Tuple(all(entries)?),
            Entry::List(entries) => Value::List(all(entries)?),
            Entry::Dict(entries) => Value::Dict(Entry::values(key, entries, take)?),
            Entry::Tensor => Value::Tensor(take(key)?),
        })
    }

    /// The named values; the inverse of [`of_named`](Entry::of_named).
    pub(crate) fn values(
        prefix: &str,
        entries: Vec<(String, Entry)>,
        take: &mut dyn FnMut(&str) -> Result<Tensor, String>,
    ) -> Result<Vec<(String, Value)>, String> {
        let join = |(name, entry): (String, Entry)| {
            let value = entry.value(&format!("{prefix}.{name}"), take)?;
            Ok((name, value))
        };
        entries.into_iter().map(join).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_come_back() {
        let tensors = vec![Value::Tensor(Tensor::scalar(2.5_f64)), Value::Int(-1)];
        let inner = vec![
            ("al".to_string(), Value::List(tensors)),
            ("lr".to_string(), Value::Float(f64::INFINITY)),
        ];
        let value = Value::Tuple(vec![Value::Dict(inner), Value::None, Value::Bool(true)]);
        let mut kept = Vec::new();
        let entry = Entry::of("a", &value, &mut |key, tensor| {
            kept.push((key, tensor.clone()))
        });
        assert_eq!(kept[0].0, "a.0.al.0");
        let json = serde_json::to_string(&entry).unwrap();
        let entry: Entry = serde_json::from_str(&json).unwrap();
        let back = entry.value("a", &mut |key| {
            let found = kept.iter().find(|(known, _)| known == key);
            found.map(|(_, t)| t.clone()).ok_or_else(|| key.to_string())
        });
        assert_eq!(back.unwrap().to_string(), value.to_string());
    }
}
