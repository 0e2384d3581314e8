//! Mirror images.

use super::frame::{Frame, remap};
use super::{Draws, Transform};
use crate::error::{Error, Result};
use gradus_tensor::Tensor;

/// Mirrors left and right. torchvision's `hflip`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HorizontalFlip;

impl Transform for HorizontalFlip {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of("HorizontalFlip", x)?;
        remap(
            "HorizontalFlip",
            x,
            (frame.height, frame.width),
            0.0,
            &|y, x| Some((y, frame.width - 1 - x)),
        )
    }
}

/// Mirrors top and bottom. torchvision's `vflip`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerticalFlip;

impl Transform for VerticalFlip {
    #[inline]
    fn apply(&self, x: &Tensor, _draws: &mut dyn Draws) -> Result<Tensor> {
        let frame = Frame::of("VerticalFlip", x)?;
        remap(
            "VerticalFlip",
            x,
            (frame.height, frame.width),
            0.0,
            &|y, x| Some((frame.height - 1 - y, x)),
        )
    }
}

macro_rules! random_flip {
    ($(#[$doc:meta])* $name:ident, $flip:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name {
            p: f32,
        }

        impl $name {
            /// With probability `p`.
            ///
            /// # Errors
            /// If `p` is not in [0, 1].
            #[inline]
            pub fn new(p: f64) -> Result<Self> {
                if (0.0..=1.0).contains(&p) {
                    return Ok(Self { p: p as f32 });
                }
                let message = format!("the probability is {p}; it must lie in [0, 1]");
                Err(Error::argument(stringify!($name), message))
            }
        }

        impl Transform for $name {
            #[inline]
            fn apply(&self, x: &Tensor, draws: &mut dyn Draws) -> Result<Tensor> {
                if draws.unit() < self.p { $flip.apply(x, draws) } else { Ok(x.clone()) }
            }
        }
    };
}

random_flip! {
    /// Mirrors left and right at random; one draw. torchvision's `RandomHorizontalFlip`.
    RandomHorizontalFlip, HorizontalFlip
}
random_flip! {
    /// Mirrors top and bottom at random; one draw. torchvision's `RandomVerticalFlip`.
    RandomVerticalFlip, VerticalFlip
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_random::Generator;

    #[test]
    fn flips() {
        let rng = &mut Generator::new(0);
        let image = Tensor::from_vec(vec![1_u8, 2, 3, 4], [2, 2]).unwrap();
        let run = |flip: &dyn Transform, rng: &mut Generator| {
            flip.apply(&image, rng).unwrap().to_vec::<u8>().unwrap()
        };
        assert_eq!(run(&HorizontalFlip, rng), [2, 1, 4, 3]);
        assert_eq!(run(&VerticalFlip, rng), [3, 4, 1, 2]);
        // The first draw of seed 0 is 0.496.
        assert_eq!(
            run(&RandomHorizontalFlip::new(0.5).unwrap(), rng),
            [2, 1, 4, 3]
        );
        rng.manual_seed(0);
        assert_eq!(
            run(&RandomVerticalFlip::new(0.4).unwrap(), rng),
            [1, 2, 3, 4]
        );
        assert!(RandomHorizontalFlip::new(1.5).is_err());
    }
}
