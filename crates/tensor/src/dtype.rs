//! Element types as run-time values, and PyTorch's promotion rules.

use std::fmt;

/// The type of a tensor's elements.
///
/// The order of the variants within a category is the order of promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DType {
    /// `true` or `false`, one byte each; `torch.bool`.
    Bool,
    /// Unsigned 8-bit integer; `torch.uint8`.
    U8,
    /// Signed 8-bit integer; `torch.int8`.
    I8,
    /// Signed 16-bit integer; `torch.int16` or `torch.short`.
    I16,
    /// Signed 32-bit integer; `torch.int32` or `torch.int`.
    I32,
    /// Signed 64-bit integer, the type of integer literals and indices; `torch.int64` or `torch.long`.
    I64,
    /// IEEE half precision; `torch.float16` or `torch.half`.
    F16,
    /// The upper half of an `f32`; `torch.bfloat16`.
    Bf16,
    /// Single precision, the type of float literals; `torch.float32` or `torch.float`.
    F32,
    /// Double precision; `torch.float64` or `torch.double`.
    F64,
}

impl DType {
    /// Every dtype, in declaration order.
    pub const ALL: [DType; 10] = [
        DType::Bool,
        DType::U8,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::F16,
        DType::Bf16,
        DType::F32,
        DType::F64,
    ];

    /// Bytes per element.
    #[inline]
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            DType::Bool | DType::U8 | DType::I8 => 1,
            DType::I16 | DType::F16 | DType::Bf16 => 2,
            DType::I32 | DType::F32 => 4,
            DType::I64 | DType::F64 => 8,
        }
    }

    /// Whether elements are floating-point numbers: only these can require a gradient.
    #[inline]
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, DType::F16 | DType::Bf16 | DType::F32 | DType::F64)
    }

    /// Whether elements are floats of two bytes, which are computed in `f32`.
    #[inline]
    #[must_use]
    pub const fn is_half(self) -> bool {
        matches!(self, DType::F16 | DType::Bf16)
    }

    /// Whether elements are integers (`Bool` is not).
    #[inline]
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(
            self,
            DType::U8 | DType::I8 | DType::I16 | DType::I32 | DType::I64
        )
    }

    /// The short name used in messages and files: `f32`, `i64`, `bool` …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::U8 => "u8",
            DType::I8 => "i8",
            DType::I16 => "i16",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::F16 => "f16",
            DType::Bf16 => "bf16",
            DType::F32 => "f32",
            DType::F64 => "f64",
        }
    }

    /// PyTorch's name: `torch.float32`, `torch.int64` …
    #[must_use]
    pub const fn torch_name(self) -> &'static str {
        match self {
            DType::Bool => "torch.bool",
            DType::U8 => "torch.uint8",
            DType::I8 => "torch.int8",
            DType::I16 => "torch.int16",
            DType::I32 => "torch.int32",
            DType::I64 => "torch.int64",
            DType::F16 => "torch.float16",
            DType::Bf16 => "torch.bfloat16",
            DType::F32 => "torch.float32",
            DType::F64 => "torch.float64",
        }
    }

    /// The smallest dtype both operands convert to, `torch.promote_types`.
    ///
    /// Floats win over integers, integers over bools; `u8` with a signed integer of 8 bits gives
    /// `i16`, `f16` with `bf16` gives `f32`.
    ///
    /// ```
    /// use gradus_tensor::DType;
    /// assert_eq!(DType::I64.promote(DType::F32), DType::F32);
    /// assert_eq!(DType::U8.promote(DType::I8), DType::I16);
    /// ```
    #[must_use]
    pub fn promote(self, other: DType) -> DType {
        let (low, high) = if self <= other {
            (self, other)
        } else {
            (other, self)
        };
        match (low, high) {
            (DType::U8, DType::I8) => DType::I16,
            (DType::F16, DType::Bf16) => DType::F32,
            _ => high,
        }
    }

    /// 0 for bool, 1 for integers, 2 for floats: PyTorch's promotion categories.
    pub(crate) const fn category(self) -> u8 {
        match self {
            DType::Bool => 0,
            DType::U8 | DType::I8 | DType::I16 | DType::I32 | DType::I64 => 1,
            _ => 2,
        }
    }
}

/// The dtype of an operation on operands of these dtypes and numbers of dimensions, `torch.result_type`:
/// operands without dimensions count only if their category (bool < integer < float) is above that of
/// the others.
pub(crate) fn result_type(operands: impl IntoIterator<Item = (DType, usize)>) -> DType {
    let (mut dimensioned, mut single) = (None, None);
    for (dtype, rank) in operands {
        let seen: &mut Option<DType> = if rank > 0 {
            &mut dimensioned
        } else {
            &mut single
        };
        *seen = Some(seen.map_or(dtype, |other| other.promote(dtype)));
    }
    match (dimensioned, single) {
        (Some(dtype), Some(single)) if single.category() > dtype.category() => {
            dtype.promote(single)
        }
        (Some(dtype), _) | (None, Some(dtype)) => dtype,
        (None, None) => DType::F32,
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_symmetric_and_idempotent() {
        for a in DType::ALL {
            assert_eq!(a.promote(a), a);
            for b in DType::ALL {
                assert_eq!(a.promote(b), b.promote(a));
            }
        }
    }

    #[test]
    fn promotion_by_hand() {
        assert_eq!(DType::Bool.promote(DType::U8), DType::U8);
        assert_eq!(DType::U8.promote(DType::I8), DType::I16);
        assert_eq!(DType::U8.promote(DType::I64), DType::I64);
        assert_eq!(DType::I64.promote(DType::F16), DType::F16);
        assert_eq!(DType::F16.promote(DType::Bf16), DType::F32);
    }

    #[test]
    fn a_tensor_without_dimensions_counts_by_category_only() {
        use DType::{Bool, F32, F64, I32, I64};
        assert_eq!(result_type([(I64, 0), (F32, 1)]), F32);
        assert_eq!(result_type([(F64, 0), (F32, 1)]), F32);
        assert_eq!(result_type([(F64, 0), (I32, 1)]), F64);
        assert_eq!(result_type([(F64, 0), (F32, 0)]), F64);
        assert_eq!(result_type([(F64, 2), (F32, 1)]), F64);
        assert_eq!(result_type([(Bool, 1), (I32, 0), (F64, 0)]), F64);
    }
}
