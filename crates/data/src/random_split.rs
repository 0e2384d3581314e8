//! A dataset cut at random into parts.

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::subset::Subset;
use gradus_random::Generator;
use std::sync::Arc;

/// The sizes of the parts of [`random_split`]: numbers of samples, or fractions that sum to one.
#[derive(Clone, Debug, PartialEq)]
pub enum Lengths {
    /// Numbers of samples, which must sum to the dataset's.
    Counts(Vec<usize>),
    /// Fractions; each is rounded down and the samples left over go to the parts from the first on, one each.
    Fractions(Vec<f64>),
}

impl Lengths {
    fn counts(self, n: usize) -> Result<Vec<usize>> {
        let op = "random_split";
        let counts = match self {
            Self::Counts(counts) => counts,
            Self::Fractions(fractions) => {
                let sum: f64 = fractions.iter().sum();
                let inside = fractions.iter().all(|f| (0.0..=1.0).contains(f));
                if !inside || sum > 1.0 || (sum - 1.0).abs() > 1e-9 {
                    let message = format!("the fractions {fractions:?} do not sum to 1");
                    return Err(Error::argument(op, message));
                }
                let floor = |f: &f64| (n as f64 * f).floor() as usize;
                let mut counts: Vec<usize> = fractions.iter().map(floor).collect();
                let parts = counts.len();
                for i in 0..n - counts.iter().sum::<usize>() {
                    counts[i % parts] += 1;
                }
                counts
            }
        };
        let sum: usize = counts.iter().sum();
        if sum != n {
            let message =
                format!("the lengths {counts:?} sum to {sum}, the dataset has {n} samples");
            return Err(Error::argument(op, message));
        }
        Ok(counts)
    }
}

macro_rules! lengths {
    ($($number:ty => $variant:ident)*) => {$(
        impl<const N: usize> From<[$number; N]> for Lengths {
            fn from(lengths: [$number; N]) -> Self {
                Self::$variant(lengths.into())
            }
        }
        impl From<&[$number]> for Lengths {
            fn from(lengths: &[$number]) -> Self {
                Self::$variant(lengths.into())
            }
        }
        impl From<Vec<$number>> for Lengths {
            fn from(lengths: Vec<$number>) -> Self {
                Self::$variant(lengths)
            }
        }
    )*};
}
lengths! { usize => Counts  f64 => Fractions }

/// Cuts a dataset at random into parts that share no sample. PyTorch's `random_split`.
///
/// One permutation is drawn from `rng` and cut in order.
///
/// # Errors
/// If the lengths do not sum to the number of samples, or the fractions to one.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, TensorDataset, random_split};
/// use gradus_random::Generator;
/// use gradus_tensor::{DType, Tensor};
///
/// let data = TensorDataset::new(Tensor::zeros([10, 2], DType::F32)?)?;
/// let parts = random_split(data, [0.75, 0.25], &Generator::new(0))?;
/// assert_eq!((parts[0].len(), parts[1].len()), (8, 2));
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn random_split(
    dataset: impl Dataset + 'static,
    lengths: impl Into<Lengths>,
    rng: &Generator,
) -> Result<Vec<Subset>> {
    let dataset: Arc<dyn Dataset> = Arc::new(dataset);
    let counts = lengths.into().counts(dataset.len())?;
    let order = rng.randperm(dataset.len());
    let mut rest = &order[..];
    counts
        .into_iter()
        .map(|count| {
            let (part, later) = rest.split_at(count);
            rest = later;
            Subset::of(dataset.clone(), part.into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TensorDataset;
    use gradus_tensor::{DType, Tensor};

    fn ten() -> TensorDataset {
        TensorDataset::new(Tensor::zeros([10], DType::F32).unwrap()).unwrap()
    }

    #[test]
    fn the_parts_are_the_permutation_in_order() {
        let parts = random_split(ten(), [7, 3], &Generator::new(0)).unwrap();
        assert_eq!(parts[0].indices(), [4, 1, 7, 5, 3, 9, 0]);
        assert_eq!(parts[1].indices(), [8, 6, 2]);
    }

    #[test]
    fn leftovers_go_to_the_first_parts() {
        let counts = Lengths::from([0.3, 0.3, 0.4]).counts(11).unwrap();
        assert_eq!(counts, [4, 3, 4]);
    }

    #[test]
    fn wrong_sums_are_errors() {
        let rng = Generator::new(0);
        let error = random_split(ten(), [7, 4], &rng).unwrap_err();
        assert_eq!(
            error.to_string(),
            "random_split: the lengths [7, 4] sum to 11, the dataset has 10 samples"
        );
        let error = random_split(ten(), [0.5, 0.4], &rng).unwrap_err();
        assert_eq!(
            error.to_string(),
            "random_split: the fractions [0.5, 0.4] do not sum to 1"
        );
        assert!(random_split(ten(), [-0.5, 1.5], &rng).is_err());
    }
}
