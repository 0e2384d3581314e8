//! Powers.

use super::broadcast::{broadcast, fit_scalar, with_scalar};
use super::{Arithmetic, Cast, Comparison, Exponential, Selection};
use crate::dispatch::for_float;
use crate::error::ErrorKind;
use crate::kernel::{self, double};
use crate::{Array, DType, Op, Result, Saved, Saves, Scalar, Tensor};

/// `xᵉ` of two arrays.
#[derive(Clone, Debug)]
pub(super) struct Pow;

impl Op<2> for Pow {
    const NAME: &'static str = "pow";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    #[inline]
    fn forward(&self, [x, e]: [&Tensor; 2]) -> Result<Tensor> {
        match x.dtype() {
            dtype if dtype.is_float() => Ok(kernel::zip_quick(x, e, power, f64::powf)),
            DType::Bool => Err(no_bools()),
            _ => Ok(kernel::zip_i64(x, e, integer_power)),
        }
    }

    /// dL/dx = g e xᵉ⁻¹, 0 where e = 0;  dL/de = g y ln x, 0 where x = 0 ≤ e
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (x, e) = (saved.input(0)?, saved.input(1)?);
        if wrt == 0 {
            let slope = e.mul(&x.pow(&e.sub_scalar(1)?)?)?;
            return g.mul(&slope)?.masked_fill(&e.eq_scalar(0)?, 0);
        }
        let at_zero = x.eq_scalar(0)?.logical_and(&e.ge_scalar(0)?)?;
        let slope = saved.output()?.mul(&x.log()?)?;
        g.mul(&slope.masked_fill(&at_zero, 0)?)
    }
}

/// `xᵉ` for a number `e`.
#[derive(Clone, Debug)]
pub(super) struct PowScalar(pub(super) Scalar);

impl Op<1> for PowScalar {
    const NAME: &'static str = "pow";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        "pow_scalar"
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        if x.dtype().is_float() {
            let e = match x.dtype() {
                DType::F32 => f64::from(self.0.to_f64() as f32),
                dtype => self.0.rounded_to_half(dtype).to_f64(),
            };
            // By roots and products, as PyTorch does it: NaN below zero, ±∞ at −0.
            macro_rules! quick {
                ($f:expr) => {
                    kernel::map_quick(
                        x,
                        #[inline(always)]
                        |x| ($f(x), true),
                        $f,
                    )
                };
            }
            if e == 0.5 {
                return Ok(quick!(f64::sqrt));
            } else if e == -0.5 {
                return Ok(quick!(|x: f64| 1.0 / x.sqrt()));
            } else if e == 3.0 {
                return for_float!(Self::NAME, x.dtype(), T => {
                    Ok(kernel::map(x, #[inline(always)] |x: T| x * x * x))
                });
            } else if x.dtype() == DType::F64 {
                return Ok(kernel::map_f64(x, move |x| x.powf(e)));
            }
            let e = Tensor::wrapped(Scalar::Float(e), x.dtype())?.expand(x.shape())?;
            return Pow.forward([x, &e]);
        }
        let e = self.0.to_i64();
        if e < 0 {
            let message = format!("an integer to the power {e} is no integer; convert to floats");
            let op = Self::NAME;
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        Ok(kernel::map_i64(x, move |x| integer_power(x, e)))
    }

    /// dL/dx = g e xᵉ⁻¹, 0 if e = 0
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let e = self.0.to_f64();
        if e == 0.0 {
            return Ok(super::sign::flat(g));
        }
        saved.input(0)?.pow_scalar(e - 1.0)?.mul_scalar(e)?.mul(g)
    }
}

/// `xᵉ` to single precision, and whether it is that: for x > 0 and powers that `f32` holds.
#[inline(always)]
fn power(x: f64, e: f64) -> (f64, bool) {
    let log = e * double::ln(x);
    (
        double::exp(log),
        (x > 0.0) & (x < f64::INFINITY) & (log.abs() < 85.0),
    )
}

fn no_bools() -> crate::Error {
    let (op, expected, got) = (Pow::NAME, "numbers", DType::Bool);
    ErrorKind::DType { op, expected, got }.into()
}

/// Wraps around; a negative power of anything but ±1 is rounded towards zero.
fn integer_power(x: i64, e: i64) -> i64 {
    let Ok(mut e) = u64::try_from(e) else {
        return match x {
            1 => 1,
            -1 if e % 2 == 0 => 1,
            -1 => -1,
            _ => 0,
        };
    };
    let (mut power, mut square) = (1i64, x);
    while e > 0 {
        if e & 1 == 1 {
            power = power.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        e >>= 1;
    }
    power
}

/// Powers, elementwise, with broadcasting.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![1.0, 2.0, 3.0];
/// assert_eq!(x.pow_scalar(2)?, tensor![1.0, 4.0, 9.0]);
/// assert_eq!(x.pow(&tensor![3.0, 2.0, 1.0])?, tensor![1.0, 4.0, 3.0]);
/// assert_eq!(x.rpow_scalar(2)?, tensor![2.0, 4.0, 8.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Powers: Array {
    /// `aᵇ`. Integers wrap around, and a negative power of an integer is rounded towards zero.
    ///
    /// # Errors
    /// Two bool tensors; shapes that do not broadcast.
    fn pow(&self, exponent: &Self) -> Result<Self> {
        broadcast(Pow::NAME, self, exponent, |x, e| Self::apply(Pow, [x, e]))
    }

    /// `aᶜ`. A float exponent makes integers `f32`.
    ///
    /// # Errors
    /// A negative power of integers.
    fn pow_scalar(&self, exponent: impl Into<Scalar>) -> Result<Self> {
        let exponent = exponent.into();
        let x = fit_scalar(self, exponent)?;
        if x.dtype() == DType::Bool {
            return x.add_scalar(exponent.to_i64() == 0);
        }
        if x.dtype().is_float() {
            let e = exponent.to_f64();
            if e == 2.0 {
                return x.square();
            } else if e == 0.5 {
                return x.sqrt();
            } else if e == -1.0 {
                return x.reciprocal();
            }
        }
        Self::apply(PowScalar(exponent), [&x])
    }

    /// `cᵃ`.
    ///
    /// # Errors
    /// A bool tensor and a bool base.
    fn rpow_scalar(&self, base: impl Into<Scalar>) -> Result<Self> {
        let (e, base) = with_scalar(self, base.into())?;
        base.pow(&e)
    }

    /// `aᵇ` computed in `f64`, whatever the dtypes.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn float_power(&self, exponent: &Self) -> Result<Self> {
        self.to_dtype(DType::F64)?
            .pow(&exponent.to_dtype(DType::F64)?)
    }

