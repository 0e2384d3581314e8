//! NumPy's npz format: named arrays in a zip archive.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use gradus_tensor::Tensor;

use crate::elements::write_le_bytes;
use crate::zip::{Archive, ArchiveWriter};
use crate::{Error, Result, TensorMap, atomic_write, npy};

/// Reads all arrays in the order of the archive; names lose their `.npy`.
///
/// # Errors
/// The file cannot be read, is not a zip archive or a damaged one, is
/// compressed by other means than deflate, or one of its arrays is refused as
/// by [`npy::read`]. The message names the file and the array. An archive that
/// unpacks to more than 256 MiB and 64 times its size is taken for hostile.
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
/// As [`atomic_write`], a `Bf16` tensor, or a name of more than 64 KiB.
pub fn write(path: impl AsRef<Path>, map: &TensorMap) -> Result<()> {
    let contents = contents(map)?;
    atomic_write(path, |file| encode(&contents, file))
}

/// Writes named arrays to memory: the bytes [`write()`] puts into a file.
///
/// # Errors
/// As [`write()`], the disk aside.
pub fn to_bytes(map: &TensorMap) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    encode(&contents(map)?, &mut bytes).expect("writing to memory does not fail");
    Ok(bytes)
}

/// An archive may unpack to this many bytes, however small it is, or to
/// [`MAX_RATIO`] times its own size.
const MIN_LIMIT: u64 = 1 << 28;
const MAX_RATIO: u64 = 64;

/// The members' names, headers and tensors.
fn contents(map: &TensorMap) -> Result<Vec<(String, Vec<u8>, Tensor)>> {
    let content = |(name, tensor): (&str, _)| {
        let (header, elements) = npy::layout(tensor).ok_or_else(|| npy::no_bf16(name.into()))?;
        let member = format!("{name}.npy");
        if u16::try_from(member.len()).is_err() {
            return Err(Error::Unwritable {
                name: name.into(),
                reason: "zip archives hold names of at most 64 KiB".into(),
            });
        }
        Ok((member, header, elements))
    };
    map.iter().map(content).collect()
}

fn encode(contents: &[(String, Vec<u8>, Tensor)], file: &mut dyn Write) -> io::Result<()> {
    let mut archive = ArchiveWriter::new(file, 1);
    for (name, header, tensor) in contents {
        archive.add(name, |file| {
            file.write_all(header)?;
            write_le_bytes(tensor, file)
        })?;
    }
    archive.finish()
}

fn decode(bytes: &[u8], file: &str) -> Result<TensorMap> {
    let invalid = |reason: String| Error::Invalid {
        file: file.into(),
        reason,
    };
    let mut map = TensorMap::new();
    let archive = Archive::new(bytes).map_err(invalid)?;
    let limit = MIN_LIMIT.max(MAX_RATIO * bytes.len() as u64);
    for member in archive.members(limit).map_err(invalid)? {
        let name = member.name.strip_suffix(".npy").unwrap_or(&member.name);
        let array = |reason: String| invalid(format!("array `{name}`: {reason}"));
        let content = member.content().map_err(array)?;
        map.insert(name, npy::decode(&content).map_err(array)?)
            .map_err(|error| invalid(error.to_string()))?;
    }
    Ok(map)
}
