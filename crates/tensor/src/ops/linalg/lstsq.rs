//! Least squares.

use super::matrices::{expect_matrices, mt, right_hand_sides, same_batch};
use super::pinv::{PseudoInverse, Tolerance, pinv_rule};
use super::svd::decompose;
use crate::ops::operands::expect_inner;
use crate::ops::{MatrixProduct, Shapes};
use crate::{Array, DType, Op, Result, Saved, Saves, Tensor};

/// The shortest X among those for which `‖A X − B‖` is least.
#[derive(Clone, Debug)]
struct Shortest {
    tolerance: Tolerance,
}

impl Op<2> for Shortest {
    const NAME: &'static str = "lstsq";
    const SAVES: Saves = Saves::INPUTS;

    /// `X = V diag(1/s) (Uᵀ B)`: with the pseudo-inverse made first digits would be lost.
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let dtype = a.dtype();
        let sizes = (a.shape()[a.rank() - 2], a.shape()[a.rank() - 1]);
        let [u, s, vt] = decompose(Self::NAME, &a.to_dtype(DType::F64)?, false)?;
        let inverse = self.tolerance.inverse(Self::NAME, &s, &s, sizes, dtype)?;
        let inside = mt(&u)?.matmul(&b.to_dtype(DType::F64)?)?;
        mt(&vt)?
            .matmul(&inside.mul(&inverse.unsqueeze(-1)?)?)?
            .to_dtype(dtype)
    }

    /// As of `X = P B`, P being the pseudo-inverse.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        let p = a.pinv(&self.tolerance, false)?;
        if wrt == 1 {
            return mt(&p)?.matmul(g);
        }
        pinv_rule(a, &p, &g.matmul(&mt(b)?)?)
    }
}

/// Least squares.
pub trait LeastSquares: Array {
    /// The X for which `‖A X − B‖` is least, A being this array, and among several the shortest one: the
    /// solution of `torch.linalg.lstsq`. Singular values within the tolerance count as zero.
    ///
    /// # Shapes
    /// `A`: `(batch.., m, n)`, `B`: `(batch.., m, k)` → `(batch.., n, k)`; batches broadcast. A `B` of
    /// `A`'s shape without its last dimension is one right-hand side for each matrix.
    ///
    /// # Errors
    /// Shapes that do not fit; NaN or infinities; dtypes other than `f32` and `f64`, or that differ.
    ///
    /// ```
    /// # use gradus_tensor::{ops::linalg::Tolerance, tensor};
    /// // The line 1 + 2x through (0, 1), (1, 3), (2, 5).
    /// let a = tensor![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]];
    /// let line = a.lstsq(&tensor![1.0, 3.0, 5.0], &Tolerance::default())?.to_vec::<f32>()?;
    /// assert!((line[0] - 1.0).abs() < 1e-6 && (line[1] - 2.0).abs() < 1e-6);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn lstsq(&self, b: &Self, tolerance: &Tolerance) -> Result<Self> {
        const OP: &str = Shortest::NAME;
        expect_matrices(OP, self)?;
        let (sides, rows, vectors) = right_hand_sides(OP, self, b)?;
        let m = self.shape()[self.shape().len() - 2];
        expect_inner(OP, mt(self)?.shape(), b.shape(), (m, rows))?;
        let (a, sides) = same_batch(OP, self, &sides)?;
        let tolerance = tolerance.clone();
        let x = Self::apply(Shortest { tolerance }, [&a, &sides])?;
        if vectors { x.squeeze(-1) } else { Ok(x) }
    }
}
impl<A: Array> LeastSquares for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp_at, values};

    #[test]
    fn the_remainder_is_orthogonal() {
        let (a, b) = (
            values(&[2, 5, 3], -1.0, 1.0, 1),
            values(&[2, 5, 4], -1.0, 1.0, 2),
        );
        let x = a.lstsq(&b, &Tolerance::default()).unwrap();
        let rest = a.matmul(&x).unwrap().sub(&b).unwrap();
        assert_close(&mt(&a).unwrap().matmul(&rest).unwrap(), &[0.0; 24]);
        let p = a.pinv(&Tolerance::default(), false).unwrap();
        assert_close(&x, &p.matmul(&b).unwrap().to_vec::<f64>().unwrap());
    }

    #[test]
    fn the_shortest_of_many_solutions() {
        let a = tensor![[1.0, 1.0], [1.0, 1.0]];
        assert_close(
            &a.lstsq(&tensor![2.0, 2.0], &Tolerance::default()).unwrap(),
            &[1.0, 1.0],
        );
    }

    #[test]
    fn vjp() {
        for (m, n) in [(3, 3), (4, 2), (2, 4)] {
            let (a, b) = (
                values(&[2, m, n], -1.0, 1.0, 1),
                values(&[2, m, 2], -1.0, 1.0, 2),
            );
            let tolerance = Tolerance::default();
            check_vjp_at(Shortest { tolerance }, [&a, &b]);
        }
    }

    #[test]
    fn edges() {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32).unwrap();
        let usual = Tolerance::default();
        assert_eq!(
            zeros(&[3, 0])
                .lstsq(&zeros(&[3, 2]), &usual)
                .unwrap()
                .shape(),
            [0, 2]
        );
        assert_eq!(
            zeros(&[0, 3])
                .lstsq(&zeros(&[0, 2]), &usual)
                .unwrap()
                .shape(),
            [3, 2]
        );
        let e = zeros(&[3, 2]).lstsq(&zeros(&[2, 2]), &usual).unwrap_err();
        assert!(
            e.to_string().starts_with("lstsq: inner lengths differ"),
            "{e}"
        );
        assert!(
            Tensor::scalar(1.0f32)
                .lstsq(&Tensor::scalar(1.0f32), &usual)
                .is_err()
        );
    }
}
