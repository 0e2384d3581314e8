//! The absolute error.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `|x − y|`, its mean unless told otherwise; the gradient at 0 is 0.
///
/// # Source
/// `torch.nn.L1Loss` 2.15, except that shapes must be equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct L1Loss {
    reduction: Reduction,
}

impl L1Loss {
    /// The mean.
    #[must_use]
    pub fn new() -> L1Loss {
        L1Loss::default()
    }

    /// This loss with another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> L1Loss {
        L1Loss { reduction }
    }
}

impl Loss for L1Loss {
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::l1_loss(input, target, self.reduction)
    }

    fn name(&self) -> &'static str {
        "L1Loss"
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
        let at = |reduction| L1Loss::new().reduction(reduction).forward(&x, &y).unwrap();
        assert_close(&at(Reduction::None).value(), &[0.0, 2.0, 3.0]);
        assert_close(&at(Reduction::Sum).value(), &[5.0]);
        at(Reduction::Mean).backward().unwrap();
        assert_close(&x.grad().unwrap(), &[0.0, 1.0 / 3.0, -1.0 / 3.0]);
    }
}
