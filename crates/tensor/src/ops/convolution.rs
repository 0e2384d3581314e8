//! Convolutions and their adjoints: patches as columns of a matrix, then a product.

use super::convolution_options::{ConvOptions, ConvPadding, ConvTransposeOptions};
use super::operands::{computed_in, expect_one_dtype};
use super::spatial::{as_before, as_images, as_pair, expect_positive};
use super::{Arithmetic, Shapes};
use crate::dispatch::for_number;
use crate::kernel::{self, Patches, gemm};
use crate::layout::Layout;
use crate::{Array, Error, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// Numbers in the columns of as many images as are worked on at a time: 16 MiB of `f32`.
const AT_ONCE: usize = 4 << 20;

/// A convolution is `Σ y · (w ∗ x)`, linear in the images `x`, the weights `w` and the result's
/// gradient `y`; these are its derivatives with respect to one of the three. So each is the gradient of
/// the others, and any order of differentiation stays among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `y` of `x` and `w`: the convolution.
    Output,
    /// `x` of `y` and `w`: the transposed convolution.
    Image,
    /// `w` of `x` and `y`.
    Weight,
}

/// The convolution of `(batch, channels, height, width)` by `(outputs, channels / groups, kernel..)`, or
/// one of its adjoints.
#[derive(Clone, Debug)]
pub(super) struct Convolve {
    form: Form,
    patches: Patches,
    groups: usize,
}

impl Convolve {
    fn to(&self, form: Form) -> Convolve {
        Convolve {
            form,
            ..self.clone()
        }
    }

    /// The columns of images `x`, seen as `(batch, groups, channels / groups · area, patches)`.
    fn columns<T: gemm::Gemm>(&self, x: &Tensor) -> Result<Tensor> {
        let &[batch, channels, ..] = x.shape() else {
            return Err(self.rank(x));
        };
        let shape = [
            batch,
            self.groups,
            channels / self.groups * self.patches.area(),
            self.patches.len(),
        ];
        if self.patches.are_elements() {
            return x.reshape(shape);
        }
        let layout = Layout::row_major(Self::NAME, &shape)?;
        Ok(kernel::columns::<T>(x, &self.patches, &layout))
    }

    /// Weights as `(batch, groups, outputs / groups, channels / groups · area)`.
    fn by_group(&self, w: &Tensor, batch: usize) -> Result<Tensor> {
        let &[outputs, channels, ..] = w.shape() else {
            return Err(self.rank(w));
        };
        let rows = outputs / self.groups;
        let columns = channels * self.patches.area();
        w.reshape([self.groups, rows, columns])?
            .expand([batch, self.groups, rows, columns])
    }

    /// The result's side as `(batch, groups, outputs / groups, patches)`.
    fn result_by_group(&self, y: &Tensor) -> Result<Tensor> {
        let &[batch, outputs, ..] = y.shape() else {
            return Err(self.rank(y));
        };
        let rows = outputs / self.groups;
        y.reshape([batch, self.groups, rows, self.patches.len()])
    }

    fn rank(&self, x: &Tensor) -> Error {
        ErrorKind::Rank {
            op: self.name(),
            expected: "images of 4 dimensions",
            got: x.shape().to_vec(),
        }
        .into()
    }

    fn output<T: gemm::Gemm>(&self, x: &Tensor, w: &Tensor) -> Result<Tensor> {
        let (batch, outputs) = (x.shape()[0], w.shape()[0]);
        let [height, width] = self.patches.count;
        let layout = Layout::row_major(self.name(), &[batch, outputs, height, width])?;
        let w = self.by_group(w, batch)?;
        Ok(gemm::matmul::<T>(&w, &self.columns::<T>(x)?, &layout))
    }

    fn image<T: gemm::Gemm>(&self, y: &Tensor, w: &Tensor) -> Result<Tensor> {
        let batch = y.shape()[0];
        let channels = w.shape()[1] * self.groups;
        let [height, width] = self.patches.image;
        let shape = [batch, channels, height, width];
        let w = self.by_group(w, batch)?.transpose(-1, -2)?;
        let y = self.result_by_group(y)?;
        let columns = [
            batch,
            self.groups,
            channels / self.groups * self.patches.area(),
            self.patches.len(),
        ];
        if self.patches.are_elements() {
            let layout = Layout::row_major(self.name(), &shape)?;
            return Ok(gemm::matmul::<T>(&w, &y, &layout));
        }
        let columns = Layout::row_major(self.name(), &columns)?;
        let columns = gemm::matmul::<T>(&w, &y, &columns);
        let layout = Layout::row_major(self.name(), &shape)?;
        Ok(kernel::images::<T>(&columns, &self.patches, &layout))
    }

    fn weight<T: gemm::Gemm>(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let (batch, channels, outputs) = (x.shape()[0], x.shape()[1], y.shape()[1]);
        let columns = self.columns::<T>(x)?.transpose(-1, -2)?;
        let y = self.result_by_group(y)?;
        let shape = [
            batch,
            self.groups,
            outputs / self.groups,
            channels / self.groups * self.patches.area(),
        ];
        let layout = Layout::row_major(self.name(), &shape)?;
        let [height, width] = self.patches.kernel;
        gemm::matmul::<T>(&y, &columns, &layout)
            .sum_dims(&[0], false)?
            .reshape([outputs, channels / self.groups, height, width])
    }

