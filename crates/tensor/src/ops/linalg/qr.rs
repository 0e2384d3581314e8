//! Orthogonal and triangular factors.

use super::factor;
use super::matrices::{Matrices, batch_of, expect_matrices, mt};
use super::packed::{Packed, room, unpack};
use super::triangular::{Triangular, solve_from_right};
use crate::ops::{Arithmetic, Concatenate, MatrixProduct, Shapes, Triangles};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// Which parts of Q and R are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QrMode {
    /// Q of min(m, n) columns and R of as many rows.
    #[default]
    Reduced,
    /// Square Q, and R of the matrix' shape.
    Complete,
    /// R alone, reduced; Q is empty, and there is no gradient.
    R,
}

/// Q and R, together.
#[derive(Clone, Debug)]
struct Factors {
    rows: usize,
    columns: usize,
    mode: QrMode,
}

impl Factors {
    /// Columns of Q.
    fn inner(&self) -> usize {
        match self.mode {
            QrMode::Complete => self.rows,
            QrMode::Reduced | QrMode::R => self.rows.min(self.columns),
        }
    }

    fn unpack<A: Array>(&self, packed: &A) -> Result<[A; 2]> {
        let k = self.inner();
        unpack(packed, [&[self.rows, k], &[k, self.columns]])
    }

    /// dL/dX = (g_Q + Q S) R⁻ᵀ with S symmetric, its lower half that of R g_Rᵀ − g_Qᵀ Q, for no more
    /// columns than rows
    fn rule<A: Array>([q, r]: [&A; 2], [gq, gr]: [&A; 2]) -> Result<A> {
        let m = r.matmul(&mt(gr)?)?.sub(&mt(gq)?.matmul(q)?)?;
        let s = m.tril(0)?.add(&mt(&m.tril(-1)?)?)?;
        let right = gq.add(&q.matmul(&s)?)?;
        solve_from_right(&mt(r)?, &right, Triangular::Lower)
    }
}

impl Op<1> for Factors {
    const NAME: &'static str = "qr";
    const SAVES: Saves = Saves::OUTPUT;

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let matrices = Matrices::of(a)?;
        let (m, n, k) = (self.rows, self.columns, self.inner());
        let mut packed = Packed::new();
        for matrix in matrices.each() {
            let (q, r) = factor::qr(matrix, m, n, k);
            packed.push(&q);
            packed.push(&r);
        }
        packed.finish(batch_of(a.shape()), room([&[m, k], &[k, n]]), a.dtype())
    }

    /// As [`Factors::rule`]; of more columns than rows, `A = (X, Y)`, those of Y follow X:
    /// dL/dY = Q g_V for `R = (U, V)`, and X has the gradient of its own factors Q and U, where Q also
    /// stands in V = Qᵀ Y
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (m, n) = (self.rows, self.columns);
        if self.mode == QrMode::R || self.inner() > n {
            return Err(ErrorKind::Invalid {
                op: Self::NAME,
                message: match self.mode {
                    QrMode::R => "R alone is not differentiable; ask for the reduced factors",
                    _ => "the complete Q of more rows than columns is not differentiable: nothing determines its last columns; ask for the reduced factors",
                }
                .into(),
            }
            .into());
        }
        let [q, r] = self.unpack(saved.output()?)?;
        let [gq, gr] = self.unpack(g)?;
        if m >= n {
            return Self::rule([&q, &r], [&gq, &gr]);
        }
        let (u, v) = (r.narrow(-1, 0, m)?, r.narrow(-1, m, n - m)?);
        let (gu, gv) = (gr.narrow(-1, 0, m)?, gr.narrow(-1, m, n - m)?);
        let y = q.matmul(&v)?;
        let gq = gq.add(&y.matmul(&mt(&gv)?)?)?;
        let gx = Self::rule([&q, &u], [&gq, &gu])?;
        A::cat(&[&gx, &q.matmul(&gv)?], -1)
    }
}

/// Orthogonal and triangular factors.
pub trait Qr: Array {
    /// `A = Q R`, Q with orthonormal columns, R upper triangular: `torch.linalg.qr`. The sign of each
    /// column of Q, and of the row of R that goes with it, is open.
    ///
    /// # Shapes
    /// `(batch.., m, n)` → `(batch.., m, k)` and `(batch.., k, n)`, k = min(m, n), or m if complete.
    ///
    /// # Errors
    /// Fewer than two dimensions; dtypes other than `f32` and `f64`. In the gradient: columns of A that
    /// depend on earlier ones; R alone; complete factors of more rows than columns.
    fn qr(&self, mode: QrMode) -> Result<(Self, Self)> {
        expect_matrices(Factors::NAME, self)?;
        let matrix = &self.shape()[self.shape().len() - 2..];
        let op = Factors {
            rows: matrix[0],
            columns: matrix[1],
            mode,
        };
        let packed = Self::apply(op.clone(), [self])?;
        let [q, r] = op.unpack(&packed)?;
        if mode == QrMode::R {
            return Ok((Self::constant(Tensor::zeros([0], self.dtype())?), r));
        }
        Ok((q, r))
    }
}
impl<A: Array> Qr for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp_at, values};

    const SHAPES: &[&[usize]] = &[
        &[3, 3],
        &[4, 2],
        &[2, 4],
        &[2, 3, 2],
        &[1, 3],
        &[2, 0],
        &[0, 2],
    ];

    #[test]
    fn factors_multiply_to_the_matrix() {
        for shape in SHAPES {
            let a = values(shape, -1.0, 1.0, 1);
            let expected = a.to_vec::<f64>().unwrap();
            let mut of_r = vec![];
            for mode in [QrMode::Reduced, QrMode::Complete] {
                let (q, r) = a.qr(mode).unwrap();
                assert_close(&q.matmul(&r).unwrap(), &expected);
                assert_close(&r, &r.triu(0).unwrap().to_vec::<f64>().unwrap());
                of_r.push(r);
            }
            let (none, r) = a.qr(QrMode::R).unwrap();
            assert_eq!(none.shape(), [0]);
            assert_close(&r, &of_r[0].to_vec::<f64>().unwrap());
        }
        let (q, _) = values(&[5, 2], -1.0, 1.0, 1).qr(QrMode::Complete).unwrap();
        let eye = tensor![[1.0]]
            .expand([5, 5])
            .unwrap()
            .tril(0)
            .unwrap()
            .triu(0)
            .unwrap();
        assert_close(
            &q.matmul(&q.t().unwrap()).unwrap(),
            &eye.to_vec::<f64>().unwrap(),
        );
    }

    #[test]
    fn vjp() {
        for shape in SHAPES {
            let a = values(shape, -1.0, 1.0, 1);
            let (rows, columns) = (shape[shape.len() - 2], shape[shape.len() - 1]);
            for mode in [QrMode::Reduced, QrMode::Complete] {
                if mode == QrMode::Reduced || rows <= columns {
                    check_vjp_at(
                        Factors {
                            rows,
                            columns,
                            mode,
                        },
                        [&a],
                    );
                }
            }
        }
    }

    #[test]
    fn what_nothing_determines_has_no_gradient() {
        let (rows, columns, mode) = (3, 2, QrMode::Complete);
        let g = values(&[15], -1.0, 1.0, 1);
        let saved = Saved::new("qr", Factors::SAVES, &[None], Some(&g));
        let e = Factors {
            rows,
            columns,
            mode,
        }
        .vjp(0, &saved, &g)
        .unwrap_err();
        assert!(
            e.to_string()
                .contains("nothing determines its last columns"),
            "{e}"
        );
        assert!(tensor![1.0].qr(QrMode::Reduced).is_err());
    }
}
