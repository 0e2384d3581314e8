//! Normal noise.

use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};

/// Adds normal noise to every element: x + mean + std · z. torchvision's `GaussianNoise` without its limits.
///
/// With a [`Generator`](gradus_random::Generator) z is `torch.randn` of the tensor's shape.
///
/// # Examples
/// ```
/// use gradus_data::{GaussianNoise, Transform};
/// use gradus_random::Generator;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![1.0_f32, 2.0], [2])?;
/// let noisy = GaussianNoise::new(0.0, 0.1)?.apply(&x, &mut Generator::new(0))?;
/// assert!(!noisy.equal(&x));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoise {
    mean: f64,
    std: f64,
}

impl GaussianNoise {
    /// Noise of this mean and standard deviation.
    ///
    /// # Errors
    /// If the deviation is negative, or one of the two not finite.
    #[inline]
    pub fn new(mean: f64, std: f64) -> Result<Self> {
        if !mean.is_finite() || !std.is_finite() || std < 0.0 {
            let message = format!(
                "mean {mean} and deviation {std}; both are finite, the deviation not negative"
            );
            return Err(Error::argument("GaussianNoise", message));
        }
        Ok(Self { mean, std })
    }
}

impl Transform for GaussianNoise {
    #[inline]
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
        match x.dtype() {
            DType::F32 => {
                let mut values = x.to_vec::<f32>()?;
                let mut noise = vec![0.0; values.len()];
                draws.fill_normal(&mut noise);
                let (mean, std) = (self.mean as f32, self.std as f32);
                for (x, z) in values.iter_mut().zip(&noise) {
                    *x = *x + mean + std * z;
                }
                Ok(Tensor::from_vec(values, x.shape())?)
            }
            DType::F64 => {
                let mut values = x.to_vec::<f64>()?;
                let mut noise = vec![0.0; values.len()];
                draws.fill_normal(&mut noise);
                for (x, &z) in values.iter_mut().zip(&noise) {
                    *x = *x + self.mean + self.std * f64::from(z);
                }
                Ok(Tensor::from_vec(values, x.shape())?)
            }
            other => Err(Error::argument(
                "GaussianNoise",
                format!("expected floating-point numbers, got {other}; use ToTensor first"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::{Generator, Keyed};

    #[test]
    fn the_noise_is_randn_s() {
        let x = Tensor::zeros([3], DType::F32).unwrap();
        let noise = GaussianNoise::new(1.0, 2.0).unwrap();
        let y = noise.apply(&x, &mut Generator::new(0)).unwrap();
        let z: Vec<f32> = Generator::new(0).randn(3);
        let expected: Vec<f32> = z.iter().map(|z| 1.0 + 2.0 * z).collect();
        assert_eq!(y.to_vec::<f32>().unwrap(), expected);
    }

    #[test]
    fn mean_and_deviation_are_kept() {
        let x = Tensor::zeros([10_000], DType::F64).unwrap();
        let noise = GaussianNoise::new(0.0, 3.0).unwrap();
        let stream = &mut Keyed::new(1).stream(0, 0);
        let y = noise.apply(&x, stream).unwrap().to_vec::<f64>().unwrap();
        let mean = y.iter().sum::<f64>() / 1e4;
        let variance = y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / 1e4;
        assert!(mean.abs() < 0.1 && (variance.sqrt() - 3.0).abs() < 0.1);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(GaussianNoise::new(0.0, -1.0).is_err());
        let bytes = Tensor::from_vec(vec![1_u8], [1]).unwrap();
        let noise = GaussianNoise::new(0.0, 1.0).unwrap();
        assert!(noise.apply(&bytes, &mut Generator::new(0)).is_err());
    }
}
