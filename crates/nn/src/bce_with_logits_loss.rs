//! Binary cross-entropy of logits.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};

use crate::error::Result;
use crate::functional;
use crate::loss::{Loss, Target};

/// `−w (q y ln σ(z) + (1 − y) ln(1 − σ(z)))`, its mean unless told otherwise, computed as
/// `max(z, 0) − z y + ln(1 + e^{−|z|})` where q = 1: finite, with a finite gradient, for every finite z.
///
/// # Source
/// `torch.nn.BCEWithLogitsLoss` 2.15.
///
/// ```
/// use gradus_nn::{BceWithLogitsLoss, Loss};
/// use gradus_tensor::tensor;
///
/// let loss = BceWithLogitsLoss::new().forward(&tensor![[0.0], [1e4]].into(), &tensor![[1.0], [1.0]])?;
/// assert_eq!(loss.item::<f32>()?, std::f32::consts::LN_2 / 2.0);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct BceWithLogitsLoss {
    weight: Option<Tensor>,
    pos_weight: Option<Tensor>,
    reduction: Reduction,
}

impl BceWithLogitsLoss {
    /// The mean, every element of weight 1.
    #[must_use]
    pub fn new() -> BceWithLogitsLoss {
        BceWithLogitsLoss::default()
    }

    /// This loss with another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> BceWithLogitsLoss {
        BceWithLogitsLoss { reduction, ..self }
    }

    /// This loss with a factor w per element, of a shape that broadcasts to the input's.
    #[must_use]
    pub fn weight(self, weight: Tensor) -> BceWithLogitsLoss {
        BceWithLogitsLoss {
            weight: Some(weight),
            ..self
        }
    }

    /// This loss with a factor q on the positive part, of a shape that broadcasts to the input's: q > 1
    /// favours recall, q < 1 precision. Negatives per positive balance the two.
    #[must_use]
    pub fn pos_weight(self, pos_weight: Tensor) -> BceWithLogitsLoss {
        BceWithLogitsLoss {
            pos_weight: Some(pos_weight),
            ..self
        }
    }
}

impl Loss for BceWithLogitsLoss {
    #[inline]
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var> {
        functional::binary_cross_entropy_with_logits(
            input,
            target,
            self.weight.as_ref(),
            self.pos_weight.as_ref(),
            self.reduction,
        )
    }

    fn name(&self) -> &'static str {
        "BCEWithLogitsLoss"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let each = BceWithLogitsLoss::new().reduction(Reduction::None);
        let (z, y) = (Var::new(tensor![0.5, -0.5]), tensor![1.0, 0.0]);
        let softplus = (-0.5f64).exp().ln_1p();
        assert_close(
            &each.forward(&z, &y).unwrap().value(),
            &[softplus, softplus],
        );
        let heavy = each
            .clone()
            .pos_weight(tensor![3.0])
            .weight(tensor![1.0, 2.0]);
        assert_close(
            &heavy.forward(&z, &y).unwrap().value(),
            &[3.0 * softplus, 2.0 * softplus],
        );
    }

    #[test]
    fn extreme_logits_stay_finite_with_and_without_weights() {
        for loss in [
            BceWithLogitsLoss::new(),
            BceWithLogitsLoss::new().pos_weight(tensor![2.0]),
        ] {
            let z = Var::leaf(tensor![1e4, -1e4, 1e4, -1e4]).unwrap();
            let value = loss
                .reduction(Reduction::Sum)
                .forward(&z, &tensor![1.0, 0.0, 0.0, 1.0])
                .unwrap();
            value.backward().unwrap();
            assert!(value.item::<f32>().unwrap().is_finite());
            assert!(
                z.grad()
                    .unwrap()
                    .to_vec::<f32>()
                    .unwrap()
                    .iter()
                    .all(|g| g.is_finite())
            );
        }
    }

    #[test]
    fn a_weight_that_does_not_broadcast_to_the_input_is_refused() {
        let loss = BceWithLogitsLoss::new().weight(tensor![[1.0, 2.0]]);
        let error = loss
            .forward(&tensor![0.0, 0.0].into(), &tensor![1.0, 0.0])
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "binary_cross_entropy_with_logits: the weight (1, 2) f32 does not broadcast to the input (2,) f32"
        );
    }
}
