//! Two datasets side by side.

use crate::batch::{Batch, Sample};
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use std::sync::Arc;

/// Two datasets of equal length, each sample the tensors of the one and then those of the other. PyTorch's `StackDataset`
/// of two. Made by [`DatasetExt::zip`](crate::DatasetExt::zip).
#[derive(Clone)]
pub struct Zip {
    left: Arc<dyn Dataset>,
    right: Arc<dyn Dataset>,
}

impl Zip {
    pub(super) fn new(left: Arc<dyn Dataset>, right: Arc<dyn Dataset>) -> Result<Self> {
        if left.len() != right.len() {
            let message = format!(
                "{} samples cannot be paired with {}",
                left.len(),
                right.len()
            );
            return Err(Error::argument("Zip", message));
        }
        Ok(Self { left, right })
    }
}

fn joined(left: Batch, right: Batch) -> Batch {
    let mut tensors = left.into_vec();
    tensors.extend(right.into_vec());
    tensors.into()
}

impl Dataset for Zip {
    fn len(&self) -> usize {
        self.left.len()
    }

    fn get(&self, index: usize) -> Result<Sample> {
        Ok(joined(self.left.get(index)?, self.right.get(index)?))
    }

    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        Ok(joined(
            self.left.get_batch(indices)?,
            self.right.get_batch(indices)?,
        ))
    }

    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        let (left, right) = (self.left.in_epoch(epoch), self.right.in_epoch(epoch));
        if left.is_none() && right.is_none() {
            return None;
        }
        Some(Arc::new(Self {
            left: left.unwrap_or_else(|| self.left.clone()),
            right: right.unwrap_or_else(|| self.right.clone()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dataset, DatasetExt, TensorDataset};
    use gradus_tensor::Tensor;

    fn numbers(values: &[i64]) -> TensorDataset {
        TensorDataset::new(Tensor::from_slice(values, [values.len()]).unwrap()).unwrap()
    }

    #[test]
    fn samples_stand_side_by_side() {
        let pairs = numbers(&[1, 2, 3]).zip(numbers(&[10, 20, 30])).unwrap();
        let (x, y) = pairs.get_batch(&[2, 0]).unwrap().pair().unwrap();
        assert_eq!(x.to_vec::<i64>().unwrap(), [3, 1]);
        assert_eq!(y.to_vec::<i64>().unwrap(), [30, 10]);
        assert_eq!(pairs.get(1).unwrap()[1].item::<i64>().unwrap(), 20);
    }

    #[test]
    fn unequal_lengths_are_an_error() {
        let error = numbers(&[1, 2]).zip(numbers(&[1])).unwrap_err();
        assert_eq!(error.to_string(), "Zip: 2 samples cannot be paired with 1");
    }

    #[test]
    fn the_random_half_changes_from_epoch_to_epoch() {
        let noise = numbers(&[0; 4]).augment(1, |_, stream| {
            Ok(Tensor::scalar(stream.below(1 << 60) as i64).into())
        });
        let pairs = numbers(&[1, 2, 3, 4]).zip(noise).unwrap();
        let noise_in = |epoch| {
            let there = pairs.in_epoch(epoch).unwrap();
            there.get(0).unwrap()[1].item::<i64>().unwrap()
        };
        assert_ne!(noise_in(0), noise_in(1));
    }
}
