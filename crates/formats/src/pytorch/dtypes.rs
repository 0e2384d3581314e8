//! PyTorch's names of element types.

use gradus_tensor::DType;

/// Each dtype, the class of its storages, and its own name.
const NAMES: [(DType, &str, &str); 10] = [
    (DType::Bool, "BoolStorage", "bool"),
    (DType::U8, "ByteStorage", "uint8"),
    (DType::I8, "CharStorage", "int8"),
    (DType::I16, "ShortStorage", "int16"),
    (DType::I32, "IntStorage", "int32"),
    (DType::I64, "LongStorage", "int64"),
    (DType::F16, "HalfStorage", "float16"),
    (DType::Bf16, "BFloat16Storage", "bfloat16"),
    (DType::F32, "FloatStorage", "float32"),
    (DType::F64, "DoubleStorage", "float64"),
];

/// The class of storages that know no dtype, counted in bytes.
pub(super) const UNTYPED: &str = "UntypedStorage";

pub(super) fn of_storage(class: &str) -> Option<DType> {
    let found = NAMES.iter().find(|(_, storage, _)| *storage == class);
    found.map(|(dtype, ..)| *dtype)
}

pub(super) fn of_name(name: &str) -> Option<DType> {
    let found = NAMES.iter().find(|(_, _, known)| *known == name);
    found.map(|(dtype, ..)| *dtype)
}

/// The class of its storages, and its own name.
pub(super) fn names(dtype: DType) -> (&'static str, &'static str) {
    let found = NAMES.iter().find(|(known, ..)| *known == dtype);
    let (_, storage, name) = found.expect("NAMES has every dtype");
    (storage, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dtype_has_names_of_its_own() {
        for dtype in DType::ALL {
            let (storage, name) = names(dtype);
            assert_eq!(
                (of_storage(storage), of_name(name)),
                (Some(dtype), Some(dtype))
            );
        }
        assert_eq!((of_storage(UNTYPED), of_name("complex64")), (None, None));
    }
}
