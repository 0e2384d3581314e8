//! Cloning what may or may not be `Clone`, for the fields that `#[derive(Module)]` knows nothing about.
//!
//! `(&Probe(&field)).copy()` finds [`ByClone`] first and takes it if the type is `Clone`; otherwise the
//! compiler adds one more `&` and finds [`ByNothing`].

/// A field to be copied.
#[derive(Debug)]
pub struct Probe<'a, T>(pub &'a T);

/// For types that are `Clone`.
pub trait ByClone<T> {
    /// The clone.
    fn copy(&self) -> Option<T>;
}

impl<T: Clone> ByClone<T> for Probe<'_, T> {
    fn copy(&self) -> Option<T> {
        Some(self.0.clone())
    }
}

/// For all others.
pub trait ByNothing<T> {
    /// There is none.
    fn copy(&self) -> Option<T>;
}

impl<T> ByNothing<T> for &Probe<'_, T> {
    fn copy(&self) -> Option<T> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Unique;

    #[test]
    fn only_what_is_clone_is_cloned() {
        assert_eq!(Probe(&7).copy(), Some(7));
        assert!((&Probe(&Unique)).copy().is_none());
    }
}
