//! Loops that call a function of `f64`: for the many functions that no training loop waits for.
//!
//! One loop is compiled for all of them; each element is computed in `f64` and rounded once to the
//! dtype of the tensor.

use super::copy::{cast, copy_from};
use super::elementwise::Shared;
use super::for_pieces;
use crate::{DType, Tensor};

/// These functions cost tens of nanoseconds an element, so short pieces are worth a thread.
const PIECE: usize = 1024;
const WORTH: usize = 8 * 1024;

/// `f` of every element of a float tensor.
#[inline(never)]
pub(crate) fn map_f64(x: &Tensor, f: fn(f64) -> f64) -> Tensor {
    let wide = cast(x, DType::F64).contiguous();
    let xs = wide.host_slice::<f64>();
    cast(&spread(&wide, |i| f(xs[i])), x.dtype())
}

/// `f` of pairs of elements of two float tensors of one shape and dtype.
#[inline(never)]
pub(crate) fn zip_f64(a: &Tensor, b: &Tensor, f: fn(f64, f64) -> f64) -> Tensor {
    let (wide_a, wide_b) = (
        cast(a, DType::F64).contiguous(),
        cast(b, DType::F64).contiguous(),
    );
    let (xs, ys) = (wide_a.host_slice::<f64>(), wide_b.host_slice::<f64>());
    cast(&spread(&wide_a, |i| f(xs[i], ys[i])), a.dtype())
}

/// A tensor of the layout of `like` with the elements `at(0)`, `at(1)`, …
fn spread(like: &Tensor, at: impl Fn(usize) -> f64 + Sync + Send) -> Tensor {
    // SAFETY: the pieces cover every element once.
    unsafe {
        Tensor::build::<f64>(like.layout(), |out| {
            let target = Shared(out.as_mut_ptr());
            for_pieces(out.len(), PIECE, WORTH, |range| {
                let mut values = [0.0; PIECE];
                let values = &mut values[..range.len()];
                for (value, i) in values.iter_mut().zip(range.clone()) {
                    *value = at(i);
                }
                copy_from(target.range(&range), values);
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_is_computed_in_f64_and_rounded_once() {
        let n = 3 * WORTH;
        let x = Tensor::from_vec((0..n).map(|i| i as f32).collect::<Vec<_>>(), [n]).unwrap();
        let y = map_f64(&x, f64::cbrt).to_vec::<f32>().unwrap();
        assert!((0..n).all(|i| y[i] == (i as f64).cbrt() as f32));
        let z = zip_f64(&x, &x, f64::hypot).to_vec::<f32>().unwrap();
        assert!((0..n).all(|i| z[i] == (i as f64).hypot(i as f64) as f32));
    }
}
