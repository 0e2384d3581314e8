//! Layers that change sizes and shapes and have no parameters.

use gradus_autograd::Var;
use gradus_tensor::ops::{InterpolateMode, Resize};

use crate::error::Result;
use crate::repr::{Repr, extra_repr};
use crate::{Mode, Module, seen};

/// Signals or images in another size.
///
/// # Shapes
/// `(batch, channels, spatial..)` → the spatial dimensions as the layer says.
///
/// ```
/// use gradus_nn::Upsample;
/// use gradus_tensor::tensor;
/// let y = Upsample::by(&[2.0]).forward(&tensor![[[1.0, 2.0]]].into())?;
/// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.0, 2.0, 2.0]);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct Upsample {
    #[module(skip)]
    resize: Resize,
    #[module(skip)]
    interpolation: InterpolateMode,
    align_corners: bool,
    mode: Mode,
}

impl Upsample {
    /// To these sizes, one for each spatial dimension, by the nearest element.
    #[must_use]
    #[inline]
    pub fn to(sizes: &[usize]) -> Upsample {
        Upsample::with_options(Resize::To(sizes.to_vec()), InterpolateMode::Nearest, false)
    }

    /// By these factors, one for each spatial dimension, by the nearest element.
    #[must_use]
    #[inline]
    pub fn by(factors: &[f64]) -> Upsample {
        Upsample::with_options(
            Resize::By(factors.to_vec()),
            InterpolateMode::Nearest,
            false,
        )
    }

    /// With all that can vary.
    #[must_use]
    #[inline]
    pub fn with_options(
        resize: Resize,
        interpolation: InterpolateMode,
        align_corners: bool,
    ) -> Upsample {
        Upsample {
            resize,
            interpolation,
            align_corners,
            mode: Mode::new(),
        }
    }

    /// The input in the other size.
    ///
    /// # Errors
    /// Another number of dimensions than the mode is for.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.interpolate(&self.resize, self.interpolation, self.align_corners)?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        let how = match &self.resize {
            Resize::To(sizes) => format!("size={}", short(sizes)),
            Resize::By(factors) | Resize::Rounded(factors) => {
                format!("scale_factor={}", short(factors))
            }
        };
        format!("{how}, mode={}", self.interpolation.name().repr())
    }
}

fn short<T: Repr + PartialEq>(sizes: &[T]) -> String {
    match sizes {
        [first, rest @ ..] if rest.iter().all(|size| size == first) => first.repr(),
        sizes => sizes.repr(),
    }
}

/// One dimension as several: the inverse of [`Flatten`](crate::Flatten).
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct Unflatten {
    dim: isize,
    #[module(skip)]
    sizes: Vec<isize>,
    mode: Mode,
}

impl Unflatten {
    /// Dimension `dim` as these sizes, of which one may be −1: what is left.
    #[must_use]
    #[inline]
    pub fn new(dim: isize, sizes: &[isize]) -> Unflatten {
        Unflatten {
            dim,
            sizes: sizes.to_vec(),
            mode: Mode::new(),
        }
    }

    /// The same elements in more dimensions.
    ///
    /// # Errors
    /// A dimension that does not exist, or sizes whose product is not its size.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.unflatten(self.dim, &self.sizes[..])?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(dim = self.dim, unflattened_size = self.sizes[..])
    }
}

/// `PixelShuffle, upscale_factor, pixel_shuffle` makes a layer that calls `x.pixel_shuffle(factor)`.
macro_rules! shuffles {
    ($($(#[$doc:meta])* $Layer:ident, $factor:ident, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr)]
        pub struct $Layer {
            $factor: usize,
            mode: Mode,
        }

        impl $Layer {
            /// With this factor.
            #[must_use]
            #[inline]
            pub fn new($factor: usize) -> $Layer {
                $Layer { $factor, mode: Mode::new() }
            }

            /// The same elements elsewhere.
            ///
            /// # Errors
            /// Fewer than three dimensions; sizes that do not divide by the factor.
            #[inline]
            pub fn forward(&self, x: &Var) -> Result<Var> {
                let y = x.$method(self.$factor)?;
                seen(self, &y);
                Ok(y)
            }

            #[inline]
            fn extra_repr(&self) -> String {
                extra_repr!($factor = self.$factor)
            }
        }
    )*};
}

shuffles! {
    /// Channels as pixels: `(.., channels · r², height, width)` → `(.., channels, height · r, width · r)`.
    PixelShuffle, upscale_factor, pixel_shuffle;
    /// Pixels as channels: the inverse of [`PixelShuffle`].
    PixelUnshuffle, downscale_factor, pixel_unshuffle;
    /// Deals the channels of each group one by one.
    ChannelShuffle, groups, channel_shuffle;
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn by_hand() {
        let x: Var = tensor![[1.0, 2.0, 3.0, 4.0]].into();
        let y = Unflatten::new(1, &[2, -1]).forward(&x).unwrap();
        assert_eq!(y.shape(), [1, 2, 2]);
        assert!(Unflatten::new(1, &[3, -1]).forward(&x).is_err());
        let image = x.reshape([4, 1, 1]).unwrap();
        let y = PixelShuffle::new(2).forward(&image).unwrap();
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0]);
        let back = PixelUnshuffle::new(2).forward(&y).unwrap();
        assert_eq!(back.shape(), [4, 1, 1]);
        let y = Upsample::to(&[2])
            .forward(&x.unsqueeze(0).unwrap())
            .unwrap();
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 3.0]);
    }

    #[test]
    fn they_print_as_in_pytorch() {
        let line = Resize::By(vec![2.0, 3.0]);
        assert_eq!(
            Upsample::with_options(line, InterpolateMode::Bilinear, false).to_string(),
            "Upsample(scale_factor=(2.0, 3.0), mode='bilinear')"
        );
        assert_eq!(
            Upsample::by(&[2.0, 2.0]).to_string(),
            "Upsample(scale_factor=2.0, mode='nearest')"
        );
        assert_eq!(
            Unflatten::new(1, &[2, 3]).to_string(),
            "Unflatten(dim=1, unflattened_size=(2, 3))"
        );
        assert_eq!(
            PixelShuffle::new(2).to_string(),
            "PixelShuffle(upscale_factor=2)"
        );
    }
}
