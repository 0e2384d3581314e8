//! What can go wrong while training, and where it did.

use std::fmt;
use std::path::PathBuf;

/// The result of training, saving and loading.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A step failed: the place, counted from 1, and the reason.
    #[error("epoch {epoch}, {phase} {batch}: {source}")]
    At {
        /// Number of the epoch.
        epoch: usize,
        /// Which pass over which data.
        phase: Phase,
        /// Number of the batch.
        batch: usize,
        /// What happened there.
        source: Box<Error>,
    },
    /// A callback failed.
    #[error("epoch {epoch}, {callback}: {source}")]
    Callback {
        /// Number of the epoch.
        epoch: usize,
        /// Name of the callback.
        callback: String,
        /// What happened there.
        source: Box<Error>,
    },
    /// One of several trainings failed.
    #[error("training {number}: {source}")]
    Trial {
        /// Its number, from 1.
        number: usize,
        /// What happened there.
        source: Box<Error>,
    },
    /// A checkpoint cannot be used.
    #[error("{}: cannot load, nothing was changed: {reason}", path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// Something was asked for that the trainer is not ready for.
    #[error("trainer: {0}")]
    Setup(String),
    /// A value of PyTorch's is no optimizer state.
    #[error("the value is no optimizer state: {0}")]
    NoOptimizerState(String),
    /// A number that has to be finite is not.
    #[error(
        "{what} is {value}; lower the learning rate, clip the gradients, or look for bad values in the data"
    )]
    NotFinite {
        /// Which number.
        what: String,
        /// Its value.
        value: f64,
    },
    /// An operation on tensors failed.
    #[error(transparent)]
    Tensor(#[from] gradus_tensor::Error),
    /// Differentiation failed.
    #[error(transparent)]
    Autograd(#[from] gradus_autograd::Error),
    /// The model or the loss failed.
    #[error(transparent)]
    Nn(#[from] gradus_nn::Error),
    /// The optimizer failed.
    #[error(transparent)]
    Optim(#[from] gradus_optim::Error),
    /// A batch could not be delivered.
    #[error(transparent)]
    Data(#[from] gradus_data::Error),
    /// A metric refused its input.
    #[error(transparent)]
    Metric(#[from] gradus_metrics::Error),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] gradus_formats::Error),
    /// A figure could not be made.
    #[error(transparent)]
    Plot(#[from] gradus_plot::Error),
    /// A generator refused a state.
    #[error(transparent)]
    Random(#[from] gradus_random::Error),
    /// The user's own step function or callback failed.
    #[error(transparent)]
    Custom(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An error of a step function or callback defined outside this crate.
    #[must_use]
    pub fn custom(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Custom(source.into())
    }

    /// Whether a number that has to be finite is not, wherever that was found.
    pub(crate) fn is_not_finite(&self) -> bool {
        match self {
            Error::NotFinite { .. } => true,
            Error::At { source, .. } | Error::Callback { source, .. } => source.is_not_finite(),
            _ => false,
        }
    }

    /// The same error with its place.
    pub(crate) fn at(self, epoch: usize, phase: Phase, batch: usize) -> Error {
        let source = Box::new(self);
        Error::At {
            epoch,
            phase,
            batch,
            source,
        }
    }
}

/// A pass over the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Over the training data.
    Training,
    /// Over the validation data.
    Validation,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Training => "batch",
            Phase::Validation => "validation batch",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_where_it_happened() {
        let error = || Error::Setup("no".into());
        assert_eq!(
            error().at(3, Phase::Training, 117).to_string(),
            "epoch 3, batch 117: trainer: no"
        );
        let validation = error().at(3, Phase::Validation, 1).to_string();
        assert_eq!(validation, "epoch 3, validation batch 1: trainer: no");
    }
}
