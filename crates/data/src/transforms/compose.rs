//! Transforms one after the other.

use super::{Draws, Transform};
use crate::batch::Sample;
use crate::error::Result;
use gradus_tensor::Tensor;
use std::sync::Arc;

/// Several transforms in order. torchvision's `Compose`.
///
/// # Examples
/// ```
/// use gradus_data::{Compose, ToTensor, Transform};
/// use gradus_random::Generator;
/// use gradus_tensor::Tensor;
///
/// let steps = Compose::new().then(ToTensor).then(|x: &Tensor| Ok(x.reshape([4])?));
/// let image = Tensor::from_vec(vec![0_u8, 51, 102, 255], [2, 2])?;
/// let x = steps.apply(&image, &mut Generator::new(0))?;
/// assert_eq!(x.to_vec::<f32>()?, [0.0, 0.2, 0.4, 1.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Compose {
    steps: Vec<Arc<dyn Transform>>,
}

impl Compose {
    /// No transform yet.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a transform at the end.
    #[must_use]
    pub fn then(mut self, step: impl Transform + 'static) -> Self {
        self.steps.push(Arc::new(step));
        self
    }
}

impl Transform for Compose {
    #[inline]
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
        self.steps
            .iter()
            .try_fold(x.clone(), |x, step| step.apply(&x, draws))
    }

    #[inline]
    fn apply_sample(&self, sample: Sample, draws: &mut dyn Draws) -> Result<Sample> {
        self.steps
            .iter()
            .try_fold(sample, |sample, step| step.apply_sample(sample, draws))
    }
}

impl std::fmt::Debug for Compose {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compose")
            .field("steps", &self.steps.len())
            .finish()
    }
}
