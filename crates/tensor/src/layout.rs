//! Shapes: equality, broadcasting, and dimensions counted from either end.

use crate::error::{ErrorKind, Result};

pub(crate) use crate::storage::Layout;

/// The most dimensions a tensor can have.
pub const MAX_RANK: usize = 8;

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
