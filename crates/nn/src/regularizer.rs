//! Penalties on the size of parameters.

use std::borrow::Borrow;

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Error, Result};

/// A penalty on the size of parameters, to be added to a loss: `λ₁ Σ |w| + λ₂ Σ w²`.
///
/// # Conventions
/// Sums, neither halved nor averaged: the gradient of `l2(λ)` is `2 λ w`, what `weight_decay = 2 λ` adds in plain
/// gradient descent. The gradient of `|w|` at zero is zero.
///
/// ```
/// use gradus_nn::{Linear, Loss, Module, MseLoss, Regularizer};
/// use gradus_random::Generator;
/// use gradus_tensor::tensor;
///
/// let model = Linear::new(2, 1, &Generator::new(0));
/// let (x, y) = (tensor![[1.0, 2.0]], tensor![[3.0]]);
/// let penalty = Regularizer::elastic(0.01, 0.1)?.penalty([&model.weight])?;
/// let loss = MseLoss::new().forward(&model.forward(&x.into())?, &y)?.add(&penalty)?;
/// loss.backward()?;
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regularizer {
    l1: f64,
    l2: f64,
}

impl Regularizer {
    /// `λ Σ |w|`, which drives small parameters to zero.
    ///
    /// # Errors
    /// A factor that is negative or not finite.
    #[inline]
    pub fn l1(lambda: f64) -> Result<Regularizer> {
        Regularizer::elastic(lambda, 0.0)
    }

    /// `λ Σ w²`, which shrinks large parameters most.
    ///
    /// # Errors
    /// A factor that is negative or not finite.
    #[inline]
    pub fn l2(lambda: f64) -> Result<Regularizer> {
        Regularizer::elastic(0.0, lambda)
    }

    /// Both: `λ₁ Σ |w| + λ₂ Σ w²`.
    ///
    /// # Errors
    /// A factor that is negative or not finite.
    ///
    /// # Source
    /// Zou & Hastie 2005, equation 3.
    #[inline]
    pub fn elastic(l1: f64, l2: f64) -> Result<Regularizer> {
        for factor in [l1, l2] {
            if !(factor >= 0.0 && factor.is_finite()) {
                let message = format!("the factor is {factor}; give one that is at least 0");
                return Err(Error::invalid("Regularizer", message));
            }
        }
        Ok(Regularizer { l1, l2 })
    }

    /// The penalty on these parameters, one number: on a whole model with `model.parameters()`, on its weights
    /// alone with those that `named_parameters` calls so.
    ///
    /// # Errors
    /// Parameters that are not floating-point.
    pub fn penalty(&self, parameters: impl IntoIterator<Item = impl Borrow<Var>>) -> Result<Var> {
        let mut sum: Option<Var> = None;
        for parameter in parameters {
            let w = parameter.borrow();
            let mut parts = Vec::with_capacity(2);
            if self.l1 > 0.0 {
                parts.push(w.abs()?.sum()?.mul_scalar(self.l1)?);
            }
            if self.l2 > 0.0 {
                parts.push(w.square()?.sum()?.mul_scalar(self.l2)?);
            }
            for part in parts {
                sum = Some(match sum {
                    None => part,
                    Some(sum) => sum.add(&part)?,
                });
            }
        }
        Ok(sum.unwrap_or_else(|| Var::new(Tensor::scalar(0.0f32))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn by_hand() {
        let w = Var::leaf(tensor![1.0, -2.0, 0.0]).unwrap();
        let b = Var::leaf(tensor![3.0]).unwrap();
        let value = |r: Regularizer| r.penalty([&w, &b]).unwrap().item::<f64>().unwrap();
        assert_eq!(value(Regularizer::l1(0.5).unwrap()), 3.0);
        assert_eq!(value(Regularizer::l2(0.5).unwrap()), 7.0);
        assert_eq!(value(Regularizer::elastic(0.5, 0.5).unwrap()), 10.0);
        assert_eq!(value(Regularizer::l1(0.0).unwrap()), 0.0);
        let penalty = Regularizer::elastic(0.5, 0.25)
            .unwrap()
            .penalty([&w])
            .unwrap();
        penalty.backward().unwrap();
        assert_eq!(w.grad().unwrap().to_vec::<f32>().unwrap(), [1.0, -1.5, 0.0]);
    }

    #[test]
    fn negative_factors_are_refused() {
        assert_eq!(
            Regularizer::l2(-0.1).unwrap_err().to_string(),
            "Regularizer: the factor is -0.1; give one that is at least 0"
        );
        assert!(Regularizer::elastic(0.0, f64::NAN).is_err());
    }
}
