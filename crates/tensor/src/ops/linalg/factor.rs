//! Factorisations of one matrix in double precision, by the library `faer`.
//!
//! Matrices come in and go out in row-major order. Everything runs on the caller's thread, whatever
//! the library's own default is, so that no result depends on threads.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::cholesky::llt::factor as llt;
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::householder;
use faer::linalg::lu::partial_pivoting as lu;
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::linalg::triangular_solve;
use faer::perm::PermRef;
use faer::{Conj, Mat, MatMut, MatRef, Par};

const SEQUENTIAL: Par = Par::Seq;

/// Runs `work` with this much memory for its intermediate values.
fn with_stack<R>(size: StackReq, work: impl FnOnce(&mut MemStack) -> R) -> R {
    work(MemStack::new(&mut MemBuffer::new(size)))
}

fn row_major(x: MatRef<'_, f64>) -> Vec<f64> {
    let (rows, columns) = (x.nrows(), x.ncols());
    let mut out = Vec::with_capacity(rows * columns);
    for i in 0..rows {
        out.extend((0..columns).map(|j| x[(i, j)]));
    }
    out
}

fn column_major(x: &[f64], rows: usize, columns: usize) -> Mat<f64> {
    MatRef::from_row_major_slice(x, rows, columns).to_owned()
}

/// `P A = L U` with row exchanges.
pub(super) struct Lu {
    packed: Mat<f64>,
    order: Vec<usize>,
    inverse_order: Vec<usize>,
    exchanges: usize,
}

impl Lu {
    pub(super) fn new(a: &[f64], n: usize) -> Lu {
        let mut packed = column_major(a, n, n);
        let (mut order, mut inverse_order) = (vec![0; n], vec![0; n]);
        let size =
            lu::factor::lu_in_place_scratch::<usize, f64>(n, n, SEQUENTIAL, Default::default());
        let exchanges = with_stack(size, |stack| {
            let (info, _) = lu::factor::lu_in_place(
                packed.as_mut(),
                &mut order,
                &mut inverse_order,
                SEQUENTIAL,
                stack,
                Default::default(),
            );
            info.transposition_count
        });
        Lu {
            packed,
            order,
            inverse_order,
            exchanges,
        }
    }

    /// The diagonal of U.
    pub(super) fn pivots(&self) -> impl Iterator<Item = f64> {
        (0..self.order.len()).map(|i| self.packed[(i, i)])
    }

    /// The first pivot that is zero: the matrix is singular.
    pub(super) fn zero_pivot(&self) -> Option<usize> {
        self.pivots().position(|pivot| pivot == 0.0)
    }

    /// The smallest pivot's share of the largest.
    pub(super) fn pivot_ratio(&self) -> f64 {
        let magnitudes = || self.pivots().map(f64::abs);
        magnitudes().fold(f64::INFINITY, f64::min) / magnitudes().fold(0.0, f64::max)
    }

    /// Sign and logarithm of the magnitude of the determinant.
    pub(super) fn log_determinant(&self) -> (f64, f64) {
        if self.zero_pivot().is_some() {
            return (0.0, f64::NEG_INFINITY);
        }
        let signs = self.pivots().map(f64::signum).product::<f64>();
        let logs = self.pivots().map(|pivot| pivot.abs().ln()).sum();
        (self.parity() * signs, logs)
    }

    /// What follows a pivot of zero was divided by it and does not count.
    pub(super) fn determinant(&self) -> f64 {
        let end = self.zero_pivot().map_or(self.order.len(), |zero| zero + 1);
        self.parity() * self.pivots().take(end).product::<f64>()
    }

    fn parity(&self) -> f64 {
        if self.exchanges.is_multiple_of(2) {
            1.0
        } else {
            -1.0
        }
    }

    /// `A X = B` in place of B, which has `columns` columns; of a matrix that is not singular.
    pub(super) fn solve(&self, b: &mut [f64], columns: usize) {
        let n = self.order.len();
        let packed = self.packed.as_ref();
        let order = PermRef::new_checked(&self.order, &self.inverse_order, n);
        let size = lu::solve::solve_in_place_scratch::<usize, f64>(n, columns, SEQUENTIAL);
        with_stack(size, |stack| {
            let b = MatMut::from_row_major_slice_mut(b, n, columns);
            lu::solve::solve_in_place(packed, packed, order, b, SEQUENTIAL, stack);
        });
    }

    /// The inverse of a matrix that is not singular.
    pub(super) fn inverse(&self) -> Vec<f64> {
        let n = self.order.len();
        let mut inverse = vec![0.0; n * n];
        for i in 0..n {
            inverse[i * n + i] = 1.0;
        }
        self.solve(&mut inverse, n);
        inverse
    }
}

