//! Cross-entropy of logits.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `−w[y] ln softmax(x)[y]` of logits x and classes y, or `−Σ w[c] y[c] ln softmax(x)[c]` of probabilities y: how surprised
/// the model is by the right class.
///
/// The mean divides by the sum of the weights of the classes that are given.
///
/// # Shapes
/// input: `(C,)`, `(N, C)` or `(N, C, d..)`; target: integers of the input's shape without `C`, or floats of the input's shape.
///
/// # Errors
/// A target of another shape or of neither kind; a class outside `0..C` that is not ignored; a weight that is not one
/// number for each class.
///
/// # Source
/// `torch.nn.CrossEntropyLoss` 2.15.
///
/// ```
/// use gradus_nn::{Loss, CrossEntropyLoss};
/// use gradus_tensor::tensor;
///
/// let loss = CrossEntropyLoss::new().forward(&tensor![[0.0, 0.0]].into(), &tensor![1])?;
/// assert!((loss.item::<f32>()? - 0.6931472).abs() < 1e-6);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CrossEntropyLoss {
    weight: Option<Tensor>,
    ignore_index: i64,
    label_smoothing: f64,
    reduction: Reduction,
}

impl Default for CrossEntropyLoss {
    fn default() -> CrossEntropyLoss {
        CrossEntropyLoss {
            weight: None,
            ignore_index: -100,
            label_smoothing: 0.0,
            reduction: Reduction::Mean,
        }
    }
}

impl CrossEntropyLoss {
    /// With PyTorch's defaults.
    #[must_use]
    pub fn new() -> CrossEntropyLoss {
        CrossEntropyLoss::default()
    }

    /// This loss with another reduction; the mean at first.
    #[must_use]
    pub fn reduction(mut self, reduction: Reduction) -> CrossEntropyLoss {
        self.reduction = reduction;
        self
    }

    /// A factor for each class; none at first.
    #[must_use]
    pub fn weight(mut self, weight: Tensor) -> CrossEntropyLoss {
        self.weight = Some(weight);
        self
    }

    /// Samples of this class count nothing; −100 at first.
    #[must_use]
    pub fn ignore_index(mut self, ignore_index: i64) -> CrossEntropyLoss {
        self.ignore_index = ignore_index;
        self
    }

    /// The share of each target that is spread over all classes; 0 at first.
    #[must_use]
    pub fn label_smoothing(mut self, label_smoothing: f64) -> CrossEntropyLoss {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl Loss for CrossEntropyLoss {
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::cross_entropy(
            input,
            target,
            self.weight.as_ref(),
            self.ignore_index,
            self.label_smoothing,
            self.reduction,
        )
    }

    fn name(&self) -> &'static str {
        "CrossEntropyLoss"
    }
}
