//! The negative log-likelihood of counts.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `eˣ − y x` of the logarithm x of a rate and a count y; `x − y ln(x + ε)` of the rate itself.
///
/// # Source
/// `torch.nn.PoissonNLLLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, PoissonNllLoss};
/// use gradus_tensor::tensor;
///
/// let loss = PoissonNllLoss::new().forward(&tensor![0.0].into(), &tensor![3.0])?;
/// assert!((loss.item::<f32>()? - 1.0).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonNllLoss {
    log_input: bool,
    full: bool,
    eps: f64,
    reduction: Reduction,
}

impl Default for PoissonNllLoss {
    #[inline]
    fn default() -> PoissonNllLoss {
        PoissonNllLoss {
            log_input: true,
            full: false,
            eps: 1e-8,
            reduction: Reduction::Mean,
        }
    }
}

impl PoissonNllLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> PoissonNllLoss {
        PoissonNllLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> PoissonNllLoss {
        self.reduction = reduction;
        self
    }

    /// Whether the input is the logarithm of the rate; it is at first.
    #[must_use]
    #[inline]
    pub fn log_input(mut self, log_input: bool) -> PoissonNllLoss {
        self.log_input = log_input;
        self
    }

    /// Adds Stirling's approximation of `ln y!` for counts above 1; not at first.
    #[must_use]
    #[inline]
    pub fn full(mut self, full: bool) -> PoissonNllLoss {
        self.full = full;
        self
    }

    /// Keeps the logarithm of a rate of 0 finite; 10⁻⁸ at first.
    #[must_use]
    #[inline]
    pub fn eps(mut self, eps: f64) -> PoissonNllLoss {
        self.eps = eps;
        self
    }
}

impl Loss for PoissonNllLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::poisson_nll_loss(
            input,
            target,
            self.log_input,
            self.full,
            self.eps,
            self.reduction,
        )
    }

    #[inline]
    fn name(&self) -> &'static str {
        "PoissonNLLLoss"
    }
}
