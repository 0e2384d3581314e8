//! Switching off units at random.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};
use crate::repr::extra_repr;
use crate::{Mode, Module, seen};

/// In training each element is zero with probability `p`, else multiplied by 1/(1 − p); in evaluation
/// the input passes.
///
/// # Source
/// `torch.nn.Dropout` 2.15: the same elements for the same generator. Evaluation, `p = 0` and `p = 1` draw
/// nothing.
///
/// ```
/// use gradus_nn::{Dropout, Module};
/// use gradus_random::Generator;
/// use gradus_tensor::tensor;
///
/// let layer = Dropout::new(0.5, &Generator::new(0))?;
/// let x = tensor![1.0, 1.0, 1.0, 1.0];
/// let y = layer.forward(&(&x).into())?;
/// assert!(y.to_vec::<f32>()?.iter().all(|&y| y == 0.0 || y == 2.0));
/// layer.eval();
/// assert!(layer.forward(&(&x).into())?.value().equal(&x));
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct Dropout {
    p: f64,
    rng: Generator,
    mode: Mode,
}

impl Dropout {
    /// A layer that draws from `rng` at every call in training.
    ///
    /// # Errors
    /// `p` outside [0, 1].
    pub fn new(p: f64, rng: &Generator) -> Result<Dropout> {
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::invalid(
                "Dropout",
                format!("the probability {p} is outside [0, 1]"),
            ));
        }
        Ok(Dropout {
            p,
            rng: rng.clone(),
            mode: Mode::new(),
        })
    }

    /// The input with elements switched off, or the input itself in evaluation.
    ///
    /// # Errors
    /// In training, a dtype other than `f32` and `f64`.
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = dropout(x, self.p, self.mode.is_training(), &self.rng)?;
        seen(self, &y);
        Ok(y)
    }

    /// The probability of zero.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p
    }

    /// The stream it draws from.
    #[must_use]
    pub fn generator(&self) -> &Generator {
        &self.rng
    }

    fn extra_repr(&self) -> String {
        extra_repr!(p = self.p, inplace = false)
    }
}

/// What [`Dropout`] does, as a function.
///
/// # Errors
/// `p` outside [0, 1]; in training, a dtype other than `f32` and `f64`.
pub fn dropout(x: &Var, p: f64, training: bool, rng: &Generator) -> Result<Var> {
    if !training || p == 0.0 {
        return Ok(x.clone());
    }
    let mask = match x.dtype() {
        DType::F32 => {
            let mut mask = vec![0.0f32; x.numel()];
            rng.fill_dropout_mask(&mut mask, p)?;
            Tensor::from_vec(mask, x.shape())?
        }
        DType::F64 => {
            let mut mask = vec![0.0f64; x.numel()];
            rng.fill_dropout_mask(&mut mask, p)?;
            Tensor::from_vec(mask, x.shape())?
        }
        other => {
            let message = format!(
                "the input is {other}, a mask is drawn in f32 or f64; convert it with to_dtype"
            );
            return Err(Error::invalid("dropout", message));
        }
    };
    Ok(x.mul(&Var::new(mask))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn the_gradient_passes_where_the_value_does() {
        let x = Var::leaf(Tensor::ones([100], DType::F64).unwrap()).unwrap();
        let y = Dropout::new(0.25, &Generator::new(3))
            .unwrap()
            .forward(&x)
            .unwrap();
        y.sum().unwrap().backward().unwrap();
        assert!(y.value().equal(&x.grad().unwrap()));
        let zeros = y
            .to_vec::<f64>()
            .unwrap()
            .iter()
            .filter(|&&y| y == 0.0)
            .count();
        assert!((10..45).contains(&zeros), "{zeros}");
    }

    #[test]
    fn nothing_is_drawn_where_nothing_is_decided() {
        let rng = Generator::new(3);
        let before = rng.state();
        let x = Var::new(tensor![1.0, -2.0]);
        assert!(dropout(&x, 0.5, false, &rng).unwrap().same_as(&x));
        assert!(dropout(&x, 0.0, true, &rng).unwrap().same_as(&x));
        assert_eq!(
            dropout(&x, 1.0, true, &rng)
                .unwrap()
                .to_vec::<f32>()
                .unwrap(),
            [0.0, 0.0]
        );
        assert_eq!(rng.state(), before);
    }

    #[test]
    fn refused() {
        let rng = Generator::new(0);
        assert_eq!(
            Dropout::new(1.5, &rng).unwrap_err().to_string(),
            "Dropout: the probability 1.5 is outside [0, 1]"
        );
        let error = dropout(&tensor![1].into(), 0.5, true, &rng).unwrap_err();
        assert!(error.to_string().contains("i64"));
    }
}
