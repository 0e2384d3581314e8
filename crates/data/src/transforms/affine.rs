//! Images moved, turned, scaled and slanted.

use super::frame::{Frame, remap};
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::Tensor;

const OP: &str = "Affine";

/// Turns, scales, slants and moves the image about its middle, by the nearest pixel; what comes from outside is `fill`.
/// torchvision's `affine` of a Pillow image.
///
/// # Examples
/// ```
/// use gradus_data::{Affine, Transform};
/// use gradus_random::Generator;
/// use gradus_tensor::Tensor;
///
/// let image = Tensor::from_vec(vec![1_u8, 2, 3, 4], [2, 2])?;
/// let moved = Affine { translate: (1.0, 0.0), ..Affine::default() }.apply(&image, &mut Generator::new(0))?;
/// assert_eq!(moved.to_vec::<u8>()?, [0, 1, 0, 3]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// Angle in degrees, clockwise.
    pub degrees: f64,
    /// Pixels to the right and down.
    pub translate: (f64, f64),
    /// Factor of the size.
    pub scale: f64,
    /// Slant along x and along y in degrees.
    pub shear: (f64, f64),
    /// The value of pixels from outside.
    pub fill: f64,
}

impl Default for Affine {
    /// Changes nothing.
    #[inline]
    fn default() -> Self {
        Self {
            degrees: 0.0,
            translate: (0.0, 0.0),
            scale: 1.0,
            shear: (0.0, 0.0),
            fill: 0.0,
        }
    }
}

impl Affine {
    /// The map from new to old pixels: the inverse of turning R(a), scaling and slanting about the middle, then moving.
    #[inline]
    fn matrix(&self, frame: Frame) -> [f64; 6] {
        let turn = self.degrees.to_radians();
        let (slant_x, slant_y) = (self.shear.0.to_radians(), self.shear.1.to_radians());
        let a = (turn - slant_y).cos() / slant_y.cos();
        let b = -(turn - slant_y).cos() * slant_x.tan() / slant_y.cos() - turn.sin();
        let c = (turn - slant_y).sin() / slant_y.cos();
        let d = -(turn - slant_y).sin() * slant_x.tan() / slant_y.cos() + turn.cos();
        // The determinant is 1, up to the scale.
        let [xx, xy, yx, yy] = [d, -b, -c, a].map(|x| x / self.scale);
        let (middle_x, middle_y) = (frame.width as f64 * 0.5, frame.height as f64 * 0.5);
        let (back_x, back_y) = (-middle_x - self.translate.0, -middle_y - self.translate.1);
        [
            xx,
            xy,
            0.0 + (xx * back_x + xy * back_y) + middle_x,
            yx,
            yy,
            0.0 + (yx * back_x + yy * back_y) + middle_y,
        ]
    }
}

impl Transform for Affine {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of(OP, x)?;
        let matrix = self.matrix(frame);
        if self.scale <= 0.0 || matrix.iter().any(|x| !x.is_finite()) {
            let message =
                format!("{self:?} is no map of an image; scales are positive, angles finite");
            return Err(Error::argument(OP, message));
        }
        warp(OP, x, matrix, self.fill)
    }
}

/// The image whose pixel (x, y) is the old image's pixel at matrix · (x, y, 1), in Pillow's arithmetic.
#[inline]
pub(super) fn warp(
    op: &'static str,
    image: &Tensor,
    matrix: [f64; 6],
    fill: f64,
) -> Result<Tensor> {
    let frame = Frame::of(op, image)?;
    let size = (frame.height, frame.width);
    if matrix[1] == 0.0 && matrix[3] == 0.0 {
        let columns = scaled(matrix[0], matrix[2], frame.width);
        let rows = scaled(matrix[4], matrix[5], frame.height);
        return remap(op, image, size, fill, &|y, x| rows[y].zip(columns[x]));
    }
    match FixedPoint::new(matrix, frame) {
        Some(map) => remap(op, image, size, fill, &|y, x| map.source(y, x)),
        None => remap(op, image, size, fill, &|y, x| {
            let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
            let [xx, xy, x0, yx, yy, y0] = matrix;
            let from_y = inside(yx * x + yy * y + y0, frame.height)?;
            Some((from_y, inside(xx * x + xy * y + x0, frame.width)?))
        }),
    }
}

/// The pixel a coordinate lies in, if it lies in one.
#[inline]
fn inside(at: f64, size: usize) -> Option<usize> {
    (at >= 0.0 && at < size as f64).then_some(at as usize)
}

/// The old positions along an axis that is only scaled and moved, added up step by step.
#[inline]
fn scaled(step: f64, start: f64, size: usize) -> Vec<Option<usize>> {
    let mut at = start + step * 0.5;
    (0..size)
        .map(|_| {
            let position = inside(at, size);
            at += step;
            position
        })
        .collect()
}

