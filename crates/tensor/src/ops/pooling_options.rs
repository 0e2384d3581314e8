//! What poolings can vary: windows, stride, padding, dilation, what is averaged.

use super::PerDim;

/// What windows that hold a largest element can vary, over `D` spatial dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPoolOptions<const D: usize> {
    /// Elements of a window.
    pub kernel_size: [usize; D],
    /// From one window to the next.
    pub stride: [usize; D],
    /// Elements around the images that are smaller than all others, at most half a window.
    pub padding: [usize; D],
    /// From one element of a window to the next.
    pub dilation: [usize; D],
    /// Whether a last window may reach beyond the end.
    pub ceil_mode: bool,
}

impl<const D: usize> MaxPoolOptions<D> {
    /// Windows side by side, no padding, no dilation.
    #[must_use]
    #[inline]
    pub fn new(kernel_size: impl PerDim<D>) -> MaxPoolOptions<D> {
        let kernel_size = kernel_size.per_dim();
        MaxPoolOptions {
            kernel_size,
            stride: kernel_size,
            padding: [0; D],
            dilation: [1; D],
            ceil_mode: false,
        }
    }

    /// With this stride.
    #[must_use]
    #[inline]
    pub fn stride(self, stride: impl PerDim<D>) -> MaxPoolOptions<D> {
        MaxPoolOptions {
            stride: stride.per_dim(),
            ..self
        }
    }

    /// With this padding.
    #[must_use]
    #[inline]
    pub fn padding(self, padding: impl PerDim<D>) -> MaxPoolOptions<D> {
        MaxPoolOptions {
            padding: padding.per_dim(),
            ..self
        }
    }
}

/// What windows that are averaged can vary, over `D` spatial dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPoolOptions<const D: usize> {
    /// Elements of a window.
    pub kernel_size: [usize; D],
    /// From one window to the next.
    pub stride: [usize; D],
    /// Zeros around the images, at most half a window.
    pub padding: [usize; D],
    /// Whether a last window may reach beyond the end.
    pub ceil_mode: bool,
    /// Whether the zeros around the images count as elements.
    pub count_include_pad: bool,
    /// What sums are divided by, instead of the number of elements.
    pub divisor_override: Option<i64>,
}

impl<const D: usize> AvgPoolOptions<D> {
    /// Windows side by side, no padding.
    #[must_use]
    #[inline]
    pub fn new(kernel_size: impl PerDim<D>) -> AvgPoolOptions<D> {
        let kernel_size = kernel_size.per_dim();
        AvgPoolOptions {
            kernel_size,
            stride: kernel_size,
            padding: [0; D],
            ceil_mode: false,
            count_include_pad: true,
            divisor_override: None,
        }
    }

    /// With this stride.
    #[must_use]
    #[inline]
    pub fn stride(self, stride: impl PerDim<D>) -> AvgPoolOptions<D> {
        AvgPoolOptions {
            stride: stride.per_dim(),
            ..self
        }
    }

    /// With this padding.
    #[must_use]
    #[inline]
    pub fn padding(self, padding: impl PerDim<D>) -> AvgPoolOptions<D> {
        AvgPoolOptions {
            padding: padding.per_dim(),
            ..self
        }
    }
}
