//! Means and largest elements of windows over signals and images.

use std::sync::Arc;

use super::PerDim;
use super::spatial::{as_before, as_images, as_pair, expect_positive};
use crate::dispatch::{for_number, for_real};
use crate::kernel::{self, Pair, Span, Windows};
use crate::layout::Layout;
use crate::{Array, DType, Element, Error, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// The mean of each window of `(batch, channels, height, width)`, or the adjoint of that map, which gives
/// each element of a window its share.
#[derive(Clone, Debug)]
pub(super) struct WindowMeans {
    windows: Arc<Pair>,
    divisor: Option<f64>,
    adjoint: bool,
}

impl Op<1> for WindowMeans {
    const NAME: &'static str = "avg_pool";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let dtype = match x.dtype() {
            DType::F16 | DType::Bf16 | DType::F32 => DType::F32,
            DType::Bool => {
                return Err(ErrorKind::DType {
                    op: Self::NAME,
                    expected: "numbers",
                    got: DType::Bool,
                }
                .into());
            }
            // Sums of integers are exact; converting back truncates, as a division of integers does.
            _ => DType::F64,
        };
        let (images, divisor) = (x.to_dtype(dtype)?, self.divisor);
        let layout = Layout::row_major(Self::NAME, &shape(&images, &self.windows, self.adjoint))?;
        for_real!(Self::NAME, dtype, T => {
            let run = if self.adjoint { kernel::spread_means::<T> } else { kernel::window_means::<T> };
            run(&images, &self.windows, divisor, &layout).to_dtype(x.dtype())
        })
    }

    /// The adjoint.
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(
            WindowMeans {
                adjoint: !self.adjoint,
                ..self.clone()
            },
            [g],
        )
    }
}

/// The elements of each plane of `(batch, channels, height, width)` at given places, or the adjoint,
/// which puts them back there among zeros.
#[derive(Clone, Debug)]
pub(super) struct PickInPlanes {
    windows: Arc<Pair>,
    places: Tensor,
    adjoint: bool,
}

impl Op<1> for PickInPlanes {
    const NAME: &'static str = "max_pool";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let layout = Layout::row_major(Self::NAME, &shape(x, &self.windows, self.adjoint))?;
        let [down, across] = &*self.windows;
        let sizes = (
            down.size * across.size,
            down.spans.len() * across.spans.len(),
        );
        for_number!(Self::NAME, x.dtype(), T => {
            let planes = x.to_dtype(T::DTYPE)?;
            let run = if self.adjoint { kernel::put::<T> } else { kernel::pick::<T> };
            run(&planes, &self.places, sizes, &layout).to_dtype(x.dtype())
        })
    }

    /// The adjoint.
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(
            PickInPlanes {
                adjoint: !self.adjoint,
                ..self.clone()
            },
            [g],
        )
    }
}

/// The shape on the other side: windows of images, or the images they come from.
fn shape(x: &Tensor, windows: &Pair, adjoint: bool) -> [usize; 4] {
    let size = |w: &Windows| if adjoint { w.size } else { w.spans.len() };
    let lead = |d: usize| x.shape().get(d).copied().unwrap_or(1);
    [lead(0), lead(1), size(&windows[0]), size(&windows[1])]
}

/// What windows that hold a largest element can vary, over `D` spatial dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPoolOptions<const D: usize> {
    /// Elements of a window.
    pub kernel_size: [usize; D],
    /// From one window to the next.
    pub stride: [usize; D],
    /// Elements around the images that are smaller than all others, at most half a window.
    pub padding: [usize; D],
    /// From one element of a window to the next.
    pub dilation: [usize; D],
    /// Whether a last window may reach beyond the end.
    pub ceil_mode: bool,
}

impl<const D: usize> MaxPoolOptions<D> {
    /// Windows side by side, no padding, no dilation.
    #[must_use]
    #[inline]
    pub fn new(kernel_size: impl PerDim<D>) -> MaxPoolOptions<D> {
        let kernel_size = kernel_size.per_dim();
        MaxPoolOptions {
            kernel_size,
            stride: kernel_size,
            padding: [0; D],
            dilation: [1; D],
            ceil_mode: false,
        }
    }

    /// With this stride.
    #[must_use]
    #[inline]
    pub fn stride(self, stride: impl PerDim<D>) -> MaxPoolOptions<D> {
        MaxPoolOptions {
            stride: stride.per_dim(),
            ..self
        }
    }

    /// With this padding.
    #[must_use]
    #[inline]
    pub fn padding(self, padding: impl PerDim<D>) -> MaxPoolOptions<D> {
        MaxPoolOptions {
            padding: padding.per_dim(),
            ..self
        }
    }
}

