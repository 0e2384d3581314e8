//! Channels of images traded for resolution, and mixed.

use super::Shapes;
use super::operands::expect_at_least;
use crate::{Array, ErrorKind, Result};

/// Channels of images traded for resolution, and mixed.
///
/// ```
/// use gradus_tensor::{DType, Tensor};
/// let x = Tensor::zeros([1, 4, 2, 3], DType::F32)?;
/// assert_eq!(x.pixel_shuffle(2)?.shape(), [1, 1, 4, 6]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait PixelShuffle: Array {
    /// `(.., channels · factor², height, width)` → `(.., channels, height · factor, width · factor)`:
    /// each group of `factor²` channels becomes a block of pixels.
    ///
    /// # Errors
    /// Fewer than three dimensions, channels that do not divide by `factor²`, a factor of 0.
    fn pixel_shuffle(&self, factor: usize) -> Result<Self> {
        const OP: &str = "pixel_shuffle";
        expect_at_least(OP, "at least 3 dimensions", 3, self.shape())?;
        let [batch @ .., channels, height, width] = self.shape() else {
            return Ok(self.clone());
        };
        let block = factor.saturating_mul(factor);
        divides(OP, "channels", *channels, block)?;
        let n: usize = batch.iter().product();
        let kept = channels / block;
        self.reshape([n * kept, factor, factor, *height, *width])?
            .permute(&[0, 3, 1, 4, 2])?
            .reshape([batch, &[kept, height * factor, width * factor]].concat())
    }

    /// The inverse of [`pixel_shuffle`](PixelShuffle::pixel_shuffle):
    /// `(.., channels, height · factor, width · factor)` → `(.., channels · factor², height, width)`.
    ///
    /// # Errors
    /// Fewer than three dimensions, a height or width that does not divide by the factor, a factor of 0.
    fn pixel_unshuffle(&self, factor: usize) -> Result<Self> {
        const OP: &str = "pixel_unshuffle";
        expect_at_least(OP, "at least 3 dimensions", 3, self.shape())?;
        let [batch @ .., channels, height, width] = self.shape() else {
            return Ok(self.clone());
        };
        divides(OP, "rows", *height, factor)?;
        divides(OP, "columns", *width, factor)?;
        let n: usize = batch.iter().product();
        let (height, width) = (height / factor, width / factor);
        // A factor beyond every size passes where there are no pixels; the result has too many channels.
        let more = channels.saturating_mul(factor).saturating_mul(factor);
        self.reshape([n * channels, height, factor, width, factor])?
            .permute(&[0, 2, 4, 1, 3])?
            .reshape([batch, &[more, height, width]].concat())
    }

    /// Deals the channels (dimension 1) of each of `groups` groups one by one, so that the next grouped
    /// convolution sees all groups.
    ///
    /// # Errors
    /// Fewer than three dimensions, channels that do not divide by the groups, no groups.
    fn channel_shuffle(&self, groups: usize) -> Result<Self> {
        const OP: &str = "channel_shuffle";
        expect_at_least(OP, "at least 3 dimensions", 3, self.shape())?;
        let &[batch, channels, ref inner @ ..] = self.shape() else {
            return Ok(self.clone());
        };
        divides(OP, "channels", channels, groups)?;
        let pixels: usize = inner.iter().product();
        self.reshape([batch, groups, channels / groups, pixels])?
            .transpose(1, 2)?
            .reshape(self.shape())
    }
}
impl<A: Array> PixelShuffle for A {}

fn divides(op: &'static str, what: &str, size: usize, by: usize) -> Result<()> {
    if by > 0 && size.is_multiple_of(by) {
        return Ok(());
    }
    let message = format!("{size} {what} do not divide by {by}");
    Err(ErrorKind::Invalid { op, message }.into())
}

#[cfg(test)]
mod tests {
    use crate::testkit::assert_close;
    use crate::{DType, Tensor, tensor};

    #[test]
    fn shuffling_is_undone() {
        let x = tensor![[[1.0]], [[2.0]], [[3.0]], [[4.0]]];
        let y = x.pixel_shuffle(2).unwrap();
        assert_eq!(y.shape(), [1, 2, 2]);
        assert_close(&y, &[1.0, 2.0, 3.0, 4.0]);
        assert!(y.pixel_unshuffle(2).unwrap().equal(&x));
        let x = tensor![[[1], [2], [3], [4]]].channel_shuffle(2).unwrap();
        assert_eq!(x.to_vec::<i64>().unwrap(), [1, 3, 2, 4]);
    }

    #[test]
    fn what_does_not_divide_is_refused() {
        let x = Tensor::zeros([1, 4, 2, 3], DType::F32).unwrap();
        assert_eq!(
            x.pixel_shuffle(3).unwrap_err().to_string(),
            "pixel_shuffle: 4 channels do not divide by 9"
        );
        assert!(x.pixel_unshuffle(2).is_err() && x.channel_shuffle(3).is_err());
        assert!(x.pixel_shuffle(0).is_err() && x.pixel_shuffle(usize::MAX).is_err());
        let none = Tensor::zeros([1, 1, 0, 0], DType::F32).unwrap();
        assert!(none.pixel_unshuffle(usize::MAX).is_err());
        assert!(tensor![[1.0]].pixel_shuffle(1).is_err());
    }
}
