//! The tensors of one sample or of one batch.

use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;
use std::ops::Deref;

/// A few tensors that belong together: usually (x, y), of one sample or of a batch of them.
///
/// Reads as a slice of tensors; [`pair`](Self::pair) takes the usual two apart.
///
/// # Examples
/// ```
/// use gradus_data::Batch;
/// use gradus_tensor::{DType, Tensor};
///
/// let batch = Batch::from((Tensor::zeros([5, 2], DType::F32)?, Tensor::ones([5], DType::F32)?));
/// let (x, y) = batch.pair()?;
/// assert_eq!((x.shape(), y.shape()), (&[5, 2][..], &[5][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batch(Tensors);

/// One tensor of a [`Batch`] per tensor of the dataset, without the batch dimension.
pub type Sample = Batch;

/// One or two tensors, by far the most frequent, stand in place: making a batch then allocates nothing else.
#[derive(Clone, Debug)]
enum Tensors {
    One([Tensor; 1]),
    Two([Tensor; 2]),
    Many(Vec<Tensor>),
}

impl Batch {
    /// The two tensors of a pair, usually (x, y).
    ///
    /// # Errors
    /// If there are not exactly two.
    pub fn pair(self) -> Result<(Tensor, Tensor)> {
        match self.0 {
            Tensors::Two([x, y]) => Ok((x, y)),
            _ => Err(self.arity(2)),
        }
    }

    /// The only tensor.
    ///
    /// # Errors
    /// If there is not exactly one.
    pub fn single(self) -> Result<Tensor> {
        match self.0 {
            Tensors::One([x]) => Ok(x),
            _ => Err(self.arity(1)),
        }
    }

    /// All tensors, if there are `N`: `let [x, mask, y] = batch.array()?;`.
    ///
    /// # Errors
    /// If there are not exactly `N`.
    pub fn array<const N: usize>(self) -> Result<[Tensor; N]> {
        self.into_vec().try_into().map_err(|tensors: Vec<Tensor>| {
            let found = tensors.len();
            ErrorKind::Arity { found, expected: N }.into()
        })
    }

    /// All tensors.
    #[must_use]
    pub fn into_vec(self) -> Vec<Tensor> {
        match self.0 {
            Tensors::One(tensors) => tensors.into(),
            Tensors::Two(tensors) => tensors.into(),
            Tensors::Many(tensors) => tensors,
        }
    }

    /// The same batch with `f` applied to its first tensor, the input.
    ///
    /// # Errors
    /// What `f` returns, or if there is no tensor.
    pub fn map_input(self, f: impl FnOnce(Tensor) -> Result<Tensor>) -> Result<Self> {
        match self.0 {
            Tensors::One([x]) => Ok(Self(Tensors::One([f(x)?]))),
            Tensors::Two([x, y]) => Ok(Self(Tensors::Two([f(x)?, y]))),
            Tensors::Many(mut tensors) => {
                let first = tensors.first_mut().ok_or(ErrorKind::Arity {
                    found: 0,
                    expected: 1,
                })?;
                *first = f(first.clone())?;
                Ok(Self(Tensors::Many(tensors)))
            }
        }
    }

    #[cold]
    fn arity(&self, expected: usize) -> Error {
        let found = self.len();
        ErrorKind::Arity { found, expected }.into()
    }
}

impl Deref for Batch {
    type Target = [Tensor];

    fn deref(&self) -> &[Tensor] {
        match &self.0 {
            Tensors::One(tensors) => tensors,
            Tensors::Two(tensors) => tensors,
            Tensors::Many(tensors) => tensors,
        }
    }
}

impl From<Tensor> for Batch {
    fn from(x: Tensor) -> Self {
        Self(Tensors::One([x]))
    }
}

impl From<(Tensor, Tensor)> for Batch {
    fn from((x, y): (Tensor, Tensor)) -> Self {
        Self(Tensors::Two([x, y]))
    }
}

impl<const N: usize> From<[Tensor; N]> for Batch {
    fn from(tensors: [Tensor; N]) -> Self {
        Vec::from(tensors).into()
    }
}

impl From<Vec<Tensor>> for Batch {
    fn from(tensors: Vec<Tensor>) -> Self {
        match <[Tensor; 2]>::try_from(tensors) {
            Ok(two) => Self(Tensors::Two(two)),
            Err(tensors) => match <[Tensor; 1]>::try_from(tensors) {
                Ok(one) => Self(Tensors::One(one)),
                Err(many) => Self(Tensors::Many(many)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize) -> Vec<Tensor> {
        (0..n)
            .map(|i| Tensor::from_vec(vec![i as i64], [1]).unwrap())
            .collect()
    }

    #[test]
    fn tensors_come_out_as_they_went_in() {
        for n in 0..5 {
            let batch = Batch::from(numbers(n));
            assert_eq!(batch.len(), n);
            for (i, tensor) in batch.into_vec().iter().enumerate() {
                assert_eq!(tensor.item::<i64>().unwrap(), i as i64);
            }
        }
        let [_, _, third] = Batch::from(numbers(3)).array().unwrap();
        assert_eq!(third.item::<i64>().unwrap(), 2);
    }

    #[test]
    fn a_wrong_count_is_an_error_with_both_counts() {
        let error = Batch::from(numbers(3)).pair().unwrap_err();
        assert_eq!(error.to_string(), "batch: it has 3 tensors, not 2");
        assert!(Batch::from(numbers(2)).single().is_err());
        assert!(Batch::from(numbers(2)).array::<3>().is_err());
    }
}
