//! Optimizers: update rules as pure formulas, and one walk over parameters for all of them.
//!
//! An optimizer holds the same leaf variables as the model, in groups with options of their own. Its
//! `state_dict` has PyTorch's shape: state by position of the parameter, options by group. It knows
//! nothing of models and files. A [`schedule`] changes its learning rates.
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

mod accumulation;
mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adamax;
mod asgd;
mod averaging;
mod clip;
mod error;
mod field;
mod lbfgs;
mod lion;
mod moments;
mod muon;
mod nadam;
mod optimizer;
mod passes;
mod radam;
mod rmsprop;
mod rprop;
mod rule;
mod saving;
pub mod schedule;
mod sgd;
mod state_dict;
mod stepper;
mod value;

pub use accumulation::GradientAccumulation;
pub use adadelta::{Adadelta, AdadeltaOptions};
pub use adafactor::{Adafactor, AdafactorOptions};
pub use adagrad::{Adagrad, AdagradOptions};
pub use adam::{Adam, AdamOptions, AdamW};
pub use adamax::{Adamax, AdamaxOptions};
pub use asgd::{Asgd, AsgdOptions};
pub use averaging::{Average, AveragedWeights};
pub use clip::{clip_grad_norm, clip_grad_norm_of, clip_grad_value, grad_norm};
pub use error::{Closure, Error, Result};
pub use field::{Field, OptionValue, Options, Range};
pub use lbfgs::{Lbfgs, LbfgsOptions, LineSearch};
pub use lion::{Lion, LionOptions};
pub use muon::{AdjustLr, Muon, MuonOptions};
pub use nadam::{NAdam, NAdamOptions};
pub use optimizer::Optimizer;
pub use radam::{RAdam, RAdamOptions};
pub use rmsprop::{RmsProp, RmsPropOptions};
pub use rprop::{Rprop, RpropOptions};
pub use rule::{Buffer, Rule, RuleState};
pub use sgd::{Sgd, SgdOptions};
pub use state_dict::{GroupState, OptimizerState, ParameterState};
pub use stepper::{Group, Stepper};
pub use value::Value;
