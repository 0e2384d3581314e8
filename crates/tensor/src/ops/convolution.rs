//! Convolutions of signals and images, plain and transposed.

use super::convolution_forms::{Convolve, Form};
use super::convolution_options::{ConvOptions, ConvPadding, ConvTransposeOptions};
use super::operands::expect_one_dtype;
use super::spatial::{as_before, as_images, as_pair, expect_positive};
use super::{Arithmetic, Shapes};
use crate::kernel::Patches;
use crate::{Array, Error, ErrorKind, Result};

/// Convolutions of signals and images, which are cross-correlations: the kernel is not mirrored.
pub trait Convolution: Array {
    /// `y[o, i] = b[o] + Σ_c Σ_k w[o, c, k] · x[c, i · stride + k · dilation − padding]`, zeros outside.
    ///
    /// # Shapes
    /// `x`: `(batch, channels, length)`, `weight`: `(outputs, channels / groups, kernel)`, `bias`:
    /// `(outputs,)` → `(batch, outputs, ⌊(length + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1)`.
    /// The batch may be missing, in `x` and in the result.
    ///
    /// # Errors
    /// Shapes that do not fit each other, dtypes that differ, a kernel larger than the padded signal, a
    /// stride or dilation of 0, channels that do not divide by the groups.
    fn conv1d(&self, weight: &Self, bias: Option<&Self>, options: &ConvOptions<1>) -> Result<Self> {
        convolve("conv1d", self, weight, bias, options)
    }

    /// As [`conv1d`](Convolution::conv1d), for images.
    ///
    /// # Shapes
    /// `x`: `(batch, channels, height, width)`, `weight`: `(outputs, channels / groups, kernel height,
    /// kernel width)`, `bias`: `(outputs,)` → `(batch, outputs, height', width')`.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use gradus_tensor::{DType, Tensor, ops::ConvOptions};
    /// let x = Tensor::ones([1, 1, 4, 4], DType::F32)?;
    /// let w = Tensor::ones([1, 1, 3, 3], DType::F32)?;
    /// let y = x.conv2d(&w, None, &ConvOptions::default())?;
    /// assert_eq!(y.to_vec::<f32>()?, [9.0; 4]);
    /// let y = x.conv2d(&w, None, &ConvOptions::new().padding(1).stride(3))?;
    /// assert_eq!(y.to_vec::<f32>()?, [4.0; 4]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn conv2d(&self, weight: &Self, bias: Option<&Self>, options: &ConvOptions<2>) -> Result<Self> {
        convolve("conv2d", self, weight, bias, options)
    }

    /// The adjoint of [`conv1d`](Convolution::conv1d) as a map of signals: each element of `x` adds the
    /// kernel, times itself, to the result.
    ///
    /// # Shapes
    /// `x`: `(batch, channels, length)`, `weight`: `(channels, outputs / groups, kernel)`, `bias`:
    /// `(outputs,)` → `(batch, outputs, (length − 1) stride − 2 padding + dilation (kernel − 1) +
    /// output_padding + 1)`.
    ///
    /// # Errors
    /// As [`conv1d`](Convolution::conv1d); an output padding that is not less than the stride or the
    /// dilation.
    fn conv_transpose1d(
        &self,
        weight: &Self,
        bias: Option<&Self>,
        options: &ConvTransposeOptions<1>,
    ) -> Result<Self> {
        transposed("conv_transpose1d", self, weight, bias, options)
    }

    /// As [`conv_transpose1d`](Convolution::conv_transpose1d), for images.
    ///
    /// # Shapes
    /// `x`: `(batch, channels, height, width)`, `weight`: `(channels, outputs / groups, kernel height,
    /// kernel width)` → `(batch, outputs, height', width')`.
    ///
    /// # Errors
    /// As there.
    fn conv_transpose2d(
        &self,
        weight: &Self,
        bias: Option<&Self>,
        options: &ConvTransposeOptions<2>,
    ) -> Result<Self> {
        transposed("conv_transpose2d", self, weight, bias, options)
    }
}
impl<A: Array> Convolution for A {}

/// Whether input, weight and groups fit: the numbers of channels of both sides.
fn check<A: Array>(
    op: &'static str,
    x: &A,
    w: &A,
    (stride, dilation): ([usize; 2], [usize; 2]),
    groups: usize,
) -> Result<()> {
    expect_one_dtype(op, x, w)?;
    expect_positive(op, "stride", stride)?;
    expect_positive(op, "dilation", dilation)?;
    expect_positive(op, "kernel size", [w.shape()[2], w.shape()[3]])?;
    expect_positive(op, "number of groups", [groups; 2])?;
    let &[rows, _, ..] = w.shape() else {
        return Ok(());
    };
    if rows == 0 || !rows.is_multiple_of(groups) {
        let message = format!("the weight has {rows} rows, which do not divide by {groups} groups");
        return Err(Error::custom(op, message));
    }
    Ok(())
}

fn expect_channels(
    op: &'static str,
    found: usize,
    expected: usize,
    weight: &[usize],
) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let weight = crate::Dims(weight);
    let message = format!("the input has {found} channels, the weight {weight} takes {expected}");
    Err(Error::custom(op, message))
}

