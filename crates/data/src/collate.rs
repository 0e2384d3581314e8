//! Samples stacked to a batch.

use crate::batch::{Batch, Sample};
use crate::error::{ErrorKind, Result};
use gradus_tensor::Tensor;

/// Stacks the tensors of equally shaped samples along a new first dimension. PyTorch's default collate for tensors.
///
/// # Errors
/// If the samples have different numbers of tensors, shapes or dtypes, or there are none.
pub fn collate(samples: &[Sample]) -> Result<Batch> {
    let expected = samples.first().map_or(0, |sample| sample.len());
    let mut batch = Vec::with_capacity(expected);
    for position in 0..expected {
        let mut column = Vec::with_capacity(samples.len());
        for sample in samples {
            let found = sample.len();
            let missing = ErrorKind::Arity { found, expected };
            if found != expected {
                return Err(missing.into());
            }
            column.push(&sample[position]);
        }
        batch.push(Tensor::stack(&column, 0)?);
    }
    Ok(batch.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[f32]) -> Tensor {
        Tensor::from_slice(values, [values.len()]).unwrap()
    }

    #[test]
    fn each_tensor_gets_a_batch_dimension() {
        let samples = [
            Batch::from((row(&[1.0, 2.0]), Tensor::scalar(7_i64))),
            Batch::from((row(&[3.0, 4.0]), Tensor::scalar(8_i64))),
        ];
        let (x, y) = collate(&samples).unwrap().pair().unwrap();
        assert_eq!((x.shape(), y.shape()), (&[2, 2][..], &[2][..]));
        assert_eq!(x.to_vec::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(y.to_vec::<i64>().unwrap(), [7, 8]);
    }

    #[test]
    fn samples_that_do_not_stack_are_an_error() {
        assert!(collate(&[row(&[1.0]).into(), row(&[1.0, 2.0]).into()]).is_err());
        let unequal = [row(&[1.0]).into(), Batch::from((row(&[1.0]), row(&[2.0])))];
        assert_eq!(
            collate(&unequal).unwrap_err().to_string(),
            "batch: it has 2 tensors, not 1"
        );
    }
}
