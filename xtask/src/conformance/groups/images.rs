//! Transforms of images, as torchvision gives them.

use gradus_data::{
    CenterCrop, Compose, Grayscale, HorizontalFlip, Interpolation, Normalize, Pad, PadMode,
    RandomCrop, RandomHorizontalFlip, RandomRotation, RandomVerticalFlip, Resize, Rotate, ToTensor,
    Transform, VerticalFlip,
};
use gradus_random::Generator;

use super::differentiate::Outcome;
use crate::conformance::args::Args;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};

/// The transform of the image as often as the case repeats it, on one stream.
fn applied(given: &Given, transform: &dyn Transform) -> Outcome<Answer> {
    let args = &given.args;
    // A tensor's kind and number of dimensions say what its layout is.
    args.describe(&["layout", "backend"]);
    let mut rng = Generator::new(args.u64_opt("seed")?.unwrap_or(0));
    let image = given.tensor(0)?;
    let outputs = (0..args.usize_opt("repeats")?.unwrap_or(1))
        .map(|_| bridge::array(&transform.apply(&image, &mut rng)?))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(Answer::outputs(outputs))
}

fn pair(sizes: &[usize]) -> Outcome<(usize, usize)> {
    match *sizes {
        [height, width] => Ok((height, width)),
        _ => Err(Stop::wrong(format!(
            "{sizes:?} is not a height and a width"
        ))),
    }
}

/// Where a setting has one value the library offers.
fn only(args: &Args, key: &str, offered: &str) -> Outcome<()> {
    match args.get(key) {
        None => Ok(()),
        Some(value) if value.to_string().trim_matches('"') == offered => Ok(()),
        Some(other) => Err(Stop::unsupported(format!("{key} {other}"))),
    }
}

pub(super) fn center_crop(given: &Given) -> Outcome<Answer> {
    let (height, width) = pair(&given.args.sizes("size")?)?;
    applied(given, &CenterCrop::new(height, width))
}

pub(super) fn pad(given: &Given) -> Outcome<Answer> {
    let args = &given.args;
    only(args, "padding_order", "left,top,right,bottom")?;
    let mode = match args.str("padding_mode")? {
        "constant" => PadMode::Constant(args.f64("fill")?),
        "edge" => PadMode::Edge,
        "reflect" => PadMode::Reflect,
        "symmetric" => PadMode::Symmetric,
        other => return Err(Stop::unsupported(other)),
    };
    match args.sizes("padding")?[..] {
        [left, top, right, bottom] => {
            applied(given, &Pad::new(left, top, right, bottom).mode(mode))
        }
        _ => Err(Stop::wrong("padding is not four numbers")),
    }
}

pub(super) fn resize(given: &Given) -> Outcome<Answer> {
    let args = &given.args;
    let resize = match args.sizes("size") {
        Ok(sizes) => {
            let (height, width) = pair(&sizes)?;
            Resize::new(height, width)
        }
        Err(_) => Resize::short_side(args.usize("size")?),
    };
    let interpolation = match args.str("interpolation")? {
        "nearest" => Interpolation::Nearest,
        "bilinear" => Interpolation::Bilinear,
        "bicubic" => Interpolation::Bicubic,
        other => return Err(Stop::unsupported(other)),
    };
    let antialias = args.bool_or("antialias", true)?;
    applied(
        given,
        &resize.interpolation(interpolation).antialias(antialias),
    )
}

pub(super) fn to_tensor(given: &Given) -> Outcome<Answer> {
    applied(given, &ToTensor)
}

pub(super) fn normalize(given: &Given) -> Outcome<Answer> {
    applied(
        given,
        &Normalize::new(given.args.floats("mean")?, given.args.floats("std")?)?,
    )
}

pub(super) fn horizontal_flip(given: &Given) -> Outcome<Answer> {
    applied(given, &HorizontalFlip)
}

pub(super) fn vertical_flip(given: &Given) -> Outcome<Answer> {
    applied(given, &VerticalFlip)
}

pub(super) fn grayscale(given: &Given) -> Outcome<Answer> {
    only(&given.args, "num_output_channels", "1")?;
    applied(given, &Grayscale)
}

pub(super) fn rotate(given: &Given) -> Outcome<Answer> {
    let args = &given.args;
    only(args, "interpolation", "nearest")?;
    only(args, "expand", "false")?;
    applied(
        given,
        &Rotate::new(args.f64("angle")?).fill(args.f64("fill")?),
    )
}

pub(super) fn random_horizontal_flip(given: &Given) -> Outcome<Answer> {
    applied(given, &RandomHorizontalFlip::new(given.args.f64("p")?)?)
}

pub(super) fn random_vertical_flip(given: &Given) -> Outcome<Answer> {
    applied(given, &RandomVerticalFlip::new(given.args.f64("p")?)?)
}

pub(super) fn random_crop(given: &Given) -> Outcome<Answer> {
    let (height, width) = pair(&given.args.sizes("size")?)?;
    let crop = RandomCrop::new(height, width);
    match given.args.usize_opt("padding")? {
        None => applied(given, &crop),
        Some(pixels) => applied(given, &crop.padding(Pad::all(pixels))),
    }
}

pub(super) fn random_rotation(given: &Given) -> Outcome<Answer> {
    let args = &given.args;
    only(args, "interpolation", "nearest")?;
    match args.floats("degrees")?[..] {
        [low, high] => applied(
            given,
            &RandomRotation::between(low, high)?.fill(args.f64("fill")?),
        ),
        _ => Err(Stop::wrong("degrees is not a range")),
    }
}

pub(super) fn compose(given: &Given) -> Outcome<Answer> {
    let mut steps = Compose::new();
    for text in given.args.strings("transforms")? {
        steps = match text.as_str() {
            "RandomHorizontalFlip(0.5)" => steps.then(RandomHorizontalFlip::new(0.5)?),
            "RandomCrop([4,4],padding=1)" => steps.then(RandomCrop::new(4, 4).padding(Pad::all(1))),
            "CenterCrop(20)" => steps.then(CenterCrop::square(20)),
            "ToTensor" => steps.then(ToTensor),
            "Normalize(0.5,0.25)" => steps.then(Normalize::new([0.5], [0.25])?),
            other => return Err(Stop::unsupported(other)),
        };
    }
    applied(given, &steps)
}
