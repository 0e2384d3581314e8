//! Perplexity: among how many equally likely classes a prediction wavers.

use gradus_tensor::Tensor;

use crate::{LogLoss, LogLossOptions, Metric, Result, log_loss};

/// The exponential of the log loss: among how many equally likely classes the
/// model is as unsure.
///
/// exp(−mean ln p(true class))
///
/// # Conventions
/// Range [1, ∞), best 1; the number of classes for a uniform guess.
///
/// # Errors
/// As [`log_loss`].
///
/// ```
/// use gradus_metrics::{LogLossOptions, perplexity};
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 3], [2])?;
/// let y_proba = Tensor::from_vec(vec![0.25; 8], [2, 4])?;
/// let options = LogLossOptions { labels: Some(&[0, 1, 2, 3]), ..Default::default() };
/// assert!((perplexity(&y_true, &y_proba, options)? - 4.0).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn perplexity(y_true: &Tensor, y_proba: &Tensor, options: LogLossOptions<'_>) -> Result<f64> {
    let options = LogLossOptions {
        normalize: true,
        ..options
    };
    Ok(log_loss(y_true, y_proba, options)?.exp())
}

/// [`perplexity`] over batches.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Perplexity(LogLoss);

impl Perplexity {
    /// For the given classes, ascending; a single batch need not have them all.
    ///
    /// # Errors
    /// Fewer than two classes, or not ascending.
    pub fn new(labels: &[i64]) -> Result<Self> {
        LogLoss::new(labels).map(Self)
    }
}

impl Metric for Perplexity {
    type Value = f64;

    fn name(&self) -> &'static str {
        "perplexity"
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.0.update(y_true, y_pred, sample_weight)
    }

    fn compute(&self) -> Result<f64> {
        Ok(self.0.compute()?.exp())
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
    fn guessing_between_two_is_two() {
        let mut streaming = Perplexity::default();
        streaming
            .update(&ints(&[0, 1]), &floats(&[0.5, 0.5]), None)
            .unwrap();
        assert_close(streaming.compute().unwrap(), 2.0);
        let certain = perplexity(&ints(&[0, 1]), &floats(&[0.0, 1.0]), Default::default());
        assert_close(certain.unwrap(), 1.0);
    }
}
