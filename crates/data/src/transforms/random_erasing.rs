//! A random rectangle wiped out.

use super::frame::Frame;
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};

const OP: &str = "RandomErasing";

/// What an erased rectangle is filled with.
#[derive(Clone, Debug, PartialEq)]
enum Filling {
    /// One number for all channels, or one each.
    Value(Vec<f64>),
    /// A standard normal number each.
    Noise,
}

/// Wipes a random rectangle of a floating-point image out, with some probability. torchvision's `RandomErasing`
/// (Zhong et al. 2017).
///
/// Draws whether, then up to ten times a size and, once it fits, the noise if asked for and the place.
///
/// # Examples
/// ```
/// use gradus_data::{RandomErasing, Transform};
/// use gradus_random::Generator;
/// use gradus_tensor::{DType, Tensor};
///
/// let x = Tensor::ones([1, 8, 8], DType::F32)?;
/// let wiped = RandomErasing::new(1.0)?.apply(&x, &mut Generator::new(0))?;
/// assert!(wiped.to_vec::<f32>()?.contains(&0.0));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RandomErasing {
    p: f32,
    scale: (f64, f64),
    ratio: (f64, f64),
    filling: Filling,
}

impl RandomErasing {
    /// With probability `p`, 2 % to 33 % of the area, width to height as 0.3 to 3.3, filled with 0.
    ///
    /// # Errors
    /// If `p` is not in [0, 1].
    #[inline]
    pub fn new(p: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&p) {
            let message = format!("the probability is {p}; it must lie in [0, 1]");
            return Err(Error::argument(OP, message));
        }
        Ok(Self {
            p: p as f32,
            scale: (0.02, 0.33),
            ratio: (0.3, 3.3),
            filling: Filling::Value(vec![0.0]),
        })
    }

    /// The share of the area that is wiped out.
    ///
    /// # Errors
    /// If the interval is empty or not within [0, 1].
    #[inline]
    pub fn scale(mut self, low: f64, high: f64) -> Result<Self> {
        if !(0.0 <= low && low <= high && high <= 1.0) {
            let message = format!("[{low}, {high}] is no interval of shares within [0, 1]");
            return Err(Error::argument(OP, message));
        }
        self.scale = (low, high);
        Ok(self)
    }

    /// Height over width of the rectangle.
    ///
    /// # Errors
    /// If the interval is empty, not positive or not finite.
    #[inline]
    pub fn ratio(mut self, low: f64, high: f64) -> Result<Self> {
        if !(0.0 < low && low <= high && high.is_finite()) {
            let message = format!("[{low}, {high}] is no interval of ratios");
            return Err(Error::argument(OP, message));
        }
        self.ratio = (low, high);
        Ok(self)
    }

    /// Fills with a number, or with one for each channel.
    #[must_use]
    pub fn value(mut self, value: impl Into<Vec<f64>>) -> Self {
        self.filling = Filling::Value(value.into());
        self
    }

    /// Fills with standard normal noise.
    #[must_use]
    #[inline]
    pub fn noise(mut self) -> Self {
        self.filling = Filling::Noise;
        self
    }

    /// Height and width of a rectangle that fits, if one of ten does.
    #[inline]
    fn size(&self, frame: Frame, draws: &mut dyn Draws) -> Result<Option<(usize, usize)>> {
        let area = (frame.height * frame.width) as f64;
        let logarithm = |x: f64| f64::from((x as f32).ln());
        let ratio = (logarithm(self.ratio.0), logarithm(self.ratio.1));
        for _ in 0..10 {
            let erased = area * f64::from(draws.uniform(self.scale.0, self.scale.1)?);
            let aspect = f64::from(draws.uniform(ratio.0, ratio.1)?.exp());
            let height = (erased * aspect).sqrt().round_ties_even() as usize;
            let width = (erased / aspect).sqrt().round_ties_even() as usize;
            if height < frame.height && width < frame.width {
                return Ok(Some((height, width)));
            }
        }
        Ok(None)
    }
}

