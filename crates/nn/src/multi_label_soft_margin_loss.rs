//! Binary cross-entropy of several labels.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// The mean over classes of `−w (y ln σ(x) + (1 − y) ln σ(−x))`.
///
/// # Source
/// `torch.nn.MultiLabelSoftMarginLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, MultiLabelSoftMarginLoss};
/// use gradus_tensor::tensor;
///
/// let loss = MultiLabelSoftMarginLoss::new().forward(&tensor![[0.0, 0.0]].into(), &tensor![[1.0, 0.0]])?;
/// assert!((loss.item::<f32>()? - 0.6931472).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MultiLabelSoftMarginLoss {
    weight: Option<Tensor>,
    reduction: Reduction,
}

impl Default for MultiLabelSoftMarginLoss {
    #[inline]
    fn default() -> MultiLabelSoftMarginLoss {
        MultiLabelSoftMarginLoss {
            weight: None,
            reduction: Reduction::Mean,
        }
    }
}

impl MultiLabelSoftMarginLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> MultiLabelSoftMarginLoss {
        MultiLabelSoftMarginLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> MultiLabelSoftMarginLoss {
        self.reduction = reduction;
        self
    }

    /// Factors that broadcast to the input's shape; none at first.
    #[must_use]
    #[inline]
    pub fn weight(mut self, weight: Tensor) -> MultiLabelSoftMarginLoss {
        self.weight = Some(weight);
        self
    }
}

impl Loss for MultiLabelSoftMarginLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::multilabel_soft_margin_loss(input, target, self.weight.as_ref(), self.reduction)
    }

    #[inline]
    fn name(&self) -> &'static str {
        "MultiLabelSoftMarginLoss"
    }
}
