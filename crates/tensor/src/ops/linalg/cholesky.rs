//! Cholesky's factorisation.

use super::factor;
use super::matrices::{Matrices, expect_square, mt};
use super::triangular::{SolveTriangular, Triangular, solve_from_right};
use crate::ops::{Arithmetic, MatrixProduct, Triangles};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// `A = L Lᵀ`, from the lower half of A.
#[derive(Clone, Debug)]
struct LowerFactor;

impl Op<1> for LowerFactor {
    const NAME: &'static str = "cholesky";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        let mut out = Vec::with_capacity(a.numel());
        for (i, matrix) in matrices.each().enumerate() {
            let lower = factor::cholesky(matrix, matrices.rows).map_err(|pivot| {
                let size = pivot + 1;
                let problem = format!(
                    "is not positive definite: its leading part of {size} rows and columns is not"
                );
                matrices.problem(Self::NAME, i, problem)
            })?;
            out.extend(lower);
        }
        Tensor::from_vec(out, a.shape())?.to_dtype(a.dtype())
    }

    /// dL/dA = ½ L⁻ᵀ S L⁻¹ with S symmetric, its lower half that of Lᵀ g
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let l = saved.output()?;
        let p = mt(l)?.matmul(g)?;
        let s = p.tril(0)?.add(&mt(&p.tril(-1)?)?)?;
        let left = mt(l)?.solve_triangular(&s, Triangular::Upper)?;
        solve_from_right(l, &left, Triangular::Lower)?.mul_scalar(0.5)
    }
}

/// Cholesky's factorisation.
pub trait Cholesky: Array {
    /// The triangular factor of each symmetric positive definite matrix: L with `A = L Lᵀ`, or with
    /// `upper` its transpose, read from the upper half of A: `torch.linalg.cholesky`. The gradient is
    /// symmetric.
    ///
    /// # Errors
    /// Anything but square matrices; one that is not positive definite; dtypes other than `f32` and
    /// `f64`.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let a = tensor![[4.0, 2.0], [2.0, 10.0]];
    /// assert_eq!(a.cholesky(false)?.to_vec::<f32>()?, [2.0, 0.0, 1.0, 3.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn cholesky(&self, upper: bool) -> Result<Self> {
        expect_square(LowerFactor::NAME, self)?;
        if upper {
            mt(&Self::apply(LowerFactor, [&mt(self)?])?)
        } else {
            Self::apply(LowerFactor, [self])
        }
    }
}
impl<A: Array> Cholesky for A {}

#[cfg(test)]
mod tests {
    use super::super::symmetric::OfSymmetric;
    use super::*;
    use crate::testkit::{assert_close, check_vjp_at, values};
    use crate::{DType, tensor};

    fn positive(shape: &[usize], seed: u64) -> Tensor {
        let x = values(shape, -1.0, 1.0, seed);
        let ones = Tensor::ones([shape[shape.len() - 1]], DType::F64).unwrap();
        let gram = x.matmul(&x.transpose(-1, -2).unwrap()).unwrap();
        gram.add(&ones.diag_embed(0, 0, 1).unwrap()).unwrap()
    }

    #[test]
    fn factors_multiply_to_the_matrix() {
        let a = positive(&[2, 4, 4], 1);
        let expected = a.to_vec::<f64>().unwrap();
        let (l, u) = (a.cholesky(false).unwrap(), a.cholesky(true).unwrap());
        assert_close(&l.matmul(&l.transpose(-1, -2).unwrap()).unwrap(), &expected);
        assert_close(&u.transpose(-1, -2).unwrap().matmul(&u).unwrap(), &expected);
    }

    #[test]
    fn vjp() {
        check_vjp_at(OfSymmetric(LowerFactor), [&positive(&[2, 3, 3], 1)]);
    }

    #[test]
    fn what_is_not_positive_definite_is_told() {
        let e = tensor![[1.0, 2.0], [2.0, 1.0]].cholesky(false).unwrap_err();
        assert_eq!(
            e.to_string(),
            "cholesky: the matrix is not positive definite: its leading part of 2 rows and columns is not"
        );
        assert!(tensor![[f32::NAN]].cholesky(false).is_err());
        assert!(tensor![[1.0, 2.0]].cholesky(false).is_err());
        let empty = Tensor::zeros([3, 0, 0], DType::F32).unwrap();
        assert_eq!(empty.cholesky(true).unwrap().shape(), [3, 0, 0]);
    }
}
