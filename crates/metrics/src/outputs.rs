//! Targets of one or several numbers per sample, and how outputs are averaged.

use std::borrow::Cow;

use gradus_tensor::Tensor;

use crate::input::Table;
use crate::{Error, Result, input};

/// How the scores of several outputs become one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum MultiOutput<'a> {
    /// Their mean.
    #[default]
    UniformAverage,
    /// Their mean with these weights, one per output.
    Weights(&'a [f64]),
    /// Their mean weighted by the variance of each output's target; for
    /// [`r2_score`](crate::r2_score) and
    /// [`explained_variance_score`](crate::explained_variance_score) only.
    VarianceWeighted,
}

/// Options of regression errors.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegressionOptions<'a> {
    /// How several outputs are averaged.
    pub multioutput: MultiOutput<'a>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// Target and prediction of equal shape, checked.
#[derive(Debug)]
pub(crate) struct Targets<'a> {
    pub(crate) y_true: Table<'a>,
    pub(crate) y_pred: Table<'a>,
    pub(crate) weights: Option<Cow<'a, [f64]>>,
}

impl<'a> Targets<'a> {
    pub(crate) fn new(
        metric: &'static str,
        y_true: &'a Tensor,
        y_pred: &'a Tensor,
        sample_weight: Option<&'a Tensor>,
    ) -> Result<Self> {
        let target = input::table(metric, "y_true", y_true)?;
        let prediction = input::table(metric, "y_pred", y_pred)?;
        input::same_length(metric, target.rows, "y_pred", prediction.rows)?;
        if target.columns != prediction.columns {
            return Err(Error::Shape {
                metric,
                name: "y_pred",
                found: y_pred.shape().to_vec(),
                expected: format!("{} columns, as in y_true", target.columns),
            });
        }
        let weights = input::weights(metric, sample_weight, target.rows)?;
        Ok(Self {
            y_true: target,
            y_pred: prediction,
            weights,
        })
    }

    pub(crate) fn outputs(&self) -> usize {
        self.y_true.columns
    }

    pub(crate) fn weight(&self, row: usize) -> Option<f64> {
        self.weights.as_ref().map(|weights| weights[row])
    }

    /// Target and prediction of one output, sample by sample, with the weight.
    pub(crate) fn output(&self, output: usize) -> impl Iterator<Item = (f64, f64, Option<f64>)> {
        let step = self.outputs();
        let y_true = self.y_true.values.iter().skip(output).step_by(step);
        let y_pred = self.y_pred.values.iter().skip(output).step_by(step);
        y_true
            .zip(y_pred)
            .enumerate()
            .map(|(row, (&y_true, &y_pred))| (y_true, y_pred, self.weight(row)))
    }
}

/// Batches must agree in their number of outputs.
pub(crate) fn check_outputs(metric: &'static str, known: usize, found: usize) -> Result<()> {
    if known == 0 || known == found {
        return Ok(());
    }
    Err(Error::Options {
        metric,
        reason: format!("{found} outputs, but {known} in the batches before"),
    })
}

/// One number from one score per output; `variances` where they have a meaning.
pub(crate) fn average(
    metric: &'static str,
    scores: &[f64],
    multioutput: MultiOutput<'_>,
    variances: Option<&[f64]>,
) -> Result<f64> {
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    let weights = match (multioutput, variances) {
        (MultiOutput::UniformAverage, _) => return Ok(mean),
        (MultiOutput::Weights(weights), _) => weights,
        (MultiOutput::VarianceWeighted, None) => {
            return Err(Error::Options {
                metric,
                reason:
                    "multioutput VarianceWeighted is for r2_score and explained_variance_score only"
                        .into(),
            });
        }
        (MultiOutput::VarianceWeighted, Some(variances)) => {
            if variances.iter().all(|&variance| variance == 0.0) {
                return Ok(mean);
            }
            variances
        }
    };
    let total: f64 = weights.iter().sum();
    if weights.len() != scores.len() || total == 0.0 {
        return Err(Error::Options {
            metric,
            reason: format!(
                "multioutput weights {weights:?} must be one for each of {} outputs, not adding up to 0",
                scores.len()
            ),
        });
    }
    let weighted = scores
        .iter()
        .zip(weights)
        .map(|(score, weight)| score * weight);
    Ok(weighted.sum::<f64>() / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, rows};

    #[test]
    fn averages() {
        let scores = [1.0, 3.0];
        let of = |multioutput, variances| average("m", &scores, multioutput, variances);
        assert_eq!(of(MultiOutput::UniformAverage, None).unwrap(), 2.0);
        assert_eq!(of(MultiOutput::Weights(&[3.0, 1.0]), None).unwrap(), 1.5);
        assert_eq!(
            of(MultiOutput::VarianceWeighted, Some(&[1.0, 0.0])).unwrap(),
            1.0
        );
        assert_eq!(
            of(MultiOutput::VarianceWeighted, Some(&[0.0, 0.0])).unwrap(),
            2.0
        );
        assert_eq!(
            of(MultiOutput::Weights(&[1.0]), None)
                .unwrap_err()
                .to_string(),
            "m: multioutput weights [1.0] must be one for each of 2 outputs, not adding up to 0"
        );
        assert_eq!(
            of(MultiOutput::VarianceWeighted, None)
                .unwrap_err()
                .to_string(),
            "m: multioutput VarianceWeighted is for r2_score and explained_variance_score only"
        );
    }

    #[test]
    fn shapes_are_not_broadcast() {
        let (y_true, y_pred) = (rows(&[[1.0, 2.0]]), floats(&[1.0]));
        let error = Targets::new("m", &y_true, &y_pred, None);
        assert_eq!(
            error.unwrap_err().to_string(),
            "m: y_pred has shape [1]; expected 2 columns, as in y_true"
        );
    }
}
