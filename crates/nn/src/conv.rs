//! Convolutions of signals and images.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::ops::{ConvOptions, ConvPadding, ConvTransposeOptions, PadMode, PerDim};
use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};
use crate::repr::{Repr, extra_repr};
use crate::{Mode, Module, init, seen};

/// What stands around the input of a convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaddingMode {
    /// Zeros.
    #[default]
    Zeros,
    /// The input mirrored at its edge, which is not repeated.
    Reflect,
    /// The elements at the edge.
    Replicate,
    /// The input again, as if it were a ring.
    Circular,
}

/// Without quotes, as PyTorch's convolutions print it.
impl Repr for PaddingMode {
    fn repr(&self) -> String {
        let name = match self {
            PaddingMode::Zeros => "zeros",
            PaddingMode::Reflect => "reflect",
            PaddingMode::Replicate => "replicate",
            PaddingMode::Circular => "circular",
        };
        name.to_owned()
    }
}

/// As [`PaddingMode`].
impl<const D: usize> Repr for ConvPadding<D> {
    fn repr(&self) -> String {
        match self {
            ConvPadding::Same => "same".to_owned(),
            ConvPadding::Sizes(sizes) => sizes.repr(),
        }
    }
}

impl PaddingMode {
    fn pads(self) -> Option<PadMode> {
        match self {
            PaddingMode::Zeros => None,
            PaddingMode::Reflect => Some(PadMode::Reflect),
            PaddingMode::Replicate => Some(PadMode::Replicate),
            PaddingMode::Circular => Some(PadMode::Circular),
        }
    }
}

/// The layer for one number of spatial dimensions: `Conv2d, Conv2dOptions, 2, conv2d` makes both structs and a
/// `forward` that calls `x.conv2d(..)`.
macro_rules! convolutions {
    ($($(#[$doc:meta])* $Layer:ident, $Options:ident, $D:literal, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr)]
        pub struct $Layer {
            /// `w`, `(out_channels, in_channels / groups, kernel..)`.
            pub weight: Var,
            /// `b`, one number for each output channel, unless the layer has none.
            pub bias: Option<Var>,
            #[module(skip)]
            options: $Options,
            mode: Mode,
        }

        #[doc = concat!("What [`", stringify!($Layer), "::with_options`] can vary.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Options {
            /// From one patch to the next.
            pub stride: [usize; $D],
            /// How much is added around the input.
            pub padding: ConvPadding<$D>,
            /// From one element of a patch to the next.
            pub dilation: [usize; $D],
            /// Parts that the channels are cut into, each convolved by itself.
            pub groups: usize,
            /// Whether there is a `b`.
            pub bias: bool,
            /// What is added around the input.
            pub padding_mode: PaddingMode,
            /// `F32` or `F64`; the draws depend on it, as in PyTorch.
            pub dtype: DType,
        }

        impl Default for $Options {
            fn default() -> $Options {
                $Options {
                    stride: [1; $D],
                    padding: ConvPadding::default(),
                    dilation: [1; $D],
                    groups: 1,
                    bias: true,
                    padding_mode: PaddingMode::Zeros,
                    dtype: DType::F32,
                }
            }
        }

        impl $Layer {
            /// A layer in `f32` with stride 1, no padding and a bias; draws `w` and `b` from U(−k, k),
            /// k = 1/√(in_channels · elements of the kernel).
            ///
            /// # Errors
            /// Sizes that do not fit the address space; an empty kernel.
            pub fn new(
                in_channels: usize,
                out_channels: usize,
                kernel_size: impl PerDim<$D>,
                rng: &Generator,
            ) -> Result<$Layer> {
                $Layer::with_options(in_channels, out_channels, kernel_size, $Options::default(), rng)
            }

            /// As [`new`](Self::new), with all that can vary.
            ///
            /// # Errors
            /// As there; channels that do not divide by the groups; a dtype that is not drawn in.
            pub fn with_options(
                in_channels: usize,
                out_channels: usize,
                kernel_size: impl PerDim<$D>,
                options: $Options,
                rng: &Generator,
            ) -> Result<$Layer> {
                const NAME: &str = stringify!($Layer);
                let kernel_size = kernel_size.per_dim();
                expect_groups(NAME, options.groups, [in_channels, out_channels])?;
                let sizes = [out_channels, in_channels / options.groups];
                let (weight, bias) = drawn(
                    NAME, &sizes, &kernel_size, options.bias.then_some(out_channels), options.dtype, rng,
                )?;
                Ok($Layer { weight, bias, options, mode: Mode::new() })
            }

            /// The input convolved, by channel plus `b`.
            ///
            /// # Errors
            /// Another number of dimensions or channels; a kernel larger than the padded input; another
            /// dtype than the parameters'.
            pub fn forward(&self, x: &Var) -> Result<Var> {
                let o = &self.options;
                let mut options = ConvOptions {
                    stride: o.stride,
                    padding: o.padding,
                    dilation: o.dilation,
                    groups: o.groups,
                };
                let padded;
                let x = match o.padding_mode.pads() {
                    Some(mode) => {
                        let kernel = self.weight.shape().get(2..).unwrap_or(&[]);
                        padded = x.pad(&around(o.padding, kernel, o.dilation), mode)?;
                        options.padding = ConvPadding::default();
                        &padded
                    }
                    None => x,
                };
                let y = x.$method(&self.weight, self.bias.as_ref(), &options)?;
                seen(self, &y);
                Ok(y)
            }

            fn extra_repr(&self) -> String {
                let (shape, o) = (self.weight.shape(), &self.options);
                extra_repr!(
                    shape[1] * o.groups,
                    shape[0],
                    kernel_size = shape[2..],
                    stride = o.stride,
                    padding = o.padding; if o.padding != ConvPadding::default(),
                    dilation = o.dilation; if o.dilation != [1; $D],
                    groups = o.groups; if o.groups != 1,
                    bias = false; if self.bias.is_none(),
                    padding_mode = o.padding_mode; if o.padding_mode != PaddingMode::Zeros
                )
            }
        }
    )*};
}

