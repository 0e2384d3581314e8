//! Whether operations on variables are recorded, and whether they are watched, per thread.

use std::cell::Cell;

/// What happens to operations beside their computation: both answers in one byte, since every operation
/// asks.
#[derive(Clone, Copy)]
pub(crate) struct Mode(u8);

impl Mode {
    const RECORDING: u8 = 1;
    const WATCHED: u8 = 2;

    #[inline]
    pub(crate) fn now() -> Mode {
        MODE.get()
    }

    #[inline]
    pub(crate) fn is_recording(self) -> bool {
        self.0 & Self::RECORDING != 0
    }

    /// Whether results are searched for NaN.
    #[inline]
    pub(crate) fn is_watched(self) -> bool {
        self.0 & Self::WATCHED != 0
    }

    fn with(self, bit: u8, on: bool) -> Mode {
        Mode(if on { self.0 | bit } else { self.0 & !bit })
    }
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode(Mode::RECORDING)) };
}

/// Whether operations on this thread are recorded.
#[inline]
#[must_use]
pub fn is_grad_enabled() -> bool {
    Mode::now().is_recording()
}

/// Restores the mode, also when the closure panics.
struct Restore(Mode);

impl Drop for Restore {
    fn drop(&mut self) {
        MODE.set(self.0);
    }
}

fn run_with<R>(bit: u8, on: bool, f: impl FnOnce() -> R) -> R {
    let before = Mode::now();
    let _restore = Restore(before);
    MODE.set(before.with(bit, on));
    f()
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
    run_with(Mode::RECORDING, false, f)
}

/// Runs `f` with recording, also inside [`no_grad`].
pub fn enable_grad<R>(f: impl FnOnce() -> R) -> R {
    run_with(Mode::RECORDING, true, f)
}

/// Runs `f` with every operation and every gradient rule watched: the first one that makes NaN of
/// numbers without NaN is an error that names it, in the forward pass and in the backward pass.
///
/// Every result is searched, so this is for finding a fault, not for training.
///
/// ```
/// use gradus_autograd::{Var, detect_anomaly};
/// use gradus_tensor::tensor;
///
/// let x = Var::leaf(tensor![4.0, -1.0])?;
/// let error = detect_anomaly(|| x.sqrt()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "sqrt: made NaN at [1], 1 of 2 elements, of inputs without NaN"
/// );
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn detect_anomaly<R>(f: impl FnOnce() -> R) -> R {
    run_with(Mode::WATCHED, true, f)
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

    #[test]
    fn watching_and_recording_do_not_touch_each_other() {
        detect_anomaly(|| {
            no_grad(|| assert!(Mode::now().is_watched() && !is_grad_enabled()));
            assert!(Mode::now().is_watched() && is_grad_enabled());
        });
        assert!(!Mode::now().is_watched());
    }
}
