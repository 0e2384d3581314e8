//! Shape and strides: how a tensor's elements lie in memory.

use crate::error::{ErrorKind, Result};

/// The most dimensions a tensor can have.
pub const MAX_RANK: usize = 8;

/// Shape, strides (in elements) and what follows from them. Plain data, no allocation.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    len: usize,
    rank: u8,
    contiguous: bool,
    shape: [usize; MAX_RANK],
    strides: [usize; MAX_RANK],
}

impl Layout {
    /// Row-major order.
    ///
    /// # Errors
    /// More than [`MAX_RANK`] dimensions, or more elements than `isize::MAX` bytes can hold.
    #[inline]
    pub(crate) fn row_major(op: &'static str, shape: &[usize]) -> Result<Layout> {
        if shape.len() > MAX_RANK {
            return Err(ErrorKind::TooManyDims {
                op,
                rank: shape.len(),
            }
            .into());
        }
        let mut layout = Layout {
            len: 1,
            rank: shape.len() as u8,
            contiguous: true,
            shape: [0; MAX_RANK],
            strides: [0; MAX_RANK],
        };
        // The product over dimensions of at least one bounds every stride, also when a size is 0.
        let mut stride = 1usize;
        let mut empty = false;
        for d in (0..shape.len()).rev() {
            layout.shape[d] = shape[d];
            layout.strides[d] = stride;
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
        layout.len = if empty { 0 } else { stride };
        Ok(layout)
    }

    /// Given strides; `strides` must keep every index inside the storage.
    pub(crate) fn strided(shape: &[usize], strides: &[usize]) -> Layout {
        debug_assert_eq!(shape.len(), strides.len());
        let mut layout = Layout {
            len: 1,
            rank: shape.len() as u8,
            contiguous: true,
            shape: [0; MAX_RANK],
            strides: [0; MAX_RANK],
        };
        layout.shape[..shape.len()].copy_from_slice(shape);
        layout.strides[..shape.len()].copy_from_slice(strides);
        layout.len = shape.iter().product();
        layout.contiguous = layout.is_row_major();
        layout
    }

    fn is_row_major(&self) -> bool {
        if self.len == 0 {
            return true;
        }
        let mut expected = 1;
        for d in (0..self.rank as usize).rev() {
            if self.shape[d] != 1 {
                if self.strides[d] != expected {
                    return false;
                }
                expected *= self.shape[d];
            }
        }
        true
    }

    #[inline]
    pub(crate) fn shape(&self) -> &[usize] {
        // `rank` never exceeds MAX_RANK; the mask lets the compiler see it.
        &self.shape[..(self.rank as usize).min(MAX_RANK)]
    }

    #[inline]
    pub(crate) fn strides(&self) -> &[usize] {
        &self.strides[..(self.rank as usize).min(MAX_RANK)]
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

/// A shape by value, without allocation.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    rank: u8,
    sizes: [usize; MAX_RANK],
}

impl Shape {
    #[inline]
    pub(crate) fn new(shape: &[usize]) -> Shape {
        let mut sizes = [0; MAX_RANK];
        for (to, &from) in sizes.iter_mut().zip(shape) {
            *to = from;
        }
        Shape {
            rank: shape.len().min(MAX_RANK) as u8,
            sizes,
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[usize] {
        &self.sizes[..(self.rank as usize).min(MAX_RANK)]
    }
}

impl Shape {
    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [usize] {
        &mut self.sizes[..(self.rank as usize).min(MAX_RANK)]
    }
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_slice().fmt(f)
    }
}

/// Whether two shapes are equal.
///
/// An inline loop: `==` on slices calls `memcmp`, which costs a quarter of a small step.
#[inline]
pub(crate) fn same_shape(a: &[usize], b: &[usize]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    for i in 0..a.len() {
        if a[i] != b[i] {
            return false;
        }
    }
    true
}

/// `dim` counted from the front, or an error; −1 is the last. A tensor without dimensions accepts
/// 0 and −1, as in PyTorch.
#[inline]
pub(crate) fn resolve_dim(op: &'static str, dim: isize, rank: usize) -> Result<usize> {
    let n = rank.max(1) as isize;
    let d = if dim < 0 { dim + n } else { dim };
    if (0..n).contains(&d) {
        Ok(d as usize)
    } else {
        Err(ErrorKind::DimOutOfRange { op, dim, rank }.into())
    }
}

/// The shape both operands broadcast to: aligned at the last dimension, sizes equal or one of them 1.
pub(crate) fn broadcast_shapes(op: &'static str, a: &[usize], b: &[usize]) -> Result<Shape> {
    let rank = a.len().max(b.len());
    let mut out = Shape {
        rank: rank as u8,
        sizes: [1; MAX_RANK],
    };
    for d in 0..rank {
        let left = if d + a.len() >= rank {
            a[d + a.len() - rank]
        } else {
            1
        };
        let right = if d + b.len() >= rank {
            b[d + b.len() - rank]
        } else {
            1
        };
        out.sizes[d] = match (left, right) {
            (l, r) if l == r => l,
            (1, r) => r,
            (l, 1) => l,
            _ => {
                return Err(ErrorKind::Broadcast {
                    op,
                    lhs: a.to_vec(),
                    rhs: b.to_vec(),
                    dim: d,
                    left,
                    right,
                }
                .into());
            }
        };
    }
    Ok(out)
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

    #[test]
    fn broadcasting_aligns_the_last_dimension() {
        assert_eq!(
            broadcast_shapes("t", &[2, 1], &[3]).unwrap().as_slice(),
            &[2, 3]
        );
        assert_eq!(broadcast_shapes("t", &[], &[0]).unwrap().as_slice(), &[0]);
        let e = broadcast_shapes("add", &[2, 3], &[2]).unwrap_err();
        assert_eq!(
            e.to_string(),
            "add: shapes (2, 3) and (2,) do not broadcast: dimension 1 is 3 against 2; reshape or unsqueeze one of them"
        );
    }

    #[test]
    fn negative_dimensions_count_from_the_back() {
        assert_eq!(resolve_dim("t", -1, 3).unwrap(), 2);
        assert_eq!(resolve_dim("t", -1, 0).unwrap(), 0);
        assert!(resolve_dim("t", 3, 3).is_err());
    }
}
