//! Checkpoints as files: safetensors, with JSON in its metadata for what is no tensor.
//!
//! | tensors | hold |
//! |---|---|
//! | `model.*` | parameters and buffers by their names |
//! | `grad.*` | gradients that stand between steps, if there are any |
//! | `optimizer.0.exp_avg` … | the optimizer's buffers by the position of the parameter |
//! | `history.losses`, `history.val_losses`, `history.batches` | losses per epoch, and of the batches of the epoch under way |
//! | `metric.*` | values per epoch |
//! | `generator.*`, `loader.train`, `loader.val` | bytes of their states |
//! | `callback.0.*` … | tensors of the callbacks by their position |

use std::path::Path;

use gradus_data::LoaderState;
use gradus_formats::{TensorMap, safetensors};
use gradus_nn::{StateDict, Strictness};
use gradus_random::GeneratorState;
use gradus_tensor::{Element, Tensor};
use serde::{Deserialize, Serialize};

use crate::callback::CallbackState;
use crate::error::{Error, Result};
use crate::optimizer_entries::OptimizerEntries;
use crate::snapshot::{Progress, Snapshot};
use crate::trainer::Trainer;

/// The key of the JSON in the file's metadata.
const KEY: &str = "gradus.checkpoint";

/// The version of the format, raised with every change that older readers would misread.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    epochs: usize,
    loss_fn: String,
    optimizer: OptimizerEntries,
    generators: Vec<String>,
    metrics: Vec<String>,
    callbacks: Vec<CallbackHeader>,
}

/// What is read of a header before its version is known.
#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallbackHeader {
    name: String,
    values: serde_json::Value,
}

impl Trainer {
    /// Writes everything that decides how the training goes on to a file, whole or not at all.
    ///
    /// # Errors
    /// Generators or parameters the trainer does not know, as in [`train`](Trainer::train); a file that cannot be written.
    pub fn save_checkpoint(&self, path: impl AsRef<Path>) -> Result<()> {
        self.check()?;
        Ok(safetensors::write(path, &encode(&self.snapshot())?)?)
    }

    /// Goes on from a checkpoint, in this process or another. The trainer must be built as the one that wrote it:
    /// same model, loss, optimizer, generators, loaders, metrics, and callbacks.
    ///
    /// # Errors
    /// A file that is missing, truncated, no checkpoint, or of another version; parts that differ, keys of
    /// the model that are missing, unexpected or differently shaped, by name. Nothing is changed then.
    pub fn load_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let map = safetensors::read(path)?;
        let loaded =
            decode(map).and_then(|state| self.restore(&state).map_err(|error| error.to_string()));
        loaded.map_err(|reason| Error::Load {
            path: path.to_owned(),
            reason,
        })
    }

    /// Writes the model alone: its state dictionary as safetensors.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        Ok(safetensors::write(
            path,
            &TensorMap::from_pairs(self.model.state_dict())?,
        )?)
    }

    /// Reads the model alone, from [`save_weights`](Trainer::save_weights), from a checkpoint, or from any safetensors file with
    /// the model's names. Optimizer and progress stay as they are.
    ///
    /// # Errors
    /// A file that cannot be read, names or shapes that differ; nothing is changed then.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let map = safetensors::read(path)?;
        let prefix = if map.metadata(KEY).is_some() {
            "model."
        } else {
            ""
        };
        let state: StateDict = map.into_iter().collect::<StateDict>().under(prefix);
        let loaded = self.model.load_state_dict(&state, Strictness::Strict);
        loaded.map(|_| ()).map_err(|error| Error::Load {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }
}

fn encode(state: &Snapshot) -> Result<TensorMap> {
    let mut map = TensorMap::new();
    let mut put = |key: String, tensor: &Tensor| map.insert(key, tensor.clone());
    for (name, tensor) in &state.model {
        put(format!("model.{name}"), tensor)?;
    }
    for (name, tensor) in &state.gradients {
        put(format!("grad.{name}"), tensor)?;
    }
    let mut buffers = Vec::new();
    let keep =
        |key: String, tensor: &Tensor| buffers.push((format!("optimizer.{key}"), tensor.clone()));
    let optimizer = OptimizerEntries::of(&state.optimizer_name, &state.optimizer, keep);
    for (key, tensor) in &buffers {
        put(key.clone(), tensor)?;
    }
    let progress = &state.progress;
    put("history.losses".into(), &row(&progress.losses)?)?;
    put("history.val_losses".into(), &row(&progress.val_losses)?)?;
    if let Some(batches) = &progress.open {
        put("history.batches".into(), &row(batches)?)?;
    }
    for (name, values) in &progress.metrics {
        put(format!("metric.{name}"), &row(values)?)?;
    }
    for (name, generator) in &state.generators {
        put(format!("generator.{name}"), &row(&generator.to_bytes())?)?;
    }
    for (name, loader) in [("train", &state.train_loader), ("val", &state.val_loader)] {
        if let Some(loader) = loader {
            put(format!("loader.{name}"), &row(&loader.to_bytes())?)?;
        }
    }
    let mut callbacks = Vec::new();
    for (position, (name, callback)) in state.callbacks.iter().enumerate() {
        for (tensor_name, tensor) in &callback.tensors {
            put(format!("callback.{position}.{tensor_name}"), tensor)?;
        }
        callbacks.push(CallbackHeader {
            name: name.clone(),
            values: callback.values.clone(),
        });
    }
    let header = Header {
        version: VERSION,
        epochs: progress.epochs,
        loss_fn: state.loss_fn.clone(),
        optimizer,
        generators: state
            .generators
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        metrics: progress
            .metrics
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        callbacks,
    };
    map.set_metadata(KEY, serde_json::to_string(&header).map_err(Error::custom)?);
    Ok(map)
}

