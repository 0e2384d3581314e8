//! Some of the samples of a dataset, in a chosen order.

use crate::batch::{Batch, Sample};
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::indices::translated;
use std::sync::Arc;

/// The samples of another dataset at the given indices. PyTorch's `Subset`.
#[derive(Clone)]
pub struct Subset {
    dataset: Arc<dyn Dataset>,
    indices: Arc<[usize]>,
}

impl Subset {
    /// The samples of `dataset` at `indices`; an index may come several times.
    ///
    /// # Errors
    /// If an index is out of range.
    pub fn new(dataset: impl Dataset + 'static, indices: impl Into<Arc<[usize]>>) -> Result<Self> {
        Self::of(Arc::new(dataset), indices.into())
    }

    pub(crate) fn of(dataset: Arc<dyn Dataset>, indices: Arc<[usize]>) -> Result<Self> {
        let len = dataset.len();
        if let Some(index) = indices.iter().find(|&&index| index >= len) {
            let message = format!("index {index} is out of range for {len} samples");
            return Err(Error::argument("Subset", message));
        }
        Ok(Self { dataset, indices })
    }

    /// The indices into the whole dataset.
    #[must_use]
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    fn whole(&self, index: usize) -> Result<usize> {
        self.indices.get(index).copied().ok_or_else(|| {
            let message = format!(
                "index {index} is out of range for {} samples",
                self.indices.len()
            );
            Error::argument("Subset", message)
        })
    }
}

impl Dataset for Subset {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn get(&self, index: usize) -> Result<Sample> {
        self.dataset.get(self.whole(index)?)
    }

    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        if let Some(&outside) = indices.iter().find(|&&index| index >= self.len()) {
            self.whole(outside)?;
        }
        translated(
            indices,
            |index| self.indices[index],
            |whole| self.dataset.get_batch(whole),
        )
    }

    fn in_epoch(&self, epoch: u64) -> Option<Arc<dyn Dataset>> {
        let dataset = self.dataset.in_epoch(epoch)?;
        Some(Arc::new(Self {
            dataset,
            indices: self.indices.clone(),
        }))
    }
}

impl std::fmt::Debug for Subset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subset")
            .field("indices", &self.indices)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TensorDataset;
    use gradus_tensor::Tensor;

    fn tens() -> TensorDataset {
        TensorDataset::new(Tensor::from_vec(vec![0_i64, 10, 20, 30], [4]).unwrap()).unwrap()
    }

    #[test]
    fn a_subset_of_a_subset_reaches_the_whole() {
        let inner = Subset::new(tens(), [3, 1, 0]).unwrap();
        let outer = Subset::new(inner, [2, 0, 2]).unwrap();
        let batch = outer.get_batch(&[0, 1, 2]).unwrap().single().unwrap();
        assert_eq!(batch.to_vec::<i64>().unwrap(), [0, 30, 0]);
        assert_eq!(outer.get(1).unwrap()[0].item::<i64>().unwrap(), 30);
    }

    #[test]
    fn an_index_out_of_range_is_an_error() {
        let error = Subset::new(tens(), [0, 4]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Subset: index 4 is out of range for 4 samples"
        );
        let subset = Subset::new(tens(), [0, 1]).unwrap();
        assert!(subset.get(2).is_err() && subset.get_batch(&[2]).is_err());
    }
}
