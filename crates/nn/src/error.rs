//! What can go wrong in a model, with the facts that tell why.

use std::fmt;

pub(crate) use gradus_tensor::Dims;

use crate::load_state_dict::StateDictMismatch;

/// The result of running or changing a model.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate: one pointer wide, so that `Result<Var>` costs nothing more than a `Var`.
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`], each with its facts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An operation on tensors failed.
    #[error(transparent)]
    Tensor(gradus_tensor::Error),
    /// Differentiation, or a change of a parameter, failed.
    #[error(transparent)]
    Autograd(gradus_autograd::Error),
    /// A draw was refused.
    #[error(transparent)]
    Random(gradus_random::Error),
    /// A layer of a container failed.
    #[error("layer `{path}`: {source}")]
    Layer {
        /// Where it stands, as in the state dictionary: `encoder.2`.
        path: String,
        /// What happened there.
        source: Error,
    },
    /// The model has no `forward` of one input.
    #[error(
        "{module}: it has no forward of one input (`#[module(no_forward)]`); call its own methods instead"
    )]
    NoForward {
        /// Name of the type.
        module: &'static str,
    },
    /// A state dictionary does not fit the model.
    #[error(transparent)]
    StateDict(StateDictMismatch),
    /// A bad argument, told in words.
    #[error("{op}: {message}")]
    Invalid {
        /// Who refused it.
        op: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
}

impl Error {
    /// What went wrong, to match on.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// A bad argument, told in words.
    #[cold]
    #[must_use]
    pub fn invalid(op: &'static str, message: impl Into<String>) -> Error {
        let message = message.into();
        ErrorKind::Invalid { op, message }.into()
    }

    /// For `#[derive(Module)]`.
    #[cold]
    #[doc(hidden)]
    #[must_use]
    pub fn no_forward(module: &'static str) -> Error {
        ErrorKind::NoForward { module }.into()
    }

    /// The same error, told to have happened in the layer `name`; nested layers make a path.
    #[cold]
    #[must_use]
    pub fn in_layer(self, name: &str) -> Error {
        match *self.0 {
            ErrorKind::Layer { path, source } => ErrorKind::Layer {
                path: format!("{name}.{path}"),
                source,
            },
            kind => ErrorKind::Layer {
                path: name.to_owned(),
                source: kind.into(),
            },
        }
        .into()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    fn from(kind: ErrorKind) -> Error {
        Error(Box::new(kind))
    }
}

impl From<gradus_tensor::Error> for Error {
    #[cold]
    fn from(error: gradus_tensor::Error) -> Error {
        ErrorKind::Tensor(error).into()
    }
}

impl From<gradus_autograd::Error> for Error {
    #[cold]
    fn from(error: gradus_autograd::Error) -> Error {
        ErrorKind::Autograd(error).into()
    }
}

impl From<gradus_random::Error> for Error {
    #[cold]
    fn from(error: gradus_random::Error) -> Error {
        ErrorKind::Random(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_and_a_result_no_larger_than_its_variable() {
        assert_eq!(size_of::<Error>(), 8);
        assert_eq!(
            size_of::<Result<gradus_autograd::Var>>(),
            size_of::<gradus_autograd::Var>()
        );
    }

    #[test]
    fn nested_layers_make_a_path() {
        let error = Error::invalid("linear", "too long")
            .in_layer("2")
            .in_layer("encoder");
        assert_eq!(error.to_string(), "layer `encoder.2`: linear: too long");
    }

    #[test]
    fn shapes_read_like_tuples() {
        let shown = |shape: &[usize]| Dims(shape).to_string();
        assert_eq!(
            (shown(&[]), shown(&[4]), shown(&[2, 3])),
            ("()".into(), "(4,)".into(), "(2, 3)".into())
        );
    }
}
