//! Normalisation by the numbers of one sample: layer, group and root-mean-square.

use gradus_autograd::Var;
use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};
use crate::repr::extra_repr;
use crate::{Mode, Module, seen};

/// A parameter of ones or zeros.
#[inline]
pub(crate) fn constant(shape: &[usize], value: f64, dtype: DType) -> Result<Var> {
    Ok(Var::leaf(Tensor::full(shape, value, dtype)?)?)
}

/// `y = (x − m) / √(v + eps) · weight + bias`, mean and variance over the last dimensions.
///
/// # Shapes
/// `x`: `(.., normalized_shape..)`, the same out.
///
/// # Source
/// Ba, Kiros & Hinton 2016; `torch.nn.LayerNorm` 2.15.
///
/// ```
/// use gradus_nn::LayerNorm;
/// use gradus_tensor::tensor;
/// let y = LayerNorm::new(&[2])?.forward(&tensor![[1.0, 3.0]].into())?;
/// assert!((y.to_vec::<f64>()?[0] + 1.0).abs() < 1e-4);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct LayerNorm {
    /// Factors, at first ones; none if the layer is not affine.
    pub weight: Option<Var>,
    /// Summands, at first zeros.
    pub bias: Option<Var>,
    #[module(skip)]
    normalized_shape: Vec<usize>,
    eps: f64,
    mode: Mode,
}

/// What [`LayerNorm::with_options`] can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNormOptions {
    /// Added to the variance.
    pub eps: f64,
    /// Whether there are factors.
    pub elementwise_affine: bool,
    /// Whether there are summands beside the factors.
    pub bias: bool,
    /// `F32` or `F64`.
    pub dtype: DType,
}

impl Default for LayerNormOptions {
    #[inline]
    fn default() -> LayerNormOptions {
        LayerNormOptions {
            eps: 1e-5,
            elementwise_affine: true,
            bias: true,
            dtype: DType::F32,
        }
    }
}

impl LayerNorm {
    /// A layer in `f32` with factors and summands.
    ///
    /// # Errors
    /// A shape that does not fit the address space.
    #[inline]
    pub fn new(normalized_shape: &[usize]) -> Result<LayerNorm> {
        LayerNorm::with_options(normalized_shape, LayerNormOptions::default())
    }

    /// As [`new`](LayerNorm::new), with all that can vary.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn with_options(
        normalized_shape: &[usize],
        options: LayerNormOptions,
    ) -> Result<LayerNorm> {
        let affine = options.elementwise_affine;
        let parameter = |there: bool, value| {
            there
                .then(|| constant(normalized_shape, value, options.dtype))
                .transpose()
        };
        Ok(LayerNorm {
            weight: parameter(affine, 1.0)?,
            bias: parameter(affine && options.bias, 0.0)?,
            normalized_shape: normalized_shape.to_vec(),
            eps: options.eps,
            mode: Mode::new(),
        })
    }

    /// The input at mean 0 and variance 1, times the factors, plus the summands.
    ///
    /// # Errors
    /// A shape that does not end in `normalized_shape`; another dtype than the parameters'.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
        let y = x.layer_norm(&self.normalized_shape, weight, bias, self.eps)?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(
            self.normalized_shape[..],
            eps = self.eps,
            elementwise_affine = self.weight.is_some(),
            bias = self.bias.is_some()
        )
    }
}

/// `y = x / √(mean of x² + eps) · weight`, the mean over the last dimensions.
///
/// # Shapes
/// `x`: `(.., normalized_shape..)`, the same out.
///
/// # Source
/// Zhang & Sennrich 2019; `torch.nn.RMSNorm` 2.15.
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr, name = "RMSNorm")]
pub struct RmsNorm {
    /// Factors, at first ones; none if the layer is not affine.
    pub weight: Option<Var>,
    #[module(skip)]
    normalized_shape: Vec<usize>,
    eps: Option<f64>,
    mode: Mode,
}

/// What [`RmsNorm::with_options`] can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsNormOptions {
    /// Added to the mean square; the dtype's rounding unit unless given.
    pub eps: Option<f64>,
    /// Whether there are factors.
    pub elementwise_affine: bool,
    /// `F32` or `F64`.
    pub dtype: DType,
}

