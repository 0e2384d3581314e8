//! Bounded integers and shuffles of a [`RandomState`].

use super::RandomState;
use crate::error::{Error, Result};

impl RandomState {
    /// `randint(low, high, n)` of 64-bit integers in [low, high): masked draws until one fits.
    ///
    /// # Errors
    /// If `low >= high`.
    pub fn randint(&mut self, low: i64, high: i64, n: usize) -> Result<Vec<i64>> {
        if low >= high {
            let op = "RandomState.randint";
            return Err(Error::Range { op, low, high });
        }
        let largest = high.wrapping_sub(low).cast_unsigned() - 1;
        Ok((0..n)
            .map(|_| low.wrapping_add_unsigned(self.at_most(largest)))
            .collect())
    }

    /// `shuffle(items)`, in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        if items.len() > u32::MAX as usize {
            for i in (1..items.len()).rev() {
                items.swap(i, self.at_most(i as u64) as usize);
            }
            return;
        }
        // A step takes one word or more, so as many words as steps are left may be drawn at once.
        let mut words = [0; 512];
        let mut i = items.len().saturating_sub(1);
        while i > 0 {
            let ready = &mut words[..i.min(512)];
            self.engine.fill_u32(ready, |word| word);
            for &word in &*ready {
                let j = (word & (u32::MAX >> (i as u32).leading_zeros())) as usize;
                if j <= i {
                    items.swap(i, j);
                    i -= 1;
                }
            }
        }
    }

    /// `permutation(n)`: the numbers 0 to n − 1 in random order.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    /// An integer from 0 to `largest`: words masked to its bits, until one does not exceed it. `largest = 0` draws nothing.
    pub fn at_most(&mut self, largest: u64) -> u64 {
        if largest == 0 {
            return 0;
        }
        let mask = u64::MAX >> largest.leading_zeros();
        loop {
            let value = if mask <= u64::from(u32::MAX) {
                u64::from(self.engine.next_u32()) & mask
            } else {
                self.engine.next_u64() & mask
            };
            if value <= largest {
                return value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_draws() {
        let mut rs = RandomState::new(0);
        assert_eq!(rs.randint(0, 10, 5).unwrap(), [5, 0, 3, 3, 7]);
        assert_eq!(RandomState::new(42).permutation(5), [1, 4, 2, 0, 3]);
        let mut letters = ["a", "b", "c", "d"];
        RandomState::new(0).shuffle(&mut letters);
        assert_eq!(letters, ["c", "d", "b", "a"]);
    }

    #[test]
    fn a_shuffle_draws_word_by_word() {
        for n in [0, 1, 2, 3, 511, 513, 3000] {
            let (mut block, mut one) = (RandomState::new(3), RandomState::new(3));
            let mut expected: Vec<usize> = (0..n).collect();
            for i in (1..n).rev() {
                expected.swap(i, one.at_most(i as u64) as usize);
            }
            assert_eq!(block.permutation(n), expected);
            assert!(block == one, "{n}");
        }
    }

    #[test]
    fn one_possible_value_draws_nothing() {
        let mut rs = RandomState::new(0);
        let before = rs.state();
        assert_eq!(rs.randint(7, 8, 3).unwrap(), [7, 7, 7]);
        assert_eq!(rs.state(), before);
    }

    #[test]
    fn the_full_range_does_not_overflow() {
        let values = RandomState::new(0).randint(i64::MIN, i64::MAX, 50).unwrap();
        assert!(values.iter().any(|&v| v < 0) && values.iter().any(|&v| v > 0));
    }

    #[test]
    fn an_empty_range_is_an_error() {
        let error = RandomState::new(0).randint(2, 1, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "RandomState.randint: the range [2, 1) is empty; low must be less than high"
        );
    }
}
