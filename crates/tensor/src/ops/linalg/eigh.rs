//! Eigenvalues of symmetric matrices.

use super::factor;
use super::matrices::{Matrices, as_columns, as_rows, batch_of, expect_square, mt};
use super::packed::{Packed, room, unpack};
use crate::ops::{Arithmetic, Diagonals, MatrixProduct};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// Which half of a symmetric matrix is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Half {
    /// The diagonal and what lies below.
    #[default]
    Lower,
    /// The diagonal and what lies above.
    Upper,
}

const NO_END: &str = "does not converge to eigenvalues";

/// Values and vectors, together.
#[derive(Clone, Debug)]
struct EigenPairs;

impl Op<1> for EigenPairs {
    const NAME: &'static str = "eigh";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        matrices.expect_finite(Self::NAME)?;
        let n = matrices.rows;
        let mut packed = Packed::new();
        for (i, matrix) in matrices.each().enumerate() {
            let Some((values, vectors)) = factor::eigh(matrix, n, true) else {
                return Err(matrices.problem(Self::NAME, i, NO_END));
            };
            packed.push(&values);
            packed.push(&vectors);
        }
        packed.finish(batch_of(a.shape()), room([&[n], &[n, n]]), a.dtype())
    }

    /// dL/dA = V (diag(gₗ) + Vᵀ gᵥ / E) Vᵀ with Eᵢⱼ = lⱼ − lᵢ off the diagonal, symmetric
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let n = size_of_square(saved.output()?.shape());
        let [l, v] = unpack(saved.output()?, [&[n], &[n, n]])?;
        let [gl, gv] = unpack(g, [&[n], &[n, n]])?;
        let gaps = as_rows(&l)?.sub(&as_columns(&l)?)?;
        let inner = quotient(&mt(&v)?.matmul(&gv)?, &gaps)?;
        let inner = inner.add(&mt(&inner)?)?.mul_scalar(0.5)?;
        v.matmul(&inner.add(&gl.diag_embed(0, -2, -1)?)?)?
            .matmul(&mt(&v)?)
    }
}

/// The `n` of a row that holds `n` numbers and `n²`.
fn size_of_square(packed: &[usize]) -> usize {
    let room = packed[packed.len() - 1];
    (0..=room).find(|n| n + n * n >= room).unwrap_or(0)
}

/// `x / gaps` off the diagonal and 0 on it. A gap of zero, between equal values, divides only what is not
/// zero: a function that does not depend on which vectors stand for them has a gradient there.
pub(super) fn quotient<A: Array>(x: &A, gaps: &A) -> Result<A> {
    let n = x.shape()[x.shape().len() - 1];
    let (top, bottom) = (x.value().to_vec::<f64>()?, gaps.value().to_vec::<f64>()?);
    let (mut added, mut kept) = (vec![0.0; top.len()], vec![1.0; top.len()]);
    for (i, (&top, &bottom)) in top.iter().zip(&bottom).enumerate() {
        let on_diagonal = n > 0 && i / n % n == i % n;
        if on_diagonal || bottom == 0.0 && top == 0.0 {
            (added[i], kept[i]) = (1.0, 0.0);
        }
    }
    let constant = |values| Tensor::from_vec(values, x.shape())?.to_dtype(x.dtype());
    let (kept, added) = (A::constant(constant(kept)?), A::constant(constant(added)?));
    x.mul(&kept)?.div(&gaps.add(&added)?)
}

/// Values alone.
#[derive(Clone, Debug)]
struct EigenValues;

impl Op<1> for EigenValues {
    const NAME: &'static str = "eigvalsh";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        matrices.expect_finite(Self::NAME)?;
        let n = matrices.rows;
        let mut packed = Packed::new();
        for (i, matrix) in matrices.each().enumerate() {
            let Some((values, _)) = factor::eigh(matrix, n, false) else {
                return Err(matrices.problem(Self::NAME, i, NO_END));
            };
            packed.push(&values);
        }
        packed.finish(batch_of(a.shape()), n, a.dtype())
    }

    /// dL/dA = V diag(g) Vᵀ
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (_, v) = saved.input(0)?.eigh(Half::Lower)?;
        v.mul(&as_rows(g)?)?.matmul(&mt(&v)?)
    }
}

