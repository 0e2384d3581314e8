//! The squared error.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `(x − y)²`, its mean unless told otherwise.
///
/// # Source
/// `torch.nn.MSELoss` 2.15, except that shapes must be equal: PyTorch broadcasts `(n,)` against `(n, 1)`
/// into an `(n, n)` table with a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MseLoss {
    reduction: Reduction,
}

impl MseLoss {
    /// The mean.
    #[must_use]
    pub fn new() -> MseLoss {
        MseLoss::default()
    }

    /// This loss with another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> MseLoss {
        MseLoss { reduction }
    }
}

impl Loss for MseLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::mse_loss(input, target, self.reduction)
    }

    fn name(&self) -> &'static str {
        "MSELoss"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let (x, y) = (
            Var::leaf(tensor![1.0, 2.0, 3.0]).unwrap(),
            tensor![1.0, 0.0, 6.0],
        );
        let at = |reduction| MseLoss::new().reduction(reduction).forward(&x, &y).unwrap();
        assert_close(&at(Reduction::None).value(), &[0.0, 4.0, 9.0]);
        assert_close(&at(Reduction::Sum).value(), &[13.0]);
        at(Reduction::Mean).backward().unwrap();
        assert_close(&x.grad().unwrap(), &[0.0, 4.0 / 3.0, -2.0]);
    }
}
