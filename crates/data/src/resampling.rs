//! Random samples of samples: bootstrap sets, and the bags of an ensemble.

mod bagging;
mod bootstrap;

pub use bagging::{Bag, Bagging};
pub use bootstrap::{Bootstrap, resample};
