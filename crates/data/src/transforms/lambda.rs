//! A function of a whole sample as a transform.

use super::{Draws, Transform};
use crate::batch::Sample;
use crate::error::Result;
use gradus_tensor::Tensor;
use std::fmt;
use std::sync::Arc;

/// A function of the whole sample, (x, y). For a function of the input alone a closure is a transform by itself.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, DatasetExt, Lambda, Sample, toy_set};
///
/// let swapped = toy_set(3)?.transform(0, Lambda::new(|sample| {
///     let (x, y) = sample.pair()?;
///     Ok(Sample::from((y, x)))
/// }));
/// assert_eq!(swapped.get(0)?[0].to_vec::<f32>()?, [1.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Lambda {
    f: Arc<dyn Fn(Sample) -> Result<Sample> + Send + Sync>,
}

impl Lambda {
    /// The function as a transform.
    pub fn new(f: impl Fn(Sample) -> Result<Sample> + Send + Sync + 'static) -> Self {
        Self { f: Arc::new(f) }
    }
}

impl Transform for Lambda {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        (self.f)(x.clone().into())?.single()
    }

    #[inline]
    fn apply_sample(&self, sample: Sample, _draws: &mut dyn Draws) -> Result<Sample> {
        (self.f)(sample)
    }
}

impl fmt::Debug for Lambda {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lambda").finish_non_exhaustive()
    }
}
