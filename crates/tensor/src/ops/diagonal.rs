//! Diagonals of matrices, and matrices made of diagonals.

use std::sync::Arc;

use super::operands::expect_one_dtype;
use super::pick_put::{put, zeros};
use super::places::Places;
use super::{Shapes, Sums};
use crate::layout::{Layout, MAX_RANK, resolve_dim};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// The elements `(i, i + offset)` of the matrices that two dimensions hold, as a last dimension.
#[derive(Clone, Debug)]
struct Diagonal {
    offset: isize,
    dim1: usize,
    dim2: usize,
}

impl Op<1> for Diagonal {
    const NAME: &'static str = "diagonal";
    const SAVES: Saves = Saves::SHAPES;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let at = Run::new(self.offset, x.shape()[self.dim1], x.shape()[self.dim2]);
        let (mut shape, mut strides) = ([0; MAX_RANK], [0; MAX_RANK]);
        let mut rank = 0;
        for d in (0..x.rank()).filter(|&d| d != self.dim1 && d != self.dim2) {
            (shape[rank], strides[rank]) = (x.shape()[d], x.strides()[d]);
            rank += 1;
        }
        let steps = (x.strides()[self.dim1], x.strides()[self.dim2]);
        (shape[rank], strides[rank]) = (at.len, steps.0 + steps.1);
        let layout = Layout::strided(&shape[..=rank], &strides[..=rank]);
        Ok(x.view_with(&layout, at.row * steps.0 + at.column * steps.1))
    }

    /// dL/dx: zeros with g on the diagonal
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let shape = saved.shape(0)?;
        let sizes = (shape[self.dim1], shape[self.dim2]);
        on_diagonal(g, self, sizes)
    }
}

impl Diagonal {
    fn dims(&self) -> [isize; 2] {
        [self.dim1 as isize, self.dim2 as isize]
    }
}

/// Where a diagonal runs in a matrix: its first element and its length.
#[derive(Clone, Copy)]
struct Run {
    row: usize,
    column: usize,
    len: usize,
}

impl Run {
    fn new(offset: isize, rows: usize, columns: usize) -> Run {
        let (row, column) = match offset {
            0.. => (0, offset.unsigned_abs()),
            _ => (offset.unsigned_abs(), 0),
        };
        let len = rows.saturating_sub(row).min(columns.saturating_sub(column));
        if len == 0 {
            return Run {
                row: 0,
                column: 0,
                len,
            };
        }
        Run { row, column, len }
    }
}

/// The adjoint of a diagonal: `x`'s last dimension on the diagonal of zeros of these sizes.
fn on_diagonal<A: Array>(x: &A, diagonal: &Diagonal, (rows, columns): (usize, usize)) -> Result<A> {
    let last = x.shape().len() - 1;
    let at = Run::new(diagonal.offset, rows, columns);
    let zeros = zeros(&[&x.shape()[..last], &[rows, columns]].concat(), x.dtype())?;
    on_matrices(&A::constant(zeros), at, x)?.movedim(&[-2, -1], &diagonal.dims())
}

/// Matrices, in the last two dimensions, with `x`'s last dimension on a diagonal.
fn on_matrices<A: Array>(matrices: &A, at: Run, x: &A) -> Result<A> {
    let shape = matrices.shape();
    let last = shape.len() - 2;
    let columns = shape[last + 1];
    let flat = matrices.flatten(-2, -1)?;
    // In row-major order neighbours on a diagonal are one row and one column apart.
    let range = (at.row * columns + at.column, at.len, columns + 1);
    let places = Places::range(flat.shape(), last, range);
    put(Arc::new(places), &flat, x, false)?.reshape(shape)
}

