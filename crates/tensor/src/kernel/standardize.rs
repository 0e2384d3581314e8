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

/// Running sums side by side, so that they fill registers.
const LANES: usize = 16;

/// All lanes together. A call: seen beside each other, two such sums are taken for sums of pairs, and registers of the
/// loop before are filled with pairs.
#[inline(never)]
fn total(lanes: [f64; LANES]) -> f64 {
    lanes.iter().sum()
}

/// `Σ f(a[i], b[i])` and `Σ g(a[i], b[i])` in double precision.
struct SumsOf<'a, T, F, G>(&'a [T], &'a [T], F, G);

impl<T: Element, F: Fn(f64, f64) -> f64, G: Fn(f64, f64) -> f64> Kernel for SumsOf<'_, T, F, G> {
    type Output = [f64; 2];
    const WIDE: bool = is_single::<T>();
    const WIDEST: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) -> [f64; 2] {
        let SumsOf(a, b, f, g) = self;
        let len = a.len().min(b.len());
        let (a, a_rest) = a[..len].as_chunks::<LANES>();
        let (b, b_rest) = b[..len].as_chunks::<LANES>();
        let (mut first, mut second) = ([0.0f64; LANES], [0.0f64; LANES]);
        for (a, b) in a.iter().zip(b) {
            for k in 0..opaque::<COMPACT>(LANES) {
                let k = opaque::<COMPACT>(k);
                first[k] += f(a[k].cast::<f64>(), b[k].cast::<f64>());
            }
            for k in 0..opaque::<COMPACT>(LANES) {
                let k = opaque::<COMPACT>(k);
                second[k] += g(a[k].cast::<f64>(), b[k].cast::<f64>());
            }
        }
        let mut sums = [total(first), total(second)];
        for (a, b) in a_rest.iter().zip(b_rest) {
            let (a, b) = (a.cast::<f64>(), b.cast::<f64>());
            sums = [sums[0] + f(a, b), sums[1] + g(a, b)];
        }
        sums
    }
}

/// `to[i] = f(a[i], b[i])`, computed in double precision.
struct Write<'a, T, F>(&'a [T], &'a [T], &'a mut [T], F);

impl<T: Real, F: Fn(f64, f64) -> f64> Kernel for Write<'_, T, F> {
    type Output = ();
    const WIDE: bool = is_single::<T>();
    const WIDEST: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let Write(a, b, to, f) = self;
        let len = to.len();
        let (a, b) = (&a[..len], &b[..len]);
        for i in 0..len {
            let i = opaque::<COMPACT>(i);
            to[i] = T::from_f64(f(a[i].cast::<f64>(), b[i].cast::<f64>()));
        }
    }
}

impl Groups {
    fn len(&self) -> usize {
        self.outer * self.inner
    }

    /// `Σ f(a, b)` and `Σ g(a, b)` over a group.
    fn sums<T: Element>(
        &self,
        group: usize,
        a: &[T],
        b: &[T],
        f: impl Fn(f64, f64) -> f64 + Copy,
        g: impl Fn(f64, f64) -> f64 + Copy,
    ) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for o in 0..self.outer {
            let start = (o * self.count + group) * self.inner;
            let range = start..start + self.inner;
            let [p, q] = dispatch(SumsOf(&a[range.clone()], &b[range], f, g));
            sums = [sums[0] + p, sums[1] + q];
        }
        sums
    }

    /// A group's mean, or 0 if it is not taken away, and one over the root of its mean square (about
    /// the mean) plus `eps`.
    fn moments<T: Element>(&self, group: usize, x: &[T], eps: f64) -> [f64; 2] {
        let n = self.len() as f64;
        // Squares about one of the elements: about zero they would hide a small variance beside a large mean.
        let near = match x.get(group * self.inner) {
            Some(&first) if self.centre => first.cast::<f64>(),
            _ => 0.0,
        };
        let [sum, square] = self.sums(
            group,
            x,
            x,
            #[inline(always)]
            move |x, _| x - near,
            #[inline(always)]
            move |x, _| (x - near) * (x - near),
        );
        let apart = if self.centre { sum / n } else { 0.0 };
        let square = (square - sum * apart) / n;
        let square = if square < 0.0 { 0.0 } else { square };
        [near + apart, 1.0 / (square + eps).sqrt()]
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
        let row = &xs[start..start + groups.inner];
        let standard = move |x: f64, _| (x - mean) * scale;
        dispatch(Write(row, row, to, standard));
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
        let [along, sum] = groups.sums(
            group,
            xs,
            gs,
            #[inline(always)]
            move |x, g| (x - mean) * g,
            #[inline(always)]
            |_, g| g,
        );
        let level = if groups.centre { sum / n } else { 0.0 };
        [mean, scale, level, along * scale * scale / n]
    });
    let write = |row: usize, to: &mut [T]| {
        let [mean, scale, level, along] = numbers[row % groups.count];
        let range = row * groups.inner..(row + 1) * groups.inner;
        let slope = move |x: f64, g: f64| scale * (g - level - (x - mean) * along);
        dispatch(Write(&xs[range.clone()], &gs[range], to, slope));
    };
    // SAFETY: a row has as many elements as are written.
    unsafe { build_planes(layout, groups.inner, groups.inner, write) }
}
