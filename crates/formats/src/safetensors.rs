//! The safetensors format: a JSON header, then the bytes of all tensors.
//!
//! Read here rather than with the reference crate, because that one neither
//! keeps the order of the header nor refuses a name that occurs twice.
//!
//! Layout: 8 bytes length of the header (little-endian), the header
//! `{"__metadata__": {..}, "name": {"dtype", "shape", "data_offsets"}, ..}`,
//! padded with spaces, and the data without gaps.

use std::cmp::Reverse;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use gradus_tensor::{DType, Tensor};

use crate::elements::{from_le_bytes, write_le_bytes};
use crate::safetensors_header::{Entry, Header, METADATA};
use crate::{Error, Result, TensorMap, atomic_write};

/// Reads a file of named tensors, in the order of its header.
///
/// # Errors
/// The file cannot be read; it is truncated, longer than its header says, or
/// its header is damaged; a name occurs twice; a dtype that tensors do not
/// have. The message names the file and the tensor. Memory stays within a
/// small multiple of the file, whatever it claims.
///
/// # Source
/// safetensors 0.8; files written by PyTorch's `safetensors.torch` included.
///
/// ```
/// use gradus_formats::{TensorMap, safetensors};
/// use gradus_tensor::Tensor;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("weights.safetensors");
/// let weight = Tensor::from_vec(vec![0.5f32, -1.0], [1, 2])?;
/// safetensors::write(&path, &TensorMap::from_pairs([("weight", weight)])?)?;
/// let map = safetensors::read(&path)?;
/// assert_eq!(map.get("weight").unwrap().to_vec::<f32>()?, [0.5, -1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> Result<TensorMap> {
    let path = path.as_ref();
    let failed = || Error::io("read", path);
    let file = File::open(path).map_err(failed())?;
    let length = file.metadata().map_err(failed())?.len();
    let mut source = Source {
        bytes: BufReader::new(file),
        length,
        name: path.display().to_string(),
        io: &|error| failed()(error),
    };
    decode(&mut source)
}

/// Reads named tensors from memory.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(bytes: &[u8]) -> Result<TensorMap> {
    let name = "safetensors bytes";
    decode(&mut Source {
        bytes,
        length: bytes.len() as u64,
        name: name.into(),
        io: &|source| Error::Io {
            action: "read",
            path: name.into(),
            source,
        },
    })
}

/// Writes named tensors to a file, whole or not at all.
///
/// The same map gives the same bytes, and reading them gives the same order.
///
/// # Errors
/// As [`atomic_write`], and a tensor named `__metadata__`.
pub fn write(path: impl AsRef<Path>, map: &TensorMap) -> Result<()> {
    let (header, order) = layout(map)?;
    atomic_write(path, |file| {
        file.write_all(&header)?;
        order
            .iter()
            .try_for_each(|tensor| write_le_bytes(tensor, file))
    })
}

/// Writes named tensors to memory: the bytes [`write()`] puts into a file.
///
/// # Errors
/// A tensor named `__metadata__`.
pub fn to_bytes(map: &TensorMap) -> Result<Vec<u8>> {
    let (mut bytes, order) = layout(map)?;
    for tensor in order {
        write_le_bytes(tensor, &mut bytes).expect("writing to memory does not fail");
    }
    Ok(bytes)
}

/// A larger header is refused, as by the reference implementation.
const MAX_HEADER: u64 = 100_000_000;

/// Each dtype under its name in the header.
const DTYPES: [(DType, &str); 10] = [
    (DType::Bool, "BOOL"),
    (DType::U8, "U8"),
    (DType::I8, "I8"),
    (DType::I16, "I16"),
    (DType::I32, "I32"),
    (DType::I64, "I64"),
    (DType::F16, "F16"),
    (DType::Bf16, "BF16"),
    (DType::F32, "F32"),
    (DType::F64, "F64"),
];

/// Bytes to read, how many there are, and what to call them.
struct Source<'a, R> {
    bytes: R,
    length: u64,
    name: String,
    io: &'a dyn Fn(std::io::Error) -> Error,
}

impl<R: Read> Source<'_, R> {
    fn invalid(&self, reason: impl Into<String>) -> Error {
        Error::Invalid {
            file: self.name.clone(),
            reason: reason.into(),
        }
    }

    fn take(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.bytes.read_exact(&mut bytes).map_err(self.io)?;
        Ok(bytes)
    }
}

