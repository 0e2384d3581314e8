//! Whether operations on variables are recorded, per thread.

use std::cell::Cell;

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(true) };
}

/// Whether operations on this thread are recorded.
#[inline]
#[must_use]
pub fn is_grad_enabled() -> bool {
    ENABLED.get()
}

/// Restores the mode, also when the closure panics.
struct Restore(bool);

impl Drop for Restore {
    fn drop(&mut self) {
        ENABLED.set(self.0);
    }
}

/// Runs `f` without recording: results are constants. Nests; ends with the closure.
///
/// ```
/// use gradus_autograd::{Var, no_grad};
/// use gradus_tensor::tensor;
///
/// let w = Var::leaf(tensor![2.0])?;
/// let y = no_grad(|| w.mul(&w))?;
/// assert!(!y.requires_grad());
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    let _restore = Restore(ENABLED.replace(false));
    f()
}

/// Runs `f` with recording, also inside [`no_grad`].
pub fn enable_grad<R>(f: impl FnOnce() -> R) -> R {
    let _restore = Restore(ENABLED.replace(true));
    f()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_nests_and_survives_panics() {
        assert!(is_grad_enabled());
        no_grad(|| {
            assert!(!is_grad_enabled());
            enable_grad(|| assert!(is_grad_enabled()));
            assert!(!is_grad_enabled());
        });
        let _ = std::panic::catch_unwind(|| no_grad(|| panic!("inside")));
        assert!(is_grad_enabled());
    }
}
