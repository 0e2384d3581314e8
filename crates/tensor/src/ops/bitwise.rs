//! Bits of integers, and shifts of them. On bools these are the logical operators.

use super::broadcast::{broadcast, with_scalar};
use crate::error::ErrorKind;
use crate::kernel;
use crate::{DType, Result, Scalar, Tensor};

macro_rules! bitwise {
    ($($name:ident, $scalar:ident, $what:literal, $function:expr, $takes:expr;)*) => {
        impl Tensor {$(
            #[doc = concat!($what, ", with broadcasting.")]
            ///
            /// # Errors
            /// Floats, and bools where they are shifted; shapes that do not broadcast.
            #[inline]
            pub fn $name(&self, other: &Tensor) -> Result<Tensor> {
                on_bits(stringify!($name), self, other, $takes, $function)
            }

            #[doc = concat!("As [`", stringify!($name), "`](Tensor::", stringify!($name), "), with a number for the other side.")]
            ///
            /// # Errors
            /// As there.
            #[inline]
            pub fn $scalar(&self, other: impl Into<Scalar>) -> Result<Tensor> {
                let (x, other) = with_scalar(self, other.into())?;
                x.$name(&other)
            }
        )*}
    };
}

bitwise! {
    bitwise_and, bitwise_and_scalar, "Bits set in both", |a, b| a & b, Takes::Bools;
    bitwise_or, bitwise_or_scalar, "Bits set in one or both", |a, b| a | b, Takes::Bools;
    bitwise_xor, bitwise_xor_scalar, "Bits set in exactly one", |a, b| a ^ b, Takes::Bools;
    bitwise_left_shift, bitwise_left_shift_scalar, "`a · 2ᵇ`, bits that leave the dtype being lost; 0 for a negative or too large shift", shift_left, Takes::Integers;
    bitwise_right_shift, bitwise_right_shift_scalar, "`a / 2ᵇ` rounded down; 0 or −1 for a negative or too large shift", shift_right, Takes::Integers;
}

impl Tensor {
    /// All bits inverted; of bools, the logical opposite.
    ///
    /// # Errors
    /// Floats.
    #[inline]
    pub fn bitwise_not(&self) -> Result<Tensor> {
        if self.dtype() == DType::Bool {
            return self.logical_not();
        }
        expect("bitwise_not", self.dtype(), Takes::Bools)?;
        Ok(kernel::map_i64(self, |x| !x))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Integers,
    /// Integers and bools.
    Bools,
}

#[inline]
fn on_bits(
    op: &'static str,
    a: &Tensor,
    b: &Tensor,
    takes: Takes,
    f: impl Fn(i64, i64) -> i64 + Copy + Send + Sync,
) -> Result<Tensor> {
    broadcast(op, a, b, |a, b| {
        expect(op, a.dtype(), takes)?;
        match (a.dtype(), op) {
            (DType::Bool, "bitwise_and") => a.logical_and(b),
            (DType::Bool, "bitwise_or") => a.logical_or(b),
            (DType::Bool, _) => a.logical_xor(b),
            _ => Ok(kernel::zip(a, b, f)),
        }
    })
}

#[inline]
fn expect(op: &'static str, got: DType, takes: Takes) -> Result<()> {
    let (fits, expected) = match takes {
        Takes::Integers => (got.is_integer(), "integers"),
        Takes::Bools => (!got.is_float(), "integers or bools"),
    };
    if fits {
        return Ok(());
    }
    Err(ErrorKind::DType { op, expected, got }.into())
}

#[inline(always)]
fn shift_left(a: i64, b: i64) -> i64 {
    let shifted = a << (b & 63);
    if b as u64 > 63 { 0 } else { shifted }
}

#[inline(always)]
fn shift_right(a: i64, b: i64) -> i64 {
    a >> if b as u64 > 63 { 63 } else { b }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    #[track_caller]
    fn check(got: crate::Result<Tensor>, expected: &[i64]) {
        assert_eq!(got.unwrap().to_vec::<i64>().unwrap(), expected);
    }

    #[test]
    fn bits() {
        let (a, b) = (tensor![0b1100, -1], tensor![0b1010, 5]);
        check(a.bitwise_and(&b), &[0b1000, 5]);
        check(a.bitwise_or(&b), &[0b1110, -1]);
        check(a.bitwise_xor(&b), &[0b0110, -6]);
        check(a.bitwise_not(), &[-13, 0]);
        check(a.bitwise_and_scalar(4), &[4, 4]);
        let mask = tensor![true, false];
        assert_eq!(mask.bitwise_and(&mask).unwrap().dtype(), DType::Bool);
        assert_eq!(
            mask.bitwise_not().unwrap().to_vec::<bool>().unwrap(),
            [false, true]
        );
        let bytes = tensor![1].to_dtype(DType::U8).unwrap();
        assert_eq!(bytes.bitwise_not().unwrap().to_vec::<u8>().unwrap(), [254]);
    }

    #[test]
    fn shifts() {
        let x = tensor![1, -8, 8];
        check(x.bitwise_left_shift(&tensor![64, 1, -1]), &[0, -16, 0]);
        check(x.bitwise_right_shift(&tensor![1, 64, 2]), &[0, -1, 2]);
        check(tensor![-8].bitwise_right_shift_scalar(-1), &[-1]);
        let bytes = tensor![1, 200].to_dtype(DType::U8).unwrap();
        check(bytes.bitwise_left_shift_scalar(9), &[0, 0]);
        check(bytes.bitwise_right_shift_scalar(1), &[0, 100]);
        let bytes = tensor![1, 1].to_dtype(DType::I8).unwrap();
        let by = tensor![7, 8].to_dtype(DType::I8).unwrap();
        check(bytes.bitwise_left_shift(&by), &[-128, 0]);
    }

    #[test]
    fn other_dtypes_are_refused() {
        assert_eq!(
            tensor![1.0].bitwise_and_scalar(1).unwrap_err().to_string(),
            "bitwise_and: expected integers or bools, got f32; convert with to_dtype"
        );
        assert!(tensor![1].bitwise_or_scalar(1.5).is_err());
        assert!(tensor![1.0].bitwise_not().is_err());
        let mask = tensor![true];
        assert!(mask.bitwise_left_shift(&mask).is_err());
    }
}
