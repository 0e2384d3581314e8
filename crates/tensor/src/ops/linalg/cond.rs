//! Condition numbers.

use super::factor::Lu;
use super::matrices::{Matrices, as_columns, batch_of, expect_matrices, expect_square};
use super::matrix_power::identity;
use super::solve::Solve;
use super::svd::SingularValues;
use crate::ops::{Arithmetic, MatrixNorm, Norms, Selection, Shapes, Sums};
use crate::{Array, Result, Tensor};

/// Condition numbers.
pub trait ConditionNumber: Array {
    /// How much a relative change of the right-hand side of a linear system can grow in its solution:
    /// `‖A‖ ‖A⁻¹‖`, ∞ for singular matrices: `torch.linalg.cond`. By the spectral norm it is the largest
    /// singular value over the smallest, and exists for matrices of any shape.
    ///
    /// # Shapes
    /// `(batch.., n, n)`, or with a norm by singular values `(batch.., m, n)` → `(batch..)`.
    ///
    /// # Errors
    /// Anything but square matrices for other norms; NaN or infinities; dtypes other than `f32` and
    /// `f64`.
    ///
    /// ```
    /// # use gradus_tensor::{ops::MatrixNorm, tensor};
    /// let a = tensor![[4.0, 0.0], [0.0, 2.0]];
    /// assert_eq!(a.cond(MatrixNorm::Spectral)?.item::<f32>()?, 2.0);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn cond(&self, norm: MatrixNorm) -> Result<Self> {
        const OP: &str = "cond";
        expect_matrices(OP, self)?;
        if self.shape()[self.shape().len() - 2..].contains(&0) {
            return self.sum_dims(&[-2, -1], false);
        }
        if matches!(norm, MatrixNorm::Spectral | MatrixNorm::LeastSingular) {
            let values = self.svdvals()?;
            let (largest, smallest) = (values.select(-1, 0)?, values.select(-1, -1)?);
            return match norm {
                MatrixNorm::Spectral => largest.div(&smallest),
                _ => smallest.div(&largest),
            };
        }
        expect_square(OP, self)?;
        let singular = singular(&self.value())?;
        // The identity stands in for what has no inverse.
        let eye = Self::constant(identity(self.shape(), self.dtype())?);
        let a = eye.where_(&as_columns(&as_columns(&singular)?)?, self)?;
        let of = |x: &Self| x.matrix_norm(norm, [-2, -1], false);
        of(&a)?
            .mul(&of(&a.inv()?)?)?
            .masked_fill(&singular, f64::INFINITY)
    }
}
impl<A: Array> ConditionNumber for A {}

/// Which matrices have no inverse.
fn singular(a: &Tensor) -> Result<Tensor> {
    let matrices = Matrices::of(a)?;
    let lus = matrices.each().map(|matrix| Lu::new(matrix, matrices.rows));
    Tensor::from_vec(
        lus.map(|lu| lu.zero_pivot().is_some()).collect(),
        batch_of(a.shape()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, values};
    use crate::{DType, tensor};

    #[test]
    fn a_diagonal_shows_them() {
        let a = tensor![[4.0, 0.0], [0.0, -2.0]];
        for (norm, expected) in [
            (MatrixNorm::Spectral, 2.0),
            (MatrixNorm::LeastSingular, 0.5),
            (MatrixNorm::One, 2.0),
            (MatrixNorm::Infinity, 2.0),
            (MatrixNorm::LeastRow, 0.5),
            (MatrixNorm::Nuclear, 6.0 * 0.75),
            (MatrixNorm::Frobenius, 20f64.sqrt() * 0.3125f64.sqrt()),
        ] {
            assert_close(&a.cond(norm).unwrap(), &[expected]);
        }
        assert_eq!(
            values(&[2, 3, 4], -1.0, 1.0, 1)
                .cond(MatrixNorm::Spectral)
                .unwrap()
                .shape(),
            [2]
        );
    }

    #[test]
    fn singular_matrices_have_none() {
        let two = tensor![[[0.0, 1.0], [0.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]]];
        assert_close(&two.cond(MatrixNorm::One).unwrap(), &[f64::INFINITY, 1.0]);
        let empty = Tensor::zeros([2, 0, 0], DType::F32).unwrap();
        assert_close(&empty.cond(MatrixNorm::Spectral).unwrap(), &[0.0, 0.0]);
        assert!(tensor![[1.0, 2.0]].cond(MatrixNorm::One).is_err());
    }
}
