//! Systems of triangular matrices.

use super::factor;
use super::matrices::{Matrices, expect_square, mt, same_batch};
use super::solve::singular;
use crate::ops::operands::{expect_inner, expect_one_dtype};
use crate::ops::{Arithmetic, MatrixProduct, Triangles};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// Which half of a matrix a triangular system reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triangular {
    /// The diagonal and what lies below.
    Lower,
    /// The diagonal and what lies above.
    Upper,
    /// Below the diagonal, which counts as ones.
    UnitLower,
    /// Above the diagonal, which counts as ones.
    UnitUpper,
}

impl Triangular {
    fn is_upper(self) -> bool {
        matches!(self, Triangular::Upper | Triangular::UnitUpper)
    }

    fn is_unit(self) -> bool {
        matches!(self, Triangular::UnitLower | Triangular::UnitUpper)
    }

    fn transposed(self) -> Triangular {
        match self {
            Triangular::Lower => Triangular::Upper,
            Triangular::Upper => Triangular::Lower,
            Triangular::UnitLower => Triangular::UnitUpper,
            Triangular::UnitUpper => Triangular::UnitLower,
        }
    }

    /// The elements that are read, the others as zeros.
    fn part<A: Array>(self, x: &A) -> Result<A> {
        let strict = isize::from(self.is_unit());
        if self.is_upper() {
            x.triu(strict)
        } else {
            x.tril(-strict)
        }
    }
}

/// `T X = B` for triangular T.
#[derive(Clone, Debug)]
struct TriangularSystem(Triangular);

impl Op<2> for TriangularSystem {
    const NAME: &'static str = "solve_triangular";
    const SAVES: Saves = Saves::input(0).and(Saves::OUTPUT);

    fn forward(&self, [t, b]: [&Tensor; 2]) -> Result<Tensor> {
        let (systems, sides) = (Matrices::of(t)?, Matrices::of(b)?);
        let n = systems.rows;
        let mut out = Vec::with_capacity(b.numel());
        for (i, (system, side)) in systems.each().zip(sides.each()).enumerate() {
            if !self.0.is_unit()
                && let Some(pivot) = (0..n).find(|&d| system[d * n + d] == 0.0)
            {
                return Err(systems.problem(Self::NAME, i, singular(pivot)));
            }
            let start = out.len();
            out.extend_from_slice(side);
            let shape = (self.0.is_upper(), self.0.is_unit());
            factor::solve_triangular(system, n, shape, &mut out[start..], sides.columns);
        }
        Tensor::from_vec(out, b.shape())?.to_dtype(b.dtype())
    }

    /// dL/dB = T⁻ᵀ g,  dL/dT = −(T⁻ᵀ g) Xᵀ where T is read
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let transposed = TriangularSystem(self.0.transposed());
        let side = A::apply(transposed, [&mt(saved.input(0)?)?, g])?;
        if wrt == 1 {
            return Ok(side);
        }
        self.0.part(&side.matmul(&mt(saved.output()?)?)?)?.neg()
    }
}

/// Systems of triangular matrices.
pub trait SolveTriangular: Array {
    /// The solution X of `T X = B`, T being this array, of which only the named half is read:
    /// `torch.linalg.solve_triangular`. For `X T = B` transpose both and the result.
    ///
    /// # Shapes
    /// `T`: `(batch.., n, n)`, `B`: `(batch.., n, k)` → `(batch.., n, k)`; batches broadcast.
    ///
    /// # Errors
    /// Shapes that do not fit; a zero on the diagonal; dtypes other than `f32` and `f64`, or that
    /// differ.
    fn solve_triangular(&self, b: &Self, half: Triangular) -> Result<Self> {
        const OP: &str = TriangularSystem::NAME;
        let n = expect_square(OP, self)?;
        expect_one_dtype(OP, self, b)?;
        let &[.., rows, _] = b.shape() else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a right-hand side of at least 2 dimensions",
                got: b.shape().to_vec(),
            }
            .into());
        };
        expect_inner(OP, self.shape(), b.shape(), (n, rows))?;
        let (t, b) = same_batch(OP, self, b)?;
        Self::apply(TriangularSystem(half), [&t, &b])
    }
}
impl<A: Array> SolveTriangular for A {}

/// `X T = B`: from the right.
pub(super) fn solve_from_right<A: Array>(t: &A, b: &A, half: Triangular) -> Result<A> {
    mt(&mt(t)?.solve_triangular(&mt(b)?, half.transposed())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp_at, values};

    const HALVES: [Triangular; 4] = [
        Triangular::Lower,
        Triangular::Upper,
        Triangular::UnitLower,
        Triangular::UnitUpper,
    ];

    #[test]
    fn each_half() {
        let t = tensor![[2.0, 3.0], [5.0, 4.0]];
        let b = tensor![[2.0], [8.0]];
        let expected = [[1.0, 0.75], [-2.0, 2.0], [2.0, -2.0], [-22.0, 8.0]];
        for (half, expected) in HALVES.into_iter().zip(expected) {
            assert_close(&t.solve_triangular(&b, half).unwrap(), &expected);
            let right = solve_from_right(&t.t().unwrap(), &b.t().unwrap(), half.transposed());
            assert_close(&right.unwrap(), &expected);
        }
    }

    #[test]
    fn vjp() {
        let (t, b) = (
            values(&[2, 3, 3], 0.5, 1.5, 1),
            values(&[2, 3, 2], -1.0, 1.0, 2),
        );
        for half in HALVES {
            check_vjp_at(TriangularSystem(half), [&t, &b]);
        }
    }

    #[test]
    fn zeros_on_the_diagonal() {
        let t = tensor![[0.0, 1.0], [0.0, 1.0]];
        let b = tensor![[1.0], [1.0]];
        assert_eq!(
            t.solve_triangular(&b, Triangular::Upper)
                .unwrap_err()
                .to_string(),
            "solve_triangular: the matrix is singular: pivot 0 is zero; lstsq and pinv take such matrices"
        );
        assert_close(
            &t.solve_triangular(&b, Triangular::UnitUpper).unwrap(),
            &[0.0, 1.0],
        );
        assert!(
            t.solve_triangular(&tensor![1.0, 1.0], Triangular::Upper)
                .is_err()
        );
    }
}
