//! Bytes to numbers in [0, 1].

use super::frame::Frame;
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};

/// A `u8` image (height, width[, channels]) as `f32` (channels, height, width), divided by 255. torchvision's `ToTensor`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToTensor;

impl Transform for ToTensor {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        if x.dtype() != DType::U8 {
            return Err(Error::argument(
                "ToTensor",
                format!("expected an image of u8, got {}", x.dtype()),
            ));
        }
        let frame = Frame::of("ToTensor", x)?;
        let bytes = x.to_vec::<u8>()?;
        let mut numbers = Vec::with_capacity(frame.len());
        for channel in 0..frame.channels {
            let plane = bytes.iter().skip(channel).step_by(frame.channels);
            numbers.extend(plane.map(|&byte| f32::from(byte) / 255.0));
        }
        Ok(Tensor::from_vec(
            numbers,
            [frame.channels, frame.height, frame.width],
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn channels_come_first() {
        let image = Tensor::from_vec(vec![0_u8, 255, 51, 102], [1, 2, 2]).unwrap();
        let x = ToTensor.apply(&image, &mut Generator::new(0)).unwrap();
        assert_eq!(x.shape(), [2, 1, 2]);
        assert_eq!(x.to_vec::<f32>().unwrap(), [0.0, 0.2, 1.0, 0.4]);
        assert!(ToTensor.apply(&x, &mut Generator::new(0)).is_err());
    }
}
