//! Transforms as values: of samples and tensors, and of images with torchvision's results.

mod affine;
mod arithmetic;
mod center_crop;
mod color;
mod color_jitter;
mod compose;
mod draws;
mod flip;
mod frame;
mod grayscale;
mod lambda;
mod noise;
mod normalize;
mod one_hot;
mod pad;
mod random_crop;
mod random_erasing;
mod resample;
mod resize;
mod rotate;
mod to_tensor;

pub use affine::{Affine, RandomAffine};
pub use arithmetic::{AddMult, Mult};
pub use center_crop::CenterCrop;
pub use color_jitter::ColorJitter;
pub use compose::Compose;
pub use draws::Draws;
pub(crate) use draws::NoDraws;
pub use flip::{HorizontalFlip, RandomHorizontalFlip, RandomVerticalFlip, VerticalFlip};
pub use grayscale::Grayscale;
pub use lambda::Lambda;
pub use noise::GaussianNoise;
pub use normalize::Normalize;
pub use one_hot::OneHot;
pub use pad::{Pad, PadMode};
pub use random_crop::RandomCrop;
pub use random_erasing::RandomErasing;
pub use resize::{Interpolation, Resize};
pub use rotate::{RandomRotation, Rotate};
pub use to_tensor::ToTensor;

use crate::batch::Sample;
use crate::error::Result;
use gradus_tensor::Tensor;

/// Makes a tensor from a tensor, perhaps at random.
///
/// # Images
/// A `u8` image is `(height, width)` or `(height, width, channels)`, as files give it. A floating-point image is
/// `(channels, height, width)`, as [`ToTensor`] makes it. Transforms keep the kind they are given.
///
/// # Randomness
/// What is random is drawn from `draws`: a [`Generator`](gradus_random::Generator) gives torchvision's numbers; the stream of a sample in an epoch
/// makes the result a pure function of (seed, epoch, sample), see [`DatasetExt::transform`](crate::DatasetExt::transform).
///
/// A closure `Fn(&Tensor) -> Result<Tensor>` is a transform, too.
///
/// # Examples
/// ```
/// use gradus_data::{CenterCrop, Compose, Normalize, ToTensor, Transform};
/// use gradus_random::Generator;
/// use gradus_tensor::Tensor;
///
/// let image = Tensor::from_vec((0..=255_u8).cycle().take(28 * 28).collect(), [28, 28])?;
/// let steps = Compose::new().then(CenterCrop::square(20)).then(ToTensor).then(Normalize::new([0.5], [0.5])?);
/// assert_eq!(steps.apply(&image, &mut Generator::new(0))?.shape(), [1, 20, 20]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub trait Transform: Send + Sync {
    /// The transformed tensor.
    ///
    /// # Errors
    /// If the transform is not defined for such a tensor.
    fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor>;

    /// The transformed sample: unless a transform says otherwise, its first tensor, the input, is transformed and the
    /// rest stays.
    ///
    /// # Errors
    /// Those of [`apply`](Self::apply), and a sample without a tensor.
    #[inline]
    fn apply_sample(&self, sample: Sample, draws: &mut dyn Draws) -> Result<Sample> {
        sample.map_input(|x| self.apply(&x, draws))
    }
}

impl<F: Fn(&Tensor) -> Result<Tensor> + Send + Sync> Transform for F {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        self(x)
    }
}
