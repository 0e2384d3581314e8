//! The Rust types a tensor can hold, and scalars of any of them.

use std::fmt;

use half::{bf16, f16};

use crate::DType;

/// A number of any dtype, as an argument: `tensor.full(.., 1.0, ..)`, `a + 2`.
///
/// A float scalar promotes an integer tensor to the default float, an integer scalar never
/// changes a float tensor's dtype: PyTorch's rule for Python numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
}

impl Scalar {
    /// The value as a double; `true` is 1.
    #[inline]
    #[must_use]
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Bool(b) => f64::from(u8::from(b)),
            Scalar::Int(i) => i as f64,
            Scalar::Float(x) => x,
        }
    }

    /// The value as an integer; floats are truncated towards zero.
    #[inline]
    #[must_use]
    pub fn to_i64(self) -> i64 {
        match self {
            Scalar::Bool(b) => i64::from(b),
            Scalar::Int(i) => i,
            Scalar::Float(x) => x as i64,
        }
    }

    /// The value that a half-precision tensor would hold; of other dtypes the value as it is.
    #[inline]
    pub(crate) fn rounded_to_half(self, dtype: DType) -> Scalar {
        match dtype {
            DType::F16 => Scalar::Float(f64::from(f16::from_f64(self.to_f64()))),
            DType::Bf16 => Scalar::Float(f64::from(bf16::from_f64(self.to_f64()))),
            _ => self,
        }
    }

    /// Whether PyTorch takes the number for elements of this dtype: integers that it can hold, for `u8` also
    /// negative ones that wrap around; floats between its smallest and its largest number, infinities and NaN
    /// only for floats.
    pub(crate) fn fits(self, dtype: DType) -> bool {
        let (low, high) = match dtype {
            DType::Bool | DType::F64 => return true,
            DType::U8 => (0.0, f64::from(u8::MAX)),
            DType::I8 => (f64::from(i8::MIN), f64::from(i8::MAX)),
            DType::I16 => (f64::from(i16::MIN), f64::from(i16::MAX)),
            DType::I32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
            DType::I64 => (i64::MIN as f64, i64::MAX as f64),
            DType::F16 => (f64::from(f16::MIN), f64::from(f16::MAX)),
            DType::Bf16 => (f64::from(bf16::MIN), f64::from(bf16::MAX)),
            DType::F32 => (f64::from(f32::MIN), f64::from(f32::MAX)),
        };
        match self {
            Scalar::Bool(_) => true,
            Scalar::Int(_) if dtype.is_float() => true,
            Scalar::Int(i) if dtype == DType::U8 => (-255..=255).contains(&i),
            Scalar::Int(i) => (low..=high).contains(&(i as f64)),
            Scalar::Float(x) => (dtype.is_float() && !x.is_finite()) || (low..=high).contains(&x),
        }
    }

    /// The dtype a tensor made of this scalar alone has: `bool`, `i64` or `f32`.
    #[must_use]
    pub fn default_dtype(self) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(_) => DType::I64,
            Scalar::Float(_) => DType::F32,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(b) => write!(f, "{b}"),
            Scalar::Int(i) => write!(f, "{i}"),
            Scalar::Float(x) => write!(f, "{x}"),
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that can be a tensor's element.
///
/// Conversions are PyTorch's: floats to integers truncate, integers to narrower integers wrap,
/// anything to `bool` asks whether it differs from zero.
pub trait Element:
    sealed::Sealed + Copy + Default + Send + Sync + PartialEq + PartialOrd + fmt::Debug + 'static
{
    /// The run-time tag of this type.
    const DTYPE: DType;

    /// Zero, or `false`.
    const ZERO: Self;

    /// One, or `true`.
    const ONE: Self;

    /// This value without loss (an `i64` or an `f64` holds every element type).
    fn to_scalar(self) -> Scalar;

    /// The nearest value of this type, converted as PyTorch does.
    fn from_scalar(value: Scalar) -> Self;

    /// Converts to another element type.
    #[inline]
    fn cast<U: Element>(self) -> U {
        U::from_scalar(self.to_scalar())
    }
}

/// Truncated; the smallest integer for NaN and for what an `i32` cannot hold, as PyTorch has it on x86.
#[inline]
fn to_i32(x: f64) -> i32 {
    let beyond = f64::from(i32::MAX) + 1.0;
    if x < beyond && x > -beyond - 1.0 {
        x as i32
    } else {
        i32::MIN
    }
}

/// As [`to_i32`]; the cast itself ends at the smallest integer.
#[inline]
fn to_i64(x: f64) -> i64 {
    if x < i64::MAX as f64 {
        x as i64
    } else {
        i64::MIN
    }
}

