//! Momentum under the two names that optimizers have for it.

use crate::error::{Error, Result};
use crate::optimizer::Optimizer;
use crate::schedule::per_group::PerGroup;
use crate::value::Value;

/// Sets a group's `momentum`, or the first of its `betas`.
#[inline]
pub(super) fn set(
    schedule: &'static str,
    optimizer: &mut dyn Optimizer,
    group: usize,
    momentum: f64,
) -> Result<()> {
    if let Some(betas) = optimizer.option(group, "betas") {
        let mut betas = betas.as_floats().unwrap_or_default();
        if let Some(first) = betas.first_mut() {
            *first = momentum;
        }
        let betas = betas.into_iter().map(Value::Float).collect();
        return optimizer.set_option(group, "betas", Value::Tuple(betas));
    }
    if optimizer.option(group, "momentum").is_some() {
        return optimizer.set_option(group, "momentum", Value::Float(momentum));
    }
    Err(Error::Schedule {
        schedule,
        message: format!(
            "{} has neither momentum nor betas to cycle; set cycle_momentum to false",
            optimizer.name()
        ),
    })
}

/// Notes the bounds of a group's momentum in the group, as PyTorch does.
#[inline]
pub(super) fn note(
    optimizer: &mut dyn Optimizer,
    group: usize,
    base: &PerGroup,
    max: &PerGroup,
) -> Result<()> {
    for (name, bound) in [("max_momentum", max), ("base_momentum", base)] {
        optimizer.set_option(group, name, Value::Float(bound.of(group)))?;
    }
    Ok(())
}
