//! What every streaming score can do.

use gradus_tensor::Tensor;

use crate::Result;

/// A score that is fed batch by batch.
///
/// The value after any sequence of [`update`](Metric::update) and
/// [`merge`](Metric::merge) is the score of all samples together, as the
/// function of the same name gives for the concatenated arrays: never a mean
/// over batches.
///
/// ```
/// use gradus_metrics::{Accuracy, Metric};
/// use gradus_tensor::Tensor;
///
/// let mut accuracy = Accuracy::default();
/// for (y_true, y_pred) in [(vec![1i64, 0, 1], vec![1i64, 1, 1]), (vec![0], vec![0])] {
///     let n = y_true.len();
///     accuracy.update(&Tensor::from_vec(y_true, [n])?, &Tensor::from_vec(y_pred, [n])?, None)?;
/// }
/// assert_eq!(accuracy.compute()?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Metric {
    /// What [`compute`](Metric::compute) returns: a number, or a curve.
    type Value;

    /// The score's name, as its function is called.
    fn name(&self) -> &'static str;

    /// Adds a batch. An empty batch is allowed and changes nothing; after an
    /// error nothing has changed either.
    ///
    /// # Errors
    /// As the function of the same name: lengths, dtypes, values.
    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()>;

    /// The score of everything seen since the start or the last reset.
    ///
    /// # Errors
    /// [`Error::Empty`](crate::Error::Empty) before any sample.
    fn compute(&self) -> Result<Self::Value>;

    /// Forgets all samples, keeps the settings.
    fn reset(&mut self);

    /// Adds everything `other` has seen, as if it had been seen here.
    ///
    /// # Errors
    /// [`Error::Merge`](crate::Error::Merge) if the settings differ.
    fn merge(&mut self, other: &Self) -> Result<()>
    where
        Self: Sized;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ints;
    use crate::{Accuracy, F1, Streaming};

    #[test]
    fn different_metrics_go_into_one_list() {
        let mut metrics: Vec<Box<dyn Metric<Value = f64>>> = vec![
            Box::new(Accuracy::default()),
            Box::new(Streaming::new(F1::default())),
        ];
        for metric in &mut metrics {
            metric.update(&ints(&[0, 1]), &ints(&[1, 1]), None).unwrap();
        }
        let values: Vec<f64> = metrics.iter().map(|m| m.compute().unwrap()).collect();
        assert_eq!(values, [0.5, 2.0 / 3.0]);
    }
}
