//! Walking through strided memory row by row.

use crate::layout::MAX_RANK;

/// The rows of several operands of one shape: neighbouring dimensions are merged where every
/// operand's strides allow it, the innermost becomes the row.
pub(crate) struct Rows<const N: usize> {
    rank: usize,
    shape: [usize; MAX_RANK],
    strides: [[usize; MAX_RANK]; N],
    /// Elements in a row.
    pub(crate) len: usize,
    /// Each operand's step within a row.
    pub(crate) step: [usize; N],
}

impl<const N: usize> Rows<N> {
    /// `shape` must have no dimension of size 0.
    pub(crate) fn new(shape: &[usize], strides: [&[usize]; N]) -> Rows<N> {
        let mut rows = Rows {
            rank: 0,
            shape: [0; MAX_RANK],
            strides: [[0; MAX_RANK]; N],
            len: 1,
            step: [0; N],
        };
        for d in 0..shape.len() {
            if shape[d] == 1 {
                continue;
            }
            let merges = rows.rank > 0
                && (0..N).all(|o| rows.strides[o][rows.rank - 1] == strides[o][d] * shape[d]);
            if !merges {
                rows.rank += 1;
                rows.shape[rows.rank - 1] = 1;
            }
            rows.shape[rows.rank - 1] *= shape[d];
            for (merged, strides) in rows.strides.iter_mut().zip(strides) {
                merged[rows.rank - 1] = strides[d];
            }
        }
        if rows.rank > 0 {
            rows.rank -= 1;
            rows.len = rows.shape[rows.rank];
            rows.step = std::array::from_fn(|o| rows.strides[o][rows.rank]);
        }
        rows
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> usize {
        self.shape[..self.rank].iter().product()
    }

    /// Each operand's offset of the start of a row.
    pub(crate) fn offsets(&self, row: usize) -> [usize; N] {
        self.locate(row).1
    }

    fn locate(&self, mut row: usize) -> ([usize; MAX_RANK], [usize; N]) {
        let mut index = [0usize; MAX_RANK];
        let mut offset = [0usize; N];
        for d in (0..self.rank).rev() {
            index[d] = row % self.shape[d];
            row /= self.shape[d];
            for (offset, strides) in offset.iter_mut().zip(&self.strides) {
                *offset += strides[d] * index[d];
            }
        }
        (index, offset)
    }

    /// Calls `work` with each operand's offset of the start of every row, in row-major order.
    #[inline]
    pub(crate) fn for_each(&self, work: impl FnMut([usize; N])) {
        self.for_range(0..self.count(), work);
    }

    /// As [`for_each`](Rows::for_each), for some of the rows.
    #[inline]
    pub(crate) fn for_range(&self, rows: std::ops::Range<usize>, mut work: impl FnMut([usize; N])) {
        let (mut index, mut offset) = self.locate(rows.start);
        for _ in rows {
            work(offset);
            for d in (0..self.rank).rev() {
                index[d] += 1;
                if index[d] < self.shape[d] {
                    for (offset, strides) in offset.iter_mut().zip(&self.strides) {
                        *offset += strides[d];
                    }
                    break;
                }
                index[d] = 0;
                for (offset, strides) in offset.iter_mut().zip(&self.strides) {
                    *offset -= strides[d] * (self.shape[d] - 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(shape: &[usize], strides: &[usize]) -> (usize, usize, Vec<usize>) {
        let rows = Rows::new(shape, [strides]);
        let mut at = vec![];
        rows.for_each(|[o]| at.push(o));
        (rows.len, rows.step[0], at)
    }

    #[test]
    fn contiguous_memory_is_one_row() {
        assert_eq!(starts(&[2, 3, 4], &[12, 4, 1]), (24, 1, vec![0]));
        assert_eq!(starts(&[], &[]), (1, 0, vec![0]));
        assert_eq!(starts(&[1, 5, 1], &[9, 2, 7]), (5, 2, vec![0]));
    }

    #[test]
    fn a_transposed_matrix_is_walked_by_columns() {
        assert_eq!(starts(&[3, 2], &[1, 3]), (2, 3, vec![0, 1, 2]));
    }

    #[test]
    fn a_walk_may_start_anywhere() {
        let rows = Rows::new(&[2, 3, 4], [&[1, 2, 6]]);
        let mut all = vec![];
        rows.for_each(|[o]| all.push(o));
        for start in 0..rows.count() {
            let mut some = vec![];
            rows.for_range(start..rows.count(), |[o]| some.push(o));
            assert_eq!(some, all[start..]);
            assert_eq!(rows.offsets(start), [all[start]]);
        }
    }

    #[test]
    fn an_expanded_row_repeats() {
        assert_eq!(starts(&[2, 3], &[0, 1]), (3, 1, vec![0, 0]));
        assert_eq!(starts(&[2, 3], &[0, 0]), (6, 0, vec![0]));
    }
}
