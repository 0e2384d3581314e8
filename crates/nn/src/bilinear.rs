//! The bilinear layer.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::error::{Dims, Error, Result};
use crate::repr::extra_repr;
use crate::{Mode, Module, init, seen};

/// `y[k] = Σ_i Σ_j x₁[i] · W[k, i, j] · x₂[j] + b[k]`.
///
/// # Shapes
/// `x₁`: `(batch.., in1)`, `x₂`: `(batch.., in2)`, `W`: `(outputs, in1, in2)` → `(batch.., outputs)`
///
/// # Source
/// `torch.nn.Bilinear` 2.15: initial values bit for bit.
///
/// ```
/// use gradus_nn::Bilinear;
/// use gradus_random::Generator;
/// use gradus_tensor::{DType, Tensor};
///
/// let layer = Bilinear::new(2, 3, 4, &Generator::new(0))?;
/// let (a, b) = (Tensor::zeros([5, 2], DType::F32)?, Tensor::zeros([5, 3], DType::F32)?);
/// assert_eq!(layer.forward(&a.into(), &b.into())?.shape(), [5, 4]);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_forward, extra_repr)]
pub struct Bilinear {
    /// `W`.
    pub weight: Var,
    /// `b`, unless the layer has none.
    pub bias: Option<Var>,
    mode: Mode,
}

impl Bilinear {
    /// A layer in `f32` with a bias; draws `W`, then `b`, from U(−k, k), k = 1/√in1.
    ///
    /// # Errors
    /// Sizes that do not fit the address space; no first inputs.
    #[inline]
    pub fn new(in1: usize, in2: usize, outputs: usize, rng: &Generator) -> Result<Bilinear> {
        Bilinear::with_options(in1, in2, outputs, true, DType::F32, rng)
    }

    /// A layer without bias, or in `f64`.
    ///
    /// # Errors
    /// As there; a dtype that is not drawn in.
    #[inline]
    pub fn with_options(
        in1: usize,
        in2: usize,
        outputs: usize,
        bias: bool,
        dtype: DType,
        rng: &Generator,
    ) -> Result<Bilinear> {
        if in1 == 0 {
            return Err(Error::invalid(
                "Bilinear",
                "there must be at least one first input",
            ));
        }
        let bound = 1.0 / (in1 as f64).sqrt();
        let drawn = |shape: &[usize]| {
            let parameter = Var::leaf(Tensor::zeros(shape, dtype)?)?;
            init::uniform_(&parameter, -bound, bound, rng)?;
            Ok::<_, Error>(parameter)
        };
        let weight = drawn(&[outputs, in1, in2])?;
        let bias = bias.then(|| drawn(&[outputs])).transpose()?;
        Ok(Bilinear {
            weight,
            bias,
            mode: Mode::new(),
        })
    }

    /// The bilinear form of both inputs.
    ///
    /// # Errors
    /// Shapes that do not fit each other or the weight; dtypes that differ.
    #[inline]
    pub fn forward(&self, x1: &Var, x2: &Var) -> Result<Var> {
        let y = bilinear(x1, x2, &self.weight, self.bias.as_ref())?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        let shape = self.weight.shape();
        extra_repr!(
            in1_features = shape[1],
            in2_features = shape[2],
            out_features = shape[0],
            bias = self.bias.is_some()
        )
    }
}

/// What [`Bilinear`] computes, as a function.
///
/// # Errors
/// As [`Bilinear::forward`].
#[inline]
pub fn bilinear(x1: &Var, x2: &Var, weight: &Var, bias: Option<&Var>) -> Result<Var> {
    let refuse = || {
        let (a, b, w) = (Dims(x1.shape()), Dims(x2.shape()), Dims(weight.shape()));
        let message = format!(
            "expected (batch.., in1), (batch.., in2) and a weight (outputs, in1, in2), got {a}, {b} and {w}"
        );
        Error::invalid("bilinear", message)
    };
    let (Some((&in1, lead)), Some((&in2, other))) =
        (x1.shape().split_last(), x2.shape().split_last())
    else {
        return Err(refuse());
    };
    let &[outputs, rows, columns] = weight.shape() else {
        return Err(refuse());
    };
    if lead != other || (rows, columns) != (in1, in2) {
        return Err(refuse());
    }
    let batch: usize = lead.iter().product();
    // x₁ W for each output in one product, then by x₂ row for row.
    let (a, b) = (x1.reshape([batch, in1])?, x2.reshape([batch, 1, in2])?);
    let by_input = weight.permute(&[1, 0, 2])?.reshape([in1, outputs * in2])?;
    let products = a.matmul(&by_input)?.reshape([batch, outputs, in2])?;
    let y = products.mul(&b)?.sum_dims(&[-1], false)?;
    let y = match bias {
        Some(bias) => y.add(bias)?,
        None => y,
    };
    Ok(y.reshape([lead, &[outputs]].concat())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let (a, b): (Var, Var) = (tensor![[1.0, 2.0]].into(), tensor![[3.0, 5.0]].into());
        let w: Var = tensor![[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 0.0]]].into();
        let y = bilinear(&a, &b, &w, Some(&tensor![0.5, 0.0].into())).unwrap();
        assert_close(&y.value(), &[13.5, 5.0]);
        let e = bilinear(&b, &a, &tensor![[1.0]].into(), None).unwrap_err();
        assert_eq!(
            e.to_string(),
            "bilinear: expected (batch.., in1), (batch.., in2) and a weight (outputs, in1, in2), got (1, 2), (1, 2) and (1, 1)"
        );
    }

    #[test]
    fn it_prints_as_in_pytorch() {
        let layer = Bilinear::new(2, 3, 4, &Generator::new(0)).unwrap();
        assert_eq!(
            layer.to_string(),
            "Bilinear(in1_features=2, in2_features=3, out_features=4, bias=True)"
        );
        let keys: Vec<String> = layer.state_dict().keys().map(str::to_owned).collect();
        assert_eq!(keys, ["weight", "bias"]);
    }
}
