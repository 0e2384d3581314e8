//! What a loss is, and what it is compared with.

use std::fmt::Debug;

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Dims, Error, Result};

/// A measure of how far an input is from its target, to be made small.
///
/// `loss.forward(&output, &target)` takes the target as a `Tensor`, as a loader delivers it, or as a
/// `Var`, through which gradients flow too. Object safe: a trainer holds a `Box<dyn Loss>`.
///
/// ```
/// use gradus_nn::{Loss, MseLoss, Var};
/// use gradus_tensor::tensor;
///
/// let output = Var::leaf(tensor![[1.0], [2.0]])?;
/// let loss: Box<dyn Loss> = Box::new(MseLoss::new());
/// let value = loss.forward(&output, &tensor![[1.0], [4.0]])?;
/// assert_eq!(value.item::<f32>()?, 2.0);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
pub trait Loss: Debug + Send + Sync {
    /// The loss: a single number, or one number per element without reduction.
    ///
    /// # Errors
    /// Shapes or dtypes that do not fit each other: nothing is broadcast or converted silently.
    fn forward(&self, input: &Var, target: &dyn Target) -> Result<Var>;

    /// Its name in logs and checkpoints.
    fn name(&self) -> &'static str;
}

/// What an input is compared with: a [`Tensor`] or a [`Var`].
pub trait Target {
    /// A handle to the same numbers.
    fn to_var(&self) -> Var;
}

impl Target for Tensor {
    #[inline]
    fn to_var(&self) -> Var {
        Var::new(self.clone())
    }
}

impl Target for Var {
    #[inline]
    fn to_var(&self) -> Var {
        self.clone()
    }
}

/// Like with like: equal shapes and equal dtypes, or an error that tells the remedy.
#[inline]
pub(crate) fn expect_alike(loss: &'static str, input: &Var, target: &Var) -> Result<()> {
    if input.has_shape(target.shape()) && input.dtype() == target.dtype() {
        return Ok(());
    }
    Err(unlike(loss, input, target))
}

#[cold]
fn unlike(loss: &'static str, input: &Var, target: &Var) -> Error {
    if input.shape() == target.shape() {
        let message = format!(
            "the input is {}, the target {}; convert one with to_dtype",
            input.dtype(),
            target.dtype()
        );
        return Error::invalid(loss, message);
    }
    let (a, b) = (Dims(input.shape()), Dims(target.shape()));
    let remedy = match (input.shape(), target.shape()) {
        (input, [target @ .., 1]) if input == target => "; squeeze(-1) the target",
        ([input @ .., 1], target) if input == target => "; unsqueeze(-1) the target",
        _ => "",
    };
    Error::invalid(
        loss,
        format!("the input is {a}, the target {b}: nothing is broadcast{remedy}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BceLoss, MseLoss};
    use gradus_tensor::tensor;

    #[test]
    fn errors_tell_the_remedy() {
        let error = |x: Tensor, y: Tensor| {
            MseLoss::new()
                .forward(&x.into(), &y)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(tensor![[1.0], [2.0]], tensor![1.0, 2.0]),
            "mse_loss: the input is (2, 1), the target (2,): nothing is broadcast; unsqueeze(-1) the target"
        );
        assert_eq!(
            error(tensor![1.0], tensor![[1.0]]),
            "mse_loss: the input is (1,), the target (1, 1): nothing is broadcast; squeeze(-1) the target"
        );
        assert_eq!(
            error(tensor![1.0], tensor![1]),
            "mse_loss: the input is f32, the target i64; convert one with to_dtype"
        );
        assert!(error(tensor![1.0, 2.0, 3.0], tensor![1.0]).ends_with("nothing is broadcast"));
    }

    #[test]
    fn gradients_flow_to_a_variable_target() {
        let y = Var::leaf(tensor![0.5]).unwrap();
        let losses: [Box<dyn Loss>; 2] = [Box::new(MseLoss::new()), Box::new(BceLoss::new())];
        for loss in &losses {
            loss.forward(&tensor![0.25].into(), &y)
                .unwrap()
                .backward()
                .unwrap();
        }
        assert!(y.grad().is_some());
        assert_eq!((losses[0].name(), losses[1].name()), ("MSELoss", "BCELoss"));
    }
}
