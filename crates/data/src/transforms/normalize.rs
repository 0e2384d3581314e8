//! Channels with given mean and deviation taken out.

use super::frame::Frame;
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};

const OP: &str = "Normalize";

/// (x − mean) / std per channel of a floating-point image. torchvision's `Normalize`.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalize {
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Normalize {
    /// With one mean and one deviation per channel, or one of each for all.
    ///
    /// # Errors
    /// If there are not equally many, or a deviation is zero or not finite.
    pub fn new(mean: impl Into<Vec<f64>>, std: impl Into<Vec<f64>>) -> Result<Self> {
        let (mean, std) = (mean.into(), std.into());
        if mean.len() != std.len() || mean.is_empty() {
            let message = format!(
                "{} means and {} deviations; give one of each per channel",
                mean.len(),
                std.len()
            );
            return Err(Error::argument(OP, message));
        }
        if let Some(std) = std.iter().find(|std| **std == 0.0 || !std.is_finite()) {
            return Err(Error::argument(
                OP,
                format!("the deviation {std} would divide to infinity"),
            ));
        }
        Ok(Self { mean, std })
    }
}

impl Transform for Normalize {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        if x.dtype() == DType::U8 {
            return Err(Error::argument(
                OP,
                "expected a floating-point image, got u8; use ToTensor first",
            ));
        }
        let frame = Frame::of(OP, x)?;
        if self.mean.len() != 1 && self.mean.len() != frame.channels {
            let message = format!(
                "{} means for an image of {} channels",
                self.mean.len(),
                frame.channels
            );
            return Err(Error::argument(OP, message));
        }
        let plane = frame.height * frame.width;
        let of = |numbers: &[f64], channel: usize| numbers[channel % numbers.len()];
        if x.dtype() == DType::F32 {
            let mut values = x.to_vec::<f32>()?;
            for (channel, plane) in values.chunks_exact_mut(plane).enumerate() {
                let (mean, std) = (
                    of(&self.mean, channel) as f32,
                    of(&self.std, channel) as f32,
                );
                plane
                    .iter_mut()
                    .for_each(|value| *value = (*value - mean) / std);
            }
            return Ok(Tensor::from_vec(values, x.shape())?);
        }
        let mut values = x.to_vec::<f64>()?;
        for (channel, plane) in values.chunks_exact_mut(plane).enumerate() {
            let (mean, std) = (of(&self.mean, channel), of(&self.std, channel));
            plane
                .iter_mut()
                .for_each(|value| *value = (*value - mean) / std);
        }
        Ok(Tensor::from_vec(values, x.shape())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn each_channel_has_its_own() {
        let x = Tensor::from_vec(vec![1.0_f32, 2.0], [2, 1, 1]).unwrap();
        let rng = &mut Generator::new(0);
        let run =
            |n: Normalize, rng: &mut Generator| n.apply(&x, rng).unwrap().to_vec::<f32>().unwrap();
        assert_eq!(
            run(Normalize::new([1.0, 0.0], [1.0, 4.0]).unwrap(), rng),
            [0.0, 0.5]
        );
        assert_eq!(run(Normalize::new([1.0], [2.0]).unwrap(), rng), [0.0, 0.5]);
        assert!(
            Normalize::new([0.0; 3], [1.0; 3])
                .unwrap()
                .apply(&x, rng)
                .is_err()
        );
        assert!(Normalize::new([0.0], [0.0]).is_err());
        assert!(Normalize::new([0.0; 2], [1.0]).is_err());
    }
}
