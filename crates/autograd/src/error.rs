//! What can go wrong while differentiating.

use gradus_tensor::{DType, Dims};

/// The result of differentiating.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation on tensors failed, forward or in its gradient rule.
    #[error(transparent)]
    Tensor(#[from] gradus_tensor::Error),
    /// Only floating-point tensors have gradients.
    #[error(
        "only floating-point tensors can require gradients, this one is {0}; convert it with to_dtype"
    )]
    NotFloat(DType),
    /// Nothing recorded leads from this variable to a leaf.
    #[error(
        "{0}: the variable does not require a gradient: no leaf takes part in it, it was detached, or it was computed under no_grad"
    )]
    NoGraph(&'static str),
    /// A gradient of a result with several elements needs a weight for each.
    #[error(
        "{op}: shape {} is not a single number; reduce it (sum, mean){}",
        Dims(shape),
        with_gradient(op)
    )]
    NotScalar {
        /// Who asked.
        op: &'static str,
        /// The shape there is.
        shape: Vec<usize>,
    },
    /// A given gradient does not fit its variable.
    #[error(
        "{op}: the gradient has shape {} and dtype {got_dtype}, the variable {} and {dtype}; both have to be equal",
        Dims(got),
        Dims(expected)
    )]
    GradientMismatch {
        /// Who asked.
        op: &'static str,
        /// Shape of the gradient.
        got: Vec<usize>,
        /// Dtype of the gradient.
        got_dtype: DType,
        /// Shape of the variable.
        expected: Vec<usize>,
        /// Dtype of the variable.
        dtype: DType,
    },
    /// The values saved for the gradient are gone.
    #[error(
        "backward: the values saved by `{0}` were freed by an earlier backward; run that one by backward_with and retain_graph, or the forward pass again"
    )]
    GraphFreed(&'static str),
    /// A leaf changed between forward and backward.
    #[error("backward: a leaf that `{0}` used was changed since; differentiate before updating it")]
    LeafChanged(&'static str),
    /// In a watched pass a gradient rule made NaN.
    #[error(
        "backward: the gradient rule of `{op}` made NaN for input {input} at {place:?}, {count} of {of} elements, of values without NaN"
    )]
    Nan {
        /// The operation.
        op: &'static str,
        /// Of which input.
        input: usize,
        /// The first NaN.
        place: Vec<usize>,
        /// How many elements are NaN.
        count: usize,
        /// Of how many.
        of: usize,
    },
    /// Only leaves hold a value and a gradient of their own.
    #[error(
        "{0}: only a leaf can be changed; this variable is the result of an operation or a constant: Var::leaf makes a leaf of its value"
    )]
    NotALeaf(&'static str),
    /// Writing into a leaf that requires a gradient would cut it off from those who hold it.
    #[error(
        "{0}: a leaf that requires a gradient is written; do so under no_grad, or write into a result of it"
    )]
    LeafWritten(&'static str),
    /// A new value must fit the old one.
    #[error(
        "set_value: the leaf has shape {} and dtype {dtype}, the new value {} and {got_dtype}; both have to be equal",
        Dims(shape),
        Dims(got)
    )]
    ValueMismatch {
        /// Shape of the leaf.
        shape: Vec<usize>,
        /// Dtype of the leaf.
        dtype: DType,
        /// Shape of the new value.
        got: Vec<usize>,
        /// Dtype of the new value.
        got_dtype: DType,
    },
    /// An input of `grad` took no part in the outputs.
    #[error(
        "grad: input {0} took no part in the outputs; call grad_with and allow_unused if that is meant"
    )]
    Unused(usize),
    /// Analytic and numeric gradients disagree.
    #[error(
        "{check}: the gradient of input {input}, shape {}, disagrees at {wrong} of {of} elements, worst at {place:?}: the rules give {analytic:e}, central differences {numeric:e}",
        Dims(shape)
    )]
    GradCheck {
        /// `gradcheck` or `gradgradcheck`.
        check: &'static str,
        /// Which input.
        input: usize,
        /// Its shape.
        shape: Vec<usize>,
        /// How many elements disagree.
        wrong: usize,
        /// Of how many.
        of: usize,
        /// The worst one.
        place: Vec<usize>,
        /// What the rules give there.
        analytic: f64,
        /// What central differences give there.
        numeric: f64,
    },
}

/// The other remedy, of those who have it.
fn with_gradient(op: &str) -> &'static str {
    match op {
        "backward" => " or give the gradient of each element to backward_with",
        "grad" => " or give the gradient of each element to grad_with",
        _ => "",
    }
}