/// An affine map from new to old pixels in 16.16 fixed point.
struct FixedPoint {
    per_x: (i64, i64),
    per_y: (i64, i64),
    start: (i64, i64),
    frame: Frame,
}

impl FixedPoint {
    /// `None` if a corner lies where fixed point does not reach.
    #[inline]
    fn new([xx, xy, x0, yx, yy, y0]: [f64; 6], frame: Frame) -> Option<Self> {
        /// The largest coordinate fixed point can hold.
        const LIMIT: f64 = 32_768.0;
        let (width, height) = (frame.width as f64, frame.height as f64);
        let fits = [(0.0, 0.0), (width, height), (0.0, height), (width, 0.0)]
            .into_iter()
            .all(|(x, y)| {
                (x * xx + y * xy + x0).abs() < LIMIT && (x * yx + y * yy + y0).abs() < LIMIT
            });
        let fixed = |x: f64| (x * 65_536.0 + 0.5).floor() as i64;
        fits.then(|| Self {
            per_x: (fixed(xx), fixed(yx)),
            per_y: (fixed(xy), fixed(yy)),
            start: (
                fixed(x0 + xx * 0.5 + xy * 0.5),
                fixed(y0 + yx * 0.5 + yy * 0.5),
            ),
            frame,
        })
    }

    #[inline]
    fn source(&self, y: usize, x: usize) -> Option<(usize, usize)> {
        let (x, y) = (x as i64, y as i64);
        let from_x = (self.start.0 + x * self.per_x.0 + y * self.per_y.0) >> 16;
        let from_y = (self.start.1 + x * self.per_x.1 + y * self.per_y.1) >> 16;
        let inside = |at: i64, size: usize| usize::try_from(at).ok().filter(|&at| at < size);
        inside(from_y, self.frame.height).zip(inside(from_x, self.frame.width))
    }
}

/// Turns, moves, scales and slants the image at random, by the nearest pixel. torchvision's `RandomAffine`.
///
/// Draws the angle, then what is asked for of: the way to the right and down, the scale, the slant along x and along y.
///
/// # Examples
/// ```
/// use gradus_data::{RandomAffine, Transform};
/// use gradus_random::Generator;
/// use gradus_tensor::{DType, Tensor};
///
/// let shaky = RandomAffine::new(-10.0, 10.0)?.translate(0.1, 0.1)?.scale(0.9, 1.1)?;
/// let image = Tensor::zeros([28, 28], DType::U8)?;
/// assert_eq!(shaky.apply(&image, &mut Generator::new(0))?.shape(), [28, 28]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomAffine {
    degrees: (f64, f64),
    translate: Option<(f64, f64)>,
    scale: Option<(f64, f64)>,
    shear_x: Option<(f64, f64)>,
    shear_y: Option<(f64, f64)>,
    fill: f64,
}

#[inline]
fn interval(what: &str, low: f64, high: f64) -> Result<(f64, f64)> {
    if low <= high && (high - low).is_finite() {
        return Ok((low, high));
    }
    let message = format!("[{low}, {high}] is no interval of {what}");
    Err(Error::argument("RandomAffine", message))
}

impl RandomAffine {
    /// By an angle between these.
    ///
    /// # Errors
    /// If the interval is empty or not finite.
    #[inline]
    pub fn new(low: f64, high: f64) -> Result<Self> {
        Ok(Self {
            degrees: interval("angles", low, high)?,
            translate: None,
            scale: None,
            shear_x: None,
            shear_y: None,
            fill: 0.0,
        })
    }

    /// Moves by up to these shares of the width and of the height, either way.
    ///
    /// # Errors
    /// If one is not in [0, 1].
    #[inline]
    pub fn translate(mut self, width: f64, height: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&width) || !(0.0..=1.0).contains(&height) {
            let message = format!("the shares {width} and {height} must lie in [0, 1]");
            return Err(Error::argument("RandomAffine", message));
        }
        self.translate = Some((width, height));
        Ok(self)
    }

    /// Scales by a factor between these.
    ///
    /// # Errors
    /// If the interval is empty or not positive.
    #[inline]
    pub fn scale(mut self, low: f64, high: f64) -> Result<Self> {
        if low <= 0.0 {
            let message = format!("the scale {low} is not positive");
            return Err(Error::argument("RandomAffine", message));
        }
        self.scale = Some(interval("scales", low, high)?);
        Ok(self)
    }

    /// Slants along x by an angle between these.
    ///
    /// # Errors
    /// If the interval is empty or not finite.
    #[inline]
    pub fn shear_x(mut self, low: f64, high: f64) -> Result<Self> {
        self.shear_x = Some(interval("angles", low, high)?);
        Ok(self)
    }

    /// Slants along y by an angle between these; torchvision then slants along x, too.
    ///
    /// # Errors
    /// If the interval is empty or not finite.
    #[inline]
    pub fn shear_y(mut self, low: f64, high: f64) -> Result<Self> {
        self.shear_y = Some(interval("angles", low, high)?);
        Ok(self)
    }

    /// The value of pixels from outside.
    #[must_use]
    #[inline]
    pub fn fill(mut self, fill: f64) -> Self {
        self.fill = fill;
        self
    }
}

