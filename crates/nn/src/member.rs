//! The parts of a module, as the walk shows them.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::{Buffer, Mode, Module};

/// A part of a module.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Member<'a> {
    /// A tensor to train.
    Parameter(&'a Var),
    /// A tensor to keep.
    Buffer(&'a Buffer),
    /// A module within.
    Module(&'a (dyn Module + 'static)),
    /// Whether the module is in training.
    Mode(&'a Mode),
    /// What it draws from.
    Generator(&'a Generator),
}

/// A part of a module, to be replaced.
#[derive(Debug)]
#[non_exhaustive]
pub enum MemberMut<'a> {
    /// A tensor to train.
    Parameter(&'a mut Var),
    /// A tensor to keep.
    Buffer(&'a mut Buffer),
    /// A module within.
    Module(&'a mut (dyn Module + 'static)),
    /// Whether the module is in training.
    Mode(&'a mut Mode),
    /// What it draws from.
    Generator(&'a mut Generator),
}

/// A tensor of a model's state: a parameter or a buffer.
#[derive(Clone, Copy)]
pub(crate) enum Slot<'a> {
    Parameter(&'a Var),
    Buffer(&'a Buffer),
}

impl Slot<'_> {
    pub(crate) fn value(&self) -> Tensor {
        match self {
            Slot::Parameter(parameter) => parameter.value(),
            Slot::Buffer(buffer) => buffer.value(),
        }
    }

    pub(crate) fn set(&self, value: Tensor) -> Result<()> {
        match self {
            Slot::Parameter(parameter) => Ok(parameter.set_value(value)?),
            Slot::Buffer(buffer) => buffer.set(value),
        }
    }
}
