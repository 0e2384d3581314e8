//! Pooled memory for the time of one operation.

use std::ptr::NonNull;

use super::pool;

/// Memory that goes back to the pool when this is dropped, not initialised.
pub(crate) struct Scratch {
    start: NonNull<u8>,
    class: u8,
}

impl Scratch {
    /// Room for `len` numbers, aligned to a cache line.
    pub(crate) fn of<T>(len: usize) -> Scratch {
        let (start, class) = pool::take(len * size_of::<T>());
        Scratch { start, class }
    }

    pub(crate) fn start<T>(&self) -> *mut T {
        self.start.cast().as_ptr()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: taken in `of`; who asked for the pointer is done with it.
        unsafe { pool::give(self.start, self.class) }
    }
}
