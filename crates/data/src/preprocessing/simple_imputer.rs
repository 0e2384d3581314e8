//! Numbers for cells without a value.

use super::columns::Rows;
use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::{DType, Tensor};

const OP: &str = "SimpleImputer";

/// What a [`SimpleImputer`] puts where a value is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ImputeStrategy {
    /// The mean of the column's values.
    #[default]
    Mean,
    /// Their median.
    Median,
    /// The most frequent of them; of several the smallest.
    MostFrequent,
    /// Always this number.
    Constant(f64),
}

/// Replaces NaN by a number learned from the rest of the column. scikit-learn's `SimpleImputer`.
///
/// Other than there, a column without any value is an error, unless
/// [`keep_empty_features`](Self::keep_empty_features) says that it becomes 0.
///
/// # Examples
/// ```
/// use gradus_data::{ImputeStrategy, SimpleImputer};
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![1.0, f64::NAN, 5.0], [3, 1])?;
/// let mut imputer = SimpleImputer::new(ImputeStrategy::Mean);
/// assert_eq!(imputer.fit_transform(&x)?.to_vec::<f64>()?, [1.0, 3.0, 5.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SimpleImputer {
    strategy: ImputeStrategy,
    add_indicator: bool,
    keep_empty_features: bool,
    statistics: Vec<f64>,
    /// The columns that had gaps when the imputer was fitted.
    with_gaps: Vec<usize>,
}

impl SimpleImputer {
    /// An imputer of this strategy.
    #[must_use]
    #[inline]
    pub fn new(strategy: ImputeStrategy) -> Self {
        Self {
            strategy,
            ..Self::default()
        }
    }

    /// Whether a column of zeros and ones is added for each column that had gaps when fitted, saying where gaps were.
    #[must_use]
    #[inline]
    pub fn add_indicator(mut self, add_indicator: bool) -> Self {
        self.add_indicator = add_indicator;
        self
    }

    /// Whether a column without any value becomes 0 instead of an error.
    #[must_use]
    #[inline]
    pub fn keep_empty_features(mut self, keep: bool) -> Self {
        self.keep_empty_features = keep;
        self
    }

    /// Learns the number of each column of a table `(samples, features)`.
    ///
    /// # Errors
    /// If it is no table, is empty, holds infinity, or a column has no value.
    #[inline]
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        let rows = read(x)?;
        let (mut statistics, mut with_gaps) = (Vec::new(), Vec::new());
        for feature in 0..rows.features {
            let mut values = rows.column(feature);
            values.retain(|value| !value.is_nan());
            if values.len() < rows.count {
                with_gaps.push(feature);
            }
            statistics.push(match (self.strategy, values.is_empty()) {
                (ImputeStrategy::Constant(number), _) => number,
                (_, true) if self.keep_empty_features => 0.0,
                (_, true) => {
                    let message = format!(
                        "column {feature} has no value to learn from; leave it out, or keep_empty_features"
                    );
                    return Err(Error::argument(OP, message));
                }
                (ImputeStrategy::Mean, _) => values.iter().sum::<f64>() / values.len() as f64,
                (ImputeStrategy::Median, _) => median(values),
                (ImputeStrategy::MostFrequent, _) => most_frequent(values),
            });
        }
        self.statistics = statistics;
        self.with_gaps = with_gaps;
        Ok(())
    }

    /// The data without gaps, `f32` if it was, else `f64`.
    ///
    /// # Errors
    /// If the imputer is not fitted, the data has another number of features or holds infinity.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        if self.statistics.is_empty() {
            return Err(ErrorKind::NotFitted { op: OP }.into());
        }
        let rows = read(x)?;
        let (found, expected) = (rows.features, self.statistics.len());
        if found != expected {
            return Err(ErrorKind::Features {
                op: OP,
                found,
                expected,
            }
            .into());
        }
        let indicators: &[usize] = if self.add_indicator {
            &self.with_gaps
        } else {
            &[]
        };
        let width = found + indicators.len();
        let mut filled = Vec::with_capacity(rows.count * width);
        rows.blocks(&mut |block| {
            for row in block.chunks_exact(found) {
                let values = row.iter().zip(&self.statistics);
                filled.extend(values.map(|(&x, &number)| if x.is_nan() { number } else { x }));
                let gap = |&feature: &usize| f64::from(u8::from(row[feature].is_nan()));
                filled.extend(indicators.iter().map(gap));
            }
        });
        let filled = Tensor::from_vec(filled, [rows.count, width])?;
        Ok(if x.dtype() == DType::F32 {
            filled.to_dtype(DType::F32)?
        } else {
            filled
        })
    }

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same data.
    ///
    /// # Errors
    /// Those of `fit`.
    #[inline]
    pub fn fit_transform(&mut self, x: &Tensor) -> Result<Tensor> {
        self.fit(x)?;
        self.transform(x)
    }

    /// The number of each column.
    #[must_use]
    #[inline]
    pub fn statistics(&self) -> &[f64] {
        &self.statistics
    }
}

