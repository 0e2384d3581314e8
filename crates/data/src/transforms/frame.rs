//! The two layouts of images behind one way to address a pixel.

use crate::error::{Error, Result};
use gradus_tensor::{DType, Element, Tensor};

/// An image's size and layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    rank: usize,
    channels_last: bool,
}

impl Frame {
    /// The frame of a `u8` image (height, width[, channels]) or a floating-point one ([channels,] height, width).
    #[inline]
    pub(super) fn of(op: &'static str, image: &Tensor) -> Result<Self> {
        let channels_last = match image.dtype() {
            DType::U8 => true,
            DType::F32 | DType::F64 => false,
            other => {
                let message = format!("an image is u8, f32 or f64, not {other}");
                return Err(Error::argument(op, message));
            }
        };
        let (height, width, channels) = match (image.shape(), channels_last) {
            (&[height, width], _) => (height, width, 1),
            (&[height, width, channels], true) | (&[channels, height, width], false) => {
                (height, width, channels)
            }
            _ => {
                let message = format!(
                    "an image has 2 or 3 dimensions, got shape {:?}",
                    image.shape()
                );
                return Err(Error::argument(op, message));
            }
        };
        if height * width * channels == 0 {
            return Err(Error::argument(
                op,
                format!("the image of shape {:?} has no pixels", image.shape()),
            ));
        }
        Ok(Self {
            height,
            width,
            channels,
            rank: image.rank(),
            channels_last,
        })
    }

    /// The same layout with another size.
    #[inline]
    pub(super) fn resized(self, height: usize, width: usize) -> Self {
        Self {
            height,
            width,
            ..self
        }
    }

    #[inline]
    pub(super) fn shape(&self) -> Vec<usize> {
        match (self.rank, self.channels_last) {
            (2, _) => vec![self.height, self.width],
            (_, true) => vec![self.height, self.width, self.channels],
            (_, false) => vec![self.channels, self.height, self.width],
        }
    }

    /// Position of a value among the image's elements.
    #[inline]
    pub(super) fn at(&self, channel: usize, y: usize, x: usize) -> usize {
        if self.channels_last {
            (y * self.width + x) * self.channels + channel
        } else {
            (channel * self.height + y) * self.width + x
        }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.height * self.width * self.channels
    }
}

/// The image whose pixel (y, x) is the old image's pixel `source(y, x)`, or `fill` where there is none.
#[inline]
pub(super) fn remap(
    op: &'static str,
    image: &Tensor,
    (height, width): (usize, usize),
    fill: f64,
    source: &dyn Fn(usize, usize) -> Option<(usize, usize)>,
) -> Result<Tensor> {
    let from = Frame::of(op, image)?;
    let to = from.resized(height, width);
    let mut places = Vec::with_capacity(height * width);
    for y in 0..height {
        places.extend((0..width).map(|x| source(y, x).map(|(y, x)| from.at(0, y, x))));
    }
    match image.dtype() {
        DType::U8 => gather(image, from, to, &places, fill as u8),
        DType::F32 => gather(image, from, to, &places, fill as f32),
        _ => gather(image, from, to, &places, fill),
    }
}

/// The image of the pixels whose first channels stand at these places.
fn gather<T: Element>(
    image: &Tensor,
    from: Frame,
    to: Frame,
    places: &[Option<usize>],
    fill: T,
) -> Result<Tensor> {
    let image = image.contiguous();
    let old = image.as_slice::<T>()?;
    let mut new = vec![fill; to.len()];
    // Distance between pixels.
    let step = to.at(0, 0, 1);
    for channel in 0..to.channels {
        let old = &old[from.at(channel, 0, 0)..];
        let new = &mut new[to.at(channel, 0, 0)..];
        for (new, place) in new.iter_mut().step_by(step).zip(places) {
            if let Some(place) = *place {
                *new = old[place];
            }
        }
    }
    Ok(Tensor::from_vec(new, to.shape())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_move_the_same_pixels() {
        let last = Tensor::from_vec(vec![1_u8, 2, 3, 4], [1, 2, 2]).unwrap();
        let first = Tensor::from_vec(vec![1.0_f32, 3.0, 2.0, 4.0], [2, 1, 2]).unwrap();
        let swap = |_: usize, x: usize| (x < 2).then_some((0, 1 - x.min(1)));
        let last = remap("op", &last, (1, 3), 9.0, &swap).unwrap();
        let first = remap("op", &first, (1, 3), 9.0, &swap).unwrap();
        assert_eq!(last.to_vec::<i64>().unwrap(), [3, 4, 1, 2, 9, 9]);
        assert_eq!(first.to_vec::<i64>().unwrap(), [3, 1, 9, 4, 2, 9]);
        assert_eq!(
            (last.shape(), first.shape()),
            (&[1, 3, 2][..], &[2, 1, 3][..])
        );
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let refused = |x: Tensor| Frame::of("op", &x).unwrap_err().to_string();
        let ints = Tensor::from_vec(vec![1_i64], [1, 1]).unwrap();
        assert_eq!(refused(ints), "op: an image is u8, f32 or f64, not i64");
        assert!(refused(Tensor::from_vec(vec![1_u8], [1]).unwrap()).contains("2 or 3 dimensions"));
        assert!(refused(Tensor::from_vec(Vec::<u8>::new(), [0, 4]).unwrap()).contains("no pixels"));
    }
}
