//! Writing the zip layout.

use std::collections::HashMap;
use std::io::{self, Write};

use gradus_tensor::{DType, Tensor};

use super::{MAX_DEPTH, dtypes};
use crate::elements::{address, write_le_bytes};
use crate::pickle::PickleWriter;
use crate::zip::ArchiveWriter;
use crate::{Dict, Error, Result, Value};

/// A file ready to be written: the pickle, and the tensors whose elements go beside it.
pub(super) struct Encoded<'v> {
    pickle: Vec<u8>,
    storages: Vec<&'v Tensor>,
}

impl<'v> Encoded<'v> {
    pub(super) fn new(value: &'v Value) -> Result<Self> {
        let mut encoder = Encoder {
            pickle: PickleWriter::new(),
            storages: Vec::new(),
            places: HashMap::new(),
            trail: Vec::new(),
        };
        encoder.value(value)?;
        Ok(Self {
            pickle: encoder.pickle.finish(),
            storages: encoder.storages,
        })
    }

    pub(super) fn write(&self, file: &mut dyn Write) -> io::Result<()> {
        /// Storages start at multiples of this, so that PyTorch can map them into memory.
        const ALIGN: u64 = 64;
        let mut archive = ArchiveWriter::new(file, ALIGN);
        archive.add("archive/data.pkl", |file| file.write_all(&self.pickle))?;
        archive.add("archive/byteorder", |file| file.write_all(b"little"))?;
        for (key, tensor) in self.storages.iter().enumerate() {
            archive.add(&format!("archive/data/{key}"), |file| {
                write_le_bytes(tensor, file)
            })?;
        }
        archive.add("archive/version", |file| file.write_all(b"3\n"))?;
        archive.finish()
    }
}

struct Encoder<'v> {
    pickle: PickleWriter,
    storages: Vec<&'v Tensor>,
    /// The storage of each memory: address, length and dtype.
    places: HashMap<(usize, usize, DType), usize>,
    /// The keys and places that lead here, for messages.
    trail: Vec<String>,
}

impl<'v> Encoder<'v> {
    fn value(&mut self, value: &'v Value) -> Result<()> {
        match value {
            Value::None => self.pickle.none(),
            Value::Bool(truth) => self.pickle.bool(*truth),
            Value::Int(number) => self.pickle.int(*number),
            Value::Float(number) => self.pickle.float(*number),
            Value::Text(text) => self.text(text)?,
            Value::Bytes(bytes) => {
                // Protocol 2 has no bytes; this is how Python itself writes them there.
                self.pickle.global("_codecs", "encode");
                self.pickle.mark();
                self.text(
                    &bytes
                        .iter()
                        .map(|&byte| char::from(byte))
                        .collect::<String>(),
                )?;
                self.text("latin1")?;
                self.pickle.tuple();
                self.pickle.call();
            }
            Value::List(items) => self.list(items)?,
            Value::Tuple(items) => {
                self.pickle.mark();
                self.items(items)?;
                self.pickle.tuple();
            }
            Value::Set(items) => {
                if let Some(item) = items.iter().find(|item| item.key().is_none()) {
                    return Err(self.refused(format!("{} cannot be in a set", item.kind())));
                }
                self.pickle.global("__builtin__", "set");
                self.pickle.mark();
                self.list(items)?;
                self.pickle.tuple();
                self.pickle.call();
            }
            Value::Dict(dict) => self.dict(dict)?,
            Value::Tensor(tensor) => self.tensor(tensor)?,
            Value::DType(dtype) => self.pickle.global("torch", dtypes::names(*dtype).1),
            Value::Device(name) => {
                self.pickle.global("torch", "device");
                self.pickle.mark();
                self.text(name)?;
                self.pickle.tuple();
                self.pickle.call();
            }
        }
        Ok(())
    }

    fn refused(&self, reason: String) -> Error {
        let name = match &self.trail[..] {
            [] => "value".into(),
            trail => trail.join("."),
        };
        Error::Unwritable { name, reason }
    }

    fn text(&mut self, text: &str) -> Result<()> {
        let written = self.pickle.text(text);
        written.map_err(|length| {
            self.refused(format!(
                "a text of {length} bytes is beyond the format's 4 GiB"
            ))
        })
    }

