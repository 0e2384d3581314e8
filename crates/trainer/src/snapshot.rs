//! The state of a training: taken from a trainer, and given back to one.

use gradus_data::LoaderState;
use gradus_nn::{StateDict, Strictness};
use gradus_optim::OptimizerState;
use gradus_random::GeneratorState;

use crate::callback::CallbackState;
use crate::error::{Error, Result};
use crate::trainer::Trainer;

/// How far the training has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) epochs: usize,
    pub(crate) losses: Vec<f64>,
    pub(crate) val_losses: Vec<f64>,
    pub(crate) metrics: Vec<(String, Vec<f64>)>,
    /// Losses of the batches done in the epoch under way, if one is.
    pub(crate) open: Option<Vec<f64>>,
}

/// Everything that decides how a training goes on.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) loss_fn: String,
    pub(crate) model: StateDict,
    /// Gradients that stand between steps, as when they are accumulated over batches.
    pub(crate) gradients: StateDict,
    pub(crate) optimizer_name: String,
    pub(crate) optimizer: OptimizerState,
    pub(crate) generators: Vec<(String, GeneratorState)>,
    pub(crate) train_loader: Option<LoaderState>,
    pub(crate) val_loader: Option<LoaderState>,
    pub(crate) progress: Progress,
    /// Names and states of the callbacks that have one.
    pub(crate) callbacks: Vec<(String, CallbackState)>,
}

impl Trainer {
    pub(crate) fn snapshot(&self) -> Snapshot {
        let gradient =
            |(name, parameter): (String, gradus_nn::Var)| Some((name, parameter.grad()?));
        let callbacks = self.callbacks.iter();
        Snapshot {
            loss_fn: self.loss_fn.name().to_owned(),
            model: self.model.state_dict(),
            gradients: self
                .model
                .named_parameters()
                .into_iter()
                .filter_map(gradient)
                .collect(),
            optimizer_name: self.optimizer.name().to_owned(),
            optimizer: self.optimizer.state_dict(),
            generators: self
                .generators
                .iter()
                .map(|(name, rng)| (name.clone(), rng.state()))
                .collect(),
            train_loader: self.train_loader().map(|loader| loader.state()),
            val_loader: self.val_loader().map(|loader| loader.state()),
            progress: self.progress.clone(),
            callbacks: callbacks
                .filter_map(|c| Some((c.name().to_owned(), c.state()?)))
                .collect(),
        }
    }

    /// Takes over a state as a whole, or changes nothing.
    pub(crate) fn restore(&mut self, state: &Snapshot) -> Result<()> {
        self.expect_same_parts(state)?;
        let before = self.snapshot();
        let applied = self.apply(state);
        if applied.is_err() {
            self.apply(&before)?;
        }
        applied
    }

    /// What can be compared without trying.
    fn expect_same_parts(&self, state: &Snapshot) -> Result<()> {
        let own = self.snapshot();
        let differ = |what: &str, saved: String, here: String| {
            Err(Error::Setup(format!(
                "the {what} is {saved} in the checkpoint, {here} in the trainer"
            )))
        };
        let presence = |loader: &Option<LoaderState>| {
            if loader.is_some() { "set" } else { "not set" }.to_owned()
        };
        let names = |names: Vec<&str>| format!("[{}]", names.join(", "));
        let firsts = |pairs: &[(String, GeneratorState)]| {
            names(pairs.iter().map(|(n, _)| n.as_str()).collect())
        };
        let pairs = [
            ("loss", state.loss_fn.clone(), own.loss_fn.clone()),
            (
                "optimizer",
                state.optimizer_name.clone(),
                own.optimizer_name.clone(),
            ),
            (
                "training loader",
                presence(&state.train_loader),
                presence(&own.train_loader),
            ),
            (
                "validation loader",
                presence(&state.val_loader),
                presence(&own.val_loader),
            ),
            (
                "list of generators",
                firsts(&state.generators),
                firsts(&own.generators),
            ),
            (
                "list of metrics",
                names(
                    state
                        .progress
                        .metrics
                        .iter()
                        .map(|(n, _)| n.as_str())
                        .collect(),
                ),
                names(
                    own.progress
                        .metrics
                        .iter()
                        .map(|(n, _)| n.as_str())
                        .collect(),
                ),
            ),
            (
                "list of callbacks with a state",
                names(state.callbacks.iter().map(|(n, _)| n.as_str()).collect()),
                names(own.callbacks.iter().map(|(n, _)| n.as_str()).collect()),
            ),
        ];
        for (what, saved, here) in pairs {
            if saved != here {
                return differ(what, saved, here);
            }
        }
        Ok(())
    }

    fn apply(&mut self, state: &Snapshot) -> Result<()> {
        self.model
            .load_state_dict(&state.model, Strictness::Strict)?;
        for (name, parameter) in self.model.named_parameters() {
            parameter.set_grad(state.gradients.get(&name).cloned())?;
        }
        self.optimizer.load_state_dict(&state.optimizer)?;
        for ((_, rng), (_, saved)) in self.generators.iter().zip(&state.generators) {
            rng.set_state(saved)?;
        }
        let loaders = [
            (&self.train_loader, &state.train_loader),
            (&self.val_loader, &state.val_loader),
        ];
        for (loader, saved) in loaders {
            if let (Some(loader), Some(saved)) = (loader, saved) {
                loader.load_state(saved)?;
            }
        }
        let stateful = self
            .callbacks
            .iter_mut()
            .filter(|callback| callback.state().is_some());
        for (callback, (_, saved)) in stateful.zip(&state.callbacks) {
            callback.load_state(saved).map_err(|source| {
                Error::Setup(format!(
                    "the state of the callback {} does not fit: {source}",
                    callback.name()
                ))
            })?;
        }
        self.progress = state.progress.clone();
        Ok(())
    }
}
