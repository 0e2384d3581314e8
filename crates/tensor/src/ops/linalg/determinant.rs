//! Determinants.

use super::factor::Lu;
use super::matrices::{Matrices, as_columns, batch_of, expect_square, mt};
use super::packed::{Packed, unpack};
use super::solve::Solve;
use super::svd::decompose;
use crate::ops::{Arithmetic, MatrixProduct, Selection, Sums};
use crate::{Array, DType, Op, Result, Saved, Saves, Tensor};

/// Matrices whose smallest pivot is a smaller share of the largest count as singular where a rule would
/// divide by the determinant: half of the digits would be gone.
const SINGULAR: f64 = 1e-8;

#[derive(Clone, Debug)]
struct Determinant;

impl Op<1> for Determinant {
    const NAME: &'static str = "det";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        let lus = matrices.each().map(|matrix| Lu::new(matrix, matrices.rows));
        let values: Vec<f64> = lus.map(|lu| lu.determinant()).collect();
        Tensor::from_vec(values, batch_of(a.shape()))?.to_dtype(a.dtype())
    }

    /// dL/dA = g C, C being the matrix of cofactors
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        as_columns(&as_columns(g)?)?.mul(&A::apply(Cofactors, [saved.input(0)?])?)
    }
}

fn is_regular(a: &Tensor) -> Result<bool> {
    let matrices = Matrices::of(a)?;
    Ok(matrices
        .each()
        .all(|matrix| Lu::new(matrix, matrices.rows).pivot_ratio() > SINGULAR))
}

/// `det(A) A⁻ᵀ`, which exists for singular matrices, too.
#[derive(Clone, Debug)]
struct Cofactors;

impl Op<1> for Cofactors {
    const NAME: &'static str = "cofactors";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        if is_regular(a)? {
            let wide = a.to_dtype(DType::F64)?;
            let det = as_columns(&as_columns(&wide.det()?)?)?;
            return mt(&wide.inv()?)?.mul(&det)?.to_dtype(a.dtype());
        }
        let basis = Basis::of(a)?;
        let n = basis.n;
        let products = basis.products(|s, out| {
            out.extend((0..n).map(|i| without(s, &[i])));
        })?;
        let inner = products
            .reshape([batch_of(a.shape()), &[n]].concat())?
            .diag_embed(0, -2, -1)?;
        basis.back(&inner)?.to_dtype(a.dtype())
    }

    /// dL/dA = (C ⟨u, C⟩ − C uᵀ C) / det A; by products of singular values where that is 0
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let (a, c) = (saved.input(0)?, saved.output()?);
        if !is_regular(&a.value())? {
            return A::apply(SecondCofactors, [a, u]);
        }
        let inner = u.mul(c)?.sum_dims(&[-2, -1], true)?;
        let det = as_columns(&as_columns(&a.det()?)?)?;
        c.mul(&inner)?
            .sub(&c.matmul(&mt(u)?)?.matmul(c)?)?
            .div(&det)
    }
}

/// The derivative of the cofactors along `u`, for any matrix; it is not differentiated again.
#[derive(Clone, Debug)]
struct SecondCofactors;

impl Op<2> for SecondCofactors {
    const NAME: &'static str = "cofactors_grad";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [a, u]: [&Tensor; 2]) -> Result<Tensor> {
        // With u in the basis of singular vectors and Pᵢⱼ the product of all values but sᵢ and sⱼ:
        // Rⱼⱼ = Σ Pᵢⱼ uᵢᵢ,  Rⱼᵢ = −Pᵢⱼ uᵢⱼ.
        let basis = Basis::of(a)?;
        let n = basis.n;
        let pairs = basis.products(|s, out| {
            let pair = |i, j| if i == j { 0.0 } else { without(s, &[i, j]) };
            out.extend((0..n * n).map(|at| pair(at / n, at % n)));
        })?;
        let turned = mt(&basis.u)?
            .matmul(&u.to_dtype(DType::F64)?)?
            .matmul(&mt(&basis.vt)?)?;
        let on_diagonal = pairs
            .matmul(&as_columns(&turned.diagonal(0, -2, -1)?)?)?
            .squeeze(-1)?;
        let inner = on_diagonal
            .diag_embed(0, -2, -1)?
            .sub(&mt(&pairs.mul(&turned)?)?)?;
        basis.back(&inner)?.to_dtype(a.dtype())
    }
}

