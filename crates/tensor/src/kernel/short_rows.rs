//! Rows of a few numbers, side by side: one lane for each row instead of one for each number.

use std::mem::MaybeUninit;

use super::Real;
use super::proportion::Proportion;
use super::simd::opaque;

/// Longer rows fill registers by themselves.
pub(super) const SHORT: usize = 32;
/// Rows computed at a time: one AVX-512 register of `f32`.
const ROWS: usize = 16;

/// As many numbers of one place, each of another row.
type Column<T> = [T; ROWS];

/// Brings rows of `size` elements into proportion. The last rows are computed together with what is left of
/// the ones before, so that every row has the same result wherever it stands.
#[inline(always)]
pub(super) fn side_by_side<P: Proportion<T, N>, const COMPACT: bool, T: Real, const N: usize>(
    operands: [&[T]; N],
    size: usize,
    out: &mut [MaybeUninit<T>],
) {
    let mut columns = [[[T::ZERO; ROWS]; SHORT]; N];
    let mut results = [[T::ZERO; ROWS]; SHORT];
    for (block, out) in out.chunks_mut(ROWS * size).enumerate() {
        let start = block * ROWS * size;
        for k in 0..N {
            to_columns(
                &operands[k][start..start + out.len()],
                size,
                &mut columns[k],
            );
        }
        let columns = columns.each_ref().map(|columns| &columns[..size]);
        let results = &mut results[..size];
        columns_in_proportion::<P, COMPACT, T, N>(columns, results);
        to_rows(results, out);
    }
}

/// Not for every instruction set: there is nothing to compute.
#[inline(never)]
fn to_columns<T: Copy>(rows: &[T], size: usize, columns: &mut [Column<T>]) {
    for (r, row) in rows.chunks_exact(size).enumerate() {
        for (column, &x) in columns.iter_mut().zip(row) {
            column[r] = x;
        }
    }
}

#[inline(never)]
fn to_rows<T: Copy>(columns: &[Column<T>], rows: &mut [MaybeUninit<T>]) {
    for (r, row) in rows.chunks_exact_mut(columns.len()).enumerate() {
        for (column, y) in columns.iter().zip(row) {
            y.write(column[r]);
        }
    }
}

#[inline(always)]
fn columns_in_proportion<P: Proportion<T, N>, const COMPACT: bool, T: Real, const N: usize>(
    columns: [&[Column<T>]; N],
    out: &mut [Column<T>],
) {
    let mut most = [T::ZERO; ROWS];
    if P::LARGEST {
        most = [-T::ONE / T::ZERO; ROWS];
        for column in columns[0] {
            for r in 0..ROWS {
                let r = opaque::<COMPACT>(r);
                most[r] = if column[r] > most[r] {
                    column[r]
                } else {
                    most[r]
                };
            }
        }
    }
    let mut sum = [T::ZERO; ROWS];
    for (j, terms) in out.iter_mut().enumerate() {
        for r in 0..ROWS {
            let r = opaque::<COMPACT>(r);
            terms[r] = P::term(across(&columns, j, r), most[r]);
            sum[r] = sum[r] + terms[r];
        }
    }
    let mut common = [T::ZERO; ROWS];
    for r in 0..ROWS {
        let r = opaque::<COMPACT>(r);
        common[r] = P::common(sum[r]);
    }
    for (j, results) in out.iter_mut().enumerate() {
        for r in 0..ROWS {
            let r = opaque::<COMPACT>(r);
            results[r] = P::result(across(&columns, j, r), results[r], most[r], common[r]);
        }
    }
}

/// The numbers of all operands at one place.
#[inline(always)]
fn across<T: Real, const N: usize>(columns: &[&[Column<T>]; N], j: usize, r: usize) -> [T; N] {
    let mut elements = [T::ZERO; N];
    for k in 0..N {
        elements[k] = columns[k][j][r];
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::super::softmax::{Softmax, SoftmaxAdjoint};
    use super::*;

    fn run<P: Proportion<f32, N>, const N: usize>(rows: [&[f32]; N], size: usize) -> Vec<f32> {
        let mut out = vec![MaybeUninit::uninit(); rows[0].len()];
        side_by_side::<P, false, f32, N>(rows, size, &mut out);
        // SAFETY: every row was written.
        out.iter().map(|y| unsafe { y.assume_init() }).collect()
    }

    #[test]
    fn a_row_has_the_same_bits_wherever_it_stands() {
        for size in [1, 2, 3, 10, 31, 32] {
            let x: Vec<f32> = (0..37 * size)
                .map(|i| ((i * 7919) % 1013) as f32 / 99.0)
                .collect();
            let all = run::<Softmax, 1>([&x], size);
            for (row, expected) in x.chunks(size).zip(all.chunks(size)) {
                assert_eq!(run::<Softmax, 1>([row], size), expected);
                let sum: f64 = row.iter().map(|&x| f64::from(x).exp()).sum();
                for (x, y) in row.iter().zip(expected) {
                    assert!((f64::from(*y) / (f64::from(*x).exp() / sum) - 1.0).abs() < 2e-6);
                }
            }
        }
    }

    #[test]
    fn two_operands() {
        let (y, g) = ([0.25, 0.75, 0.5, 0.5], [1.0, 2.0, 4.0, 0.0]);
        let expected = [0.25 * -0.75, 0.75 * 0.25, 0.5 * 2.0, 0.5 * -2.0];
        assert_eq!(run::<SoftmaxAdjoint, 2>([&y, &g], 2), expected);
    }

    #[test]
    fn nan_stays_in_its_row() {
        let y = run::<Softmax, 1>([&[0.0, f32::NAN, 0.0, 0.0]], 2);
        assert!(y[0].is_nan() && y[1].is_nan());
        assert_eq!(y[2..], [0.5, 0.5]);
    }
}