fn row<T: Element>(values: &[T]) -> Result<Tensor> {
    Ok(Tensor::from_slice(values, [values.len()])?)
}

/// The state a file holds, or what is wrong with the file.
fn decode(map: TensorMap) -> Result<Snapshot, String> {
    let json = map
        .metadata(KEY)
        .ok_or("it holds tensors, but is no checkpoint; load_weights reads weights")?;
    let damaged = |error: serde_json::Error| format!("its metadata is damaged: {error}");
    let Version { version } = serde_json::from_str(json).map_err(damaged)?;
    if version != VERSION {
        return Err(format!(
            "it is of format version {version}, this program reads version {VERSION}"
        ));
    }
    let header: Header = serde_json::from_str(json).map_err(damaged)?;
    let mut tensors: StateDict = map.into_iter().collect();
    let (model, gradients) = (
        take_under(&mut tensors, "model."),
        take_under(&mut tensors, "grad."),
    );
    let (optimizer_name, optimizer) = header.optimizer.state(|key| {
        let key = format!("optimizer.{key}");
        tensors
            .remove(&key)
            .ok_or_else(|| format!("the tensor `{key}` is missing"))
    })?;
    let mut progress = Progress {
        epochs: header.epochs,
        losses: take_row(&mut tensors, "history.losses")?,
        val_losses: take_row(&mut tensors, "history.val_losses")?,
        metrics: Vec::new(),
        open: None,
    };
    if tensors.contains("history.batches") {
        progress.open = Some(take_row(&mut tensors, "history.batches")?);
    }
    for name in header.metrics {
        let values = take_row(&mut tensors, &format!("metric.{name}"))?;
        progress.metrics.push((name, values));
    }
    let mut generators = Vec::new();
    for name in header.generators {
        let bytes: Vec<u8> = take_row(&mut tensors, &format!("generator.{name}"))?;
        let state = GeneratorState::from_bytes(&bytes)
            .map_err(|e| format!("the generator `{name}`: {e}"))?;
        generators.push((name, state));
    }
    let mut callbacks = Vec::new();
    for (position, callback) in header.callbacks.into_iter().enumerate() {
        let state = CallbackState {
            values: callback.values,
            tensors: take_under(&mut tensors, &format!("callback.{position}.")),
        };
        callbacks.push((callback.name, state));
    }
    let train_loader = take_loader(&mut tensors, "loader.train")?;
    let val_loader = take_loader(&mut tensors, "loader.val")?;
    if let Some(name) = tensors.keys().next() {
        return Err(format!("the tensor `{name}` belongs to nothing"));
    }
    let loss_fn = header.loss_fn;
    Ok(Snapshot {
        loss_fn,
        model,
        gradients,
        optimizer_name,
        optimizer,
        generators,
        train_loader,
        val_loader,
        progress,
        callbacks,
    })
}

fn take_under(tensors: &mut StateDict, prefix: &str) -> StateDict {
    let taken = tensors.under(prefix);
    let rest = std::mem::take(tensors).into_iter();
    *tensors = rest.filter(|(name, _)| !name.starts_with(prefix)).collect();
    taken
}

fn take_row<T: Element>(tensors: &mut StateDict, key: &str) -> Result<Vec<T>, String> {
    let tensor = tensors
        .remove(key)
        .ok_or_else(|| format!("the tensor `{key}` is missing"))?;
    if tensor.rank() != 1 || tensor.dtype() != T::DTYPE {
        return Err(format!(
            "`{key}` is {:?} of {}, expected a row of {}",
            tensor.shape(),
            tensor.dtype(),
            T::DTYPE
        ));
    }
    tensor.to_vec().map_err(|error| format!("`{key}`: {error}"))
}

fn take_loader(tensors: &mut StateDict, key: &str) -> Result<Option<LoaderState>, String> {
    if !tensors.contains(key) {
        return Ok(None);
    }
    let bytes: Vec<u8> = take_row(tensors, key)?;
    LoaderState::from_bytes(&bytes)
        .map(Some)
        .map_err(|error| format!("`{key}`: {error}"))
}
