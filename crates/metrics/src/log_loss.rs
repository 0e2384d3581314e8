//! The log loss (cross-entropy) of predicted probabilities.

use gradus_tensor::Tensor;

use crate::class_probabilities::{ClassProbabilities, check_classes, classes};
use crate::exact_sum::{ExactSum, Tally};
use crate::{Error, Metric, Result};

const NAME: &str = "log_loss";

/// Options of [`log_loss`].
#[derive(Clone, Copy, Debug)]
pub struct LogLossOptions<'a> {
    /// The classes of the columns, ascending; `None`: those of `y_true`.
    pub labels: Option<&'a [i64]>,
    /// The mean over samples (the default), or the sum.
    pub normalize: bool,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for LogLossOptions<'_> {
    fn default() -> Self {
        Self {
            labels: None,
            normalize: true,
            sample_weight: None,
        }
    }
}

/// The mean negative logarithm of the probability given to the true class.
///
/// −mean ln p(true class), natural logarithm
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_proba`: `(samples,)`, of the larger of
/// two classes, or `(samples, classes)`.
///
/// # Conventions
/// Range [0, ∞), best 0. Probabilities are kept ε from 0 and 1, ε the machine
/// epsilon of their dtype, so that the loss stays finite.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers or not
/// among the classes, a single class without `labels`, probabilities outside
/// [0, 1], rows that do not add up to 1 (scikit-learn warns).
///
/// # Source
/// `sklearn.metrics.log_loss`, version 1.9.
///
/// ```
/// use gradus_metrics::log_loss;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![1i64, 0], [2])?;
/// let y_proba = Tensor::from_vec(vec![0.5, 0.75], [2])?;
/// let loss = log_loss(&y_true, &y_proba, Default::default())?;
/// assert!((loss - 1.5 * 2f64.ln()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn log_loss(y_true: &Tensor, y_proba: &Tensor, options: LogLossOptions<'_>) -> Result<f64> {
    let labels = classes(NAME, y_true, options.labels)?;
    let mut loss = LogLoss::new(&labels)?;
    loss.update(y_true, y_proba, options.sample_weight)?;
    if options.normalize {
        loss.compute()
    } else {
        Ok(loss.sum.value())
    }
}

/// [`log_loss`] over batches.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogLoss {
    labels: Vec<i64>,
    sum: ExactSum,
    seen: Tally,
}

impl Default for LogLoss {
    /// For the classes 0 and 1.
    fn default() -> Self {
        Self {
            labels: vec![0, 1],
            sum: ExactSum::default(),
            seen: Tally::default(),
        }
    }
}

impl LogLoss {
    /// For the given classes, ascending; a single batch need not have them all.
    ///
    /// # Errors
    /// Fewer than two classes, or not ascending.
    pub fn new(labels: &[i64]) -> Result<Self> {
        check_classes(NAME, labels)?;
        Ok(Self {
            labels: labels.to_vec(),
            ..Self::default()
        })
    }
}

impl Metric for LogLoss {
    type Value = f64;

    fn name(&self) -> &'static str {
        NAME
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let samples = ClassProbabilities::new(NAME, y_true, y_pred, &self.labels, sample_weight)?;
        for row in 0..samples.true_columns.len() {
            let epsilon = samples.epsilon;
            let loss = -samples
                .of_true_class(row)
                .clamp(epsilon, 1.0 - epsilon)
                .ln();
            let weight = samples.weights.as_ref().map(|weights| weights[row]);
            self.sum.add(weight.unwrap_or(1.0) * loss);
            self.seen.add(weight);
        }
        Ok(())
    }

    fn compute(&self) -> Result<f64> {
        let seen = self.seen.value();
        if seen == 0.0 {
            return Err(Error::Empty { metric: NAME });
        }
        Ok(self.sum.value() / seen)
    }

    fn reset(&mut self) {
        self.sum = ExactSum::default();
        self.seen = Tally::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.labels != other.labels {
            return Err(Error::Merge {
                metric: NAME,
                reason: format!("labels {:?} and {:?}", self.labels, other.labels),
            });
        }
        self.sum.merge(&other.sum);
        self.seen.merge(&other.seen);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints, rows};

    #[test]
    fn one_column_or_two_are_the_same() {
        let y_true = ints(&[1, 0, 1]);
        let one = log_loss(&y_true, &floats(&[0.9, 0.2, 0.4]), Default::default()).unwrap();
        let both = rows(&[[0.1, 0.9], [0.8, 0.2], [0.6, 0.4]]);
        let two = log_loss(&y_true, &both, Default::default()).unwrap();
        assert_close(one, -(0.9f64.ln() + 0.8f64.ln() + 0.4f64.ln()) / 3.0);
        assert_close(two, one);
    }

    #[test]
    fn certainty_is_clipped_by_the_dtype() {
        let loss =
            |y_proba: &Tensor| log_loss(&ints(&[0, 1]), y_proba, Default::default()).unwrap();
        assert_close(loss(&floats(&[1.0, 0.0])), -f64::EPSILON.ln());
        let single = Tensor::from_slice(&[1.0f32, 0.0], [2]).unwrap();
        assert_close(loss(&single), -f64::from(f32::EPSILON).ln());
    }

    #[test]
    fn weights_and_sum() {
        let weights = floats(&[2.0, 1.0]);
        let options = LogLossOptions {
            normalize: false,
            sample_weight: Some(&weights),
            ..Default::default()
        };
        let loss = log_loss(&ints(&[1, 0]), &floats(&[0.5, 0.75]), options).unwrap();
        assert_close(loss, 2.0 * 2f64.ln() + 4f64.ln());
    }
}
