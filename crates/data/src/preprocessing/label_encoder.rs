//! Labels numbered by their order.

use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "LabelEncoder";

/// Numbers the distinct labels from 0 in ascending order. scikit-learn's `LabelEncoder`, for labels of any ordered type.
///
/// # Examples
/// ```
/// use gradus_data::LabelEncoder;
///
/// let mut encoder = LabelEncoder::default();
/// let y = encoder.fit_transform(&["paris", "tokyo", "paris", "amsterdam"])?;
/// assert_eq!(y.to_vec::<i64>()?, [1, 2, 1, 0]);
/// assert_eq!(encoder.inverse_transform(&y)?, ["paris", "tokyo", "paris", "amsterdam"]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LabelEncoder<T> {
    classes: Vec<T>,
}

impl<T> Default for LabelEncoder<T> {
    #[inline]
    fn default() -> Self {
        Self {
            classes: Vec::new(),
        }
    }
}

impl<T: Ord + Clone + std::fmt::Debug> LabelEncoder<T> {
    /// Learns the distinct labels.
    #[inline]
    pub fn fit(&mut self, labels: &[T]) {
        self.classes = labels.to_vec();
        self.classes.sort_unstable();
        self.classes.dedup();
    }

    /// The distinct labels, ascending.
    #[must_use]
    #[inline]
    pub fn classes(&self) -> &[T] {
        &self.classes
    }

    /// The number of each label, `i64`.
    ///
    /// # Errors
    /// If a label was not among the fitted ones.
    #[inline]
    pub fn transform(&self, labels: &[T]) -> Result<Tensor> {
        let number = |label| {
            self.classes
                .binary_search(label)
                .map(|class| class as i64)
                .map_err(|_| {
                    let known = self.classes.len();
                    Error::argument(
                        OP,
                        format!("{label:?} is none of the {known} fitted labels"),
                    )
                })
        };
        let numbers: Vec<i64> = labels.iter().map(number).collect::<Result<_>>()?;
        Ok(Tensor::from_vec(numbers, [labels.len()])?)
    }

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same labels.
    ///
    /// # Errors
    /// None today.
    #[inline]
    pub fn fit_transform(&mut self, labels: &[T]) -> Result<Tensor> {
        self.fit(labels);
        self.transform(labels)
    }

    /// The labels with these numbers.
    ///
    /// # Errors
    /// If a number belongs to no label, or nothing was fitted.
    #[inline]
    pub fn inverse_transform(&self, numbers: &Tensor) -> Result<Vec<T>> {
        if self.classes.is_empty() {
            return Err(ErrorKind::NotFitted { op: OP }.into());
        }
        let label = |number: i64| {
            usize::try_from(number)
                .ok()
                .and_then(|class| self.classes.get(class))
                .cloned()
                .ok_or_else(|| {
                    Error::argument(
                        OP,
                        format!("there is no class {number} among {}", self.classes.len()),
                    )
                })
        };
        numbers.to_vec::<i64>()?.into_iter().map(label).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_labels_and_numbers_are_errors() {
        let mut encoder = LabelEncoder::default();
        let numbers = encoder.fit_transform(&[5, -1, 5]).unwrap();
        assert_eq!(encoder.classes(), [-1, 5]);
        assert_eq!(encoder.inverse_transform(&numbers).unwrap(), [5, -1, 5]);
        assert_eq!(
            encoder.transform(&[7]).unwrap_err().to_string(),
            "LabelEncoder: 7 is none of the 2 fitted labels"
        );
        let wrong = Tensor::from_vec(vec![2_i64], [1]).unwrap();
        assert!(encoder.inverse_transform(&wrong).is_err());
        assert!(
            LabelEncoder::<i64>::default()
                .inverse_transform(&wrong)
                .is_err()
        );
    }
}
