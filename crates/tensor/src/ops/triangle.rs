//! The lower and upper triangles of matrices.

use super::operands::expect_at_least;
use crate::kernel;
use crate::layout::Layout;
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// Matrices with zeros on one side of a diagonal.
#[derive(Clone, Debug)]
struct Triangle {
    diagonal: isize,
    upper: bool,
}

impl Op<1> for Triangle {
    const NAME: &'static str = "triangle";
    const SAVES: Saves = Saves::NOTHING;

    fn name(&self) -> &'static str {
        if self.upper { "triu" } else { "tril" }
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        expect_at_least(self.name(), "at least 2 dimensions", 2, x.shape())?;
        Ok(kernel::triangle(x, self.diagonal, self.upper))
    }

    /// The same triangle of the gradient
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(self.clone(), [g])
    }
}

/// The lower and upper triangles of the matrices in the last two dimensions. A `diagonal` above 0 lies
/// right of the main one.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1, 2], [3, 4]];
/// assert_eq!(x.tril(0)?, tensor![[1, 0], [3, 4]]);
/// assert_eq!(x.triu(1)?, tensor![[0, 2], [0, 0]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Triangles: Array {
    /// The matrices with zeros above the diagonal.
    ///
    /// # Errors
    /// Fewer than two dimensions.
    fn tril(&self, diagonal: isize) -> Result<Self> {
        let upper = false;
        Self::apply(Triangle { diagonal, upper }, [self])
    }

    /// The matrices with zeros below the diagonal.
    ///
    /// # Errors
    /// Fewer than two dimensions.
    fn triu(&self, diagonal: isize) -> Result<Self> {
        let upper = true;
        Self::apply(Triangle { diagonal, upper }, [self])
    }
}
impl<A: Array> Triangles for A {}

impl Tensor {
    /// Rows and columns of the elements that [`tril`](Tensor::tril) keeps of a `rows × columns` matrix,
    /// in row-major order: an `i64` tensor `(2, kept)`.
    ///
    /// # Errors
    /// Too many elements.
    #[inline]
    pub fn tril_indices(rows: usize, columns: usize, diagonal: isize) -> Result<Tensor> {
        let kept = |row: usize| 0..edge(row, diagonal.saturating_add(1), columns);
        indices("tril_indices", rows, columns, kept)
    }

    /// As [`tril_indices`](Tensor::tril_indices), of the elements that [`triu`](Tensor::triu) keeps.
    ///
    /// # Errors
    /// Too many elements.
    #[inline]
    pub fn triu_indices(rows: usize, columns: usize, diagonal: isize) -> Result<Tensor> {
        let kept = |row: usize| edge(row, diagonal, columns)..columns;
        indices("triu_indices", rows, columns, kept)
    }
}

/// The column on the diagonal, inside the row.
fn edge(row: usize, diagonal: isize, columns: usize) -> usize {
    (row as isize)
        .saturating_add(diagonal)
        .clamp(0, columns as isize) as usize
}

fn indices(
    op: &'static str,
    rows: usize,
    columns: usize,
    kept: impl Fn(usize) -> std::ops::Range<usize>,
) -> Result<Tensor> {
    Layout::row_major(op, &[2, rows, columns])?;
    let (mut down, mut right) = (Vec::new(), Vec::new());
    for row in 0..rows {
        right.extend(kept(row).map(|column| column as i64));
        down.resize(right.len(), row as i64);
    }
    let len = down.len();
    down.append(&mut right);
    Tensor::from_vec(down, [2, len])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};
    use crate::{DType, tensor};

    #[test]
    fn vjp() {
        check_vjp(
            Triangle {
                diagonal: 1,
                upper: false,
            },
            [&[2, 3, 4]],
        );
        check_vjp(
            Triangle {
                diagonal: -1,
                upper: true,
            },
            [&[3, 2]],
        );
    }

    #[test]
    fn both_triangles() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_close(&x.tril(0).unwrap(), &[1.0, 0.0, 0.0, 4.0, 5.0, 0.0]);
        assert_close(&x.triu(1).unwrap(), &[0.0, 2.0, 3.0, 0.0, 0.0, 6.0]);
        assert_close(
            &x.t().unwrap().triu(0).unwrap(),
            &[1.0, 4.0, 0.0, 5.0, 0.0, 0.0],
        );
        assert_close(
            &x.tril(isize::MAX).unwrap(),
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        );
        assert_close(&x.tril(isize::MIN).unwrap(), &[0.0; 6]);
        assert_close(
            &x.triu(isize::MIN).unwrap(),
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        );
        let flags = tensor![[true, true], [true, true]].triu(1).unwrap();
        assert_eq!(flags.to_vec::<bool>().unwrap(), [false, true, false, false]);
        assert_eq!(
            Tensor::zeros([2, 0, 3], DType::F32)
                .unwrap()
                .tril(0)
                .unwrap()
                .shape(),
            [2, 0, 3]
        );
        assert_eq!(
            tensor![1.0].tril(0).unwrap_err().to_string(),
            "tril: expected at least 2 dimensions, got shape (1,)"
        );
    }

    #[test]
    fn indices_of_both() {
        let lower = Tensor::tril_indices(2, 3, 0).unwrap();
        assert_eq!(lower.to_vec::<i64>().unwrap(), [0, 1, 1, 0, 0, 1]);
        let upper = Tensor::triu_indices(2, 3, 1).unwrap();
        assert_eq!(upper.to_vec::<i64>().unwrap(), [0, 0, 1, 1, 2, 2]);
        assert_eq!(Tensor::tril_indices(0, 3, 0).unwrap().shape(), [2, 0]);
        assert_eq!(
            Tensor::triu_indices(2, 2, isize::MAX).unwrap().shape(),
            [2, 0]
        );
        assert!(Tensor::tril_indices(usize::MAX, usize::MAX, 0).is_err());
    }
}
