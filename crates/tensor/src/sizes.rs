//! Shapes as arguments, in which a size may be −1.

use crate::error::{ErrorKind, Result};
use crate::layout::{MAX_RANK, Shape};

/// The sizes of a shape: an array, slice or `Vec` of `usize`, or of signed integers among which −1 has
/// the meaning the method gives it (inferred in [`reshape`](crate::Tensor::reshape), kept in
/// [`expand`](crate::Tensor::expand)). `()` is the shape without dimensions.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
/// assert_eq!(x.reshape([-1, 2])?.shape(), [3, 2]);
/// assert_eq!(x.reshape(vec![6usize])?.shape(), [6]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Sizes {
    /// The sizes as they were given.
    fn to_requested(&self) -> Requested;
}

/// Sizes by value, each at least 0 or still a negative number.
#[derive(Clone, Copy, Debug)]
pub struct Requested {
    rank: usize,
    sizes: [isize; MAX_RANK],
}

impl Requested {
    fn new<T: Copy>(sizes: &[T], to_isize: impl Fn(T) -> isize) -> Requested {
        let mut requested = Requested {
            rank: sizes.len(),
            sizes: [0; MAX_RANK],
        };
        for (to, &from) in requested.sizes.iter_mut().zip(sizes) {
            *to = to_isize(from);
        }
        requested
    }

    /// How many sizes there are.
    pub(crate) fn rank(&self) -> usize {
        self.rank
    }

    /// The sizes, with the one that is −1 found from the others so that `numel` elements fit.
    ///
    /// # Errors
    /// More than one −1, another negative size, no size that fits, too many dimensions or elements.
    #[inline]
    pub(crate) fn infer(&self, op: &'static str, numel: usize) -> Result<Shape> {
        let mut shape = self.bounded(op)?;
        let mut unknown = None;
        let mut known = 1usize;
        for (d, size) in shape.as_mut_slice().iter_mut().enumerate() {
            if self.sizes[d] >= 0 {
                // Beyond any length it stays so, unless another size is 0.
                known = known.saturating_mul(*size);
            } else if self.sizes[d] == -1 && unknown.is_none() {
                unknown = Some(d);
            } else {
                return Err(self.refuse(op, "at most one size may be -1, the others at least 0"));
            }
        }
        if let Some(d) = unknown {
            if known == 0 || !numel.is_multiple_of(known) {
                return Err(self.refuse(
                    op,
                    &format!("no single size in place of -1 gives {numel} elements"),
                ));
            }
            shape.as_mut_slice()[d] = numel / known;
        }
        Ok(shape)
    }

    /// The sizes, with each −1 replaced by what `kept` says of its dimension.
    ///
    /// # Errors
    /// A −1 for which there is nothing, another negative size, too many dimensions.
    pub(crate) fn keep(
        &self,
        op: &'static str,
        kept: impl Fn(usize) -> Option<usize>,
    ) -> Result<Shape> {
        let mut shape = self.bounded(op)?;
        for (d, size) in shape.as_mut_slice().iter_mut().enumerate() {
            match (self.sizes[d], kept(d)) {
                (0.., _) => {}
                (-1, Some(own)) => *size = own,
                _ => {
                    return Err(self.refuse(op, "-1 stands for a size that is there already"));
                }
            }
        }
        Ok(shape)
    }

    /// The sizes without the negative ones, which are 0 here.
    fn bounded(&self, op: &'static str) -> Result<Shape> {
        if self.rank > MAX_RANK {
            let rank = self.rank;
            return Err(ErrorKind::TooManyDims { op, rank }.into());
        }
        Ok(Shape::new(
            &self.sizes.map(|size| size.max(0) as usize)[..self.rank],
        ))
    }

    #[cold]
    fn refuse(&self, op: &'static str, why: &str) -> crate::Error {
        let sizes = &self.sizes[..self.rank];
        let message = format!("shape {sizes:?} is not possible: {why}");
        ErrorKind::Invalid { op, message }.into()
    }
}

impl<S: Sizes + ?Sized> Sizes for &S {
    #[inline]
    fn to_requested(&self) -> Requested {
        (**self).to_requested()
    }
}

impl Sizes for () {
    fn to_requested(&self) -> Requested {
        Requested::new(&[], |size| size)
    }
}

macro_rules! sizes {
    ($($int:ty),*) => {$(
        impl Sizes for [$int] {
            #[inline]
            fn to_requested(&self) -> Requested {
                // What does not fit is beyond any size that memory has.
                Requested::new(self, |size| isize::try_from(size).unwrap_or(isize::MAX))
            }
        }
        impl<const N: usize> Sizes for [$int; N] {
            #[inline]
            fn to_requested(&self) -> Requested {
                self[..].to_requested()
            }
        }
        impl Sizes for Vec<$int> {
            #[inline]
            fn to_requested(&self) -> Requested {
                self[..].to_requested()
            }
        }
    )*};
}
sizes!(usize, isize, i64, i32);

#[cfg(test)]
mod tests {
    use super::*;

    fn infer(sizes: impl Sizes, numel: usize) -> Result<Vec<usize>> {
        let shape = sizes.to_requested().infer("reshape", numel)?;
        Ok(shape.as_slice().to_vec())
    }

    #[test]
    fn one_size_is_inferred() {
        assert_eq!(infer([2, -1, 3], 12).unwrap(), [2, 2, 3]);
        assert_eq!(infer([-1], 0).unwrap(), [0]);
        assert_eq!(infer([-1, 5], 0).unwrap(), [0, 5]);
        assert_eq!(infer((), 1).unwrap(), [0usize; 0]);
        assert_eq!(infer(vec![4usize, 1], 4).unwrap(), [4, 1]);
    }

    #[test]
    fn what_cannot_be_inferred_is_told() {
        let message = |sizes: &[i64], numel| infer(sizes, numel).unwrap_err().to_string();
        assert_eq!(
            message(&[5, -1], 12),
            "reshape: shape [5, -1] is not possible: no single size in place of -1 gives 12 elements"
        );
        assert_eq!(
            message(&[-1, -1], 12),
            "reshape: shape [-1, -1] is not possible: at most one size may be -1, the others at least 0"
        );
        assert!(message(&[0, -1], 0).contains("no single size"));
        assert!(message(&[-2, 3], 6).contains("at least 0"));
        assert!(message(&[1; 9], 1).contains("9 dimensions"));
        assert!(infer([usize::MAX, usize::MAX], 1).is_ok());
        assert!(message(&[i64::MAX, i64::MAX, -1], 4).contains("no single size"));
        assert!(message(&[i64::MIN], 4).contains("at least 0"));
    }

    #[test]
    fn sizes_that_are_kept() {
        let keep = |sizes: &[isize]| {
            let own = |d: usize| (d > 0).then_some(7);
            let shape = sizes.to_requested().keep("expand", own)?;
            Ok::<_, crate::Error>(shape.as_slice().to_vec())
        };
        assert_eq!(keep(&[2, -1]).unwrap(), [2, 7]);
        assert!(keep(&[-1, 2]).is_err() && keep(&[2, -2]).is_err());
    }
}
