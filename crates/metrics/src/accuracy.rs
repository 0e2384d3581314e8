//! Accuracy, and its complement, the Hamming loss.

use gradus_tensor::Tensor;

use crate::exact_sum::Tally;
use crate::{Error, Metric, Result, input};

const NAME: &str = "accuracy_score";
const HAMMING: &str = "hamming_loss";

/// Options of [`accuracy_score`].
#[derive(Clone, Copy, Debug)]
pub struct AccuracyOptions<'a> {
    /// A share (the default), or how many samples are right.
    pub normalize: bool,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for AccuracyOptions<'_> {
    fn default() -> Self {
        Self {
            normalize: true,
            sample_weight: None,
        }
    }
}

/// The share of predictions that equal the target.
///
/// # Shapes
/// `y_true`, `y_pred`: `(samples,)`, labels → a number.
///
/// # Conventions
/// Range [0, 1], best 1.
///
/// # Errors
/// No samples, different lengths, labels that are not whole numbers, weights
/// that add up to 0.
///
/// # Source
/// `sklearn.metrics.accuracy_score`, version 1.9.
///
/// ```
/// use gradus_metrics::accuracy_score;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 1, 2, 3], [4])?;
/// let y_pred = Tensor::from_vec(vec![0i64, 2, 1, 3], [4])?;
/// assert_eq!(accuracy_score(&y_true, &y_pred, Default::default())?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn accuracy_score(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: AccuracyOptions<'_>,
) -> Result<f64> {
    let mut accuracy = Accuracy::default();
    accuracy.add(NAME, y_true, y_pred, options.sample_weight)?;
    if options.normalize {
        accuracy.share(NAME)
    } else {
        Ok(accuracy.correct.value())
    }
}

/// Options of [`hamming_loss`].
#[derive(Clone, Copy, Debug, Default)]
pub struct HammingOptions<'a> {
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// The share of predictions that differ from the target: 1 − accuracy.
///
/// # Conventions
/// Range [0, 1], best 0.
///
/// # Errors
/// As [`accuracy_score`].
///
/// # Source
/// `sklearn.metrics.hamming_loss` for one label per sample, version 1.9.
pub fn hamming_loss(y_true: &Tensor, y_pred: &Tensor, options: HammingOptions<'_>) -> Result<f64> {
    let mut loss = HammingLoss::default();
    loss.update(y_true, y_pred, options.sample_weight)?;
    loss.compute()
}

/// [`accuracy_score`] over batches.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Accuracy {
    correct: Tally,
    seen: Tally,
}

impl Accuracy {
    fn add(
        &mut self,
        metric: &'static str,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let y_true = input::labels(metric, "y_true", y_true)?;
        let y_pred = input::labels(metric, "y_pred", y_pred)?;
        input::same_length(metric, y_true.len(), "y_pred", y_pred.len())?;
        let hits = y_true.iter().zip(y_pred.iter()).map(|(t, p)| t == p);
        match input::weights(metric, sample_weight, y_true.len())? {
            None => {
                self.seen.add_samples(y_true.len() as u64);
                self.correct
                    .add_samples(hits.filter(|&hit| hit).count() as u64);
            }
            Some(weights) => {
                for (hit, &weight) in hits.zip(weights.iter()) {
                    self.seen.add(Some(weight));
                    if hit {
                        self.correct.add(Some(weight));
                    }
                }
            }
        }
        Ok(())
    }

    fn share(&self, metric: &'static str) -> Result<f64> {
        let seen = self.seen.value();
        if seen == 0.0 {
            return Err(Error::Empty { metric });
        }
        Ok(self.correct.value() / seen)
    }
}

impl Metric for Accuracy {
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
        self.add(NAME, y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        self.share(NAME)
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.correct.merge(&other.correct);
        self.seen.merge(&other.seen);
        Ok(())
    }
}

/// [`hamming_loss`] over batches.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HammingLoss(Accuracy);

impl Metric for HammingLoss {
    type Value = f64;

    fn name(&self) -> &'static str {
        HAMMING
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.0.add(HAMMING, y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        self.0.share(HAMMING)?;
        let seen = self.0.seen.value();
        Ok((seen - self.0.correct.value()) / seen)
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0.merge(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints};

    #[test]
    fn share_count_and_loss() {
        let (y_true, y_pred) = (ints(&[1, 0, 2, 2]), ints(&[1, 2, 2, 0]));
        let weights = floats(&[0.5, 1.0, 1.5, 1.0]);
        let plain = accuracy_score(&y_true, &y_pred, Default::default()).unwrap();
        assert_close(plain, 0.5);
        let options = AccuracyOptions {
            normalize: false,
            sample_weight: Some(&weights),
        };
        assert_close(accuracy_score(&y_true, &y_pred, options).unwrap(), 2.0);
        let options = HammingOptions {
            sample_weight: Some(&weights),
        };
        assert_close(hamming_loss(&y_true, &y_pred, options).unwrap(), 0.5);
    }

    #[test]
    fn nothing_to_score_is_an_error() {
        let empty = accuracy_score(&ints(&[]), &ints(&[]), Default::default());
        assert_eq!(
            empty.unwrap_err().to_string(),
            "accuracy_score: no samples; at least one is needed"
        );
        let uneven = accuracy_score(&ints(&[1]), &ints(&[1, 1]), Default::default());
        assert_eq!(
            uneven.unwrap_err().to_string(),
            "accuracy_score: y_true has 1 samples, y_pred has 2"
        );
    }
}
