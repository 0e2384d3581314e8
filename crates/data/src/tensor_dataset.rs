//! A dataset of tensors in memory: sample i is row i of each.

use crate::batch::{Batch, Sample};
use crate::dataset::Dataset;
use crate::error::{Error, ErrorKind, Result};
use crate::indices::translated;
use gradus_tensor::Tensor;

/// Tensors with equally many rows; a batch is one gather per tensor. PyTorch's `TensorDataset`.
///
/// Cheap to clone: the tensors are shared.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, TensorDataset};
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0], [3, 2])?;
/// let y = Tensor::from_vec(vec![0_i64, 1, 0], [3])?;
/// let data = TensorDataset::new((x, y))?;
/// let (x, y) = data.get_batch(&[2, 0])?.pair()?;
/// assert_eq!(x.to_vec::<f32>()?, [5.0, 6.0, 1.0, 2.0]);
/// assert_eq!(y.to_vec::<i64>()?, [0, 0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TensorDataset {
    tensors: Batch,
    rows: usize,
}

impl TensorDataset {
    /// The dataset of one tensor, a pair, an array or a `Vec` of them.
    ///
    /// # Errors
    /// If there is no tensor, one has no dimension, or the first dimensions differ.
    pub fn new(tensors: impl Into<Batch>) -> Result<Self> {
        let op = "TensorDataset";
        let tensors: Batch = tensors.into();
        let mut rows = None;
        for (position, tensor) in tensors.iter().enumerate() {
            let Some(&found) = tensor.shape().first() else {
                let message = format!("tensor {position} is a single number and has no rows");
                return Err(Error::argument(op, message));
            };
            let expected = *rows.get_or_insert(found);
            if found != expected {
                let what = "tensor";
                return Err(ErrorKind::Rows {
                    op,
                    what,
                    position,
                    found,
                    expected,
                }
                .into());
            }
        }
        let rows = rows.ok_or_else(|| Error::argument(op, "there is no tensor"))?;
        // Gathering from a view would copy the whole tensor for every batch.
        let tensors: Vec<Tensor> = tensors.iter().map(Tensor::contiguous).collect();
        Ok(Self {
            tensors: tensors.into(),
            rows,
        })
    }

    /// The whole tensors.
    #[must_use]
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}

impl Dataset for TensorDataset {
    fn len(&self) -> usize {
        self.rows
    }

    fn get(&self, index: usize) -> Result<Sample> {
        let mut sample = Vec::with_capacity(self.tensors.len());
        for tensor in self.tensors.iter() {
            sample.push(tensor.select(0, index as isize)?);
        }
        Ok(sample.into())
    }

    fn get_batch(&self, indices: &[usize]) -> Result<Batch> {
        translated(
            indices,
            |index| index as i64,
            |rows| match &*self.tensors {
                [x, y] => Ok((x.take_rows(rows)?, y.take_rows(rows)?).into()),
                tensors => {
                    let mut batch = Vec::with_capacity(tensors.len());
                    for tensor in tensors {
                        batch.push(tensor.take_rows(rows)?);
                    }
                    Ok(batch.into())
                }
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::DType;

    #[test]
    fn rows_must_agree() {
        let x = Tensor::zeros([3, 2], DType::F32).unwrap();
        let y = Tensor::zeros([4], DType::F32).unwrap();
        let error = TensorDataset::new((x.clone(), y)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "TensorDataset: tensor 1 has 4 rows, the first has 3"
        );
        assert!(TensorDataset::new(Tensor::scalar(1.0_f32)).is_err());
        assert!(TensorDataset::new(Vec::new()).is_err());
        assert_eq!(TensorDataset::new(x).unwrap().len(), 3);
    }

    #[test]
    fn a_view_is_gathered_by_its_logical_rows() {
        let x = Tensor::from_vec((0..6_i64).collect(), [2, 3]).unwrap();
        let data = TensorDataset::new(x.transpose(0, 1).unwrap()).unwrap();
        let batch = data.get_batch(&[2, 0]).unwrap().single().unwrap();
        assert_eq!(batch.to_vec::<i64>().unwrap(), [2, 5, 0, 3]);
        assert_eq!(data.get(1).unwrap()[0].to_vec::<i64>().unwrap(), [1, 4]);
    }

    #[test]
    fn an_index_out_of_range_is_an_error() {
        let data = TensorDataset::new(Tensor::zeros([3], DType::F32).unwrap()).unwrap();
        assert!(data.get(3).is_err());
        assert!(data.get_batch(&[0, 3]).is_err());
    }

    #[test]
    fn a_large_batch_is_gathered_too() {
        let data =
            TensorDataset::new(Tensor::from_vec((0..500_i64).collect(), [500]).unwrap()).unwrap();
        let indices: Vec<usize> = (0..300).map(|i| 499 - i).collect();
        let batch = data.get_batch(&indices).unwrap().single().unwrap();
        assert_eq!(batch.to_vec::<i64>().unwrap()[299], 200);
    }
}
