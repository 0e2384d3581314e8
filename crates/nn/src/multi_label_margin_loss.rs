//! The hinge loss of several labels.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `Σ max(0, 1 − x[j] + x[i]) / C` over the labels j that a sample has and the classes i that it has not.
///
/// # Shapes
/// input: `(C,)` or `(N, C)`; target: integers of the same shape, the labels first, ended by −1.
///
/// # Source
/// `torch.nn.MultiLabelMarginLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, MultiLabelMarginLoss};
/// use gradus_tensor::tensor;
///
/// let loss = MultiLabelMarginLoss::new().forward(&tensor![[0.0, 0.0]].into(), &tensor![[1, -1]])?;
/// assert!((loss.item::<f32>()? - 0.5).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MultiLabelMarginLoss {
    reduction: Reduction,
}

impl MultiLabelMarginLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> MultiLabelMarginLoss {
        MultiLabelMarginLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(self, reduction: Reduction) -> MultiLabelMarginLoss {
        MultiLabelMarginLoss { reduction }
    }
}

impl Loss for MultiLabelMarginLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::multilabel_margin_loss(input, target, self.reduction)
    }

    #[inline]
    fn name(&self) -> &'static str {
        "MultiLabelMarginLoss"
    }
}
