//! What convolutions can vary: stride, padding, dilation, groups.

use super::PerDim;

/// How many zeros stand around the images of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvPadding<const D: usize> {
    /// So many on both sides of each dimension; none is `"valid"`.
    Sizes([usize; D]),
    /// As many as keep the size, the odd one behind: `"same"`. The stride has to be 1.
    Same,
}

impl<const D: usize> Default for ConvPadding<D> {
    fn default() -> ConvPadding<D> {
        ConvPadding::Sizes([0; D])
    }
}

impl<const D: usize> From<usize> for ConvPadding<D> {
    fn from(size: usize) -> ConvPadding<D> {
        ConvPadding::Sizes([size; D])
    }
}

impl<const D: usize> From<[usize; D]> for ConvPadding<D> {
    fn from(sizes: [usize; D]) -> ConvPadding<D> {
        ConvPadding::Sizes(sizes)
    }
}

/// What a convolution can vary, over `D` spatial dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvOptions<const D: usize> {
    /// From one patch to the next.
    pub stride: [usize; D],
    /// Zeros around the images.
    pub padding: ConvPadding<D>,
    /// From one element of a patch to the next.
    pub dilation: [usize; D],
    /// Parts that the channels are cut into, each convolved by itself.
    pub groups: usize,
}

impl<const D: usize> Default for ConvOptions<D> {
    fn default() -> ConvOptions<D> {
        ConvOptions {
            stride: [1; D],
            padding: ConvPadding::default(),
            dilation: [1; D],
            groups: 1,
        }
    }
}

impl<const D: usize> ConvOptions<D> {
    /// Stride 1, no padding, no dilation, one group.
    #[must_use]
    #[inline]
    pub fn new() -> ConvOptions<D> {
        ConvOptions::default()
    }

    /// With this stride.
    #[must_use]
    #[inline]
    pub fn stride(self, stride: impl PerDim<D>) -> ConvOptions<D> {
        ConvOptions {
            stride: stride.per_dim(),
            ..self
        }
    }

    /// With this padding.
    #[must_use]
    #[inline]
    pub fn padding(self, padding: impl Into<ConvPadding<D>>) -> ConvOptions<D> {
        ConvOptions {
            padding: padding.into(),
            ..self
        }
    }

    /// With this dilation.
    #[must_use]
    #[inline]
    pub fn dilation(self, dilation: impl PerDim<D>) -> ConvOptions<D> {
        ConvOptions {
            dilation: dilation.per_dim(),
            ..self
        }
    }

    /// With this number of groups.
    #[must_use]
    #[inline]
    pub fn groups(self, groups: usize) -> ConvOptions<D> {
        ConvOptions { groups, ..self }
    }
}

/// What a transposed convolution can vary, over `D` spatial dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTransposeOptions<const D: usize> {
    /// From one patch of the result to the next.
    pub stride: [usize; D],
    /// Elements of the result that are cut off on both sides.
    pub padding: [usize; D],
    /// Elements added behind the result, less than the stride or the dilation: a convolution of this
    /// stride comes from several sizes.
    pub output_padding: [usize; D],
    /// From one element of a patch to the next.
    pub dilation: [usize; D],
    /// Parts that the channels are cut into.
    pub groups: usize,
}

impl<const D: usize> Default for ConvTransposeOptions<D> {
    fn default() -> ConvTransposeOptions<D> {
        ConvTransposeOptions {
            stride: [1; D],
            padding: [0; D],
            output_padding: [0; D],
            dilation: [1; D],
            groups: 1,
        }
    }
}