/// What windows that are averaged can vary, over `D` spatial dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPoolOptions<const D: usize> {
    /// Elements of a window.
    pub kernel_size: [usize; D],
    /// From one window to the next.
    pub stride: [usize; D],
    /// Zeros around the images, at most half a window.
    pub padding: [usize; D],
    /// Whether a last window may reach beyond the end.
    pub ceil_mode: bool,
    /// Whether the zeros around the images count as elements.
    pub count_include_pad: bool,
    /// What sums are divided by, instead of the number of elements.
    pub divisor_override: Option<i64>,
}

impl<const D: usize> AvgPoolOptions<D> {
    /// Windows side by side, no padding.
    #[must_use]
    #[inline]
    pub fn new(kernel_size: impl PerDim<D>) -> AvgPoolOptions<D> {
        let kernel_size = kernel_size.per_dim();
        AvgPoolOptions {
            kernel_size,
            stride: kernel_size,
            padding: [0; D],
            ceil_mode: false,
            count_include_pad: true,
            divisor_override: None,
        }
    }

    /// With this stride.
    #[must_use]
    #[inline]
    pub fn stride(self, stride: impl PerDim<D>) -> AvgPoolOptions<D> {
        AvgPoolOptions {
            stride: stride.per_dim(),
            ..self
        }
    }

    /// With this padding.
    #[must_use]
    #[inline]
    pub fn padding(self, padding: impl PerDim<D>) -> AvgPoolOptions<D> {
        AvgPoolOptions {
            padding: padding.per_dim(),
            ..self
        }
    }
}

/// Windows over signals `([batch,] channels, length)` and images `([batch,] channels, height, width)`.
pub trait Pooling: Array {
    /// The largest element of each window, whose gradient it gets: the first of equals.
    ///
    /// # Shapes
    /// `(batch, channels, length)` → `(batch, channels, ⌊(length + 2 padding − dilation (kernel − 1) − 1)
    /// / stride⌋ + 1)`, rounded up with `ceil_mode` unless the last window would begin behind the end.
    ///
    /// # Errors
    /// Another number of dimensions, a size, stride or dilation of 0, a padding of more than half a
    /// window, no room for a window.
    fn max_pool1d(&self, options: &MaxPoolOptions<1>) -> Result<Self> {
        Ok(max_pool("max_pool1d", self, options)?.0)
    }

    /// As [`max_pool1d`](Pooling::max_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use gradus_tensor::{ops::MaxPoolOptions, tensor};
    /// let x = tensor![[[1.0, 2.0, 3.0], [6.0, 5.0, 4.0]]];
    /// assert_eq!(x.max_pool2d(&MaxPoolOptions::new([2, 1]))?.to_vec::<f32>()?, [6.0, 5.0, 4.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn max_pool2d(&self, options: &MaxPoolOptions<2>) -> Result<Self> {
        Ok(max_pool("max_pool2d", self, options)?.0)
    }

    /// [`max_pool1d`](Pooling::max_pool1d) and where each largest element lies.
    ///
    /// # Errors
    /// As there.
    fn max_pool1d_with_indices(&self, options: &MaxPoolOptions<1>) -> Result<(Self, Tensor)> {
        max_pool("max_pool1d", self, options)
    }

    /// [`max_pool2d`](Pooling::max_pool2d) and where each largest element lies in its image, rows one
    /// after the other.
    ///
    /// # Errors
    /// As there.
    fn max_pool2d_with_indices(&self, options: &MaxPoolOptions<2>) -> Result<(Self, Tensor)> {
        max_pool("max_pool2d", self, options)
    }

    /// The mean of each window. Sizes as in [`max_pool1d`](Pooling::max_pool1d).
    ///
    /// # Errors
    /// As there; a divisor of 0.
    fn avg_pool1d(&self, options: &AvgPoolOptions<1>) -> Result<Self> {
        avg_pool("avg_pool1d", self, options)
    }

    /// As [`avg_pool1d`](Pooling::avg_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    fn avg_pool2d(&self, options: &AvgPoolOptions<2>) -> Result<Self> {
        avg_pool("avg_pool2d", self, options)
    }

    /// As many means as asked for, of windows from `⌊i · length / size⌋` to `⌈(i + 1) length / size⌉`;
    /// `None` keeps the length.
    ///
    /// # Errors
    /// Another number of dimensions; a dimension without elements.
    fn adaptive_avg_pool1d(&self, output_size: [Option<usize>; 1]) -> Result<Self> {
        adaptive_avg_pool("adaptive_avg_pool1d", self, output_size)
    }

    /// As [`adaptive_avg_pool1d`](Pooling::adaptive_avg_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    fn adaptive_avg_pool2d(&self, output_size: [Option<usize>; 2]) -> Result<Self> {
        adaptive_avg_pool("adaptive_avg_pool2d", self, output_size)
    }

    /// The largest elements of the windows of [`adaptive_avg_pool1d`](Pooling::adaptive_avg_pool1d), and
    /// where they lie.
    ///
    /// # Errors
    /// As there.
    fn adaptive_max_pool1d(&self, output_size: [Option<usize>; 1]) -> Result<(Self, Tensor)> {
        adaptive_max_pool("adaptive_max_pool1d", self, output_size)
    }

    /// As [`adaptive_max_pool1d`](Pooling::adaptive_max_pool1d), for images.
    ///
    /// # Errors
    /// As there.
    fn adaptive_max_pool2d(&self, output_size: [Option<usize>; 2]) -> Result<(Self, Tensor)> {
        adaptive_max_pool("adaptive_max_pool2d", self, output_size)
    }
}
impl<A: Array> Pooling for A {}

