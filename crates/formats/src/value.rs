//! Nested values as Python saves them: what a checkpoint holds beside and around its tensors.

use std::collections::HashMap;

use gradus_tensor::{DType, Tensor};

use crate::{Error, Result, TensorMap};

/// A tensor, a number, a text, or a list or dictionary of such values.
///
/// ```
/// use gradus_formats::{Dict, Value};
///
/// let mut group = Dict::new();
/// group.insert("lr", 0.1);
/// group.insert("params", vec![Value::from(0), Value::from(1)]);
/// let group = Value::from(group);
/// assert_eq!(group.get("lr").and_then(Value::as_float), Some(0.1));
/// assert_eq!(group.get("params").and_then(Value::as_slice).map(<[_]>::len), Some(2));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// Python's `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer; seeds may need more than 64 bits.
    Int(i128),
    /// A Python float.
    Float(f64),
    /// A string.
    Text(String),
    /// Bytes, `bytearray` included.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// A tuple, `torch.Size` included.
    Tuple(Vec<Value>),
    /// A set, in the order of the file.
    Set(Vec<Value>),
    /// A dictionary, `OrderedDict` and `Counter` included.
    Dict(Dict),
    /// A tensor or parameter.
    Tensor(Tensor),
    /// An element type, such as `torch.float32`.
    DType(DType),
    /// A device by its name, such as `cuda:0`.
    Device(String),
}

impl Value {
    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The integer, if it fits.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The number, an integer as well.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(number) => Some(*number),
            Value::Int(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list, tuple or set.
    pub fn as_slice(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The dictionary.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Value::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// The tensor.
    pub fn as_tensor(&self) -> Option<&Tensor> {
        match self {
            Value::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// The entry of this name, if this is a dictionary that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_dict()?.get(key)
    }

    /// The entry of this number, if this is a dictionary that has it.
    pub fn get_int(&self, key: i64) -> Option<&Value> {
        self.as_dict()?.get_int(key)
    }

    /// Takes a dictionary of tensors by name, as a model's `state_dict()` is.
    ///
    /// # Errors
    /// This is no dictionary, a key is no text or a value no tensor.
    pub fn into_tensor_map(self) -> Result<TensorMap> {
        let not_tensors = |reason: String| Error::NotTensors { reason };
        let Value::Dict(dict) = self else {
            return Err(not_tensors(format!("it is {}, not a dict", self.kind())));
        };
        let mut map = TensorMap::new();
        for (key, value) in dict {
            let Value::Text(name) = key else {
                return Err(not_tensors(format!(
                    "a key is {}, not a string",
                    key.kind()
                )));
            };
            let Value::Tensor(tensor) = value else {
                let remedy = if let Value::Dict(_) = value {
                    "; load the whole file and take the state dict from there"
                } else {
                    ""
                };
                return Err(not_tensors(format!(
                    "entry `{name}` is {}, not a tensor{remedy}",
                    value.kind()
                )));
            };
            map.insert(name, tensor)?;
        }
        Ok(map)
    }

    /// What this is, in a word, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Bool(_) => "a bool",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Text(_) => "a string",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Set(_) => "a set",
            Value::Dict(_) => "a dict",
            Value::Tensor(_) => "a tensor",
            Value::DType(_) => "a dtype",
            Value::Device(_) => "a device",
        }
    }

    /// What Python compares when this is a key of a dictionary; `None` for what cannot be one.
    pub(crate) fn key(&self) -> Option<Key<'_>> {
        Some(match self {
            Value::None => Key::None,
            Value::Bool(truth) => Key::Int(i128::from(*truth)),
            Value::Int(number) => Key::Int(*number),
            // 1 and 1.0 are one key.
            Value::Float(number) if *number as i128 as f64 == *number => Key::Int(*number as i128),
            Value::Float(number) => Key::Float(number.to_bits()),
            Value::Text(text) => Key::Text(text),
            Value::Bytes(bytes) => Key::Bytes(bytes),
            Value::Tuple(items) => Key::Tuple(items.iter().map(Value::key).collect::<Option<_>>()?),
            Value::DType(dtype) => Key::DType(*dtype),
            Value::Device(name) => Key::Device(name),
            Value::List(_) | Value::Set(_) | Value::Dict(_) | Value::Tensor(_) => return None,
        })
    }
}

