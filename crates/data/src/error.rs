//! What can go wrong with data, with the facts that tell where.

use std::path::PathBuf;

/// The result of a data operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate: one pointer wide, so that a `Result<Batch>` stays small.
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// What went wrong, to match on.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// An error of a dataset or transform defined outside this crate.
    #[cold]
    pub fn custom(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        ErrorKind::Custom(source.into()).into()
    }

    #[cold]
    pub(crate) fn argument(op: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        ErrorKind::Argument { op, message }.into()
    }

    /// The same error with the sample it happened at, unless that is known already.
    #[cold]
    pub(crate) fn at_sample(self, index: usize) -> Self {
        if matches!(*self.0, ErrorKind::Sample { .. }) {
            return self;
        }
        ErrorKind::Sample {
            index,
            source: self,
        }
        .into()
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.0, f)
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

impl From<gradus_tensor::Error> for Error {
    #[cold]
    fn from(error: gradus_tensor::Error) -> Self {
        ErrorKind::Tensor(error).into()
    }
}

impl From<gradus_random::Error> for Error {
    #[cold]
    fn from(error: gradus_random::Error) -> Self {
        ErrorKind::Random(error).into()
    }
}

/// The kinds of [`Error`], each with its facts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A tensor operation failed.
    #[error(transparent)]
    Tensor(#[from] gradus_tensor::Error),
    /// A draw was refused.
    #[error(transparent)]
    Random(#[from] gradus_random::Error),
    /// An error of somebody else's dataset or transform.
    #[error("{0}")]
    Custom(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An argument that makes no sense.
    #[error("{op}: {message}")]
    Argument {
        /// The function or type.
        op: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// Fetching one sample failed.
    #[error("sample {index}: {source}")]
    Sample {
        /// Its index in the dataset.
        index: usize,
        /// Why.
        source: Error,
    },
    /// A loader's worker panicked.
    #[error("DataLoader: a worker panicked at sample {index}: {message}")]
    WorkerPanic {
        /// The sample being fetched, or the first of the batch if the dataset fetches whole batches.
        index: usize,
        /// The panic's message.
        message: String,
    },
    /// Shuffling was asked for and there is nothing to draw from.
    #[error(
        "{op}: a random order needs a generator; give one with .rng(&generator), the program's global stream, or .generator(&generator), a stream of its own"
    )]
    NoGenerator {
        /// Who draws.
        op: &'static str,
    },
    /// Things that should have equally many rows do not.
    #[error("{op}: {what} {position} has {found} rows, the first has {expected}")]
    Rows {
        /// The function or type.
        op: &'static str,
        /// What is counted: tensors, arrays.
        what: &'static str,
        /// Which one, from 0.
        position: usize,
        /// Its rows.
        found: usize,
        /// The rows of the first.
        expected: usize,
    },
    /// A batch or sample has another number of tensors than asked for.
    #[error("batch: it has {found} tensors, not {expected}")]
    Arity {
        /// Tensors there are.
        found: usize,
        /// Tensors asked for.
        expected: usize,
    },
    /// Data of another width than a scaler was fitted on.
    #[error("{op}: the data has {found} features, fitted on {expected}")]
    Features {
        /// The transformer.
        op: &'static str,
        /// Features given.
        found: usize,
        /// Features fitted.
        expected: usize,
    },
    /// A transformer is used before it was fitted.
    #[error("{op}: not fitted yet; call fit first")]
    NotFitted {
        /// The transformer.
        op: &'static str,
    },
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be: damaged, or of another format.
    #[error("{file}: {message}")]
    Format {
        /// The file, or what its bytes were called.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// A table's text is malformed.
    #[error("{file}, line {line}: {message}")]
    Table {
        /// The file, or what the text was called.
        file: String,
        /// Line in the file, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// A cell of a table is not what its column wants.
    #[error("{file}, line {line}, column {column} ({name}): {text:?} is not {expected}")]
    Cell {
        /// The file, or what the text was called.
        file: String,
        /// Line in the file, from 1.
        line: u64,
        /// Column, from 1.
        column: usize,
        /// The column's name, or "no name".
        name: String,
        /// What stands there.
        text: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// A column asked for by name or number is not in the table.
    #[error("{file}: there is no column {wanted}; the table has {available}")]
    Column {
        /// The file, or what the text was called.
        file: String,
        /// What was asked for.
        wanted: String,
        /// The columns there are.
        available: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_small_and_a_sample_is_named_once() {
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
        let error = Error::argument("crop", "too small")
            .at_sample(4)
            .at_sample(9);
        assert_eq!(error.to_string(), "sample 4: crop: too small");
    }
}