impl Default for RmsNormOptions {
    #[inline]
    fn default() -> RmsNormOptions {
        RmsNormOptions {
            eps: None,
            elementwise_affine: true,
            dtype: DType::F32,
        }
    }
}

impl RmsNorm {
    /// A layer in `f32` with factors.
    ///
    /// # Errors
    /// A shape that does not fit the address space.
    #[inline]
    pub fn new(normalized_shape: &[usize]) -> Result<RmsNorm> {
        RmsNorm::with_options(normalized_shape, RmsNormOptions::default())
    }

    /// As [`new`](RmsNorm::new), with all that can vary.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn with_options(normalized_shape: &[usize], options: RmsNormOptions) -> Result<RmsNorm> {
        let weight = options
            .elementwise_affine
            .then(|| constant(normalized_shape, 1.0, options.dtype));
        Ok(RmsNorm {
            weight: weight.transpose()?,
            normalized_shape: normalized_shape.to_vec(),
            eps: options.eps,
            mode: Mode::new(),
        })
    }

    /// The input at mean square 1, times the factors.
    ///
    /// # Errors
    /// A shape that does not end in `normalized_shape`; another dtype than the factors'.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.rms_norm(&self.normalized_shape, self.weight.as_ref(), self.eps)?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(
            self.normalized_shape[..],
            eps = self.eps,
            elementwise_affine = self.weight.is_some()
        )
    }
}

/// The channels of each sample in `num_groups` parts, each brought to mean 0 and variance 1 with all its
/// places; then by channel `· weight + bias`.
///
/// # Shapes
/// `x`: `(batch, num_channels, ..)`, the same out.
///
/// # Source
/// Wu & He 2018; `torch.nn.GroupNorm` 2.15.
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct GroupNorm {
    /// Factors by channel, at first ones; none if the layer is not affine.
    pub weight: Option<Var>,
    /// Summands by channel, at first zeros.
    pub bias: Option<Var>,
    num_groups: usize,
    num_channels: usize,
    eps: f64,
    mode: Mode,
}

/// What [`GroupNorm::with_options`] can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupNormOptions {
    /// Added to the variance.
    pub eps: f64,
    /// Whether there are factors and summands.
    pub affine: bool,
    /// `F32` or `F64`.
    pub dtype: DType,
}

impl Default for GroupNormOptions {
    #[inline]
    fn default() -> GroupNormOptions {
        GroupNormOptions {
            eps: 1e-5,
            affine: true,
            dtype: DType::F32,
        }
    }
}

impl GroupNorm {
    /// A layer in `f32` with factors and summands.
    ///
    /// # Errors
    /// Channels that do not divide by the groups.
    #[inline]
    pub fn new(num_groups: usize, num_channels: usize) -> Result<GroupNorm> {
        GroupNorm::with_options(num_groups, num_channels, GroupNormOptions::default())
    }

    /// As [`new`](GroupNorm::new), with all that can vary.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn with_options(
        num_groups: usize,
        num_channels: usize,
        options: GroupNormOptions,
    ) -> Result<GroupNorm> {
        if num_groups == 0 || !num_channels.is_multiple_of(num_groups) {
            let message = format!("{num_channels} channels do not divide by {num_groups} groups");
            return Err(Error::invalid("GroupNorm", message));
        }
        let parameter = |value| {
            options
                .affine
                .then(|| constant(&[num_channels], value, options.dtype))
                .transpose()
        };
        Ok(GroupNorm {
            weight: parameter(1.0)?,
            bias: parameter(0.0)?,
            num_groups,
            num_channels,
            eps: options.eps,
            mode: Mode::new(),
        })
    }

    /// The input at mean 0 and variance 1 in each group, times the factors, plus the summands.
    ///
    /// # Errors
    /// Another number of channels; another dtype than the parameters'.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        if x.shape().get(1) != Some(&self.num_channels) {
            let shape = crate::error::Dims(x.shape());
            let message = format!("expected (batch, {}, ..), got {shape}", self.num_channels);
            return Err(Error::invalid("GroupNorm", message));
        }
        let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
        let y = x.group_norm(self.num_groups, weight, bias, self.eps)?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(
            self.num_groups,
            self.num_channels,
            eps = self.eps,
            affine = self.weight.is_some(),
            bias = self.bias.is_some()
        )
    }
}

