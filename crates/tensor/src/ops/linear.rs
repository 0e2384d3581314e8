//! The affine map of a fully connected layer, fused.

use super::{MatrixProduct, Shapes};
use crate::dispatch::for_real;
use crate::kernel::{self, gemm};
use crate::layout::{Layout, MAX_RANK};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// `x Wᵀ + b` in one pass: the bias is written first, the product added to it.
///
/// An op of its own because the composed form (transpose, product, expand, add) doubles the cost of
/// a small layer's step.
#[derive(Clone, Debug)]
pub(super) struct Affine;

impl Op<3> for Affine {
    const NAME: &'static str = "linear";
    const SAVES: Saves = Saves::input(0).and(Saves::input(1));

    fn forward(&self, [x, w, b]: [&Tensor; 3]) -> Result<Tensor> {
        let (outputs, inputs) = (w.shape()[0], w.shape()[1]);
        let mut layout = Layout::unset();
        let rows = if let &[rows, _] = x.shape() {
            layout.set_row_major(Self::NAME, &[rows, outputs])?;
            rows
        } else {
            let rank = x.rank();
            let mut shape = [0; MAX_RANK];
            shape[..rank].copy_from_slice(x.shape());
            shape[rank - 1] = outputs;
            layout.set_row_major(Self::NAME, &shape[..rank])?;
            shape[..rank - 1].iter().product()
        };
        for_real!(Self::NAME, x.dtype(), T => Ok(gemm::affine::<T>(x, w, b, rows, &layout)))
    }

    /// dL/dx = g W,  dL/dW = gᵀ x,  dL/db = the sum of g over rows
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        match wrt {
            0 => g.matmul(saved.input(1)?),
            1 => {
                let x = saved.input(0)?;
                on_rows(g, |g| on_rows(x, |x| A::apply(WeightGrad, [g, x])))
            }
            _ => on_rows(g, |g| A::apply(BiasGrad, [g])),
        }
    }
}

/// `gᵀ x`, the gradient of the weight, without a view for the transpose.
#[derive(Clone, Debug)]
pub(super) struct WeightGrad;

impl Op<2> for WeightGrad {
    const NAME: &'static str = "linear_weight_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [g, x]: [&Tensor; 2]) -> Result<Tensor> {
        let mut layout = Layout::unset();
        layout.set_row_major(Self::NAME, &[g.shape()[1], x.shape()[1]])?;
        for_real!(Self::NAME, g.dtype(), T => Ok(gemm::matmul_transposed::<T>(g, x, &layout)))
    }

    /// with upstream u: dL/dg = x uᵀ,  dL/dx = g u
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        if wrt == 0 {
            saved.input(1)?.matmul(&u.t()?)
        } else {
            saved.input(0)?.matmul(u)
        }
    }
}

/// The sum of `g` over its rows, the gradient of the bias.
#[derive(Clone, Debug)]
pub(super) struct BiasGrad;

impl Op<1> for BiasGrad {
    const NAME: &'static str = "linear_bias_grad";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, [g]: [&Tensor; 1]) -> Result<Tensor> {
        let (rows, outputs) = (g.shape()[0], g.shape()[1]);
        let mut layout = Layout::unset();
        layout.set_row_major(Self::NAME, &[outputs])?;
        for_real!(Self::NAME, g.dtype(), T => Ok(kernel::sum_middle::<T>(g, (1, rows, outputs), &layout)))
    }

    /// with upstream u: dL/dg = u in every row
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        u.expand(saved.shape(0)?)
    }
}

/// Runs `f` with all leading dimensions merged into one.
#[inline]
fn on_rows<A: Array>(x: &A, f: impl FnOnce(&A) -> Result<A>) -> Result<A> {
    match x.shape() {
        [_, _] => f(x),
        [lead @ .., last] => f(&x.reshape([lead.iter().product(), *last])?),
        [] => f(&x.reshape([1, 1])?),
    }
}

