//! Whether two sets come from the same distribution.

mod kolmogorov_smirnov;
mod population_stability;

pub use kolmogorov_smirnov::{KsTest, ks_2samp};
pub use population_stability::{StabilityIndex, population_stability_index};

use crate::error::{Error, Result};
use gradus_tensor::Tensor;

/// A column of finite numbers, sorted.
#[inline]
fn sorted(op: &'static str, what: &str, x: &Tensor) -> Result<Vec<f64>> {
    let mut values = match *x.shape() {
        [_] | [_, 1] => x.to_vec::<f64>()?,
        _ => {
            let message = format!("{what} has shape {:?}; expected (samples,)", x.shape());
            return Err(Error::argument(op, message));
        }
    };
    if values.is_empty() {
        return Err(Error::argument(op, format!("{what} is empty")));
    }
    if let Some(wrong) = values.iter().find(|x| !x.is_finite()) {
        return Err(Error::argument(
            op,
            format!("{what} holds {wrong}; impute or drop it first"),
        ));
    }
    values.sort_unstable_by(f64::total_cmp);
    Ok(values)
}