#[inline]
fn read(x: &Tensor) -> Result<Rows> {
    let rows = Rows::with_gaps(OP, x)?;
    let mut finite = true;
    rows.blocks(&mut |block| finite &= block.iter().fold(true, |all, x| all & !x.is_infinite()));
    if finite {
        return Ok(rows);
    }
    Err(Error::argument(
        OP,
        "a value is infinite; only NaN stands for a missing one",
    ))
}

#[inline]
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) {
        (values[half - 1] + values[half]) / 2.0
    } else {
        values[half]
    }
}

#[inline]
fn most_frequent(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let runs = values.chunk_by(|a, b| a == b);
    let longest = runs.reduce(|best, run| if run.len() > best.len() { run } else { best });
    longest.map_or(f64::NAN, |run| run[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: f64 = f64::NAN;

    fn table() -> Tensor {
        Tensor::from_vec(vec![1.0, 7.0, GAP, 5.0, 2.0, GAP, 6.0, 5.0], [4, 2]).unwrap()
    }

    #[test]
    fn every_strategy() {
        for (strategy, expected) in [
            (ImputeStrategy::Mean, [3.0, 17.0 / 3.0]),
            (ImputeStrategy::Median, [2.0, 5.0]),
            (ImputeStrategy::MostFrequent, [1.0, 5.0]),
            (ImputeStrategy::Constant(-1.0), [-1.0, -1.0]),
        ] {
            let mut imputer = SimpleImputer::new(strategy);
            let filled = imputer.fit_transform(&table()).unwrap();
            assert_eq!(imputer.statistics(), expected);
            let filled = filled.to_vec::<f64>().unwrap();
            assert_eq!(
                (filled[2], filled[5], filled[0]),
                (expected[0], expected[1], 1.0)
            );
        }
    }

    #[test]
    fn indicators_say_where_gaps_were() {
        let x = Tensor::from_vec(vec![1.0_f32, f32::NAN, 3.0, 4.0], [2, 2]).unwrap();
        let mut imputer = SimpleImputer::default().add_indicator(true);
        let filled = imputer.fit_transform(&x).unwrap();
        assert_eq!(filled.dtype(), DType::F32);
        assert_eq!(
            filled.to_vec::<f64>().unwrap(),
            [1.0, 4.0, 1.0, 3.0, 4.0, 0.0]
        );
    }

    #[test]
    fn what_cannot_be_learned_is_an_error() {
        let empty = Tensor::from_vec(vec![GAP, GAP], [2, 1]).unwrap();
        let error = SimpleImputer::default().fit(&empty).unwrap_err();
        assert_eq!(
            error.to_string(),
            "SimpleImputer: column 0 has no value to learn from; leave it out, or keep_empty_features"
        );
        let mut kept = SimpleImputer::default().keep_empty_features(true);
        let filled = kept.fit_transform(&empty).unwrap();
        assert_eq!(filled.to_vec::<f64>().unwrap(), [0.0, 0.0]);
        let infinite = Tensor::from_vec(vec![f64::INFINITY], [1, 1]).unwrap();
        assert!(kept.fit(&infinite).is_err());
        assert!(kept.transform(&table()).is_err());
        assert!(SimpleImputer::default().transform(&table()).is_err());
    }
}
