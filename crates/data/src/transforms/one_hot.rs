//! A class number as an indicator vector.

use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};

/// Class numbers as vectors of zeros with a one at the class, `f32`: PyTorch's `one_hot` as a transform. For the label, apply
/// it with [`DatasetExt::transform_target`](crate::DatasetExt::transform_target).
///
/// # Shapes
/// Any shape of whole numbers → the same with a new last dimension of the number of classes.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, DatasetExt, OneHot, three_classes};
///
/// let data = three_classes()?.transform_target(OneHot::new(3));
/// assert_eq!(data.get(20)?[1].to_vec::<f32>()?, [0.0, 1.0, 0.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneHot {
    classes: usize,
}

impl OneHot {
    /// For the classes 0 to `classes` − 1.
    #[must_use]
    #[inline]
    pub fn new(classes: usize) -> Self {
        Self { classes }
    }
}

impl Transform for OneHot {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let refuse = |message: String| Err(Error::argument("OneHot", message));
        if matches!(
            x.dtype(),
            DType::F16 | DType::Bf16 | DType::F32 | DType::F64
        ) {
            return refuse(format!("classes are whole numbers, not {}", x.dtype()));
        }
        let mut indicators = vec![0.0_f32; x.numel() * self.classes];
        for (position, class) in x.to_vec::<i64>()?.into_iter().enumerate() {
            match usize::try_from(class) {
                Ok(place) if place < self.classes => {
                    indicators[position * self.classes + place] = 1.0;
                }
                _ => return refuse(format!("{class} is no class of {}", self.classes)),
            }
        }
        let shape = [x.shape(), &[self.classes]].concat();
        Ok(Tensor::from_vec(indicators, shape)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn every_class_has_its_place() {
        let rng = &mut Generator::new(0);
        let x = Tensor::from_vec(vec![1_i64, 0], [2]).unwrap();
        let y = OneHot::new(2).apply(&x, rng).unwrap();
        assert_eq!(y.shape(), [2, 2]);
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 1.0, 1.0, 0.0]);
        let error = OneHot::new(1).apply(&x, rng).unwrap_err();
        assert_eq!(error.to_string(), "OneHot: 1 is no class of 1");
        assert!(OneHot::new(1).apply(&Tensor::scalar(0.0_f32), rng).is_err());
    }
}
