//! Systems of linear equations, and inverses.

use super::matrices::{Matrices, expect_square, mt, right_hand_sides, same_batch};
use crate::ops::operands::expect_inner;
use crate::ops::{Arithmetic, MatrixProduct, Shapes};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// The problem of a matrix that has no inverse.
pub(super) fn singular(pivot: usize) -> String {
    format!("is singular: pivot {pivot} is zero; lstsq and pinv take such matrices")
}

/// `A X = B` for square matrices and as many right-hand sides.
#[derive(Clone, Debug)]
struct SolveSystem;

impl Op<2> for SolveSystem {
    const NAME: &'static str = "solve";
    const SAVES: Saves = Saves::input(0).and(Saves::OUTPUT);

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let (systems, sides) = (Matrices::of(a)?, Matrices::of(b)?);
        let mut out = Vec::with_capacity(b.numel());
        for (i, (system, side)) in systems.each().zip(sides.each()).enumerate() {
            let lu = super::factor::Lu::new(system, systems.rows);
            if let Some(pivot) = lu.zero_pivot() {
                return Err(systems.problem(Self::NAME, i, singular(pivot)));
            }
            let start = out.len();
            out.extend_from_slice(side);
            lu.solve(&mut out[start..], sides.columns);
        }
        Tensor::from_vec(out, b.shape())?.to_dtype(b.dtype())
    }

    /// dL/dB = A⁻ᵀ g,  dL/dA = −(A⁻ᵀ g) Xᵀ
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let side = A::apply(SolveSystem, [&mt(saved.input(0)?)?, g])?;
        if wrt == 1 {
            return Ok(side);
        }
        side.matmul(&mt(saved.output()?)?)?.neg()
    }
}

/// `A⁻¹`.
#[derive(Clone, Debug)]
struct Inverse;

impl Op<1> for Inverse {
    const NAME: &'static str = "inv";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        let mut out = Vec::with_capacity(a.numel());
        for (i, matrix) in matrices.each().enumerate() {
            let lu = super::factor::Lu::new(matrix, matrices.rows);
            if let Some(pivot) = lu.zero_pivot() {
                return Err(matrices.problem(Self::NAME, i, singular(pivot)));
            }
            out.extend(lu.inverse());
        }
        Tensor::from_vec(out, a.shape())?.to_dtype(a.dtype())
    }

    /// dL/dA = −Yᵀ g Yᵀ
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let yt = mt(saved.output()?)?;
        yt.matmul(g)?.matmul(&yt)?.neg()
    }
}

