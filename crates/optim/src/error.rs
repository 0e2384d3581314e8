//! What can go wrong while optimizing.

/// The result of optimizing.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What evaluates the loss for [`Optimizer::step_with`](crate::Optimizer::step_with).
pub type Closure<'a> = dyn FnMut() -> Result<f64, Box<dyn std::error::Error + Send + Sync>> + 'a;

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
        source: Box<gradus_autograd::Error>,
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
    /// A parameter of a shape that the rule is not made for.
    #[error("{optimizer}: parameter {index} has the shape {shape:?}; {reason}")]
    Shape {
        /// The optimizer.
        optimizer: &'static str,
        /// Position of the parameter.
        index: usize,
        /// Its shape.
        shape: Vec<usize>,
        /// What the rule is made for, and what to do.
        reason: &'static str,
    },
    /// An option outside its range.
    #[error("{owner}: {option} is {value}, it must be {expected}")]
    Option {
        /// The optimizer or schedule.
        owner: &'static str,
        /// The option.
        option: String,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// No such option, or none that takes such a value.
    #[error("{optimizer}: no option `{option}` of group {group} takes {value}")]
    NoOption {
        /// The optimizer.
        optimizer: &'static str,
        /// Number of the group.
        group: usize,
        /// The option.
        option: String,
        /// The value.
        value: String,
    },
    /// Another number of learning rates than groups.
    #[error("{optimizer}: {rates} learning rates for {groups} groups")]
    Rates {
        /// The optimizer.
        optimizer: &'static str,
        /// How many rates were given.
        rates: usize,
        /// How many groups there are.
        groups: usize,
    },
    /// A step without a closure, of an optimizer that evaluates the loss itself.
    #[error(
        "{0}: a step evaluates the loss several times; call step_with and give it a closure that \
         zeroes the gradients, computes the loss, runs backward and returns the loss"
    )]
    NeedsClosure(&'static str),
    /// The closure of a step failed.
    #[error(transparent)]
    Closure(Box<dyn std::error::Error + Send + Sync>),
    /// A schedule that does not fit the optimizer, or was stepped beyond its end.
    #[error("{schedule}: {message}")]
    Schedule {
        /// The schedule.
        schedule: &'static str,
        /// What is wrong, and what to do.
        message: String,
    },
    /// Averages that stand in the model cannot take its values in.
    #[error("AveragedWeights: the averages stand in the model; swap back first")]
    Swapped,
    /// A saved state does not fit.
    #[error("{owner}: cannot load the state: {message}; nothing was changed")]
    State {
        /// The optimizer or schedule.
        owner: &'static str,
        /// What does not fit.
        message: String,
    },
}