/// Diagonals of matrices, and matrices made of diagonals.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1, 2], [3, 4]];
/// assert_eq!(x.diagonal(0, 0, 1)?, tensor![1, 4]);
/// assert_eq!(x.trace()?.item::<i64>()?, 5);
/// assert_eq!(tensor![5, 6].diag(0)?, tensor![[5, 0], [0, 6]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Diagonals: Array {
    /// The elements `x[.., i, .., i + offset, ..]` of the matrices held by `dim1` and `dim2`, as a last
    /// dimension: `torch.diagonal`. A positive `offset` lies above the main diagonal, a negative one
    /// below. A view.
    ///
    /// # Errors
    /// Dimensions that do not exist, or twice the same.
    fn diagonal(&self, offset: isize, dim1: isize, dim2: isize) -> Result<Self> {
        let (dim1, dim2) = two_dims(Diagonal::NAME, dim1, dim2, self.shape().len())?;
        Self::apply(Diagonal { offset, dim1, dim2 }, [self])
    }

    /// Zeros with the last dimension of this array on the diagonals of the matrices that the new
    /// dimensions `dim1` and `dim2` of the result hold: `torch.diag_embed`.
    ///
    /// # Errors
    /// No dimension to embed; dimensions that the result does not have, or twice the same.
    fn diag_embed(&self, offset: isize, dim1: isize, dim2: isize) -> Result<Self> {
        const OP: &str = "diag_embed";
        let &[.., len] = self.shape() else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "at least 1 dimension",
                got: vec![],
            }
            .into());
        };
        let (dim1, dim2) = two_dims(OP, dim1, dim2, self.shape().len() + 1)?;
        let size = len.saturating_add(offset.unsigned_abs());
        let lead = &self.shape()[..self.shape().len() - 1];
        Layout::row_major(OP, &[lead, &[size, size]].concat())?;
        on_diagonal(self, &Diagonal { offset, dim1, dim2 }, (size, size))
    }

    /// Of a vector the matrix with this diagonal, of a matrix its diagonal.
    ///
    /// # Errors
    /// Neither one dimension nor two.
    fn diag(&self, offset: isize) -> Result<Self> {
        match self.shape().len() {
            1 => self.diag_embed(offset, 0, 1),
            2 => self.diagonal(offset, 0, 1),
            _ => Err(ErrorKind::Rank {
                op: "diag",
                expected: "a vector or a matrix",
                got: self.shape().to_vec(),
            }
            .into()),
        }
    }

    /// The matrix with all elements, in row-major order, on a diagonal of zeros.
    ///
    /// # Errors
    /// Too many elements.
    fn diagflat(&self, offset: isize) -> Result<Self> {
        self.ravel()?.diag_embed(offset, 0, 1)
    }

    /// The array with `source` on the diagonals that [`diagonal`](Diagonals::diagonal) shows.
    ///
    /// # Errors
    /// As there; a source of another dtype or shape than the diagonals.
    fn diagonal_scatter(
        &self,
        source: &Self,
        offset: isize,
        dim1: isize,
        dim2: isize,
    ) -> Result<Self> {
        const OP: &str = "diagonal_scatter";
        expect_one_dtype(OP, self, source)?;
        let (dim1, dim2) = two_dims(OP, dim1, dim2, self.shape().len())?;
        let dims = Diagonal { offset, dim1, dim2 }.dims();
        let matrices = self.movedim(&dims, &[-2, -1])?;
        let &[ref batch @ .., rows, columns] = matrices.shape() else {
            return Ok(self.clone());
        };
        let at = Run::new(offset, rows, columns);
        let wanted = [batch, &[at.len]].concat();
        if source.shape() != wanted {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "the source has the shape of the diagonals",
                lhs: source.shape().to_vec(),
                rhs: wanted,
            }
            .into());
        }
        on_matrices(&matrices, at, source)?.movedim(&[-2, -1], &dims)
    }

    /// The sum of the main diagonal of a matrix; integers are summed as `i64`.
    ///
    /// # Errors
    /// Anything but a matrix of numbers.
    fn trace(&self) -> Result<Self> {
        const OP: &str = "trace";
        if self.shape().len() != 2 {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a matrix",
                got: self.shape().to_vec(),
            }
            .into());
        }
        if self.dtype() == crate::DType::Bool {
            return Err(ErrorKind::DType {
                op: OP,
                expected: "numbers",
                got: self.dtype(),
            }
            .into());
        }
        self.diagonal(0, 0, 1)?.sum()
    }
}
impl<A: Array> Diagonals for A {}

