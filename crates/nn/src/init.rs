//! Initial values of parameters, drawn as PyTorch draws them.
//!
//! Each function replaces the value of a leaf and records nothing. The numbers are those of `torch.nn.init`
//! 2.15 for the same generator, bit for bit, in the parameter's own dtype; [`orthogonal_`] alone rounds
//! otherwise than PyTorch's factorisation.
//!
//! ```
//! use gradus_nn::{Linear, init};
//! use gradus_random::Generator;
//!
//! let rng = Generator::new(0);
//! let layer = Linear::new(4, 3, &rng);
//! init::kaiming_normal_(&layer.weight, init::FanMode::FanIn, init::Nonlinearity::Relu, &rng)?;
//! # Ok::<(), gradus_nn::Error>(())
//! ```

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Scalar, Tensor};

use crate::error::{Dims, Error, Result};

mod identity;
mod orthogonal;
mod sparse;
mod trunc_normal;

pub use identity::{dirac_, eye_};
pub use orthogonal::orthogonal_;
pub use sparse::sparse_;
pub use trunc_normal::trunc_normal_;

/// Which of a weight's two sizes its spread is made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FanMode {
    /// The inputs of one output: activations keep their size in the forward pass.
    #[default]
    FanIn,
    /// The outputs of one input: gradients keep their size in the backward pass.
    FanOut,
}

/// What follows the layer that is initialised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nonlinearity {
    /// Nothing.
    Linear,
    /// A convolution, which counts as nothing.
    Conv,
    /// `Sigmoid`.
    Sigmoid,
    /// `Tanh`.
    Tanh,
    /// `Relu`.
    Relu,
    /// A leaky `Relu` of this negative slope.
    LeakyRelu(f64),
    /// `Selu`.
    Selu,
}