convolutions! {
    /// `y[o, i] = b[o] + Σ_c Σ_k w[o, c, k] · x[c, i · stride + k · dilation − padding]`.
    ///
    /// # Shapes
    /// `x`: `(batch, in_channels, length)` → `(batch, out_channels, ⌊(length + 2 padding − dilation
    /// (kernel − 1) − 1) / stride⌋ + 1)`; the batch may be missing.
    ///
    /// # Source
    /// `torch.nn.Conv1d` 2.15: names, layout, and initial values bit for bit.
    Conv1d, Conv1dOptions, 1, conv1d;
    /// `y[o, i, j] = b[o] + Σ_c Σ_k Σ_l w[o, c, k, l] · x[c, i · stride + k · dilation − padding, ..]`.
    ///
    /// # Shapes
    /// `x`: `(batch, in_channels, height, width)` → `(batch, out_channels, height', width')` with sizes as in
    /// [`Conv1d`]; the batch may be missing.
    ///
    /// # Source
    /// `torch.nn.Conv2d` 2.15: names, layout, and initial values bit for bit.
    ///
    /// ```
    /// use gradus_nn::{Conv2d, Conv2dOptions};
    /// use gradus_random::Generator;
    /// use gradus_tensor::{DType, Tensor};
    ///
    /// let rng = Generator::new(0);
    /// let options = Conv2dOptions { padding: 1.into(), ..Conv2dOptions::default() };
    /// let layer = Conv2d::with_options(1, 4, 3, options, &rng)?;
    /// let images = Tensor::zeros([16, 1, 28, 28], DType::F32)?;
    /// assert_eq!(layer.forward(&images.into())?.shape(), [16, 4, 28, 28]);
    /// assert_eq!(layer.to_string(), "Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))");
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    Conv2d, Conv2dOptions, 2, conv2d;
}