/// What two keys of a dictionary are compared by.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key<'a> {
    None,
    Int(i128),
    Float(u64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Tuple(Vec<Key<'a>>),
    DType(DType),
    Device(&'a str),
}

/// Values by key, in the order they were put in. A look-up goes through the entries.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    entries: Vec<(Value, Value)>,
}

impl Dict {
    /// Without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an entry: the value of a key that is there is replaced, a new one goes to the end.
    pub fn insert(&mut self, key: impl Into<Value>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        let known = match key.key() {
            Some(wanted) => self.find(&wanted),
            None => None,
        };
        match known {
            Some(place) => self.entries[place].1 = value,
            None => self.entries.push((key, value)),
        }
    }

    /// Entries of which the last of equal keys counts, at the place of the first, as in Python.
    ///
    /// # Errors
    /// A key that Python cannot have: what it is.
    pub(crate) fn from_entries(
        entries: Vec<(Value, Value)>,
    ) -> std::result::Result<Self, &'static str> {
        let mut places = HashMap::new();
        // Where each key stands first and last.
        let mut order: Vec<(usize, usize)> = Vec::with_capacity(entries.len());
        for (at, (key, _)) in entries.iter().enumerate() {
            let place = *places
                .entry(key.key().ok_or_else(|| key.kind())?)
                .or_insert(order.len());
            match order.get_mut(place) {
                Some((_, last)) => *last = at,
                None => order.push((at, at)),
            }
        }
        drop(places);
        if order.len() == entries.len() {
            return Ok(Self { entries });
        }
        let entry = |&(first, last): &(usize, usize)| -> (Value, Value) {
            (entries[first].0.clone(), entries[last].1.clone())
        };
        Ok(Self {
            entries: order.iter().map(entry).collect(),
        })
    }

    /// The value of this name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(&Key::Text(key))
            .map(|place| &self.entries[place].1)
    }

    /// The value of this number.
    pub fn get_int(&self, key: i64) -> Option<&Value> {
        let place = self.find(&Key::Int(key.into()))?;
        Some(&self.entries[place].1)
    }

    fn find(&self, wanted: &Key<'_>) -> Option<usize> {
        self.entries
            .iter()
            .position(|(key, _)| key.key().as_ref() == Some(wanted))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Value, &Value)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }
}

impl IntoIterator for Dict {
    type Item = (Value, Value);
    type IntoIter = std::vec::IntoIter<(Value, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// A conversion that names the variant and nothing more.
macro_rules! from {
    ($($type:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Value::$variant(value.into())
            }
        }
    )+};
}

from! {
    bool => Bool,
    i32 => Int,
    i64 => Int,
    u64 => Int,
    f64 => Float,
    &str => Text,
    String => Text,
    Vec<Value> => List,
    Dict => Dict,
    Tensor => Tensor,
    DType => DType,
}

impl From<TensorMap> for Value {
    /// The tensors by name; metadata has no place in a dictionary of tensors and is left out.
    fn from(map: TensorMap) -> Self {
        let entries = map.into_iter();
        Value::Dict(Dict {
            entries: entries
                .map(|(name, tensor)| (name.into(), tensor.into()))
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_compared_as_in_python() {
        let mut dict = Dict::new();
        dict.insert(1, "int");
        dict.insert("1", "text");
        dict.insert(1.0, "float");
        dict.insert(true, "bool");
        dict.insert(1.5, "half");
        assert_eq!(dict.len(), 3);
        assert_eq!(dict.get_int(1).unwrap().as_str(), Some("bool"));
        assert_eq!(dict.get("1").unwrap().as_str(), Some("text"));
    }

    #[test]
    fn the_last_of_equal_keys_counts_at_the_first_place() {
        let entries = [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("a", 5)];
        let entries = entries.map(|(key, value)| (key.into(), value.into()));
        let dict = Dict::from_entries(entries.to_vec()).unwrap();
        let shown: Vec<_> = dict
            .iter()
            .map(|(key, value)| (key.as_str().unwrap(), value.as_int().unwrap()))
            .collect();
        assert_eq!(shown, [("a", 5), ("b", 2), ("c", 4)]);
    }

    #[test]
    fn a_list_cannot_be_a_key() {
        let entries = vec![(Value::List(Vec::new()), Value::None)];
        assert_eq!(Dict::from_entries(entries).unwrap_err(), "a list");
    }

    #[track_caller]
    fn refuses(value: Value, reason: &str) {
        assert_eq!(value.into_tensor_map().unwrap_err().to_string(), reason);
    }

    #[test]
    fn only_named_tensors_become_a_map() {
        let mut state = Dict::new();
        state.insert("w", Tensor::scalar(1.0f32));
        let map = Value::from(state.clone()).into_tensor_map().unwrap();
        assert_eq!(map.names().collect::<Vec<_>>(), ["w"]);
        refuses(
            Value::None,
            "the value is no state dict: it is None, not a dict",
        );
        let mut checkpoint = Dict::new();
        checkpoint.insert("model", state.clone());
        refuses(
            checkpoint.into(),
            "the value is no state dict: entry `model` is a dict, not a tensor; load the whole file and take the state dict from there",
        );
        state.insert(0, 1.5);
        refuses(
            state.into(),
            "the value is no state dict: a key is an integer, not a string",
        );
    }
}
