//! NumPy's npy format: one array to a file.

use std::fs;
use std::io::Write;
use std::path::Path;

use gradus_tensor::Tensor;

use crate::elements::{from_le_bytes, write_le_bytes};
use crate::npy_header::Header;
use crate::{Error, Result, atomic_write};

const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads an array; Fortran order and big-endian numbers become row-major and native.
///
/// # Errors
/// The file cannot be read, is not an npy file, is truncated or longer than
/// its header says, or has a dtype that tensors do not have. The message names
/// the file.
///
/// # Source
/// NumPy's format versions 1.0 to 3.0.
///
/// ```
/// use gradus_formats::npy;
/// use gradus_tensor::Tensor;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("x.npy");
/// npy::write(&path, &Tensor::from_vec(vec![1.5f32, 2.0], [2])?)?;
/// assert_eq!(npy::read(&path)?.to_vec::<f32>()?, [1.5, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    decode(&bytes).map_err(|reason| Error::Invalid {
        file: path.display().to_string(),
        reason,
    })
}

/// Reads an array from memory.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(bytes: &[u8]) -> Result<Tensor> {
    decode(bytes).map_err(|reason| Error::Invalid {
        file: "npy bytes".into(),
        reason,
    })
}

/// Writes an array as `numpy.save` does, whole or not at all: a tensor whose elements lie in column-major
/// order, such as a transpose, in Fortran order, any other in C order.
///
/// # Errors
/// As [`atomic_write`], and a `Bf16` tensor: NumPy has no such dtype.
pub fn write(path: impl AsRef<Path>, tensor: &Tensor) -> Result<()> {
    let path = path.as_ref();
    let name = || path.display().to_string();
    let (header, elements) = layout(tensor).ok_or_else(|| no_bf16(name()))?;
    atomic_write(path, |file| {
        file.write_all(&header)?;
        write_le_bytes(&elements, file)
    })
}

/// Writes an array to memory: the bytes [`write()`] puts into a file.
///
/// # Errors
/// A `Bf16` tensor: NumPy has no such dtype.
pub fn to_bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let (mut bytes, elements) = layout(tensor).ok_or_else(|| no_bf16("npy bytes".into()))?;
    write_le_bytes(&elements, &mut bytes).expect("writing to memory does not fail");
    Ok(bytes)
}

pub(crate) fn no_bf16(name: String) -> Error {
    Error::Unwritable {
        name,
        reason: "NumPy has no bfloat16; convert it to F32".into(),
    }
}

/// What stands before the elements, and a tensor that has them in the order of the file; `None` for a
/// dtype that NumPy does not have.
pub(crate) fn layout(tensor: &Tensor) -> Option<(Vec<u8>, Tensor)> {
    /// Header and data are aligned to this.
    const ALIGN: usize = 64;
    let columns =
        reversed(tensor).filter(|turned| !tensor.is_contiguous() && turned.is_contiguous());
    let header = Header {
        dtype: tensor.dtype(),
        big_endian: false,
        fortran_order: columns.is_some(),
        shape: tensor.shape().to_vec(),
    };
    let text = header.text()?;
    let before = MAGIC.len() + 4;
    let length = (before + text.len() + 1).next_multiple_of(ALIGN) - before;
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    // Eight lengths of twenty digits are far below the limit of this version.
    bytes.extend(
        u16::try_from(length)
            .expect("ranks are small")
            .to_le_bytes(),
    );
    write!(bytes, "{text:width$}", width = length - 1).expect("memory does not fail");
    bytes.push(b'\n');
    Some((bytes, columns.unwrap_or_else(|| tensor.clone())))
}

/// The same elements with the order of the dimensions turned around.
fn reversed(tensor: &Tensor) -> Option<Tensor> {
    let dims: Vec<isize> = (0..tensor.rank() as isize).rev().collect();
    tensor.permute(&dims).ok()
}

pub(crate) fn decode(bytes: &[u8]) -> std::result::Result<Tensor, String> {
    let truncated = || "the header is truncated".to_string();
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or("this is not an npy file, which starts with \\x93NUMPY")?;
    let (&[major, _], rest) = rest.split_first_chunk().ok_or_else(truncated)?;
    let (length, rest) = match major {
        1 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(truncated)?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(truncated)?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        _ => return Err(format!("npy version {major} is not known; 1 to 3 are")),
    };
    let (text, data) = rest.split_at_checked(length).ok_or_else(truncated)?;
    let text = std::str::from_utf8(text).map_err(|_| "the header is not text")?;
    let header = Header::parse(text)?;
    let size = header.dtype.size();
    let needed = header
        .shape
        .iter()
        .try_fold(size, |bytes, &length| bytes.checked_mul(length))
        .ok_or_else(|| format!("shape {:?} is beyond any memory", header.shape))?;
    if needed != data.len() {
        return Err(format!(
            "{:?} of shape {:?} needs {needed} bytes, the file has {}",
            header.dtype,
            header.shape,
            data.len()
        ));
    }
    if header.big_endian {
        let swapped: Vec<u8> = data
            .chunks_exact(size)
            .flat_map(|element| element.iter().rev().copied())
            .collect();
        return tensor(&header, &swapped);
    }
    tensor(&header, data)
}

fn tensor(header: &Header, data: &[u8]) -> std::result::Result<Tensor, String> {
    if !header.fortran_order {
        return from_le_bytes(header.dtype, data, &header.shape);
    }
    let turned: Vec<usize> = header.shape.iter().rev().copied().collect();
    let tensor = from_le_bytes(header.dtype, data, &turned)?;
    let tensor = reversed(&tensor).ok_or("the dimensions cannot be turned around")?;
    Ok(tensor.contiguous())
}

#[cfg(test)]
mod tests {
    use gradus_tensor::DType;

    use super::*;

    #[track_caller]
    fn refuses(bytes: &[u8], reason: &str) {
        let message = from_bytes(bytes).unwrap_err().to_string();
        assert_eq!(message, format!("npy bytes: {reason}"));
    }

    #[test]
    fn damaged_files_say_what_is_wrong() {
        let whole = to_bytes(&Tensor::from_vec(vec![1i32, 2, 3], [3]).unwrap()).unwrap();
        refuses(
            b"PNG",
            "this is not an npy file, which starts with \\x93NUMPY",
        );
        refuses(&whole[..20], "the header is truncated");
        refuses(
            &whole[..whole.len() - 1],
            "I32 of shape [3] needs 12 bytes, the file has 11",
        );
        let mut newer = whole;
        newer[6] = 9;
        refuses(&newer, "npy version 9 is not known; 1 to 3 are");
    }

    #[test]
    fn bf16_is_refused() {
        let tensor = Tensor::zeros([1], DType::Bf16).unwrap();
        assert_eq!(
            to_bytes(&tensor).unwrap_err().to_string(),
            "cannot write `npy bytes`: NumPy has no bfloat16; convert it to F32"
        );
    }
}