/// As `convolutions!`, for the transposed ones.
macro_rules! transposed_convolutions {
    ($($(#[$doc:meta])* $Layer:ident, $Options:ident, $D:literal, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr)]
        pub struct $Layer {
            /// `w`, `(in_channels, out_channels / groups, kernel..)`.
            pub weight: Var,
            /// `b`, one number for each output channel, unless the layer has none.
            pub bias: Option<Var>,
            #[module(skip)]
            options: $Options,
            mode: Mode,
        }

        #[doc = concat!("What [`", stringify!($Layer), "::with_options`] can vary.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Options {
            /// From one patch of the output to the next.
            pub stride: [usize; $D],
            /// Elements of the output that are cut off on both sides.
            pub padding: [usize; $D],
            /// Elements added behind the output.
            pub output_padding: [usize; $D],
            /// From one element of a patch to the next.
            pub dilation: [usize; $D],
            /// Parts that the channels are cut into.
            pub groups: usize,
            /// Whether there is a `b`.
            pub bias: bool,
            /// `F32` or `F64`.
            pub dtype: DType,
        }

        impl Default for $Options {
            #[inline]
            fn default() -> $Options {
                $Options {
                    stride: [1; $D],
                    padding: [0; $D],
                    output_padding: [0; $D],
                    dilation: [1; $D],
                    groups: 1,
                    bias: true,
                    dtype: DType::F32,
                }
            }
        }

        impl $Layer {
            /// A layer in `f32` with stride 1, no padding and a bias; draws `w` and `b` from U(−k, k),
            /// k = 1/√(out_channels · elements of the kernel).
            ///
            /// # Errors
            /// Sizes that do not fit the address space; an empty kernel.
            pub fn new(
                in_channels: usize,
                out_channels: usize,
                kernel_size: impl PerDim<$D>,
                rng: &Generator,
            ) -> Result<$Layer> {
                $Layer::with_options(in_channels, out_channels, kernel_size, $Options::default(), rng)
            }

            /// As [`new`](Self::new), with all that can vary.
            ///
            /// # Errors
            /// As there; channels that do not divide by the groups; a dtype that is not drawn in.
            pub fn with_options(
                in_channels: usize,
                out_channels: usize,
                kernel_size: impl PerDim<$D>,
                options: $Options,
                rng: &Generator,
            ) -> Result<$Layer> {
                const NAME: &str = stringify!($Layer);
                let kernel_size = kernel_size.per_dim();
                expect_groups(NAME, options.groups, [in_channels, out_channels])?;
                let sizes = [in_channels, out_channels / options.groups];
                let (weight, bias) = drawn(
                    NAME, &sizes, &kernel_size, options.bias.then_some(out_channels), options.dtype, rng,
                )?;
                Ok($Layer { weight, bias, options, mode: Mode::new() })
            }

            /// The adjoint of the convolution with `w`, by channel plus `b`.
            ///
            /// # Errors
            /// Another number of dimensions or channels; an output without elements; another dtype than
            /// the parameters'.
            #[inline]
            pub fn forward(&self, x: &Var) -> Result<Var> {
                let o = &self.options;
                let options = ConvTransposeOptions {
                    stride: o.stride,
                    padding: o.padding,
                    output_padding: o.output_padding,
                    dilation: o.dilation,
                    groups: o.groups,
                };
                let y = x.$method(&self.weight, self.bias.as_ref(), &options)?;
                seen(self, &y);
                Ok(y)
            }

            #[inline]
            fn extra_repr(&self) -> String {
                let (shape, o) = (self.weight.shape(), &self.options);
                extra_repr!(
                    shape[0],
                    shape[1] * o.groups,
                    kernel_size = shape[2..],
                    stride = o.stride,
                    padding = o.padding; if o.padding != [0; $D],
                    dilation = o.dilation; if o.dilation != [1; $D],
                    output_padding = o.output_padding; if o.output_padding != [0; $D],
                    groups = o.groups; if o.groups != 1,
                    bias = false; if self.bias.is_none()
                )
            }
        }
    )*};
}

transposed_convolutions! {
    /// The adjoint of [`Conv1d`]: each element of the input adds the kernel, times itself, to the output.
    ///
    /// # Shapes
    /// `x`: `(batch, in_channels, length)` → `(batch, out_channels, (length − 1) stride − 2 padding +
    /// dilation (kernel − 1) + output_padding + 1)`; the batch may be missing.
    ///
    /// # Source
    /// `torch.nn.ConvTranspose1d` 2.15: names, layout, and initial values bit for bit.
    ConvTranspose1d, ConvTranspose1dOptions, 1, conv_transpose1d;
    /// The adjoint of [`Conv2d`]: each pixel of the input adds the kernel, times itself, to the output.
    ///
    /// # Shapes
    /// `x`: `(batch, in_channels, height, width)` → `(batch, out_channels, height', width')` with sizes as in
    /// [`ConvTranspose1d`]; the batch may be missing.
    ///
    /// # Source
    /// `torch.nn.ConvTranspose2d` 2.15: names, layout, and initial values bit for bit.
    ConvTranspose2d, ConvTranspose2dOptions, 2, conv_transpose2d;
}

fn expect_groups(name: &'static str, groups: usize, channels: [usize; 2]) -> Result<()> {
    if groups > 0 && channels.iter().all(|c| c.is_multiple_of(groups)) {
        return Ok(());
    }
    let [inputs, outputs] = channels;
    let message = format!("{inputs} and {outputs} channels do not divide by {groups} groups");
    Err(Error::invalid(name, message))
}

/// Weight and bias of PyTorch's default; `fan_in` counts the weight's second dimension.
fn drawn(
    name: &'static str,
    sizes: &[usize; 2],
    kernel_size: &[usize],
    bias: Option<usize>,
    dtype: DType,
    rng: &Generator,
) -> Result<(Var, Option<Var>)> {
    if kernel_size.contains(&0) {
        return Err(Error::invalid(
            name,
            "the kernel has no elements; its sizes must be at least 1",
        ));
    }
    let weight = Var::leaf(Tensor::zeros([&sizes[..], kernel_size].concat(), dtype)?)?;
    let fan_in = sizes[1] * kernel_size.iter().product::<usize>();
    init::fan_in_uniform(&weight, fan_in, rng)?;
    let bias = bias.map(|outputs| init::fan_in_bias(outputs, fan_in, dtype, rng));
    Ok((weight, bias.transpose()?))
}

