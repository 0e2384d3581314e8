//! A margin for distances.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `x` where y = 1, `max(0, margin − x)` where y = −1: distances of like pairs shrink, those of unlike pairs grow up to the margin.
///
/// # Source
/// `torch.nn.HingeEmbeddingLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, HingeEmbeddingLoss};
/// use gradus_tensor::tensor;
///
/// let loss = HingeEmbeddingLoss::new().forward(&tensor![0.5, 0.25].into(), &tensor![1.0, -1.0])?;
/// assert!((loss.item::<f32>()? - 0.625).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HingeEmbeddingLoss {
    margin: f64,
    reduction: Reduction,
}

impl Default for HingeEmbeddingLoss {
    #[inline]
    fn default() -> HingeEmbeddingLoss {
        HingeEmbeddingLoss {
            margin: 1.0,
            reduction: Reduction::Mean,
        }
    }
}

impl HingeEmbeddingLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> HingeEmbeddingLoss {
        HingeEmbeddingLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> HingeEmbeddingLoss {
        self.reduction = reduction;
        self
    }

    /// How far unlike pairs have to be apart; 1 at first.
    #[must_use]
    #[inline]
    pub fn margin(mut self, margin: f64) -> HingeEmbeddingLoss {
        self.margin = margin;
        self
    }
}

impl Loss for HingeEmbeddingLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::hinge_embedding_loss(input, target, self.margin, self.reduction)
    }

    #[inline]
    fn name(&self) -> &'static str {
        "HingeEmbeddingLoss"
    }
}
