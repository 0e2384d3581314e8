//! Layers that take means or largest elements of windows.

use gradus_autograd::Var;
use gradus_tensor::Tensor;
use gradus_tensor::ops::{AvgPoolOptions, MaxPoolOptions, PerDim, Pooling};

use crate::error::Result;
use crate::repr::Repr;
use crate::{Mode, Module, seen};

/// `MaxPool2d, 2, max_pool2d, max_pool2d_with_indices` makes the layer for 2 dimensions.
macro_rules! max_pools {
    ($($(#[$doc:meta])* $Layer:ident, $D:literal, $method:ident, $indices:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr)]
        pub struct $Layer {
            #[module(skip)]
            options: MaxPoolOptions<$D>,
            mode: Mode,
        }

        impl $Layer {
            /// Windows of this size side by side.
            #[must_use]
            pub fn new(kernel_size: impl PerDim<$D>) -> $Layer {
                $Layer::with_options(MaxPoolOptions::new(kernel_size))
            }

            /// Windows of these options.
            #[must_use]
            #[inline]
            pub fn with_options(options: MaxPoolOptions<$D>) -> $Layer {
                $Layer { options, mode: Mode::new() }
            }

            /// The largest element of each window.
            ///
            /// # Errors
            /// Another number of dimensions; options that do not fit each other or the input.
            #[inline]
            pub fn forward(&self, x: &Var) -> Result<Var> {
                let y = x.$method(&self.options)?;
                seen(self, &y);
                Ok(y)
            }

            /// As [`forward`](Self::forward), and where each largest element lies in its plane.
            ///
            /// # Errors
            /// As there.
            #[inline]
            pub fn forward_with_indices(&self, x: &Var) -> Result<(Var, Tensor)> {
                let (y, indices) = x.$indices(&self.options)?;
                seen(self, &y);
                Ok((y, indices))
            }

            #[inline]
            fn extra_repr(&self) -> String {
                let o = &self.options;
                format!(
                    "kernel_size={}, stride={}, padding={}, dilation={}, ceil_mode={}",
                    short(&o.kernel_size), short(&o.stride), short(&o.padding), short(&o.dilation), o.ceil_mode.repr()
                )
            }
        }
    )*};
}

max_pools! {
    /// The largest element of each window of a signal.
    ///
    /// # Shapes
    /// `(batch, channels, length)` → `(batch, channels, ⌊(length + 2 padding − dilation (kernel − 1) − 1) /
    /// stride⌋ + 1)`; the batch may be missing.
    MaxPool1d, 1, max_pool1d, max_pool1d_with_indices;
    /// The largest element of each window of an image.
    ///
    /// # Shapes
    /// `(batch, channels, height, width)` → `(batch, channels, height', width')`, sizes as in [`MaxPool1d`];
    /// the batch may be missing.
    ///
    /// ```
    /// use gradus_nn::MaxPool2d;
    /// use gradus_tensor::tensor;
    /// let y = MaxPool2d::new(2).forward(&tensor![[[1.0, 2.0], [4.0, 3.0]]].into())?;
    /// assert_eq!(y.to_vec::<f32>()?, [4.0]);
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    MaxPool2d, 2, max_pool2d, max_pool2d_with_indices;
}

/// `AvgPool2d, 2, avg_pool2d` makes the layer for 2 dimensions.
macro_rules! avg_pools {
    ($($(#[$doc:meta])* $Layer:ident, $D:literal, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr)]
        pub struct $Layer {
            #[module(skip)]
            options: AvgPoolOptions<$D>,
            mode: Mode,
        }

        impl $Layer {
            /// Windows of this size side by side.
            #[must_use]
            pub fn new(kernel_size: impl PerDim<$D>) -> $Layer {
                $Layer::with_options(AvgPoolOptions::new(kernel_size))
            }

            /// Windows of these options.
            #[must_use]
            #[inline]
            pub fn with_options(options: AvgPoolOptions<$D>) -> $Layer {
                $Layer { options, mode: Mode::new() }
            }

            /// The mean of each window.
            ///
            /// # Errors
            /// Another number of dimensions; options that do not fit each other or the input.
            #[inline]
            pub fn forward(&self, x: &Var) -> Result<Var> {
                let y = x.$method(&self.options)?;
                seen(self, &y);
                Ok(y)
            }

            #[inline]
            fn extra_repr(&self) -> String {
                let o = &self.options;
                // PyTorch keeps the sizes of the one-dimensional layer as tuples.
                let text = |sizes: &[usize]| if $D == 1 { sizes.repr() } else { short(sizes) };
                format!(
                    "kernel_size={}, stride={}, padding={}",
                    text(&o.kernel_size), text(&o.stride), text(&o.padding)
                )
            }
        }
    )*};
}

avg_pools! {
    /// The mean of each window of a signal. Sizes as in [`MaxPool1d`].
    AvgPool1d, 1, avg_pool1d;
    /// The mean of each window of an image. Sizes as in [`MaxPool2d`].
    AvgPool2d, 2, avg_pool2d;
}

/// `AdaptiveAvgPool2d, 2, |x, size| ..` makes the layer for 2 dimensions.
macro_rules! adaptive_pools {
    ($($(#[$doc:meta])* $Layer:ident, $D:literal, |$x:ident, $size:ident| $run:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr)]
        pub struct $Layer {
            #[module(skip)]
            output_size: [Option<usize>; $D],
            mode: Mode,
        }

        impl $Layer {
            /// An output of this size.
            #[must_use]
            pub fn new(output_size: impl PerDim<$D>) -> $Layer {
                $Layer::sizes(output_size.per_dim().map(Some))
            }

            /// As [`new`](Self::new); `None` keeps the input's size.
            #[must_use]
            #[inline]
            pub fn sizes(output_size: [Option<usize>; $D]) -> $Layer {
                $Layer { output_size, mode: Mode::new() }
            }

            /// One number for each window.
            ///
            /// # Errors
            /// Another number of dimensions; channels or places of which there are none.
            #[inline]
            pub fn forward(&self, $x: &Var) -> Result<Var> {
                let $size = self.output_size;
                let y = $run;
                seen(self, &y);
                Ok(y)
            }

            #[inline]
            fn extra_repr(&self) -> String {
                format!("output_size={}", short(&self.output_size))
            }
        }
    )*};
}

adaptive_pools! {
    /// As many means of a signal as asked for, of windows from `⌊i · length / size⌋` to `⌈(i + 1) length /
    /// size⌉`.
    AdaptiveAvgPool1d, 1, |x, size| x.adaptive_avg_pool1d(size)?;
    /// As many means of an image as asked for: whatever comes in, the same size goes out.
    AdaptiveAvgPool2d, 2, |x, size| x.adaptive_avg_pool2d(size)?;
    /// As many largest elements of a signal as asked for.
    AdaptiveMaxPool1d, 1, |x, size| x.adaptive_max_pool1d(size)?.0;
    /// As many largest elements of an image as asked for.
    AdaptiveMaxPool2d, 2, |x, size| x.adaptive_max_pool2d(size)?.0;
}

/// Sizes as they were most likely written: one number if all are equal.
fn short<T: Repr + PartialEq>(sizes: &[T]) -> String {
    match sizes {
        [first, rest @ ..] if rest.iter().all(|size| size == first) => first.repr(),
        sizes => sizes.repr(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let x: Var = tensor![[[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]].into();
        let values = |y: Result<Var>| y.unwrap().value();
        assert_close(&values(MaxPool2d::new(2).forward(&x)), &[8.0, 6.0]);
        assert_close(&values(AvgPool2d::new([2, 1]).forward(&x)), &[4.5; 4]);
        assert_close(&values(MaxPool1d::new(4).forward(&x)), &[4.0, 8.0]);
        assert_close(&values(AvgPool1d::new(4).forward(&x)), &[2.5, 6.5]);
        let pooled = AdaptiveAvgPool2d::sizes([None, Some(1)]).forward(&x);
        assert_close(&values(pooled), &[2.5, 6.5]);
        assert_close(&values(AdaptiveMaxPool2d::new(1).forward(&x)), &[8.0]);
        assert_close(&values(AdaptiveAvgPool1d::new(1).forward(&x)), &[2.5, 6.5]);
        assert_close(
            &values(AdaptiveMaxPool1d::new(2).forward(&x)),
            &[2.0, 4.0, 8.0, 6.0],
        );
        let (y, indices) = MaxPool2d::new(2).forward_with_indices(&x).unwrap();
        assert_eq!(y.shape(), [1, 1, 2]);
        assert_eq!(indices.to_vec::<i64>().unwrap(), [4, 6]);
    }

    #[test]
    fn they_print_as_in_pytorch() {
        assert_eq!(
            MaxPool2d::new(2).to_string(),
            "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"
        );
        assert_eq!(
            AvgPool2d::new([2, 3]).to_string(),
            "AvgPool2d(kernel_size=(2, 3), stride=(2, 3), padding=0)"
        );
        assert_eq!(
            AvgPool1d::new(2).to_string(),
            "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))"
        );
        assert_eq!(
            AdaptiveAvgPool2d::sizes([Some(2), None]).to_string(),
            "AdaptiveAvgPool2d(output_size=(2, None))"
        );
    }

    #[test]
    fn refused() {
        let x: Var = tensor![1.0].into();
        let e = MaxPool2d::new(2).forward(&x).unwrap_err().to_string();
        assert_eq!(
            e,
            "max_pool2d: expected ([batch,] channels, height, width), got shape (1,)"
        );
    }
}
