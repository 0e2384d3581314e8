//! Parts of a tensor held to a largest norm.

use super::expect::expect_float;
use super::operands::expect_at_least;
use super::{Arithmetic, Norms, Selection};
use crate::layout::resolve_dim;
use crate::{Array, ErrorKind, Result};

/// What stands in the denominator besides the norm, as in PyTorch.
const TINY: f64 = 1e-7;

/// Parts of a tensor held to a largest norm.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[3.0, 4.0], [0.0, 1.0]];
/// let norms = x.renorm(2.0, 0, 1.0)?.vector_norm(2.0, &[1], false)?;
/// assert!(norms.le_scalar(1)?.all()?.item::<bool>()?);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Renorm: Array {
    /// Each entry of `dim` whose norm of order `p` exceeds `maxnorm` is scaled down to it:
    /// `torch.renorm`.
    ///
    /// # Errors
    /// An order that is not positive; a negative `maxnorm`; fewer than two dimensions, or one that does
    /// not exist; integers and bools.
    fn renorm(&self, p: f64, dim: isize, maxnorm: f64) -> Result<Self> {
        const OP: &str = "renorm";
        expect_float(OP, self)?;
        let rank = self.shape().len();
        expect_at_least(OP, "at least 2 dimensions", 2, self.shape())?;
        let dim = resolve_dim(OP, dim, rank)?;
        if !(p > 0.0 && maxnorm >= 0.0) {
            let message =
                format!("the order {p} has to be positive, the norm {maxnorm} at least 0");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let others: Vec<isize> = (0..rank as isize).filter(|&d| d != dim as isize).collect();
        if self.shape().contains(&0) {
            return Ok(self.clone());
        }
        let norms = self.vector_norm(p, &others, true)?;
        let within = norms.value().le_scalar(maxnorm)?;
        let scale = norms.add_scalar(TINY)?.rdiv_scalar(maxnorm)?;
        self.mul(&scale.masked_fill(&within, 1)?)
    }
}
impl<A: Array> Renorm for A {}

#[cfg(test)]
mod tests {
    use crate::tensor;
    use crate::testkit::assert_close;

    #[test]
    fn only_long_rows_shrink() {
        let x = tensor![[3.0, 4.0], [0.3, 0.4]];
        let y = x.renorm(2.0, 0, 1.0).unwrap();
        assert_close(&y, &[0.6, 0.8, 0.3, 0.4]);
        let columns = x.renorm(1.0, -1, 0.0).unwrap();
        assert_close(&columns, &[0.0; 4]);
    }

    #[test]
    fn bad_arguments_are_refused() {
        let x = tensor![[1.0, 2.0]];
        let e = x.renorm(0.0, 0, 1.0).unwrap_err();
        assert_eq!(
            e.to_string(),
            "renorm: the order 0 has to be positive, the norm 1 at least 0"
        );
        assert!(x.renorm(2.0, 0, -1.0).is_err() && x.renorm(2.0, 5, 1.0).is_err());
        assert!(
            tensor![1.0].renorm(2.0, 0, 1.0).is_err() && tensor![[1]].renorm(2.0, 0, 1.0).is_err()
        );
    }
}
