//! Sizes along the spatial dimensions of signals and images.

use super::Shapes;
use crate::{Array, ErrorKind, Result};

/// One number for every spatial dimension, or one for each.
///
/// ```
/// use gradus_tensor::ops::PerDim;
/// let sizes: [usize; 2] = PerDim::<2>::per_dim(3);
/// assert_eq!(sizes, [3, 3]);
/// ```
pub trait PerDim<const D: usize> {
    /// A number for each dimension.
    fn per_dim(self) -> [usize; D];
}

impl<const D: usize> PerDim<D> for usize {
    fn per_dim(self) -> [usize; D] {
        [self; D]
    }
}

impl<const D: usize> PerDim<D> for [usize; D] {
    fn per_dim(self) -> [usize; D] {
        self
    }
}

/// The numbers of one or two spatial dimensions as those of two; `filler` stands for the one that is not
/// there.
pub(super) fn as_pair<const D: usize>(values: [usize; D], filler: usize) -> [usize; 2] {
    let mut pair = [filler; 2];
    for (to, from) in pair.iter_mut().rev().zip(values.iter().rev()) {
        *to = *from;
    }
    pair
}

/// Signals and images in words.
const EXPECTED: [&str; 2] = [
    "([batch,] channels, length)",
    "([batch,] channels, height, width)",
];

/// `([batch,] channels, spatial..)` as `(batch, channels, height, width)`; a signal has height 1.
///
/// # Errors
/// Another number of dimensions.
pub(super) fn as_images<A: Array, const D: usize>(op: &'static str, x: &A) -> Result<A> {
    let rank = x.shape().len();
    if rank != D + 1 && rank != D + 2 {
        return Err(ErrorKind::Rank {
            op,
            expected: EXPECTED[D - 1],
            got: x.shape().to_vec(),
        }
        .into());
    }
    let x = if rank == D + 1 { &x.unsqueeze(0)? } else { x };
    if D == 1 {
        x.unsqueeze(-2)
    } else {
        Ok(x.clone())
    }
}

/// Undoes [`as_images`] for a result of it; `rank` is that of the tensor there was.
pub(super) fn as_before<A: Array, const D: usize>(y: &A, rank: usize) -> Result<A> {
    let y = if D == 1 { &y.squeeze(-2)? } else { y };
    if rank == D + 1 {
        y.squeeze(0)
    } else {
        Ok(y.clone())
    }
}

/// # Errors
/// A zero among numbers that have to be positive.
pub(super) fn expect_positive(op: &'static str, what: &str, values: [usize; 2]) -> Result<()> {
    if values.iter().all(|&v| v > 0) {
        return Ok(());
    }
    Err(crate::Error::custom(
        op,
        format!("the {what} must be at least 1 in every dimension"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, Tensor};

    #[test]
    fn signals_are_images_of_height_1() {
        let x = Tensor::zeros([3, 5], DType::F32).unwrap();
        let image = as_images::<_, 1>("test", &x).unwrap();
        assert_eq!(image.shape(), [1, 3, 1, 5]);
        assert_eq!(as_before::<_, 1>(&image, 2).unwrap().shape(), [3, 5]);
        let e = as_images::<_, 2>("test", &x).unwrap_err();
        assert_eq!(
            e.to_string(),
            "test: expected ([batch,] channels, height, width), got shape (3, 5)"
        );
        assert_eq!(as_pair([4], 1), [1, 4]);
    }
}
