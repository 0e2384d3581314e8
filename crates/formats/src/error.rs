//! The crate's error type.

use std::io;
use std::path::{Path, PathBuf};

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong with a file, which one, and where in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: `read`, `write` …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The content is not what the format prescribes.
    #[error("{file}: {reason}")]
    Invalid {
        /// The file, or what stands for it.
        file: String,
        /// What is wrong, and where.
        reason: String,
    },

    /// A map would hold two tensors of one name.
    #[error("tensor `{name}` is in the map already")]
    DuplicateName {
        /// The name.
        name: String,
    },

    /// A value that should be named tensors is something else.
    #[error("the value is no state dict: {reason}")]
    NotTensors {
        /// What it is.
        reason: String,
    },

    /// A map or value cannot be written in this format.
    #[error("cannot write `{name}`: {reason}")]
    Unwritable {
        /// The tensor or entry.
        name: String,
        /// What stands in the way.
        reason: String,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Error::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
