//! Scaling and encoding of features: fitted on the training set, applied to both. scikit-learn's results.

mod columns;
mod label_encoder;
mod max_abs_scaler;
mod min_max_scaler;
mod normalizer;
mod one_hot_encoder;
mod pipeline;
mod polynomial_features;
mod robust_scaler;
mod simple_imputer;
mod standard_scaler;

pub use label_encoder::LabelEncoder;
pub use max_abs_scaler::MaxAbsScaler;
pub use min_max_scaler::MinMaxScaler;
pub use normalizer::{Norm, Normalizer};
pub use one_hot_encoder::OneHotEncoder;
pub use pipeline::{Pipeline, PipelineStep};
pub use polynomial_features::PolynomialFeatures;
pub use robust_scaler::RobustScaler;
pub use simple_imputer::{ImputeStrategy, SimpleImputer};
pub use standard_scaler::StandardScaler;

pub(crate) use columns::{Rows, pairwise_sum};
