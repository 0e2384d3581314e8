//! Reverse-mode differentiation.
//!
//! Operations run on a [`Var`] are recorded; [`Var::backward`] walks the record backwards and adds
//! gradients to the leaves, [`grad`] returns them instead, differentiable again if asked. This crate
//! defines no operation: rules live in `gradus_tensor::ops`, beside their forward pass, and run here
//! on plain tensors, or on variables for second derivatives.
//!
//! Start with [`Var`], then [`grad`] and [`no_grad`].

mod assign;
mod engine;
mod error;
mod few;
mod functional;
mod grad_mode;
mod gradcheck;
mod leaf;
mod record;
mod var;

pub use error::{Error, Result};
pub use functional::{GradOptions, grad, grad_with, hessian, jacobian, jvp, vjp};
pub use grad_mode::{enable_grad, is_grad_enabled, no_grad};
pub use gradcheck::{gradcheck, gradgradcheck};
pub use var::{Backward, Var};
