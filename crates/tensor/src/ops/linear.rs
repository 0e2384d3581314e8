//! The affine map of a fully connected layer, fused.

use super::operands::{expanded, expect_inner, expect_one_dtype};
use super::{Arithmetic, MatrixProduct, Shapes};
use crate::dispatch::for_real;
use crate::kernel::{self, gemm};
use crate::layout::{Layout, MAX_RANK};
use crate::{Array, DType, ErrorKind, Op, Result, Saved, Saves, Tensor};

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
        let outputs = w.shape()[0];
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
///
/// ```
/// # use gradus_tensor::tensor;
/// let (x, weight) = (tensor![[1.0, 2.0]], tensor![[3.0, 4.0], [5.0, 6.0], [0.0, 1.0]]);
/// let bias = tensor![0.5, 0.0, 0.0];
/// assert_eq!(x.linear(&weight, Some(&bias))?, tensor![[11.5, 17.0, 2.0]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Linear: Array {
    /// `y = x Wᵀ + b`, or `x Wᵀ` without a bias.
    ///
    /// # Shapes
    /// `x`: `(batch.., inputs)`, `weight`: `(outputs, inputs)`, `bias`: `(outputs,)` or what expands to
    /// the result → `(batch.., outputs)`. A `weight` of one dimension gives `(batch..)`.
    ///
    /// # Errors
    /// Shapes that do not fit, dtypes that differ.
    fn linear(&self, weight: &Self, bias: Option<&Self>) -> Result<Self> {
        if let (&[outputs, inputs], Some(bias)) = (weight.shape(), bias)
            && self.shape().last() == Some(&inputs)
            && matches!(bias.shape(), &[size] if size == outputs)
            && self.dtype() == weight.dtype()
            && self.dtype() == bias.dtype()
            && matches!(self.dtype(), DType::F32 | DType::F64)
        {
            return Self::apply(Affine, [self, weight, bias]);
        }
        general(self, weight, bias)
    }
}
impl<A: Array> Linear for A {}

#[inline(never)]
fn general<A: Array>(input: &A, weight: &A, bias: Option<&A>) -> Result<A> {
    const OP: &str = Affine::NAME;
    let (x, w) = (input.shape(), weight.shape());
    let (Some(&found), &[ref outputs @ .., inputs]) = (x.last(), w) else {
        return Err(ErrorKind::ShapeMismatch {
            op: OP,
            what: "input and weight have at least 1 dimension",
            lhs: x.to_vec(),
            rhs: w.to_vec(),
        }
        .into());
    };
    if outputs.len() > 1 {
        return Err(ErrorKind::Rank {
            op: OP,
            expected: "a weight of 1 or 2 dimensions",
            got: w.to_vec(),
        }
        .into());
    }
    let transposed = [&[inputs], outputs].concat();
    expect_inner(OP, x, &transposed, (found, inputs))?;
    expect_one_dtype(OP, input, weight)?;
    let product = input.matmul(&weight.t()?)?;
    let Some(bias) = bias else {
        return Ok(product);
    };
    expect_one_dtype(OP, input, bias)?;
    let what = "the bias expands to the result";
    product.add(&expanded(OP, what, bias, product.shape())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

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
    fn a_weight_may_be_a_vector_and_a_bias_expand() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert_close(&x.linear(&tensor![1.0, 1.0], None).unwrap(), &[3.0, 7.0]);
        let one = tensor![10.0];
        assert_close(
            &x.linear(&x, Some(&one)).unwrap(),
            &[15.0, 21.0, 21.0, 35.0],
        );
        let i = tensor![[1, 2]];
        assert_close(&i.linear(&i, Some(&tensor![3])).unwrap(), &[8.0]);
        let e = x.linear(&x, Some(&tensor![1.0, 2.0, 3.0])).unwrap_err();
        assert_eq!(
            e.to_string(),
            "linear: the bias expands to the result: (3,) against (2, 2)"
        );
        assert!(x.linear(&Tensor::scalar(1.0f32), None).is_err());
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
