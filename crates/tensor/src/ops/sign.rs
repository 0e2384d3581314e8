//! Signs: of numbers, taken away, taken from elsewhere; and steps.

use super::broadcast::{broadcast, broadcast_float, with_scalar};
use super::{Arithmetic, Cast};
use crate::dispatch::for_number;
use crate::error::ErrorKind;
use crate::kernel::{self, Number};
use crate::{Array, Element, Op, Result, Saved, Saves, Scalar, Tensor};

/// The gradient of a function that is constant wherever it has one: zeros.
pub(super) fn flat<A: Array>(g: &A) -> A {
    A::constant(g.value().zeros_like())
}

/// `|x|`
#[derive(Clone, Debug)]
pub(super) struct Abs;

impl Op<1> for Abs {
    const NAME: &'static str = "abs";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_number!(Self::NAME, x.dtype(), T => {
            Ok(kernel::map(x, #[inline(always)] |x: T| if x < T::ZERO { T::ZERO.minus(x) } else if x == T::ZERO { T::ZERO } else { x }))
        })
    }

    /// dL/dx = g sign(x), 0 at 0
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.mul(&saved.input(0)?.sign()?)
    }
}

/// −1, 0 or 1.
#[derive(Clone, Debug)]
pub(super) struct Sign;

impl Op<1> for Sign {
    const NAME: &'static str = "sign";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_number!(Self::NAME, x.dtype(), T => {
            let down = T::ZERO.minus(T::ONE);
            Ok(kernel::map(x, #[inline(always)] move |x: T| if x > T::ZERO { T::ONE } else if x < T::ZERO { down } else { T::ZERO }))
        })
    }

    /// 0 everywhere, as in PyTorch
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        Ok(flat(g))
    }
}

/// The size of one number with the sign of another.
#[derive(Clone, Debug)]
pub(super) struct Copysign;

impl Op<2> for Copysign {
    const NAME: &'static str = "copysign";
    const SAVES: Saves = Saves::input(0).and(Saves::OUTPUT);

    #[inline]
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        Ok(kernel::zip_quick(
            a,
            b,
            #[inline(always)]
            |a, b| (a.copysign(b), true),
            f64::copysign,
        ))
    }

    /// dL/da = g y / a, that is ±g, and 0 at 0;  dL/db = 0
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        if wrt == 1 {
            return Ok(flat(g));
        }
        let (a, y) = (saved.input(0)?.value(), saved.output()?.value());
        let ratio = y.div(&a)?.masked_fill(&a.eq_scalar(0)?, 0)?;
        g.mul(&A::constant(ratio))
    }
}

/// 0 below zero, 1 above, another number at zero.
#[derive(Clone, Debug)]
pub(super) struct Heaviside;

impl Op<2> for Heaviside {
    const NAME: &'static str = "heaviside";
    const SAVES: Saves = Saves::NOTHING;

    #[inline]
    fn forward(&self, [x, values]: [&Tensor; 2]) -> Result<Tensor> {
        if x.dtype().is_float() {
            return Ok(kernel::zip_f64(x, values, |x, value| {
                if x == 0.0 {
                    value
                } else {
                    f64::from(u8::from(x > 0.0))
                }
            }));
        }
        Ok(kernel::zip_i64(x, values, |x, value| match x {
            0 => value,
            x => i64::from(x > 0),
        }))
    }
}

/// Signs taken from elsewhere, and steps; operands broadcast.
///
/// ```
/// # use gradus_tensor::tensor;
/// assert_eq!(tensor![3.0, -2.0].copysign(&tensor![-1.0, 1.0])?, tensor![-3.0, 2.0]);
/// assert_eq!(tensor![-1.0, 0.0, 2.0].heaviside(&tensor![0.5])?, tensor![0.0, 0.5, 1.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Signs: Array {
    /// `|a|` with the sign of `b`, of −0.0 too; integers become `f32`.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn copysign(&self, other: &Self) -> Result<Self> {
        broadcast_float(Copysign::NAME, self, other, |a, b| {
            Self::apply(Copysign, [a, b])
        })
    }

    /// As [`copysign`](Signs::copysign), with the sign of a number.
    ///
    /// # Errors
    /// None today.
    fn copysign_scalar(&self, other: impl Into<Scalar>) -> Result<Self> {
        let (x, other) = with_scalar(&self.to_float()?, other.into())?;
        x.copysign(&other)
    }

    /// 0 where `x < 0` or NaN, 1 where `x > 0`, and `values` where `x = 0`. It is not differentiable.
    ///
    /// # Errors
    /// Dtypes that differ; shapes that do not broadcast.
    fn heaviside(&self, values: &Self) -> Result<Self> {
        let (op, lhs, rhs) = (Heaviside::NAME, self.dtype(), values.dtype());
        if lhs != rhs {
            return Err(ErrorKind::DTypeMismatch { op, lhs, rhs }.into());
        }
        broadcast(op, self, values, |x, values| {
            Self::apply(Heaviside, [x, values])
        })
    }
}
impl<A: Array> Signs for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_forward, check_vjp, check_vjp_in};

    #[test]
    fn vjp() {
        check_vjp(Copysign, [&[2, 3], &[2, 3]]);
        check_vjp_in(Copysign, [&[2, 3], &[2, 3]], -0.9, -0.1);
        check_vjp(Abs, [&[4]]);
        check_vjp_in(Abs, [&[4]], -0.9, -0.1);
        check_vjp(Sign, [&[4]]);
    }

    #[test]
    fn of_numbers() {
        check_forward(Abs, [&tensor![1.0, -2.0]], &[1.0, 2.0]);
        check_forward(Sign, [&tensor![-3.0, 0.0, 2.0]], &[-1.0, 0.0, 1.0]);
    }

    #[test]
    fn the_sign_of_what_is_not_a_number_is_zero() {
        let signs = tensor![f32::NAN, -0.0, f32::NEG_INFINITY].sign().unwrap();
        let bits: Vec<u32> = (signs.to_vec::<f32>().unwrap().iter())
            .map(|x| x.to_bits())
            .collect();
        assert_eq!(bits, [0.0f32, 0.0, -1.0].map(f32::to_bits));
    }

    #[test]
    fn signs_of_zeros_count() {
        let y = tensor![1.0, -2.0, 0.0]
            .copysign(&tensor![-0.0, 3.0, -1.0])
            .unwrap();
        assert_close(&y, &[-1.0, 2.0, 0.0]);
        assert!(y.to_vec::<f32>().unwrap()[2].is_sign_negative());
        assert_close(&tensor![3].copysign_scalar(-1).unwrap(), &[-3.0]);
    }

    #[test]
    fn steps() {
        let x = tensor![-1.0, 0.0, -0.0, 2.0, f32::NAN];
        assert_close(
            &x.heaviside(&tensor![0.5]).unwrap(),
            &[0.0, 0.5, 0.5, 1.0, 0.0],
        );
        assert_close(
            &tensor![-3, 0, 3].heaviside(&tensor![7]).unwrap(),
            &[0.0, 7.0, 1.0],
        );
        assert_eq!(
            tensor![0].heaviside(&tensor![0.5]).unwrap_err().to_string(),
            "heaviside: dtypes differ, i64 against f32; convert one with to_dtype"
        );
    }
}
