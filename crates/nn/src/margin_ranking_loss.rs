//! A margin between two scores.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::Target;

/// `max(0, margin − y (x₁ − x₂))`: with y = 1 the first has to be larger, with y = −1 the second.
///
/// # Source
/// `torch.nn.MarginRankingLoss` 2.15.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginRankingLoss {
    margin: f64,
    reduction: Reduction,
}

impl Default for MarginRankingLoss {
    #[inline]
    fn default() -> MarginRankingLoss {
        MarginRankingLoss {
            margin: 0.0,
            reduction: Reduction::Mean,
        }
    }
}

impl MarginRankingLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> MarginRankingLoss {
        MarginRankingLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> MarginRankingLoss {
        self.reduction = reduction;
        self
    }

    /// How much larger; 0 at first.
    #[must_use]
    #[inline]
    pub fn margin(mut self, margin: f64) -> MarginRankingLoss {
        self.margin = margin;
        self
    }

    /// The loss: a single number, or one for each sample without reduction.
    ///
    /// # Errors
    /// Shapes or dtypes that do not fit each other.
    #[inline]
    pub fn forward(&self, input1: &Var, input2: &Var, target: &dyn Target) -> Result<Var> {
        functional::margin_ranking_loss(input1, input2, target, self.margin, self.reduction)
    }
}
