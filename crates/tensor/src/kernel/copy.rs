//! Copying, filling and converting elements.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::elementwise::Shared;
use super::for_pieces;
use super::parallel::{PIECE, WORTH};
use super::rows::convert_run;
use super::strided::copy_strided;
use super::words::{for_word, start as start_of, start_mut};
use crate::dispatch::for_dtype;
use crate::layout::{Layout, MAX_RANK};
use crate::{DType, Element, Scalar, Tensor};

/// Writes `from` into `to`; lengths must be equal.
#[inline]
pub(crate) fn copy_from<T: Copy>(to: &mut [MaybeUninit<T>], from: &[T]) {
    assert_eq!(to.len(), from.len());
    for (to, &from) in to.iter_mut().zip(from) {
        to.write(from);
    }
}

/// The elements in row-major order in new memory.
#[inline(never)]
pub(crate) fn materialize(x: &Tensor) -> Tensor {
    let layout = Layout::row_major("copy", x.shape()).expect("the tensor already has this shape");
    // SAFETY: every element is written.
    let mut out = unsafe { Tensor::unwritten(&layout, x.dtype()) };
    write(&mut out, &layout, 0, x);
    out
}

/// Writes the elements of `source` where `region` lies in `to`, `offset` elements after its start.
/// `to` is exclusive; the region has the shape of `source` and no element twice.
pub(crate) fn write(to: &mut Tensor, region: &Layout, offset: usize, source: &Tensor) {
    assert!(
        to.dtype() == source.dtype() && region.shape() == source.shape(),
        "a region is written by a tensor of its shape and dtype"
    );
    assert!(
        region.len() == 0 || offset + region.extent() <= to.layout().extent(),
        "a region reaches beyond its tensor"
    );
    for_word!(source.dtype(), W => {
        let start = start_mut::<W>(to).wrapping_add(offset);
        // SAFETY: the region was checked; `to` is exclusive.
        unsafe {
            copy_strided::<W>(
                source.shape(),
                (start_of::<W>(source), source.strides()),
                (start, region.strides()),
            );
        }
    });
}

/// The elements in reverse order along the dimensions for which `reversed` holds.
pub(crate) fn flip(x: &Tensor, reversed: impl Fn(usize) -> bool) -> Tensor {
    let layout = Layout::row_major("flip", x.shape()).expect("the tensor already has this shape");
    // SAFETY: every element is written.
    let mut out = unsafe { Tensor::unwritten(&layout, x.dtype()) };
    let (mut strides, mut last) = ([0; MAX_RANK], 0usize);
    for (d, (&stride, &size)) in x.strides().iter().zip(x.shape()).enumerate() {
        strides[d] = stride;
        if reversed(d) {
            strides[d] = stride.wrapping_neg();
            last += stride * size.saturating_sub(1);
        }
    }
    for_word!(x.dtype(), W => {
        // SAFETY: walking back from the last element meets those that walking forward does.
        unsafe {
            copy_strided::<W>(
                x.shape(),
                (start_of::<W>(x).wrapping_add(last), &strides[..x.rank()]),
                (start_mut::<W>(&mut out), layout.strides()),
            );
        }
    });
    out
}

/// The inputs one after the other along `dim`; `layout` is that of the result.
pub(crate) fn join(inputs: &[&Tensor], dim: usize, layout: &Layout) -> Tensor {
    // SAFETY: the inputs together are the result.
    let mut out = unsafe { Tensor::unwritten(layout, inputs[0].dtype()) };
    let mut first = 0;
    for x in inputs {
        let region = Layout::strided(x.shape(), layout.strides());
        let offset = if x.numel() == 0 {
            0
        } else {
            first * layout.strides()[dim]
        };
        write(&mut out, &region, offset, x);
        first += x.shape()[dim];
    }
    assert_eq!(first, layout.shape()[dim], "the inputs fill the result");
    out
}

/// Every element `value`.
pub(crate) fn fill(layout: &Layout, value: Scalar, dtype: DType) -> Tensor {
    for_dtype!(dtype, T => {
        let value = T::from_scalar(value);
        // SAFETY: every element is written.
        unsafe {
            Tensor::build::<T>(layout, |out| {
                if out.len() < WORTH {
                    out.fill(MaybeUninit::new(value));
                    return;
                }
                let (len, target) = (out.len(), Shared(out.as_mut_ptr()));
                for_pieces(len, 4 * PIECE, WORTH, |range| {
                    target.range(&range).fill(MaybeUninit::new(value));
                });
            })
        }
    })
}

/// The same numbers as another dtype, by way of `f64` or `i64`, which hold every element exactly: two
/// loops per type instead of one per pair of types.
#[inline(never)]
pub(crate) fn cast(x: &Tensor, dtype: DType) -> Tensor {
    let x = Dense::of(x);
    // SAFETY: every element is written.
    let out = unsafe { Tensor::unwritten(x.layout(), dtype) };
    let (from, to) = (
        Shared(x.host_bytes().cast_mut()),
        Shared(out.host_bytes().cast_mut()),
    );
    for_pieces(x.numel(), PIECE, WORTH, |range| {
        let (from, to) = (from, to);
        let (first, len) = (range.start, range.len());
        // SAFETY: both have as many elements; pieces are disjoint.
        unsafe {
            let from = from.0.add(first * x.dtype().size()).cast_const();
            let to = to.0.add(first * dtype.size());
            convert_run((from, x.dtype()), (to, dtype), len);
        }
    });
    out
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

#[cfg(test)]
mod tests {
    use super::*;
    use half::f16;

    #[test]
    fn long_tensors_are_converted_as_short_ones() {
        let n = 3 * WORTH + 5;
        let values: Vec<i64> = (0..n as i64).map(|i| i * 37 % 251).collect();
        let x = Tensor::from_vec(values.clone(), [n]).unwrap();
        let bytes = cast(&x, DType::U8);
        assert!(
            bytes
                .host_slice::<u8>()
                .iter()
                .zip(&values)
                .all(|(&b, &v)| i64::from(b) == v)
        );
        let halves = cast(&bytes, DType::F16);
        let single = cast(&halves, DType::F32);
        assert_eq!(halves.host_slice::<f16>()[7], f16::from_f32(8.0));
        assert!(
            single
                .host_slice::<f32>()
                .iter()
                .zip(&values)
                .all(|(&s, &v)| s == v as f32)
        );
        let wide = cast(&single, DType::F64);
        assert!(
            wide.host_slice::<f64>()
                .iter()
                .zip(&values)
                .all(|(&s, &v)| s == v as f64)
        );
        assert_eq!(
            cast(&wide, DType::Bool).host_slice::<bool>()[..2],
            [false, true]
        );
    }

    #[test]
    fn matrices_of_any_form_are_transposed() {
        for (rows, columns) in [(3, 40_000), (64, 1000), (70, 1003), (40_000, 9)] {
            let values: Vec<i32> = (0..(rows * columns) as i32).collect();
            let x = Tensor::from_vec(values, [rows, columns]).unwrap();
            let turned = materialize(&x.t().unwrap());
            let turned = turned.host_slice::<i32>();
            for (i, line) in turned.chunks(rows).enumerate() {
                assert!(
                    line.iter()
                        .enumerate()
                        .all(|(j, &v)| v as usize == j * columns + i)
                );
            }
        }
    }
}