/// Systems of linear equations, and inverses.
pub trait Solve: Array {
    /// The solution X of `A X = B`, A being this array: `torch.linalg.solve`.
    ///
    /// # Shapes
    /// `A`: `(batch.., n, n)`, `B`: `(batch.., n, k)` → `(batch.., n, k)`; batches broadcast. A `B` of
    /// shape `(n,)`, or `A`'s without its last dimension, is one right-hand side for each matrix.
    ///
    /// # Errors
    /// Shapes that do not fit; a singular matrix; dtypes other than `f32` and `f64`, or that differ.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let a = tensor![[2.0, 0.0], [1.0, 4.0]];
    /// assert_eq!(a.solve(&tensor![2.0, 9.0])?.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn solve(&self, b: &Self) -> Result<Self> {
        const OP: &str = SolveSystem::NAME;
        let n = expect_square(OP, self)?;
        let (sides, rows, vectors) = right_hand_sides(OP, self, b)?;
        expect_inner(OP, self.shape(), b.shape(), (n, rows))?;
        let (a, sides) = same_batch(OP, self, &sides)?;
        let x = Self::apply(SolveSystem, [&a, &sides])?;
        if vectors { x.squeeze(-1) } else { Ok(x) }
    }

    /// The inverse of each square matrix: `torch.linalg.inv`. To multiply by an inverse,
    /// [`solve`](Solve::solve) is faster and more accurate.
    ///
    /// # Errors
    /// Anything but square matrices; a singular one; dtypes other than `f32` and `f64`.
    fn inv(&self) -> Result<Self> {
        expect_square(Inverse::NAME, self)?;
        Self::apply(Inverse, [self])
    }
}
impl<A: Array> Solve for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp_at, values};
    use crate::{DType, tensor};

    fn well_conditioned(shape: &[usize], seed: u64) -> Tensor {
        let n = shape[shape.len() - 1];
        let diagonal = Tensor::full([n], 2.0, DType::F64)
            .unwrap()
            .diag_embed(0, 0, 1)
            .unwrap();
        values(shape, -0.5, 0.5, seed).add(&diagonal).unwrap()
    }

    #[test]
    fn solutions_solve() {
        let a = well_conditioned(&[3, 1, 4, 4], 1);
        let b = values(&[2, 4, 5], -1.0, 1.0, 2);
        let x = a.solve(&b).unwrap();
        assert_eq!(x.shape(), [3, 2, 4, 5]);
        let product = a.matmul(&x).unwrap();
        let expected = b.expand([3, 2, 4, 5]).unwrap();
        assert_close(&product, &expected.to_vec::<f64>().unwrap());
        let single = a.to_dtype(DType::F32).unwrap();
        let eye = single.matmul(&single.inv().unwrap()).unwrap();
        assert_eq!(eye.dtype(), DType::F32);
        let ones = Tensor::ones([4], DType::F64)
            .unwrap()
            .diag_embed(0, 0, 1)
            .unwrap();
        let expected = ones.expand([3, 1, 4, 4]).unwrap().to_vec::<f64>().unwrap();
        assert_close(&eye, &expected);
    }

    #[test]
    fn one_right_hand_side_for_each_matrix() {
        let a = tensor![[2.0, 0.0], [0.0, 4.0]];
        assert_close(&a.solve(&tensor![2.0, 4.0]).unwrap(), &[1.0, 1.0]);
        let batch = a.expand([3, 2, 2]).unwrap();
        let b = tensor![[2.0, 4.0], [4.0, 4.0], [6.0, 4.0]];
        assert_close(&batch.solve(&b).unwrap(), &[1.0, 1.0, 2.0, 1.0, 3.0, 1.0]);
        assert_eq!(batch.solve(&tensor![1.0, 1.0]).unwrap().shape(), [3, 2]);
    }

    #[test]
    fn vjp() {
        let (a, b) = (
            well_conditioned(&[2, 3, 3], 1),
            values(&[2, 3, 2], -1.0, 1.0, 2),
        );
        check_vjp_at(SolveSystem, [&a, &b]);
        check_vjp_at(Inverse, [&a]);
    }

    #[test]
    fn empty_systems() {
        let (a, b) = (
            Tensor::zeros([2, 0, 0], DType::F32).unwrap(),
            Tensor::zeros([2, 0, 3], DType::F32).unwrap(),
        );
        assert_eq!(a.solve(&b).unwrap().shape(), [2, 0, 3]);
        assert_eq!(a.inv().unwrap().shape(), [2, 0, 0]);
        let none = Tensor::zeros([0, 2, 2], DType::F64).unwrap();
        assert_eq!(none.inv().unwrap().shape(), [0, 2, 2]);
    }

    #[test]
    fn what_cannot_be_solved_is_told() {
        let a = tensor![[1.0, 2.0], [2.0, 4.0]];
        assert_eq!(
            a.inv().unwrap_err().to_string(),
            "inv: the matrix is singular: pivot 1 is zero; lstsq and pinv take such matrices"
        );
        let two = Tensor::stack(&[&tensor![[1.0, 0.0], [0.0, 1.0]], &a], 0).unwrap();
        assert_eq!(
            two.solve(&tensor![1.0, 1.0]).unwrap_err().to_string(),
            "solve: matrix 1 of 2 is singular: pivot 1 is zero; lstsq and pinv take such matrices"
        );
        let e = a.solve(&tensor![1.0, 2.0, 3.0]).unwrap_err();
        assert_eq!(
            e.to_string(),
            "solve: inner lengths differ, lhs (2, 2) × rhs (3,): 2 ≠ 3"
        );
        assert!(tensor![[1.0, 2.0]].inv().is_err());
        assert!(tensor![[1]].inv().is_err() && tensor![1.0].inv().is_err());
    }
}
