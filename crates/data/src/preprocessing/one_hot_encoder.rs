//! Categories as indicator columns.

use super::columns::Rows;
use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::Tensor;

const OP: &str = "OneHotEncoder";

/// Turns each column of categories into one column of zeros and ones per category, ascending. scikit-learn's `OneHotEncoder`, dense.
///
/// # Examples
/// ```
/// use gradus_data::OneHotEncoder;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![7_i64, 3, 7], [3, 1])?;
/// let y = OneHotEncoder::default().fit_transform(&x)?;
/// assert_eq!(y.to_vec::<f64>()?, [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OneHotEncoder {
    ignore_unknown: bool,
    drop_first: bool,
    categories: Vec<Vec<f64>>,
}

impl OneHotEncoder {
    /// An encoder with a column for every category, which refuses unknown ones.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a category that was not among the fitted ones becomes zeros only, instead of an error: `handle_unknown="ignore"`.
    #[must_use]
    #[inline]
    pub fn ignore_unknown(mut self, ignore_unknown: bool) -> Self {
        self.ignore_unknown = ignore_unknown;
        self
    }

    /// Whether the first category of each column gets no column, since it follows from the others: `drop="first"`. A linear
    /// model with a bias needs this.
    #[must_use]
    #[inline]
    pub fn drop_first(mut self, drop_first: bool) -> Self {
        self.drop_first = drop_first;
        self
    }

