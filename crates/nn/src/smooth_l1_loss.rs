//! The absolute error, rounded at 0.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `d² / 2β` for `|d| = |x − y| < β`, `|d| − β / 2` beyond; with β = 0 the absolute error.
///
/// # Source
/// `torch.nn.SmoothL1Loss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, SmoothL1Loss};
/// use gradus_tensor::tensor;
///
/// let loss = SmoothL1Loss::new().forward(&tensor![0.0, 0.0].into(), &tensor![0.5, 3.0])?;
/// assert!((loss.item::<f32>()? - 1.3125).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothL1Loss {
    beta: f64,
    reduction: Reduction,
}

impl Default for SmoothL1Loss {
    #[inline]
    fn default() -> SmoothL1Loss {
        SmoothL1Loss {
            beta: 1.0,
            reduction: Reduction::Mean,
        }
    }
}

impl SmoothL1Loss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> SmoothL1Loss {
        SmoothL1Loss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> SmoothL1Loss {
        self.reduction = reduction;
        self
    }

    /// Where the parabola ends; 1 at first.
    #[must_use]
    #[inline]
    pub fn beta(mut self, beta: f64) -> SmoothL1Loss {
        self.beta = beta;
        self
    }
}

impl Loss for SmoothL1Loss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::smooth_l1_loss(input, target, self.beta, self.reduction)
    }

    #[inline]
    fn name(&self) -> &'static str {
        "SmoothL1Loss"
    }
}
