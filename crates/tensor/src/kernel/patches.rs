//! Patches of images as columns of a matrix, and columns added back into images.

use super::dense::Dense;
use super::elementwise::Shared;
use super::{Number, for_groups};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// Where the patches of an image lie. Index 0 of each pair runs down, 1 across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patches {
    /// Size of the image.
    pub(crate) image: [usize; 2],
    /// Elements of a patch.
    pub(crate) kernel: [usize; 2],
    /// From one patch to the next.
    pub(crate) stride: [usize; 2],
    /// From one element of a patch to the next.
    pub(crate) dilation: [usize; 2],
    /// Zeros before the image; behind it are as many as the patches reach for.
    pub(crate) padding: [usize; 2],
    /// How many patches there are.
    pub(crate) count: [usize; 2],
}

impl Patches {
    /// Elements of a patch of one channel.
    pub(crate) fn area(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Number of patches.
    pub(crate) fn len(&self) -> usize {
        self.count[0] * self.count[1]
    }

    /// Whether each patch is the element at its own place, so that an image is its own columns.
    pub(crate) fn are_elements(&self) -> bool {
        self.kernel == [1, 1]
            && self.stride == [1, 1]
            && self.padding == [0, 0]
            && self.count == self.image
    }

    /// Calls `run(row of the image, its first column, row of the column matrix, its columns)` for every
    /// run of elements that a plane and its columns share, in the order of the columns.
    #[inline(always)]
    fn for_runs(&self, mut run: impl FnMut(usize, usize, usize, std::ops::Range<usize>)) {
        let [height, width] = self.image;
        let [down, across] = self.count;
        for i in 0..self.kernel[0] {
            for j in 0..self.kernel[1] {
                let inside = inside(
                    j * self.dilation[1],
                    self.padding[1],
                    self.stride[1],
                    width,
                    across,
                );
                for y in 0..down {
                    let row = y * self.stride[0] + i * self.dilation[0];
                    let Some(row) = row.checked_sub(self.padding[0]).filter(|&r| r < height) else {
                        continue;
                    };
                    if !inside.is_empty() {
                        let first =
                            inside.start * self.stride[1] + j * self.dilation[1] - self.padding[1];
                        run(
                            row,
                            first,
                            (i * self.kernel[1] + j) * down + y,
                            inside.clone(),
                        );
                    }
                }
            }
        }
    }
}

/// The patches whose element at `offset` lies inside the image.
fn inside(
    offset: usize,
    padding: usize,
    stride: usize,
    size: usize,
    count: usize,
) -> std::ops::Range<usize> {
    let start = padding.saturating_sub(offset).div_ceil(stride);
    let end = (size + padding)
        .saturating_sub(offset)
        .div_ceil(stride)
        .min(count);
    start.min(end)..end
}

/// The columns of each plane of `x` `(planes.., height, width)`: `(planes, area, patches)`, in the layout
/// given.
pub(crate) fn columns<T: Number>(x: &Tensor, patches: &Patches, layout: &Layout) -> Tensor {
    let x = Dense::of(x);
    let plane = patches.image[0] * patches.image[1];
    let column = patches.area() * patches.len();
    let xs = x.host_slice::<T>();
    // SAFETY: each plane's columns are filled with zeros, then written over.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if out.is_empty() {
                return;
            }
            let planes = out.len() / column;
            let target = Shared(out.as_mut_ptr().cast::<T>());
            over_planes(planes, column, |p| {
                let to = target.range(&(p * column..(p + 1) * column));
                to.fill(T::ZERO);
                let from = xs.get(p * plane..(p + 1) * plane).unwrap_or(&[]);
                patches.for_runs(|row, first, line, run| {
                    let start = line * patches.count[1];
                    let to = &mut to[start + run.start..start + run.end];
                    let from = &from[row * patches.image[1] + first..(row + 1) * patches.image[1]];
                    if patches.stride[1] == 1 {
                        to.copy_from_slice(&from[..to.len()]);
                    } else {
                        for (to, from) in to.iter_mut().zip(from.iter().step_by(patches.stride[1]))
                        {
                            *to = *from;
                        }
                    }
                });
            });
        })
    }
}

/// The adjoint of [`columns`]: each element of the columns added where it came from.
pub(crate) fn images<T: Number>(columns: &Tensor, patches: &Patches, layout: &Layout) -> Tensor {
    let columns = Dense::of(columns);
    let plane = patches.image[0] * patches.image[1];
    let column = patches.area() * patches.len();
    let xs = columns.host_slice::<T>();
    // SAFETY: each plane is filled with zeros, then added to.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if out.is_empty() {
                return;
            }
            let planes = out.len() / plane;
            let target = Shared(out.as_mut_ptr().cast::<T>());
            over_planes(planes, column.max(plane), |p| {
                let to = target.range(&(p * plane..(p + 1) * plane));
                to.fill(T::ZERO);
                let from = &xs[p * column..(p + 1) * column];
                patches.for_runs(|row, first, line, run| {
                    let start = line * patches.count[1];
                    let from = &from[start + run.start..start + run.end];
                    let to = &mut to[row * patches.image[1] + first..(row + 1) * patches.image[1]];
                    for (to, from) in to.iter_mut().step_by(patches.stride[1]).zip(from) {
                        *to = to.plus(*from);
                    }
                });
            });
        })
    }
}

/// Runs `work` on each plane, on several threads if there is enough to do.
pub(super) fn over_planes(planes: usize, elements: usize, work: impl Fn(usize) + Sync + Send) {
    for_groups(planes, elements, |range| range.for_each(&work));
}

/// A new tensor whose planes of `size` elements `work` writes, each from its number.
///
/// # Safety
/// `work` must write every element of the plane it gets.
pub(super) unsafe fn build_planes<T: Element>(
    layout: &Layout,
    size: usize,
    cost: usize,
    work: impl Fn(usize, &mut [T]) + Sync + Send,
) -> Tensor {
    // SAFETY: every plane is written, as the caller promises.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if out.is_empty() {
                return;
            }
            let target = Shared(out.as_mut_ptr().cast::<T>());
            over_planes(out.len() / size, cost.max(size), |p| {
                work(p, target.range(&(p * size..(p + 1) * size)));
            });
        })
    }
}
