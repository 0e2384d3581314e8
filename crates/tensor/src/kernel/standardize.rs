//! Groups of elements brought to mean 0 and size 1, and the gradient of that.

use super::dense::Dense;
use super::elementwise::Shared;
use super::patches::build_planes;
use super::simd::{is_single, opaque};
use super::{Kernel, Real, dispatch, for_groups};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// A tensor seen as `(outer, count, inner)`: the elements of one entry in the middle are a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Groups {
    pub(crate) outer: usize,
    pub(crate) count: usize,
    pub(crate) inner: usize,
    /// Whether the mean is taken away first.
    pub(crate) centre: bool,
}

/// Running sums side by side, so that they fill a register.
const LANES: usize = 8;

/// `Σ f(a[i], b[i])` in double precision.
struct SumOf<'a, T, F>(&'a [T], &'a [T], F);

impl<T: Element, F: Fn(f64, f64) -> f64> Kernel for SumOf<'_, T, F> {
    type Output = f64;
    const WIDE: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) -> f64 {
        let SumOf(a, b, f) = self;
        let len = a.len().min(b.len());
        let mut lanes = [0.0f64; LANES];
        let whole = len - len % LANES;
        let mut i = 0;
        while i < whole {
            for k in 0..opaque::<COMPACT>(LANES) {
                let k = opaque::<COMPACT>(k);
                lanes[k] += f(a[i + k].cast::<f64>(), b[i + k].cast::<f64>());
            }
            i += LANES;
        }
        let mut sum = lanes.iter().sum::<f64>();
        for i in whole..len {
            sum += f(a[i].cast::<f64>(), b[i].cast::<f64>());
        }
        sum
    }
}

impl Groups {
    fn len(&self) -> usize {
        self.outer * self.inner
    }

    /// `Σ f(a, b)` over a group.
    fn sum<T: Element>(
        &self,
        group: usize,
        a: &[T],
        b: &[T],
        f: impl Fn(f64, f64) -> f64 + Copy,
    ) -> f64 {
        let mut sum = 0.0;
        for o in 0..self.outer {
            let start = (o * self.count + group) * self.inner;
            let range = start..start + self.inner;
            sum += dispatch(SumOf(&a[range.clone()], &b[range], f));
        }
        sum
    }

    /// A group's mean, or 0 if it is not taken away, and one over the root of its mean square (about
    /// the mean) plus `eps`.
    fn moments<T: Element>(&self, group: usize, x: &[T], eps: f64) -> [f64; 2] {
        let n = self.len() as f64;
        let mean = if self.centre {
            self.sum(
                group,
                x,
                x,
                #[inline(always)]
                |x, _| x,
            ) / n
        } else {
            0.0
        };
        let square = self.sum(
            group,
            x,
            x,
            #[inline(always)]
            move |x, _| (x - mean) * (x - mean),
        ) / n;
        [mean, 1.0 / (square + eps).sqrt()]
    }

    /// `N` numbers for each group.
    fn each<const N: usize>(
        &self,
        find: impl Fn(usize) -> [f64; N] + Sync + Send,
    ) -> Vec<[f64; N]> {
        let mut found = vec![[0.0; N]; self.count];
        let target = Shared(found.as_mut_ptr());
        for_groups(self.count, self.len(), |range| {
            for group in range {
                // SAFETY: each group writes its own place.
                unsafe { target.range(&(group..group + 1))[0] = find(group) };
            }
        });
        found
    }
}

/// `(x − m) / √(v + eps)` with the mean `m` and the mean square `v` of the element's group.
pub(crate) fn standardize<T: Real>(
    x: &Tensor,
    groups: Groups,
    eps: f64,
    layout: &Layout,
) -> Tensor {
    let x = Dense::of(x);
    let xs = x.host_slice::<T>();
    let moments = groups.each(|group| groups.moments(group, xs, eps));
    let write = |row: usize, to: &mut [T]| {
        let [mean, scale] = moments[row % groups.count];
        let start = row * groups.inner;
        for (to, x) in to.iter_mut().zip(&xs[start..start + groups.inner]) {
            *to = T::from_f64((x.cast::<f64>() - mean) * scale);
        }
    };
    // SAFETY: a row has as many elements as are written.
    unsafe { build_planes(layout, groups.inner, groups.inner, write) }
}

/// `J g`, where `J = s (1 − 1/n − y yᵀ/n)` is the (symmetric) derivative of [`standardize`] with result
/// `y` and scale `s` in each group of `n`.
pub(crate) fn standardize_grad<T: Real>(
    x: &Tensor,
    g: &Tensor,
    groups: Groups,
    eps: f64,
    layout: &Layout,
) -> Tensor {
    let (x, g) = (Dense::of(x), Dense::of(g));
    let (xs, gs) = (x.host_slice::<T>(), g.host_slice::<T>());
    let n = groups.len() as f64;
    let numbers = groups.each(|group| {
        let [mean, scale] = groups.moments(group, xs, eps);
        let along = groups.sum(
            group,
            xs,
            gs,
            #[inline(always)]
            move |x, g| (x - mean) * g,
        );
        let level = if groups.centre {
            groups.sum(
                group,
                gs,
                gs,
                #[inline(always)]
                |g, _| g,
            ) / n
        } else {
            0.0
        };
        [mean, scale, level, along * scale * scale / n]
    });
    let write = |row: usize, to: &mut [T]| {
        let [mean, scale, level, along] = numbers[row % groups.count];
        let range = row * groups.inner..(row + 1) * groups.inner;
        for ((to, x), g) in to.iter_mut().zip(&xs[range.clone()]).zip(&gs[range]) {
            let (x, g) = (x.cast::<f64>() - mean, g.cast::<f64>());
            *to = T::from_f64(scale * (g - level - x * along));
        }
    };
    // SAFETY: a row has as many elements as are written.
    unsafe { build_planes(layout, groups.inner, groups.inner, write) }
}
