//! The Kullback–Leibler divergence.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `y (ln y − x)` of log-probabilities x and probabilities y, 0 where y is 0.
///
/// The mean is over all elements, as in PyTorch; [`batch_mean`](KlDivLoss::batch_mean) is the divergence of the definition.
///
/// # Source
/// `torch.nn.KLDivLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, KlDivLoss};
/// use gradus_tensor::tensor;
///
/// let loss = KlDivLoss::new().forward(&tensor![[-1.0, -1.0]].into(), &tensor![[1.0, 0.0]])?;
/// assert!((loss.item::<f32>()? - 0.5).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KlDivLoss {
    log_target: bool,
    batch_mean: bool,
    reduction: Reduction,
}

impl Default for KlDivLoss {
    #[inline]
    fn default() -> KlDivLoss {
        KlDivLoss {
            log_target: false,
            batch_mean: false,
            reduction: Reduction::Mean,
        }
    }
}

impl KlDivLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> KlDivLoss {
        KlDivLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> KlDivLoss {
        self.reduction = reduction;
        self
    }

    /// Whether targets are log-probabilities too; not at first.
    #[must_use]
    #[inline]
    pub fn log_target(mut self, log_target: bool) -> KlDivLoss {
        self.log_target = log_target;
        self
    }

    /// Divides the sum by the number of samples, whatever the reduction; not at first.
    #[must_use]
    #[inline]
    pub fn batch_mean(mut self, batch_mean: bool) -> KlDivLoss {
        self.batch_mean = batch_mean;
        self
    }
}

impl Loss for KlDivLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        if !self.batch_mean {
            return functional::kl_div(input, target, self.log_target, self.reduction);
        }
        let samples = input.shape().first().copied().unwrap_or(1);
        let sum = functional::kl_div(input, target, self.log_target, Reduction::Sum)?;
        Ok(sum.div_scalar(samples as f64)?)
    }

    #[inline]
    fn name(&self) -> &'static str {
        "KLDivLoss"
    }
}
