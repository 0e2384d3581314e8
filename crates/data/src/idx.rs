//! IDX files, the format of MNIST: one array to a file, plain or gzipped.

use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;
use std::io::Write;
use std::path::Path;

/// Reads an array of an IDX file; with the feature `gzip` a gzipped one, too, whatever its name.
///
/// # Errors
/// If the file cannot be read, is no IDX file, holds fewer or more numbers than it says, or is gzipped and this crate was
/// built without the feature `gzip`. The message names the file.
///
/// # Source
/// The format's description by LeCun, Cortes and Burges on the page of the MNIST database.
///
/// # Examples
/// ```
/// use gradus_data::read_idx;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("t10k-labels-idx1-ubyte");
/// std::fs::write(&path, b"\0\0\x08\x01\0\0\0\x03\x07\x02\x01")?;
/// assert_eq!(read_idx(&path)?.to_vec::<u8>()?, [7, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_idx(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let file = || path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| ErrorKind::File {
        path: path.into(),
        source,
    })?;
    idx_from_bytes(&bytes).map_err(|error| match error.kind() {
        ErrorKind::Format { message, .. } => ErrorKind::Format {
            file: file(),
            message: message.clone(),
        }
        .into(),
        _ => error,
    })
}

/// Reads an array from the bytes of an IDX file.
///
/// # Errors
/// Those of [`read_idx`].
pub fn idx_from_bytes(bytes: &[u8]) -> Result<Tensor> {
    let refuse = |message: String| {
        Error::from(ErrorKind::Format {
            file: "IDX bytes".into(),
            message,
        })
    };
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let unpacked = unpack(bytes).map_err(refuse)?;
        return decode(&unpacked).map_err(refuse);
    }
    decode(bytes).map_err(refuse)
}

/// Writes a tensor as an IDX file.
///
/// # Errors
/// If the file cannot be written, or the format does not know the tensor's dtype or its sizes.
pub fn write_idx(path: impl AsRef<Path>, tensor: &Tensor) -> Result<()> {
    let path = path.as_ref();
    let bytes = encode(tensor)?;
    let write = || std::fs::File::create(path)?.write_all(&bytes);
    write().map_err(|source| {
        ErrorKind::File {
            path: path.into(),
            source,
        }
        .into()
    })
}

#[cfg(feature = "gzip")]
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    use std::io::Read;
    /// More than this is taken for hostile, unless the file is large, too.
    const LARGE: u64 = 1 << 28;
    const LARGE_RATIO: u64 = 64;
    let damaged = |error: std::io::Error| format!("the gzipped data is damaged: {error}");
    let mut reader = flate2::read::MultiGzDecoder::new(bytes);
    // The header first: it says how much there should be, and one byte more shows that there is more.
    let mut unpacked = Vec::new();
    (&mut reader)
        .take(4)
        .read_to_end(&mut unpacked)
        .map_err(damaged)?;
    let dims = unpacked.get(3).map_or(0, |&dims| u64::from(dims));
    (&mut reader)
        .take(4 * dims)
        .read_to_end(&mut unpacked)
        .map_err(damaged)?;
    let size = Header::parse(&unpacked)?.size as u64;
    if size > LARGE.max(LARGE_RATIO * bytes.len() as u64) {
        return Err(format!(
            "it unpacks to {size} bytes, too many for a file of {}",
            bytes.len()
        ));
    }
    (&mut reader)
        .take(size.saturating_add(1))
        .read_to_end(&mut unpacked)
        .map_err(damaged)?;
    Ok(unpacked)
}

#[cfg(not(feature = "gzip"))]
fn unpack(_bytes: &[u8]) -> Result<Vec<u8>, String> {
    Err("the file is gzipped; unpack it, or build gradus-data with the feature `gzip`".into())
}

/// Types of the format: the code, and the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    U8 = 0x08,
    I8 = 0x09,
    I16 = 0x0b,
    I32 = 0x0c,
    F32 = 0x0d,
    F64 = 0x0e,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        [
            Self::U8,
            Self::I8,
            Self::I16,
            Self::I32,
            Self::F32,
            Self::F64,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == code)
    }

    fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

