//! Activations as layers; same shape out.

use gradus_autograd::Var;
use gradus_tensor::DType;

use crate::error::Result;
use crate::normalization::constant;
use crate::repr::extra_repr;
use crate::{Mode, Module, seen};

/// One layer per method of `Var`:
/// `Relu, "ReLU", relu` makes `struct Relu` with `new` and a `forward` that calls `x.relu()`, printed as
/// `ReLU()`.
macro_rules! activations {
    ($($(#[$doc:meta])* $Layer:ident, $printed:literal, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Module)]
        #[module(observed, name = $printed)]
        pub struct $Layer {
            mode: Mode,
        }

        impl $Layer {
            /// The layer.
            #[must_use]
            #[inline]
            pub fn new() -> $Layer {
                $Layer::default()
            }

            /// The function, element by element.
            ///
            /// # Errors
            /// A bool or half-precision tensor.
            #[inline]
            pub fn forward(&self, x: &Var) -> Result<Var> {
                let y = x.$method()?;
                seen(self, &y);
                Ok(y)
            }
        }
    )*};
}

activations! {
    /// `max(x, 0)`; the gradient at 0 is 0.
    Relu, "ReLU", relu;
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid, "Sigmoid", sigmoid;
    /// `tanh x`.
    Tanh, "Tanh", tanh;
    /// `min(max(x, 0), 6)`.
    Relu6, "ReLU6", relu6;
    /// `x σ(x)`.
    Silu, "SiLU", silu;
    /// `x tanh(ln(1 + eˣ))`.
    Mish, "Mish", mish;
    /// `scale · (max(x, 0) + min(α (eˣ − 1), 0))` with constants that keep mean 0 and variance 1.
    Selu, "SELU", selu;
    /// `ln σ(x)`.
    LogSigmoid, "LogSigmoid", logsigmoid;
    /// `x / (1 + |x|)`.
    Softsign, "Softsign", softsign;
    /// `x − tanh x`.
    Tanhshrink, "Tanhshrink", tanhshrink;
    /// `min(max(x + 3, 0), 6) / 6`.
    Hardsigmoid, "Hardsigmoid", hardsigmoid;
    /// `x min(max(x + 3, 0), 6) / 6`.
    Hardswish, "Hardswish", hardswish;
}

/// One layer per method of `Var` with settings: `Elu, "ELU", (alpha: f64 = 1.0), |x, s| x.elu(s.alpha), [alpha =]`
/// makes `struct Elu` with `new(alpha)` and `Default`, printed as `ELU(alpha=1.0)`.
macro_rules! activations_with_settings {
    ($($(#[$doc:meta])* $Layer:ident, $printed:literal, ($($setting:ident: $Type:ty = $default:expr),+),
        |$x:ident, $this:ident| $run:expr, [$($shown:tt)+];)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr, name = $printed)]
        pub struct $Layer {
            $($setting: $Type,)+
            mode: Mode,
        }

        impl $Layer {
            /// The layer with these settings.
            #[must_use]
            #[inline]
            pub fn new($($setting: $Type),+) -> $Layer {
                $Layer { $($setting,)+ mode: Mode::new() }
            }

            /// The function.
            ///
            /// # Errors
            /// A tensor that is not floating-point; a dimension that does not exist.
            #[inline]
            pub fn forward(&self, $x: &Var) -> Result<Var> {
                let $this = self;
                let y = $run?;
                seen(self, &y);
                Ok(y)
            }

            #[inline]
            fn extra_repr(&self) -> String {
                let $this = self;
                extra_repr!($($shown)+)
            }
        }

        impl Default for $Layer {
            #[inline]
            fn default() -> $Layer {
                $Layer::new($($default),+)
            }
        }
    )*};
}

activations_with_settings! {
    /// `x` where it is positive, else `negative_slope · x`.
    LeakyRelu, "LeakyReLU", (negative_slope: f64 = 0.01),
        |x, this| x.leaky_relu(this.negative_slope), [negative_slope = this.negative_slope];
    /// `x` where it is positive, else `alpha (eˣ − 1)`.
    Elu, "ELU", (alpha: f64 = 1.0), |x, this| x.elu(this.alpha), [alpha = this.alpha];
    /// `x` where it is positive, else `alpha (e^(x / alpha) − 1)`.
    Celu, "CELU", (alpha: f64 = 1.0), |x, this| x.celu(this.alpha), [alpha = this.alpha];
    /// `ln(1 + e^(beta x)) / beta`, and `x` where `beta x` is above the threshold.
    Softplus, "Softplus", (beta: f64 = 1.0, threshold: f64 = 20.0),
        |x, this| x.softplus(this.beta, this.threshold), [beta = this.beta, threshold = this.threshold];
    /// `x` between both bounds, else the nearer bound.
    Hardtanh, "Hardtanh", (min_val: f64 = -1.0, max_val: f64 = 1.0),
        |x, this| x.hardtanh(this.min_val, this.max_val), [min_val = this.min_val, max_val = this.max_val];
    /// `x` where `|x| > lambd`, else 0.
    Hardshrink, "Hardshrink", (lambd: f64 = 0.5), |x, this| x.hardshrink(this.lambd), [this.lambd];
    /// `x` moved towards 0 by `lambd`, 0 where `|x| ≤ lambd`.
    Softshrink, "Softshrink", (lambd: f64 = 0.5), |x, this| x.softshrink(this.lambd), [this.lambd];
    /// `x` above the threshold, else `value`.
    Threshold, "Threshold", (threshold: f64 = 0.0, value: f64 = 0.0),
        |x, this| x.threshold(this.threshold, this.value), [threshold = this.threshold, value = this.value];
    /// `a σ(b)` of both halves `a`, `b` of a dimension.
    Glu, "GLU", (dim: isize = -1), |x, this| x.glu(this.dim), [dim = this.dim];
    /// `eˣ / Σ eˣ` along a dimension.
    Softmax, "Softmax", (dim: isize = -1), |x, this| x.softmax(this.dim), [dim = this.dim];
    /// `ln(eˣ / Σ eˣ)` along a dimension.
    LogSoftmax, "LogSoftmax", (dim: isize = -1), |x, this| x.log_softmax(this.dim), [dim = this.dim];
    /// `e⁻ˣ / Σ e⁻ˣ` along a dimension.
    Softmin, "Softmin", (dim: isize = -1), |x, this| x.softmin(this.dim), [dim = this.dim];
}