macro_rules! element {
    ($($ty:ty, $dtype:ident, $zero:expr, $one:expr, |$x:ident| $to:expr, |$b:ident| $from_bool:expr, |$i:ident| $from_int:expr, |$f:ident| $from_float:expr;)*) => {$(
        impl sealed::Sealed for $ty {}
        impl Element for $ty {
            const DTYPE: DType = DType::$dtype;
            const ZERO: Self = $zero;
            const ONE: Self = $one;

            #[inline]
            fn to_scalar(self) -> Scalar {
                let $x = self;
                $to
            }

            #[inline]
            fn from_scalar(value: Scalar) -> Self {
                match value {
                    Scalar::Bool($b) => $from_bool,
                    Scalar::Int($i) => $from_int,
                    Scalar::Float($f) => $from_float,
                }
            }
        }
        impl From<$ty> for Scalar {
            #[inline]
            fn from(value: $ty) -> Scalar {
                value.to_scalar()
            }
        }
    )*};
}

element! {
    bool, Bool, false, true, |x| Scalar::Bool(x), |b| b, |i| i != 0, |f| f != 0.0;
    u8, U8, 0, 1, |x| Scalar::Int(i64::from(x)), |b| u8::from(b), |i| i as u8, |f| to_i32(f) as u8;
    i8, I8, 0, 1, |x| Scalar::Int(i64::from(x)), |b| i8::from(b), |i| i as i8, |f| to_i32(f) as i8;
    i16, I16, 0, 1, |x| Scalar::Int(i64::from(x)), |b| i16::from(b), |i| i as i16, |f| to_i32(f) as i16;
    i32, I32, 0, 1, |x| Scalar::Int(i64::from(x)), |b| i32::from(b), |i| i as i32, |f| to_i32(f);
    i64, I64, 0, 1, |x| Scalar::Int(x), |b| i64::from(b), |i| i, |f| to_i64(f);
    f16, F16, f16::ZERO, f16::ONE, |x| Scalar::Float(f64::from(x)), |b| f16::from_f32(f32::from(u8::from(b))), |i| f16::from_f32(i as f32), |f| f16::from_f64(f);
    bf16, Bf16, bf16::ZERO, bf16::ONE, |x| Scalar::Float(f64::from(x)), |b| bf16::from_f32(f32::from(u8::from(b))), |i| bf16::from_f32(i as f32), |f| bf16::from_f64(f);
    f32, F32, 0.0, 1.0, |x| Scalar::Float(f64::from(x)), |b| f32::from(u8::from(b)), |i| i as f32, |f| f as f32;
    f64, F64, 0.0, 1.0, |x| Scalar::Float(x), |b| f64::from(u8::from(b)), |i| i as f64, |f| f;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_wrap_truncate_and_test_for_zero() {
        assert_eq!(300.0f64.cast::<u8>(), 44);
        assert_eq!((-1.9f32).cast::<i64>(), -1);
        assert_eq!((-1i64).cast::<u8>(), 255);
        assert!(0.5f32.cast::<bool>());
        assert_eq!(true.cast::<f32>(), 1.0);
        assert_eq!(f16::from_f32(1.5).cast::<f64>(), 1.5);
    }

    #[test]
    fn floats_beyond_integers_are_the_smallest_one() {
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(
                (x.cast::<i64>(), x.cast::<i32>(), x.cast::<u8>()),
                (i64::MIN, i32::MIN, 0)
            );
        }
        assert_eq!(
            (
                3e9f64.cast::<i64>(),
                3e9f64.cast::<i32>(),
                3e9f64.cast::<i16>()
            ),
            (3_000_000_000, i32::MIN, 0)
        );
        assert_eq!(2147483647.9f64.cast::<i32>(), i32::MAX);
        assert_eq!((-2147483648.9f64).cast::<i32>(), i32::MIN);
    }

    #[test]
    fn what_an_element_can_hold() {
        let holds = |dtype, c: Scalar| c.fits(dtype);
        assert!(holds(DType::U8, Scalar::Int(-255)) && !holds(DType::U8, Scalar::Int(256)));
        assert!(!holds(DType::U8, Scalar::Float(-0.5)) && holds(DType::I8, Scalar::Float(-0.5)));
        assert!(
            !holds(DType::I64, Scalar::Float(f64::NAN))
                && holds(DType::F16, Scalar::Float(f64::NAN))
        );
        assert!(!holds(DType::F16, Scalar::Float(1e5)) && !holds(DType::F32, Scalar::Float(-1e39)));
        assert!(holds(DType::Bool, Scalar::Int(300)) && holds(DType::I64, Scalar::Int(i64::MAX)));
    }

    #[test]
    fn large_integers_survive() {
        assert_eq!(i64::MAX.cast::<i64>(), i64::MAX);
        assert_eq!((i64::MAX - 1).cast::<f32>(), 9.223_372e18);
    }
}
