//! A short list in place.

/// A list that keeps up to three values in place. Each length is a variant of its own, so that making
/// and dropping one touches the values that are there.
#[derive(Clone, Default)]
pub(crate) enum Few<T> {
    #[default]
    None,
    One([T; 1]),
    Two([T; 2]),
    Three([T; 3]),
    Many(Vec<T>),
}

impl<T> Few<T> {
    /// The values `at(0)`, …, `at(len - 1)`.
    #[inline(always)]
    pub(crate) fn from_fn(len: usize, mut at: impl FnMut(usize) -> T) -> Few<T> {
        match len {
            0 => Few::None,
            1 => Few::One([at(0)]),
            2 => Few::Two([at(0), at(1)]),
            3 => Few::Three([at(0), at(1), at(2)]),
            _ => Few::Many((0..len).map(at).collect()),
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Few::None => &[],
            Few::One(values) => values,
            Few::Two(values) => values,
            Few::Three(values) => values,
            Few::Many(values) => values,
        }
    }

    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Few::None => &mut [],
            Few::One(values) => values,
            Few::Two(values) => values,
            Few::Three(values) => values,
            Few::Many(values) => values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lists_stay_in_place_and_long_ones_move_out() {
        for len in 0..6 {
            let mut few = Few::from_fn(len, |i| i + 1);
            few.as_mut_slice().iter_mut().for_each(|i| *i -= 1);
            assert!(few.as_slice().iter().copied().eq(0..len));
            assert_eq!(matches!(few, Few::Many(_)), len > 3);
        }
    }
}
