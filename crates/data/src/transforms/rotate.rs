//! Rotated images.

use super::affine::warp;
use super::frame::{Frame, remap};
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::Tensor;

const OP: &str = "Rotate";

/// Turns the image counter-clockwise about its middle, by the nearest pixel; what comes from outside is `fill`.
///
/// # Source
/// torchvision's `rotate` of a Pillow image: quarter turns of squares are exact, others run in 16.16 fixed point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotate {
    degrees: f64,
    fill: f64,
}

impl Rotate {
    /// By this angle, zeros outside.
    #[must_use]
    #[inline]
    pub fn new(degrees: f64) -> Self {
        Self { degrees, fill: 0.0 }
    }

    /// The value of pixels from outside.
    #[must_use]
    #[inline]
    pub fn fill(mut self, fill: f64) -> Self {
        self.fill = fill;
        self
    }
}

impl Transform for Rotate {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of(OP, x)?;
        let (height, width) = (frame.height, frame.width);
        if !self.degrees.is_finite() {
            return Err(Error::argument(
                OP,
                format!("the angle is {}", self.degrees),
            ));
        }
        let degrees = self.degrees.rem_euclid(360.0);
        let square = height == width;
        if degrees == 0.0 {
            return Ok(x.clone());
        }
        if degrees == 180.0 {
            return remap(OP, x, (height, width), 0.0, &|y, x| {
                Some((height - 1 - y, width - 1 - x))
            });
        }
        if degrees == 90.0 && square {
            return remap(OP, x, (height, width), 0.0, &|y, x| {
                Some((x, width - 1 - y))
            });
        }
        if degrees == 270.0 && square {
            return remap(OP, x, (height, width), 0.0, &|y, x| {
                Some((height - 1 - x, y))
            });
        }
        let angle = -degrees.to_radians();
        let (cos, sin) = (round_15(angle.cos()), round_15(angle.sin()));
        let (middle_x, middle_y) = (width as f64 / 2.0, height as f64 / 2.0);
        let matrix = [
            cos,
            sin,
            cos * -middle_x + sin * -middle_y + middle_x,
            -sin,
            cos,
            -sin * -middle_x + cos * -middle_y + middle_y,
        ];
        warp(OP, x, matrix, self.fill)
    }
}

/// Rounded to 15 decimals, so that a quarter turn's cosine is 0.
#[inline]
fn round_15(x: f64) -> f64 {
    (x * 1e15).round_ties_even() / 1e15
}

/// Turns the image by a random angle; one draw. torchvision's `RandomRotation`, by the nearest pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomRotation {
    low: f64,
    high: f64,
    fill: f64,
}

impl RandomRotation {
    /// By an angle between −`degrees` and `degrees`.
    ///
    /// # Errors
    /// If `degrees` is negative or not finite.
    #[inline]
    pub fn new(degrees: f64) -> Result<Self> {
        Self::between(-degrees, degrees)
    }

    /// By an angle between two others.
    ///
    /// # Errors
    /// If the interval is empty or not finite.
    #[inline]
    pub fn between(low: f64, high: f64) -> Result<Self> {
        if low <= high && (high - low).is_finite() {
            return Ok(Self {
                low,
                high,
                fill: 0.0,
            });
        }
        Err(Error::argument(
            "RandomRotation",
            format!("[{low}, {high}] is no interval of angles"),
        ))
    }

    /// The value of pixels from outside.
    #[must_use]
    #[inline]
    pub fn fill(mut self, fill: f64) -> Self {
        self.fill = fill;
        self
    }
}

impl Transform for RandomRotation {
    #[inline]
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
        let degrees = f64::from(draws.uniform(self.low, self.high)?);
        Rotate::new(degrees).fill(self.fill).apply(x, draws)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn quarter_turns_of_a_square() {
        let image = Tensor::from_vec(vec![1_u8, 2, 3, 4], [2, 2]).unwrap();
        let run = |degrees| {
            Rotate::new(degrees)
                .apply(&image, &mut Generator::new(0))
                .unwrap()
                .to_vec::<u8>()
                .unwrap()
        };
        assert_eq!(run(90.0), [2, 4, 1, 3]);
        assert_eq!(run(180.0), [4, 3, 2, 1]);
        assert_eq!(run(-90.0), [3, 1, 4, 2]);
        assert_eq!(run(720.0), [1, 2, 3, 4]);
    }

    #[test]
    fn what_comes_from_outside_is_filled() {
        let image = Tensor::from_vec(vec![1_u8; 25], [5, 5]).unwrap();
        let turned = Rotate::new(45.0)
            .fill(7.0)
            .apply(&image, &mut Generator::new(0))
            .unwrap();
        let turned = turned.to_vec::<u8>().unwrap();
        assert_eq!((turned[0], turned[12]), (7, 1));
    }

    #[test]
    fn angles_are_checked() {
        let image = Tensor::from_vec(vec![1_u8], [1, 1]).unwrap();
        assert!(
            Rotate::new(f64::NAN)
                .apply(&image, &mut Generator::new(0))
                .is_err()
        );
        assert!(RandomRotation::new(-1.0).is_err());
        let turned = RandomRotation::new(5.0)
            .unwrap()
            .apply(&image, &mut Generator::new(0))
            .unwrap();
        assert_eq!(turned.shape(), [1, 1]);
    }
}
