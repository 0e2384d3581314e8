//! The trainer: what it holds, and everything but the loop itself.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use gradus_autograd::no_grad;
use gradus_data::DataLoader;
use gradus_metrics::Metric;
use gradus_nn::{Loss, Module};
use gradus_optim::Optimizer;
use gradus_plot::Figure;
use gradus_random::Generator;
use gradus_tensor::{Device, Tensor};

use crate::callback::Callback;
use crate::epoch_metric::EpochMetric;
use crate::error::{Error, Result};
use crate::snapshot::Progress;
use crate::step::{Evaluation, TrainStep, TrainStepFn, ValStep, ValStepFn};

/// A model with everything that trains it: loss, optimizer, loaders, step functions, callbacks, histories.
///
/// # Randomness
/// The trainer draws nothing itself. It knows the generator that the model's layers and the loaders share
/// ([`with_generator`](Trainer::with_generator)) to re-seed it when asked and to save it. Iterating the
/// validation loader draws from that generator as well, as in PyTorch.
///
/// [`train`](Trainer::train) never re-seeds: training for 50 epochs twice equals training for 100. The course's
/// own `train(n, seed=42)` re-seeds at every call; write `trainer.set_seed(42)?; trainer.train(n)?` for that.
///
/// ```
/// use gradus_data::{DataLoader, TensorDataset};
/// use gradus_nn::{BceWithLogitsLoss, Linear, Module};
/// use gradus_optim::Sgd;
/// use gradus_random::Generator;
/// use gradus_tensor::tensor;
/// use gradus_trainer::Trainer;
///
/// let rng = Generator::new(42);
/// let model = Linear::new(2, 1, &rng);
/// let sgd = Sgd::new(model.parameters(), 0.1)?;
/// let mut trainer = Trainer::new(model, BceWithLogitsLoss::new(), sgd).with_generator(&rng);
///
/// let data = TensorDataset::new((tensor![[0.0, 1.0], [1.0, 0.0]], tensor![[0.0], [1.0]]))?;
/// let train = DataLoader::new(data.clone(), 1).shuffle(true).rng(&rng);
/// trainer.set_loaders(train, Some(DataLoader::new(data, 2).rng(&rng)))?;
/// trainer.set_seed(42)?;
/// trainer.train(20)?;
/// assert!(trainer.val_losses()[19] < trainer.val_losses()[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Trainer {
    pub(crate) model: Box<dyn Module>,
    pub(crate) loss_fn: Box<dyn Loss>,
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) device: Device,
    pub(crate) train_loader: Option<Arc<DataLoader>>,
    pub(crate) val_loader: Option<Arc<DataLoader>>,
    pub(crate) train_step_fn: Box<TrainStepFn>,
    pub(crate) val_step_fn: Box<ValStepFn>,
    /// The shared one, if known, is called `SHARED`.
    pub(crate) generators: Vec<(String, Generator)>,
    pub(crate) epoch_metrics: Vec<EpochMetric>,
    pub(crate) callbacks: Vec<Box<dyn Callback>>,
    pub(crate) progress: Progress,
}

/// The name of the shared generator among those that are saved.
const SHARED: &str = "shared";