impl Transform for RandomAffine {
    #[inline]
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of("RandomAffine", x)?;
        let mut draw = |(low, high): (f64, f64)| draws.uniform(low, high).map(f64::from);
        let degrees = draw(self.degrees)?;
        let translate = match self.translate {
            None => (0.0, 0.0),
            Some((width, height)) => {
                let (most_x, most_y) = (width * frame.width as f64, height * frame.height as f64);
                let right = draw((-most_x, most_x))?.round_ties_even();
                (right, draw((-most_y, most_y))?.round_ties_even())
            }
        };
        let scale = self.scale.map_or(Ok(1.0), &mut draw)?;
        let shear_x = self.shear_x.map_or(Ok(0.0), &mut draw)?;
        let shear_y = self.shear_y.map_or(Ok(0.0), &mut draw)?;
        let affine = Affine {
            degrees,
            translate,
            scale,
            shear: (shear_x, shear_y),
            fill: self.fill,
        };
        affine.apply(x, &mut super::NoDraws)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    fn image() -> Tensor {
        Tensor::from_vec((0..5 * 7).map(|i| (i * 7) as u8).collect(), [5, 7]).unwrap()
    }

    /// torchvision 0.29 on the Pillow image of 7·i.
    #[test]
    fn torchvision_s_pixels() {
        let run = |affine: Affine| {
            let moved = affine.apply(&image(), &mut Generator::new(0)).unwrap();
            moved.to_vec::<u8>().unwrap()
        };
        assert!(run(Affine::default()) == image().to_vec::<u8>().unwrap());
        let all = Affine {
            degrees: 20.0,
            translate: (1.0, -1.0),
            scale: 0.8,
            shear: (10.0, 5.0),
            fill: 9.0,
        };
        assert_eq!(run(all), ALL);
        let half = Affine {
            scale: 0.5,
            ..Affine::default()
        };
        assert_eq!(run(half), HALF);
    }

    #[test]
    fn the_draws_are_torchvision_s() {
        let random = RandomAffine::new(-30.0, 30.0)
            .unwrap()
            .translate(0.2, 0.3)
            .unwrap()
            .scale(0.7, 1.3)
            .unwrap()
            .shear_x(-10.0, 10.0)
            .unwrap()
            .shear_y(-5.0, 5.0)
            .unwrap()
            .fill(3.0);
        let rng = &mut Generator::new(7);
        let moved = random.apply(&image(), rng).unwrap();
        assert_eq!(moved.to_vec::<u8>().unwrap(), RANDOM);
        let next: Vec<f32> = rng.rand(1);
        assert_eq!(next, [NEXT]);
    }

    #[test]
    fn what_is_no_map_is_refused() {
        let flat = Affine {
            scale: 0.0,
            ..Affine::default()
        };
        assert!(flat.apply(&image(), &mut Generator::new(0)).is_err());
        assert!(RandomAffine::new(1.0, 0.0).is_err());
        let random = RandomAffine::new(0.0, 0.0).unwrap();
        assert!(random.translate(1.5, 0.0).is_err());
        assert!(random.scale(0.0, 1.0).is_err());
        assert!(random.shear_x(0.0, f64::INFINITY).is_err());
    }

    const ALL: [u8; 35] = [
        9, 9, 49, 56, 63, 21, 35, 9, 147, 154, 112, 119, 126, 84, 9, 196, 203, 217, 175, 182, 189,
        9, 9, 9, 9, 224, 231, 9, 9, 9, 9, 9, 9, 9, 9,
    ];
    const HALF: [u8; 35] = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 21, 35, 0, 0, 0, 0, 105, 119, 133, 0, 0, 0, 0, 203, 217, 231,
        0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    const RANDOM: [u8; 35] = [
        7, 14, 21, 28, 35, 42, 3, 56, 63, 70, 77, 84, 91, 3, 105, 112, 119, 126, 133, 140, 3, 154,
        161, 168, 175, 182, 189, 3, 203, 210, 217, 224, 231, 238, 3,
    ];
    const NEXT: f32 = 0.20708603;
}
