//! A random part of an image.

use super::frame::{Frame, remap};
use super::{Draws, Pad, Transform};
use crate::error::{Error, Result};
use gradus_tensor::Tensor;

/// Cuts out a part of fixed size at a random place, after padding if asked. torchvision's `RandomCrop`.
///
/// Draws the row, then the column; nothing if the padded image already has the size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomCrop {
    height: usize,
    width: usize,
    padding: Option<Pad>,
}

impl RandomCrop {
    /// To this size.
    #[must_use]
    #[inline]
    pub fn new(height: usize, width: usize) -> Self {
        Self {
            height,
            width,
            padding: None,
        }
    }

    /// Pads first.
    #[must_use]
    #[inline]
    pub fn padding(mut self, padding: Pad) -> Self {
        self.padding = Some(padding);
        self
    }
}

impl Transform for RandomCrop {
    #[inline]
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
        let padded;
        let image = match &self.padding {
            Some(pad) => {
                padded = pad.apply(x, draws)?;
                &padded
            }
            None => x,
        };
        let frame = Frame::of("RandomCrop", image)?;
        let (free_y, free_x) = match (
            frame.height.checked_sub(self.height),
            frame.width.checked_sub(self.width),
        ) {
            (Some(0), Some(0)) => return Ok(image.clone()),
            (Some(y), Some(x)) => (y, x),
            _ => {
                let message = format!(
                    "an image of {}×{} has no part of {}×{}; pad it first",
                    frame.height, frame.width, self.height, self.width
                );
                return Err(Error::argument("RandomCrop", message));
            }
        };
        let top = draws.below(free_y + 1);
        let left = draws.below(free_x + 1);
        remap(
            "RandomCrop",
            image,
            (self.height, self.width),
            0.0,
            &|y, x| Some((top + y, left + x)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn a_part_of_the_size_draws_nothing_and_a_larger_one_is_an_error() {
        let image = Tensor::from_vec((0..6_u8).collect(), [2, 3]).unwrap();
        let mut rng = Generator::new(0);
        let before = rng.state();
        assert!(
            RandomCrop::new(2, 3)
                .apply(&image, &mut rng)
                .unwrap()
                .equal(&image)
        );
        assert_eq!(rng.state(), before);
        assert_eq!(
            RandomCrop::new(3, 3)
                .apply(&image, &mut rng)
                .unwrap_err()
                .to_string(),
            "RandomCrop: an image of 2×3 has no part of 3×3; pad it first"
        );
        let padded = RandomCrop::new(3, 3)
            .padding(Pad::all(1))
            .apply(&image, &mut rng)
            .unwrap();
        assert_eq!(padded.shape(), [3, 3]);
    }
}
