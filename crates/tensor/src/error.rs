//! What can go wrong with a tensor, with the facts that tell why.

use std::fmt;

use crate::{DType, Dims};

/// The result of a tensor operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate: one pointer wide, so that `Result<Tensor>` stays in registers.
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// What went wrong, to match on.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// An error of an operation defined outside this crate.
    #[cold]
    #[must_use]
    pub fn custom(op: &'static str, message: impl Into<String>) -> Error {
        ErrorKind::Invalid {
            op,
            message: message.into(),
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

/// The kinds of [`Error`], each with its facts.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Two shapes cannot be broadcast to a common one.
    #[error(
        "{op}: shapes {} and {} do not broadcast: dimension {dim} is {left} against {right}; reshape or unsqueeze one of them",
        Dims(lhs),
        Dims(rhs)
    )]
    Broadcast {
        /// The operation.
        op: &'static str,
        /// Shape of the left operand.
        lhs: Vec<usize>,
        /// Shape of the right operand.
        rhs: Vec<usize>,
        /// The offending dimension, counted in the longer of the two shapes.
        dim: usize,
        /// The left size there.
        left: usize,
        /// The right size there.
        right: usize,
    },
    /// Two shapes have to agree and do not.
    #[error("{op}: {what}: {} against {}", Dims(lhs), Dims(rhs))]
    ShapeMismatch {
        /// The operation.
        op: &'static str,
        /// What had to agree.
        what: &'static str,
        /// One shape.
        lhs: Vec<usize>,
        /// The other shape.
        rhs: Vec<usize>,
    },
    /// The inner lengths of a matrix product differ.
    #[error("{op}: inner lengths differ, lhs {} × rhs {}: {} ≠ {}{}", Dims(lhs), Dims(rhs), inner.0, inner.1, transposing(lhs, rhs, *inner))]
    InnerLength {
        /// The operation.
        op: &'static str,
        /// Shape of the left operand.
        lhs: Vec<usize>,
        /// Shape of the right operand.
        rhs: Vec<usize>,
        /// The two lengths.
        inner: (usize, usize),
    },
    /// The number of elements does not fit the shape.
    #[error(
        "{op}: {} has {} elements, {} has {}",
        Dims(from),
        from_len,
        Dims(to),
        to_len
    )]
    ElementCount {
        /// The operation.
        op: &'static str,
        /// The shape there is.
        from: Vec<usize>,
        /// Its number of elements.
        from_len: usize,
        /// The shape asked for.
        to: Vec<usize>,
        /// Its number of elements.
        to_len: usize,
    },
    /// A dimension that does not exist.
    #[error("{op}: dimension {dim} is out of range for a tensor of {rank} dimensions (use {}..={})", -(*rank as isize).max(1), (*rank as isize - 1).max(0))]
    DimOutOfRange {
        /// The operation.
        op: &'static str,
        /// The dimension asked for.
        dim: isize,
        /// The number of dimensions.
        rank: usize,
    },
    /// An index that does not exist.
    #[error("{op}: index {index} is out of range for dimension {dim} of size {size}")]
    IndexOutOfRange {
        /// The operation.
        op: &'static str,
        /// The index asked for.
        index: i64,
        /// The dimension it was used in.
        dim: usize,
        /// That dimension's size.
        size: usize,
    },
    /// An element type the operation does not take.
    #[error("{op}: expected {expected}, got {got}; convert with to_dtype")]
    DType {
        /// The operation.
        op: &'static str,
        /// What it takes.
        expected: &'static str,
        /// What came.
        got: DType,
    },
    /// Two element types that have to agree.
    #[error("{op}: dtypes differ, {lhs} against {rhs}; convert one with to_dtype")]
    DTypeMismatch {
        /// The operation.
        op: &'static str,
        /// One dtype.
        lhs: DType,
        /// The other dtype.
        rhs: DType,
    },
    /// A tensor of this rank is not accepted.
    #[error("{op}: expected {expected}, got shape {}", Dims(got))]
    Rank {
        /// The operation.
        op: &'static str,
        /// What it takes.
        expected: &'static str,
        /// The shape that came.
        got: Vec<usize>,
    },
    /// More dimensions than a tensor can have.
    #[error("{op}: {rank} dimensions, a tensor has at most {}", crate::MAX_RANK)]
    TooManyDims {
        /// The operation.
        op: &'static str,
        /// How many were asked for.
        rank: usize,
    },
    /// The shape's product does not fit the address space.
    #[error(
        "{op}: shape {} has more elements than memory can address",
        Dims(shape)
    )]
    TooLarge {
        /// The operation.
        op: &'static str,
        /// The shape.
        shape: Vec<usize>,
    },
    /// A view was asked for that strides cannot express.
    #[error(
        "{op}: shape {} with strides {strides:?} cannot be viewed as {} without copying; use reshape",
        Dims(shape),
        Dims(to)
    )]
    NotViewable {
        /// The operation.
        op: &'static str,
        /// The shape there is.
        shape: Vec<usize>,
        /// Its strides in elements.
        strides: Vec<usize>,
        /// The shape asked for.
        to: Vec<usize>,
    },
    /// The elements do not lie in row-major order.
    #[error(
        "{op}: the tensor of shape {} is not contiguous; call contiguous() first",
        Dims(shape)
    )]
    NotContiguous {
        /// The operation.
        op: &'static str,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// The operation has no gradient rule.
    #[error(
        "{op}: not differentiable, yet one of its inputs requires a gradient; detach the input if no gradient is wanted"
    )]
    NoGradient {
        /// The operation.
        op: &'static str,
    },
    /// A gradient rule read a value that its operation does not save.
    #[error("{op}: its gradient rule reads {what}, which `SAVES` does not name")]
    NotSaved {
        /// The operation.
        op: &'static str,
        /// What was read.
        what: &'static str,
    },
    /// The numbers of a matrix do not allow it: singular, not positive definite, no convergence.
    #[error("{op}: {}{problem}", Which(*matrix, *batch))]
    Matrix {
        /// The operation.
        op: &'static str,
        /// Which matrix of the batch.
        matrix: usize,
        /// How many there are.
        batch: usize,
        /// What is wrong with it, and what could be done.
        problem: String,
    },
    /// A bad argument, told in words.
    #[error("{op}: {message}")]
    Invalid {
        /// The operation.
        op: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
}

