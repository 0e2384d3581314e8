//! Shape and strides: how a tensor's elements lie in memory.

use std::mem::MaybeUninit;

use crate::MAX_RANK;
use crate::error::{ErrorKind, Result};

/// Shape, strides (in elements) and what follows from them.
///
/// Only the first `rank` sizes and strides are written: a block is laid out in a few stores instead
/// of copying all of 144 bytes, which was a sixth of a small step.
pub(crate) struct Layout {
    len: usize,
    rank: u8,
    contiguous: bool,
    shape: [MaybeUninit<usize>; MAX_RANK],
    strides: [MaybeUninit<usize>; MAX_RANK],
}

impl Clone for Layout {
    #[inline(always)]
    fn clone(&self) -> Layout {
        let mut copy = Layout::empty(self.rank());
        // SAFETY: `copy` is valid for writing.
        unsafe { self.copy_to(&raw mut copy) };
        copy
    }
}

impl Layout {
    #[inline(always)]
    fn empty(rank: usize) -> Layout {
        Layout {
            len: 1,
            rank: rank as u8,
            contiguous: true,
            shape: [const { MaybeUninit::uninit() }; MAX_RANK],
            strides: [const { MaybeUninit::uninit() }; MAX_RANK],
        }
    }

    /// Writes a copy of this layout, only what is in use.
    ///
    /// # Safety
    /// `to` is valid for writing.
    #[inline(always)]
    pub(super) unsafe fn copy_to(&self, to: *mut Layout) {
        // SAFETY: as the caller promises; places of unused dimensions need no value.
        unsafe {
            (&raw mut (*to).len).write(self.len);
            (&raw mut (*to).rank).write(self.rank);
            (&raw mut (*to).contiguous).write(self.contiguous);
            let (shape, strides) = (
                (&raw mut (*to).shape).cast::<usize>(),
                (&raw mut (*to).strides).cast::<usize>(),
            );
            for (d, (&size, &stride)) in self.shape().iter().zip(self.strides()).enumerate() {
                shape.add(d).write(size);
                strides.add(d).write(stride);
            }
        }
    }

    /// Row-major order.
    ///
    /// # Errors
    /// More than [`MAX_RANK`] dimensions, or more elements than `isize::MAX` bytes can hold.
    #[inline]
    pub(crate) fn row_major(op: &'static str, shape: &[usize]) -> Result<Layout> {
        let mut layout = Layout::empty(0);
        layout.set_row_major(op, shape)?;
        Ok(layout)
    }

    /// As [`row_major`](Layout::row_major), in place: operations of small steps make their layout where
    /// it is used, since returning one moves 144 bytes.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub(crate) fn set_row_major(&mut self, op: &'static str, shape: &[usize]) -> Result<()> {
        if shape.len() > MAX_RANK {
            return Err(ErrorKind::TooManyDims {
                op,
                rank: shape.len(),
            }
            .into());
        }
        // The product over dimensions of at least one bounds every stride, also when a size is 0.
        let mut stride = 1usize;
        let mut empty = false;
        for d in (0..shape.len()).rev() {
            self.shape[d].write(shape[d]);
            self.strides[d].write(stride);
            empty |= shape[d] == 0;
            stride = match stride.checked_mul(shape[d].max(1)) {
                Some(s) if s <= (isize::MAX as usize) / 16 => s,
                _ => {
                    return Err(ErrorKind::TooLarge {
                        op,
                        shape: shape.to_vec(),
                    }
                    .into());
                }
            };
        }
        self.rank = shape.len() as u8;
        self.contiguous = true;
        self.len = if empty { 0 } else { stride };
        Ok(())
    }

    /// No dimensions, one element.
    #[inline(always)]
    pub(crate) fn no_dims() -> Layout {
        Layout::empty(0)
    }

    /// A layout to be set before it is used.
    #[inline(always)]
    pub(crate) fn unset() -> Layout {
        Layout::no_dims()
    }

    /// Becomes `source`, contiguous, with another size of the first dimension; `false` if memory could
    /// not address it.
    #[inline(always)]
    pub(crate) fn set_rows_of(&mut self, source: &Layout, rows: usize) -> bool {
        let row = source.shape()[1..].iter().product::<usize>();
        let fits = row
            .max(1)
            .checked_mul(rows)
            .is_some_and(|bound| bound <= (isize::MAX as usize) / 16);
        if fits {
            // SAFETY: `self` is valid for writing.
            unsafe { source.copy_to(self) };
            self.shape[0].write(rows);
            // A first dimension of size 1 may have had any stride.
            self.strides[0].write(row);
            self.len = row * rows;
        }
        fits
    }

    /// Given strides; `strides` must keep every index inside the storage.
    pub(crate) fn strided(shape: &[usize], strides: &[usize]) -> Layout {
        assert!(
            shape.len() == strides.len() && shape.len() <= MAX_RANK,
            "one stride per dimension"
        );
        let mut layout = Layout::empty(shape.len());
        for d in 0..shape.len() {
            layout.shape[d].write(shape[d]);
            layout.strides[d].write(strides[d]);
        }
        layout.len = shape.iter().product();
        layout.contiguous = layout.is_row_major();
        layout
    }

    fn is_row_major(&self) -> bool {
        if self.len == 0 {
            return true;
        }
        let mut expected = 1;
        for (&size, &stride) in self.shape().iter().zip(self.strides()).rev() {
            if size != 1 {
                if stride != expected {
                    return false;
                }
                expected *= size;
            }
        }
        true
    }

    #[inline(always)]
    pub(crate) fn shape(&self) -> &[usize] {
        // SAFETY: every constructor writes the first `rank` sizes, and `rank` is at most MAX_RANK.
        unsafe { std::slice::from_raw_parts(self.shape.as_ptr().cast(), self.rank as usize) }
    }

    #[inline(always)]
    pub(crate) fn strides(&self) -> &[usize] {
        // SAFETY: as for the shape.
        unsafe { std::slice::from_raw_parts(self.strides.as_ptr().cast(), self.rank as usize) }
    }

    #[inline]
    pub(crate) fn rank(&self) -> usize {
        self.rank as usize
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn is_contiguous(&self) -> bool {
        self.contiguous
    }

    /// One past the largest element offset that is reachable, 0 if empty.
    pub(crate) fn extent(&self) -> usize {
        if self.len == 0 {
            return 0;
        }
        1 + self
            .shape()
            .iter()
            .zip(self.strides())
            .map(|(&n, &s)| (n - 1) * s)
            .sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_major_strides_and_length() {
        let l = Layout::row_major("t", &[2, 3, 4]).unwrap();
        assert_eq!(
            (l.strides(), l.len(), l.extent()),
            (&[12, 4, 1][..], 24, 24)
        );
        let empty = Layout::row_major("t", &[2, 0, 4]).unwrap();
        assert_eq!(
            (empty.len(), empty.extent(), empty.is_contiguous()),
            (0, 0, true)
        );
        assert_eq!(Layout::row_major("t", &[]).unwrap().len(), 1);
    }

    #[test]
    fn too_many_dimensions_or_elements_are_refused() {
        assert!(Layout::row_major("t", &[1; 9]).is_err());
        assert!(Layout::row_major("t", &[usize::MAX, 2]).is_err());
        assert!(Layout::row_major("t", &[0, usize::MAX, usize::MAX]).is_err());
    }

    #[test]
    fn contiguity_ignores_strides_of_size_one() {
        assert!(Layout::strided(&[1, 3], &[77, 1]).is_contiguous());
        assert!(!Layout::strided(&[3, 2], &[1, 3]).is_contiguous());
    }
}
