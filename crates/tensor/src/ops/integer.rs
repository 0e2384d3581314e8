//! Divisors and multiples of integers.

use super::broadcast::broadcast;
use crate::error::ErrorKind;
use crate::kernel;
use crate::{DType, Result, Tensor};

impl Tensor {
    /// The greatest common divisor, never negative unless the smallest integer takes part, whose absolute
    /// value wraps; of 0 and 0 it is 0. Operands broadcast.
    ///
    /// # Errors
    /// Floats and bools; shapes that do not broadcast.
    #[inline]
    pub fn gcd(&self, other: &Tensor) -> Result<Tensor> {
        on_integers("gcd", self, other, |a, b| {
            Ok(kernel::zip_i64(&a.abs()?, &b.abs()?, euclid))
        })
    }

    /// The least common multiple, never negative; 0 if one is 0. Operands broadcast.
    ///
    /// # Errors
    /// Floats and bools; shapes that do not broadcast.
    #[inline]
    pub fn lcm(&self, other: &Tensor) -> Result<Tensor> {
        on_integers("lcm", self, other, |a, b| {
            // Products of `i32` wrap around before the sign goes, of narrower integers afterwards.
            let f: fn(i64, i64) -> i64 = match a.dtype() {
                DType::I32 => lcm_i32,
                _ => lcm,
            };
            Ok(kernel::zip_i64(a, b, f))
        })
    }
}

#[inline]
fn on_integers(
    op: &'static str,
    a: &Tensor,
    b: &Tensor,
    f: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    broadcast(op, a, b, |a, b| {
        if !a.dtype().is_integer() {
            let (expected, got) = ("integers", a.dtype());
            return Err(ErrorKind::DType { op, expected, got }.into());
        }
        f(a, b)
    })
}

/// With remainders of their own sign and in PyTorch's order, which shows only beside the smallest integer.
fn euclid(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while a != 0 {
        (a, b) = (b.wrapping_rem(a), a);
    }
    b
}

fn lcm(a: i64, b: i64) -> i64 {
    multiple(a, b).wrapping_abs()
}

fn lcm_i32(a: i64, b: i64) -> i64 {
    i64::from((multiple(a, b) as i32).wrapping_abs())
}

fn multiple(a: i64, b: i64) -> i64 {
    match euclid(a.wrapping_abs(), b.wrapping_abs()) {
        0 => 0,
        divisor => a.wrapping_div(divisor).wrapping_mul(b),
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, tensor};

    #[test]
    fn by_hand() {
        let (a, b) = (tensor![-4, 0, 6, 0], tensor![6, 0, -9, 7]);
        assert_eq!(a.gcd(&b).unwrap().to_vec::<i64>().unwrap(), [2, 0, 3, 7]);
        assert_eq!(a.lcm(&b).unwrap().to_vec::<i64>().unwrap(), [12, 0, 18, 0]);
        let smallest = tensor![i64::MIN];
        let divisor = smallest.gcd(&smallest).unwrap();
        assert_eq!(divisor.item::<i64>().unwrap(), i64::MIN);
        assert_eq!(smallest.lcm(&tensor![3]).unwrap().dtype(), DType::I64);
        assert!(tensor![1.0].gcd(&tensor![2.0]).is_err());
        assert!(tensor![true].lcm(&tensor![true]).is_err());
    }
}