/// The product of all values but these.
fn without(s: &[f64], places: &[usize]) -> f64 {
    let kept = s.iter().enumerate().filter(|(i, _)| !places.contains(i));
    kept.map(|(_, value)| value).product()
}

/// Singular vectors of square matrices, and the sign of their determinants.
struct Basis {
    n: usize,
    u: Tensor,
    s: Tensor,
    vt: Tensor,
    sign: Tensor,
}

impl Basis {
    fn of(a: &Tensor) -> Result<Basis> {
        let a = a.to_dtype(DType::F64)?;
        let n = a.shape()[a.rank() - 1];
        let [u, s, vt] = decompose(Determinant::NAME, &a, false)?;
        let sign = u.det()?.mul(&vt.det()?)?.sign()?;
        let sign = as_columns(&as_columns(&sign)?)?;
        Ok(Basis { n, u, s, vt, sign })
    }

    /// What `make` pushes for the singular values of each matrix: one matrix of `n` columns each.
    fn products(&self, make: impl Fn(&[f64], &mut Vec<f64>)) -> Result<Tensor> {
        let s = self.s.contiguous();
        let values = s.host_slice::<f64>();
        let mut out = vec![];
        if self.n > 0 {
            values.chunks_exact(self.n).for_each(|s| make(s, &mut out));
        }
        let batch = &self.s.shape()[..self.s.rank() - 1];
        let rows = if values.is_empty() {
            self.n
        } else {
            out.len() / values.len()
        };
        Tensor::from_vec(out, [batch, &[rows, self.n]].concat())
    }

    /// A matrix in this basis as one in the plain basis, with the sign.
    fn back(&self, inner: &Tensor) -> Result<Tensor> {
        self.u.matmul(inner)?.matmul(&self.vt)?.mul(&self.sign)
    }
}

/// Sign and logarithm of the magnitude, together.
#[derive(Clone, Debug)]
struct SignAndLog;

impl Op<1> for SignAndLog {
    const NAME: &'static str = "slogdet";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        let mut packed = Packed::new();
        for matrix in matrices.each() {
            let (sign, log) = Lu::new(matrix, matrices.rows).log_determinant();
            packed.push(&[sign, log]);
        }
        packed.finish(batch_of(a.shape()), 2, a.dtype())
    }

    /// dL/dA = g A⁻ᵀ for the logarithm, 0 for the sign
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let [_, g] = unpack(g, [&[], &[]])?;
        as_columns(&as_columns(&g)?)?.mul(&mt(&saved.input(0)?.inv()?)?)
    }
}

/// Determinants of square matrices.
pub trait Determinants: Array {
    /// The determinant: `torch.linalg.det`. It is differentiable twice, also where it is 0.
    ///
    /// # Shapes
    /// `(batch.., n, n)` → `(batch..)`.
    ///
    /// # Errors
    /// Anything but square matrices; dtypes other than `f32` and `f64`.
    fn det(&self) -> Result<Self> {
        expect_square(Determinant::NAME, self)?;
        Self::apply(Determinant, [self])
    }

    /// The sign of the determinant and the logarithm of its magnitude: `torch.linalg.slogdet`. A
    /// singular matrix gives 0 and −∞, and no gradient.
    ///
    /// # Errors
    /// As [`det`](Determinants::det); in the gradient, a singular matrix.
    fn slogdet(&self) -> Result<(Self, Self)> {
        expect_square(SignAndLog::NAME, self)?;
        let packed = Self::apply(SignAndLog, [self])?;
        let [sign, log] = unpack(&packed, [&[], &[]])?;
        Ok((sign, log))
    }