/// `A = L Lᵀ` of a symmetric matrix, of which the lower half is read; else the number of the pivot that
/// is not positive.
pub(super) fn cholesky(a: &[f64], n: usize) -> Result<Vec<f64>, usize> {
    let mut lower = column_major(a, n, n);
    let size = llt::cholesky_in_place_scratch::<f64>(n, SEQUENTIAL, Default::default());
    let done = with_stack(size, |stack| {
        let none = Default::default();
        llt::cholesky_in_place(lower.as_mut(), none, SEQUENTIAL, stack, Default::default())
    });
    done.map_err(|llt::LltError::NonPositivePivot { index }| index)?;
    if let Some(bad) = (0..n).find(|&i| lower[(i, i)].is_nan()) {
        return Err(bad);
    }
    let mut out = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            out[i * n + j] = lower[(i, j)];
        }
    }
    Ok(out)
}

/// `A = Q R`: Q with `columns_of_q` columns, R with as many rows.
pub(super) fn qr(a: &[f64], m: usize, n: usize, columns_of_q: usize) -> (Vec<f64>, Vec<f64>) {
    let size = m.min(n);
    let mut packed = column_major(a, m, n);
    let block = qr::recommended_block_size::<f64>(m, n);
    let mut factors = Mat::<f64>::zeros(block, size);
    let memory = qr::qr_in_place_scratch::<f64>(m, n, block, SEQUENTIAL, Default::default());
    with_stack(memory, |stack| {
        qr::qr_in_place(
            packed.as_mut(),
            factors.as_mut(),
            SEQUENTIAL,
            stack,
            Default::default(),
        );
    });
    let mut r = vec![0.0; columns_of_q * n];
    for i in 0..columns_of_q.min(m) {
        for j in i..n {
            r[i * n + j] = packed[(i, j)];
        }
    }
    let mut q = Mat::<f64>::identity(m, columns_of_q);
    let memory = householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(
        m,
        block,
        columns_of_q,
    );
    with_stack(memory, |stack| {
        householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
            packed.as_ref().subcols(0, size),
            factors.as_ref(),
            Conj::No,
            q.as_mut(),
            SEQUENTIAL,
            stack,
        );
    });
    (row_major(q.as_ref()), r)
}

/// `A = U diag(s) Vᵀ`, values in falling order.
pub(super) struct Svd {
    pub(super) u: Vec<f64>,
    pub(super) s: Vec<f64>,
    pub(super) vt: Vec<f64>,
}

/// The decomposition with thin or full vectors, or without any; `None` if the iteration does not
/// converge.
pub(super) fn svd(a: &[f64], m: usize, n: usize, vectors: ComputeSvdVectors) -> Option<Svd> {
    let size = m.min(n);
    let mut s = Diag::<f64>::zeros(size);
    let columns = |full| match vectors {
        ComputeSvdVectors::No => 0,
        ComputeSvdVectors::Thin => size,
        ComputeSvdVectors::Full => full,
    };
    let mut u = Mat::<f64>::zeros(m, columns(m));
    let mut v = Mat::<f64>::zeros(n, columns(n));
    let wanted = !matches!(vectors, ComputeSvdVectors::No);
    let memory = svd::svd_scratch::<f64>(m, n, vectors, vectors, SEQUENTIAL, Default::default());
    with_stack(memory, |stack| {
        svd::svd(
            column_major(a, m, n).as_ref(),
            s.as_mut(),
            wanted.then(|| u.as_mut()),
            wanted.then(|| v.as_mut()),
            SEQUENTIAL,
            stack,
            Default::default(),
        )
    })
    .ok()?;
    Some(Svd {
        u: row_major(u.as_ref()),
        s: s.column_vector().iter().copied().collect(),
        vt: row_major(v.as_ref().transpose()),
    })
}

/// Eigenvalues in rising order and eigenvectors, in columns, of a symmetric matrix of which the lower
/// half is read; `None` if the iteration does not converge.
pub(super) fn eigh(a: &[f64], n: usize, vectors: bool) -> Option<(Vec<f64>, Vec<f64>)> {
    if n == 0 {
        return Some((vec![], vec![]));
    }
    let mut values = Diag::<f64>::zeros(n);
    let columns = if vectors { n } else { 0 };
    let mut v = Mat::<f64>::zeros(n, columns);
    let wanted = if vectors {
        ComputeEigenvectors::Yes
    } else {
        ComputeEigenvectors::No
    };
    let memory = evd::self_adjoint_evd_scratch::<f64>(n, wanted, SEQUENTIAL, Default::default());
    with_stack(memory, |stack| {
        evd::self_adjoint_evd(
            column_major(a, n, n).as_ref(),
            values.as_mut(),
            vectors.then(|| v.as_mut()),
            SEQUENTIAL,
            stack,
            Default::default(),
        )
    })
    .ok()?;
    Some((
        values.column_vector().iter().copied().collect(),
        row_major(v.as_ref()),
    ))
}

