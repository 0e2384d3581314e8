//! Between tensors and little-endian bytes.

use std::io::{self, Write};

use gradus_tensor::{DType, Element, Tensor, bf16, f16};

/// Reads a tensor from exactly its bytes.
///
/// # Errors
/// As text: a byte that is no truth value, or a shape the tensor refuses.
pub(crate) fn from_le_bytes(dtype: DType, bytes: &[u8], shape: &[usize]) -> Result<Tensor, String> {
    match dtype {
        DType::Bool => {
            if let Some(at) = bytes.iter().position(|&byte| byte > 1) {
                return Err(format!(
                    "element {at} is {}, not a truth value (0 or 1)",
                    bytes[at]
                ));
            }
            read(bytes, shape, |[byte]| byte == 1)
        }
        DType::U8 => read(bytes, shape, u8::from_le_bytes),
        DType::I8 => read(bytes, shape, i8::from_le_bytes),
        DType::I16 => read(bytes, shape, i16::from_le_bytes),
        DType::I32 => read(bytes, shape, i32::from_le_bytes),
        DType::I64 => read(bytes, shape, i64::from_le_bytes),
        DType::F16 => read(bytes, shape, f16::from_le_bytes),
        DType::Bf16 => read(bytes, shape, bf16::from_le_bytes),
        DType::F32 => read(bytes, shape, f32::from_le_bytes),
        DType::F64 => read(bytes, shape, f64::from_le_bytes),
    }
}

/// Writes a tensor's elements in row-major order.
pub(crate) fn write_le_bytes(tensor: &Tensor, file: &mut dyn Write) -> io::Result<()> {
    let tensor = tensor.contiguous();
    match tensor.dtype() {
        DType::Bool => write(&tensor, file, |x: bool| [u8::from(x)]),
        DType::U8 => write(&tensor, file, u8::to_le_bytes),
        DType::I8 => write(&tensor, file, i8::to_le_bytes),
        DType::I16 => write(&tensor, file, i16::to_le_bytes),
        DType::I32 => write(&tensor, file, i32::to_le_bytes),
        DType::I64 => write(&tensor, file, i64::to_le_bytes),
        DType::F16 => write(&tensor, file, f16::to_le_bytes),
        DType::Bf16 => write(&tensor, file, bf16::to_le_bytes),
        DType::F32 => write(&tensor, file, f32::to_le_bytes),
        DType::F64 => write(&tensor, file, f64::to_le_bytes),
    }
}

/// Where the elements of a contiguous tensor lie: tensors of one dtype, length
/// and address are one memory.
#[cfg(feature = "pytorch")]
pub(crate) fn address(tensor: &Tensor) -> Option<usize> {
    fn of<T: Element>(tensor: &Tensor) -> Option<usize> {
        let elements = tensor.as_slice::<T>().ok()?;
        Some(elements.as_ptr().addr())
    }
    match tensor.dtype() {
        DType::Bool => of::<bool>(tensor),
        DType::U8 => of::<u8>(tensor),
        DType::I8 => of::<i8>(tensor),
        DType::I16 => of::<i16>(tensor),
        DType::I32 => of::<i32>(tensor),
        DType::I64 => of::<i64>(tensor),
        DType::F16 => of::<f16>(tensor),
        DType::Bf16 => of::<bf16>(tensor),
        DType::F32 => of::<f32>(tensor),
        DType::F64 => of::<f64>(tensor),
    }
}

fn read<T: Element, const SIZE: usize>(
    bytes: &[u8],
    shape: &[usize],
    element: impl Fn([u8; SIZE]) -> T,
) -> Result<Tensor, String> {
    let (elements, _) = bytes.as_chunks::<SIZE>();
    let values = elements.iter().map(|&bytes| element(bytes)).collect();
    Tensor::from_vec(values, shape).map_err(|error| error.to_string())
}

fn write<T: Element, const SIZE: usize>(
    tensor: &Tensor,
    file: &mut dyn Write,
    bytes: impl Fn(T) -> [u8; SIZE],
) -> io::Result<()> {
    /// Elements turned into bytes at a time.
    const BLOCK: usize = 4096;
    let elements = tensor.as_slice::<T>().map_err(io::Error::other)?;
    let mut block = Vec::with_capacity(BLOCK * SIZE);
    for part in elements.chunks(BLOCK) {
        block.clear();
        part.iter()
            .for_each(|&element| block.extend_from_slice(&bytes(element)));
        file.write_all(&block)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dtype_there_and_back() {
        let numbers = Tensor::from_vec(vec![0.0f64, 1.0, 2.5, 100.0, 7.0, 1.0], [2, 3]).unwrap();
        for dtype in DType::ALL {
            let tensor = numbers.to_dtype(dtype).unwrap();
            let mut bytes = Vec::new();
            write_le_bytes(&tensor, &mut bytes).unwrap();
            assert_eq!(bytes.len(), 6 * dtype.size());
            let back = from_le_bytes(dtype, &bytes, &[2, 3]).unwrap();
            assert!(back.equal(&tensor), "{dtype:?}");
        }
    }

    #[test]
    fn truth_values_are_checked() {
        assert_eq!(
            from_le_bytes(DType::Bool, &[1, 0, 7], &[3]).unwrap_err(),
            "element 2 is 7, not a truth value (0 or 1)"
        );
    }
}
