//! Grids of coordinates, and choices from vectors.

use super::{Concatenate, Indexing, Shapes};
use crate::layout::Layout;
use crate::{Array, ErrorKind, Result, Tensor};

/// Which dimension of a grid a vector runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GridIndexing {
    /// Vector `i` along dimension `i`: matrices are read `(row, column)`. PyTorch's default.
    Ij,
    /// The first two swapped: images are read `(x, y)`. NumPy's default.
    Xy,
}

/// Grids of coordinates, and choices from vectors.
pub trait Grid: Array {
    /// For each vector its coordinate at every point of the grid that they span; numbers count as
    /// vectors of one. Views.
    ///
    /// # Errors
    /// No vectors, more than one dimension, dtypes that differ, too many dimensions.
    ///
    /// ```
    /// # use gradus_tensor::{Tensor, ops::GridIndexing, tensor};
    /// let grid = Tensor::meshgrid(&[&tensor![1, 2], &tensor![7, 8, 9]], GridIndexing::Ij)?;
    /// assert_eq!(grid[1].to_vec::<i64>()?, [7, 8, 9, 7, 8, 9]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn meshgrid(tensors: &[&Self], indexing: GridIndexing) -> Result<Vec<Self>> {
        const OP: &str = "meshgrid";
        let Some(first) = tensors.first() else {
            let message = "at least one vector is needed".into();
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        };
        for x in tensors {
            expect_vector(OP, x.shape())?;
            if x.dtype() != first.dtype() {
                return Err(ErrorKind::DTypeMismatch {
                    op: OP,
                    lhs: first.dtype(),
                    rhs: x.dtype(),
                }
                .into());
            }
        }
        let mut order: Vec<usize> = (0..tensors.len()).collect();
        if indexing == GridIndexing::Xy && tensors.len() > 1 {
            order.swap(0, 1);
        }
        let numel = |x: &&Self| x.shape().iter().product::<usize>();
        let shape: Vec<usize> = order.iter().map(|&i| numel(&tensors[i])).collect();
        Layout::row_major(OP, &shape)?;
        let along = |(i, x): (usize, &&Self)| {
            let mut own = vec![1; shape.len()];
            // Swapping two is its own inverse.
            own[order[i]] = numel(x);
            x.reshape(&own)?.expand(&shape)
        };
        tensors.iter().enumerate().map(along).collect()
    }

    /// Every choice of one element from each vector, a row each, the last vector changing fastest; of a
    /// single vector itself.
    ///
    /// # Errors
    /// As [`meshgrid`](Grid::meshgrid), and numbers, which are no vectors here.
    fn cartesian_prod(tensors: &[&Self]) -> Result<Self> {
        const OP: &str = "cartesian_prod";
        for x in tensors {
            if x.shape().len() != 1 {
                return Err(ErrorKind::Rank {
                    op: OP,
                    expected: "vectors",
                    got: x.shape().to_vec(),
                }
                .into());
            }
        }
        if let [x] = tensors {
            return Ok((*x).clone());
        }
        let columns = Self::meshgrid(tensors, GridIndexing::Ij)?;
        let columns: Vec<Self> = columns.iter().map(Shapes::ravel).collect::<Result<_>>()?;
        Self::stack(&columns.iter().collect::<Vec<_>>(), 1)
    }

    /// Every choice of `r` elements of a vector regardless of order, a row each; with replacement an
    /// element may be chosen again.
    ///
    /// # Errors
    /// More or less than one dimension, too many choices.
    fn combinations(&self, r: usize, with_replacement: bool) -> Result<Self> {
        const OP: &str = "combinations";
        let &[n] = self.shape() else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a vector",
                got: self.shape().to_vec(),
            }
            .into());
        };
        if r == 0 {
            return Ok(Self::constant(Tensor::zeros([0], self.dtype())?));
        }
        let count = count_choices(n, r, with_replacement);
        Layout::row_major(OP, &[count, r])?;
        let mut entries = Vec::with_capacity(if count == 0 { 0 } else { count * r });
        // Choices in lexicographic order, each made from the one before.
        let mut choice: Vec<usize> = (0..r)
            .map(|i| if with_replacement { 0 } else { i })
            .collect();
        for _ in 0..count {
            entries.extend(choice.iter().map(|&i| i as i64));
            let largest = |at: usize| {
                if with_replacement {
                    n - 1
                } else {
                    n - (r - at)
                }
            };
            if let Some(at) = (0..r).rev().find(|&at| choice[at] < largest(at)) {
                let next = choice[at] + 1;
                for (i, entry) in choice[at..].iter_mut().enumerate() {
                    *entry = if with_replacement { next } else { next + i };
                }
            }
        }
        let len = entries.len();
        self.index_select(0, &Tensor::from_vec(entries, [len])?)?
            .reshape([count, r])
    }
}
impl<A: Array> Grid for A {}

