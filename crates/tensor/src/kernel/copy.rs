//! Copying, filling and converting elements.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::walk::Rows;
use crate::dispatch::for_dtype;
use crate::layout::Layout;
use crate::{DType, Element, Scalar, Tensor};

/// Writes `from` into `to`; lengths must be equal.
#[inline]
pub(crate) fn copy_from<T: Element>(to: &mut [MaybeUninit<T>], from: &[T]) {
    assert_eq!(to.len(), from.len());
    for (to, &from) in to.iter_mut().zip(from) {
        to.write(from);
    }
}

/// The elements in row-major order in new memory.
#[inline(never)]
pub(crate) fn materialize(x: &Tensor) -> Tensor {
    let layout = Layout::row_major("copy", x.shape()).expect("the tensor already has this shape");
    for_dtype!(x.dtype(), T => {
        // SAFETY: `copy_strided` writes every element.
        unsafe { Tensor::build::<T>(&layout, |out| copy_strided(x, out)) }
    })
}

fn copy_strided<T: Element>(x: &Tensor, out: &mut [MaybeUninit<T>]) {
    if out.is_empty() {
        return;
    }
    if x.is_contiguous() {
        return copy_from(out, x.host_slice());
    }
    let start = x.host_ptr::<T>();
    let rows = Rows::new(x.shape(), [x.strides()]);
    let [step] = rows.step;
    let mut rest = out;
    rows.for_each(|[offset]| {
        let (row, tail) = std::mem::take(&mut rest).split_at_mut(rows.len);
        rest = tail;
        for (i, to) in row.iter_mut().enumerate() {
            // SAFETY: the layout reaches this offset.
            to.write(unsafe { *start.add(offset + i * step) });
        }
    });
}

/// Every element `value`.
pub(crate) fn fill(layout: &Layout, value: Scalar, dtype: DType) -> Tensor {
    for_dtype!(dtype, T => {
        let value = T::from_scalar(value);
        // SAFETY: every element is written.
        unsafe { Tensor::build::<T>(layout, |out| { out.fill(MaybeUninit::new(value)); }) }
    })
}

/// The same numbers as another dtype, by way of `f64` or `i64`, which hold every element exactly: two
/// loops per type instead of one per pair of types.
#[inline(never)]
pub(crate) fn cast(x: &Tensor, dtype: DType) -> Tensor {
    if x.dtype().is_float() {
        from_wide::<f64>(&to_wide::<f64>(x), dtype)
    } else {
        from_wide::<i64>(&to_wide::<i64>(x), dtype)
    }
}

fn to_wide<W: Element>(x: &Tensor) -> Tensor {
    if x.dtype() == W::DTYPE {
        x.contiguous()
    } else {
        for_dtype!(x.dtype(), S => convert::<S, W>(x))
    }
}

fn from_wide<W: Element>(x: &Tensor, dtype: DType) -> Tensor {
    if dtype == W::DTYPE {
        x.clone()
    } else {
        for_dtype!(dtype, D => convert::<W, D>(x))
    }
}

fn convert<S: Element, D: Element>(x: &Tensor) -> Tensor {
    let x = Dense::of(x);
    // SAFETY: every element is written.
    unsafe {
        Tensor::build::<D>(x.layout(), |out| {
            for (to, from) in out.iter_mut().zip(x.host_slice::<S>()) {
                to.write(from.cast::<D>());
            }
        })
    }
}

/// A tensor of one element.
#[inline]
pub(crate) fn single<T: Element>(layout: &Layout, value: T) -> Tensor {
    // SAFETY: the one element is written.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            out[0].write(value);
        })
    }
}

/// The only element of a tensor of any layout.
#[inline]
pub(crate) fn first<T: Element>(x: &Tensor) -> T {
    assert_eq!(x.numel(), 1);
    // SAFETY: one element lies at the start of every layout of length 1.
    unsafe { x.host_ptr::<T>().read() }
}

/// A new tensor with these elements.
#[inline]
pub(crate) fn from_slice<T: Element>(layout: &Layout, values: &[T]) -> Tensor {
    // SAFETY: `copy_from` writes every element.
    unsafe { Tensor::build::<T>(layout, |out| copy_from(out, values)) }
}

/// Row by row the rows of all contiguous inputs, each seen as `outer` rows.
pub(crate) fn join<T: Element>(inputs: &[Tensor], outer: usize, layout: &Layout) -> Tensor {
    // SAFETY: the rows of all inputs together are one row of the result, for every row.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            let mut rest = out;
            for o in 0..outer {
                for x in inputs {
                    let row = x.numel() / outer;
                    let (to, tail) = std::mem::take(&mut rest).split_at_mut(row);
                    copy_from(to, &x.host_slice::<T>()[o * row..(o + 1) * row]);
                    rest = tail;
                }
            }
        })
    }
}
