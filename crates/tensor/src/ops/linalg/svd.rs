//! Singular values.

use faer::linalg::svd::ComputeSvdVectors;

use super::eigh::quotient;
use super::factor;
use super::matrices::{Matrices, as_columns, as_rows, batch_of, expect_matrices, mt};
use super::packed::{Packed, room, unpack};
use crate::ops::{Arithmetic, Diagonals, MatrixProduct, Shapes};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

const NO_END: &str = "does not converge to singular values";

/// Values and vectors, together.
#[derive(Clone, Debug)]
struct SingularTriples {
    rows: usize,
    columns: usize,
    full: bool,
}

impl SingularTriples {
    fn of<A: Array>(op: &'static str, x: &A, full: bool) -> Result<SingularTriples> {
        expect_matrices(op, x)?;
        let matrix = &x.shape()[x.shape().len() - 2..];
        Ok(SingularTriples {
            rows: matrix[0],
            columns: matrix[1],
            full,
        })
    }

    fn size(&self) -> usize {
        self.rows.min(self.columns)
    }

    /// Shapes of U, s and Vᵀ.
    fn shapes(&self) -> [Vec<usize>; 3] {
        let k = self.size();
        let thin = |full| if self.full { full } else { k };
        let (m, n) = (self.rows, self.columns);
        [vec![m, thin(m)], vec![k], vec![thin(n), n]]
    }

    fn unpack<A: Array>(&self, packed: &A) -> Result<[A; 3]> {
        let [u, s, vt] = self.shapes();
        unpack(packed, [&u, &s, &vt])
    }

    /// Without what full matrices have beyond the thin ones.
    fn thin<A: Array>(&self, [u, s, vt]: [A; 3]) -> Result<[A; 3]> {
        let k = self.size();
        Ok([u.narrow(-1, 0, k)?, s, vt.narrow(-2, 0, k)?])
    }
}

impl Op<1> for SingularTriples {
    const NAME: &'static str = "svd";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        matrices.expect_finite(Self::NAME)?;
        let vectors = if self.full {
            ComputeSvdVectors::Full
        } else {
            ComputeSvdVectors::Thin
        };
        let mut packed = Packed::new();
        for (i, matrix) in matrices.each().enumerate() {
            let Some(svd) = factor::svd(matrix, self.rows, self.columns, vectors) else {
                return Err(matrices.problem(Self::NAME, i, NO_END));
            };
            packed.push(&svd.u);
            packed.push(&svd.s);
            packed.push(&svd.vt);
        }
        let [u, s, vt] = self.shapes();
        packed.finish(batch_of(a.shape()), room([&u, &s, &vt]), a.dtype())
    }

    /// dL/dA = U [(skew(Uᵀ gᵤ) S + S skew(Vᵀ gᵥ)) / E + diag(gₛ)] Vᵀ with skew(X) = X − Xᵀ and
    /// Eᵢⱼ = sⱼ² − sᵢ² off the diagonal, plus what leaves the space of U or V
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let [u, s, vt] = self.thin(self.unpack(saved.output()?)?)?;
        let [gu, gs, gvt] = self.thin(self.unpack(g)?)?;
        let skew = |x: A| x.sub(&mt(&x)?);
        let (columns, rows) = (as_columns(&s)?, as_rows(&s)?);
        let left = skew(mt(&u)?.matmul(&gu)?)?.mul(&rows)?;
        let right = skew(vt.matmul(&mt(&gvt)?)?)?.mul(&columns)?;
        let gaps = rows.sub(&columns)?.mul(&rows.add(&columns)?)?;
        let inner = quotient(&left.add(&right)?, &gaps)?.add(&gs.diag_embed(0, -2, -1)?)?;
        let mut sum = u.matmul(&inner)?.matmul(&vt)?;
        if self.rows > self.size() {
            let scaled = gu.div(&rows)?;
            let outside = scaled.sub(&u.matmul(&mt(&u)?.matmul(&scaled)?)?)?;
            sum = sum.add(&outside.matmul(&vt)?)?;
        }
        if self.columns > self.size() {
            let scaled = gvt.div(&columns)?;
            let outside = scaled.sub(&scaled.matmul(&mt(&vt)?)?.matmul(&vt)?)?;
            sum = sum.add(&u.matmul(&outside)?)?;
        }
        Ok(sum)
    }
}

/// Values alone.
#[derive(Clone, Debug)]
struct ValuesAlone;

impl Op<1> for ValuesAlone {
    const NAME: &'static str = "svdvals";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        matrices.expect_finite(Self::NAME)?;
        let (m, n) = (matrices.rows, matrices.columns);
        let mut packed = Packed::new();
        for (i, matrix) in matrices.each().enumerate() {
            let Some(svd) = factor::svd(matrix, m, n, ComputeSvdVectors::No) else {
                return Err(matrices.problem(Self::NAME, i, NO_END));
            };
            packed.push(&svd.s);
        }
        packed.finish(batch_of(a.shape()), m.min(n), a.dtype())
    }

    /// dL/dA = U diag(g) Vᵀ
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (u, _, vt) = saved.input(0)?.svd(false)?;
        u.mul(&as_rows(g)?)?.matmul(&vt)
    }
}