/// What keeps the spread of values through an activation: 1, 1, 1, 5/3, √2, √(2/(1 + slope²)), 3/4 in the
/// order of [`Nonlinearity`].
#[must_use]
#[inline]
pub fn calculate_gain(nonlinearity: Nonlinearity) -> f64 {
    match nonlinearity {
        Nonlinearity::Linear | Nonlinearity::Conv | Nonlinearity::Sigmoid => 1.0,
        Nonlinearity::Tanh => 5.0 / 3.0,
        Nonlinearity::Relu => 2.0f64.sqrt(),
        Nonlinearity::LeakyRelu(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
        Nonlinearity::Selu => 0.75,
    }
}

/// Uniform in `[low, high)`.
///
/// # Errors
/// Not a leaf; neither `f32` nor `f64`; `low > high`.
pub fn uniform_(parameter: &Var, low: f64, high: f64, rng: &Generator) -> Result<()> {
    draw("uniform_", parameter, |out| match out {
        Numbers::F32(out) => rng.fill_uniform(out, low, high),
        Numbers::F64(out) => rng.fill_uniform(out, low, high),
    })
}

/// Normal.
///
/// # Errors
/// Not a leaf; neither `f32` nor `f64`; a negative `std`.
#[inline]
pub fn normal_(parameter: &Var, mean: f64, std: f64, rng: &Generator) -> Result<()> {
    draw("normal_", parameter, |out| match out {
        Numbers::F32(out) => rng.fill_normal(out, mean, std),
        Numbers::F64(out) => rng.fill_normal(out, mean, std),
    })
}

/// The same number everywhere.
///
/// # Errors
/// Not a leaf; a number that the dtype cannot hold.
pub fn constant_(parameter: &Var, value: impl Into<Scalar>) -> Result<()> {
    Ok(parameter.set_value(parameter.value().full_like(value)?)?)
}

/// Zeros.
///
/// # Errors
/// Not a leaf.
#[inline]
pub fn zeros_(parameter: &Var) -> Result<()> {
    constant_(parameter, 0)
}

/// Ones.
///
/// # Errors
/// Not a leaf.
#[inline]
pub fn ones_(parameter: &Var) -> Result<()> {
    constant_(parameter, 1)
}

/// Uniform in ±gain √(6 / (fan_in + fan_out)).
///
/// # Errors
/// As [`uniform_`]; fewer than two dimensions.
///
/// # Source
/// Glorot & Bengio 2010, equation 16.
#[inline]
pub fn xavier_uniform_(parameter: &Var, gain: f64, rng: &Generator) -> Result<()> {
    let bound = 3.0f64.sqrt() * xavier_std("xavier_uniform_", parameter, gain)?;
    uniform_(parameter, -bound, bound, rng)
}

/// Normal with std gain √(2 / (fan_in + fan_out)).
///
/// # Errors
/// As [`normal_`]; fewer than two dimensions.
///
/// # Source
/// Glorot & Bengio 2010.
#[inline]
pub fn xavier_normal_(parameter: &Var, gain: f64, rng: &Generator) -> Result<()> {
    let std = xavier_std("xavier_normal_", parameter, gain)?;
    normal_(parameter, 0.0, std, rng)
}

/// Uniform in ±gain √(3 / fan), with the [gain](calculate_gain) of what follows.
///
/// # Errors
/// As [`uniform_`]; fewer than two dimensions.
///
/// # Source
/// He et al. 2015.
#[inline]
pub fn kaiming_uniform_(
    parameter: &Var,
    mode: FanMode,
    nonlinearity: Nonlinearity,
    rng: &Generator,
) -> Result<()> {
    let bound = 3.0f64.sqrt() * kaiming_std("kaiming_uniform_", parameter, mode, nonlinearity)?;
    if parameter.numel() == 0 {
        return Ok(());
    }
    uniform_(parameter, -bound, bound, rng)
}

/// Normal with std gain / √fan, with the [gain](calculate_gain) of what follows.
///
/// # Errors
/// As [`normal_`]; fewer than two dimensions.
///
/// # Source
/// He et al. 2015, equations 10 and 14.
#[inline]
pub fn kaiming_normal_(
    parameter: &Var,
    mode: FanMode,
    nonlinearity: Nonlinearity,
    rng: &Generator,
) -> Result<()> {
    let std = kaiming_std("kaiming_normal_", parameter, mode, nonlinearity)?;
    if parameter.numel() == 0 {
        return Ok(());
    }
    normal_(parameter, 0.0, std, rng)
}

/// The default of `Linear` and the convolutions: Kaiming's uniform rule for a leaky ReLU of slope √5,
/// which makes the bound 1/√fan_in. The way it is computed decides the last bit.
pub(crate) fn fan_in_uniform(weight: &Var, fan_in: usize, rng: &Generator) -> Result<()> {
    if weight.numel() == 0 {
        return Ok(());
    }
    let slope = 5.0f64.sqrt();
    let std = calculate_gain(Nonlinearity::LeakyRelu(slope)) / (fan_in as f64).sqrt();
    let bound = 3.0f64.sqrt() * std;
    uniform_(weight, -bound, bound, rng)
}

/// The bias beside a weight of [`fan_in_uniform`]: uniform in ±1/√fan_in.
pub(crate) fn fan_in_bias(
    outputs: usize,
    fan_in: usize,
    dtype: DType,
    rng: &Generator,
) -> Result<Var> {
    let bias = Var::leaf(Tensor::zeros([outputs], dtype)?)?;
    let bound = if fan_in == 0 {
        0.0
    } else {
        1.0 / (fan_in as f64).sqrt()
    };
    uniform_(&bias, -bound, bound, rng)?;
    Ok(bias)
}

#[inline]
fn xavier_std(op: &'static str, parameter: &Var, gain: f64) -> Result<f64> {
    let (fan_in, fan_out) = fans(op, parameter)?;
    Ok(gain * (2.0 / (fan_in + fan_out) as f64).sqrt())
}

#[inline]
fn kaiming_std(
    op: &'static str,
    parameter: &Var,
    mode: FanMode,
    nonlinearity: Nonlinearity,
) -> Result<f64> {
    let (fan_in, fan_out) = fans(op, parameter)?;
    let fan = match mode {
        FanMode::FanIn => fan_in,
        FanMode::FanOut => fan_out,
    };
    Ok(calculate_gain(nonlinearity) / (fan as f64).sqrt())
}

/// How many inputs an output has and how many outputs an input, each counted with the whole kernel.
fn fans(op: &'static str, parameter: &Var) -> Result<(usize, usize)> {
    let [outputs, inputs, kernel @ ..] = parameter.shape() else {
        let message = format!(
            "a weight of two or more dimensions is needed to count inputs and outputs, this one is {}",
            Dims(parameter.shape())
        );
        return Err(Error::invalid(op, message));
    };
    let kernel: usize = kernel.iter().product();
    Ok((inputs * kernel, outputs * kernel))
}

enum Numbers<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
}

