//! Learning rates that change over the training: PyTorch's schedulers.
//!
//! A schedule is made for an optimizer, whose rates it sets at once for the first epoch, and stepped after
//! each epoch, or after each batch for [`CyclicLr`] and [`OneCycleLr`]. Rates follow from the rates before, by
//! PyTorch's recurrences and with its rounding, so schedules can be chained, and a rate set by hand
//! is kept.
//!
//! ```
//! use gradus_autograd::Var;
//! use gradus_optim::schedule::{Schedule, StepLr};
//! use gradus_optim::{Optimizer, Sgd};
//! use gradus_tensor::tensor;
//!
//! let w = Var::leaf(tensor![1.0])?;
//! let mut optimizer = Sgd::new([w], 0.5)?;
//! let mut schedule = StepLr::new(&mut optimizer, 2, 0.1)?;
//! let mut rates = Vec::new();
//! for _epoch in 0..4 {
//!     // … train for an epoch …
//!     rates.extend(optimizer.learning_rates());
//!     schedule.step(&mut optimizer)?;
//! }
//! assert_eq!(rates, [0.5, 0.5, 0.05, 0.05]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod anneal;
mod chained;
mod constant;
mod cosine;
mod cyclic;
mod exponential;
mod lambda;
mod linear;
mod momentum;
mod multi_step;
mod multiplicative;
mod one_cycle;
mod per_group;
mod plateau;
mod polynomial;
mod preview;
mod scheduler;
mod sequential;
mod step;
mod swa;
mod warm_restarts;

pub use anneal::Anneal;
pub use chained::ChainedScheduler;
pub use constant::{ConstantLr, ConstantLrOptions};
pub use cosine::{CosineAnnealingLr, CosineAnnealingLrOptions};
pub use cyclic::{CyclicLr, CyclicLrOptions, CyclicMode};
pub use exponential::{ExponentialLr, ExponentialLrOptions};
pub use lambda::{LambdaLr, LambdaLrOptions};
pub use linear::{LinearLr, LinearLrOptions};
pub use multi_step::{MultiStepLr, MultiStepLrOptions};
pub use multiplicative::{MultiplicativeLr, MultiplicativeLrOptions};
pub use one_cycle::{OneCycleLr, OneCycleLrOptions};
pub use per_group::PerGroup;
pub use plateau::{PlateauMode, ReduceLrOnPlateau, ReduceLrOnPlateauOptions, ThresholdMode};
pub use polynomial::{PolynomialLr, PolynomialLrOptions};
pub use preview::preview;
pub use scheduler::{At, Formula, Schedule, Scheduler};
pub use sequential::SequentialLr;
pub use step::{StepLr, StepLrOptions};
pub use swa::{SwaLr, SwaLrOptions};
pub use warm_restarts::{CosineAnnealingWarmRestarts, CosineAnnealingWarmRestartsOptions};
