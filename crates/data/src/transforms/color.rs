//! Brightness, contrast, saturation and hue of an image.

use super::frame::Frame;
use super::grayscale::{luma_byte, luma_number};
use crate::error::{Error, Result};
use gradus_tensor::{DType, Tensor};

/// What of a colour is changed. Factors of the first three: 0 takes it away, 1 changes nothing. Of the hue: a shift
/// between −½ and ½ turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    Brightness,
    Contrast,
    Saturation,
    Hue,
}

/// A colour or grey image with one aspect changed: bytes as Pillow does it, numbers as torchvision does it.
#[inline]
pub(super) fn adjust(op: &'static str, image: &Tensor, aspect: Aspect, by: f64) -> Result<Tensor> {
    let frame = Frame::of(op, image)?;
    if !matches!(frame.channels, 1 | 3) {
        let message = format!("expected 1 or 3 channels, got {}", frame.channels);
        return Err(Error::argument(op, message));
    }
    let colorless = frame.channels == 1 && matches!(aspect, Aspect::Saturation | Aspect::Hue);
    if colorless {
        return Ok(image.clone());
    }
    Ok(match image.dtype() {
        DType::U8 => Tensor::from_vec(bytes(image.to_vec()?, frame, aspect, by), image.shape())?,
        dtype => {
            let values = numbers(image.to_vec()?, frame, aspect, by, dtype == DType::F32);
            Tensor::from_vec(values, image.shape())?.to_dtype(dtype)?
        }
    })
}

/// Pillow's arithmetic; pixels stand together.
#[inline]
fn bytes(mut pixels: Vec<u8>, frame: Frame, aspect: Aspect, by: f64) -> Vec<u8> {
    let luma = |pixel: &[u8]| match *pixel {
        [r, g, b] => luma_byte(r, g, b),
        _ => pixel[0],
    };
    let all = pixels.chunks_exact_mut(frame.channels);
    match aspect {
        Aspect::Brightness => pixels.iter_mut().for_each(|x| *x = blend_byte(0, *x, by)),
        Aspect::Contrast => {
            let sum: u64 = all.map(|pixel| u64::from(luma(pixel))).sum();
            let mean = (sum as f64 / (frame.height * frame.width) as f64 + 0.5) as u8;
            pixels
                .iter_mut()
                .for_each(|x| *x = blend_byte(mean, *x, by));
        }
        Aspect::Saturation => all.for_each(|pixel| {
            let grey = luma(pixel);
            pixel.iter_mut().for_each(|x| *x = blend_byte(grey, *x, by));
        }),
        Aspect::Hue => all.for_each(|pixel| {
            let [hue, saturation, value] = to_hsv([pixel[0], pixel[1], pixel[2]]);
            let shift = (by * 255.0) as i32 as u8;
            pixel.copy_from_slice(&to_rgb([hue.wrapping_add(shift), saturation, value]));
        }),
    }
    pixels
}

/// From `from` at 0 to `to` at 1 and beyond, cut off to a byte.
#[inline]
fn blend_byte(from: u8, to: u8, by: f64) -> u8 {
    let by = by as f32;
    if by == 1.0 {
        return to;
    }
    // The conversion cuts off.
    (f32::from(from) + by * (f32::from(to) - f32::from(from))) as u8
}

#[inline]
fn to_hsv([r, g, b]: [u8; 3]) -> [u8; 3] {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    if most == least {
        return [0, 0, most];
    }
    let range = f32::from(most - least);
    let saturation = range / f32::from(most);
    let [rc, gc, bc] = [r, g, b].map(|x| f32::from(most - x) / range);
    let hue = if r == most {
        bc - gc
    } else if g == most {
        (2.0 + f64::from(rc) - f64::from(bc)) as f32
    } else {
        (4.0 + f64::from(gc) - f64::from(rc)) as f32
    };
    let hue = ((f64::from(hue) / 6.0 + 1.0) % 1.0) as f32;
    let byte = |x: f32| (f64::from(x) * 255.0) as u8;
    [byte(hue), byte(saturation), most]
}