fn with_bias<A: Array>(op: &'static str, y: A, bias: Option<&A>, outputs: usize) -> Result<A> {
    let Some(bias) = bias else { return Ok(y) };
    expect_one_dtype(op, &y, bias)?;
    if !matches!(bias.shape(), &[size] if size == outputs) {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "the bias has one number for each output channel",
            lhs: bias.shape().to_vec(),
            rhs: vec![outputs],
        }
        .into());
    }
    y.add(&bias.reshape([outputs, 1, 1])?)
}

const EXPECTED_WEIGHT: [&str; 2] = [
    "a weight (outputs, channels / groups, kernel)",
    "a weight (outputs, channels / groups, kernel height, kernel width)",
];

/// The weight as that of images.
fn image_weight<A: Array, const D: usize>(op: &'static str, w: &A) -> Result<A> {
    if w.shape().len() != D + 2 {
        return Err(ErrorKind::Rank {
            op,
            expected: EXPECTED_WEIGHT[D - 1],
            got: w.shape().to_vec(),
        }
        .into());
    }
    as_images::<A, D>(op, w)
}

fn convolve<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    weight: &A,
    bias: Option<&A>,
    options: &ConvOptions<D>,
) -> Result<A> {
    let x = as_images::<A, D>(op, input)?;
    let w = image_weight::<A, D>(op, weight)?;
    let (stride, dilation) = (as_pair(options.stride, 1), as_pair(options.dilation, 1));
    check(op, &x, &w, (stride, dilation), options.groups)?;
    let &[outputs, channels, ..] = w.shape() else {
        return Err(Error::custom(op, "a weight without dimensions"));
    };
    let expected = channels * options.groups;
    expect_channels(op, x.shape()[1], expected, weight.shape())?;
    let image = [x.shape()[2], x.shape()[3]];
    let kernel = [w.shape()[2], w.shape()[3]];
    let mut patches = Patches {
        image,
        kernel,
        stride,
        dilation,
        padding: [0; 2],
        count: image,
    };
    for d in 0..2 {
        let reach = dilation[d].saturating_mul(kernel[d] - 1);
        match options.padding {
            ConvPadding::Same if stride[d] == 1 => patches.padding[d] = reach / 2,
            ConvPadding::Same => {
                let message = "padding `Same` keeps the size, which takes a stride of 1";
                return Err(Error::custom(op, message));
            }
            ConvPadding::Sizes(sizes) => {
                patches.padding[d] = as_pair(sizes, 0)[d];
                let padding = patches.padding[d];
                let padded = padding.checked_mul(2).and_then(|p| p.checked_add(image[d]));
                let Some(padded) = padded.filter(|&size| isize::try_from(size).is_ok()) else {
                    let message = format!("a padding of {padding} is beyond any image");
                    return Err(Error::custom(op, message));
                };
                let Some(room) = padded.checked_sub(reach.saturating_add(1)) else {
                    let message = format!(
                        "the kernel reaches over {} elements, the padded input has {padded}",
                        reach.saturating_add(1)
                    );
                    return Err(Error::custom(op, message));
                };
                patches.count[d] = room / stride[d] + 1;
            }
        }
    }
    let run = Convolve {
        form: Form::Output,
        patches,
        groups: options.groups,
    };
    let y = with_bias(op, A::apply(run, [&x, &w])?, bias, outputs)?;
    as_before::<A, D>(&y, input.shape().len())
}

