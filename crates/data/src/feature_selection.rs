//! Fewer features: those that vary, those that tell something of the target, those that a score asks for.

mod distribution;
mod select_k_best;
mod sequential;
mod univariate;
mod variance_threshold;

pub use select_k_best::SelectKBest;
pub use sequential::{Direction, sequential_feature_selection};
pub use univariate::{FeatureScores, ScoreFunction, chi2, f_classif, f_regression};
pub use variance_threshold::VarianceThreshold;

use crate::error::{ErrorKind, Result};
use gradus_tensor::Tensor;

/// Some columns of a table of `features`, in their dtype.
#[inline]
fn kept_columns(op: &'static str, x: &Tensor, features: usize, kept: &[usize]) -> Result<Tensor> {
    let found = x.shape().get(1).copied().unwrap_or(0);
    if x.rank() != 2 || found != features {
        let expected = features;
        return Err(ErrorKind::Features {
            op,
            found,
            expected,
        }
        .into());
    }
    let index: Vec<i64> = kept.iter().map(|&column| column as i64).collect();
    let index = Tensor::from_vec(index, [kept.len()])?;
    Ok(x.index_select(1, &index)?)
}
