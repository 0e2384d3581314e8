//! The angle between vectors.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::Target;

/// `1 − cos(x₁, x₂)` where y = 1, `max(0, cos(x₁, x₂) − margin)` where y = −1.
///
/// # Shapes
/// inputs: `(D,)` or `(N, D)`; target: `()` or `(N,)`.
///
/// # Source
/// `torch.nn.CosineEmbeddingLoss` 2.15.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineEmbeddingLoss {
    margin: f64,
    reduction: Reduction,
}

impl Default for CosineEmbeddingLoss {
    #[inline]
    fn default() -> CosineEmbeddingLoss {
        CosineEmbeddingLoss {
            margin: 0.0,
            reduction: Reduction::Mean,
        }
    }
}

impl CosineEmbeddingLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> CosineEmbeddingLoss {
        CosineEmbeddingLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> CosineEmbeddingLoss {
        self.reduction = reduction;
        self
    }

    /// How alike unlike pairs may be; 0 at first.
    #[must_use]
    #[inline]
    pub fn margin(mut self, margin: f64) -> CosineEmbeddingLoss {
        self.margin = margin;
        self
    }

    /// The loss: a single number, or one for each sample without reduction.
    ///
    /// # Errors
    /// Shapes or dtypes that do not fit each other.
    #[inline]
    pub fn forward(&self, input1: &Var, input2: &Var, target: &dyn Target) -> Result<Var> {
        functional::cosine_embedding_loss(input1, input2, target, self.margin, self.reduction)
    }
}
