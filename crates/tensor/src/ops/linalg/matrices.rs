//! Batches of matrices: what is asked of them, and walking through them in double precision.

use crate::layout::{broadcast_shapes, same_shape};
use crate::ops::Shapes;
use crate::ops::operands::{expect_at_least, expect_one_dtype};
use crate::{Array, DType, ErrorKind, Result, Tensor};

/// A batch of matrices in double precision and row-major order.
pub(super) struct Matrices {
    values: Tensor,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) count: usize,
}

impl Matrices {
    /// `x` has at least two dimensions.
    pub(super) fn of(x: &Tensor) -> Result<Matrices> {
        let (batch, matrix) = x.shape().split_at(x.rank() - 2);
        Ok(Matrices {
            values: x.to_dtype(DType::F64)?.contiguous(),
            rows: matrix[0],
            columns: matrix[1],
            count: batch.iter().product(),
        })
    }

    /// One matrix after the other.
    pub(super) fn each(&self) -> impl Iterator<Item = &[f64]> {
        let size = self.rows * self.columns;
        let values = self.values.host_slice::<f64>();
        (0..self.count).map(move |i| &values[i * size..(i + 1) * size])
    }

    /// An error about one of them.
    #[cold]
    pub(super) fn problem(
        &self,
        op: &'static str,
        matrix: usize,
        problem: impl Into<String>,
    ) -> crate::Error {
        ErrorKind::Matrix {
            op,
            matrix,
            batch: self.count,
            problem: problem.into(),
        }
        .into()
    }

    /// # Errors
    /// NaN or an infinity, with which no iteration ends well.
    pub(super) fn expect_finite(&self, op: &'static str) -> Result<()> {
        match self
            .each()
            .position(|matrix| matrix.iter().any(|x| !x.is_finite()))
        {
            None => Ok(()),
            Some(matrix) => Err(self.problem(op, matrix, "contains NaN or an infinity")),
        }
    }
}

/// # Errors
/// Fewer than two dimensions; another dtype than `f32` and `f64`.
pub(super) fn expect_matrices<A: Array>(op: &'static str, x: &A) -> Result<()> {
    expect_at_least(op, "at least 2 dimensions", 2, x.shape())?;
    match x.dtype() {
        DType::F32 | DType::F64 => Ok(()),
        got => Err(ErrorKind::DType {
            op,
            expected: "f32 or f64",
            got,
        }
        .into()),
    }
}

/// The size of square matrices.
///
/// # Errors
/// As [`expect_matrices`]; rows and columns that differ.
pub(super) fn expect_square<A: Array>(op: &'static str, x: &A) -> Result<usize> {
    expect_matrices(op, x)?;
    match x.shape() {
        [.., rows, columns] if rows == columns => Ok(*rows),
        _ => Err(ErrorKind::Rank {
            op,
            expected: "square matrices",
            got: x.shape().to_vec(),
        }
        .into()),
    }
}

/// The right-hand sides `b` of systems `a` as matrices, how many rows they have, and whether `b` is one vector
/// for each system.
///
/// # Errors
/// No dimensions; dtypes that differ.
pub(super) fn right_hand_sides<A: Array>(
    op: &'static str,
    a: &A,
    b: &A,
) -> Result<(A, usize, bool)> {
    expect_one_dtype(op, a, b)?;
    expect_at_least(
        op,
        "a right-hand side of at least 1 dimension",
        1,
        b.shape(),
    )?;
    let vectors = b.shape().len() == 1 || same_shape(b.shape(), &a.shape()[..a.shape().len() - 1]);
    let sides = if vectors { b.unsqueeze(-1)? } else { b.clone() };
    let rows = sides.shape()[sides.shape().len() - 2];
    Ok((sides, rows, vectors))
}

/// Both with the leading dimensions to which they broadcast.
///
/// # Errors
/// Leading dimensions that do not broadcast.
pub(super) fn same_batch<A: Array>(op: &'static str, a: &A, b: &A) -> Result<(A, A)> {
    let (batch_a, matrix_a) = a.shape().split_at(a.shape().len() - 2);
    let (batch_b, matrix_b) = b.shape().split_at(b.shape().len() - 2);
    let batch = broadcast_shapes(op, batch_a, batch_b)?;
    Ok((
        a.expand([batch.as_slice(), matrix_a].concat())?,
        b.expand([batch.as_slice(), matrix_b].concat())?,
    ))
}

/// The leading dimensions.
pub(super) fn batch_of(shape: &[usize]) -> &[usize] {
    &shape[..shape.len().saturating_sub(2)]
}

/// Each matrix transposed. A view.
pub(super) fn mt<A: Array>(x: &A) -> Result<A> {
    x.transpose(-1, -2)
}

/// A column of each row of numbers: `(.., n) → (.., n, 1)`.
pub(super) fn as_columns<A: Array>(x: &A) -> Result<A> {
    x.unsqueeze(-1)
}

/// A row of each row of numbers: `(.., n) → (.., 1, n)`.
pub(super) fn as_rows<A: Array>(x: &A) -> Result<A> {
    x.unsqueeze(-2)
}