const EXPECTED: [&str; 2] = [
    "([batch,] channels, length)",
    "([batch,] channels, height, width)",
];

/// `x` as images none of which is empty.
fn images<A: Array, const D: usize>(op: &'static str, x: &A) -> Result<A> {
    let images = as_images::<A, D>(op, EXPECTED[D - 1], x)?;
    if images.shape()[1..].contains(&0) {
        let shape = crate::error::Dims(x.shape());
        let message = format!("only the batch may be empty, the shape is {shape}");
        return Err(Error::custom(op, message));
    }
    Ok(images)
}

/// The raw starts of windows: how many there are, counted in elements of the padded dimension.
fn count(
    op: &'static str,
    size: usize,
    (kernel, stride, padding, dilation): (usize, usize, usize, usize),
    ceil_mode: bool,
) -> Result<usize> {
    let reach = dilation * (kernel - 1) + 1;
    let padded = size + 2 * padding;
    let room = padded as isize - reach as isize;
    let up = if ceil_mode { stride as isize - 1 } else { 0 };
    let mut count = (room + up).div_euclid(stride as isize) + 1;
    if ceil_mode && (count - 1) * stride as isize >= (size + padding) as isize {
        count -= 1;
    }
    if count > 0 {
        return Ok(count as usize);
    }
    let message = format!("a window reaches over {reach} elements, the padded input has {padded}");
    Err(Error::custom(op, message))
}

fn expect_half(op: &'static str, padding: [usize; 2], reach: [usize; 2]) -> Result<()> {
    for d in 0..2 {
        if padding[d] > reach[d] / 2 {
            let message = format!(
                "the padding {} is more than half of a window of {} elements",
                padding[d], reach[d]
            );
            return Err(Error::custom(op, message));
        }
    }
    Ok(())
}

fn max_pool<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    options: &MaxPoolOptions<D>,
) -> Result<(A, Tensor)> {
    let x = images::<A, D>(op, input)?;
    let kernel = as_pair(options.kernel_size, 1);
    let stride = as_pair(options.stride, 1);
    let dilation = as_pair(options.dilation, 1);
    let padding = as_pair(options.padding, 0);
    expect_positive(op, "kernel size", kernel)?;
    expect_positive(op, "stride", stride)?;
    expect_positive(op, "dilation", dilation)?;
    let reach = [0, 1].map(|d| (kernel[d] - 1) * dilation[d] + 1);
    expect_half(op, padding, reach)?;
    let mut windows = Vec::new();
    for d in 0..2 {
        let size = x.shape()[2 + d];
        let sizes = (kernel[d], stride[d], padding[d], dilation[d]);
        let count = count(op, size, sizes, options.ceil_mode)?;
        let spans = (0..count).map(|i| {
            // The first element that is not padding, in steps of the dilation.
            let skipped = padding[d]
                .saturating_sub(i * stride[d])
                .div_ceil(dilation[d]);
            let start = i * stride[d] + skipped * dilation[d] - padding[d];
            let room = size.saturating_sub(start).div_ceil(dilation[d]);
            let len = kernel[d].saturating_sub(skipped).min(room);
            Span {
                start,
                len,
                weight: len,
            }
        });
        let spans: Vec<Span> = spans.collect();
        if spans.iter().any(|span| span.len == 0) {
            return Err(Error::custom(op, "a window lies in the padding alone"));
        }
        windows.push(Windows {
            size,
            spans,
            step: dilation[d],
        });
    }
    largest::<A, D>(op, &x, input.shape().len(), pair(windows))
}

