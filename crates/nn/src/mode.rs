//! Whether a module is being trained.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// Training or evaluation, PyTorch's `training` flag; changed through a shared reference.
///
/// A new one says training. Give a struct such a field if its `forward` depends on the mode;
/// [`Module::train`](crate::Module::train) and [`Module::eval`](crate::Module::eval) set it. A clone is
/// a flag of its own.
pub struct Mode(AtomicBool);

impl Mode {
    /// Training.
    #[must_use]
    pub const fn new() -> Mode {
        Mode(AtomicBool::new(true))
    }

    /// Whether this is training.
    #[inline]
    #[must_use]
    pub fn is_training(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Training (`true`) or evaluation.
    pub fn set_training(&self, training: bool) {
        self.0.store(training, Ordering::Relaxed);
    }
}

impl Default for Mode {
    fn default() -> Mode {
        Mode::new()
    }
}

impl Clone for Mode {
    fn clone(&self) -> Mode {
        Mode(AtomicBool::new(self.is_training()))
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_training() {
            "training"
        } else {
            "evaluation"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_a_flag_of_its_own() {
        let mode = Mode::new();
        let other = mode.clone();
        mode.set_training(false);
        assert!(!mode.is_training() && other.is_training());
    }
}