#[inline]
fn to_rgb([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    if saturation == 0 {
        return [value; 3];
    }
    let position = f64::from(hue) * 6.0 / 255.0;
    let sector = position.floor();
    let part = f64::from((position - sector) as f32);
    let saturation = f64::from((f64::from(saturation) / 255.0) as f32);
    let level = f64::from(value);
    let byte = |x: f64| x.round() as u8;
    let p = byte(level * (1.0 - saturation));
    let q = byte(level * (1.0 - saturation * part));
    let t = byte(level * (1.0 - saturation * (1.0 - part)));
    match sector as u8 % 6 {
        0 => [value, t, p],
        1 => [q, value, p],
        2 => [p, value, t],
        3 => [p, q, value],
        4 => [t, p, value],
        _ => [value, p, q],
    }
}

/// torchvision's arithmetic on numbers from 0 to 1, each result rounded to `f32` if the image is `single`; channels
/// stand apart.
#[inline]
fn numbers(mut values: Vec<f64>, frame: Frame, aspect: Aspect, by: f64, single: bool) -> Vec<f64> {
    let round = |x: f64| if single { f64::from(x as f32) } else { x };
    let plane = frame.height * frame.width;
    let grey: Vec<f64> = (0..plane)
        .map(|at| match frame.channels {
            3 => {
                let [r, g, b] = [0, 1, 2].map(|channel| values[channel * plane + at]);
                luma_number(r, g, b)
            }
            _ => values[at],
        })
        .collect();
    let (kept, entering) = (round(by), round(1.0 - by));
    let blend = |value: f64, other: f64| {
        let mixed = round(kept * value) + round(entering * other);
        round(mixed.clamp(0.0, 1.0))
    };
    match aspect {
        Aspect::Brightness => values.iter_mut().for_each(|x| *x = blend(*x, 0.0)),
        Aspect::Contrast => {
            let mean = round(grey.iter().sum::<f64>() / plane as f64);
            values.iter_mut().for_each(|x| *x = blend(*x, mean));
        }
        Aspect::Saturation => {
            for (at, x) in values.iter_mut().enumerate() {
                *x = blend(*x, round(grey[at % plane]));
            }
        }
        Aspect::Hue => {
            for at in 0..plane {
                let rgb = [0, 1, 2].map(|channel| values[channel * plane + at]);
                for (channel, x) in turned(rgb, by).into_iter().enumerate() {
                    values[channel * plane + at] = round(x);
                }
            }
        }
    }
    values
}

/// A colour with its hue turned.
#[inline]
fn turned(rgb: [f64; 3], by: f64) -> [f64; 3] {
    let [r, g, b] = rgb;
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    if most == least {
        return rgb;
    }
    let range = most - least;
    let saturation = range / most;
    let [rc, gc, bc] = rgb.map(|x| (most - x) / range);
    let hue = if most == r {
        bc - gc
    } else if most == g {
        2.0 + rc - bc
    } else {
        4.0 + gc - rc
    };
    let hue = ((hue / 6.0 + 1.0) % 1.0 + by).rem_euclid(1.0) * 6.0;
    let part = hue - hue.floor();
    let limited = |x: f64| x.clamp(0.0, 1.0);
    let p = limited(most * (1.0 - saturation));
    let q = limited(most * (1.0 - saturation * part));
    let t = limited(most * (1.0 - saturation * (1.0 - part)));
    match hue.floor() as i64 % 6 {
        0 => [most, t, p],
        1 => [q, most, p],
        2 => [p, most, t],
        3 => [p, q, most],
        4 => [t, p, most],
        _ => [most, p, q],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_turn_of_bytes_and_back() {
        assert_eq!(to_hsv([255, 0, 0]), [0, 255, 255]);
        assert_eq!(to_hsv([0, 255, 0]), [85, 255, 255]);
        assert_eq!(to_hsv([7, 7, 7]), [0, 0, 7]);
        for rgb in [[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]] {
            assert_eq!(to_rgb(to_hsv(rgb)), rgb);
        }
    }

    #[test]
    fn a_third_of_a_turn_makes_green_of_red() {
        let green = turned([1.0, 0.0, 0.0], 1.0 / 3.0);
        for (x, expected) in green.iter().zip([0.0, 1.0, 0.0]) {
            assert!((x - expected).abs() < 1e-12);
        }
        assert_eq!(turned([0.5; 3], 0.2), [0.5; 3]);
    }

    #[test]
    fn factors_of_zero_and_one() {
        let image = Tensor::from_vec(vec![10_u8, 200, 30, 0, 50, 255], [1, 2, 3]).unwrap();
        for aspect in [Aspect::Brightness, Aspect::Contrast, Aspect::Saturation] {
            assert!(adjust("op", &image, aspect, 1.0).unwrap().equal(&image));
        }
        let black = adjust("op", &image, Aspect::Brightness, 0.0).unwrap();
        assert_eq!(black.to_vec::<u8>().unwrap(), [0; 6]);
        let grey = adjust("op", &image, Aspect::Saturation, 0.0).unwrap();
        assert_eq!(grey.to_vec::<u8>().unwrap(), [124, 124, 124, 58, 58, 58]);
    }

    #[test]
    fn grey_images_have_no_colour_to_change() {
        let image = Tensor::from_vec(vec![10_u8, 200], [1, 2]).unwrap();
        for aspect in [Aspect::Saturation, Aspect::Hue] {
            assert!(adjust("op", &image, aspect, 0.3).unwrap().equal(&image));
        }
        let two = Tensor::from_vec(vec![0_u8; 2], [1, 1, 2]).unwrap();
        assert!(adjust("op", &two, Aspect::Hue, 0.3).is_err());
    }
}
