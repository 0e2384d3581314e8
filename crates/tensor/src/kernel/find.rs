//! Where extremes stand.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::elementwise::Shared;
use super::lanes::{LANES, in_lanes};
use super::reduce::{Join, Larger, Smaller, join_columns, scratch};
use super::simd::{is_single, opaque};
use super::{Kernel, dispatch, for_groups};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// A join that gives one of the two, the better one, or NaN.
pub(crate) trait Extreme<T>: Join<T> {
    fn better(self, a: T, b: T) -> bool;
}

impl<T: PartialOrd> Extreme<T> for Larger
where
    Larger: Join<T>,
{
    #[inline(always)]
    fn better(self, a: T, b: T) -> bool {
        a > b
    }
}

impl<T: PartialOrd> Extreme<T> for Smaller
where
    Smaller: Join<T>,
{
    #[inline(always)]
    fn better(self, a: T, b: T) -> bool {
        a < b
    }
}

/// The first position in each row of its extreme, or of NaN if there is one.
struct FindEach<'a, T, J>(&'a [T], usize, &'a mut [MaybeUninit<i64>], J);
impl<T: Element + PartialOrd, J: Extreme<T>> Kernel for FindEach<'_, T, J> {
    type Output = ();
    const WIDE: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let FindEach(xs, middle, out, j) = self;
        for (o, out) in out.iter_mut().enumerate() {
            let row = &xs[o * middle..(o + 1) * middle];
            let place = if COMPACT || middle < GROUP {
                find_in_few(row, j)
            } else {
                find(row, j)
            };
            out.write(place as i64);
        }
    }
}

/// Elements compared at once.
const GROUP: usize = 2 * LANES;

#[inline(always)]
#[expect(clippy::eq_op, reason = "only NaN differs from itself")]
fn find_in_few<T: Element + PartialOrd, J: Extreme<T>>(row: &[T], j: J) -> usize {
    let (mut best, mut place) = (row[0], 0);
    for (i, &x) in row.iter().enumerate() {
        if x != x {
            return i;
        }
        if j.better(x, best) {
            (best, place) = (x, i);
        }
    }
    place
}

/// The extreme first, then where it is: several short loops are vectorised better than one that keeps
/// places beside elements.
#[inline(always)]
#[expect(clippy::eq_op, reason = "only NaN differs from itself")]
fn find<T: Element + PartialOrd, J: Extreme<T>>(row: &[T], j: J) -> usize {
    let mut nan = 0;
    for &x in row {
        nan |= u32::from(x != x);
    }
    if nan > 0 {
        return row.iter().position(|x| x != x).unwrap_or(0);
    }
    let extreme = in_lanes::<false, T>(
        row,
        J::START,
        #[inline(always)]
        |a, b| if j.better(a, b) { a } else { b },
    );
    let (groups, rest) = row.as_chunks::<GROUP>();
    for (g, group) in groups.iter().enumerate() {
        let mut found = 0;
        for &x in group {
            found |= u32::from(x == extreme);
        }
        if found > 0 {
            let mut place = u32::MAX;
            for (i, &x) in group.iter().enumerate() {
                place = place.min(if x == extreme { i as u32 } else { u32::MAX });
            }
            return g * GROUP + place as usize;
        }
    }
    let in_rest = rest.iter().position(|&x| x == extreme);
    groups.len() * GROUP + in_rest.unwrap_or(0)
}

/// Where in rows of `inner` elements the extreme of each column stands first.
struct FindAcross<'a, T>(&'a [T], &'a [T], &'a mut [MaybeUninit<i64>]);
impl<T: Element> Kernel for FindAcross<'_, T> {
    type Output = ();
    const WIDE: bool = is_single::<T>();
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
    fn run<const COMPACT: bool>(self) {
        let FindAcross(xs, extreme, out) = self;
        let inner = extreme.len();
        let rows = xs.len() / inner;
        let out = &mut out[..inner];
        // From the back, so that the first one stays.
        for k in (0..rows).rev() {
            let row = &xs[k * inner..(k + 1) * inner];
            for i in 0..inner {
                let i = opaque::<COMPACT>(i);
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
pub(crate) fn find_middle<T: Element + PartialOrd, J: Extreme<T>>(
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
            for_groups(out.len(), middle, |r| {
                let rows = &xs[r.start * middle..r.end * middle];
                dispatch(FindEach(rows, middle, target.range(&r), j));
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn nan_comes_first_and_of_equals_the_first() {
        for middle in [3, 130, 700] {
            for at in [0, 1, middle / 2, middle - 1] {
                let mut values = vec![1.0; middle];
                values[at] = f64::NAN;
                values[middle - 1] = f64::NAN;
                let find = |values: &[f64]| {
                    let x = Tensor::from_slice(values, [middle]).unwrap();
                    let layout = Layout::row_major("t", &[]).unwrap();
                    let found = find_middle::<f64, _>(&x, (1, middle, 1), &layout, Larger);
                    found.host_slice::<i64>()[0] as usize
                };
                assert_eq!(find(&values), at);
                values.fill(f64::NEG_INFINITY);
                assert_eq!(find(&values), 0);
                values[at] = -3.0;
                values[middle - 1] = -3.0;
                assert_eq!(find(&values), at);
            }
        }
    }

    #[test]
    fn a_compact_copy_finds_the_same() {
        let (values, _) = counting(3, 300);
        let mut found = [[MaybeUninit::new(0); 3]; 2];
        let [compact, wide] = &mut found;
        FindEach(&values, 300, compact, Larger).run::<true>();
        FindEach(&values, 300, wide, Larger).run::<false>();
        // SAFETY: the numbers were initialised.
        let [compact, wide] = found.map(|found| found.map(|at| unsafe { at.assume_init() }));
        assert_eq!(compact, wide);
    }

    #[test]
    fn of_rows() {
        for middle in [1, 5, 31, 64, 100, 128, 300, 5000] {
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
