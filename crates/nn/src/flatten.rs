//! Merging dimensions.

use gradus_autograd::Var;

use crate::error::Result;
use crate::repr::extra_repr;
use crate::{Mode, Module, seen};

/// Merges the dimensions from `start_dim` to `end_dim`, both included: all but the first, unless told
/// otherwise.
///
/// ```
/// use gradus_nn::Flatten;
/// use gradus_tensor::{DType, Tensor};
///
/// let images = Tensor::zeros([16, 1, 5, 5], DType::F32)?;
/// assert_eq!(Flatten::new().forward(&images.into())?.shape(), [16, 25]);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct Flatten {
    start_dim: isize,
    end_dim: isize,
    mode: Mode,
}

impl Flatten {
    /// From the second dimension to the last.
    #[must_use]
    pub fn new() -> Flatten {
        Flatten::dims(1, -1)
    }

    /// From one dimension to another; −1 is the last.
    #[must_use]
    pub fn dims(start_dim: isize, end_dim: isize) -> Flatten {
        Flatten {
            start_dim,
            end_dim,
            mode: Mode::new(),
        }
    }

    /// The same elements in fewer dimensions.
    ///
    /// # Errors
    /// A dimension that does not exist, or an end before the start.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.flatten(self.start_dim, self.end_dim)?;
        seen(self, &y);
        Ok(y)
    }

    fn extra_repr(&self) -> String {
        extra_repr!(start_dim = self.start_dim, end_dim = self.end_dim)
    }
}

impl Default for Flatten {
    fn default() -> Flatten {
        Flatten::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::{DType, Tensor};

    #[test]
    fn shapes() {
        let x: Var = Tensor::zeros([2, 3, 4], DType::F32).unwrap().into();
        assert_eq!(Flatten::new().forward(&x).unwrap().shape(), [2, 12]);
        assert_eq!(Flatten::dims(0, 1).forward(&x).unwrap().shape(), [6, 4]);
        assert!(Flatten::dims(2, 3).forward(&x).is_err());
        assert_eq!(
            Flatten::new().to_string(),
            "Flatten(start_dim=1, end_dim=-1)"
        );
    }
}