/// The remedy, where turning one operand round makes the inner lengths equal.
fn transposing(lhs: &[usize], rhs: &[usize], (left, right): (usize, usize)) -> &'static str {
    if rhs.len() > 1 && rhs.last() == Some(&left) {
        "; transpose the right operand"
    } else if lhs.len() > 1 && lhs[lhs.len() - 2] == right {
        "; transpose the left operand"
    } else {
        ""
    }
}

/// Names one matrix of a batch; says nothing of one that is alone.
struct Which(usize, usize);

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Which(_, 0 | 1) => f.write_str("the matrix "),
            Which(matrix, batch) => write!(f, "matrix {matrix} of {batch} "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_tell_the_facts() {
        let e = Error::from(ErrorKind::InnerLength {
            op: "matmul",
            lhs: vec![32, 784],
            rhs: vec![768, 10],
            inner: (784, 768),
        });
        assert_eq!(
            e.to_string(),
            "matmul: inner lengths differ, lhs (32, 784) × rhs (768, 10): 784 ≠ 768"
        );
        let remedy = |lhs: &[usize], rhs: &[usize], inner| {
            let (op, lhs, rhs) = ("mm", lhs.to_vec(), rhs.to_vec());
            let inner = ErrorKind::InnerLength {
                op,
                lhs,
                rhs,
                inner,
            };
            inner.to_string().split_once("; ").unwrap().1.to_string()
        };
        assert_eq!(
            remedy(&[2, 3], &[2, 3], (3, 2)),
            "transpose the right operand"
        );
        assert_eq!(
            remedy(&[2, 3], &[2, 4], (3, 2)),
            "transpose the left operand"
        );
        let e = ErrorKind::DimOutOfRange {
            op: "sum",
            dim: 2,
            rank: 2,
        };
        assert_eq!(
            e.to_string(),
            "sum: dimension 2 is out of range for a tensor of 2 dimensions (use -2..=1)"
        );
    }

    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Result<crate::Tensor>>(), 16);
    }
}