struct Header {
    kind: Kind,
    shape: Vec<usize>,
    /// Bytes of the numbers.
    size: usize,
    /// Bytes of the header.
    length: usize,
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let Some((&[0, 0, code, dims], rest)) = bytes.split_first_chunk() else {
            return Err("this is no IDX file: it does not start with two zeros".into());
        };
        let kind = Kind::of(code).ok_or_else(|| format!("the type {code:#04x} is not known"))?;
        let length = 4 + 4 * usize::from(dims);
        let (sizes, _) = rest.as_chunks::<4>();
        if sizes.len() < usize::from(dims) {
            return Err("the header is truncated".into());
        }
        let shape: Vec<usize> = sizes[..usize::from(dims)]
            .iter()
            .map(|size| u32::from_be_bytes(*size) as usize)
            .collect();
        let size = shape
            .iter()
            .try_fold(kind.bytes(), |bytes, &size| bytes.checked_mul(size))
            .ok_or_else(|| format!("the shape {shape:?} is beyond any memory"))?;
        Ok(Self {
            kind,
            shape,
            size,
            length,
        })
    }
}

fn decode(bytes: &[u8]) -> Result<Tensor, String> {
    let header = Header::parse(bytes)?;
    let data = &bytes[header.length..];
    if data.len() != header.size {
        let more = if data.len() > header.size {
            "more"
        } else {
            "fewer"
        };
        return Err(format!(
            "the shape {:?} needs {} bytes, the file has {more}",
            header.shape, header.size
        ));
    }
    let shape = &header.shape;
    let tensor = match header.kind {
        Kind::U8 => Tensor::from_slice(data, shape),
        Kind::I8 => Tensor::from_vec(numbers(data, i8::from_be_bytes), shape),
        Kind::I16 => Tensor::from_vec(numbers(data, i16::from_be_bytes), shape),
        Kind::I32 => Tensor::from_vec(numbers(data, i32::from_be_bytes), shape),
        Kind::F32 => Tensor::from_vec(numbers(data, f32::from_be_bytes), shape),
        Kind::F64 => Tensor::from_vec(numbers(data, f64::from_be_bytes), shape),
    };
    tensor.map_err(|error| error.to_string())
}

fn numbers<T, const N: usize>(data: &[u8], number: fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = data.as_chunks::<N>();
    chunks.iter().map(|chunk| number(*chunk)).collect()
}

fn encode(tensor: &Tensor) -> Result<Vec<u8>> {
    use gradus_tensor::DType;
    let refuse = |message: String| Error::argument("write_idx", message);
    let kind = match tensor.dtype() {
        DType::U8 => Kind::U8,
        DType::I8 => Kind::I8,
        DType::I16 => Kind::I16,
        DType::I32 => Kind::I32,
        DType::F32 => Kind::F32,
        DType::F64 => Kind::F64,
        other => {
            return Err(refuse(format!(
                "the format does not know the dtype {other}"
            )));
        }
    };
    let mut bytes = vec![0, 0, kind as u8, tensor.rank() as u8];
    for &size in tensor.shape() {
        let size = u32::try_from(size)
            .map_err(|_| refuse(format!("a dimension of {size} is too long")))?;
        bytes.extend(size.to_be_bytes());
    }
    match kind {
        Kind::U8 => bytes.extend(tensor.to_vec::<u8>()?),
        Kind::I8 => extend(&mut bytes, tensor.to_vec()?, i8::to_be_bytes),
        Kind::I16 => extend(&mut bytes, tensor.to_vec()?, i16::to_be_bytes),
        Kind::I32 => extend(&mut bytes, tensor.to_vec()?, i32::to_be_bytes),
        Kind::F32 => extend(&mut bytes, tensor.to_vec()?, f32::to_be_bytes),
        Kind::F64 => extend(&mut bytes, tensor.to_vec()?, f64::to_be_bytes),
    }
    Ok(bytes)
}

