//! Loops that call a function: for the many functions that no training loop waits for.
//!
//! One loop is compiled for all of them; each element is computed in `f64` or `i64` and converted once
//! to the dtype of the tensor.

use super::parallel::{PIECE_COSTLY, WORTH_COSTLY};
use super::rows::{Plan, rows};
use crate::{Element, Tensor};

/// `f` of every element of a float tensor.
pub(crate) fn map_f64(x: &Tensor, f: impl Fn(f64) -> f64 + Sync + Send) -> Tensor {
    each([x], &|[x]: [f64; 1]| f(x))
}

/// `f` of pairs of elements of two float tensors of one shape and dtype.
#[inline]
pub(crate) fn zip_f64(a: &Tensor, b: &Tensor, f: fn(f64, f64) -> f64) -> Tensor {
    each([a, b], &|[a, b]: [f64; 2]| f(a, b))
}

/// What `f` says of every element of a float tensor.
#[inline]
pub(crate) fn test_f64(x: &Tensor, f: fn(f64) -> bool) -> Tensor {
    each([x], &|[x]: [f64; 1]| f(x))
}

/// `f` of every element of a tensor of integers or bools; what it gives wraps to the tensor's dtype.
pub(crate) fn map_i64(x: &Tensor, f: impl Fn(i64) -> i64 + Sync + Send) -> Tensor {
    each([x], &|[x]: [i64; 1]| f(x))
}

/// `f` of pairs of elements of two tensors of integers or bools of one shape and dtype; what it gives
/// wraps to the tensors' dtype.
#[inline]
pub(crate) fn zip_i64(a: &Tensor, b: &Tensor, f: fn(i64, i64) -> i64) -> Tensor {
    each([a, b], &|[a, b]: [i64; 2]| f(a, b))
}

#[inline(never)]
fn each<T: Element, U: Element, const N: usize>(
    operands: [&Tensor; N],
    f: &(dyn Fn([T; N]) -> U + Sync + Send),
) -> Tensor {
    let same = T::DTYPE == U::DTYPE;
    let plan = Plan {
        compute: T::DTYPE,
        result: U::DTYPE,
        storage: if same { operands[0].dtype() } else { U::DTYPE },
        piece: PIECE_COSTLY,
        worth: WORTH_COSTLY,
    };
    // SAFETY: every element is written, from operands of the type that the plan names.
    unsafe {
        rows(operands, &plan, &|inputs: [*const u8; N], out, len| {
            for i in 0..len {
                let element = std::array::from_fn(|k| *inputs[k].cast::<T>().add(i));
                out.cast::<U>().add(i).write(f(element));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_is_computed_in_f64_and_rounded_once() {
        let n = 3 * WORTH_COSTLY;
        let x = Tensor::from_vec((0..n).map(|i| i as f32).collect::<Vec<_>>(), [n]).unwrap();
        let y = map_f64(&x, f64::cbrt).to_vec::<f32>().unwrap();
        assert!((0..n).all(|i| y[i] == (i as f64).cbrt() as f32));
        let z = zip_f64(&x, &x, f64::hypot).to_vec::<f32>().unwrap();
        assert!((0..n).all(|i| z[i] == (i as f64).hypot(i as f64) as f32));
    }

    #[test]
    fn integers_wrap_to_the_dtype_of_the_tensor() {
        let x = Tensor::from_vec(vec![200u8, 3], [2]).unwrap();
        let squares = map_i64(&x, |x| x * x).to_vec::<u8>().unwrap();
        assert_eq!(squares, [64, 9]);
        let sums = zip_i64(&x, &x, |a, b| a + b).to_vec::<u8>().unwrap();
        assert_eq!(sums, [144, 6]);
    }
}
