//! Searching for the operation that first made NaN.

use gradus_tensor::Tensor;

use crate::error::{Error, Result};

/// Where NaN stands: its first place, and how many there are.
struct Found {
    place: Vec<usize>,
    count: usize,
    of: usize,
}

/// The NaN of a tensor, if it has any.
fn find(x: &Tensor) -> gradus_tensor::Result<Option<Found>> {
    if !x.dtype().is_float() {
        return Ok(None);
    }
    let values = x.to_vec::<f64>()?;
    let Some(first) = values.iter().position(|value| value.is_nan()) else {
        return Ok(None);
    };
    let mut place = vec![0; x.rank()];
    let mut rest = first;
    for (index, &size) in place.iter_mut().zip(x.shape()).rev() {
        *index = rest % size;
        rest /= size;
    }
    Ok(Some(Found {
        place,
        count: values.iter().filter(|value| value.is_nan()).count(),
        of: values.len(),
    }))
}

fn any_has<'a>(mut tensors: impl Iterator<Item = &'a Tensor>) -> gradus_tensor::Result<bool> {
    tensors.try_fold(false, |any, x| Ok(any || find(x)?.is_some()))
}

/// # Errors
/// The operation made NaN of inputs without.
#[cold]
pub(crate) fn check_result<'a>(
    op: &'static str,
    inputs: impl Iterator<Item = &'a Tensor>,
    out: &Tensor,
) -> gradus_tensor::Result<()> {
    let Some(found) = find(out)? else {
        return Ok(());
    };
    if any_has(inputs)? {
        return Ok(());
    }
    let Found { place, count, of } = found;
    let message = format!("made NaN at {place:?}, {count} of {of} elements, of inputs without NaN");
    Err(gradus_tensor::Error::custom(op, message))
}

/// # Errors
/// The gradient rule made NaN of a gradient and saved values without.
#[cold]
pub(crate) fn check_gradient<'a>(
    op: &'static str,
    input: usize,
    g: &Tensor,
    saved: impl Iterator<Item = &'a Tensor>,
    gradient: &Tensor,
) -> Result<()> {
    let Some(found) = find(gradient)? else {
        return Ok(());
    };
    if find(g)?.is_some() || any_has(saved)? {
        return Ok(());
    }
    Err(Error::Nan {
        op,
        input,
        place: found.place,
        count: found.count,
        of: found.of,
    })
}
