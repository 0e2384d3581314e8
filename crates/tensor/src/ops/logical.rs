//! Logical operators: whatever differs from zero, NaN too, is true.

use super::broadcast::broadcast;
use crate::kernel;
use crate::{DType, Result, Tensor};

impl Tensor {
    /// Whether both differ from zero, with broadcasting.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    #[inline]
    pub fn logical_and(&self, other: &Tensor) -> Result<Tensor> {
        let (a, b) = truths(self, other)?;
        broadcast("logical_and", &a, &b, |a, b| {
            Ok(kernel::zip(
                a,
                b,
                #[inline(always)]
                |a: bool, b: bool| a & b,
            ))
        })
    }

    /// Whether one or both differ from zero, with broadcasting.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    #[inline]
    pub fn logical_or(&self, other: &Tensor) -> Result<Tensor> {
        let (a, b) = truths(self, other)?;
        broadcast("logical_or", &a, &b, |a, b| {
            Ok(kernel::zip(
                a,
                b,
                #[inline(always)]
                |a: bool, b: bool| a | b,
            ))
        })
    }

    /// Whether exactly one differs from zero, with broadcasting.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    #[inline]
    pub fn logical_xor(&self, other: &Tensor) -> Result<Tensor> {
        let (a, b) = truths(self, other)?;
        broadcast("logical_xor", &a, &b, |a, b| {
            Ok(kernel::zip(
                a,
                b,
                #[inline(always)]
                |a: bool, b: bool| a ^ b,
            ))
        })
    }

    /// Whether it is zero.
    ///
    /// # Errors
    /// None today.
    #[inline]
    pub fn logical_not(&self) -> Result<Tensor> {
        let x = self.to_dtype(DType::Bool)?;
        Ok(kernel::map(
            &x,
            #[inline(always)]
            |x: bool| !x,
        ))
    }
}

fn truths(a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor)> {
    Ok((a.to_dtype(DType::Bool)?, b.to_dtype(DType::Bool)?))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, tensor};

    #[track_caller]
    fn check(got: crate::Result<Tensor>, expected: &[bool]) {
        assert_eq!(got.unwrap().to_vec::<bool>().unwrap(), expected);
    }

    #[test]
    fn truth_tables() {
        let (a, b) = (tensor![0, 0, 5, -1], tensor![0.0, 0.5, 0.0, f32::NAN]);
        check(a.logical_and(&b), &[false, false, false, true]);
        check(a.logical_or(&b), &[false, true, true, true]);
        check(a.logical_xor(&b), &[false, true, true, false]);
        check(b.logical_not(), &[true, false, true, false]);
        let column = tensor![[true], [false]];
        check(
            column.logical_or(&tensor![false, true]),
            &[true, true, false, true],
        );
        assert!(a.logical_and(&tensor![1, 2]).is_err());
    }
}
