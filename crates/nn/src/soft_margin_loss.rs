//! The logistic loss of two classes.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `ln(1 + e^(−y x))` with y = ±1.
///
/// # Source
/// `torch.nn.SoftMarginLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, SoftMarginLoss};
/// use gradus_tensor::tensor;
///
/// let loss = SoftMarginLoss::new().forward(&tensor![0.0].into(), &tensor![1.0])?;
/// assert!((loss.item::<f32>()? - 0.6931472).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoftMarginLoss {
    reduction: Reduction,
}

impl SoftMarginLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> SoftMarginLoss {
        SoftMarginLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(self, reduction: Reduction) -> SoftMarginLoss {
        SoftMarginLoss { reduction }
    }
}

impl Loss for SoftMarginLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::soft_margin_loss(input, target, self.reduction)
    }

    #[inline]
    fn name(&self) -> &'static str {
        "SoftMarginLoss"
    }
}
