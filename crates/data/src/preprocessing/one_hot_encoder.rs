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
    categories: Vec<Vec<f64>>,
}

impl OneHotEncoder {
    /// Learns the categories of each column of a table `(samples, features)` of numbers.
    ///
    /// # Errors
    /// If it is no table, is empty, or holds a number that is not finite.
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
    pub fn categories(&self) -> &[Vec<f64>] {
        &self.categories
    }

    /// The indicator columns, `f64`.
    ///
    /// # Errors
    /// If nothing was fitted, the number of columns differs, or a value was not among the fitted ones.
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
        let width: usize = self.categories.iter().map(Vec::len).sum();
        let n = rows.count;
        let mut indicators = vec![0.0; n * width];
        for (row, values) in rows.values().chunks_exact(found).enumerate() {
            let mut start = row * width;
            for (feature, (value, categories)) in values.iter().zip(&self.categories).enumerate() {
                let Some(category) = categories.iter().position(|category| category == value)
                else {
                    let message =
                        format!("{value} at row {row} is no fitted category of column {feature}");
                    return Err(Error::argument(OP, message));
                };
                indicators[start + category] = 1.0;
                start += categories.len();
            }
        }
        Ok(Tensor::from_vec(indicators, [n, width])?)
    }

    /// The categories these indicators stand for, `f64`.
    ///
    /// # Errors
    /// If nothing was fitted, the number of columns differs, or a feature has not exactly one indicator that is 1.
    pub fn inverse_transform(&self, indicators: &Tensor) -> Result<Tensor> {
        if self.categories.is_empty() {
            return Err(ErrorKind::NotFitted { op: OP }.into());
        }
        let rows = Rows::of(OP, indicators)?;
        let expected: usize = self.categories.iter().map(Vec::len).sum();
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
        for (row, indicators) in rows.values().chunks_exact(expected).enumerate() {
            let mut rest = indicators;
            for (feature, categories) in self.categories.iter().enumerate() {
                let (own, later) = rest.split_at(categories.len());
                rest = later;
                let ones = own.iter().filter(|&&x| x == 1.0).count();
                let zeros = own.iter().filter(|&&x| x == 0.0).count();
                let place = own.iter().position(|&x| x == 1.0);
                match place {
                    Some(place) if ones == 1 && ones + zeros == own.len() => {
                        values.push(categories[place]);
                    }
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

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same table.
    ///
    /// # Errors
    /// Those of `fit`.
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
}
