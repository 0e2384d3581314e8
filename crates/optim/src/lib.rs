//! Optimizers: update rules as pure formulas, and one walk over parameters for all of them.
//!
//! An optimizer holds the same leaf variables as the model, in groups with options of their own. Its
//! `state_dict` has PyTorch's shape: state by position of the parameter, options by group. It knows
//! nothing of models and files.
//!
//! ```
//! use gradus_autograd::Var;
//! use gradus_optim::{Optimizer, Sgd};
//! use gradus_tensor::tensor;
//!
//! let w = Var::leaf(tensor![3.0])?;
//! let mut optimizer = Sgd::new([w.clone()], 0.1)?;
//! for _ in 0..100 {
//!     let loss = w.square()?.sum()?;
//!     optimizer.zero_grad();
//!     loss.backward()?;
//!     optimizer.step()?;
//! }
//! assert!(w.item::<f32>()?.abs() < 1e-6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adam;
mod clip;
mod error;
mod optimizer;
mod rule;
mod sgd;
mod state_dict;
mod stepper;

pub use adam::{Adam, AdamOptions, AdamW};
pub use clip::{clip_grad_norm, clip_grad_value};
pub use error::{Error, Result};
pub use optimizer::Optimizer;
pub use rule::{Rule, RuleState};
pub use sgd::{Sgd, SgdOptions};
pub use state_dict::{GroupState, OptimizerState, ParameterState, Value};
pub use stepper::{Group, Stepper};
