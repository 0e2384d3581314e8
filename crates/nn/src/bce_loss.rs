//! Binary cross-entropy of probabilities.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `−w (y ln p + (1 − y) ln(1 − p))`, its mean unless told otherwise; each logarithm counts for at least
/// −100, so certain and wrong costs 100.
///
/// Prefer [`BceWithLogitsLoss`](crate::BceWithLogitsLoss) on the output of a linear layer: it loses no
/// digits where the sigmoid saturates.
///
/// # Source
/// `torch.nn.BCELoss` 2.15, clamps included.
///
/// ```
/// use gradus_nn::{BceLoss, Loss};
/// use gradus_tensor::tensor;
///
/// let loss = BceLoss::new().forward(&tensor![0.9, 0.2].into(), &tensor![1.0, 0.0])?;
/// assert!((loss.item::<f32>()? - 0.1643).abs() < 1e-4);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct BceLoss {
    weight: Option<Tensor>,
    reduction: Reduction,
}

impl BceLoss {
    /// The mean, every element of weight 1.
    #[must_use]
    pub fn new() -> BceLoss {
        BceLoss::default()
    }

    /// This loss with another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> BceLoss {
        BceLoss { reduction, ..self }
    }

    /// This loss with a factor per element, of a shape that broadcasts to the input's. A mean still
    /// divides by the number of elements.
    #[must_use]
    pub fn weight(self, weight: Tensor) -> BceLoss {
        BceLoss {
            weight: Some(weight),
            ..self
        }
    }
}

impl Loss for BceLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::binary_cross_entropy(input, target, self.weight.as_ref(), self.reduction)
    }

    fn name(&self) -> &'static str {
        "BCELoss"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    fn losses(p: Tensor, y: &Tensor) -> Result<Tensor> {
        Ok(BceLoss::new()
            .reduction(Reduction::None)
            .forward(&p.into(), y)?
            .value())
    }

    #[test]
    fn by_hand() {
        let ln = |x: f64| -x.ln();
        assert_close(
            &losses(tensor![0.9, 0.2], &tensor![1.0, 0.0]).unwrap(),
            &[ln(0.9), ln(0.8)],
        );
        let weighted = BceLoss::new().weight(tensor![2.0]);
        let loss = weighted
            .forward(&tensor![0.9, 0.2].into(), &tensor![1.0, 0.0])
            .unwrap();
        assert_close(&loss.value(), &[ln(0.9) + ln(0.8)]);
        // The course's swapped arguments: predictions as the target of labels.
        let swapped = BceLoss::new()
            .forward(&tensor![1.0, 0.0].into(), &tensor![0.9, 0.2])
            .unwrap();
        assert_close(&swapped.value(), &[15.0]);
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        let error = losses(tensor![0.5, 1.25], &tensor![1.0, 0.0]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "binary_cross_entropy: input 1.25 at position 1 is outside [0, 1]; apply a sigmoid, or give logits to BceWithLogitsLoss"
        );
        let error = losses(tensor![0.5], &tensor![f32::NAN]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "binary_cross_entropy: target NaN at position 0 is outside [0, 1]; targets are probabilities too"
        );
    }
}
