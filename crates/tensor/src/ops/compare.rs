//! Comparisons: bool tensors, through which no gradient flows.

use super::Cast;
use crate::dispatch::for_compute;
use crate::dtype::result_type;
use crate::kernel;
use crate::layout::broadcast_shapes;
use crate::{Result, Scalar, Tensor};

macro_rules! comparisons {
    ($($name:ident, $scalar:ident, $symbol:literal, |$a:ident, $b:ident| $test:expr;)*) => {
        impl Tensor {$(
            #[doc = concat!("`a ", $symbol, " b`, element by element with broadcasting; a bool tensor. NaN compares as IEEE 754 says.")]
            ///
            /// # Errors
            /// Shapes that do not broadcast.
            pub fn $name(&self, other: &Tensor) -> Result<Tensor> {
                let (a, b) = common(stringify!($name), self, other)?;
                Ok(for_compute!(a.dtype(), T => kernel::zip(&a, &b, #[inline(always)] |$a: T, $b: T| $test)))
            }

            #[doc = concat!("`a ", $symbol, " c`; a bool tensor.")]
            ///
            /// # Errors
            /// None today.
            pub fn $scalar(&self, c: impl Into<Scalar>) -> Result<Tensor> {
                let c = c.into();
                let full = match c {
                    Scalar::Float(x) => Tensor::scalar(x),
                    _ => Tensor::scalar(c.to_i64()),
                };
                // A float against integers must not be truncated; among floats it takes their dtype.
                let full = if self.dtype().is_float() { full.to_dtype(self.dtype())? } else { full };
                self.$name(&full)
            }
        )*}
    };
}

comparisons! {
    eq, eq_scalar, "=", |a, b| a == b;
    ne, ne_scalar, "≠", |a, b| a != b;
    lt, lt_scalar, "<", |a, b| a < b;
    le, le_scalar, "≤", |a, b| a <= b;
    gt, gt_scalar, ">", |a, b| a > b;
    ge, ge_scalar, "≥", |a, b| a >= b;
}

fn common(op: &'static str, a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor)> {
    let shape = broadcast_shapes(op, a.shape(), b.shape())?;
    let dtype = result_type(a.dtype(), a.rank(), b.dtype(), b.rank());
    let fit = |x: &Tensor| Cast::to_dtype(x, dtype)?.expand(shape.as_slice());
    Ok((fit(a)?, fit(b)?))
}

#[cfg(test)]
mod tests {
    use crate::{DType, tensor};

    #[test]
    fn by_hand() {
        let x = tensor![1.0, f32::NAN, 3.0];
        assert_eq!(
            x.gt_scalar(2.0).unwrap().to_vec::<bool>().unwrap(),
            [false, false, true]
        );
        assert_eq!(
            x.ne(&x).unwrap().to_vec::<bool>().unwrap(),
            [false, true, false]
        );
        assert_eq!(
            tensor![0, 1]
                .ge_scalar(0.5)
                .unwrap()
                .to_vec::<bool>()
                .unwrap(),
            [false, true]
        );
        let grid = tensor![[1], [2]].le(&tensor![1, 2]).unwrap();
        assert_eq!((grid.dtype(), grid.shape()), (DType::Bool, &[2, 2][..]));
        assert!(tensor![1, 2].eq(&tensor![1, 2, 3]).is_err());
    }
}