    /// `aᶜ` computed in `f64`, whatever the dtype.
    ///
    /// # Errors
    /// None today.
    fn float_power_scalar(&self, exponent: impl Into<Scalar>) -> Result<Self> {
        let exponent = Scalar::Float(exponent.into().to_f64());
        self.to_dtype(DType::F64)?.pow_scalar(exponent)
    }
}
impl<A: Array> Powers for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        check_vjp(Pow, [&[2, 3], &[2, 3]]);
        for e in [
            Scalar::Float(2.5),
            Scalar::Float(-1.5),
            Scalar::Int(3),
            Scalar::Int(0),
        ] {
            check_vjp(PowScalar(e), [&[2, 3]]);
        }
    }

    #[test]
    fn integers() {
        let check = |got: Result<Tensor>, expected: &[i64]| {
            assert_eq!(got.unwrap().to_vec::<i64>().unwrap(), expected);
        };
        let (x, e) = (tensor![2, -1, 1, 3, 0, 0], tensor![-1, -3, -2, 2, 0, -1]);
        check(x.pow(&e), &[0, -1, 1, 9, 1, 0]);
        check(tensor![2].pow_scalar(64), &[0]);
        check(tensor![-3].pow_scalar(3), &[-27]);
        check(tensor![3].rpow_scalar(2), &[8]);
        let bytes = tensor![3].to_dtype(DType::U8).unwrap();
        check(bytes.pow_scalar(7), &[139]);
        assert_eq!(
            tensor![2].pow_scalar(-1).unwrap_err().to_string(),
            "pow: an integer to the power -1 is no integer; convert to floats"
        );
        assert!(tensor![true].pow(&tensor![true]).is_err());
        check(tensor![true].pow_scalar(2), &[1]);
    }

    #[test]
    fn floats() {
        let x = tensor![4.0, 0.0, f32::NAN];
        assert_close(&x.pow_scalar(0.5).unwrap(), &[2.0, 0.0, f64::NAN]);
        assert_close(&x.pow_scalar(0).unwrap(), &[1.0, 1.0, 1.0]);
        assert_close(&x.pow_scalar(-1).unwrap(), &[0.25, f64::INFINITY, f64::NAN]);
        assert_close(
            &tensor![2].pow_scalar(0.5).unwrap(),
            &[std::f64::consts::SQRT_2],
        );
        let wide = tensor![2].float_power_scalar(-1).unwrap();
        assert_eq!(wide.dtype(), DType::F64);
        assert_close(&wide, &[0.5]);
    }

    #[test]
    fn gradients_at_zero() {
        let (x, e) = (tensor![0.0, 0.0, 0.0, -1.0], tensor![0.0, 1.0, 2.0, 2.0]);
        let y = x.pow(&e).unwrap();
        let inputs = [Some(x.clone()), Some(e.clone())];
        let saved = Saved::new("pow", Pow::SAVES, &inputs, Some(&y));
        let g = x.ones_like();
        assert_close(&Pow.vjp(0, &saved, &g).unwrap(), &[0.0, 1.0, 0.0, -2.0]);
        assert_close(&Pow.vjp(1, &saved, &g).unwrap(), &[0.0, 0.0, 0.0, f64::NAN]);
    }
}
