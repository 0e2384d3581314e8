//! Switching off units at random.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::error::{Dims, Error, Result};
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
        expect_probability("Dropout", p)?;
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

/// As [`Dropout`], with whole channels switched off.
///
/// # Shapes
/// `x`: `(batch, channels, height, width)`, or an image alone; the same out.
///
/// # Source
/// `torch.nn.Dropout2d` 2.15: the same channels for the same generator.
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct Dropout2d {
    p: f64,
    rng: Generator,
    mode: Mode,
}

impl Dropout2d {
    /// A layer that draws from `rng` at every call in training.
    ///
    /// # Errors
    /// `p` outside [0, 1].
    pub fn new(p: f64, rng: &Generator) -> Result<Dropout2d> {
        expect_probability("Dropout2d", p)?;
        Ok(Dropout2d {
            p,
            rng: rng.clone(),
            mode: Mode::new(),
        })
    }

    /// The input with channels switched off, or the input itself in evaluation.
    ///
    /// # Errors
    /// Neither three dimensions nor four; in training, a dtype other than `f32` and `f64`.
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = dropout2d(x, self.p, self.mode.is_training(), &self.rng)?;
        seen(self, &y);
        Ok(y)
    }

    /// The probability of zero.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p
    }

    fn extra_repr(&self) -> String {
        extra_repr!(p = self.p, inplace = false)
    }
}

fn expect_probability(name: &'static str, p: f64) -> Result<()> {
    if (0.0..=1.0).contains(&p) {
        return Ok(());
    }
    Err(Error::invalid(
        name,
        format!("the probability {p} is outside [0, 1]"),
    ))
}

/// What [`Dropout2d`] does, as a function: one draw for each sample and channel.
///
/// # Errors
/// Neither three dimensions nor four; `p` outside [0, 1]; in training, a dtype other than `f32` and `f64`.
pub fn dropout2d(x: &Var, p: f64, training: bool, rng: &Generator) -> Result<Var> {
    let channels = match *x.shape() {
        [batch, channels, _, _] => vec![batch, channels, 1, 1],
        [channels, _, _] => vec![channels, 1, 1],
        ref other => {
            let message = format!(
                "expected ([batch,] channels, height, width), got {}",
                Dims(other)
            );
            return Err(Error::invalid("dropout2d", message));
        }
    };
    if !training || p == 0.0 || x.numel() == 0 {
        return Ok(x.clone());
    }
    Ok(x.mul(&mask(&channels, x.dtype(), p, rng)?)?)
}

/// What [`Dropout`] does, as a function.
///
/// # Errors
/// `p` outside [0, 1]; in training, a dtype other than `f32` and `f64`.
pub fn dropout(x: &Var, p: f64, training: bool, rng: &Generator) -> Result<Var> {
    if !training || p == 0.0 {
        return Ok(x.clone());
    }
    Ok(x.mul(&mask(x.shape(), x.dtype(), p, rng)?)?)
}

/// Zeros with probability `p`, else 1/(1 − p).
fn mask(shape: &[usize], dtype: DType, p: f64, rng: &Generator) -> Result<Var> {
    let count = shape.iter().product();
    let mask = match dtype {
        DType::F32 => {
            let mut mask = vec![0.0f32; count];
            rng.fill_dropout_mask(&mut mask, p)?;
            Tensor::from_vec(mask, shape)?
        }
        DType::F64 => {
            let mut mask = vec![0.0f64; count];
            rng.fill_dropout_mask(&mut mask, p)?;
            Tensor::from_vec(mask, shape)?
        }
        other => {
            let message = format!(
                "the input is {other}, a mask is drawn in f32 or f64; convert it with to_dtype"
            );
            return Err(Error::invalid("dropout", message));
        }
    };
    Ok(Var::new(mask))
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
    fn whole_channels_are_switched_off() {
        let x: Var = Tensor::ones([8, 4, 2, 3], DType::F32).unwrap().into();
        let layer = Dropout2d::new(0.5, &Generator::new(1)).unwrap();
        let y = layer.forward(&x).unwrap().to_vec::<f32>().unwrap();
        assert!(y.chunks(6).all(|c| c == [0.0; 6] || c == [2.0; 6]));
        assert!(y.contains(&0.0) && y.contains(&2.0));
        assert_eq!(layer.to_string(), "Dropout2d(p=0.5, inplace=False)");
        assert!(layer.forward(&tensor![1.0].into()).is_err());
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
