//! Toy data with scikit-learn's numbers for the same `random_state`.

mod blobs;
mod circles;
mod classification;
mod moons;
mod regression;
mod surfaces;
mod without_replacement;

pub use blobs::{Blobs, Centers, make_blobs};
pub use circles::{Circles, make_circles};
pub use classification::Classification;
pub use moons::{Moons, make_moons};
pub use regression::Regression;
pub use surfaces::{SwissRoll, make_s_curve, make_swiss_roll};
pub(crate) use without_replacement::sample as sample_without_replacement;

use crate::error::{Error, Result};
use crate::parts::both;
use gradus_random::RandomState;
use gradus_tensor::Tensor;

/// `n` evenly spaced numbers from 0 to `stop`, which is among them if `endpoint`. NumPy's `linspace(0, stop, n, endpoint)`.
#[inline]
fn linspace(stop: f64, n: usize, endpoint: bool) -> impl Iterator<Item = f64> {
    let gaps = if endpoint { n.saturating_sub(1) } else { n };
    let step = stop / gaps as f64;
    (0..n).map(move |i| match i {
        0 => 0.0,
        last if endpoint && last == n - 1 => stop,
        i => i as f64 * step,
    })
}

/// `n` points in the plane on two curves, `outer` of them on the first, labelled 0 and 1, shuffled and made noisy as the
/// moons and circles are. The points and the random numbers do not need each other until they are put together.
#[inline]
fn two_curves(
    [n, outer]: [usize; 2],
    points: &(dyn Fn() -> Vec<[f64; 2]> + Sync),
    shuffle: bool,
    noise: Option<f64>,
    random_state: u32,
) -> Result<(Tensor, Tensor)> {
    let draw = || {
        let mut rs = RandomState::new(random_state);
        let mut order: Vec<usize> = (0..n).collect();
        if shuffle {
            rs.shuffle(&mut order);
        }
        let noise = noise.map(|std| rs.normal(0.0, std, 2 * n)).transpose()?;
        Ok::<_, Error>((order, noise))
    };
    let (points, drawn) = both(n, points, draw);
    let (order, noise) = drawn?;
    let x = match noise {
        // The numbers have their places already; the points are added to them.
        Some(mut x) => {
            for (at, &i) in x.chunks_exact_mut(2).zip(&order) {
                at[0] += points[i][0];
                at[1] += points[i][1];
            }
            x
        }
        None => order.iter().flat_map(|&i| points[i]).collect(),
    };
    let y = order.iter().map(|&i| i64::from(i >= outer)).collect();
    Ok((Tensor::from_vec(x, [n, 2])?, Tensor::from_vec(y, [n])?))
}

/// The rows of a table in another order.
fn reordered<T: Copy>(values: &[T], width: usize, order: &[usize]) -> Vec<T> {
    order
        .iter()
        .flat_map(|&row| values[row * width..(row + 1) * width].iter().copied())
        .collect()
}

/// The columns of a table in another order.
#[inline]
fn columns_reordered(values: &[f64], width: usize, order: &[usize]) -> Vec<f64> {
    values
        .chunks_exact(width.max(1))
        .flat_map(|row| order.iter().map(|&column| row[column]))
        .collect()
}

/// `n` split into `parts` numbers that differ by at most one, the larger first.
#[inline]
fn shares(n: usize, parts: usize) -> Vec<usize> {
    (0..parts)
        .map(|part| n / parts + usize::from(part < n % parts))
        .collect()
}

/// A matrix product of row-major tables: `(n, inner)` times `(inner, width)`.
#[inline]
fn product(a: &[f64], b: &[f64], inner: usize, width: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(a.len() / inner.max(1) * width);
    for row in a.chunks_exact(inner.max(1)) {
        for column in 0..width {
            out.push(
                row.iter()
                    .zip(b.iter().skip(column).step_by(width))
                    .map(|(a, b)| a * b)
                    .sum(),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linspace_ends_where_it_should() {
        let all = |n, endpoint| linspace(1.0, n, endpoint).collect::<Vec<_>>();
        assert_eq!(all(3, true), [0.0, 0.5, 1.0]);
        assert_eq!(all(4, false), [0.0, 0.25, 0.5, 0.75]);
        assert_eq!(all(1, true), [0.0]);
        assert!(all(0, true).is_empty());
    }

    #[test]
    fn tables_are_row_major() {
        let table = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(reordered(&table, 2, &[1, 0]), [3.0, 4.0, 1.0, 2.0]);
        assert_eq!(columns_reordered(&table, 2, &[1, 0]), [2.0, 1.0, 4.0, 3.0]);
        assert_eq!(product(&table, &[1.0, 10.0], 2, 1), [21.0, 43.0]);
        assert_eq!(shares(8, 3), [3, 3, 2]);
    }
}