    fn inside(&mut self, step: String, value: &'v Value) -> Result<()> {
        self.trail.push(step);
        if self.trail.len() > MAX_DEPTH {
            let reason = format!("values nest deeper than {MAX_DEPTH} levels");
            self.trail.truncate(3);
            return Err(self.refused(reason));
        }
        self.value(value)?;
        self.trail.pop();
        Ok(())
    }

    fn items(&mut self, items: &'v [Value]) -> Result<()> {
        let mut items = items.iter().enumerate();
        items.try_for_each(|(index, item)| self.inside(index.to_string(), item))
    }

    fn list(&mut self, items: &'v [Value]) -> Result<()> {
        self.pickle.start_list();
        self.items(items)?;
        self.pickle.end_list();
        Ok(())
    }

    fn dict(&mut self, dict: &'v Dict) -> Result<()> {
        self.pickle.start_dict();
        for (key, value) in dict.iter() {
            if key.key().is_none() {
                return Err(self.refused(format!("{} cannot be the key of a dict", key.kind())));
            }
            let step = match key {
                Value::Text(name) => name.clone(),
                Value::Int(number) => number.to_string(),
                other => other.kind().into(),
            };
            self.inside("a key".into(), key)?;
            self.inside(step, value)?;
        }
        self.pickle.end_dict();
        Ok(())
    }

    /// `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)`
    fn tensor(&mut self, tensor: &'v Tensor) -> Result<()> {
        let (dtype, numel) = (tensor.dtype(), tensor.numel());
        let new = self.storages.len();
        let place = match address(tensor) {
            Some(address) if numel > 0 => {
                *self.places.entry((address, numel, dtype)).or_insert(new)
            }
            // Strided, so that its elements are written in row-major order, or without elements.
            _ => new,
        };
        if place == new {
            self.storages.push(tensor);
        }
        self.pickle.global("torch._utils", "_rebuild_tensor_v2");
        self.pickle.mark();
        self.pickle.mark();
        self.text("storage")?;
        self.pickle.global("torch", dtypes::names(dtype).0);
        self.text(&place.to_string())?;
        self.text("cpu")?;
        self.pickle.int(numel as i128);
        self.pickle.tuple();
        self.pickle.persistent();
        self.pickle.int(0);
        self.sizes(tensor.shape());
        self.sizes(&row_major_strides(tensor.shape()));
        self.pickle.bool(false);
        self.pickle.global("collections", "OrderedDict");
        self.pickle.mark();
        self.pickle.tuple();
        self.pickle.call();
        self.pickle.tuple();
        self.pickle.call();
        Ok(())
    }

    fn sizes(&mut self, sizes: &[usize]) {
        self.pickle.mark();
        for &size in sizes {
            self.pickle.int(size as i128);
        }
        self.pickle.tuple();
    }
}

/// As PyTorch counts them: an empty dimension steps as one of size 1 would.
fn row_major_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for dim in (1..shape.len()).rev() {
        strides[dim - 1] = strides[dim] * shape[dim].max(1);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pytorch::to_bytes;

    #[track_caller]
    fn refuses(value: &Value, message: &str) {
        assert_eq!(to_bytes(value).unwrap_err().to_string(), message);
    }

    #[test]
    fn what_python_cannot_have_is_refused() {
        let list = || Value::List(Vec::new());
        refuses(
            &Value::Set(vec![list()]),
            "cannot write `value`: a list cannot be in a set",
        );
        let mut inner = Dict::new();
        inner.insert(list(), 1);
        let mut outer = Dict::new();
        outer.insert("groups", vec![Value::from(inner)]);
        refuses(
            &outer.into(),
            "cannot write `groups.0`: a list cannot be the key of a dict",
        );
    }

    #[test]
    fn endless_nesting_is_refused() {
        let mut value = Value::None;
        for _ in 0..200 {
            value = Value::List(vec![value]);
        }
        refuses(
            &value,
            "cannot write `0.0.0`: values nest deeper than 128 levels",
        );
    }

    #[test]
    fn shared_memory_is_written_once() {
        let tensor = Tensor::zeros([10_000], DType::F64).unwrap();
        let twice = Value::from(vec![
            Value::from(tensor.reshape([100, 100]).unwrap()),
            tensor.into(),
        ]);
        assert!(to_bytes(&twice).unwrap().len() < 90_000);
    }

    #[test]
    fn strides_are_those_of_pytorch() {
        assert_eq!(row_major_strides(&[2, 0, 3]), [3, 3, 1]);
        assert!(row_major_strides(&[]).is_empty());
    }
}