/// The padding as [`Var::pad`] takes it: before and after, the last dimension first.
fn around<const D: usize>(
    padding: ConvPadding<D>,
    kernel: &[usize],
    dilation: [usize; D],
) -> Vec<isize> {
    let both = |d: usize| match padding {
        ConvPadding::Sizes(sizes) => [sizes[d], sizes[d]],
        ConvPadding::Same => {
            let whole = dilation[d] * (kernel.get(d).copied().unwrap_or(1) - 1);
            [whole / 2, whole - whole / 2]
        }
    };
    (0..D).rev().flat_map(both).map(|n| n as isize).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let rng = Generator::new(0);
        let layer = Conv1d::new(1, 1, 2, &rng).unwrap();
        layer.weight.set_value(tensor![[[1.0, 10.0]]]).unwrap();
        layer
            .bias
            .as_ref()
            .unwrap()
            .set_value(tensor![0.5])
            .unwrap();
        let y = layer.forward(&tensor![[1.0, 2.0, 3.0]].into()).unwrap();
        assert_close(&y.value(), &[21.5, 32.5]);
        y.sum().unwrap().backward().unwrap();
        assert_close(&layer.weight.grad().unwrap(), &[3.0, 5.0]);
        let keys: Vec<String> = layer.state_dict().keys().map(str::to_owned).collect();
        assert_eq!(keys, ["weight", "bias"]);
    }

    #[test]
    fn other_surroundings_than_zeros() {
        let options = Conv1dOptions {
            padding: 1.into(),
            padding_mode: PaddingMode::Circular,
            bias: false,
            ..Conv1dOptions::default()
        };
        let layer = Conv1d::with_options(1, 1, 3, options, &Generator::new(0)).unwrap();
        layer
            .weight
            .set_value(tensor![[[1.0, 10.0, 100.0]]])
            .unwrap();
        let y = layer.forward(&tensor![[[1.0, 2.0, 3.0]]].into()).unwrap();
        assert_close(&y.value(), &[213.0, 321.0, 132.0]);
    }

    #[test]
    fn they_print_as_in_pytorch() {
        let rng = Generator::new(0);
        let options = Conv2dOptions {
            stride: [2, 1],
            padding: ConvPadding::Sizes([1, 0]),
            dilation: [1, 2],
            groups: 2,
            bias: false,
            padding_mode: PaddingMode::Reflect,
            ..Conv2dOptions::default()
        };
        assert_eq!(
            Conv2d::with_options(2, 4, [3, 1], options, &rng)
                .unwrap()
                .to_string(),
            "Conv2d(2, 4, kernel_size=(3, 1), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2, bias=False, padding_mode=reflect)"
        );
        let same = Conv1dOptions {
            padding: ConvPadding::Same,
            ..Conv1dOptions::default()
        };
        assert_eq!(
            Conv1d::with_options(2, 4, 3, same, &rng)
                .unwrap()
                .to_string(),
            "Conv1d(2, 4, kernel_size=(3,), stride=(1,), padding=same)"
        );
        let turned = ConvTranspose2dOptions {
            stride: [2, 2],
            output_padding: [1, 1],
            ..ConvTranspose2dOptions::default()
        };
        assert_eq!(
            ConvTranspose2d::with_options(2, 4, 3, turned, &rng)
                .unwrap()
                .to_string(),
            "ConvTranspose2d(2, 4, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1))"
        );
    }

    #[test]
    fn refused() {
        let rng = Generator::new(0);
        let layer = Conv2d::new(3, 4, 3, &rng).unwrap();
        let x = Tensor::zeros([1, 1, 8, 8], DType::F32).unwrap();
        assert_eq!(
            layer.forward(&x.into()).unwrap_err().to_string(),
            "conv2d: the input has 1 channels, the weight (4, 3, 3, 3) takes 3"
        );
        let options = Conv2dOptions {
            groups: 2,
            ..Conv2dOptions::default()
        };
        let e = Conv2d::with_options(3, 4, 3, options, &rng).unwrap_err();
        assert_eq!(
            e.to_string(),
            "Conv2d: 3 and 4 channels do not divide by 2 groups"
        );
        assert!(Conv1d::new(1, 1, 0, &rng).is_err());
    }
}
