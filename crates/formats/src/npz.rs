//! NumPy's npz format: named arrays in a zip archive.

use std::fs;
use std::path::Path;

use crate::zip::{Archive, archive};
use crate::{Error, Result, TensorMap, atomic_write, npy};

/// Reads all arrays in the order of the archive; names lose their `.npy`.
///
/// # Errors
/// The file cannot be read, is not a zip archive or a damaged one, is
/// compressed by other means than deflate, or one of its arrays is refused as
/// by [`npy::read`]. The message names the file and the array. A compressed
/// archive takes the memory of its content, at most a thousand times its size.
///
/// ```
/// use gradus_formats::{TensorMap, npz};
/// use gradus_tensor::Tensor;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("data.npz");
/// let x = Tensor::from_vec(vec![1i64, 2], [2])?;
/// npz::write(&path, &TensorMap::from_pairs([("x", x)])?)?;
/// assert_eq!(npz::read(&path)?.get("x").unwrap().to_vec::<i64>()?, [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> Result<TensorMap> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    decode(&bytes, &path.display().to_string())
}

/// Reads named arrays from memory.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(bytes: &[u8]) -> Result<TensorMap> {
    decode(bytes, "npz bytes")
}

/// Writes named arrays as `numpy.savez` does, not compressed, whole or not at
/// all. Metadata has no place in this format and is left out.
///
/// # Errors
/// As [`atomic_write`], a `Bf16` tensor, more than 4 GiB or 65,535 arrays.
pub fn write(path: impl AsRef<Path>, map: &TensorMap) -> Result<()> {
    let bytes = to_bytes(map)?;
    atomic_write(path, |file| file.write_all(&bytes))
}

/// Writes named arrays to memory: the bytes [`write()`] puts into a file.
///
/// # Errors
/// As [`write()`], the disk aside.
pub fn to_bytes(map: &TensorMap) -> Result<Vec<u8>> {
    let encode = |(name, tensor): (&str, _)| {
        let content = npy::encode(tensor).ok_or_else(|| npy::no_bf16(name.into()))?;
        Ok((format!("{name}.npy"), content))
    };
    let files = map.iter().map(encode).collect::<Result<Vec<_>>>()?;
    archive(&files).ok_or_else(|| Error::Unwritable {
        name: "npz archive".into(),
        reason: "more than 4 GiB or 65,535 arrays; use safetensors".into(),
    })
}

fn decode(bytes: &[u8], file: &str) -> Result<TensorMap> {
    let invalid = |reason: String| Error::Invalid {
        file: file.into(),
        reason,
    };
    let mut map = TensorMap::new();
    let archive = Archive::new(bytes).map_err(invalid)?;
    for member in archive.members().map_err(invalid)? {
        let name = member.name.strip_suffix(".npy").unwrap_or(&member.name);
        let array = |reason: String| invalid(format!("array `{name}`: {reason}"));
        let content = member.content().map_err(array)?;
        map.insert(name, npy::decode(&content).map_err(array)?)
            .map_err(|error| invalid(error.to_string()))?;
    }
    Ok(map)
}
