//! Copying a part of an operand into the order in which the innermost loop reads it.

use std::marker::PhantomData;

use super::vector::{MOST_LANES, Vector, transpose};
use crate::kernel::Kernel;

/// Copies `count` rows of a matrix into panels of `width` rows each, read column by column: step `d`
/// along the depth puts a panel's numbers beside each other, `d · width` behind the panel's start.
pub(super) struct Pack<V: Vector> {
    pub(super) from: *const V::Number,
    pub(super) row: usize,
    pub(super) depth_step: usize,
    pub(super) count: usize,
    pub(super) depth: usize,
    pub(super) to: *mut V::Number,
    pub(super) width: usize,
    /// From a panel to the next.
    pub(super) panel: usize,
    pub(super) vector: PhantomData<V>,
}

impl<V: Vector> Kernel for Pack<V> {
    type Output = ();
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        // SAFETY: who makes this promises that the numbers lie in valid memory and that `to` has room
        // for `depth · width` of them, of which each row's first `count` are written.
        unsafe {
            if self.row == 1 {
                self.copy_rows();
            } else if self.depth_step == 1 {
                self.transpose();
            } else {
                self.gather();
            }
        }
    }
}

impl<V: Vector> Pack<V> {
    /// Where the number of row `i` at step `d` goes, as the first of some beside each other.
    #[inline(always)]
    fn place(&self, i: usize, d: usize) -> *mut V::Number {
        let (panel, lane) = (i / self.width, i % self.width);
        self.to
            .wrapping_add(panel * self.panel + d * self.width + lane)
    }

    /// Rows that lie beside each other: whole lines of them are read, whatever the panels' width.
    ///
    /// # Safety
    /// As [`Pack`] promises when it runs.
    #[inline(always)]
    unsafe fn copy_rows(&self) {
        /// Steps along the depth, of which all panels are copied before the next.
        const DEEP: usize = 16;
        // SAFETY: as in `run`.
        unsafe {
            for deep in (0..self.depth).step_by(DEEP) {
                let end = self.depth.min(deep + DEEP);
                for panel in (0..self.count).step_by(self.width) {
                    let count = self.width.min(self.count - panel);
                    let to = self.place(panel, 0);
                    for start in (0..count).step_by(V::LANES) {
                        let mask = V::mask(count - start);
                        for d in deep..end {
                            V::load_masked(
                                self.from.add(panel + start + d * self.depth_step),
                                mask,
                            )
                            .store_masked(to.add(start + d * self.width), mask);
                        }
                    }
                }
            }
        }
    }

    /// Rows along the depth, a square at a time.
    ///
    /// # Safety
    /// As [`Pack`] promises when it runs.
    #[inline(always)]
    unsafe fn transpose(&self) {
        for panel in (0..self.count).step_by(self.width) {
            let end = self.count.min(panel + self.width);
            for start in (panel..end).step_by(V::LANES) {
                let count = (end - start).min(V::LANES);
                for deep in (0..self.depth).step_by(V::LANES) {
                    let depth = (self.depth - deep).min(V::LANES);
                    // SAFETY: as in `run`.
                    unsafe { self.transpose_square((start, count), (deep, depth)) };
                }
            }
        }
    }

    /// Some rows, no more than a register has lanes, and as many steps.
    ///
    /// # Safety
    /// As [`Pack`] promises when it runs; the rows and steps are among its own.
    #[inline(always)]
    unsafe fn transpose_square(
        &self,
        (start, count): (usize, usize),
        (deep, depth): (usize, usize),
    ) {
        // SAFETY: as in `run`.
        unsafe {
            let (mask, deep_mask) = (V::mask(count), V::mask(depth));
            // Whole squares, whose spare rows repeat the last one, stay in registers.
            let mut square = [V::zero(); MOST_LANES];
            for (i, row) in square.iter_mut().enumerate().take(V::LANES) {
                let from = self.from.add((start + i.min(count - 1)) * self.row + deep);
                *row = V::load_masked(from, deep_mask);
            }
            transpose(&mut square);
            let to = self.place(start, deep);
            for (d, column) in square.iter().enumerate().take(V::LANES) {
                if d < depth {
                    column.store_masked(to.add(d * self.width), mask);
                }
            }
        }
    }

    /// Rows of any steps.
    ///
    /// # Safety
    /// As [`Pack`] promises when it runs.
    #[inline(always)]
    unsafe fn gather(&self) {
        for panel in (0..self.count).step_by(self.width) {
            let to = self.place(panel, 0);
            for i in panel..self.count.min(panel + self.width) {
                for d in 0..self.depth {
                    // SAFETY: as in `run`.
                    unsafe {
                        let from = self.from.add(i * self.row + d * self.depth_step);
                        to.add(i - panel + d * self.width).write(*from);
                    }
                }
            }
        }
    }
}