fn decode<R: Read>(source: &mut Source<'_, R>) -> Result<TensorMap> {
    let Some(behind_length) = source.length.checked_sub(8) else {
        return Err(source.invalid(format!(
            "{} bytes are too few for a safetensors file, which starts with 8 bytes of length",
            source.length
        )));
    };
    let length = source.take(8)?;
    let length = u64::from_le_bytes(length.try_into().expect("eight bytes were taken"));
    if length > MAX_HEADER || length > behind_length {
        return Err(source.invalid(format!(
            "the header should have {length} bytes, but {behind_length} follow (at most {MAX_HEADER} are allowed); the file is truncated or not safetensors"
        )));
    }
    let header = source.take(length as usize)?;
    let header: Header = serde_json::from_slice(&header)
        .map_err(|error| source.invalid(format!("the header is damaged: {error}")))?;
    let data = behind_length - length;
    let mut order: Vec<usize> = (0..header.tensors.len()).collect();
    order.sort_by_key(|&at| header.tensors[at].1.data_offsets);

    let mut tensors: Vec<Option<Tensor>> = vec![None; header.tensors.len()];
    let dtypes = check(source, &header.tensors, &order, data)?;
    for at in order {
        let (name, entry) = &header.tensors[at];
        let (start, end) = entry.data_offsets;
        let bytes = source.take((end - start) as usize)?;
        let tensor = from_le_bytes(dtypes[at], &bytes, &entry.shape)
            .map_err(|reason| source.invalid(format!("tensor `{name}`: {reason}")))?;
        tensors[at] = Some(tensor);
    }
    let mut map = TensorMap::new();
    for ((name, _), tensor) in header.tensors.into_iter().zip(tensors) {
        map.insert(name, tensor.expect("every tensor was read"))?;
    }
    for (key, value) in header.metadata {
        map.set_metadata(key, value);
    }
    Ok(map)
}

/// Every tensor has a known dtype and as many bytes as its shape needs, and
/// together they fill the data. Nothing is allocated before this is known.
fn check<R: Read>(
    source: &Source<'_, R>,
    tensors: &[(String, Entry)],
    order: &[usize],
    data: u64,
) -> Result<Vec<DType>> {
    let mut dtypes = vec![DType::F32; tensors.len()];
    let mut filled = 0;
    for &at in order {
        let (name, entry) = &tensors[at];
        let wrong = |reason: String| source.invalid(format!("tensor `{name}`: {reason}"));
        let known = DTYPES.iter().find(|(_, known)| *known == entry.dtype);
        let Some(&(dtype, _)) = known else {
            return Err(wrong(format!("tensors here have no dtype {}", entry.dtype)));
        };
        dtypes[at] = dtype;
        let (start, end) = entry.data_offsets;
        let shape = &entry.shape;
        let bytes = shape
            .iter()
            .try_fold(dtype.size() as u64, |bytes, &length| {
                bytes.checked_mul(length as u64)
            })
            .ok_or_else(|| wrong(format!("shape {shape:?} is beyond any memory")))?;
        if start != filled {
            return Err(wrong(format!(
                "its data starts at byte {start}, not where the tensor before it ends, {filled}"
            )));
        }
        if end.checked_sub(start) != Some(bytes) {
            return Err(wrong(format!(
                "{dtype:?} of shape {shape:?} needs {bytes} bytes, its data goes from {start} to {end}"
            )));
        }
        filled = end;
    }
    if filled == data {
        return Ok(dtypes);
    }
    let (problem, difference) = if filled > data {
        ("missing; the file is truncated", filled - data)
    } else {
        ("left over after the last tensor", data - filled)
    };
    Err(source.invalid(format!(
        "the tensors need {filled} bytes, the file has {data}: {difference} are {problem}"
    )))
}