    fn run<T: gemm::Gemm>(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let (batch, channels) = match self.form {
            Form::Image => (a.shape()[0], b.shape()[1] * self.groups),
            _ => (a.shape()[0], a.shape()[1]),
        };
        let each = (channels * self.patches.area()).saturating_mul(self.patches.len());
        let some = (AT_ONCE / each.max(1)).max(1);
        let one = |a: &Tensor, b: &Tensor| match self.form {
            Form::Output => self.output::<T>(a, b),
            Form::Image => self.image::<T>(a, b),
            Form::Weight => self.weight::<T>(a, b),
        };
        if batch <= some {
            return one(a, b);
        }
        let mut parts = Vec::new();
        for start in (0..batch).step_by(some) {
            let len = some.min(batch - start);
            let a = a.narrow(0, start, len)?;
            parts.push(if self.form == Form::Weight {
                one(&a, &b.narrow(0, start, len)?)?
            } else {
                one(&a, b)?
            });
        }
        let parts: Vec<&Tensor> = parts.iter().collect();
        if self.form == Form::Weight {
            return Tensor::stack(&parts, 0)?.sum_dims(&[0], false);
        }
        Tensor::cat(&parts, 0)
    }
}

impl Op<2> for Convolve {
    const NAME: &'static str = "convolution";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self.form {
            Form::Output => Self::NAME,
            Form::Image => "conv_transpose",
            Form::Weight => "convolution_weight_grad",
        }
    }

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let dtype = computed_in(self.name(), a.dtype())?;
        for_number!(Self::NAME, dtype, T => {
            self.run::<T>(&a.to_dtype(dtype)?, &b.to_dtype(dtype)?)?.to_dtype(a.dtype())
        })
    }

    /// The two other forms, the gradient standing where the result was.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        let (form, inputs) = match (self.form, wrt) {
            (Form::Output, 0) => (Form::Image, [g, b]),
            (Form::Output, _) => (Form::Weight, [a, g]),
            (Form::Image, 0) => (Form::Output, [g, b]),
            (Form::Image, _) => (Form::Weight, [g, a]),
            (Form::Weight, 0) => (Form::Image, [b, g]),
            (Form::Weight, _) => (Form::Output, [a, g]),
        };
        A::apply(self.to(form), inputs)
    }
}

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
    let weight = crate::error::Dims(weight);
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

const EXPECTED: [&str; 2] = [
    "([batch,] channels, length)",
    "([batch,] channels, height, width)",
];
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
    as_images::<A, D>(op, EXPECTED_WEIGHT[D - 1], w)
}

fn convolve<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    weight: &A,
    bias: Option<&A>,
    options: &ConvOptions<D>,
) -> Result<A> {
    let x = as_images::<A, D>(op, EXPECTED[D - 1], input)?;
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
        let reach = dilation[d] * (kernel[d] - 1);
        match options.padding {
            ConvPadding::Same if stride[d] == 1 => patches.padding[d] = reach / 2,
            ConvPadding::Same => {
                let message = "padding `Same` keeps the size, which takes a stride of 1";
                return Err(Error::custom(op, message));
            }
            ConvPadding::Sizes(sizes) => {
                patches.padding[d] = as_pair(sizes, 0)[d];
                let padded = image[d] + 2 * patches.padding[d];
                let Some(room) = padded.checked_sub(reach + 1) else {
                    let message = format!(
                        "the kernel reaches over {} elements, the padded input has {padded}",
                        reach + 1
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
    let y = as_images::<A, D>(op, EXPECTED[D - 1], input)?;
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
        let whole =
            count[d].saturating_sub(1) * stride[d] + dilation[d] * (kernel[d] - 1) + more[d] + 1;
        image[d] = match whole.checked_sub(2 * padding[d]) {
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
    use crate::testkit::{assert_close, check_vjp, values};
    use crate::{DType, tensor};

    fn op(form: Form) -> Convolve {
        Convolve {
            form,
            patches: Patches {
                image: [5, 4],
                kernel: [3, 2],
                stride: [2, 1],
                dilation: [1, 2],
                padding: [1, 1],
                count: [3, 4],
            },
            groups: 2,
        }
    }

    #[test]
    fn vjp() {
        let (x, w, y) = ([2, 4, 5, 4], [6, 2, 3, 2], [2, 6, 3, 4]);
        let of = |form| -> Convolve { op(form) };
        check_vjp(of(Form::Output), [&x, &w]);
        check_vjp(of(Form::Image), [&y, &w]);
        check_vjp(of(Form::Weight), [&x, &y]);
    }

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
    fn many_images_at_a_time_give_the_numbers_of_one() {
        let x = values(&[6, 8, 64, 64], -1.0, 1.0, 1);
        let w = values(&[1, 8, 5, 5], -1.0, 1.0, 2);
        let options = ConvOptions::new().padding(2);
        let all = x.conv2d(&w, None, &options).unwrap();
        let mut last = None;
        for n in 0..6 {
            let one = x.select(0, n).unwrap().conv2d(&w, None, &options).unwrap();
            assert!(all.select(0, n).unwrap().equal(&one));
            last = Some(one);
        }
        let run = Convolve {
            form: Form::Weight,
            patches: Patches {
                image: [64, 64],
                kernel: [5, 5],
                stride: [1, 1],
                dilation: [1, 1],
                padding: [2, 2],
                count: [64, 64],
            },
            groups: 1,
        };
        // Linear in the images: six times one image gives six times its gradient.
        let one = x.narrow(0, 0, 1).unwrap();
        let g = last.unwrap().unsqueeze(0).unwrap();
        let grad = Tensor::apply(run.clone(), [&one, &g]).unwrap();
        let six = |t: &Tensor| t.expand([6, t.shape()[1], 64, 64]).unwrap().contiguous();
        let whole = Tensor::apply(run, [&six(&one), &six(&g)]).unwrap();
        assert_close(
            &whole,
            &grad.mul_scalar(6).unwrap().to_vec::<f64>().unwrap(),
        );
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