fn pair(windows: Vec<Windows>) -> Pair {
    let mut windows = windows.into_iter();
    [(); 2].map(|()| windows.next().expect("a window for both dimensions"))
}

fn largest<A: Array, const D: usize>(
    op: &'static str,
    x: &A,
    rank: usize,
    windows: Pair,
) -> Result<(A, Tensor)> {
    let values = x.value();
    let layout = Layout::row_major(op, &shape(&values, &windows, false))?;
    let places = for_number!(op, values.dtype(), T => {
        Ok::<_, Error>(kernel::largest::<T>(&values.to_dtype(T::DTYPE)?, &windows, &layout))
    })?;
    let pick = PickInPlanes {
        windows: Arc::new(windows),
        places: places.clone(),
        adjoint: false,
    };
    let y = A::apply(pick, [x])?;
    Ok((
        as_before::<A, D>(&y, rank)?,
        as_before::<Tensor, D>(&places, rank)?,
    ))
}

fn avg_pool<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    options: &AvgPoolOptions<D>,
) -> Result<A> {
    let x = images::<A, D>(op, input)?;
    let kernel = as_pair(options.kernel_size, 1);
    let stride = as_pair(options.stride, 1);
    let padding = as_pair(options.padding, 0);
    expect_positive(op, "kernel size", kernel)?;
    expect_positive(op, "stride", stride)?;
    expect_half(op, padding, kernel)?;
    if options.divisor_override == Some(0) {
        return Err(Error::custom(op, "the divisor must not be 0"));
    }
    let mut windows = Vec::new();
    for d in 0..2 {
        let size = x.shape()[2 + d];
        let sizes = (kernel[d], stride[d], padding[d], 1);
        let count = count(op, size, sizes, options.ceil_mode)?;
        let spans = (0..count).map(|i| {
            let raw = i * stride[d];
            let padded_end = (raw + kernel[d]).min(size + 2 * padding[d]);
            let start = raw.saturating_sub(padding[d]);
            let end = padded_end.saturating_sub(padding[d]).min(size);
            let len = end.saturating_sub(start);
            Span {
                start: start.min(size),
                len,
                weight: if options.count_include_pad {
                    padded_end - raw
                } else {
                    len
                },
            }
        });
        windows.push(Windows {
            size,
            spans: spans.collect(),
            step: 1,
        });
    }
    means::<A, D>(
        &x,
        input.shape().len(),
        pair(windows),
        options.divisor_override,
    )
}

fn means<A: Array, const D: usize>(
    x: &A,
    rank: usize,
    windows: Pair,
    divisor: Option<i64>,
) -> Result<A> {
    let op = WindowMeans {
        windows: Arc::new(windows),
        divisor: divisor.map(|d| d as f64),
        adjoint: false,
    };
    as_before::<A, D>(&A::apply(op, [x])?, rank)
}

fn adaptive<A: Array, const D: usize>(x: &A, output_size: [Option<usize>; D]) -> Pair {
    let windows = (0..2).map(|d| {
        let size = x.shape()[2 + d];
        let asked = (d + D).checked_sub(2).and_then(|d| output_size[d]);
        let count = if d + D < 2 { 1 } else { asked.unwrap_or(size) };
        let spans = (0..count).map(|i| {
            let start = i * size / count;
            let len = ((i + 1) * size).div_ceil(count) - start;
            Span {
                start,
                len,
                weight: len,
            }
        });
        Windows {
            size,
            spans: spans.collect(),
            step: 1,
        }
    });
    pair(windows.collect())
}

fn adaptive_avg_pool<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    output_size: [Option<usize>; D],
) -> Result<A> {
    let x = images::<A, D>(op, input)?;
    let windows = adaptive(&x, output_size);
    means::<A, D>(&x, input.shape().len(), windows, None)
}