/// The affine map of a fully connected layer.
pub trait Linear: Array {
    /// `y = x Wᵀ + b`, or `x Wᵀ` without a bias.
    ///
    /// # Shapes
    /// `x`: `(batch.., inputs)`, `weight`: `(outputs, inputs)`, `bias`: `(outputs,)` →
    /// `(batch.., outputs)`.
    ///
    /// # Errors
    /// Shapes that do not fit, dtypes that differ.
    fn linear(&self, weight: &Self, bias: Option<&Self>) -> Result<Self> {
        const OP: &str = Affine::NAME;
        let (x, w) = (self.shape(), weight.shape());
        let &[outputs, inputs] = w else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a weight of 2 dimensions",
                got: w.to_vec(),
            }
            .into());
        };
        if x.last() != Some(&inputs) {
            let found = x.last().copied().unwrap_or(0);
            let inner = (found, inputs);
            return Err(ErrorKind::InnerLength {
                op: OP,
                lhs: x.to_vec(),
                rhs: vec![inputs, outputs],
                inner,
            }
            .into());
        }
        for other in [Some(weight), bias].into_iter().flatten() {
            if other.dtype() != self.dtype() {
                return Err(ErrorKind::DTypeMismatch {
                    op: OP,
                    lhs: self.dtype(),
                    rhs: other.dtype(),
                }
                .into());
            }
        }
        let Some(bias) = bias else {
            return self.matmul(&weight.t()?);
        };
        if bias.shape() != [outputs] {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "the bias has one number per output",
                lhs: bias.shape().to_vec(),
                rhs: vec![outputs],
            }
            .into());
        }
        Self::apply(Affine, [self, weight, bias])
    }
}
impl<A: Array> Linear for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};
    use crate::{DType, tensor};

    #[test]
    fn forward() {
        let w = tensor![[1.0, 2.0], [0.0, -1.0], [3.0, 0.0]];
        let b = tensor![0.5, 0.0, -1.0];
        let x = tensor![[1.0, 1.0], [2.0, 0.0]];
        assert_close(
            &x.linear(&w, Some(&b)).unwrap(),
            &[3.5, -1.0, 2.0, 2.5, 0.0, 5.0],
        );
        assert_close(
            &x.linear(&w, None).unwrap(),
            &[3.0, -1.0, 3.0, 2.0, 0.0, 6.0],
        );
        assert_close(
            &tensor![1.0, 1.0].linear(&w, Some(&b)).unwrap(),
            &[3.5, -1.0, 2.0],
        );
        assert_close(
            &x.t().unwrap().linear(&w, Some(&b)).unwrap(),
            &[5.5, -2.0, 2.0, 1.5, 0.0, 2.0],
        );
    }

    #[test]
    fn vjp() {
        check_vjp(Affine, [&[4, 3], &[2, 3], &[2]]);
        check_vjp(Affine, [&[2, 4, 3], &[2, 3], &[2]]);
        check_vjp(Affine, [&[3], &[2, 3], &[2]]);
        check_vjp(BiasGrad, [&[4, 2]]);
        check_vjp(WeightGrad, [&[4, 2], &[4, 3]]);
    }

    #[test]
    fn empty_batches_and_no_inputs() {
        let w = Tensor::zeros([2, 3], DType::F32).unwrap();
        let b = tensor![1.0, 2.0];
        assert_eq!(
            Tensor::zeros([0, 3], DType::F32)
                .unwrap()
                .linear(&w, Some(&b))
                .unwrap()
                .shape(),
            [0, 2]
        );
        let none = Tensor::zeros([2, 0], DType::F32).unwrap();
        let y = Tensor::zeros([3, 0], DType::F32)
            .unwrap()
            .linear(&none, Some(&b))
            .unwrap();
        assert_close(&y, &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
    }

    #[test]
    fn errors_name_both_shapes() {
        let w = Tensor::zeros([10, 784], DType::F32).unwrap();
        let e = Tensor::zeros([32, 768], DType::F32)
            .unwrap()
            .linear(&w, None)
            .unwrap_err();
        assert_eq!(
            e.to_string(),
            "linear: inner lengths differ, lhs (32, 768) × rhs (784, 10): 768 ≠ 784"
        );
        let x = Tensor::zeros([32, 784], DType::F64).unwrap();
        assert!(
            x.linear(&w, None)
                .unwrap_err()
                .to_string()
                .contains("dtypes differ")
        );
    }
}