/// Eigenvalues of symmetric matrices. The gradient is symmetric.
pub trait Eigen: Array {
    /// Eigenvalues in rising order and eigenvectors in columns, `A = V diag(l) Vᵀ`:
    /// `torch.linalg.eigh`. The sign of each vector is open; a function that depends on it, or on which
    /// vectors stand for equal values, has no gradient.
    ///
    /// # Shapes
    /// `(batch.., n, n)` → `(batch.., n)` and `(batch.., n, n)`.
    ///
    /// # Errors
    /// Anything but square matrices; NaN or infinities; dtypes other than `f32` and `f64`.
    fn eigh(&self, half: Half) -> Result<(Self, Self)> {
        let n = expect_square(EigenPairs::NAME, self)?;
        let packed = Self::apply(EigenPairs, [&lower(self, half)?])?;
        let [values, vectors] = unpack(&packed, [&[n], &[n, n]])?;
        Ok((values, vectors))
    }

    /// Eigenvalues in rising order: `torch.linalg.eigvalsh`. Unlike those of [`eigh`](Eigen::eigh) they
    /// have gradients also where some are equal.
    ///
    /// # Errors
    /// As [`eigh`](Eigen::eigh).
    fn eigvalsh(&self, half: Half) -> Result<Self> {
        expect_square(EigenValues::NAME, self)?;
        Self::apply(EigenValues, [&lower(self, half)?])
    }
}
impl<A: Array> Eigen for A {}

/// The array with the half to read below the diagonal.
fn lower<A: Array>(x: &A, half: Half) -> Result<A> {
    match half {
        Half::Lower => Ok(x.clone()),
        Half::Upper => mt(x),
    }
}

#[cfg(test)]
mod tests {
    use super::super::symmetric::{OfSymmetric, symmetric_part};
    use super::*;
    use crate::testkit::{assert_close, check_vjp_at, values};
    use crate::{DType, tensor};

    #[test]
    fn vjp() {
        let x = symmetric_part(&values(&[2, 4, 4], -1.0, 1.0, 1)).unwrap();
        check_vjp_at(OfSymmetric(EigenPairs), [&x]);
        check_vjp_at(OfSymmetric(EigenValues), [&x]);
    }

    #[test]
    fn pairs() {
        let a = tensor![[2.0, 1.0], [1.0, 2.0]];
        let (l, v) = a.eigh(Half::Lower).unwrap();
        assert_close(&l, &[1.0, 3.0]);
        let back = v.mul(&l).unwrap().matmul(&v.t().unwrap()).unwrap();
        assert_close(&back, &[2.0, 1.0, 1.0, 2.0]);
        assert_close(&a.eigvalsh(Half::Upper).unwrap(), &[1.0, 3.0]);
        let halves = tensor![[2.0, 0.0], [1.0, 2.0]];
        assert_close(&halves.eigvalsh(Half::Lower).unwrap(), &[1.0, 3.0]);
        assert_close(&halves.eigvalsh(Half::Upper).unwrap(), &[2.0, 2.0]);
        let empty = Tensor::zeros([2, 0, 0], DType::F64).unwrap();
        let (l, v) = empty.eigh(Half::Lower).unwrap();
        assert_eq!((l.shape(), v.shape()), (&[2, 0][..], &[2, 0, 0][..]));
        assert_eq!(
            tensor![[f32::NAN]]
                .eigvalsh(Half::Lower)
                .unwrap_err()
                .to_string(),
            "eigvalsh: the matrix contains NaN or an infinity"
        );
    }

    #[test]
    fn equal_values_are_no_obstacle_where_vectors_do_not_count() {
        let eye = Tensor::ones([3], DType::F64)
            .unwrap()
            .diag_embed(0, 0, 1)
            .unwrap();
        let y = EigenPairs.forward([&eye]).unwrap();
        let mut g = vec![0.0; 12];
        g[..3].fill(1.0);
        let g = Tensor::from_vec(g, [12]).unwrap();
        let saved = Saved::new("eigh", EigenPairs::SAVES, &[None], Some(&y));
        let gradient = EigenPairs.vjp(0, &saved, &g).unwrap();
        assert_close(&gradient, &eye.to_vec::<f64>().unwrap());
    }
}
