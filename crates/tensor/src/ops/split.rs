//! One tensor as several.

use super::Shapes;
use super::operands::expect_at_least;
use super::shape::dim_of_some;
use crate::{Array, ErrorKind, Result};

/// How `tensor_split` cuts: into so many parts, or before these positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sections {
    /// So many parts.
    Count(usize),
    /// Before these positions, of which negative ones count from the end.
    At(Vec<isize>),
}

impl From<usize> for Sections {
    fn from(count: usize) -> Sections {
        Sections::Count(count)
    }
}

impl From<&[isize]> for Sections {
    fn from(positions: &[isize]) -> Sections {
        Sections::At(positions.to_vec())
    }
}

impl<const N: usize> From<[isize; N]> for Sections {
    fn from(positions: [isize; N]) -> Sections {
        Sections::At(positions.to_vec())
    }
}

/// One tensor as several, each a view.
pub trait Splitting: Array {
    /// Parts of `size` entries of `dim`; the last one may be smaller.
    ///
    /// # Errors
    /// A dimension that does not exist, a size of 0 for a dimension that has entries.
    fn split(&self, size: usize, dim: isize) -> Result<Vec<Self>> {
        const OP: &str = "split";
        let whole = self.shape()[dim_of_some(OP, dim, self.shape())?];
        if size == 0 && whole > 0 {
            let message = format!("parts of size 0 never make up a dimension of size {whole}");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        if whole == 0 {
            return Ok(vec![self.clone()]);
        }
        (0..whole)
            .step_by(size)
            .map(|start| self.narrow(dim, start, size.min(whole - start)))
            .collect()
    }

    /// Parts of these sizes, which together are the dimension's.
    ///
    /// # Errors
    /// A dimension that does not exist, sizes with another sum.
    fn split_with_sizes(&self, sizes: &[usize], dim: isize) -> Result<Vec<Self>> {
        const OP: &str = "split_with_sizes";
        let whole = self.shape()[dim_of_some(OP, dim, self.shape())?];
        if sizes
            .iter()
            .try_fold(0usize, |sum, &size| sum.checked_add(size))
            != Some(whole)
        {
            let message = format!("sizes {sizes:?} do not add up to {whole}");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let mut start = 0;
        let mut parts = Vec::with_capacity(sizes.len());
        for &size in sizes {
            parts.push(self.narrow(dim, start, size)?);
            start += size;
        }
        Ok(parts)
    }

    /// At most `chunks` parts of equal size; the last one may be smaller.
    /// [`tensor_split`](Splitting::tensor_split) gives exactly as many as asked for.
    ///
    /// # Errors
    /// A dimension that does not exist, no chunks.
    fn chunk(&self, chunks: usize, dim: isize) -> Result<Vec<Self>> {
        const OP: &str = "chunk";
        let whole = self.shape()[dim_of_some(OP, dim, self.shape())?];
        if chunks == 0 {
            let message = "at least one chunk is needed".into();
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        if whole == 0 {
            expect_countable(OP, chunks)?;
            return Ok(vec![self.clone(); chunks]);
        }
        self.split(whole.div_ceil(chunks), dim)
    }

    /// So many parts whose sizes differ by at most one, larger ones first; or parts cut before the given
    /// positions, as Python slices: `[2, 4]` gives `x[:2]`, `x[2:4]`, `x[4:]`.
    ///
    /// # Errors
    /// A dimension that does not exist, no parts.
    fn tensor_split(&self, sections: impl Into<Sections>, dim: isize) -> Result<Vec<Self>> {
        const OP: &str = "tensor_split";
        let whole = self.shape()[dim_of_some(OP, dim, self.shape())?];
        match sections.into() {
            Sections::Count(0) => {
                let message = "at least one part is needed".into();
                Err(ErrorKind::Invalid { op: OP, message }.into())
            }
            Sections::Count(count) => {
                expect_countable(OP, count)?;
                let larger = whole % count;
                let mut start = 0;
                (0..count)
                    .map(|i| {
                        let size = whole / count + usize::from(i < larger);
                        start += size;
                        self.narrow(dim, start - size, size)
                    })
                    .collect()
            }
            Sections::At(positions) => {
                let starts = [0].into_iter().chain(positions.iter().copied());
                let ends = positions.iter().copied().chain([isize::MAX]);
                starts
                    .zip(ends)
                    .map(|(start, end)| self.slice(dim, start, end, 1))
                    .collect()
            }
        }
    }

    /// Columns as several matrices: splits dimension 1, or that of a vector. A number of parts must
    /// divide its size.
    ///
    /// # Errors
    /// A tensor without dimensions, a number of parts that does not divide the size.
    fn hsplit(&self, sections: impl Into<Sections>) -> Result<Vec<Self>> {
        expect_at_least("hsplit", "at least 1 dimension", 1, self.shape())?;
        split_evenly(
            "hsplit",
            self,
            sections.into(),
            self.shape().len().min(2) - 1,
        )
    }

    /// Rows as several matrices: splits dimension 0. A number of parts must divide its size.
    ///
    /// # Errors
    /// Fewer than two dimensions, a number of parts that does not divide the size.
    fn vsplit(&self, sections: impl Into<Sections>) -> Result<Vec<Self>> {
        expect_at_least("vsplit", "at least 2 dimensions", 2, self.shape())?;
        split_evenly("vsplit", self, sections.into(), 0)
    }

    /// Splits dimension 2. A number of parts must divide its size.
    ///
    /// # Errors
    /// Fewer than three dimensions, a number of parts that does not divide the size.
    fn dsplit(&self, sections: impl Into<Sections>) -> Result<Vec<Self>> {
        expect_at_least("dsplit", "at least 3 dimensions", 3, self.shape())?;
        split_evenly("dsplit", self, sections.into(), 2)
    }

    /// Every entry of `dim`, without that dimension.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn unbind(&self, dim: isize) -> Result<Vec<Self>> {
        let at = dim_of_some("unbind", dim, self.shape())?;
        (0..self.shape()[at] as isize)
            .map(|entry| self.select(at as isize, entry))
            .collect()
    }

    /// The rows (entries of the first dimension) one after the other: what `for row in x` walks through.
    ///
    /// # Errors
    /// A tensor without dimensions.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![[1, 2], [3, 4]];
    /// let sums: Vec<i64> = x.rows()?.map(|row| row.sum()?.item()).collect::<Result<_, _>>()?;
    /// assert_eq!(sums, [3, 7]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn rows(&self) -> Result<std::vec::IntoIter<Self>> {
        Ok(self.unbind(0)?.into_iter())
    }
}
impl<A: Array> Splitting for A {}

/// # Errors
/// More parts, most of them empty, than memory holds.
#[inline]
fn expect_countable(op: &'static str, parts: usize) -> Result<()> {
    if u32::try_from(parts).is_ok() {
        return Ok(());
    }
    let message = format!("{parts} parts are more than memory holds");
    Err(ErrorKind::Invalid { op, message }.into())
}

fn split_evenly<A: Array>(
    op: &'static str,
    x: &A,
    sections: Sections,
    dim: usize,
) -> Result<Vec<A>> {
    let size = x.shape()[dim];
    match sections {
        Sections::Count(count) if count == 0 || !size.is_multiple_of(count) => {
            let message =
                format!("dimension {dim} of size {size} does not divide into {count} parts");
            Err(ErrorKind::Invalid { op, message }.into())
        }
        sections => x.tensor_split(sections, dim as isize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, Tensor, tensor};

    fn sizes(parts: Result<Vec<Tensor>>) -> Vec<usize> {
        parts.unwrap().iter().map(|part| part.shape()[0]).collect()
    }

    #[test]
    fn more_parts_than_memory_holds() {
        let nothing = Tensor::zeros([0], DType::F32).unwrap();
        assert_eq!(sizes(nothing.chunk(2, 0)), [0, 0]);
        let message = nothing.chunk(usize::MAX, 0).unwrap_err().to_string();
        assert!(
            message.ends_with("parts are more than memory holds"),
            "{message}"
        );
        assert!(tensor![1.0].tensor_split(usize::MAX, 0).is_err());
    }

    #[test]
    fn parts_by_size_number_and_position() {
        let x = tensor![0, 1, 2, 3, 4, 5, 6];
        assert_eq!(sizes(x.split(3, 0)), [3, 3, 1]);
        assert_eq!(sizes(x.split(usize::MAX, 0)), [7]);
        assert_eq!(sizes(x.split_with_sizes(&[2, 0, 5], 0)), [2, 0, 5]);
        assert_eq!(sizes(x.chunk(4, 0)), [2, 2, 2, 1]);
        assert_eq!(sizes(x.chunk(5, -1)), [2, 2, 2, 1]);
        assert_eq!(sizes(x.tensor_split(3, 0)), [3, 2, 2]);
        assert_eq!(sizes(x.tensor_split([2, -1], 0)), [2, 4, 1]);
        assert_eq!(sizes(x.tensor_split([5, 2, 100], 0)), [5, 0, 5, 0]);
        let second = &x.split(3, 0).unwrap()[1];
        assert_eq!(second.to_vec::<i64>().unwrap(), [3, 4, 5]);
        let empty = Tensor::zeros([0], DType::F32).unwrap();
        assert_eq!(sizes(empty.chunk(2, 0)), [0, 0]);
        assert_eq!(sizes(empty.split(0, 0)), [0]);
    }

    #[test]
    fn along_the_first_three_dimensions() {
        let x = Tensor::zeros([4, 6, 2], DType::F32).unwrap();
        assert_eq!(x.hsplit(3).unwrap()[2].shape(), [4, 2, 2]);
        assert_eq!(x.vsplit([1]).unwrap()[1].shape(), [3, 6, 2]);
        assert_eq!(x.dsplit(2).unwrap()[0].shape(), [4, 6, 1]);
        assert_eq!(tensor![1, 2].hsplit(2).unwrap().len(), 2);
        assert_eq!(
            x.hsplit(4).unwrap_err().to_string(),
            "hsplit: dimension 1 of size 6 does not divide into 4 parts"
        );
        assert!(tensor![1, 2].vsplit(1).is_err() && x.select(0, 0).unwrap().dsplit(1).is_err());
        assert!(Tensor::scalar(1i64).hsplit(1).is_err() && x.vsplit(0).is_err());
    }

    #[test]
    fn rows_one_by_one() {
        let x = tensor![[1, 2], [3, 4], [5, 6]];
        let rows: Vec<_> = x
            .rows()
            .unwrap()
            .map(|row| row.to_vec::<i64>().unwrap())
            .collect();
        assert_eq!(rows, [[1, 2], [3, 4], [5, 6]]);
        assert_eq!(x.unbind(-1).unwrap()[1].to_vec::<i64>().unwrap(), [2, 4, 6]);
        assert!(Tensor::scalar(1i64).rows().is_err() && x.unbind(2).is_err());
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        let x = tensor![0, 1, 2];
        assert!(x.split(0, 0).is_err() && x.chunk(0, 0).is_err());
        assert!(x.tensor_split(0, 0).is_err() && x.split(1, 1).is_err());
        assert_eq!(
            x.split_with_sizes(&[1, 1], 0).unwrap_err().to_string(),
            "split_with_sizes: sizes [1, 1] do not add up to 3"
        );
        assert!(x.split_with_sizes(&[usize::MAX, 4], 0).is_err());
    }
}
