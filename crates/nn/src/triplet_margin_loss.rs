//! A margin between distances.

use gradus_autograd::Var;
use gradus_tensor::Reduction;

use crate::error::Result;
use crate::functional;

/// `max(0, margin + d(a, p) − d(a, n))` with d the p-norm of the difference, to whose elements ε is added: the anchor a has to be nearer to p than to n.
///
/// # Source
/// `torch.nn.TripletMarginLoss` 2.15.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TripletMarginLoss {
    margin: f64,
    p: f64,
    eps: f64,
    swap: bool,
    reduction: Reduction,
}

impl Default for TripletMarginLoss {
    #[inline]
    fn default() -> TripletMarginLoss {
        TripletMarginLoss {
            margin: 1.0,
            p: 2.0,
            eps: 1e-6,
            swap: false,
            reduction: Reduction::Mean,
        }
    }
}

impl TripletMarginLoss {
    /// With PyTorch's defaults.
    #[must_use]
    #[inline]
    pub fn new() -> TripletMarginLoss {
        TripletMarginLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    #[inline]
    pub fn reduction(mut self, reduction: Reduction) -> TripletMarginLoss {
        self.reduction = reduction;
        self
    }

    /// How much nearer; 1 at first.
    #[must_use]
    #[inline]
    pub fn margin(mut self, margin: f64) -> TripletMarginLoss {
        self.margin = margin;
        self
    }

    /// The norm; 2 at first.
    #[must_use]
    #[inline]
    pub fn p(mut self, p: f64) -> TripletMarginLoss {
        self.p = p;
        self
    }

    /// Keeps gradients at distance 0 finite; 10⁻⁶ at first.
    #[must_use]
    #[inline]
    pub fn eps(mut self, eps: f64) -> TripletMarginLoss {
        self.eps = eps;
        self
    }

    /// Counts the nearer of d(a, n) and d(p, n); not at first.
    #[must_use]
    #[inline]
    pub fn swap(mut self, swap: bool) -> TripletMarginLoss {
        self.swap = swap;
        self
    }

    /// The loss: a single number, or one for each sample without reduction.
    ///
    /// # Errors
    /// Shapes or dtypes that do not fit each other.
    #[inline]
    pub fn forward(&self, anchor: &Var, positive: &Var, negative: &Var) -> Result<Var> {
        functional::triplet_margin_loss(
            anchor,
            positive,
            negative,
            self.margin,
            self.p,
            self.eps,
            self.swap,
            self.reduction,
        )
    }
}
