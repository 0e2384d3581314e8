//! What can go wrong while optimizing.

/// The result of optimizing.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A tensor operation failed.
    #[error(transparent)]
    Tensor(#[from] gradus_tensor::Error),
    /// A parameter could not be updated.
    #[error("{optimizer}: parameter {index}: {source}")]
    Parameter {
        /// The optimizer.
        optimizer: &'static str,
        /// Position of the parameter, counted over all groups.
        index: usize,
        /// What happened.
        source: gradus_autograd::Error,
    },
    /// No parameters were given.
    #[error("{0}: got no parameters; pass model.parameters()")]
    Empty(&'static str),
    /// One parameter was given twice.
    #[error(
        "{optimizer}: parameters {first} and {second} are the same variable; each may appear once"
    )]
    Twice {
        /// The optimizer.
        optimizer: &'static str,
        /// Its first position.
        first: usize,
        /// Its second position.
        second: usize,
    },
    /// A parameter that no update can change.
    #[error("{optimizer}: parameter {index} is not a leaf that requires a gradient")]
    NotALeaf {
        /// The optimizer.
        optimizer: &'static str,
        /// Position of the parameter.
        index: usize,
    },
    /// An option outside its range.
    #[error("{optimizer}: {option} is {value}, it must be {expected}")]
    Option {
        /// The optimizer.
        optimizer: &'static str,
        /// The option.
        option: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A saved state does not fit.
    #[error("{optimizer}: cannot load the state: {message}; nothing was changed")]
    State {
        /// The optimizer.
        optimizer: &'static str,
        /// What does not fit.
        message: String,
    },
}