impl Transform for RandomErasing {
    #[inline]
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
        if !matches!(x.dtype(), DType::F32 | DType::F64) {
            let message = format!(
                "expected a floating-point image, got {}; use ToTensor first",
                x.dtype()
            );
            return Err(Error::argument(OP, message));
        }
        let frame = Frame::of(OP, x)?;
        if let Filling::Value(value) = &self.filling
            && value.len() != 1
            && value.len() != frame.channels
        {
            let message = format!("{} values for {} channels", value.len(), frame.channels);
            return Err(Error::argument(OP, message));
        }
        if draws.unit() >= self.p {
            return Ok(x.clone());
        }
        let Some((height, width)) = self.size(frame, draws)? else {
            return Ok(x.clone());
        };
        let mut noise = Vec::new();
        if self.filling == Filling::Noise {
            noise.resize(frame.channels * height * width, 0.0);
            draws.fill_normal(&mut noise);
        }
        let top = draws.below(frame.height - height + 1);
        let left = draws.below(frame.width - width + 1);
        let mut values = x.to_vec::<f64>()?;
        let mut noise = noise.into_iter();
        for channel in 0..frame.channels {
            for row in top..top + height {
                for column in left..left + width {
                    let filling = match &self.filling {
                        Filling::Value(value) => value[channel % value.len()],
                        Filling::Noise => noise.next().map_or(0.0, f64::from),
                    };
                    values[frame.at(channel, row, column)] = filling;
                }
            }
        }
        Ok(Tensor::from_vec(values, x.shape())?.to_dtype(x.dtype())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    /// torchvision 0.29: where the rectangle of each seed begins and ends, (top, left, height, width).
    #[test]
    fn the_rectangles_are_torchvision_s() {
        let x = Tensor::ones([2, 9, 11], DType::F32).unwrap();
        for (seed, (top, left, height, width)) in RECTANGLES.into_iter().enumerate() {
            let rng = &mut Generator::new(seed as u64);
            let wiped = RandomErasing::new(0.9).unwrap().apply(&x, rng).unwrap();
            let wiped = wiped.to_vec::<f32>().unwrap();
            for (at, value) in wiped.iter().enumerate() {
                let (row, column) = (at / 11 % 9, at % 11);
                let inside =
                    (top..top + height).contains(&row) && (left..left + width).contains(&column);
                assert_eq!(*value, if inside { 0.0 } else { 1.0 }, "seed {seed}");
            }
        }
    }

    #[test]
    fn noise_and_values_per_channel() {
        let x = Tensor::ones([2, 6, 6], DType::F64).unwrap();
        let rng = &mut Generator::new(0);
        let erase = RandomErasing::new(1.0).unwrap().scale(0.3, 0.3).unwrap();
        let values = erase.clone().value([5.0, 7.0]).apply(&x, rng).unwrap();
        let values = values.to_vec::<f64>().unwrap();
        assert!(values[..36].contains(&5.0) && values[36..].contains(&7.0));
        let noise = erase.clone().noise().apply(&x, rng).unwrap();
        let changed = noise.to_vec::<f64>().unwrap();
        let changed: Vec<f64> = changed.into_iter().filter(|&x| x != 1.0).collect();
        assert!(changed.len() > 8 && changed.windows(2).any(|pair| pair[0] != pair[1]));
        assert!(erase.value([1.0; 3]).apply(&x, rng).is_err());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(RandomErasing::new(1.1).is_err());
        let erase = RandomErasing::new(0.5).unwrap();
        assert!(erase.clone().scale(0.5, 0.1).is_err());
        assert!(erase.clone().ratio(0.0, 1.0).is_err());
        let bytes = Tensor::zeros([3, 3], DType::U8).unwrap();
        assert!(erase.apply(&bytes, &mut Generator::new(0)).is_err());
    }

    const RECTANGLES: [(usize, usize, usize, usize); 6] = [
        (2, 3, 3, 8),
        (3, 7, 3, 4),
        (0, 8, 4, 3),
        (3, 1, 2, 3),
        (3, 4, 3, 7),
        (3, 8, 4, 1),
    ];
}
