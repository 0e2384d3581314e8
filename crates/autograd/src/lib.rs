//! Reverse-mode differentiation.
//!
//! Operations run on a [`Var`] are recorded; [`Var::backward`] walks the record backwards and adds
//! gradients to the leaves. A derivative at a point:
//!
//! ```
//! use gradus_autograd::{Var, tensor};
//!
//! let x = Var::leaf(tensor![2.0])?; // torch.tensor([2.], requires_grad=True)
//! let y = x.square()? + 2.0 * &x + 1;
//! y.backward()?;
//! assert_eq!(x.grad().unwrap(), tensor![6.0]); // 2x + 2
//! # Ok::<(), gradus_autograd::Error>(())
//! ```
//!
//! A line fitted to points. Gradients add up until they are zeroed, and a leaf is changed outside of the
//! record:
//!
//! ```
//! use gradus_autograd::{Var, tensor};
//!
//! let (x, y) = (Var::new(tensor![0.0, 1.0, 2.0]), Var::new(tensor![1.0, 3.0, 5.0]));
//! let (w, b) = (Var::leaf(tensor![0.0])?, Var::leaf(tensor![0.0])?);
//! for _ in 0..200 {
//!     let loss = (&w * &x + &b - &y).square()?.mean()?;
//!     loss.backward()?;
//!     for parameter in [&w, &b] {
//!         parameter.set_value(parameter.value() - parameter.grad().unwrap() * 0.2)?;
//!         parameter.zero_grad();
//!     }
//! }
//! assert_eq!((w.to_string(), b.to_string()), (
//!     "tensor([2.0000], requires_grad=True)".to_string(),
//!     "tensor([1.0000], requires_grad=True)".to_string(),
//! ));
//! # Ok::<(), gradus_autograd::Error>(())
//! ```
//!
//! [`grad`] returns gradients instead of adding them to leaves, differentiable again if asked; [`no_grad`]
//! records nothing:
//!
//! ```
//! use gradus_autograd::{Var, grad, no_grad, tensor};
//!
//! let x = Var::leaf(tensor![3.0])?;
//! let y = x.pow_scalar(3)?;
//! let first = grad(&[&y], &[&x], true)?.remove(0); // 3x², recorded
//! let second = grad(&[&first], &[&x], false)?.remove(0); // 6x
//! assert_eq!((first.item::<f32>()?, second.item::<f32>()?), (27.0, 18.0));
//! assert!(!no_grad(|| &x * 2.0).requires_grad());
//! # Ok::<(), gradus_autograd::Error>(())
//! ```
//!
//! # Where to find what
//!
//! | | |
//! |---|---|
//! | variables | [`Var::leaf`], [`Var::new`], [`Var::value`], [`Var::detach`], [`Var::grad`], [`Var::zero_grad`] |
//! | gradients | [`Var::backward`], [`Var::backward_with`], [`grad`], [`grad_with`] |
//! | derivatives of functions | [`value_and_grad`], [`vjp`], [`jvp`], [`jacobian`], [`hessian`], [`hvp`] |
//! | whether to record | [`no_grad`], [`enable_grad`], [`Var::set_requires_grad`] |
//! | looking into a pass | [hooks](Var::register_hook), [`detect_anomaly`], [`Graph`], [`gradcheck()`], [`gradgradcheck`] |
//! | computing | the methods of [`Var`], those of `Tensor`: [`gradus_tensor::ops`] has them by topic |
//!
//! # An operation of your own
//!
//! This crate defines no operation: rules live in [`gradus_tensor::ops`], beside their forward pass, and run
//! here on plain tensors, or on variables for second derivatives.
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
