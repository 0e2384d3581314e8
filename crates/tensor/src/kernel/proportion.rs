//! Numbers of a row in proportion to their sum.

use std::mem::MaybeUninit;

use super::Real;
use super::lanes::{LANES, in_lanes};
use super::simd::{opaque, prefetch_behind};

/// Terms added in lanes; the sums of such blocks are added in `f64`.
pub(super) const BLOCK: usize = 4096;
/// Elements computed between requests for memory. Those for a whole row at once would delay its own.
const PART: usize = 256;
/// How far ahead memory is asked for, in bytes: what is read and what is written. As rows lie one behind
/// the other, this is that of the rows to come.
const READ_AHEAD: usize = 8192;
const WRITE_AHEAD: usize = 4096;

/// How the numbers of a row are brought into proportion with their sum: every result is made of what stands
/// in its place and of one number that the row has in common.
pub(super) trait Proportion<T: Real, const N: usize> {
    /// Whether the largest number of the first operand takes part; it is 0 otherwise.
    const LARGEST: bool;
    /// The operand whose elements are the terms of the sum, if they are no other ones.
    const SUMMED: Option<usize> = None;
    /// What is summed up.
    fn term(elements: [T; N], most: T) -> T;
    /// What the results have in common.
    fn common(sum: T) -> T;
    /// A result.
    fn result(elements: [T; N], term: T, most: T, common: T) -> T;
}

/// Brings one row into proportion.
#[inline(always)]
pub(super) fn in_proportion<P: Proportion<T, N>, const COMPACT: bool, T: Real, const N: usize>(
    rows: [&[T]; N],
    out: &mut [MaybeUninit<T>],
) {
    let rows = rows.map(
        #[inline(always)]
        |row| &row[..out.len()],
    );
    let most = if P::LARGEST {
        largest::<COMPACT, T>(rows[0])
    } else {
        T::ZERO
    };
    let sum = match P::SUMMED {
        Some(operand) => T::from_f64(sum_of::<COMPACT, T>(rows[operand])),
        None => write_and_sum::<COMPACT, T, N>(
            rows,
            out,
            #[inline(always)]
            |elements| P::term(elements, most),
        ),
    };
    let common = P::common(sum);
    for i in 0..out.len() {
        let i = opaque::<COMPACT>(i);
        let mut elements = [T::ZERO; N];
        for k in 0..N {
            elements[k] = rows[k][i];
        }
        let term = match P::SUMMED {
            Some(operand) => elements[operand],
            // SAFETY: the sum above has written every element.
            None => unsafe { out[i].assume_init() },
        };
        out[i].write(P::result(elements, term, most, common));
    }
}

/// The largest number in a row; −∞ if there is none.
#[inline(always)]
pub(super) fn largest<const COMPACT: bool, T: Real>(row: &[T]) -> T {
    let lowest = -T::ONE / T::ZERO;
    in_lanes::<COMPACT, T>(
        row,
        lowest,
        #[inline(always)]
        |a, b| if b > a { b } else { a },
    )
}

/// The sum of a row, whose blocks are added in `f64`.
#[inline(always)]
fn sum_of<const COMPACT: bool, T: Real>(row: &[T]) -> f64 {
    let mut total = 0.0;
    let mut start = 0;
    while start < row.len() {
        let end = (start + BLOCK).min(row.len());
        let sum = in_lanes::<COMPACT, T>(
            &row[start..end],
            T::ZERO,
            #[inline(always)]
            |a, b| a + b,
        );
        total += sum.to_scalar().to_f64();
        start = end;
    }
    total
}

/// Writes `term` of each element of a row, and the sum of these.
///
/// Two visits to a row that is in the cache: a loop that does both is not vectorised. What is left of
/// whole chunks is written as one more that reaches back over the one before it, or is filled up.
#[inline(always)]
pub(super) fn write_and_sum<const COMPACT: bool, T: Real, const N: usize>(
    rows: [&[T]; N],
    out: &mut [MaybeUninit<T>],
    term: impl Fn([T; N]) -> T,
) -> T {
    let rows = rows.map(
        #[inline(always)]
        |row| &row[..out.len()],
    );
    let whole = out.len() & !(LANES - 1);
    for start in (0..whole).step_by(PART) {
        let end = whole.min(start + PART);
        for row in rows {
            prefetch_behind(&row[start..end], READ_AHEAD);
        }
        prefetch_behind(&out[start..end], WRITE_AHEAD);
        // SAFETY: rows and result are as long as the result, which is longer than `whole`.
        unsafe {
            for i in start..end {
                let i = opaque::<COMPACT>(i);
                let mut element = [T::ZERO; N];
                for k in 0..N {
                    element[k] = *rows[k].get_unchecked(i);
                }
                out.get_unchecked_mut(i).write(term(element));
            }
        }
    }
    if whole < out.len() {
        let first = out.len().saturating_sub(LANES);
        let mut filled = [[T::ZERO; LANES]; N];
        let mut terms = [MaybeUninit::uninit(); LANES];
        for k in 0..N {
            let last = &rows[k][first..];
            match last.first_chunk() {
                Some(chunk) => filled[k] = *chunk,
                None => filled[k][..last.len()].copy_from_slice(last),
            }
        }
        for l in 0..opaque::<COMPACT>(LANES) {
            let l = opaque::<COMPACT>(l);
            let mut element = [T::ZERO; N];
            for k in 0..N {
                element[k] = filled[k][l];
            }
            terms[l].write(term(element));
        }
        match out[first..].first_chunk_mut() {
            Some(chunk) => *chunk = terms,
            None => {
                let count = out.len();
                out.copy_from_slice(&terms[..count]);
            }
        }
    }
    // SAFETY: every element was written.
    T::from_f64(sum_of::<COMPACT, T>(unsafe { out.assume_init_ref() }))
}
