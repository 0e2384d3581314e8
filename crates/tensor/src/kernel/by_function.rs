//! Loops that call a function of `f64`: for the many functions that no training loop waits for.
//!
//! Each element is computed in `f64` and rounded once to the dtype of the tensor.

use super::rows::{Plan, rows};
use crate::layout::same_shape;
use crate::{DType, Tensor};

/// These functions cost tens of nanoseconds an element, so short pieces are worth a thread.
const PIECE: usize = 1024;
const WORTH: usize = 8 * 1024;

fn plan(storage: DType) -> Plan {
    Plan {
        compute: DType::F64,
        result: DType::F64,
        storage,
        piece: PIECE,
        worth: WORTH,
    }
}

/// `f` of every element of a float tensor.
pub(crate) fn map_f64(x: &Tensor, f: fn(f64) -> f64) -> Tensor {
    // SAFETY: the loop reads and writes `len` elements of `f64`.
    unsafe {
        rows([x], &plan(x.dtype()), &|[x]: [*const u8; 1], out, len| {
            let (x, out) = (x.cast::<f64>(), out.cast::<f64>());
            for i in 0..len {
                out.add(i).write(f(*x.add(i)));
            }
        })
    }
}

/// `f` of pairs of elements of two float tensors of one shape and dtype.
pub(crate) fn zip_f64(a: &Tensor, b: &Tensor, f: fn(f64, f64) -> f64) -> Tensor {
    assert!(
        same_shape(a.shape(), b.shape()) && a.dtype() == b.dtype(),
        "kernel operands have equal shapes and dtypes"
    );
    // SAFETY: the loop reads and writes `len` elements of `f64`.
    unsafe {
        rows(
            [a, b],
            &plan(a.dtype()),
            &|[a, b]: [*const u8; 2], out, len| {
                let (a, b, out) = (a.cast::<f64>(), b.cast::<f64>(), out.cast::<f64>());
                for i in 0..len {
                    out.add(i).write(f(*a.add(i), *b.add(i)));
                }
            },
        )
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
