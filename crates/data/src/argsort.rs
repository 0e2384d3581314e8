//! The order of numbers.

/// The positions of the numbers in ascending order; equal numbers keep theirs.
#[inline]
pub(crate) fn argsort(numbers: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_keep_their_order() {
        assert_eq!(argsort(&[2.0, 1.0, 2.0, 0.5]), [3, 1, 0, 2]);
    }
}
