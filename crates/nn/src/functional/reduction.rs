//! From the losses of elements to one number, and factors that may be broadcast to them.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use crate::error::{Dims, Error, Result};

/// The losses themselves, their mean or their sum.
pub(super) fn reduce(losses: Var, reduction: Reduction) -> Result<Var> {
    Ok(match reduction {
        Reduction::None => losses,
        Reduction::Mean => losses.mean()?,
        Reduction::Sum => losses.sum()?,
    })
}

/// Factors may be broadcast, but only to the shape that is there.
pub(super) fn expect_broadcast(
    op: &'static str,
    what: &str,
    factor: &Tensor,
    input: &Var,
) -> Result<()> {
    let (small, large) = (factor.shape(), input.shape());
    let fits = small.len() <= large.len()
        && small
            .iter()
            .rev()
            .zip(large.iter().rev())
            .all(|(&s, &l)| s == l || s == 1)
        && factor.dtype() == input.dtype();
    if fits {
        return Ok(());
    }
    let message = format!(
        "the {what} {} {} does not broadcast to the input {} {}",
        Dims(small),
        factor.dtype(),
        Dims(large),
        input.dtype()
    );
    Err(Error::invalid(op, message))
}
