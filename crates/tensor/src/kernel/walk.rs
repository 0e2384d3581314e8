//! Walking through strided memory row by row.

use super::for_pieces;
use crate::layout::MAX_RANK;

/// The rows of several operands of one shape: neighbouring dimensions are merged where every
/// operand's strides allow it, the innermost becomes the row.
///
/// Strides and offsets wrap, so that a negative one in two's complement walks backwards.
pub(crate) struct Rows<const N: usize> {
    rank: usize,
    shape: [usize; MAX_RANK],
    strides: [[usize; MAX_RANK]; N],
    /// Elements in a row.
    pub(crate) len: usize,
    /// Each operand's step within a row.
    pub(crate) step: [usize; N],
}

/// One dimension taken out of a walk.
pub(crate) struct Outer<const N: usize> {
    /// Its size.
    pub(crate) size: usize,
    /// Each operand's stride along it.
    pub(crate) strides: [usize; N],
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
                && (0..N).all(|o| {
                    rows.strides[o][rows.rank - 1] == strides[o][d].wrapping_mul(shape[d])
                });
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
                *offset = offset.wrapping_add(strides[d].wrapping_mul(index[d]));
            }
        }
        (index, offset)
    }

    /// The outer dimension that `fits` its strides and size, and the walk over all others.
    pub(crate) fn without(
        &self,
        fits: impl Fn([usize; N], usize) -> bool,
    ) -> Option<(Outer<N>, Rows<N>)> {
        let strides = |d: usize| std::array::from_fn(|o| self.strides[o][d]);
        let at = (0..self.rank).find(|&d| fits(strides(d), self.shape[d]))?;
        let outer = Outer {
            size: self.shape[at],
            strides: strides(at),
        };
        let mut rest = Rows { ..*self };
        rest.rank -= 1;
        rest.shape.copy_within(at + 1.., at);
        for strides in &mut rest.strides {
            strides.copy_within(at + 1.., at);
        }
        Some((outer, rest))
    }

    /// Calls `work` with each operand's offset of a stretch and the stretch's length, until every
    /// element was met: in order on this thread if there are fewer than `worth` elements, else on the
    /// pool. Long rows are cut into stretches of `piece` elements.
    #[inline]
    pub(crate) fn spread(
        &self,
        piece: usize,
        worth: usize,
        work: impl Fn([usize; N], usize) + Sync + Send,
    ) {
        if self.len <= piece {
            let together = (piece / self.len).max(1);
            return for_pieces(self.count(), together, worth.div_ceil(self.len), |rows| {
                self.for_range(rows, |offsets| work(offsets, self.len));
            });
        }
        let cuts = self.len.div_ceil(piece);
        for_pieces(self.count() * cuts, 1, worth.div_ceil(piece), |units| {
            for unit in units {
                let first = unit % cuts * piece;
                let mut offsets = self.offsets(unit / cuts);
                for (offset, step) in offsets.iter_mut().zip(self.step) {
                    *offset = offset.wrapping_add(step.wrapping_mul(first));
                }
                work(offsets, piece.min(self.len - first));
            }
        });
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
                        *offset = offset.wrapping_add(strides[d]);
                    }
                    break;
                }
                index[d] = 0;
                for (offset, strides) in offset.iter_mut().zip(&self.strides) {
                    *offset = offset.wrapping_sub(strides[d].wrapping_mul(self.shape[d] - 1));
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
    fn stretches_cover_every_element_once() {
        for (shape, piece, worth) in [
            ([3, 10], 4, 1000),
            ([3, 10], 4, 0),
            ([7, 2], 5, 0),
            ([1, 1], 1, 0),
        ] {
            let seen = std::sync::Mutex::new(vec![]);
            let rows = Rows::new(&shape, [&[1, 3]]);
            rows.spread(piece, worth, |[offset], len| {
                let met = (0..len).map(|i| offset + i * rows.step[0]);
                seen.lock().unwrap().extend(met);
            });
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            let mut all: Vec<usize> = (0..shape[0])
                .flat_map(|i| (0..shape[1]).map(move |j| i + 3 * j))
                .collect();
            all.sort_unstable();
            assert_eq!(seen, all);
        }
    }

    #[test]
    fn a_negative_stride_walks_backwards() {
        let (len, step, at) = starts(&[2, 3], &[3usize.wrapping_neg(), 1usize.wrapping_neg()]);
        assert_eq!((len, step, at), (6, usize::MAX, vec![0]));
        let (_, _, at) = starts(&[2, 3], &[3usize.wrapping_neg(), 1]);
        assert_eq!(at, [0, 3usize.wrapping_neg()]);
    }

    #[test]
    fn an_expanded_row_repeats() {
        assert_eq!(starts(&[2, 3], &[0, 1]), (3, 1, vec![0, 0]));
        assert_eq!(starts(&[2, 3], &[0, 0]), (6, 0, vec![0]));
    }
}
