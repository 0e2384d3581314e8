//! Where extremes stand: they are found first, as any reduction, and then looked for.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::elementwise::Shared;
use super::reduce::{BLOCK, Join, WORTH, join_columns, join_lanes, scratch};
use super::simd::is_wide;
use super::{Kernel, dispatch, for_pieces};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// The first position in each row of what all of the row joined to.
struct FindEach<'a, T, J>(&'a [T], usize, &'a mut [MaybeUninit<i64>], J);
impl<T: Element, J: Join<T>> Kernel for FindEach<'_, T, J> {
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    fn run(self) {
        let FindEach(xs, middle, out, j) = self;
        for (o, out) in out.iter_mut().enumerate() {
            let row = &xs[o * middle..(o + 1) * middle];
            out.write(find(row, join_lanes(row, j)) as i64);
        }
    }
}

/// Elements compared at once, before one of them is looked for.
const SCAN: usize = 64;

/// The first position of a value that is there; NaN is found where it is.
#[inline(always)]
#[expect(clippy::eq_op, reason = "only NaN differs from itself")]
fn find<T: Element>(row: &[T], value: T) -> usize {
    let mut start = 0;
    for chunk in row.chunks_exact(SCAN) {
        let mut found = false;
        for &x in chunk {
            found |= (x == value) | (x != x);
        }
        if found {
            break;
        }
        start += SCAN;
    }
    for (i, &x) in row[start..].iter().enumerate() {
        if (x == value) | (x != x) {
            return start + i;
        }
    }
    0
}

/// Where in rows of `inner` elements the extreme of each column stands first.
struct FindAcross<'a, T>(&'a [T], &'a [T], &'a mut [MaybeUninit<i64>]);
impl<T: Element> Kernel for FindAcross<'_, T> {
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
    fn run(self) {
        let FindAcross(xs, extreme, out) = self;
        let inner = extreme.len();
        let rows = xs.len() / inner;
        let out = &mut out[..inner];
        // From the back, so that the first one stays.
        for k in (0..rows).rev() {
            let row = &xs[k * inner..(k + 1) * inner];
            for i in 0..inner {
                if (row[i] == extreme[i]) | (row[i] != row[i]) {
                    out[i].write(k as i64);
                }
            }
        }
    }
}

/// For each line along the middle of `(outer, middle, inner)` the first position of what the whole
/// line joins to, which must be one of its elements: with [`Larger`] the position of the largest.
/// The middle must not be empty.
pub(crate) fn find_middle<T: Element, J: Join<T>>(
    x: &Tensor,
    (outer, middle, inner): (usize, usize, usize),
    layout: &Layout,
    j: J,
) -> Tensor {
    let x = Dense::of(x);
    let xs = x.host_slice::<T>();
    // SAFETY: every line has an extreme, whose position is written.
    unsafe {
        Tensor::build::<i64>(layout, |out| {
            if out.is_empty() {
                return;
            }
            if inner > 1 {
                let extreme = scratch::<T>(outer * inner, |extreme| {
                    join_columns(xs, (outer, middle, inner), extreme, j);
                });
                let lines = xs.chunks_exact(middle * inner);
                let extremes = extreme.host_slice::<T>().chunks_exact(inner);
                for ((lines, extreme), out) in lines.zip(extremes).zip(out.chunks_exact_mut(inner))
                {
                    dispatch(FindAcross(lines, extreme, out));
                }
                return;
            }
            let target = Shared(out.as_mut_ptr());
            let piece = (BLOCK / middle).max(1);
            for_pieces(out.len(), piece, WORTH / middle, |r| {
                let rows = &xs[r.start * middle..r.end * middle];
                dispatch(FindEach(rows, middle, target.range(&r), j));
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Larger, Smaller};

    fn counting(rows: usize, inner: usize) -> (Vec<f32>, Tensor) {
        let values: Vec<f32> = (0..rows * inner)
            .map(|i| ((i * 7919) % 1013) as f32)
            .collect();
        let x = Tensor::from_slice(&values, [rows, inner]).unwrap();
        (values, x)
    }

    #[test]
    fn of_columns() {
        for rows in [1, 2, 17, 64, 65, 4097] {
            for inner in [2, 33] {
                let (values, x) = counting(rows, inner);
                let layout = Layout::row_major("t", &[inner]).unwrap();
                let found = find_middle::<f32, _>(&x, (1, rows, inner), &layout, Larger);
                for (i, &place) in found.host_slice::<i64>().iter().enumerate() {
                    let column = || values.iter().skip(i).step_by(inner).copied();
                    let most = column().fold(0.0, f32::max);
                    let first = column().position(|x| x == most).unwrap();
                    assert_eq!(place, first as i64);
                }
            }
        }
    }

    #[test]
    fn of_rows() {
        for middle in [1, 5, 31, 64, 100, 5000] {
            let (values, x) = counting(3, middle);
            let layout = Layout::row_major("t", &[3]).unwrap();
            let found = find_middle::<f32, _>(&x, (3, middle, 1), &layout, Smaller);
            for (row, &place) in values.chunks(middle).zip(found.host_slice::<i64>()) {
                let least = row.iter().copied().fold(f32::MAX, f32::min);
                let first = row.iter().position(|&x| x == least).unwrap();
                assert_eq!(place, first as i64);
            }
        }
    }
}