/// `x Φ(x)` with the distribution function `Φ` of the standard normal, or an approximation of it by `tanh`.
#[derive(Clone, Debug, Default, Module)]
#[module(observed, extra_repr, name = "GELU")]
pub struct Gelu {
    approximate: bool,
    mode: Mode,
}

impl Gelu {
    /// The exact function.
    #[must_use]
    #[inline]
    pub fn new() -> Gelu {
        Gelu::default()
    }

    /// `½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    #[must_use]
    #[inline]
    pub fn tanh() -> Gelu {
        Gelu {
            approximate: true,
            mode: Mode::new(),
        }
    }

    /// The function, element by element.
    ///
    /// # Errors
    /// A tensor that is not floating-point.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = if self.approximate {
            x.gelu_tanh()?
        } else {
            x.gelu()?
        };
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(approximate = if self.approximate { "tanh" } else { "none" })
    }
}

/// `x` where it is positive, else `weight · x`; the weight is trained.
///
/// # Shapes
/// `x`: `(batch, channels, ..)`, `weight`: `(1,)` or `(channels,)`; the same out.
///
/// # Source
/// He et al. 2015; `torch.nn.PReLU` 2.15.
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr, name = "PReLU")]
pub struct PRelu {
    /// Slopes below 0, one or one for each channel; at first 0.25.
    pub weight: Var,
    mode: Mode,
}

impl PRelu {
    /// One slope for all, or as many as there are channels, in `f32`.
    ///
    /// # Errors
    /// More channels than fit the address space.
    #[inline]
    pub fn new(num_parameters: usize) -> Result<PRelu> {
        Ok(PRelu {
            weight: constant(&[num_parameters], 0.25, DType::F32)?,
            mode: Mode::new(),
        })
    }

    /// The function.
    ///
    /// # Errors
    /// Another number of channels than slopes; another dtype than theirs.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.prelu(&self.weight)?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(num_parameters = self.weight.numel())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let x = Var::new(tensor![-1.0, 0.0, 2.0]);
        assert_close(&Relu::new().forward(&x).unwrap().value(), &[0.0, 0.0, 2.0]);
        assert_close(
            &Sigmoid::new().forward(&x).unwrap().value(),
            &[0.268_941_421, 0.5, 0.880_797_078],
        );
        assert_close(
            &Tanh::new().forward(&x).unwrap().value(),
            &[-0.761_594_156, 0.0, 0.964_027_580],
        );
    }

    #[test]
    fn they_print_as_in_pytorch() {
        let printed = [
            Relu::new().to_string(),
            Sigmoid::new().to_string(),
            Tanh::new().to_string(),
        ];
        assert_eq!(printed, ["ReLU()", "Sigmoid()", "Tanh()"]);
        let printed = [
            LeakyRelu::new(0.1).to_string(),
            Softplus::default().to_string(),
            Hardshrink::default().to_string(),
            Gelu::tanh().to_string(),
            PRelu::new(3).unwrap().to_string(),
            Softmax::new(1).to_string(),
        ];
        assert_eq!(
            printed,
            [
                "LeakyReLU(negative_slope=0.1)",
                "Softplus(beta=1.0, threshold=20.0)",
                "Hardshrink(0.5)",
                "GELU(approximate='tanh')",
                "PReLU(num_parameters=3)",
                "Softmax(dim=1)",
            ]
        );
    }

    #[test]
    fn settings_reach_the_functions() {
        let x = Var::new(tensor![[-2.0, 3.0]]);
        let value = |y: Result<Var>| y.unwrap().value();
        assert_close(&value(LeakyRelu::new(0.5).forward(&x)), &[-1.0, 3.0]);
        assert_close(&value(Hardtanh::new(-1.5, 2.0).forward(&x)), &[-1.5, 2.0]);
        assert_close(&value(Threshold::new(1.0, 7.0).forward(&x)), &[7.0, 3.0]);
        assert_close(&value(Softshrink::new(1.0).forward(&x)), &[-1.0, 2.0]);
        assert_close(&value(PRelu::new(2).unwrap().forward(&x)), &[-0.5, 3.0]);
        let sum = value(Softmax::new(-1).forward(&x)).sum().unwrap();
        assert_close(&sum, &[1.0]);
    }
}