/// `y = x / (k + alpha · m)^beta`, where `m` is the mean of the squares of `size` neighbouring channels.
///
/// # Shapes
/// `x`: `(batch, channels, place..)`, the same out.
///
/// # Source
/// Krizhevsky et al. 2012; `torch.nn.LocalResponseNorm` 2.15.
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct LocalResponseNorm {
    size: usize,
    alpha: f64,
    beta: f64,
    k: f64,
    mode: Mode,
}

impl LocalResponseNorm {
    /// Over so many channels, with alpha 0.0001, beta 0.75 and k 1.
    #[must_use]
    #[inline]
    pub fn new(size: usize) -> LocalResponseNorm {
        LocalResponseNorm::with_constants(size, 1e-4, 0.75, 1.0)
    }

    /// With constants of your own.
    #[must_use]
    #[inline]
    pub fn with_constants(size: usize, alpha: f64, beta: f64, k: f64) -> LocalResponseNorm {
        LocalResponseNorm {
            size,
            alpha,
            beta,
            k,
            mode: Mode::new(),
        }
    }

    /// The input damped by its neighbours.
    ///
    /// # Errors
    /// Fewer than three dimensions; a `size` of 0.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.local_response_norm(self.size, self.alpha, self.beta, self.k)?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(self.size, alpha = self.alpha, beta = self.beta, k = self.k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let exact = LayerNormOptions {
            eps: 0.0,
            ..LayerNormOptions::default()
        };
        let layer = LayerNorm::with_options(&[2], exact).unwrap();
        layer
            .weight
            .as_ref()
            .unwrap()
            .set_value(tensor![2.0, 1.0])
            .unwrap();
        let y = layer.forward(&tensor![[1.0, 3.0]].into()).unwrap();
        assert_close(&y.value(), &[-2.0, 1.0]);
        let exact = RmsNormOptions {
            eps: Some(0.0),
            ..RmsNormOptions::default()
        };
        let y = RmsNorm::with_options(&[2], exact).unwrap();
        let y = y.forward(&tensor![[1.0, 7.0]].into()).unwrap();
        assert_close(&y.value(), &[0.2, 1.4]);
        let exact = GroupNormOptions {
            eps: 0.0,
            ..GroupNormOptions::default()
        };
        let y = GroupNorm::with_options(1, 2, exact).unwrap();
        let y = y.forward(&tensor![[1.0, 3.0]].into()).unwrap();
        assert_close(&y.value(), &[-1.0, 1.0]);
        let y = LocalResponseNorm::with_constants(2, 2.0, 1.0, 1.0);
        let y = y.forward(&tensor![[[1.0], [2.0]]].into()).unwrap();
        assert_close(&y.value(), &[0.5, 1.0 / 3.0]);
    }

    #[test]
    fn they_print_as_in_pytorch() {
        assert_eq!(
            LayerNorm::new(&[2, 3]).unwrap().to_string(),
            "LayerNorm((2, 3), eps=1e-05, elementwise_affine=True, bias=True)"
        );
        assert_eq!(
            RmsNorm::new(&[3]).unwrap().to_string(),
            "RMSNorm((3,), eps=None, elementwise_affine=True)"
        );
        assert_eq!(
            GroupNorm::new(2, 4).unwrap().to_string(),
            "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)"
        );
        assert_eq!(
            LocalResponseNorm::new(2).to_string(),
            "LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)"
        );
    }

    #[test]
    fn refused() {
        let e = GroupNorm::new(2, 3).unwrap_err().to_string();
        assert_eq!(e, "GroupNorm: 3 channels do not divide by 2 groups");
        let e = GroupNorm::new(1, 3)
            .unwrap()
            .forward(&tensor![[1.0]].into());
        assert_eq!(
            e.unwrap_err().to_string(),
            "GroupNorm: expected (batch, 3, ..), got (1, 1)"
        );
        assert!(
            LayerNorm::new(&[3])
                .unwrap()
                .forward(&tensor![[1.0]].into())
                .is_err()
        );
    }
}
