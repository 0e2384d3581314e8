//! Samples of unit length.

use super::columns::{Rows, nonzero};
use crate::error::Result;
use gradus_tensor::{DType, Tensor};

/// What a [`Normalizer`] makes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Norm {
    /// Σ |x|.
    L1,
    /// √Σ x².
    #[default]
    L2,
    /// max |x|.
    Max,
}

/// Divides each sample, not each feature, by its norm; zero samples stay zero. scikit-learn's `Normalizer`. There is nothing to fit.
///
/// # Examples
/// ```
/// use gradus_data::Normalizer;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![3.0, 4.0, 0.0, 0.0], [2, 2])?;
/// assert_eq!(Normalizer::default().transform(&x)?.to_vec::<f64>()?, [0.6, 0.8, 0.0, 0.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Normalizer {
    norm: Norm,
}

impl Normalizer {
    /// A normalizer by this norm.
    #[must_use]
    #[inline]
    pub fn new(norm: Norm) -> Self {
        Self { norm }
    }

    /// The samples divided by their norms.
    ///
    /// # Errors
    /// If `x` is no table `(samples, features)`, is empty, or holds a number that is not finite.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        let rows = Rows::of("Normalizer", x)?;
        let (mut values, features) = (rows.values().into_owned(), rows.features);
        for sample in values.chunks_exact_mut(features) {
            let norm = match self.norm {
                Norm::L1 => sample.iter().map(|x| x.abs()).sum(),
                Norm::L2 => sample.iter().map(|x| x * x).sum::<f64>().sqrt(),
                Norm::Max => sample.iter().fold(0.0, |max: f64, x| max.max(x.abs())),
            };
            let divisor = nonzero(&[norm])[0];
            sample.iter_mut().for_each(|x| *x /= divisor);
        }
        let normalised = Tensor::from_vec(values, x.shape())?;
        Ok(if x.dtype() == DType::F32 {
            normalised.to_dtype(DType::F32)?
        } else {
            normalised
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_norm_becomes_one() {
        let x = Tensor::from_vec(vec![1.0_f32, -3.0], [1, 2]).unwrap();
        let run = |norm| {
            Normalizer::new(norm)
                .transform(&x)
                .unwrap()
                .to_vec::<f32>()
                .unwrap()
        };
        assert_eq!(run(Norm::L1), [0.25, -0.75]);
        assert_eq!(run(Norm::Max), [1.0 / 3.0, -1.0]);
        let l2 = run(Norm::L2);
        assert!((l2[0] * l2[0] + l2[1] * l2[1] - 1.0).abs() < 1e-6);
    }
}
