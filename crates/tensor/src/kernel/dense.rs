//! An operand in row-major order, copied only if it is not so already.

use std::ops::Deref;

use crate::Tensor;

/// A contiguous tensor: lent where possible, since a clone is two atomic operations.
pub(crate) enum Dense<'a> {
    Lent(&'a Tensor),
    Copied(Tensor),
}

impl<'a> Dense<'a> {
    #[inline(always)]
    pub(crate) fn of(x: &'a Tensor) -> Dense<'a> {
        if x.is_contiguous() {
            Dense::Lent(x)
        } else {
            Dense::Copied(super::materialize(x))
        }
    }
}

impl Deref for Dense<'_> {
    type Target = Tensor;
    #[inline(always)]
    fn deref(&self) -> &Tensor {
        match self {
            Dense::Lent(x) => x,
            Dense::Copied(x) => x,
        }
    }
}
