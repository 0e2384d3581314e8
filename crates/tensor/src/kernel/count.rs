//! Counting elements by what they are.

use super::dense::Dense;
use crate::{Element, Tensor};

/// Adds `weight(i)` to the count at place `bins[i]`, which exists; a place of −1 is left out.
pub(crate) fn count_into<T: Element + std::ops::AddAssign>(
    counts: &mut [T],
    bins: impl Iterator<Item = i64>,
    weight: impl Fn(usize) -> T,
) {
    for (i, bin) in bins.enumerate() {
        if bin >= 0 {
            counts[bin as usize] += weight(i);
        }
    }
}

/// The number of elements in each of equal bins from `low` to `high`, of which the last holds its
/// upper end; elements outside and NaN are left out.
pub(crate) fn histogram<T: super::Real>(x: &Tensor, bins: usize, low: T, high: T) -> Vec<T> {
    let x = Dense::of(x);
    let mut counts = vec![T::ZERO; bins];
    let number = T::from_f64(bins as f64);
    let width = high - low;
    for &x in x.host_slice::<T>() {
        if x >= low && x <= high {
            let bin = ((x - low) * number / width).to_scalar().to_i64() as usize;
            let count = &mut counts[bin.min(bins - 1)];
            *count = *count + T::ONE;
        }
    }
    counts
}
