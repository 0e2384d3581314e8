//! Where the windows of a pooling lie, and which windows there can be.

use super::spatial::as_images;
use crate::kernel::{Pair, Span, Windows};
use crate::{Array, Error, Result, Tensor};

/// `x` as images none of which is empty.
pub(super) fn images<A: Array, const D: usize>(op: &'static str, x: &A) -> Result<A> {
    let images = as_images::<A, D>(op, x)?;
    if images.shape()[1..].contains(&0) {
        let shape = crate::Dims(x.shape());
        let message = format!("only the batch may be empty, the shape is {shape}");
        return Err(Error::custom(op, message));
    }
    Ok(images)
}

/// How many windows a dimension of this size has.
///
/// # Errors
/// None: a window reaches further than the padded dimension.
pub(super) fn count_windows(
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

/// # Errors
/// A padding of more than half a window.
pub(super) fn expect_half(op: &'static str, padding: [usize; 2], reach: [usize; 2]) -> Result<()> {
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

/// As many windows as asked for in each dimension, over all of it.
pub(super) fn adaptive_windows<A: Array, const D: usize>(
    x: &A,
    output_size: [Option<usize>; D],
) -> Pair {
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

/// The windows of both dimensions.
pub(super) fn pair(windows: Vec<Windows>) -> Pair {
    let mut windows = windows.into_iter();
    [(); 2].map(|()| windows.next().expect("a window for both dimensions"))
}

/// The shape of the result: a number for each window of images, or the images for the adjoint.
pub(super) fn result_shape(x: &Tensor, windows: &Pair, adjoint: bool) -> [usize; 4] {
    let size = |w: &Windows| if adjoint { w.size } else { w.spans.len() };
    let lead = |d: usize| x.shape().get(d).copied().unwrap_or(1);
    [lead(0), lead(1), size(&windows[0]), size(&windows[1])]
}

/// Windows in both dimensions of planes of 4 × 5 that overlap and reach into padding, for tests of rules.
#[cfg(test)]
pub(super) fn overlapping_windows() -> std::sync::Arc<Pair> {
    let across = |size| Windows {
        size,
        spans: [(0, 2, 3), (1, 3, 3), (3, 1, 2)]
            .map(|(start, len, weight)| Span { start, len, weight })
            .to_vec(),
        step: 1,
    };
    std::sync::Arc::new([across(4), across(5)])
}