fn adaptive_max_pool<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    output_size: [Option<usize>; D],
) -> Result<(A, Tensor)> {
    let x = images::<A, D>(op, input)?;
    let windows = adaptive(&x, output_size);
    largest::<A, D>(op, &x, input.shape().len(), windows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    fn windows() -> Arc<Pair> {
        let across = |size| Windows {
            size,
            spans: [(0, 2, 3), (1, 3, 3), (3, 1, 2)]
                .map(|(start, len, weight)| Span { start, len, weight })
                .to_vec(),
            step: 1,
        };
        Arc::new([across(4), across(5)])
    }

    #[test]
    fn vjp() {
        for divisor in [None, Some(4.0)] {
            let means = |adjoint| WindowMeans {
                windows: windows(),
                divisor,
                adjoint,
            };
            check_vjp(means(false), [&[2, 1, 4, 5]]);
            check_vjp(means(true), [&[2, 1, 3, 3]]);
        }
        let pick = |adjoint| PickInPlanes {
            windows: windows(),
            places: tensor![0, 3, 3, 19, 7, 7, 7, 1, 2, 0, 3, 3, 19, 7, 7, 7, 1, 2]
                .reshape([2, 1, 3, 3])
                .unwrap(),
            adjoint,
        };
        check_vjp(pick(false), [&[2, 1, 4, 5]]);
        check_vjp(pick(true), [&[2, 1, 3, 3]]);
    }

    #[test]
    fn largest_elements_and_their_places() {
        let x = tensor![[1.0, 1.0, 5.0, f32::NAN, 2.0]];
        let (y, at) = x.max_pool1d_with_indices(&MaxPoolOptions::new(2)).unwrap();
        assert_eq!(at.to_vec::<i64>().unwrap(), [0, 3]);
        assert!(y.to_vec::<f32>().unwrap()[1].is_nan());
        let ceil = MaxPoolOptions {
            ceil_mode: true,
            ..MaxPoolOptions::new(2)
        };
        assert_eq!(x.max_pool1d(&ceil).unwrap().shape(), [1, 3]);
        let spread = MaxPoolOptions {
            dilation: [2],
            ..MaxPoolOptions::new(2).stride(1).padding(1)
        };
        let x = tensor![[1, 4, 3, 2]];
        let (y, at) = x.max_pool1d_with_indices(&spread).unwrap();
        assert_eq!(y.to_vec::<i64>().unwrap(), [4, 3, 4, 3]);
        assert_eq!(at.to_vec::<i64>().unwrap(), [1, 2, 1, 2]);
    }

    #[test]
    fn means_of_windows() {
        let x = tensor![[1.0, 2.0, 3.0, 4.0, 5.0]];
        let options = AvgPoolOptions::new(3).stride(2).padding(1);
        assert_close(&x.avg_pool1d(&options).unwrap(), &[1.0, 3.0, 3.0]);
        let without = AvgPoolOptions {
            count_include_pad: false,
            ..options
        };
        assert_close(&x.avg_pool1d(&without).unwrap(), &[1.5, 3.0, 4.5]);
        let halves = AvgPoolOptions {
            divisor_override: Some(2),
            ..options
        };
        assert_close(&x.avg_pool1d(&halves).unwrap(), &[1.5, 4.5, 4.5]);
        let i = tensor![[1, 2, -4, -5]].avg_pool1d(&AvgPoolOptions::new(2));
        assert_eq!(i.unwrap().to_vec::<i64>().unwrap(), [1, -4]);
        assert_close(&x.adaptive_avg_pool1d([Some(2)]).unwrap(), &[2.0, 4.0]);
        assert_close(
            &x.adaptive_avg_pool1d([None]).unwrap(),
            &[1.0, 2.0, 3.0, 4.0, 5.0],
        );
        let (y, at) = x
            .unsqueeze(0)
            .unwrap()
            .adaptive_max_pool2d([Some(1), Some(2)])
            .unwrap();
        assert_close(&y, &[3.0, 5.0]);
        assert_eq!(at.to_vec::<i64>().unwrap(), [2, 4]);
    }

    #[test]
    fn refused() {
        let x = Tensor::zeros([2, 3, 4], DType::F32).unwrap();
        let max = |o: MaxPoolOptions<2>| x.max_pool2d(&o).unwrap_err().to_string();
        assert_eq!(
            max(MaxPoolOptions::new(2).padding(2)),
            "max_pool2d: the padding 2 is more than half of a window of 2 elements"
        );
        assert_eq!(
            max(MaxPoolOptions::new(4)),
            "max_pool2d: a window reaches over 4 elements, the padded input has 3"
        );
        assert!(max(MaxPoolOptions::new(0)).contains("kernel size must be at least 1"));
        let zero = AvgPoolOptions {
            divisor_override: Some(0),
            ..AvgPoolOptions::new(1)
        };
        assert!(
            x.avg_pool2d(&zero)
                .unwrap_err()
                .to_string()
                .contains("must not be 0")
        );
        let e = tensor![1.0]
            .avg_pool2d(&AvgPoolOptions::new(1))
            .unwrap_err();
        assert!(e.to_string().contains("height, width"));
        let empty = Tensor::zeros([1, 0, 4], DType::F32).unwrap();
        let e = empty.max_pool1d(&MaxPoolOptions::new(1)).unwrap_err();
        assert_eq!(
            e.to_string(),
            "max_pool1d: only the batch may be empty, the shape is (1, 0, 4)"
        );
    }
}
