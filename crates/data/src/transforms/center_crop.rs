//! The middle of an image.

use super::frame::{Frame, remap};
use super::{Draws, Transform};
use crate::error::Result;
use gradus_tensor::Tensor;

/// Cuts out the middle; where the image is smaller, it is padded with zeros. torchvision's `CenterCrop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CenterCrop {
    height: usize,
    width: usize,
}

impl CenterCrop {
    /// To this size.
    #[must_use]
    #[inline]
    pub fn new(height: usize, width: usize) -> Self {
        Self { height, width }
    }

    /// To a square.
    #[must_use]
    #[inline]
    pub fn square(side: usize) -> Self {
        Self::new(side, side)
    }
}

impl Transform for CenterCrop {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of("CenterCrop", x)?;
        let top = offset(frame.height, self.height);
        let left = offset(frame.width, self.width);
        let source = |at: usize, offset: isize, size: usize| {
            at.checked_add_signed(offset).filter(|&at| at < size)
        };
        remap("CenterCrop", x, (self.height, self.width), 0.0, &|y, x| {
            source(y, top, frame.height).zip(source(x, left, frame.width))
        })
    }
}

/// Where the crop starts: negative if the image is padded. Half a pixel goes to the even side, but padding rounds down.
#[inline]
fn offset(size: usize, crop: usize) -> isize {
    if crop > size {
        -(((crop - size) / 2) as isize)
    } else {
        ((size - crop) as f64 / 2.0).round_ties_even() as isize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn odd_margins_round_to_even() {
        assert_eq!(
            [offset(5, 4), offset(7, 4), offset(9, 4), offset(4, 7)],
            [0, 2, 2, -1]
        );
    }

    #[test]
    fn crops_one_way_and_pads_the_other() {
        let image = Tensor::from_vec((1..=6_u8).collect(), [2, 3]).unwrap();
        let crop = CenterCrop::new(4, 1)
            .apply(&image, &mut Generator::new(0))
            .unwrap();
        assert_eq!(crop.to_vec::<u8>().unwrap(), [0, 2, 5, 0]);
    }
}
