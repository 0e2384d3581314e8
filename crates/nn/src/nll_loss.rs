//! The negative log-likelihood of classes.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `−w[y] x[y]` of log-probabilities x and classes y, what follows a `log_softmax`.
///
/// The mean divides by the sum of the weights of the classes that are given.
///
/// # Shapes
/// input: `(C,)`, `(N, C)` or `(N, C, d..)`; target: integers of the input's shape without `C`.
///
/// # Errors
/// A target of another shape or dtype; a class outside `0..C` that is not ignored; a weight that is not one number for
/// each class.
///
/// # Source
/// `torch.nn.NLLLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, NllLoss};
/// use gradus_tensor::tensor;
///
/// let loss = NllLoss::new().forward(&tensor![[-0.5, -1.5]].into(), &tensor![1])?;
/// assert!((loss.item::<f32>()? - 1.5).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NllLoss {
    weight: Option<Tensor>,
    ignore_index: i64,
    reduction: Reduction,
}

impl Default for NllLoss {
    fn default() -> NllLoss {
        NllLoss {
            weight: None,
            ignore_index: -100,
            reduction: Reduction::Mean,
        }
    }
}

impl NllLoss {
    /// With PyTorch's defaults.
    #[must_use]
    pub fn new() -> NllLoss {
        NllLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    pub fn reduction(mut self, reduction: Reduction) -> NllLoss {
        self.reduction = reduction;
        self
    }

    /// A factor for each class; none at first.
    #[must_use]
    pub fn weight(mut self, weight: Tensor) -> NllLoss {
        self.weight = Some(weight);
        self
    }

    /// Samples of this class count nothing; −100 at first.
    #[must_use]
    pub fn ignore_index(mut self, ignore_index: i64) -> NllLoss {
        self.ignore_index = ignore_index;
        self
    }
}

impl Loss for NllLoss {
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::nll_loss(
            input,
            target,
            self.weight.as_ref(),
            self.ignore_index,
            self.reduction,
        )
    }

    fn name(&self) -> &'static str {
        "NLLLoss"
    }
}