    /// Learns the categories of each column of a table `(samples, features)` of numbers.
    ///
    /// # Errors
    /// If it is no table, is empty, or holds a number that is not finite.
    #[inline]
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let rows = Rows::of(OP, x)?;
        let column = |feature| {
            let mut categories = rows.column(feature);
            categories.sort_unstable_by(f64::total_cmp);
            categories.dedup();
            categories
        };
        self.categories = (0..rows.features).map(column).collect();
        Ok(())
    }

    /// The categories of each column, ascending.
    #[must_use]
    #[inline]
    pub fn categories(&self) -> &[Vec<f64>] {
        &self.categories
    }

    /// The indicator columns, `f64`.
    ///
    /// # Errors
    /// If nothing was fitted, the number of columns differs, or a value was not among the fitted ones (unless they are ignored).
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        if self.categories.is_empty() {
            return Err(ErrorKind::NotFitted { op: OP }.into());
        }
        let rows = Rows::of(OP, x)?;
        let (found, expected) = (rows.features, self.categories.len());
        if found != expected {
            return Err(ErrorKind::Features {
                op: OP,
                found,
                expected,
            }
            .into());
        }
        let width = self.width();
        let first = usize::from(self.drop_first);
        let n = rows.count;
        let mut indicators = vec![0.0; n * width];
        for (row, values) in rows.values().chunks_exact(found).enumerate() {
            let mut start = row * width;
            for (feature, (value, categories)) in values.iter().zip(&self.categories).enumerate() {
                let category = categories.iter().position(|category| category == value);
                if category.is_none() && !self.ignore_unknown {
                    let message =
                        format!("{value} at row {row} is no fitted category of column {feature}");
                    return Err(Error::argument(OP, message));
                }
                if let Some(column) = category.and_then(|category| category.checked_sub(first)) {
                    indicators[start + column] = 1.0;
                }
                start += categories.len() - first;
            }
        }
        Ok(Tensor::from_vec(indicators, [n, width])?)
    }

    /// The categories these indicators stand for, `f64`.
    ///
    /// # Errors
    /// If nothing was fitted, the number of columns differs, or a feature has not exactly one indicator that is 1 (or none,
    /// where the first category is dropped).
    #[inline]
    pub fn inverse_transform(&self, indicators: &Tensor) -> Result<Tensor> {
        if self.categories.is_empty() {
            return Err(ErrorKind::NotFitted { op: OP }.into());
        }
        let rows = Rows::of(OP, indicators)?;
        let expected = self.width();
        let first = usize::from(self.drop_first);
        if rows.features != expected {
            let found = rows.features;
            return Err(ErrorKind::Features {
                op: OP,
                found,
                expected,
            }
            .into());
        }
        let mut values = Vec::with_capacity(rows.count * self.categories.len());
        for row in 0..rows.count {
            let mut rest = &rows.values()[row * expected..][..expected];
            for (feature, categories) in self.categories.iter().enumerate() {
                let (own, later) = rest.split_at(categories.len() - first);
                rest = later;
                let ones = own.iter().filter(|&&x| x == 1.0).count();
                let zeros = own.iter().filter(|&&x| x == 0.0).count();
                let place = own.iter().position(|&x| x == 1.0);
                match place {
                    Some(place) if ones == 1 && ones + zeros == own.len() => {
                        values.push(categories[place + first]);
                    }
                    None if self.drop_first && zeros == own.len() => values.push(categories[0]),
                    _ => {
                        let message = format!("row {row} has not one category of column {feature}");
                        return Err(Error::argument(OP, message));
                    }
                }
            }
        }
        Ok(Tensor::from_vec(
            values,
            [rows.count, self.categories.len()],
        )?)
    }

    /// How many indicator columns there are.
    #[inline]
    fn width(&self) -> usize {
        let first = usize::from(self.drop_first);
        let columns = self.categories.iter().map(|known| known.len() - first);
        columns.sum()
    }

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same table.
    ///
    /// # Errors
    /// Those of `fit`.
    #[inline]
    pub fn fit_transform(&mut self, x: &Tensor) -> Result<Tensor> {
        self.fit(x)?;
        self.transform(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_side_by_side() {
        let x = Tensor::from_vec(vec![0_i64, 5, 1, 5, 0, 6], [3, 2]).unwrap();
        let mut encoder = OneHotEncoder::default();
        let y = encoder.fit_transform(&x).unwrap();
        assert_eq!(y.shape(), [3, 4]);
        assert_eq!(
            y.to_vec::<i64>().unwrap(),
            [1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1]
        );
        let back = encoder.inverse_transform(&y).unwrap();
        assert_eq!(back.to_vec::<i64>().unwrap(), x.to_vec::<i64>().unwrap());
        let none = Tensor::zeros([1, 4], gradus_tensor::DType::F64).unwrap();
        assert_eq!(
            encoder.inverse_transform(&none).unwrap_err().to_string(),
            "OneHotEncoder: row 0 has not one category of column 0"
        );
        let new = Tensor::from_vec(vec![2_i64, 5], [1, 2]).unwrap();
        assert_eq!(
            encoder.transform(&new).unwrap_err().to_string(),
            "OneHotEncoder: 2 at row 0 is no fitted category of column 0"
        );
        assert!(OneHotEncoder::default().transform(&x).is_err());
    }

    #[test]
    fn the_first_category_can_be_dropped_and_unknown_ones_ignored() {
        let x = Tensor::from_vec(vec![3_i64, 5, 4, 5, 7, 5], [3, 2]).unwrap();
        let mut encoder = OneHotEncoder::new().drop_first(true).ignore_unknown(true);
        let y = encoder.fit_transform(&x).unwrap();
        // The second column has one category: nothing is left of it.
        assert_eq!(y.shape(), [3, 2]);
        assert_eq!(y.to_vec::<i64>().unwrap(), [0, 0, 1, 0, 0, 1]);
        let back = encoder.inverse_transform(&y).unwrap();
        assert_eq!(back.to_vec::<i64>().unwrap(), x.to_vec::<i64>().unwrap());
        let new = Tensor::from_vec(vec![9_i64, 6], [1, 2]).unwrap();
        let zeros = encoder.transform(&new).unwrap();
        assert_eq!(zeros.to_vec::<i64>().unwrap(), [0, 0]);
    }
}
