//! Random changes of an image's colours.

use super::color::{Aspect, adjust};
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::Tensor;

const OP: &str = "ColorJitter";

/// Changes brightness, contrast, saturation and hue at random, in random order. torchvision's `ColorJitter`.
///
/// Draws the order of the four, then an amount for each that is asked for. Grey images have neither saturation nor hue.
///
/// # Examples
/// ```
/// use gradus_data::{ColorJitter, Transform};
/// use gradus_random::Generator;
/// use gradus_tensor::{DType, Tensor};
///
/// let jitter = ColorJitter::new().brightness(0.6, 1.4)?.hue(-0.1, 0.1)?;
/// let image = Tensor::zeros([4, 5, 3], DType::U8)?;
/// assert_eq!(jitter.apply(&image, &mut Generator::new(0))?.shape(), [4, 5, 3]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ColorJitter {
    brightness: Option<(f64, f64)>,
    contrast: Option<(f64, f64)>,
    saturation: Option<(f64, f64)>,
    hue: Option<(f64, f64)>,
}

/// The interval, or nothing if it leaves no choice but to change nothing.
#[inline]
fn checked(
    what: &str,
    (low, high): (f64, f64),
    (least, most): (f64, f64),
    neutral: f64,
) -> Result<Option<(f64, f64)>> {
    if least <= low && low <= high && high <= most && high.is_finite() {
        return Ok((low != neutral || high != neutral).then_some((low, high)));
    }
    let message = format!("[{low}, {high}] is no interval of {what} within [{least}, {most}]");
    Err(Error::argument(OP, message))
}

impl ColorJitter {
    /// Changes nothing.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Factors of the brightness; 0 is black, 1 changes nothing.
    ///
    /// # Errors
    /// If the interval is empty, negative or not finite.
    #[inline]
    pub fn brightness(mut self, low: f64, high: f64) -> Result<Self> {
        self.brightness = checked("brightness", (low, high), (0.0, f64::INFINITY), 1.0)?;
        Ok(self)
    }

    /// Factors of the contrast; 0 is grey all over, 1 changes nothing.
    ///
    /// # Errors
    /// If the interval is empty, negative or not finite.
    #[inline]
    pub fn contrast(mut self, low: f64, high: f64) -> Result<Self> {
        self.contrast = checked("contrast", (low, high), (0.0, f64::INFINITY), 1.0)?;
        Ok(self)
    }

    /// Factors of the saturation; 0 is grey, 1 changes nothing.
    ///
    /// # Errors
    /// If the interval is empty, negative or not finite.
    #[inline]
    pub fn saturation(mut self, low: f64, high: f64) -> Result<Self> {
        self.saturation = checked("saturation", (low, high), (0.0, f64::INFINITY), 1.0)?;
        Ok(self)
    }

    /// Turns of the hue; 0 changes nothing.
    ///
    /// # Errors
    /// If the interval is empty or not within [−½, ½].
    #[inline]
    pub fn hue(mut self, low: f64, high: f64) -> Result<Self> {
        self.hue = checked("hue", (low, high), (-0.5, 0.5), 0.0)?;
        Ok(self)
    }
}

impl Transform for ColorJitter {
    #[inline]
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
        let order = draws.permutation(4);
        let aspects = [
            (Aspect::Brightness, self.brightness),
            (Aspect::Contrast, self.contrast),
            (Aspect::Saturation, self.saturation),
            (Aspect::Hue, self.hue),
        ];
        let mut amounts = [None; 4];
        for (amount, (aspect, interval)) in amounts.iter_mut().zip(aspects) {
            if let Some((low, high)) = interval {
                *amount = Some((aspect, f64::from(draws.uniform(low, high)?)));
            }
        }
        let changes = order.into_iter().filter_map(|at| amounts[at]);
        changes
            .into_iter()
            .try_fold(x.clone(), |x, (aspect, by)| adjust(OP, &x, aspect, by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;
    use gradus_tensor::DType;

    fn jitter() -> ColorJitter {
        ColorJitter::new()
            .brightness(0.5, 1.5)
            .unwrap()
            .contrast(0.5, 1.5)
            .unwrap()
            .saturation(0.5, 1.5)
            .unwrap()
            .hue(-0.2, 0.2)
            .unwrap()
    }

    fn image() -> Vec<u8> {
        (0..36).map(|i| (i * 37 % 256) as u8).collect()
    }

    /// torchvision 0.29 on the Pillow image, seeds 0 to 3.
    #[test]
    fn the_bytes_are_torchvision_s() {
        let image = Tensor::from_vec(image(), [3, 4, 3]).unwrap();
        for (seed, expected) in BYTES.into_iter().enumerate() {
            let rng = &mut Generator::new(seed as u64);
            let changed = jitter().apply(&image, rng).unwrap();
            assert_eq!(changed.to_vec::<u8>().unwrap(), expected, "seed {seed}");
        }
    }

    /// The sum over the changed tensor, weighted by position.
    #[test]
    fn the_numbers_are_torchvision_s() {
        let numbers: Vec<f32> = image().into_iter().map(|x| f32::from(x) / 255.0).collect();
        let image = Tensor::from_vec(numbers, [3, 3, 4]).unwrap();
        for (seed, expected) in SUMS.into_iter().enumerate() {
            let rng = &mut Generator::new(seed as u64);
            let changed = jitter().apply(&image, rng).unwrap();
            let sum: f64 = changed
                .to_vec::<f64>()
                .unwrap()
                .iter()
                .enumerate()
                .map(|(at, x)| at as f64 * x)
                .sum();
            assert!((sum - expected).abs() < 1e-3, "seed {seed}: {sum}");
        }
    }

    #[test]
    fn nothing_to_change_draws_the_order_only() {
        let (rng, expected) = (Generator::new(1), Generator::new(1));
        let image = Tensor::zeros([2, 2], DType::U8).unwrap();
        let same = ColorJitter::new().brightness(1.0, 1.0).unwrap();
        assert!(same.apply(&image, &mut rng.clone()).unwrap().equal(&image));
        expected.randperm(4);
        assert_eq!(rng.state(), expected.state());
        assert!(ColorJitter::new().hue(-0.6, 0.0).is_err());
        assert!(ColorJitter::new().contrast(-0.1, 0.0).is_err());
    }

    const BYTES: [[u8; 36]; 4] = [
        [
            10, 34, 53, 67, 89, 109, 136, 9, 36, 49, 74, 92, 114, 130, 3, 32, 55, 74, 89, 112, 132,
            14, 38, 57, 71, 95, 114, 140, 14, 41, 54, 78, 97, 118, 134, 8,
        ],
        [
            58, 104, 120, 129, 177, 193, 238, 54, 132, 107, 155, 171, 219, 204, 34, 85, 133, 149,
            158, 204, 221, 62, 111, 127, 135, 182, 198, 244, 59, 137, 113, 160, 176, 224, 209, 39,
        ],
        [
            0, 27, 67, 102, 163, 199, 255, 0, 46, 62, 123, 159, 229, 244, 0, 19, 83, 119, 154, 214,
            250, 0, 38, 77, 111, 174, 210, 255, 0, 61, 72, 133, 169, 239, 255, 0,
        ],
        [
            11, 7, 28, 67, 64, 85, 81, 44, 18, 50, 47, 68, 58, 108, 45, 33, 30, 51, 90, 86, 108,
            15, 12, 33, 72, 69, 90, 85, 49, 22, 55, 52, 73, 63, 112, 50,
        ],
    ];
    const SUMS: [f64; 4] = [187.3492, 339.024482, 283.805634, 164.517618];
}