/// The header with its length, and the tensors in the order of their data.
///
/// The header keeps the order of the map. The data puts wide elements first,
/// as the reference implementation does, so that each tensor is aligned.
fn layout(map: &TensorMap) -> Result<(Vec<u8>, Vec<&Tensor>)> {
    let tensors: Vec<(&str, &Tensor)> = map.iter().collect();
    let mut order: Vec<usize> = (0..tensors.len()).collect();
    order.sort_by_key(|&at| Reverse(tensors[at].1.dtype().size()));
    let mut offsets = vec![(0, 0); tensors.len()];
    let mut end = 0;
    for &at in &order {
        let tensor = tensors[at].1;
        let start = end;
        end += (tensor.numel() * tensor.dtype().size()) as u64;
        offsets[at] = (start, end);
    }
    let mut header = Header {
        metadata: map
            .metadata_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect(),
        tensors: Vec::with_capacity(tensors.len()),
    };
    for (&(name, tensor), data_offsets) in tensors.iter().zip(offsets) {
        if name == METADATA {
            return Err(Error::Unwritable {
                name: name.into(),
                reason: "the format reserves this name; rename the tensor".into(),
            });
        }
        let dtype = DTYPES.iter().find(|(dtype, _)| *dtype == tensor.dtype());
        let entry = Entry {
            dtype: dtype.expect("DTYPES has every dtype").1.into(),
            shape: tensor.shape().to_vec(),
            data_offsets,
        };
        header.tensors.push((name.into(), entry));
    }
    let mut json = serde_json::to_vec(&header).expect("names, numbers and text are always JSON");
    json.resize(json.len().next_multiple_of(8), b' ');
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut json);
    Ok((bytes, order.into_iter().map(|at| tensors[at].1).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    #[track_caller]
    fn refuses(bytes: &[u8], reason: &str) {
        let message = from_bytes(bytes).unwrap_err().to_string();
        assert_eq!(message, format!("safetensors bytes: {reason}"));
    }

    #[test]
    fn bytes_are_the_documented_ones() {
        let mut map = TensorMap::new();
        map.insert("b", Tensor::from_vec(vec![true, false], [2]).unwrap())
            .unwrap();
        map.insert("a", Tensor::from_vec(vec![1.0f32], [1, 1]).unwrap())
            .unwrap();
        map.set_metadata("k", "v");
        let header = concat!(
            r#"{"__metadata__":{"k":"v"},"#,
            r#""b":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]},"#,
            r#""a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#,
            " "
        );
        let expected = file(header, &[0, 0, 128, 63, 1, 0]);
        assert_eq!(to_bytes(&map).unwrap(), expected);
    }

    #[test]
    fn an_empty_map_is_a_file_too() {
        let bytes = to_bytes(&TensorMap::new()).unwrap();
        assert!(from_bytes(&bytes).unwrap().is_empty());
    }

    #[test]
    fn the_reserved_name_cannot_be_written() {
        let map = TensorMap::from_pairs([("__metadata__", Tensor::scalar(1.0f32))]).unwrap();
        assert_eq!(
            to_bytes(&map).unwrap_err().to_string(),
            "cannot write `__metadata__`: the format reserves this name; rename the tensor"
        );
    }

    #[test]
    fn damaged_files_say_what_is_wrong() {
        let entry = |dtype: &str, shape: &str, offsets: &str| {
            format!(r#"{{"w":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
        };
        refuses(
            b"short",
            "5 bytes are too few for a safetensors file, which starts with 8 bytes of length",
        );
        refuses(
            &[255; 20],
            "the header should have 18446744073709551615 bytes, but 12 follow (at most 100000000 are allowed); the file is truncated or not safetensors",
        );
        refuses(
            &file(&entry("F32", "[2]", "[0,8]"), &[0; 7]),
            "the tensors need 8 bytes, the file has 7: 1 are missing; the file is truncated",
        );
        refuses(
            &file(&entry("F32", "[2]", "[0,8]"), &[0; 9]),
            "the tensors need 8 bytes, the file has 9: 1 are left over after the last tensor",
        );
        refuses(
            &file(&entry("F32", "[3]", "[0,8]"), &[0; 8]),
            "tensor `w`: F32 of shape [3] needs 12 bytes, its data goes from 0 to 8",
        );
        refuses(
            &file(&entry("F32", "[2]", "[8,0]"), &[0; 8]),
            "tensor `w`: its data starts at byte 8, not where the tensor before it ends, 0",
        );
        refuses(
            &file(&entry("F8_E4M3", "[2]", "[0,2]"), &[0; 2]),
            "tensor `w`: tensors here have no dtype F8_E4M3",
        );
        refuses(
            &file(&entry("U8", "[4294967296,4294967296]", "[0,2]"), &[0; 2]),
            "tensor `w`: shape [4294967296, 4294967296] is beyond any memory",
        );
        refuses(
            &file(&entry("BOOL", "[1]", "[0,1]"), &[2]),
            "tensor `w`: element 0 is 2, not a truth value (0 or 1)",
        );
        refuses(
            &file("{\"w\":", &[]),
            "the header is damaged: EOF while parsing a value at line 1 column 5",
        );
    }

    #[test]
    fn a_name_may_not_occur_twice() {
        let entry = r#"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#;
        refuses(
            &file(&format!(r#"{{"w":{entry},"w":{entry}}}"#), &[]),
            "the header is damaged: `w` occurs twice at line 1 column 56",
        );
        refuses(
            &file(r#"{"__metadata__":{"k":"1","k":"2"}}"#, &[]),
            "the header is damaged: `k` occurs twice at line 1 column 28",
        );
    }
}
