//! A score of the validation data after each epoch.

use std::fmt;

use gradus_metrics::Metric;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::step::Evaluation;

/// A metric with its name and the way from the model's output to what it scores.
pub(crate) struct EpochMetric {
    pub(crate) name: String,
    metric: Box<dyn Metric<Value = f64> + Send>,
    prediction: Box<Prediction>,
}

/// From the model's output, logits say, to what a metric takes, classes say.
type Prediction = dyn Fn(&Tensor) -> Result<Tensor> + Send;

impl EpochMetric {
    pub(crate) fn new(
        name: String,
        metric: impl Metric<Value = f64> + Send + 'static,
        prediction: impl Fn(&Tensor) -> Result<Tensor> + Send + 'static,
    ) -> EpochMetric {
        EpochMetric {
            name,
            metric: Box::new(metric),
            prediction: Box::new(prediction),
        }
    }

    pub(crate) fn begin(&mut self) {
        self.metric.reset();
    }

    pub(crate) fn update(&mut self, evaluation: &Evaluation) -> Result<()> {
        let prediction = (self.prediction)(&evaluation.output)?;
        Ok(self.metric.update(&evaluation.target, &prediction, None)?)
    }

    /// The score of all batches together.
    pub(crate) fn value(&self) -> Result<f64> {
        Ok(self.metric.compute()?)
    }
}

impl fmt::Debug for EpochMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EpochMetric").field(&self.name).finish()
    }
}