fn extend<T, const N: usize>(bytes: &mut Vec<u8>, numbers: Vec<T>, write: fn(T) -> [u8; N]) {
    bytes.extend(numbers.into_iter().flat_map(write));
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::DType;

    #[track_caller]
    fn refuses(bytes: &[u8], message: &str) {
        let error = idx_from_bytes(bytes).unwrap_err().to_string();
        assert_eq!(error, format!("IDX bytes: {message}"));
    }

    #[test]
    fn every_type_comes_back() {
        let numbers = Tensor::from_vec(vec![1.0, 0.0, 7.0, 100.0, 3.0, 2.0], [3, 2]).unwrap();
        for dtype in [
            DType::U8,
            DType::I8,
            DType::I16,
            DType::I32,
            DType::F32,
            DType::F64,
        ] {
            let tensor = numbers.to_dtype(dtype).unwrap();
            let read = idx_from_bytes(&encode(&tensor).unwrap()).unwrap();
            assert_eq!(read.dtype(), dtype);
            assert!(read.equal(&tensor));
        }
        assert!(encode(&Tensor::scalar(1_i64)).is_err());
    }

    #[test]
    fn numbers_are_big_endian() {
        let bytes = b"\0\0\x0c\x01\0\0\0\x01\xff\xff\xff\xfe";
        let x = idx_from_bytes(bytes).unwrap();
        assert_eq!(x.to_vec::<i32>().unwrap(), [-2]);
    }

    #[test]
    fn damaged_files_say_what_is_wrong() {
        refuses(
            b"PK\x03\x04",
            "this is no IDX file: it does not start with two zeros",
        );
        refuses(
            b"\0\0",
            "this is no IDX file: it does not start with two zeros",
        );
        refuses(b"\0\0\x07\x01\0\0\0\x01", "the type 0x07 is not known");
        refuses(b"\0\0\x08\x02\0\0\0\x01", "the header is truncated");
        refuses(
            b"\0\0\x08\x01\0\0\0\x02\x01",
            "the shape [2] needs 2 bytes, the file has fewer",
        );
        refuses(
            b"\0\0\x08\x01\0\0\0\x01\x01\x02",
            "the shape [1] needs 1 bytes, the file has more",
        );
        let huge = [&[0, 0, 8, 3][..], &[255; 12]].concat();
        refuses(
            &huge,
            "the shape [4294967295, 4294967295, 4294967295] is beyond any memory",
        );
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels");
        let missing = read_idx(&path).unwrap_err().to_string();
        assert!(
            missing.starts_with(&path.display().to_string()),
            "{missing}"
        );
        write_idx(&path, &Tensor::from_vec(vec![1_u8, 2], [2]).unwrap()).unwrap();
        assert_eq!(read_idx(&path).unwrap().to_vec::<u8>().unwrap(), [1, 2]);
        std::fs::write(&path, b"nothing").unwrap();
        let error = read_idx(&path).unwrap_err().to_string();
        assert!(error.starts_with(&path.display().to_string()), "{error}");
    }

    #[cfg(feature = "gzip")]
    #[test]
    fn gzipped_files_are_unpacked_and_a_bomb_is_not() {
        use std::io::Write;
        let pack = |bytes: &[u8]| {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
            packed.write_all(bytes).unwrap();
            packed.finish().unwrap()
        };
        let whole = b"\0\0\x08\x01\0\0\0\x03\x07\x02\x01";
        let read = idx_from_bytes(&pack(whole)).unwrap();
        assert_eq!(read.to_vec::<u8>().unwrap(), [7, 2, 1]);
        refuses(
            &pack(&[whole, &vec![0; 1 << 24][..]].concat()),
            "the shape [3] needs 3 bytes, the file has more",
        );
        let huge = [&[0, 0, 8, 2][..], &[0, 1, 0, 0, 0, 1, 0, 0]].concat();
        let error = idx_from_bytes(&pack(&huge)).unwrap_err().to_string();
        assert!(
            error.contains("it unpacks to 4294967296 bytes, too many"),
            "{error}"
        );
        let cut = &pack(whole)[..12];
        let error = idx_from_bytes(cut).unwrap_err().to_string();
        assert!(error.contains("damaged"), "{error}");
    }
}
