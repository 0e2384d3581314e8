//! Reverse-mode differentiation.
//!
//! Operations run on a [`Var`] are recorded; [`Var::backward`] walks the record backwards and adds
//! gradients to the leaves, [`grad`] returns them instead, differentiable again if asked. This crate
//! defines no operation: rules live in `gradus_tensor::ops`, beside their forward pass, and run here
//! on plain tensors, or on variables for second derivatives.
//!
//! Start with [`Var`], then [`grad`] and [`no_grad`]. To look into a pass there are
//! [hooks](Var::register_hook), [`detect_anomaly`], [`Graph`] and [`gradcheck()`].
//!
//! An operation of your own is one type with a forward pass and a gradient rule, in any crate; it runs
//! on plain tensors, is recorded, and has as many derivatives as the words of its rule:
//!
//! ```
//! use gradus_autograd::{Result, Var, gradcheck, gradgradcheck};
//! use gradus_tensor::ops::{Arithmetic, Exponential};
//! use gradus_tensor::testkit::values;
//! use gradus_tensor::{Array, Op, Saved, Saves, Tensor, tensor};
//!
//! /// `x eˣ`
//! #[derive(Clone, Debug)]
//! struct Lambert;
//!
//! impl Op<1> for Lambert {
//!     const NAME: &'static str = "lambert";
//!     const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);
//!
//!     fn forward(&self, [x]: [&Tensor; 1]) -> gradus_tensor::Result<Tensor> {
//!         x.exp()?.mul(x)
//!     }
//!
//!     /// dL/dx = g (eˣ + y)
//!     fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> gradus_tensor::Result<A> {
//!         saved.input(0)?.exp()?.add(saved.output()?)?.mul(g)
//!     }
//! }
//!
//! fn lambert(x: &Var) -> Result<Var> {
//!     Ok(Var::apply(Lambert, [x])?)
//! }
//!
//! let x = Var::leaf(tensor![0.0])?;
//! lambert(&x)?.backward()?;
//! assert_eq!(x.grad().unwrap().item::<f32>()?, 1.0);
//! let anywhere = values(&[2, 3], -1.0, 1.0, 1);
//! gradcheck(|v| lambert(&v[0]), &[anywhere.clone()])?;
//! gradgradcheck(|v| lambert(&v[0]), &[anywhere])?;
//! # Ok::<(), gradus_autograd::Error>(())
//! ```

mod anomaly;
mod apply;
mod assign;
mod edge;
mod engine;
mod error;
mod few;
mod functional;
mod grad_mode;
mod gradcheck;
mod gradient;
mod graph;
mod hooks;
mod leaf;
mod operators;
mod print;
mod questions;
mod queue;
mod record;
mod var;

pub use error::{Error, Result};
pub use functional::{
    GradOptions, grad, grad_with, hessian, hessians, hvp, jacobian, jacobians, jvp, value_and_grad,
    vjp,
};
pub use grad_mode::{detect_anomaly, enable_grad, is_grad_enabled, no_grad};
pub use gradcheck::{gradcheck, gradgradcheck};
#[doc(no_inline)]
pub use gradus_tensor::{DType, Tensor, tensor};
pub use graph::{Graph, GraphNode};
pub use hooks::HookHandle;
pub use var::{Backward, Var};
