//! Means of windows.

use std::sync::Arc;

use super::pooling_windows::{
    adaptive_windows, count_windows, expect_half, images, pair, result_shape,
};
use super::spatial::{as_before, as_pair, expect_positive};
use super::{AvgPoolOptions, Sums};
use crate::dispatch::for_real;
use crate::kernel::{self, Pair, Span, Windows};
use crate::layout::Layout;
use crate::{Array, DType, Error, ErrorKind, Op, Result, Saved, Saves, Tensor};

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
        let layout = Layout::row_major(
            Self::NAME,
            &result_shape(&images, &self.windows, self.adjoint),
        )?;
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

pub(super) fn avg_pool<A: Array, const D: usize>(
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
        let count = count_windows(op, size, sizes, options.ceil_mode)?;
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

pub(super) fn adaptive_avg_pool<A: Array, const D: usize>(
    op: &'static str,
    input: &A,
    output_size: [Option<usize>; D],
) -> Result<A> {
    let x = images::<A, D>(op, input)?;
    if x.dtype().is_float() && D == 2 && output_size.iter().all(|&size| size == Some(1)) {
        return as_before::<A, D>(&x.mean_dims(&[2, 3], true)?, input.shape().len());
    }
    let windows = adaptive_windows(&x, output_size);
    means::<A, D>(&x, input.shape().len(), windows, None)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Pooling;
    use crate::ops::pooling_windows::overlapping_windows;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        for divisor in [None, Some(4.0)] {
            let means = |adjoint| WindowMeans {
                windows: overlapping_windows(),
                divisor,
                adjoint,
            };
            check_vjp(means(false), [&[2, 1, 4, 5]]);
            check_vjp(means(true), [&[2, 1, 3, 3]]);
        }
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
}
