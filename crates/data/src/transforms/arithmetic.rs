//! The course's transforms of samples: add to the input, multiply.

use super::{Draws, Transform};
use crate::batch::Sample;
use crate::error::Result;
use gradus_tensor::Tensor;

/// The course's `add_mult`: x + `add` for the input and y · `mul` for the rest of a sample.
///
/// # Examples
/// ```
/// use gradus_data::{AddMult, Compose, Dataset, DatasetExt, Mult, toy_set};
///
/// let steps = Compose::new().then(AddMult { add: 1.0, mul: 1.0 }).then(Mult(100.0));
/// let (x, y) = toy_set(3)?.transform(0, steps).get(0)?.pair()?;
/// assert_eq!((x.to_vec::<f32>()?, y.to_vec::<f32>()?), (vec![300.0, 300.0], vec![100.0]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AddMult {
    /// Added to the input.
    pub add: f64,
    /// Factor of everything else.
    pub mul: f64,
}

impl Default for AddMult {
    /// The course's numbers: 1 is added, the rest is multiplied by 2.
    #[inline]
    fn default() -> Self {
        Self { add: 1.0, mul: 2.0 }
    }
}

impl Transform for AddMult {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        Ok(x.add_scalar(self.add)?)
    }

    #[inline]
    fn apply_sample(&self, sample: Sample, draws: &mut dyn Draws) -> Result<Sample> {
        let mut tensors = sample.into_vec();
        for (position, tensor) in tensors.iter_mut().enumerate() {
            *tensor = match position {
                0 => self.apply(tensor, draws)?,
                _ => tensor.mul_scalar(self.mul)?,
            };
        }
        Ok(tensors.into())
    }
}

/// The course's `mult`: every tensor of a sample times a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mult(pub f64);

impl Default for Mult {
    /// The course's factor, 100.
    #[inline]
    fn default() -> Self {
        Self(100.0)
    }
}

impl Transform for Mult {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        Ok(x.mul_scalar(self.0)?)
    }

    #[inline]
    fn apply_sample(&self, sample: Sample, draws: &mut dyn Draws) -> Result<Sample> {
        let tensors = sample.into_vec();
        let scaled: Result<Vec<Tensor>> = tensors.iter().map(|x| self.apply(x, draws)).collect();
        Ok(scaled?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dataset, DatasetExt, toy_set};
    use gradus_random::Generator;

    #[test]
    fn the_course_s_numbers() {
        let run = |steps: crate::Compose| {
            let sample = toy_set(2).unwrap().transform(0, steps).get(1).unwrap();
            let (x, y) = sample.pair().unwrap();
            (x.to_vec::<f32>().unwrap(), y.to_vec::<f32>().unwrap())
        };
        let add_mult = || crate::Compose::new().then(AddMult::default());
        assert_eq!(run(add_mult()), (vec![3.0, 3.0], vec![2.0]));
        assert_eq!(
            run(add_mult().then(Mult::default())),
            (vec![300.0, 300.0], vec![200.0])
        );
    }

    #[test]
    fn an_input_alone_has_no_rest() {
        let x = Tensor::from_vec(vec![2.0_f64], [1]).unwrap();
        let rng = &mut Generator::new(0);
        let sample = AddMult::default().apply_sample(x.clone().into(), rng);
        assert_eq!(sample.unwrap()[0].to_vec::<f64>().unwrap(), [3.0]);
        assert_eq!(
            Mult(0.5).apply(&x, rng).unwrap().to_vec::<f64>().unwrap(),
            [1.0]
        );
    }
}