fn transposed<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    weight: &A,
    bias: Option<&A>,
    options: &ConvTransposeOptions<D>,
) -> Result<A> {
    let y = as_images::<A, D>(op, input)?;
    let w = image_weight::<A, D>(op, weight)?;
    let (stride, dilation) = (as_pair(options.stride, 1), as_pair(options.dilation, 1));
    check(op, &y, &w, (stride, dilation), options.groups)?;
    let &[rows, columns, ..] = w.shape() else {
        return Err(Error::custom(op, "a weight without dimensions"));
    };
    expect_channels(op, y.shape()[1], rows, weight.shape())?;
    let (padding, more) = (
        as_pair(options.padding, 0),
        as_pair(options.output_padding, 0),
    );
    let count = [y.shape()[2], y.shape()[3]];
    let kernel = [w.shape()[2], w.shape()[3]];
    let mut image = [0; 2];
    for d in 0..2 {
        if more[d] > 0 && more[d] >= stride[d] && more[d] >= dilation[d] {
            let message = format!(
                "the output padding {} must be less than the stride {} or the dilation {}",
                more[d], stride[d], dilation[d]
            );
            return Err(Error::custom(op, message));
        }
        let reach = dilation[d].saturating_mul(kernel[d] - 1);
        let strides = count[d].saturating_sub(1).saturating_mul(stride[d]);
        let whole = (strides.saturating_add(reach)).saturating_add(more[d].saturating_add(1));
        image[d] = match whole.checked_sub(padding[d].saturating_mul(2)) {
            Some(size) if size > 0 && count[d] > 0 => size,
            _ => {
                let message = format!(
                    "nothing is left of {whole} elements after a padding of {} on both sides",
                    padding[d]
                );
                return Err(Error::custom(op, message));
            }
        };
    }
    let run = Convolve {
        form: Form::Image,
        patches: Patches {
            image,
            kernel,
            stride,
            dilation,
            padding,
            count,
        },
        groups: options.groups,
    };
    let x = A::apply(run, [&y, &w])?;
    let x = with_bias(op, x, bias, columns * options.groups)?;
    as_before::<A, D>(&x, input.shape().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{DType, Tensor, tensor};

    #[test]
    fn by_hand() {
        let x = tensor![[1.0, 2.0, 3.0, 4.0]];
        let w = tensor![[[1.0, 10.0]]];
        let b = tensor![0.5];
        let y = x.conv1d(&w, Some(&b), &ConvOptions::default()).unwrap();
        assert_eq!(y.shape(), [1, 3]);
        assert_close(&y, &[21.5, 32.5, 43.5]);
        let same = ConvOptions::new().padding(ConvPadding::Same);
        assert_close(
            &x.conv1d(&w, None, &same).unwrap(),
            &[21.0, 32.0, 43.0, 4.0],
        );
        let spread = ConvOptions::new().padding(1).stride(2).dilation(2);
        assert_close(&x.conv1d(&w, None, &spread).unwrap(), &[20.0, 42.0]);
        let y = x
            .conv_transpose1d(
                &w,
                None,
                &ConvTransposeOptions {
                    stride: [2],
                    output_padding: [1],
                    ..ConvTransposeOptions::default()
                },
            )
            .unwrap();
        assert_close(&y, &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0, 0.0]);
        let i = tensor![[1, 2, 3]].conv1d(&tensor![[[2]]], None, &ConvOptions::default());
        assert_eq!(i.unwrap().to_vec::<i64>().unwrap(), [2, 4, 6]);
    }

    #[test]
    fn empty_batches_pass() {
        let x = Tensor::zeros([0, 2, 3, 3], DType::F32).unwrap();
        let w = Tensor::zeros([4, 2, 2, 2], DType::F32).unwrap();
        assert_eq!(
            x.conv2d(&w, None, &ConvOptions::default()).unwrap().shape(),
            [0, 4, 2, 2]
        );
    }

    #[test]
    fn sizes_beyond_all_numbers() {
        let (x, w) = (
            Tensor::ones([1, 1, 4], DType::F32).unwrap(),
            Tensor::ones([1, 1, 3], DType::F32).unwrap(),
        );
        let most = usize::MAX;
        assert!(
            x.conv1d(&w, None, &ConvOptions::new().dilation(most))
                .is_err()
        );
        let padded = ConvOptions::new().padding(most).dilation(most);
        assert!(x.conv1d(&w, None, &padded).is_err());
        assert_eq!(
            x.conv1d(&w, None, &ConvOptions::new().stride(most))
                .unwrap()
                .shape(),
            [1, 1, 1]
        );
        let spread = ConvTransposeOptions {
            stride: [most],
            dilation: [most],
            ..ConvTransposeOptions::default()
        };
        assert!(x.conv_transpose1d(&w, None, &spread).is_err());
    }

    #[test]
    fn refused() {
        let x = Tensor::zeros([1, 3, 4, 4], DType::F32).unwrap();
        let w = Tensor::zeros([2, 2, 3, 3], DType::F32).unwrap();
        let message =
            |options: &ConvOptions<2>| x.conv2d(&w, None, options).unwrap_err().to_string();
        let base = ConvOptions::<2>::default();
        assert_eq!(
            message(&base),
            "conv2d: the input has 3 channels, the weight (2, 2, 3, 3) takes 2"
        );
        assert_eq!(
            message(&base.groups(3)),
            "conv2d: the weight has 2 rows, which do not divide by 3 groups"
        );
        assert_eq!(
            message(&base.stride(0)),
            "conv2d: the stride must be at least 1 in every dimension"
        );
        let w = Tensor::zeros([2, 3, 3, 3], DType::F32).unwrap();
        let message =
            |options: &ConvOptions<2>| x.conv2d(&w, None, options).unwrap_err().to_string();
        assert_eq!(
            message(&base.dilation(2)),
            "conv2d: the kernel reaches over 5 elements, the padded input has 4"
        );
        assert!(message(&base.padding(ConvPadding::Same).stride(2)).contains("stride of 1"));
        let e = x.conv1d(&w, None, &ConvOptions::default()).unwrap_err();
        assert_eq!(
            e.to_string(),
            "conv1d: expected ([batch,] channels, length), got shape (1, 3, 4, 4)"
        );
        let e = x.conv2d(&w, Some(&tensor![1.0]), &base).unwrap_err();
        assert!(e.to_string().contains("one number for each output channel"));
        let e = x.conv_transpose2d(
            &Tensor::zeros([3, 2, 3, 3], DType::F32).unwrap(),
            None,
            &ConvTransposeOptions {
                output_padding: [1, 1],
                ..ConvTransposeOptions::default()
            },
        );
        assert!(
            e.unwrap_err()
                .to_string()
                .contains("less than the stride 1")
        );
    }
}
