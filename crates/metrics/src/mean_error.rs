//! Means of an error per sample: the accumulator of all such metrics.

use std::fmt::Debug;
use std::marker::PhantomData;

use gradus_tensor::Tensor;

use crate::exact_sum::{ExactSum, Tally};
use crate::outputs::{Targets, average, check_outputs};
use crate::{Error, Metric, MultiOutput, RegressionOptions, Result};

/// The error of one number against its target.
pub trait PointError {
    /// The metric's name, as its function is called.
    const NAME: &'static str;

    /// The error of one prediction.
    fn error(y_true: f64, y_pred: f64) -> f64;

    /// From the mean of the errors of an output to its score.
    fn finish(mean: f64) -> f64 {
        mean
    }
}

/// The mean over samples of a [`PointError`], per output, over batches.
///
/// The errors are summed exactly, so neither batching nor the order of merging
/// changes a bit.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound = ""))]
pub struct MeanError<E> {
    /// One per output; empty before the first batch.
    sums: Vec<ExactSum>,
    seen: Tally,
    error: PhantomData<E>,
}

impl<E> Default for MeanError<E> {
    fn default() -> Self {
        Self {
            sums: Vec::new(),
            seen: Tally::default(),
            error: PhantomData,
        }
    }
}

impl<E: PointError> MeanError<E> {
    /// The score of each output.
    ///
    /// # Errors
    /// Before any sample.
    pub fn raw_values(&self) -> Result<Vec<f64>> {
        let seen = self.seen.value();
        if seen == 0.0 {
            return Err(Error::Empty { metric: E::NAME });
        }
        let score = |sum: &ExactSum| E::finish(sum.value() / seen);
        Ok(self.sums.iter().map(score).collect())
    }
}

impl<E: PointError> Metric for MeanError<E> {
    type Value = f64;

    fn name(&self) -> &'static str {
        E::NAME
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let targets = Targets::new(E::NAME, y_true, y_pred, sample_weight)?;
        check_outputs(E::NAME, self.sums.len(), targets.outputs())?;
        self.sums.resize(targets.outputs(), ExactSum::default());
        for (output, sum) in self.sums.iter_mut().enumerate() {
            for (y_true, y_pred, weight) in targets.output(output) {
                sum.add(weight.unwrap_or(1.0) * E::error(y_true, y_pred));
            }
        }
        (0..targets.y_true.rows).for_each(|row| self.seen.add(targets.weight(row)));
        Ok(())
    }

    /// The mean over outputs.
    fn compute(&self) -> Result<f64> {
        average(
            E::NAME,
            &self.raw_values()?,
            MultiOutput::UniformAverage,
            None,
        )
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if other.sums.is_empty() {
            return Ok(());
        }
        check_outputs(E::NAME, self.sums.len(), other.sums.len())?;
        self.sums.resize(other.sums.len(), ExactSum::default());
        for (sum, other) in self.sums.iter_mut().zip(&other.sums) {
            sum.merge(other);
        }
        self.seen.merge(&other.seen);
        Ok(())
    }
}

/// The error of whole arrays: one update, averaged over outputs as asked.
pub(crate) fn mean_error<E: PointError>(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RegressionOptions<'_>,
) -> Result<f64> {
    let mut mean = MeanError::<E>::default();
    mean.update(y_true, y_pred, options.sample_weight)?;
    average(E::NAME, &mean.raw_values()?, options.multioutput, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, rows};
    use crate::{MeanAbsoluteError, MeanSquaredError};

    #[test]
    fn outputs_have_to_agree() {
        let mut error = MeanSquaredError::default();
        error
            .update(&floats(&[1.0]), &floats(&[2.0]), None)
            .unwrap();
        let two = rows(&[[1.0, 2.0]]);
        assert_eq!(
            error.update(&two, &two, None).unwrap_err().to_string(),
            "mean_squared_error: 2 outputs, but 1 in the batches before"
        );
    }

    #[test]
    fn raw_values_and_their_mean() {
        let mut error = MeanAbsoluteError::default();
        assert!(error.raw_values().is_err());
        error
            .update(
                &rows(&[[1.0, 2.0], [3.0, 4.0]]),
                &rows(&[[1.0, 0.0], [0.0, 4.0]]),
                None,
            )
            .unwrap();
        assert_eq!(error.raw_values().unwrap(), [1.5, 1.0]);
        assert_eq!(error.compute().unwrap(), 1.25);
    }
}
