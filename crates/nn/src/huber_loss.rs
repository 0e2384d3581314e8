//! The Huber loss.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `d² / 2` for `|d| = |x − y| ≤ δ`, `δ (|d| − δ / 2)` beyond: far points pull with the constant slope δ.
///
/// # Source
/// `torch.nn.HuberLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, HuberLoss};
/// use gradus_tensor::tensor;
///
/// let loss = HuberLoss::new().forward(&tensor![0.0, 0.0].into(), &tensor![0.5, 3.0])?;
/// assert!((loss.item::<f32>()? - 1.3125).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HuberLoss {
    delta: f64,
    reduction: Reduction,
}

impl Default for HuberLoss {
    #[inline]
    fn default() -> HuberLoss {
        HuberLoss {
            delta: 1.0,
            reduction: Reduction::Mean,
        }
    }
}

impl HuberLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> HuberLoss {
        HuberLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> HuberLoss {
        self.reduction = reduction;
        self
    }

    /// Where the parabola ends; 1 at first.
    #[must_use]
    #[inline]
    pub fn delta(mut self, delta: f64) -> HuberLoss {
        self.delta = delta;
        self
    }
}

impl Loss for HuberLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::huber_loss(input, target, self.delta, self.reduction)
    }

    #[inline]
    fn name(&self) -> &'static str {
        "HuberLoss"
    }
}