fn expect_vector(op: &'static str, shape: &[usize]) -> Result<()> {
    if shape.len() <= 1 {
        return Ok(());
    }
    Err(ErrorKind::Rank {
        op,
        expected: "vectors or numbers",
        got: shape.to_vec(),
    }
    .into())
}

/// The binomial coefficient; what overflows is as good as infinite.
fn count_choices(n: usize, r: usize, with_replacement: bool) -> usize {
    let n = match (n, with_replacement) {
        (0, _) => 0,
        (n, true) => n.saturating_add(r - 1),
        (n, false) => n,
    };
    if n < r {
        return 0;
    }
    let mut count = 1u128;
    for i in 0..r.min(n - r) as u128 {
        // Each step is a binomial coefficient itself, so the division leaves no rest.
        count = match count.checked_mul(n as u128 - i) {
            Some(product) => product / (i + 1),
            None => return usize::MAX,
        };
        if count > usize::MAX as u128 {
            return usize::MAX;
        }
    }
    count as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    fn numbers(x: &Tensor) -> Vec<i64> {
        x.to_vec().unwrap()
    }

    #[test]
    fn grids() {
        let (a, b) = (tensor![1, 2], tensor![7, 8, 9]);
        let ij = Tensor::meshgrid(&[&a, &b], GridIndexing::Ij).unwrap();
        assert_eq!(
            (ij[0].shape(), numbers(&ij[0])),
            (&[2, 3][..], vec![1, 1, 1, 2, 2, 2])
        );
        let xy = Tensor::meshgrid(&[&a, &b, &tensor![5]], GridIndexing::Xy).unwrap();
        assert_eq!(
            (xy[0].shape(), numbers(&xy[0])),
            (&[3, 2, 1][..], vec![1, 2, 1, 2, 1, 2])
        );
        assert_eq!(numbers(&xy[1]), [7, 7, 8, 8, 9, 9]);
        let pairs = Tensor::cartesian_prod(&[&a, &b]).unwrap();
        assert_eq!(numbers(&pairs), [1, 7, 1, 8, 1, 9, 2, 7, 2, 8, 2, 9]);
        assert!(Tensor::meshgrid(&[], GridIndexing::Ij).is_err());
        assert!(Tensor::meshgrid(&[&a, &tensor![0.5]], GridIndexing::Ij).is_err());
        assert!(Tensor::meshgrid(&[&a; 9], GridIndexing::Ij).is_err());
        assert!(Tensor::cartesian_prod(&[&Tensor::scalar(1i64), &a]).is_err());
    }

    #[test]
    fn choices_in_lexicographic_order() {
        let x = tensor![1, 2, 3];
        assert_eq!(
            numbers(&x.combinations(2, false).unwrap()),
            [1, 2, 1, 3, 2, 3]
        );
        assert_eq!(
            numbers(&x.combinations(2, true).unwrap()),
            [1, 1, 1, 2, 1, 3, 2, 2, 2, 3, 3, 3]
        );
        assert_eq!(numbers(&x.combinations(3, false).unwrap()), [1, 2, 3]);
        assert_eq!(x.combinations(4, false).unwrap().shape(), [0, 4]);
        assert_eq!(x.combinations(0, false).unwrap().shape(), [0]);
        assert_eq!(
            x.narrow(0, 0, 0)
                .unwrap()
                .combinations(2, true)
                .unwrap()
                .shape(),
            [0, 2]
        );
        assert!(x.combinations(usize::MAX, true).is_err());
        assert!(tensor![[1]].combinations(2, false).is_err());
    }
}
