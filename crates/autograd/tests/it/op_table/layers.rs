//! Convolutions, windows, and what layers are made of.

use gradus_autograd::Var;
use gradus_tensor::ops::{
    AvgPoolOptions, ConvOptions, ConvPadding, ConvTransposeOptions, InterpolateMode,
    MaxPoolOptions, Pooling, Resize,
};
use proptest::prelude::*;

use super::{both, config, filled};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn convolutions(
        batch in 0..3usize, groups in 1..3usize, kernel in 1..3usize, stride in 1..3usize,
        padding in 0..2usize, dilation in 1..3usize, seed in 0u64..1000,
    ) {
        let (x, w) = (filled(&[batch, 2, 4], -1.0, 1.0, seed), filled(&[2, 2 / groups, kernel], -1.0, 1.0, seed + 1));
        let bias = filled(&[2], -1.0, 1.0, seed + 2);
        let options = ConvOptions::new().stride(stride).padding(padding).dilation(dilation).groups(groups);
        let conv1d = |v: &[Var]| Ok(v[0].conv1d(&v[1], v.get(2), &options)?);
        both(conv1d, &[x.clone(), w.clone(), bias]);
        let turned = ConvTransposeOptions {
            stride: [stride], padding: [padding], output_padding: [stride - 1], dilation: [dilation], groups,
        };
        if 3 * stride + dilation * (kernel - 1) + stride > 2 * padding {
            both(|v| Ok(v[0].conv_transpose1d(&v[1], None, &turned)?), &[x, w]);
        }
        let (x, w) = (filled(&[2, 3, 4], -1.0, 1.0, seed), filled(&[2, 2 / groups, kernel, 2], -1.0, 1.0, seed + 1));
        let options = ConvOptions::new().padding(ConvPadding::Same).dilation(dilation).groups(groups);
        both(|v| Ok(v[0].conv2d(&v[1], None, &options)?), &[x.clone(), w.clone()]);
        let turned = ConvTransposeOptions { stride: [1, stride], groups, ..ConvTransposeOptions::default() };
        both(|v| Ok(v[0].conv_transpose2d(&v[1], None, &turned)?), &[x, w]);
    }

    #[test]
    fn windows(batch in 0..3usize, kernel in 1..4usize, stride in 1..4usize, ceil_mode: bool, count_include_pad: bool, seed in 0u64..1000) {
        let padding = kernel / 2;
        let line = [filled(&[batch, 2, 5], -1.0, 1.0, seed)];
        let max = MaxPoolOptions { ceil_mode, ..MaxPoolOptions::new(kernel).stride(stride).padding(padding) };
        both(|v| Ok(v[0].max_pool1d(&max)?.square()?), &line);
        let mean = AvgPoolOptions { ceil_mode, count_include_pad, ..AvgPoolOptions::new(kernel).stride(stride).padding(padding) };
        both(|v| Ok(v[0].avg_pool1d(&mean)?.square()?), &line);
        both(|v| Ok(v[0].adaptive_avg_pool1d([Some(stride)])?.square()?), &line);
        both(|v| Ok(v[0].adaptive_max_pool1d([Some(stride)])?.0.square()?), &line);
        let image = [filled(&[2, 4, 5], -1.0, 1.0, seed)];
        let max = MaxPoolOptions { ceil_mode, ..MaxPoolOptions::new([kernel, 2]).stride([stride, 1]) };
        both(|v| Ok(v[0].max_pool2d(&max)?.square()?), &image);
        let mean = AvgPoolOptions { ceil_mode, divisor_override: Some(3), ..AvgPoolOptions::new([2, kernel]).stride([stride, 2]) };
        both(|v| Ok(v[0].avg_pool2d(&mean)?.square()?), &image);
        both(|v| Ok(v[0].adaptive_avg_pool2d([Some(stride), None])?.square()?), &image);
        both(|v| Ok(v[0].adaptive_max_pool2d([None, Some(stride)])?.0.square()?), &image);
    }

    #[test]
    fn normalisations(batch in 0..3usize, seed in 0u64..1000) {
        let x = filled(&[batch, 4, 3], -1.0, 1.0, seed);
        let (w, b) = (filled(&[4], -1.0, 1.0, seed + 1), filled(&[4], -1.0, 1.0, seed + 2));
        both(|v| Ok(v[0].standardize(&[0, 2], 0.1)?), std::slice::from_ref(&x));
        both(|v| Ok(v[0].standardize(&[1], 0.1)?), std::slice::from_ref(&x));
        both(|v| Ok(v[0].group_norm(2, v.get(1), v.get(2), 0.1)?), &[x.clone(), w, b]);
        let (w, b) = (filled(&[4, 3], -1.0, 1.0, seed + 1), filled(&[4, 3], -1.0, 1.0, seed + 2));
        both(|v| Ok(v[0].layer_norm(&[4, 3], v.get(1), v.get(2), 0.1)?), &[x.clone(), w.clone(), b]);
        both(|v| Ok(v[0].rms_norm(&[4, 3], v.get(1), Some(0.1))?), &[x.clone(), w]);
        both(|v| Ok(v[0].local_response_norm(3, 0.5, 0.75, 1.0)?), &[x]);
    }

    #[test]
    fn other_sizes(size in 1..6usize, align_corners: bool, seed in 0u64..1000) {
        let (line, image) = (filled(&[2, 1, 3], -1.0, 1.0, seed), filled(&[1, 2, 3, 4], -1.0, 1.0, seed));
        let to = |rank| Resize::To(vec![size; rank]);
        let scaled = |v: &[Var], mode, corners| Ok(v[0].interpolate(&to(v[0].shape().len() - 2), mode, corners)?.square()?);
        both(|v| scaled(v, InterpolateMode::Linear, align_corners), std::slice::from_ref(&line));
        both(|v| scaled(v, InterpolateMode::NearestExact, false), std::slice::from_ref(&line));
        both(|v| scaled(v, InterpolateMode::Area, false), &[line]);
        both(|v| scaled(v, InterpolateMode::Bicubic, align_corners), std::slice::from_ref(&image));
        both(|v| scaled(v, InterpolateMode::Area, false), &[image]);
    }
}