    /// The logarithm of the determinant: `torch.logdet`. NaN if the determinant is negative, −∞ if it is
    /// 0.
    ///
    /// # Errors
    /// As [`slogdet`](Determinants::slogdet).
    fn logdet(&self) -> Result<Self> {
        expect_square("logdet", self)?;
        let (sign, log) = self.slogdet()?;
        let signs = sign.value().to_vec::<f64>()?;
        if signs.iter().all(|&sign| sign >= 0.0) {
            return Ok(log);
        }
        log.masked_fill(&sign.value().lt_scalar(0)?, f64::NAN)
    }
}
impl<A: Array> Determinants for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp_at, values};

    fn of_rank(n: usize, rank: usize, seed: u64) -> Tensor {
        let (a, b) = (
            values(&[n, rank], -1.0, 1.0, seed),
            values(&[rank, n], -1.0, 1.0, seed + 1),
        );
        a.matmul(&b).unwrap()
    }

    #[test]
    fn determinants() {
        let a = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert_close(&a.det().unwrap(), &[-2.0]);
        let (sign, log) = a.slogdet().unwrap();
        assert_close(&sign, &[-1.0]);
        assert_close(&log, &[2.0f64.ln()]);
        assert_close(&a.logdet().unwrap(), &[f64::NAN]);
        let two = Tensor::stack(&[&a, &tensor![[0.0, 1.0], [0.0, 3.0]]], 0).unwrap();
        assert_close(&two.det().unwrap(), &[-2.0, 0.0]);
        assert_close(&two.slogdet().unwrap().0, &[-1.0, 0.0]);
        assert_close(&two.logdet().unwrap(), &[f64::NAN, f64::NEG_INFINITY]);
        let empty = Tensor::zeros([3, 0, 0], DType::F32).unwrap();
        assert_close(&empty.det().unwrap(), &[1.0; 3]);
        assert_close(&empty.logdet().unwrap(), &[0.0; 3]);
        assert!(tensor![[1.0, 2.0]].det().is_err());
    }

    #[test]
    fn vjp() {
        let a = values(&[2, 3, 3], -1.0, 1.0, 1);
        check_vjp_at(Determinant, [&a]);
        check_vjp_at(Cofactors, [&a]);
        check_vjp_at(SignAndLog, [&a]);
    }

    #[test]
    fn gradients_keep_the_dtype() {
        for a in [values(&[3, 3], -1.0, 1.0, 1), of_rank(3, 2, 1)] {
            let single = a.to_dtype(DType::F32).unwrap();
            assert_eq!(Cofactors.forward([&single]).unwrap().dtype(), DType::F32);
            assert_eq!(
                SecondCofactors.forward([&single, &single]).unwrap().dtype(),
                DType::F32
            );
        }
    }

    #[test]
    fn singular_matrices_have_gradients() {
        for rank in [0, 1, 2, 3] {
            let a = of_rank(4, rank, 3);
            check_vjp_at(Determinant, [&a]);
            check_vjp_at(Cofactors, [&a]);
        }
        // Both ways to the same numbers.
        let a = values(&[4, 4], -1.0, 1.0, 5);
        let u = values(&[4, 4], -1.0, 1.0, 6);
        let c = Cofactors.forward([&a]).unwrap();
        let inputs = [Some(a.clone())];
        let saved = Saved::new("cofactors", Cofactors::SAVES, &inputs, Some(&c));
        let plain = Cofactors.vjp(0, &saved, &u).unwrap();
        let turned = SecondCofactors.forward([&a, &u]).unwrap();
        assert_close(&turned, &plain.to_vec::<f64>().unwrap());
    }
}