impl Trainer {
    /// A trainer with the steps of every course: [`TrainStep::run`] and [`ValStep::run`].
    #[must_use]
    pub fn new(
        model: impl Module,
        loss_fn: impl Loss + 'static,
        optimizer: impl Optimizer + 'static,
    ) -> Trainer {
        Trainer {
            model: Box::new(model),
            loss_fn: Box::new(loss_fn),
            optimizer: Box::new(optimizer),
            device: Device::Cpu,
            train_loader: None,
            val_loader: None,
            train_step_fn: Box::new(|step: TrainStep<'_>| step.run()),
            val_step_fn: Box::new(|step: ValStep<'_>| step.run()),
            generators: Vec::new(),
            epoch_metrics: Vec::new(),
            callbacks: Vec::new(),
            progress: Progress::default(),
        }
    }

    /// Makes known the generator that model and loaders share: the one to re-seed and to save.
    #[must_use]
    pub fn with_generator(mut self, rng: &Generator) -> Trainer {
        self.track_generator(SHARED, rng);
        self
    }

    /// Makes known another generator that the training draws from, to be saved under `name`.
    pub fn track_generator(&mut self, name: impl Into<String>, rng: &Generator) {
        let name = name.into();
        self.generators.retain(|(known, _)| *known != name);
        self.generators.push((name, rng.clone()));
    }

    /// Moves the model to a device.
    ///
    /// # Errors
    /// A device that this build does not have.
    pub fn to(&mut self, device: Device) -> Result<()> {
        self.model.to_device(device)?;
        self.device = device;
        Ok(())
    }

    /// Sets the loaders of training and validation data.
    ///
    /// # Errors
    /// A loader that draws from a generator the trainer does not know: neither re-seeding nor a checkpoint
    /// would reach it.
    pub fn set_loaders(
        &mut self,
        train: DataLoader,
        val: impl Into<Option<DataLoader>>,
    ) -> Result<()> {
        let val = val.into();
        self.check_loader("training", Some(&train))?;
        self.check_loader("validation", val.as_ref())?;
        self.train_loader = Some(Arc::new(train));
        self.val_loader = val.map(Arc::new);
        self.progress.open = None;
        Ok(())
    }

    /// Starts the shared generator again from `seed`, for model and loaders alike.
    ///
    /// # Errors
    /// A trainer that knows no shared generator.
    pub fn set_seed(&mut self, seed: u64) -> Result<()> {
        let shared = self.generators.iter().find(|(name, _)| name == SHARED);
        let (_, rng) = shared.ok_or_else(|| {
            Error::Setup(
                "set_seed has no generator to seed; make it known with with_generator(&rng)".into(),
            )
        })?;
        rng.manual_seed(seed);
        Ok(())
    }

    /// Replaces what is done with a training batch.
    ///
    /// ```
    /// # use gradus_nn::{Linear, Module, MseLoss};
    /// # use gradus_optim::Sgd;
    /// # use gradus_random::Generator;
    /// # use gradus_trainer::Trainer;
    /// # let model = Linear::new(1, 1, &Generator::new(0));
    /// # let sgd = Sgd::new(model.parameters(), 0.1)?;
    /// # let mut trainer = Trainer::new(model, MseLoss::new(), sgd);
    /// trainer.set_train_step_fn(|step| {
    ///     let (x, y) = step.batch.pair()?;
    ///     let loss = step.loss_fn.forward(&step.model.forward(&x.into())?, &y)?;
    ///     loss.backward()?;
    ///     gradus_optim::clip_grad_norm(&step.optimizer.parameters(), 1.0)?;
    ///     step.optimizer.step()?;
    ///     step.optimizer.zero_grad();
    ///     Ok(loss.item()?)
    /// });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_train_step_fn(
        &mut self,
        step: impl FnMut(TrainStep<'_>) -> Result<f64> + Send + 'static,
    ) {
        self.train_step_fn = Box::new(step);
    }

    /// Replaces what is done with a validation batch.
    pub fn set_val_step_fn(
        &mut self,
        step: impl FnMut(ValStep<'_>) -> Result<Evaluation> + Send + 'static,
    ) {
        self.val_step_fn = Box::new(step);
    }

    /// Adds a callback; callbacks run in the order they were added.
    pub fn add_callback(&mut self, callback: impl Callback) {
        self.callbacks.push(Box::new(callback));
    }

    /// Scores the validation data after each epoch: all batches together, never a mean over batches.
    ///
    /// `prediction` turns the model's output into what the metric takes: classes, say.
    ///
    /// # Errors
    /// A name that is taken; a trainer that has trained already.
    pub fn add_metric(
        &mut self,
        name: impl Into<String>,
        metric: impl Metric<Value = f64> + Send + 'static,
        prediction: impl Fn(&Tensor) -> Result<Tensor> + Send + 'static,
    ) -> Result<()> {
        let name = name.into();
        if self.progress.epochs > 0 {
            return Err(Error::Setup(format!(
                "the metric `{name}` comes after {} epochs; add metrics before training",
                self.progress.epochs
            )));
        }
        if self.epoch_metrics.iter().any(|known| known.name == name) {
            return Err(Error::Setup(format!("there is a metric `{name}` already")));
        }
        self.progress.metrics.push((name.clone(), Vec::new()));
        self.epoch_metrics
            .push(EpochMetric::new(name, metric, prediction));
        Ok(())
    }

    /// The model's output for `x`: in evaluation mode, without recording. The mode is put back afterwards.
    ///
    /// # Errors
    /// What the model refuses.
    pub fn predict(&self, x: &Tensor) -> Result<Tensor> {
        let training = self.model.is_training();
        self.model.eval();
        let output = no_grad(|| self.model.forward(&x.into()));
        self.model.set_training(training);
        Ok(output?.value())
    }

    /// The loss per epoch of training and, if there is any, validation data.
    ///
    /// # Errors
    /// A trainer that has not trained.
    pub fn plot_losses(&self) -> Result<Figure> {
        let mut histories: Vec<(&str, &dyn gradus_plot::Series)> =
            vec![("training", &self.progress.losses)];
        if !self.progress.val_losses.is_empty() {
            histories.push(("validation", &self.progress.val_losses));
        }
        Ok(gradus_plot::losses(&histories)?)
    }

    /// The model; `downcast_ref` gives it back as its own type.
    #[must_use]
    pub fn model(&self) -> &dyn Module {
        &*self.model
    }

    /// The loss.
    #[must_use]
    pub fn loss_fn(&self) -> &dyn Loss {
        &*self.loss_fn
    }

    /// The optimizer.
    #[must_use]
    pub fn optimizer(&self) -> &dyn Optimizer {
        &*self.optimizer
    }

    /// The optimizer, for changing its learning rates.
    pub fn optimizer_mut(&mut self) -> &mut dyn Optimizer {
        &mut *self.optimizer
    }

    /// Where the model lives.
    #[must_use]
    pub fn device(&self) -> Device {
        self.device
    }

    /// The loader of training data.
    #[must_use]
    pub fn train_loader(&self) -> Option<&DataLoader> {
        self.train_loader.as_deref()
    }

    /// The loader of validation data.
    #[must_use]
    pub fn val_loader(&self) -> Option<&DataLoader> {
        self.val_loader.as_deref()
    }

    /// The training loss of each epoch: the mean of its batches' losses, as the course computes it. A smaller last
    /// batch weighs as much as the others; the weights move between the batches.
    #[must_use]
    pub fn losses(&self) -> &[f64] {
        &self.progress.losses
    }

    /// The validation loss of each epoch: the mean of its batches' losses.
    #[must_use]
    pub fn val_losses(&self) -> &[f64] {
        &self.progress.val_losses
    }

    /// The values of a metric after each epoch.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&[f64]> {
        let found = self
            .progress
            .metrics
            .iter()
            .find(|(known, _)| known == name);
        found.map(|(_, history)| history.as_slice())
    }

    /// How many epochs were trained, over all calls of [`train`](Trainer::train) and those before loading.
    #[must_use]
    pub fn total_epochs(&self) -> usize {
        self.progress.epochs
    }

    /// What is done with a training batch.
    pub fn train_step_fn(&mut self) -> &mut TrainStepFn {
        &mut *self.train_step_fn
    }

    /// What is done with a validation batch.
    pub fn val_step_fn(&mut self) -> &mut ValStepFn {
        &mut *self.val_step_fn
    }

    /// The first callback of type `C`.
    #[must_use]
    pub fn callback<C: Callback>(&self) -> Option<&C> {
        self.callbacks.iter().find_map(|callback| {
            let any: &dyn Any = &**callback;
            any.downcast_ref()
        })
    }

    /// The first callback of type `C`, to change.
    pub fn callback_mut<C: Callback>(&mut self) -> Option<&mut C> {
        self.callbacks.iter_mut().find_map(|callback| {
            let any: &mut dyn Any = &mut **callback;
            any.downcast_mut()
        })
    }

    /// Everything the training draws from is known, and the optimizer trains this model.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_loader("training", self.train_loader())?;
        self.check_loader("validation", self.val_loader())?;
        for (path, generator) in self.model.generators() {
            self.require_known(&generator, &format!("the layer `{path}`"))?;
        }
        let parameters = self.model.parameters();
        for (index, trained) in self.optimizer.parameters().iter().enumerate() {
            if !parameters
                .iter()
                .any(|parameter| parameter.same_as(trained))
            {
                return Err(Error::Setup(format!(
                    "parameter {index} of the optimizer {} is none of the model's; make the optimizer from model.parameters()",
                    self.optimizer.name()
                )));
            }
        }
        Ok(())
    }

    fn check_loader(&self, name: &str, loader: Option<&DataLoader>) -> Result<()> {
        let mut streams = loader.into_iter().flat_map(DataLoader::generators);
        streams.try_for_each(|rng| self.require_known(rng, &format!("the {name} loader")))
    }

    fn require_known(&self, rng: &Generator, who: &str) -> Result<()> {
        if self
            .generators
            .iter()
            .any(|(_, known)| known.shares_stream_with(rng))
        {
            return Ok(());
        }
        Err(Error::Setup(format!(
            "{who} draws from a generator the trainer does not know, which neither set_seed nor a checkpoint would reach; \
             make it known with with_generator(&rng) or track_generator(name, &rng)"
        )))
    }
}

impl fmt::Debug for Trainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("model", &self.model.type_name())
            .field("loss_fn", &self.loss_fn)
            .field("optimizer", &self.optimizer.name())
            .field("device", &self.device)
            .field("train_loader", &self.train_loader)
            .field("val_loader", &self.val_loader)
            .field("total_epochs", &self.progress.epochs)
            .finish_non_exhaustive()
    }
}
