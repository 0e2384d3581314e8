//! The crate's error type.

use gradus_tensor::DType;

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What a score refuses, with the facts and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to score.
    #[error("{metric}: no samples; at least one is needed")]
    Empty {
        /// The score.
        metric: &'static str,
    },

    /// Two inputs that belong together differ in their number of samples.
    #[error("{metric}: y_true has {expected} samples, {name} has {found}")]
    Length {
        /// The score.
        metric: &'static str,
        /// The input that does not fit.
        name: &'static str,
        /// Samples in `y_true`.
        expected: usize,
        /// Samples in the other input.
        found: usize,
    },

    /// An input has a dtype that cannot mean what it has to mean.
    #[error("{metric}: {name} is {found:?}; {expected}")]
    DType {
        /// The score.
        metric: &'static str,
        /// The input.
        name: &'static str,
        /// Its dtype.
        found: DType,
        /// What is accepted.
        expected: &'static str,
    },

    /// An input has the wrong shape.
    #[error("{metric}: {name} has shape {found:?}; expected {expected}")]
    Shape {
        /// The score.
        metric: &'static str,
        /// The input.
        name: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// What is accepted.
        expected: String,
    },

    /// One element is not acceptable.
    #[error("{metric}: {name} is {value} at position {index}; {expected}")]
    Value {
        /// The score.
        metric: &'static str,
        /// The input.
        name: &'static str,
        /// Position in row-major order.
        index: usize,
        /// The element.
        value: f64,
        /// What is accepted.
        expected: &'static str,
    },

    /// The labels do not fit the score or its options.
    #[error("{metric}: {reason}")]
    Labels {
        /// The score.
        metric: &'static str,
        /// What is wrong, and what to do.
        reason: String,
    },

    /// An option is out of its range or contradicts another.
    #[error("{metric}: {reason}")]
    Options {
        /// The score.
        metric: &'static str,
        /// What is wrong, and what to do.
        reason: String,
    },

    /// Two accumulators with different settings were merged.
    #[error("{metric}: cannot merge accumulators: {reason}")]
    Merge {
        /// The score.
        metric: &'static str,
        /// Which setting differs.
        reason: String,
    },

    /// The tensor itself could not be read or made.
    #[error(transparent)]
    Tensor(#[from] gradus_tensor::Error),
}
