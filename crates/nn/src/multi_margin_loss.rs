//! The hinge loss of several classes.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `Σ w[y] max(0, margin − x[y] + x[j])ᵖ / C` over the wrong classes j.
///
/// # Shapes
/// input: `(C,)` or `(N, C)`; target: `()` or `(N,)`, integers.
///
/// # Source
/// `torch.nn.MultiMarginLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, MultiMarginLoss};
/// use gradus_tensor::tensor;
///
/// let loss = MultiMarginLoss::new().forward(&tensor![[0.0, 0.0]].into(), &tensor![1])?;
/// assert!((loss.item::<f32>()? - 0.5).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MultiMarginLoss {
    p: u32,
    margin: f64,
    weight: Option<Tensor>,
    reduction: Reduction,
}

impl Default for MultiMarginLoss {
    #[inline]
    fn default() -> MultiMarginLoss {
        MultiMarginLoss {
            p: 1,
            margin: 1.0,
            weight: None,
            reduction: Reduction::Mean,
        }
    }
}

impl MultiMarginLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> MultiMarginLoss {
        MultiMarginLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> MultiMarginLoss {
        self.reduction = reduction;
        self
    }

    /// The power, 1 or 2; 1 at first.
    #[must_use]
    #[inline]
    pub fn p(mut self, p: u32) -> MultiMarginLoss {
        self.p = p;
        self
    }

    /// How much larger the right score has to be; 1 at first.
    #[must_use]
    #[inline]
    pub fn margin(mut self, margin: f64) -> MultiMarginLoss {
        self.margin = margin;
        self
    }

    /// A factor for each class; none at first.
    #[must_use]
    #[inline]
    pub fn weight(mut self, weight: Tensor) -> MultiMarginLoss {
        self.weight = Some(weight);
        self
    }
}

impl Loss for MultiMarginLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::multi_margin_loss(
            input,
            target,
            self.p,
            self.margin,
            self.weight.as_ref(),
            self.reduction,
        )
    }

    #[inline]
    fn name(&self) -> &'static str {
        "MultiMarginLoss"
    }
}
