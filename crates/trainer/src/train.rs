//! The loop over epochs and batches.

use std::sync::Arc;

use gradus_autograd::no_grad;
use gradus_data::DataLoader;

use crate::callback::{BatchEnd, Callback, Requests, Training};
use crate::error::{Error, Phase, Result};
use crate::step::{TrainStep, ValStep};
use crate::trainer::Trainer;

/// How a call of [`Trainer::train`] came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All epochs were trained.
    Completed,
    /// A callback stopped the training.
    Stopped {
        /// Epochs trained by then.
        epoch: usize,
        /// Why.
        reason: String,
    },
}

/// Why a callback stopped the training, if one did.
type Stop = Option<String>;

impl Trainer {
    /// Trains for `n_epochs` more epochs, validating after each if there is a validation loader.
    ///
    /// It continues where the training stands, within an epoch too if that was interrupted by a callback or
    /// comes from a checkpoint: that epoch is the first of the `n_epochs`. A loss that is NaN does not end the
    /// training, as in PyTorch; see [`RequireFinite`](crate::RequireFinite).
    ///
    /// # Errors
    /// No training loader, or one without batches; generators or parameters the trainer does not know; errors
    /// of steps and callbacks, with epoch and batch. After an error in an epoch that epoch is abandoned: the
    /// weights stay as the last step left them, the next call begins a new one.
    pub fn train(&mut self, n_epochs: usize) -> Result<Ended> {
        self.check()?;
        let loader = self.train_loader.clone();
        let loader = loader.filter(|loader| !loader.is_empty()).ok_or_else(|| {
            Error::Setup("there are no training batches; give them with set_loaders".into())
        })?;
        let last = self.progress.epochs + n_epochs;
        let mut stop = self.notify(self.epoch_number(), last, |callback, training| {
            callback.on_train_begin(training)
        })?;
        while stop.is_none() && self.progress.epochs < last {
            stop = self
                .epoch(&loader, last)
                .inspect_err(|_| self.progress.open = None)?;
        }
        self.notify(self.epoch_number(), last, |callback, training| {
            callback.on_train_end(training)
        })?;
        let epoch = self.progress.epochs;
        Ok(stop.map_or(Ended::Completed, |reason| Ended::Stopped { epoch, reason }))
    }

    /// One epoch, or the rest of one.
    fn epoch(&mut self, loader: &Arc<DataLoader>, last: usize) -> Result<Stop> {
        if self.progress.open.is_none() {
            let stop = self.notify(self.progress.epochs + 1, last, |callback, training| {
                callback.on_epoch_begin(training)
            })?;
            if stop.is_some() {
                return Ok(stop);
            }
        }
        let stop = self.train_batches(loader, last)?;
        if stop.is_some() {
            return Ok(stop);
        }
        let losses = self.progress.open.take().unwrap_or_default();
        let validated = self.validate()?;
        self.progress.epochs += 1;
        self.progress.losses.push(mean(&losses));
        self.progress.val_losses.extend(validated);
        self.notify(self.epoch_number(), last, |callback, training| {
            callback.on_epoch_end(training)
        })
    }

    fn train_batches(&mut self, loader: &Arc<DataLoader>, last: usize) -> Result<Stop> {
        let epoch = self.progress.epochs + 1;
        let mut losses = self.progress.open.take().unwrap_or_default();
        self.model.train();
        let mut batches = loader.iter();
        while let Some(batch) = batches.next() {
            let number = losses.len() + 1;
            let at = |error: Error| error.at(epoch, Phase::Training, number);
            let step = TrainStep {
                model: &*self.model,
                loss_fn: &*self.loss_fn,
                optimizer: &mut *self.optimizer,
                batch: batch.map_err(|error| at(error.into()))?,
            };
            let loss = (self.train_step_fn)(step).map_err(at)?;
            losses.push(loss);
            if self.callbacks.is_empty() {
                continue;
            }
            let end = BatchEnd {
                number,
                batches: loader.len(),
                loss,
            };
            self.progress.open = Some(losses);
            let stop = self.notify(epoch, last, |callback, training| {
                callback.on_batch_end(training, end)
            })?;
            if stop.is_some() {
                // Dropping the iterator would abandon its epoch; loaded again, the place is kept.
                let place = loader.state();
                drop(batches);
                loader.load_state(&place)?;
                return Ok(stop);
            }
            losses = self.progress.open.take().unwrap_or_default();
        }
        self.progress.open = Some(losses);
        Ok(None)
    }

    /// The mean loss over the validation data, if there are any; fills the metrics.
    fn validate(&mut self) -> Result<Option<f64>> {
        let Some(loader) = self.val_loader.clone() else {
            return Ok(None);
        };
        let epoch = self.progress.epochs + 1;
        self.model.eval();
        self.epoch_metrics
            .iter_mut()
            .for_each(|metric| metric.begin());
        let mut losses = Vec::with_capacity(loader.len());
        for batch in &*loader {
            let at = |error: Error| error.at(epoch, Phase::Validation, losses.len() + 1);
            let batch = batch.map_err(|error| at(error.into()))?;
            let step = ValStep {
                model: &*self.model,
                loss_fn: &*self.loss_fn,
                batch,
            };
            let evaluation = no_grad(|| (self.val_step_fn)(step)).map_err(at)?;
            for metric in &mut self.epoch_metrics {
                metric.update(&evaluation).map_err(at)?;
            }
            losses.push(evaluation.loss);
        }
        for (metric, (_, history)) in self.epoch_metrics.iter().zip(&mut self.progress.metrics) {
            history.push(metric.value()?);
        }
        Ok(Some(mean(&losses)))
    }

    /// The epoch under way, or the last one done.
    fn epoch_number(&self) -> usize {
        self.progress.epochs + usize::from(self.progress.open.is_some())
    }

    /// Calls every callback, then does what they asked for.
    fn notify(
        &mut self,
        epoch: usize,
        last_epoch: usize,
        call: impl Fn(&mut dyn Callback, &mut Training<'_>) -> Result<()>,
    ) -> Result<Stop> {
        let mut requests = Requests::default();
        for callback in &mut self.callbacks {
            let mut training = Training {
                epoch,
                last_epoch,
                model: &*self.model,
                optimizer: &mut *self.optimizer,
                losses: &self.progress.losses,
                val_losses: &self.progress.val_losses,
                metrics: &self.progress.metrics,
                requests: &mut requests,
            };
            call(&mut **callback, &mut training).map_err(|source| Error::Callback {
                epoch,
                callback: callback.name().to_owned(),
                source: Box::new(source),
            })?;
        }
        for path in requests.checkpoints {
            self.save_checkpoint(path)?;
        }
        Ok(requests.stop)
    }
}

/// NaN for nothing, as in NumPy.
fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}
