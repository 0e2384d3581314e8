//! Products and quotients of tensors of two floating-point dtypes.

use super::broadcast::common_dtype;
use super::{Arithmetic, Cast, Sums};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// One operation from the operands as they are, though their dtypes and shapes differ.
///
/// Converted and expanded first, an operand would gather all its gradients in the common dtype and be
/// rounded once; PyTorch rounds at each use, and in second derivatives the last digits tell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mixed {
    Product,
    Quotient,
}

impl Op<2> for Mixed {
    const NAME: &'static str = "mul";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Mixed::Product => "mul",
            Mixed::Quotient => "div",
        }
    }

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let dtype = common_dtype(&[a, b]);
        let (a, b) = (a.to_dtype(dtype)?, b.to_dtype(dtype)?);
        match self {
            Mixed::Product => a.mul(&b),
            Mixed::Quotient => a.div(&b),
        }
    }

    /// Those of [`Mul`](super::arithmetic::Mul) and [`Div`](super::arithmetic::Div), summed where elements
    /// were repeated and rounded.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        let whole = match (self, wrt) {
            (Mixed::Product, 0) => g.mul(b)?,
            (Mixed::Product, _) => g.mul(a)?,
            (Mixed::Quotient, 0) => g.div(b)?,
            (Mixed::Quotient, _) => g.neg()?.mul(&a.div(b)?.div(b)?)?,
        };
        whole
            .sum_to_size(saved.shape(wrt)?)?
            .to_dtype(saved.dtype(wrt)?)
    }
}

/// Whether the operands are floating-point numbers of two dtypes.
#[inline]
pub(super) fn mixes<A: Array>(a: &A, b: &A) -> bool {
    a.dtype() != b.dtype() && a.dtype().is_float() && b.dtype().is_float()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp, check_vjp_in};
    use crate::{DType, tensor};

    #[test]
    fn forward() {
        let wide = tensor![[1.0, -2.0]].to_dtype(DType::F64).unwrap();
        let y = wide.mul(&tensor![[0.5], [4.0]]).unwrap();
        assert_eq!(y.dtype(), DType::F64);
        assert_close(&y, &[0.5, -1.0, 4.0, -8.0]);
        // A number without dimensions does not widen the others.
        let three = Tensor::full([], 3.0, DType::F64).unwrap();
        let y = tensor![1.5].div(&three).unwrap();
        assert_eq!(
            (y.dtype(), y.to_vec::<f32>().unwrap()),
            (DType::F32, vec![0.5])
        );
    }

    #[test]
    fn vjp() {
        check_vjp(Mixed::Product, [&[2, 3], &[3]]);
        check_vjp_in(Mixed::Quotient, [&[2, 3], &[2, 1]], 0.5, 2.0);
        check_vjp_in(Mixed::Quotient, [&[3], &[]], 0.5, 2.0);
    }

    #[test]
    fn gradients_have_the_dtypes_of_their_inputs() {
        let (a, b) = (
            tensor![1.0, 2.0].to_dtype(DType::F64).unwrap(),
            tensor![3.0],
        );
        let inputs = [Some(a.clone()), Some(b)];
        let saved = Saved::new("mul", Mixed::SAVES, &inputs, None);
        let g = Mixed::Product.vjp(1, &saved, &a).unwrap();
        assert_eq!(
            (g.dtype(), g.to_vec::<f32>().unwrap()),
            (DType::F32, vec![5.0])
        );
        assert_eq!(
            Mixed::Product.vjp(0, &saved, &a).unwrap().dtype(),
            DType::F64
        );
    }
}
