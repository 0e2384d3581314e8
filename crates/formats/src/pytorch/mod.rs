//! PyTorch's `.pt` and `.pth` files, as `torch.save` writes and `torch.load` reads them.
//!
//! Both layouts are read: the zip archive of today and the row of pickles that
//! PyTorch wrote before 1.6 (and still does on request). The pickle inside is
//! read as a description; nothing in it is ever called, and only the few names
//! that tensors and containers need are understood. What is written opens with
//! `torch.load(weights_only=True)`.
//!
//! [`load`] gives the nested [`Value`] of a whole checkpoint, [`load_state_dict`]
//! the [`TensorMap`] of a file that holds a state dict alone.
//!
//! Tensors come back in row-major order on the CPU, whatever strides and device
//! they were saved with. Tensors that share a storage share memory here too,
//! but a tensor is a value: writing to one never shows in the other.
//!
//! Files were exchanged in both directions with PyTorch 2.15.0 (zip and legacy
//! layout, pickle protocols 2 to 5).

mod dtypes;
mod encode;
mod legacy_layout;
mod storage;
mod values;
mod zip_layout;

use std::fs;
use std::path::Path;

use crate::{Error, Result, TensorMap, Value, atomic_write};

/// How deeply values may nest, far beyond any training state.
const MAX_DEPTH: usize = 128;

/// Reads a file that `torch.save` wrote.
///
/// # Errors
/// The file cannot be read, is no PyTorch file, is truncated or damaged; a
/// tensor reaches beyond its storage; a class or function that is neither a
/// tensor nor a container, as in a file of a whole model. The message names
/// the file and the entry. Memory stays within a small multiple of the file,
/// whatever it claims.
///
/// ```
/// use gradus_formats::{Dict, Value, pytorch};
/// use gradus_tensor::Tensor;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("checkpoint.pt");
/// let mut checkpoint = Dict::new();
/// checkpoint.insert("epoch", 3);
/// checkpoint.insert("weight", Tensor::from_vec(vec![0.5f32, -1.0], [1, 2])?);
/// pytorch::save(&path, &checkpoint.into())?;
///
/// let checkpoint = pytorch::load(&path)?;
/// assert_eq!(checkpoint.get("epoch").and_then(Value::as_int), Some(3));
/// let weight = checkpoint.get("weight").and_then(Value::as_tensor).unwrap();
/// assert_eq!(weight.to_vec::<f32>()?, [0.5, -1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load(path: impl AsRef<Path>) -> Result<Value> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    decode(&bytes).map_err(|reason| invalid(path, reason))
}

/// Reads a file of a model's `state_dict()`: tensors by name.
///
/// # Errors
/// As [`load`], and a file that holds anything but named tensors.
pub fn load_state_dict(path: impl AsRef<Path>) -> Result<TensorMap> {
    let path = path.as_ref();
    load(path)?
        .into_tensor_map()
        .map_err(|error| invalid(path, error.to_string()))
}

/// Reads a value from memory.
///
/// # Errors
/// As [`load`].
pub fn from_bytes(bytes: &[u8]) -> Result<Value> {
    decode(bytes).map_err(|reason| Error::Invalid {
        file: "PyTorch bytes".into(),
        reason,
    })
}

/// Writes a value as `torch.save` does, whole or not at all.
///
/// Contiguous tensors of the same memory are written once, as tied weights
/// are in PyTorch. The same value gives the same bytes.
///
/// # Errors
/// As [`atomic_write`]; a key that Python cannot have, such as a list; values
/// nested deeper than 128 levels.
pub fn save(path: impl AsRef<Path>, value: &Value) -> Result<()> {
    let file = encode::Encoded::new(value)?;
    atomic_write(path, |to| file.write(to))
}

/// Writes named tensors as `torch.save(model.state_dict(), path)` does, whole
/// or not at all. Metadata of the map has no place in a state dict and is left out.
///
/// # Errors
/// As [`atomic_write`].
pub fn save_state_dict(path: impl AsRef<Path>, map: &TensorMap) -> Result<()> {
    save(path, &Value::from(map.clone()))
}

/// Writes a value to memory: the bytes that [`save`] puts into a file.
///
/// # Errors
/// As [`save`], the disk aside.
pub fn to_bytes(value: &Value) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = encode::Encoded::new(value)?;
    file.write(&mut bytes)
        .expect("writing to memory does not fail");
    Ok(bytes)
}

fn invalid(path: &Path, reason: String) -> Error {
    Error::Invalid {
        file: path.display().to_string(),
        reason,
    }
}

fn decode(bytes: &[u8]) -> std::result::Result<Value, String> {
    if bytes.starts_with(b"PK") {
        zip_layout::decode(bytes)
    } else {
        legacy_layout::decode(bytes)
    }
}