/// U, s and Vᵀ of plain matrices, for other operations.
pub(super) fn decompose(op: &'static str, a: &Tensor, full: bool) -> Result<[Tensor; 3]> {
    let triples = SingularTriples::of(op, a, full)?;
    triples.unpack(&triples.forward([a])?)
}

/// Singular values.
pub trait SingularValues: Array {
    /// The singular value decomposition `A = U diag(s) Vᵀ`, values in falling order, as `(U, s, Vᵀ)`:
    /// `torch.linalg.svd`. The sign of each pair of vectors is open; a function that depends on it, or on
    /// which vectors stand for equal values, has no gradient.
    ///
    /// With `full` U and Vᵀ are square. No gradient flows through the vectors beyond the first min(m, n):
    /// nothing determines them.
    ///
    /// # Shapes
    /// `(batch.., m, n)` → `(batch.., m, k)`, `(batch.., k)`, `(batch.., k, n)`, k = min(m, n); `full`:
    /// `(batch.., m, m)`, `(batch.., k)`, `(batch.., n, n)`.
    ///
    /// # Errors
    /// Fewer than two dimensions; NaN or infinities; dtypes other than `f32` and `f64`.
    fn svd(&self, full: bool) -> Result<(Self, Self, Self)> {
        let op = SingularTriples::of(SingularTriples::NAME, self, full)?;
        let [u, s, vt] = op.unpack(&Self::apply(op.clone(), [self])?)?;
        Ok((u, s, vt))
    }

    /// The singular values in falling order: `torch.linalg.svdvals`. Unlike those of
    /// [`svd`](SingularValues::svd) they have gradients also where some are equal.
    ///
    /// # Errors
    /// As [`svd`](SingularValues::svd).
    fn svdvals(&self) -> Result<Self> {
        expect_matrices(ValuesAlone::NAME, self)?;
        Self::apply(ValuesAlone, [self])
    }
}
impl<A: Array> SingularValues for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp_at, values};
    use crate::{DType, tensor};

    const SHAPES: &[&[usize]] = &[&[3, 3], &[4, 2], &[2, 4], &[2, 3, 2], &[1, 5]];

    #[test]
    fn decompositions_multiply_to_the_matrix() {
        for shape in SHAPES {
            let a = values(shape, -1.0, 1.0, 1);
            let (u, s, vt) = a.svd(false).unwrap();
            let k = s.shape()[s.rank() - 1];
            let back = u.mul(&as_rows(&s).unwrap()).unwrap().matmul(&vt).unwrap();
            assert_close(&back, &a.to_vec::<f64>().unwrap());
            assert_close(&a.svdvals().unwrap(), &s.to_vec::<f64>().unwrap());
            let (fu, _, fvt) = a.svd(true).unwrap();
            for square in [&fu, &fvt] {
                let n = square.shape()[square.rank() - 1];
                let gram = square.matmul(&mt(square).unwrap()).unwrap();
                let eye = Tensor::ones([n], DType::F64)
                    .unwrap()
                    .diag_embed(0, 0, 1)
                    .unwrap();
                assert_close(
                    &gram,
                    &eye.expand(gram.shape()).unwrap().to_vec::<f64>().unwrap(),
                );
            }
            assert_close(&fu.narrow(-1, 0, k).unwrap(), &u.to_vec::<f64>().unwrap());
        }
    }

    #[test]
    fn vjp() {
        for shape in SHAPES {
            let a = values(shape, -1.0, 1.0, 1);
            check_vjp_at(SingularTriples::of("svd", &a, false).unwrap(), [&a]);
            check_vjp_at(ValuesAlone, [&a]);
        }
    }

    #[test]
    fn equal_values_are_no_obstacle_where_vectors_do_not_count() {
        let eye = Tensor::ones([2], DType::F64)
            .unwrap()
            .diag_embed(0, 0, 1)
            .unwrap();
        let op = SingularTriples::of("svd", &eye, false).unwrap();
        let y = op.forward([&eye]).unwrap();
        let mut g = vec![0.0; 10];
        g[4..6].fill(1.0);
        let g = Tensor::from_vec(g, [10]).unwrap();
        let saved = Saved::new("svd", SingularTriples::SAVES, &[None], Some(&y));
        assert_close(&op.vjp(0, &saved, &g).unwrap(), &[1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn edges() {
        assert_close(
            &tensor![[3.0, 0.0], [0.0, -4.0]].svdvals().unwrap(),
            &[4.0, 3.0],
        );
        for shape in [&[0, 0][..], &[0, 3], &[3, 0], &[2, 0, 3], &[0, 2, 2]] {
            let a = Tensor::zeros(shape, DType::F32).unwrap();
            let (u, s, vt) = a.svd(true).unwrap();
            assert_eq!(u.shape()[..shape.len() - 1], shape[..shape.len() - 1]);
            assert_eq!((s.numel(), vt.shape().last()), (0, shape.last()));
        }
        assert_eq!(
            tensor![[f32::INFINITY]].svd(false).unwrap_err().to_string(),
            "svd: the matrix contains NaN or an infinity"
        );
        assert!(tensor![1.0].svd(false).is_err() && tensor![[1]].svdvals().is_err());
    }
}
