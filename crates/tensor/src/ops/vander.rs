//! Vandermonde's matrix.

use super::operands::computed_in;
use super::{Arithmetic, Cast, Concatenate, Shapes};
use crate::layout::Layout;
use crate::{Array, DType, ErrorKind, Result, Tensor};

/// Vandermonde's matrix.
///
/// ```
/// # use gradus_tensor::tensor;
/// assert_eq!(tensor![1, 2, 3].vander(None)?, tensor![[1, 1, 1], [1, 2, 4], [1, 3, 9]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Vandermonde: Array {
    /// Rows of powers: `x[.., i]⁰, x[.., i]¹, …`, `n` of them, as many as there are numbers if `n` is not
    /// given: `torch.linalg.vander`.
    ///
    /// # Errors
    /// Fewer than two powers, or more than memory could hold; bools.
    fn vander(&self, n: Option<usize>) -> Result<Self> {
        const OP: &str = "vander";
        computed_in(OP, self.dtype())?;
        let vector = self.shape().is_empty();
        let x = if vector {
            self.reshape([1])?
        } else {
            self.clone()
        };
        let x = if x.dtype().is_float() {
            x
        } else {
            x.to_dtype(DType::I64)?
        };
        let n = n.unwrap_or(x.shape()[x.shape().len() - 1]);
        if n < 2 {
            let message = format!("{n} powers asked for, a row has at least 2");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        // So many that no memory holds them are not begun with.
        Layout::row_major(OP, &[x.shape(), &[n]].concat())?;
        let ones = Self::constant(Tensor::ones(x.shape(), x.dtype())?);
        let mut powers = vec![ones, x.clone()];
        while powers.len() < n {
            powers.push(powers[powers.len() - 1].mul(&x)?);
        }
        Self::stack(&powers.iter().collect::<Vec<_>>(), -1)
    }
}
impl<A: Array> Vandermonde for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::assert_close;

    #[test]
    fn powers_in_rows() {
        let x = tensor![2.0, -3.0];
        assert_close(
            &x.vander(Some(3)).unwrap(),
            &[1.0, 2.0, 4.0, 1.0, -3.0, 9.0],
        );
        assert_close(&x.vander(None).unwrap(), &[1.0, 2.0, 1.0, -3.0]);
        assert!(x.vander(Some(usize::MAX)).is_err());
        assert_eq!(tensor![[1, 2, 3]].vander(None).unwrap().shape(), [1, 3, 3]);
        assert_eq!(
            Tensor::scalar(2.0f32).vander(Some(2)).unwrap().shape(),
            [1, 2]
        );
        assert!(x.vander(Some(1)).is_err() && tensor![true].vander(Some(2)).is_err());
    }
}
