//! Colour taken out.

use super::frame::Frame;
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};

const OP: &str = "Grayscale";

/// A colour image's luma, 0.299 R + 0.587 G + 0.114 B, as one channel. torchvision's `Grayscale`.
///
/// A `u8` image becomes `(height, width)`, a floating-point one `(1, height, width)`; one with a single channel stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grayscale;

impl Transform for Grayscale {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of(OP, x)?;
        if frame.channels == 1 {
            return Ok(x.clone());
        }
        if frame.channels != 3 {
            return Err(Error::argument(
                OP,
                format!("expected 1 or 3 channels, got {}", frame.channels),
            ));
        }
        if x.dtype() == DType::U8 {
            let luma = |rgb: &[u8]| luma_byte(rgb[0], rgb[1], rgb[2]);
            let gray: Vec<u8> = x.to_vec::<u8>()?.chunks_exact(3).map(luma).collect();
            return Ok(Tensor::from_vec(gray, [frame.height, frame.width])?);
        }
        let values = x.to_vec::<f64>()?;
        let plane = frame.height * frame.width;
        let luma = |i| luma_number(values[i], values[plane + i], values[2 * plane + i]);
        let gray: Vec<f64> = (0..plane).map(luma).collect();
        Ok(Tensor::from_vec(gray, [1, frame.height, frame.width])?.to_dtype(x.dtype())?)
    }
}

/// Pillow's luma: the weights in 16 fractional bits, rounded.
#[inline]
pub(super) fn luma_byte(r: u8, g: u8, b: u8) -> u8 {
    let [r, g, b] = [r, g, b].map(u32::from);
    ((19_595 * r + 38_470 * g + 7_471 * b + 0x8000) >> 16) as u8
}

/// torchvision's luma.
#[inline]
pub(super) fn luma_number(r: f64, g: f64, b: f64) -> f64 {
    0.2989 * r + 0.587 * g + 0.114 * b
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn white_stays_white() {
        let rng = &mut Generator::new(0);
        let image = Tensor::from_vec(vec![255_u8, 255, 255, 255, 0, 0], [1, 2, 3]).unwrap();
        let gray = Grayscale.apply(&image, rng).unwrap();
        assert_eq!(
            (gray.shape(), gray.to_vec::<u8>().unwrap()),
            (&[1, 2][..], vec![255, 76])
        );
        assert!(Grayscale.apply(&gray, rng).unwrap().equal(&gray));
        let two = Tensor::from_vec(vec![0_u8; 2], [1, 1, 2]).unwrap();
        assert!(Grayscale.apply(&two, rng).is_err());
    }
}
