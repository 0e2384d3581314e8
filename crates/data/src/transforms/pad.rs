//! Borders around an image.

use super::frame::{Frame, remap};
use super::{Draws, Transform};
use crate::error::Result;
use gradus_tensor::Tensor;

/// What the border of a [`Pad`] is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadMode {
    /// One value.
    Constant(f64),
    /// The outermost pixels repeated.
    Edge,
    /// The image mirrored, without repeating the outermost pixels.
    Reflect,
    /// The image mirrored, the outermost pixels repeated.
    Symmetric,
}

/// Adds a border. torchvision's `Pad`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pad {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    mode: PadMode,
}

impl Pad {
    /// Pixels on each side, zeros in them.
    #[must_use]
    #[inline]
    pub fn new(left: usize, top: usize, right: usize, bottom: usize) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
            mode: PadMode::Constant(0.0),
        }
    }

    /// The same number of pixels on all sides.
    #[must_use]
    #[inline]
    pub fn all(pixels: usize) -> Self {
        Self::new(pixels, pixels, pixels, pixels)
    }

    /// What the border is made of.
    #[must_use]
    #[inline]
    pub fn mode(mut self, mode: PadMode) -> Self {
        self.mode = mode;
        self
    }
}

impl Transform for Pad {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of("Pad", x)?;
        let size = (
            frame.height + self.top + self.bottom,
            frame.width + self.left + self.right,
        );
        let fill = if let PadMode::Constant(fill) = self.mode {
            fill
        } else {
            0.0
        };
        remap("Pad", x, size, fill, &|y, x| {
            let y = self
                .mode
                .source(y as isize - self.top as isize, frame.height);
            y.zip(
                self.mode
                    .source(x as isize - self.left as isize, frame.width),
            )
        })
    }
}

impl PadMode {
    /// The pixel shown at a position that may lie outside 0 to `size` − 1.
    #[inline]
    fn source(self, at: isize, size: usize) -> Option<usize> {
        let n = size as isize;
        let mirrored = |period: isize, fold: isize| {
            let at = at.rem_euclid(period);
            if at < n { at } else { fold - at }
        };
        match self {
            Self::Constant(_) => usize::try_from(at).ok().filter(|&at| at < size),
            Self::Edge => Some(at.clamp(0, n - 1) as usize),
            Self::Reflect if n == 1 => Some(0),
            Self::Reflect => Some(mirrored(2 * n - 2, 2 * n - 2) as usize),
            Self::Symmetric => Some(mirrored(2 * n, 2 * n - 1) as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn each_mode_continues_the_image_its_way() {
        #[track_caller]
        fn check(mode: PadMode, expected: [u8; 9]) {
            let image = Tensor::from_vec(vec![1_u8, 2, 3], [1, 3]).unwrap();
            let padded = Pad::new(3, 0, 3, 0)
                .mode(mode)
                .apply(&image, &mut Generator::new(0));
            assert_eq!(padded.unwrap().to_vec::<u8>().unwrap(), expected);
        }
        check(PadMode::Constant(7.0), [7, 7, 7, 1, 2, 3, 7, 7, 7]);
        check(PadMode::Edge, [1, 1, 1, 1, 2, 3, 3, 3, 3]);
        check(PadMode::Reflect, [2, 3, 2, 1, 2, 3, 2, 1, 2]);
        check(PadMode::Symmetric, [3, 2, 1, 1, 2, 3, 3, 2, 1]);
    }
}
