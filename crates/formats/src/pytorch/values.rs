//! From the objects of a pickle to values: the few names that may stand in a file, and what they mean.

use std::borrow::Cow;
use std::collections::HashMap;

use gradus_tensor::{DType, MAX_RANK, Tensor};

use super::storage::{Named, Storages, View};
use super::{MAX_DEPTH, dtypes};
use crate::pickle::{Call, Id, Object, Pickle};
use crate::{Dict, Value};

/// Turns a pickle's objects into values.
///
/// Objects may be shared, so that a short pickle could describe a tree of any
/// size: the values and their texts are counted against a budget.
pub(super) struct Values<'p, 'a, F> {
    pickle: &'p Pickle<'a>,
    storages: Storages<'a, F>,
    /// Tensors that were made, so that shared ones are one.
    tensors: HashMap<Id, Tensor>,
    budget: usize,
    /// Where in the value this is, for messages.
    trail: Vec<Step>,
}

/// One level of nesting.
enum Step {
    Key(Id),
    Item(usize),
    /// What a call was given: nothing that a reader of the file sees.
    Argument,
}

type Read<T> = Result<T, String>;

impl<'p, 'a, F> Values<'p, 'a, F>
where
    F: Fn(&str) -> Result<Cow<'a, [u8]>, String>,
{
    pub(super) fn new(pickle: &'p Pickle<'a>, storages: Storages<'a, F>) -> Self {
        /// Small files may repeat themselves more.
        const MIN_BUDGET: usize = 4096;
        const MAX_RATIO: usize = 4;
        Self {
            pickle,
            storages,
            tensors: HashMap::new(),
            budget: MIN_BUDGET + MAX_RATIO * pickle.length(),
            trail: Vec::new(),
        }
    }

    /// What was saved.
    ///
    /// # Errors
    /// As text, with the entry it concerns.
    pub(super) fn root(mut self) -> Read<Value> {
        self.value(self.pickle.root())
            .map_err(|reason| match self.place() {
                place if place.is_empty() => reason,
                place => format!("entry {place}: {reason}"),
            })
    }

    /// `["model"]["weight"]`, as one would write it in Python.
    fn place(&self) -> String {
        let step = |step: &Step| match *step {
            Step::Item(index) => format!("[{index}]"),
            Step::Argument => String::new(),
            Step::Key(key) => match self.pickle.get(key) {
                Object::Text(text) => format!("[{text:?}]"),
                Object::Int(number) => format!("[{number}]"),
                _ => "[..]".into(),
            },
        };
        self.trail.iter().map(step).collect()
    }

    fn value(&mut self, id: Id) -> Read<Value> {
        let pickle = self.pickle;
        self.spend(1)?;
        Ok(match pickle.get(id) {
            Object::None => Value::None,
            Object::Bool(truth) => Value::Bool(*truth),
            Object::Int(number) => Value::Int((*number).into()),
            Object::WideInt(number) => Value::Int(**number),
            Object::Float(number) => Value::Float(*number),
            Object::Text(text) => {
                self.spend(text.len())?;
                Value::Text((*text).into())
            }
            Object::Bytes(bytes) => {
                self.spend(bytes.len())?;
                Value::Bytes((*bytes).into())
            }
            Object::List(items) => Value::List(self.items(items)?),
            Object::Tuple(items) => Value::Tuple(self.items(items)?),
            Object::Set(items) => Value::Set(self.items(items)?),
            Object::Dict(entries) => Value::Dict(self.dict(entries)?),
            Object::Persistent(name) => {
                let storage = Named::parse(pickle, *name)?;
                Value::Tensor(self.storages.whole(storage)?)
            }
            Object::Global(_) => match self.dtype(id) {
                Some(dtype) => Value::DType(dtype),
                None => return Err(self.unknown(id)),
            },
            Object::Call(call) => self.call(id, call)?,
        })
    }

    fn spend(&mut self, amount: usize) -> Read<()> {
        let left = self.budget.checked_sub(amount);
        self.budget = left.ok_or("the pickle describes far more than it holds")?;
        Ok(())
    }

    /// The step stays in the trail if `read` fails, since that is where it failed.
    fn inside<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.trail.push(step);
        if self.trail.len() > MAX_DEPTH {
            // The place would be as long.
            self.trail.clear();
            return Err(format!(
                "values nest deeper than {MAX_DEPTH} levels, or contain themselves"
            ));
        }
        let value = read(self)?;
        self.trail.pop();
        Ok(value)
    }

    fn items(&mut self, items: &[Id]) -> Read<Vec<Value>> {
        let item =
            |(index, &id): (usize, &Id)| self.inside(Step::Item(index), |values| values.value(id));
        items.iter().enumerate().map(item).collect()
    }

    fn dict(&mut self, entries: &[(Id, Id)]) -> Read<Dict> {
        let entry = |&(key, value): &(Id, Id)| {
            self.inside(Step::Key(key), |values| {
                Ok((values.value(key)?, values.value(value)?))
            })
        };
        let entries = entries.iter().map(entry).collect::<Read<Vec<_>>>()?;
        Dict::from_entries(entries).map_err(|kind| format!("{kind} cannot be the key of a dict"))
    }

    fn call(&mut self, id: Id, call: &Call) -> Read<Value> {
        if let Some(tensor) = self.tensors.get(&id) {
            return Ok(Value::Tensor(tensor.clone()));
        }
        let pickle = self.pickle;
        let Object::Global(function) = pickle.get(call.function) else {
            return Err(self.unknown(call.function));
        };
        let (module, name) = **function;
        let arguments = pickle.tuple(call.arguments).unwrap_or_default();
        if (module, name) == ("torch._tensor", "_rebuild_from_type_v2") {
            // A tensor with attributes of its own: what is called, its type, the arguments.
            let &[function, _, arguments, _] = arguments else {
                return Err(malformed(name));
            };
            let inner = Call {
                function,
                arguments,
                entries: Vec::new(),
                state: None,
            };
            return self.inside(Step::Argument, |values| values.call(id, &inner));
        }
        let value = self.known(module, name, call, arguments)?;
        let Some(value) = value else {
            return Err(self.unknown(call.function));
        };
        if let Value::Tensor(tensor) = &value {
            self.tensors.insert(id, tensor.clone());
        }
        if !call.entries.is_empty() && !matches!(value, Value::Dict(_)) {
            return Err(format!("`{module}.{name}` is no dict and has entries"));
        }
        Ok(value)
    }

    /// What a call gives, or `None` for one that may not stand in a file.
    fn known(
        &mut self,
        module: &str,
        name: &str,
        call: &Call,
        arguments: &[Id],
    ) -> Read<Option<Value>> {
        let pickle = self.pickle;
        let wrong = || malformed(name);
        Ok(Some(match (module, name) {
            ("collections", "OrderedDict" | "Counter" | "defaultdict") => {
                let mut entries = match (name, arguments) {
                    ("defaultdict", _) | (_, []) => Vec::new(),
                    (_, &[initial]) => self.entries(initial).ok_or_else(wrong)?,
                    _ => return Err(wrong()),
                };
                entries.extend(&call.entries);
                Value::Dict(self.dict(&entries)?)
            }
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => {
                let &[storage, offset, shape, strides, ..] = arguments else {
                    return Err(wrong());
                };
                self.no_metadata(arguments.get(6))?;
                self.tensor(name, storage, None, [offset, shape, strides])?
            }
            ("torch._utils", "_rebuild_tensor_v3") => {
                let &[storage, offset, shape, strides, _, _, dtype, ..] = arguments else {
                    return Err(wrong());
                };
                self.no_metadata(arguments.get(7))?;
                let known = self.dtype(dtype).ok_or_else(|| self.unknown(dtype))?;
                self.tensor(name, storage, Some(known), [offset, shape, strides])?
            }
            (
                "torch._utils",
                "_rebuild_parameter"
                | "_rebuild_parameter_with_state"
                | "_rebuild_device_tensor_from_cpu_tensor",
            ) => {
                let &[data, ..] = arguments else {
                    return Err(wrong());
                };
                match self.inside(Step::Argument, |values| values.value(data))? {
                    Value::Tensor(tensor) => Value::Tensor(tensor),
                    _ => return Err(wrong()),
                }
            }
            ("torch", "Size") => match arguments {
                &[sizes] if pickle.tuple(sizes).is_some() => {
                    self.inside(Step::Argument, |values| values.value(sizes))?
                }
                _ => return Err(wrong()),
            },
            ("torch", "device") => Value::Device(match *arguments {
                [kind] => pickle.text(kind).ok_or_else(wrong)?.into(),
                [kind, index] => {
                    let parts = pickle.text(kind).zip(pickle.count(index));
                    let (kind, index) = parts.ok_or_else(wrong)?;
                    format!("{kind}:{index}")
                }
                _ => return Err(wrong()),
            }),
            ("_codecs", "encode") => match *arguments {
                [text, encoding] if pickle.text(encoding) == Some("latin1") => {
                    self.latin1(text).ok_or_else(wrong)??
                }
                _ => return Err(wrong()),
            },
            ("builtins" | "__builtin__", "bytes" | "bytearray") => match *arguments {
                [] => Value::Bytes(Vec::new()),
                [bytes] => match self.inside(Step::Argument, |values| values.value(bytes))? {
                    Value::Bytes(bytes) => Value::Bytes(bytes),
                    _ => return Err(wrong()),
                },
                [text, _] => self.latin1(text).ok_or_else(wrong)??,
                _ => return Err(wrong()),
            },
            ("builtins" | "__builtin__", "set" | "frozenset") => match *arguments {
                [items] => match pickle.get(items) {
                    Object::List(items) => Value::Set(self.items(items)?),
                    _ => return Err(wrong()),
                },
                _ => return Err(wrong()),
            },
            _ => return Ok(None),
        }))
    }

    /// The entries of a dict, or of a list of pairs.
    fn entries(&self, id: Id) -> Option<Vec<(Id, Id)>> {
        let pair = |&id: &Id| match self.pickle.get(id) {
            Object::Tuple(items) | Object::List(items) => match **items {
                [key, value] => Some((key, value)),
                _ => None,
            },
            _ => None,
        };
        match self.pickle.get(id) {
            Object::Dict(entries) => Some(entries.clone()),
            Object::List(items) => items.iter().map(pair).collect(),
            _ => None,
        }
    }

    /// Bytes that were written as text of as many characters.
    fn latin1(&mut self, text: Id) -> Option<Read<Value>> {
        let text = self.pickle.text(text)?;
        let bytes = text.chars().map(|character| u8::try_from(character).ok());
        let bytes = bytes.collect::<Option<Vec<u8>>>()?;
        Some(self.spend(bytes.len()).map(|()| Value::Bytes(bytes)))
    }

    fn dtype(&self, id: Id) -> Option<DType> {
        match self.pickle.get(id) {
            Object::Global(global) if global.0 == "torch" => dtypes::of_name(global.1),
            _ => None,
        }
    }

    /// A conjugate or negative view says so here, and its storage holds other numbers.
    fn no_metadata(&self, metadata: Option<&Id>) -> Read<()> {
        match metadata.map(|&id| self.pickle.get(id)) {
            None | Some(Object::None) => Ok(()),
            Some(Object::Dict(entries)) if entries.is_empty() => Ok(()),
            Some(_) => Err("the tensor is a lazy view; save a clone of it".into()),
        }
    }

    fn tensor(
        &mut self,
        function: &str,
        storage: Id,
        dtype: Option<DType>,
        [offset, shape, strides]: [Id; 3],
    ) -> Read<Value> {
        let pickle = self.pickle;
        let wrong = || malformed(function);
        let &Object::Persistent(name) = pickle.get(storage) else {
            return Err(wrong());
        };
        let storage = Named::parse(pickle, name)?;
        let dtype = dtype.unwrap_or_else(|| storage.own_dtype());
        let view = View {
            offset: pickle.count(offset).ok_or_else(wrong)?,
            shape: self.lengths(shape).ok_or_else(wrong)??,
            strides: self.lengths(strides).ok_or_else(wrong)??,
        };
        self.storages
            .tensor(storage, dtype, &view)
            .map(Value::Tensor)
    }

    /// The numbers of a shape: a tuple, or a `torch.Size` of one.
    fn lengths(&self, id: Id) -> Option<Read<Vec<usize>>> {
        let lengths = match self.pickle.get(id) {
            Object::Tuple(lengths) => lengths,
            Object::Call(call) => match self.pickle.tuple(call.arguments)? {
                &[lengths] => self.pickle.tuple(lengths)?,
                _ => return None,
            },
            _ => return None,
        };
        // Looked at first: a file may mention one long tuple many times.
        if lengths.len() > MAX_RANK {
            return Some(Err(format!(
                "the tensor has {} dimensions, tensors here have at most {MAX_RANK}",
                lengths.len()
            )));
        }
        let lengths = lengths.iter().map(|&id| self.pickle.count(id));
        lengths.collect::<Option<_>>().map(Ok)
    }

    fn unknown(&self, id: Id) -> String {
        let Object::Global(global) = self.pickle.get(id) else {
            return format!("{} is called, which is no function", self.pickle.kind(id));
        };
        let (module, name) = **global;
        format!(
            "`{module}.{name}` is not among the few names that may stand in a file of tensors, numbers, texts and containers; of a whole model save its state_dict()"
        )
    }
}

fn malformed(name: &str) -> String {
    format!("`{name}` has arguments that it cannot have")
}
