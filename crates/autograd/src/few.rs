//! A short list in place.

/// Operations of up to this many inputs are recorded in one block.
const INLINE: usize = 3;

/// A list that keeps up to three values in place.
#[derive(Clone)]
pub(crate) enum Few<T> {
    Inline(usize, [T; INLINE]),
    Many(Vec<T>),
}

impl<T: Default> Default for Few<T> {
    #[inline(always)]
    fn default() -> Few<T> {
        Few::Inline(0, [T::default(), T::default(), T::default()])
    }
}

impl<T: Default> Few<T> {
    /// Makes room for `len` default values, in a list that is still empty.
    #[inline]
    pub(crate) fn resize(&mut self, len: usize) -> &mut [T] {
        match self {
            Few::Inline(own, _) if len <= INLINE => *own = len,
            _ => *self = Few::Many(std::iter::repeat_with(T::default).take(len).collect()),
        }
        self.as_mut_slice()
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Few::Inline(len, values) => &values[..*len],
            Few::Many(values) => values,
        }
    }

    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Few::Inline(len, values) => &mut values[..*len],
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
            let mut few = Few::<usize>::default();
            for (i, value) in few.resize(len).iter_mut().enumerate() {
                *value = i;
            }
            assert!(few.as_slice().iter().copied().eq(0..len));
            assert_eq!(matches!(few, Few::Inline(..)), len <= INLINE);
        }
    }
}
