//! Feature scaling: fitted on the training set, applied to both. scikit-learn's results.

mod columns;
mod max_abs_scaler;
mod min_max_scaler;
mod normalizer;
mod robust_scaler;
mod standard_scaler;

pub use max_abs_scaler::MaxAbsScaler;
pub use min_max_scaler::MinMaxScaler;
pub use normalizer::{Norm, Normalizer};
pub use robust_scaler::RobustScaler;
pub use standard_scaler::StandardScaler;