fn draw(
    op: &'static str,
    parameter: &Var,
    fill: impl FnOnce(Numbers<'_>) -> gradus_random::Result<()>,
) -> Result<()> {
    parameter.update(|value, _| {
        match value.dtype() {
            DType::F32 => fill(Numbers::F32(value.as_slice_mut()?))?,
            DType::F64 => fill(Numbers::F64(value.as_slice_mut()?))?,
            other => {
                let message = format!("the parameter is {other}, numbers are drawn in f32 and f64");
                return Err(Error::invalid(op, message));
            }
        }
        Ok(())
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    fn weight(shape: &[usize]) -> Var {
        Var::leaf(Tensor::zeros(shape, DType::F64).unwrap()).unwrap()
    }

    #[test]
    fn gains() {
        assert_eq!(calculate_gain(Nonlinearity::Tanh), 5.0 / 3.0);
        assert_eq!(
            calculate_gain(Nonlinearity::LeakyRelu(0.0)),
            calculate_gain(Nonlinearity::Relu)
        );
        assert_eq!(calculate_gain(Nonlinearity::LeakyRelu(1.0)), 1.0);
    }

    #[test]
    fn spreads_are_those_of_the_formulas() {
        let rng = Generator::new(0);
        let w = weight(&[40, 25, 2, 2]); // fan_in 100, fan_out 160
        let spread = |w: &Var| {
            let x = w.to_vec::<f64>().unwrap();
            let largest = x.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            (
                largest,
                (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt(),
            )
        };
        xavier_uniform_(&w, 2.0, &rng).unwrap();
        let bound = 2.0 * (6.0f64 / 260.0).sqrt();
        assert!(spread(&w).0 <= bound && spread(&w).0 > 0.99 * bound);
        kaiming_uniform_(&w, FanMode::FanOut, Nonlinearity::Relu, &rng).unwrap();
        assert!(spread(&w).0 <= (6.0f64 / 160.0).sqrt());
        kaiming_normal_(&w, FanMode::FanIn, Nonlinearity::Linear, &rng).unwrap();
        assert!((spread(&w).1 - 0.1).abs() < 0.004);
        xavier_normal_(&w, 1.0, &rng).unwrap();
        assert!((spread(&w).1 - (2.0f64 / 260.0).sqrt()).abs() < 0.004);
    }

    #[test]
    fn constants() {
        let w = weight(&[2]);
        constant_(&w, 0.5).unwrap();
        assert_eq!(w.to_vec::<f64>().unwrap(), [0.5, 0.5]);
        ones_(&w).unwrap();
        zeros_(&w).unwrap();
        assert_eq!(w.to_vec::<f64>().unwrap(), [0.0, 0.0]);
    }

    #[test]
    fn refused() {
        let rng = Generator::new(0);
        assert_eq!(
            xavier_normal_(&weight(&[3]), 1.0, &rng)
                .unwrap_err()
                .to_string(),
            "xavier_normal_: a weight of two or more dimensions is needed to count inputs and outputs, this one is (3,)"
        );
        assert!(
            uniform_(&Var::new(tensor![1.0]), 0.0, 1.0, &rng)
                .unwrap_err()
                .to_string()
                .contains("only a leaf")
        );
        assert!(normal_(&weight(&[3]), 0.0, -1.0, &rng).is_err());
    }
}
