//! Largest elements of windows.

use std::sync::Arc;

use super::MaxPoolOptions;
use super::pooling_windows::{
    adaptive_windows, count_windows, expect_half, images, pair, result_shape,
};
use super::spatial::{as_before, as_pair, expect_positive};
use crate::dispatch::for_number;
use crate::kernel::{self, Pair, Span, Windows};
use crate::layout::Layout;
use crate::{Array, Element, Error, Op, Result, Saved, Saves, Tensor};

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
        let layout = Layout::row_major(Self::NAME, &result_shape(x, &self.windows, self.adjoint))?;
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

pub(super) fn max_pool<A: Array, const D: usize>(
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
        let count = count_windows(op, size, sizes, options.ceil_mode)?;
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

pub(super) fn adaptive_max_pool<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    output_size: [Option<usize>; D],
) -> Result<(A, Tensor)> {
    let x = images::<A, D>(op, input)?;
    let windows = adaptive_windows(&x, output_size);
    largest::<A, D>(op, &x, input.shape().len(), windows)
}

fn largest<A: Array, const D: usize>(
    op: &'static str,
    x: &A,
    rank: usize,
    windows: Pair,
) -> Result<(A, Tensor)> {
    let values = x.value();
    let layout = Layout::row_major(op, &result_shape(&values, &windows, false))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Pooling;
    use crate::ops::pooling_windows::overlapping_windows;
    use crate::tensor;
    use crate::testkit::check_vjp;

    #[test]
    fn vjp() {
        let pick = |adjoint| PickInPlanes {
            windows: overlapping_windows(),
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
}
