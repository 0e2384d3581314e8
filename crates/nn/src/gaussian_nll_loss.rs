//! The negative log-likelihood of normal variables.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::Target;

/// `(ln v + (x − y)² / v) / 2` of a mean x, an observation y and a variance v, which counts for at least ε.
///
/// # Shapes
/// input: `(.., D)`; target: the same, or `(.., 1)`; variance: the input's shape, `(.., 1)`, `(..)` or one number.
///
/// # Source
/// `torch.nn.GaussianNLLLoss` 2.15.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNllLoss {
    full: bool,
    eps: f64,
    reduction: Reduction,
}

impl Default for GaussianNllLoss {
    #[inline]
    fn default() -> GaussianNllLoss {
        GaussianNllLoss {
            full: false,
            eps: 1e-6,
            reduction: Reduction::Mean,
        }
    }
}

impl GaussianNllLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> GaussianNllLoss {
        GaussianNllLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> GaussianNllLoss {
        self.reduction = reduction;
        self
    }

    /// Adds the constant `ln(2π) / 2`; not at first.
    #[must_use]
    #[inline]
    pub fn full(mut self, full: bool) -> GaussianNllLoss {
        self.full = full;
        self
    }

    /// The least variance; 10⁻⁶ at first.
    #[must_use]
    #[inline]
    pub fn eps(mut self, eps: f64) -> GaussianNllLoss {
        self.eps = eps;
        self
    }

    /// The loss: a single number, or one for each sample without reduction.
    ///
    /// # Errors
    /// Shapes or dtypes that do not fit each other.
    #[inline]
    pub fn forward(&self, input: &Var, target: &dyn Target, variance: &Var) -> Result<Var> {
        functional::gaussian_nll_loss(input, target, variance, self.full, self.eps, self.reduction)
    }
}
