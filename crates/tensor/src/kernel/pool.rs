//! Windows over images: their means, their largest elements, and the adjoints.

use super::dense::Dense;
use super::patches::build_planes;
use super::{Number, Real};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// The windows of one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    /// Size of the dimension.
    pub(crate) size: usize,
    /// First element of each window, number of its elements, and the size it counts for in a mean.
    pub(crate) spans: Vec<Span>,
    /// From one element of a window to the next.
    pub(crate) step: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) weight: usize,
}

/// Windows of both dimensions of an image.
pub(crate) type Pair = [Windows; 2];

fn sizes(windows: &Pair) -> (usize, usize, usize) {
    let [down, across] = windows;
    let reach: usize = down.spans.iter().map(|s| s.len).sum::<usize>()
        * across.spans.iter().map(|s| s.len).sum::<usize>();
    (
        down.size * across.size,
        down.spans.len() * across.spans.len(),
        reach,
    )
}

/// The sum of each window divided by its size, or by `divisor`.
pub(crate) fn window_means<T: Real + Number>(
    x: &Tensor,
    windows: &Pair,
    divisor: Option<f64>,
    layout: &Layout,
) -> Tensor {
    let x = Dense::of(x);
    let (plane, count, reach) = sizes(windows);
    let xs = x.host_slice::<T>();
    let [down, across] = windows;
    let write = |p: usize, to: &mut [T]| {
        let from = &xs[p * plane..(p + 1) * plane];
        let mut to = to.iter_mut();
        for y in &down.spans {
            for x in &across.spans {
                let mut sum = T::ZERO;
                for row in (y.start..).take(y.len) {
                    for &value in &from[row * across.size + x.start..][..x.len] {
                        sum = sum.plus(value);
                    }
                }
                if let Some(to) = to.next() {
                    *to = scaled(sum, y, x, divisor);
                }
            }
        }
    };
    // SAFETY: there are as many spans as elements of a plane.
    unsafe { build_planes(layout, count, reach, write) }
}

/// An empty window is 0, whatever it is divided by.
#[inline]
fn scaled<T: Real>(sum: T, y: &Span, x: &Span, divisor: Option<f64>) -> T {
    if y.len * x.len == 0 {
        return T::ZERO;
    }
    sum / T::from_f64(divisor.unwrap_or((y.weight * x.weight) as f64))
}

/// The adjoint of [`window_means`].
pub(crate) fn spread_means<T: Real + Number>(
    g: &Tensor,
    windows: &Pair,
    divisor: Option<f64>,
    layout: &Layout,
) -> Tensor {
    let g = Dense::of(g);
    let (plane, count, reach) = sizes(windows);
    let gs = g.host_slice::<T>();
    let [down, across] = windows;
    let write = |p: usize, to: &mut [T]| {
        to.fill(T::ZERO);
        let mut from = gs[p * count..(p + 1) * count].iter();
        for y in &down.spans {
            for x in &across.spans {
                let share = from.next().map_or(T::ZERO, |&g| scaled(g, y, x, divisor));
                for row in (y.start..).take(y.len) {
                    for to in &mut to[row * across.size + x.start..][..x.len] {
                        *to = to.plus(share);
                    }
                }
            }
        }
    };
    // SAFETY: `write` fills the whole plane.
    unsafe { build_planes(layout, plane, reach, write) }
}

/// Where the largest element of each window lies in its plane: the first of equals, the last NaN.
pub(crate) fn largest<T: Number>(x: &Tensor, windows: &Pair, layout: &Layout) -> Tensor {
    let x = Dense::of(x);
    let (plane, count, reach) = sizes(windows);
    let xs = x.host_slice::<T>();
    let [down, across] = windows;
    let write = |p: usize, to: &mut [i64]| {
        let from = &xs[p * plane..(p + 1) * plane];
        let mut to = to.iter_mut();
        for y in &down.spans {
            for x in &across.spans {
                let mut place = y.start * across.size + x.start;
                let mut best = from[place];
                for row in (y.start..).step_by(down.step).take(y.len) {
                    for column in (x.start..).step_by(across.step).take(x.len) {
                        let value = from[row * across.size + column];
                        #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
                        if value > best || value != value {
                            best = value;
                            place = row * across.size + column;
                        }
                    }
                }
                if let Some(to) = to.next() {
                    *to = place as i64;
                }
            }
        }
    };
    // SAFETY: there are as many spans as elements of a plane.
    unsafe { build_planes(layout, count, reach, write) }
}

/// The elements of each plane of `x` at the places given for it.
pub(crate) fn pick<T: Element>(
    x: &Tensor,
    places: &Tensor,
    (plane, count): (usize, usize),
    layout: &Layout,
) -> Tensor {
    let (x, places) = (Dense::of(x), Dense::of(places));
    let (xs, places) = (x.host_slice::<T>(), places.host_slice::<i64>());
    let write = |p: usize, to: &mut [T]| {
        let from = &xs[p * plane..(p + 1) * plane];
        for (to, &place) in to.iter_mut().zip(&places[p * count..(p + 1) * count]) {
            *to = from[place as usize];
        }
    };
    // SAFETY: there are as many places as elements of a plane.
    unsafe { build_planes(layout, count, count, write) }
}

/// The adjoint of [`pick`]: zeros to which elements are added.
pub(crate) fn put<T: Number>(
    g: &Tensor,
    places: &Tensor,
    (plane, count): (usize, usize),
    layout: &Layout,
) -> Tensor {
    let (g, places) = (Dense::of(g), Dense::of(places));
    let (gs, places) = (g.host_slice::<T>(), places.host_slice::<i64>());
    let write = |p: usize, to: &mut [T]| {
        to.fill(T::ZERO);
        let pairs = gs[p * count..(p + 1) * count].iter();
        for (&g, &place) in pairs.zip(&places[p * count..(p + 1) * count]) {
            let to = &mut to[place as usize];
            *to = to.plus(g);
        }
    };
    // SAFETY: `write` fills the whole plane.
    unsafe { build_planes(layout, plane, plane.max(count), write) }
}
