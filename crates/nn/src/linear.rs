//! The fully connected layer.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::error::{Dims, Error, Result};
use crate::repr::extra_repr;
use crate::{Mode, Module, init, seen};

/// `y = x Wᵀ + b`.
///
/// # Shapes
/// `x`: `(batch.., inputs)`, `W`: `(outputs, inputs)`, `b`: `(outputs,)` → `y`: `(batch.., outputs)`
///
/// # Source
/// `torch.nn.Linear` 2.15: names, layout, and initial values bit for bit.
///
/// ```
/// use gradus_nn::Linear;
/// use gradus_random::Generator;
/// use gradus_tensor::tensor;
///
/// let layer = Linear::new(1, 1, &Generator::new(1));
/// assert_eq!(layer.weight.item::<f32>()?, 0.515_263_2);
/// let y = layer.forward(&tensor![[2.0], [0.0]].into())?;
/// assert_eq!(y.shape(), [2, 1]);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct Linear {
    /// `W`, one row per output.
    pub weight: Var,
    /// `b`, unless the layer has none.
    pub bias: Option<Var>,
    mode: Mode,
}

/// What [`Linear::with_options`] can vary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearOptions {
    /// Whether there is a `b`.
    pub bias: bool,
    /// `F32` or `F64`; the draws depend on it, as in PyTorch.
    pub dtype: DType,
}

impl Default for LinearOptions {
    fn default() -> LinearOptions {
        LinearOptions {
            bias: true,
            dtype: DType::F32,
        }
    }
}

impl Linear {
    /// A layer in `f32` with a bias; draws `W` from U(−k, k), then `b`, k = 1/√inputs.
    ///
    /// # Panics
    /// If `inputs · outputs` numbers do not fit the address space, as `vec![0; n]` does.
    #[must_use]
    pub fn new(inputs: usize, outputs: usize, rng: &Generator) -> Linear {
        Linear::with_options(inputs, outputs, LinearOptions::default(), rng)
            .expect("the sizes of a layer fit the address space")
    }

    /// A layer without bias, or in `f64`.
    ///
    /// # Errors
    /// Sizes that do not fit the address space; a dtype that is not drawn in.
    ///
    /// ```
    /// use gradus_nn::{Linear, LinearOptions};
    /// use gradus_random::Generator;
    ///
    /// let options = LinearOptions { bias: false, ..LinearOptions::default() };
    /// let layer = Linear::with_options(3, 2, options, &Generator::new(0))?;
    /// assert!(layer.bias.is_none());
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    pub fn with_options(
        inputs: usize,
        outputs: usize,
        options: LinearOptions,
        rng: &Generator,
    ) -> Result<Linear> {
        let weight = Var::leaf(Tensor::zeros([outputs, inputs], options.dtype)?)?;
        init::fan_in_uniform(&weight, inputs, rng)?;
        let bias = options
            .bias
            .then(|| init::fan_in_bias(outputs, inputs, options.dtype, rng))
            .transpose()?;
        Ok(Linear {
            weight,
            bias,
            mode: Mode::new(),
        })
    }

    /// A layer of given numbers, `(outputs, inputs)` and `(outputs,)`.
    ///
    /// # Errors
    /// Shapes or dtypes that do not fit; tensors that are not floating-point.
    pub fn from_parameters(weight: Tensor, bias: Option<Tensor>) -> Result<Linear> {
        let &[outputs, _] = weight.shape() else {
            let message = format!(
                "the weight is {}, expected (outputs, inputs)",
                Dims(weight.shape())
            );
            return Err(Error::invalid("Linear", message));
        };
        if let Some(bias) = &bias
            && (bias.shape() != [outputs] || bias.dtype() != weight.dtype())
        {
            let message = format!(
                "the bias is {} {}, expected {} {} for a weight {}",
                Dims(bias.shape()),
                bias.dtype(),
                Dims(&[outputs]),
                weight.dtype(),
                Dims(weight.shape())
            );
            return Err(Error::invalid("Linear", message));
        }
        let bias = bias.map(Var::leaf).transpose()?;
        Ok(Linear {
            weight: Var::leaf(weight)?,
            bias,
            mode: Mode::new(),
        })
    }

    /// `x Wᵀ + b`, one fused operation.
    ///
    /// # Errors
    /// A last dimension other than `inputs`; another dtype than the parameters'.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.linear(&self.weight, self.bias.as_ref())?;
        seen(self, &y);
        Ok(y)
    }

    /// Length of the rows that go in.
    #[must_use]
    pub fn in_features(&self) -> usize {
        self.weight.shape().last().copied().unwrap_or(0)
    }

    /// Length of the rows that come out.
    #[must_use]
    pub fn out_features(&self) -> usize {
        self.weight.shape().first().copied().unwrap_or(0)
    }

    fn extra_repr(&self) -> String {
        extra_repr!(
            in_features = self.in_features(),
            out_features = self.out_features(),
            bias = self.bias.is_some()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let layer =
            Linear::from_parameters(tensor![[1.0, 2.0], [0.0, -1.0]], Some(tensor![0.5, 0.0]))
                .unwrap();
        let y = layer.forward(&tensor![[1.0, 1.0]].into()).unwrap();
        assert_close(&y.value(), &[3.5, -1.0]);
        y.sum().unwrap().backward().unwrap();
        assert_close(&layer.weight.grad().unwrap(), &[1.0, 1.0, 1.0, 1.0]);
        assert_close(&layer.bias.as_ref().unwrap().grad().unwrap(), &[1.0, 1.0]);
    }

    #[test]
    fn the_first_numbers_of_seed_1() {
        let layer = Linear::new(1, 1, &Generator::new(1));
        assert_eq!(layer.weight.item::<f64>().unwrap(), 0.515_263_199_806_213_4);
        assert_eq!(
            layer.bias.unwrap().item::<f64>().unwrap(),
            -0.441_378_235_816_955_57
        );
    }

    #[test]
    fn no_inputs_leave_a_bias_of_zeros() {
        let layer = Linear::new(0, 2, &Generator::new(1));
        assert_close(&layer.bias.as_ref().unwrap().value(), &[0.0, 0.0]);
    }

    #[test]
    fn parameters_must_fit_each_other() {
        let error = |w, b| Linear::from_parameters(w, b).unwrap_err().to_string();
        assert_eq!(
            error(tensor![1.0], None),
            "Linear: the weight is (1,), expected (outputs, inputs)"
        );
        assert_eq!(
            error(tensor![[1.0]], Some(tensor![1.0, 2.0])),
            "Linear: the bias is (2,) f32, expected (1,) f32 for a weight (1, 1)"
        );
        let half = LinearOptions {
            dtype: DType::F16,
            ..LinearOptions::default()
        };
        let error = Linear::with_options(1, 1, half, &Generator::new(0)).unwrap_err();
        assert!(error.to_string().contains("f16"), "{error}");
    }
}