/// Two different dimensions.
#[inline]
fn two_dims(op: &'static str, dim1: isize, dim2: isize, rank: usize) -> Result<(usize, usize)> {
    if rank == 0 {
        return Err(ErrorKind::DimOutOfRange {
            op,
            dim: dim1,
            rank,
        }
        .into());
    }
    let pair = (resolve_dim(op, dim1, rank)?, resolve_dim(op, dim2, rank)?);
    if pair.0 == pair.1 {
        let message =
            format!("dimensions {dim1} and {dim2} are the same one; a diagonal runs through two");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    Ok(pair)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp, values};

    #[test]
    fn diagonals_are_views() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_close(&x.diagonal(0, 0, 1).unwrap(), &[1.0, 5.0]);
        assert_close(&x.diagonal(1, 0, 1).unwrap(), &[2.0, 6.0]);
        assert_close(&x.diagonal(-1, 0, 1).unwrap(), &[4.0]);
        assert_close(&x.diagonal(1, 1, 0).unwrap(), &[4.0]);
        assert_eq!(x.diagonal(3, 0, 1).unwrap().shape(), [0]);
        assert_eq!(x.diagonal(0, 0, 1).unwrap().strides(), [4]);
        let batch = values(&[2, 3, 4], -1.0, 1.0, 1);
        assert_eq!(batch.diagonal(0, 0, 2).unwrap().shape(), [3, 2]);
    }

    #[test]
    fn matrices_are_made_of_diagonals() {
        let x = tensor![1.0, 2.0];
        assert_close(&x.diag_embed(0, -2, -1).unwrap(), &[1.0, 0.0, 0.0, 2.0]);
        assert_close(
            &x.diag_embed(-1, -2, -1).unwrap(),
            &[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 2.0, 0.0],
        );
        let batch = values(&[3, 2], -1.0, 1.0, 1);
        for (dim1, dim2) in [(0, 1), (2, 0), (-1, 1)] {
            let matrices = batch.diag_embed(2, dim1, dim2).unwrap();
            let back = matrices.diagonal(2, dim1, dim2).unwrap();
            assert_close(&back, &batch.to_vec::<f64>().unwrap());
            assert_eq!(
                matrices.shape().iter().filter(|&&size| size == 4).count(),
                2
            );
        }
    }

    #[test]
    fn vjp() {
        for (offset, dim1, dim2) in [(0, 0, 1), (1, 2, 0), (-1, 1, 2), (5, 0, 1)] {
            check_vjp(Diagonal { offset, dim1, dim2 }, [&[3, 4, 2]]);
        }
    }

    #[test]
    fn the_trace_is_a_sum() {
        assert_close(
            &tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].trace().unwrap(),
            &[6.0],
        );
        assert_eq!(
            tensor![[3, 1], [1, 4]]
                .trace()
                .unwrap()
                .item::<i64>()
                .unwrap(),
            7
        );
        assert!(tensor![1.0].trace().is_err() && tensor![[true]].trace().is_err());
    }

    #[test]
    fn one_dimension_has_no_diagonal() {
        let x = tensor![[1.0, 2.0]];
        assert_eq!(
            x.diagonal(0, 1, -1).unwrap_err().to_string(),
            "diagonal: dimensions 1 and -1 are the same one; a diagonal runs through two"
        );
        assert!(x.diagonal(0, 0, 2).is_err());
        assert!(Tensor::scalar(1.0f32).diag_embed(0, 0, 1).is_err());
        assert!(tensor![1.0].diag_embed(isize::MIN, 0, 1).is_err());
    }

    #[test]
    fn vectors_and_matrices_and_replaced_diagonals() {
        let x = tensor![1.0, 2.0];
        assert_close(&x.diag(0).unwrap(), &[1.0, 0.0, 0.0, 2.0]);
        assert_close(&x.diag(0).unwrap().diag(0).unwrap(), &[1.0, 2.0]);
        assert_eq!(Tensor::scalar(3.0f32).diagflat(-1).unwrap().shape(), [2, 2]);
        let y = Tensor::ones([2, 3], crate::DType::F32).unwrap();
        let y = y.diagonal_scatter(&tensor![7.0, 8.0], 1, 0, 1).unwrap();
        assert_close(&y, &[1.0, 7.0, 1.0, 1.0, 1.0, 8.0]);
        let cube = Tensor::zeros([2, 2, 2], crate::DType::F32).unwrap();
        let y = cube
            .diagonal_scatter(&tensor![[1.0], [2.0]], -1, 0, 2)
            .unwrap();
        assert_close(&y, &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 2.0, 0.0]);
        assert!(cube.diag(0).is_err() && cube.diagonal_scatter(&x, 0, 0, 1).is_err());
    }
}