/// `T X = B` in place of B for a triangular matrix, of which the other half, and with `unit` the
/// diagonal, is not read.
pub(super) fn solve_triangular(
    t: &[f64],
    n: usize,
    (upper, unit): (bool, bool),
    b: &mut [f64],
    columns: usize,
) {
    let t = MatRef::from_row_major_slice(t, n, n);
    let b = MatMut::from_row_major_slice_mut(b, n, columns);
    match (upper, unit) {
        (true, true) => triangular_solve::solve_unit_upper_triangular_in_place(t, b, SEQUENTIAL),
        (true, false) => triangular_solve::solve_upper_triangular_in_place(t, b, SEQUENTIAL),
        (false, true) => triangular_solve::solve_unit_lower_triangular_in_place(t, b, SEQUENTIAL),
        (false, false) => triangular_solve::solve_lower_triangular_in_place(t, b, SEQUENTIAL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::values;

    fn matrix(m: usize, n: usize, seed: u64) -> Vec<f64> {
        values(&[m, n], -1.0, 1.0, seed).to_vec().unwrap()
    }

    fn product(a: &[f64], b: &[f64], (m, k, n): (usize, usize, usize)) -> Vec<f64> {
        let entry = |i: usize, j: usize| (0..k).map(|l| a[i * k + l] * b[l * n + j]).sum();
        (0..m * n).map(|at| entry(at / n, at % n)).collect()
    }

    #[track_caller]
    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        let error = a
            .iter()
            .zip(b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        // Some hundred roundings of numbers near 1, times condition numbers of some thousands.
        assert!(error < 1e-10, "{error:e}");
    }

    const SIZES: &[(usize, usize)] = &[
        (1, 1),
        (2, 3),
        (5, 5),
        (9, 4),
        (40, 3),
        (3, 40),
        (33, 33),
        (0, 2),
    ];

    #[test]
    fn factors_multiply_to_the_matrix() {
        for &(m, n) in SIZES {
            let a = matrix(m, n, 1);
            let k = m.min(n);
            for columns in [k, m] {
                let (q, r) = qr(&a, m, n, columns);
                close(&product(&q, &r, (m, columns, n)), &a);
            }
            let svd = svd(&a, m, n, ComputeSvdVectors::Thin).unwrap();
            let us: Vec<f64> = svd
                .u
                .iter()
                .enumerate()
                .map(|(i, u)| u * svd.s[i % k.max(1)])
                .collect();
            close(&product(&us, &svd.vt, (m, k, n)), &a);
            assert!(svd.s.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn square_matrices() {
        for n in [1, 2, 7, 40, 0] {
            let a = matrix(n, n, 2);
            let b = matrix(n, 3, 3);
            let lu = Lu::new(&a, n);
            let mut x = b.clone();
            lu.solve(&mut x, 3);
            close(&product(&a, &x, (n, n, 3)), &b);
            let gram: Vec<f64> = (0..n * n)
                .map(|at| (0..n).map(|l| a[at / n * n + l] * a[at % n * n + l]).sum())
                .collect();
            let lower = cholesky(&gram, n).unwrap();
            let upper: Vec<f64> = (0..n * n).map(|at| lower[at % n * n + at / n]).collect();
            close(&product(&lower, &upper, (n, n, n)), &gram);
            let (l, v) = eigh(&gram, n, true).unwrap();
            let vl: Vec<f64> = v.iter().enumerate().map(|(i, v)| v * l[i % n]).collect();
            close(&product(&gram, &v, (n, n, n)), &vl);
            close(&eigh(&gram, n, false).unwrap().0, &l);
        }
    }

    #[test]
    fn determinants_count_exchanges() {
        let exchange = [0.0, 1.0, 1.0, 0.0];
        assert_eq!(Lu::new(&exchange, 2).determinant(), -1.0);
        assert_eq!(Lu::new(&exchange, 2).log_determinant(), (-1.0, 0.0));
        assert_eq!(Lu::new(&[1.0, 2.0, 2.0, 4.0], 2).zero_pivot(), Some(1));
        assert_eq!(Lu::new(&[], 0).determinant(), 1.0);
        assert_eq!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2), Err(1));
        assert_eq!(cholesky(&[f64::NAN], 1), Err(0));
    }
}
