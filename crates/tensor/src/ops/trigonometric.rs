//! Trigonometric and hyperbolic functions and their inverses.

use std::f64::consts::{FRAC_PI_2, PI};

use super::broadcast::{broadcast, broadcast_float};
use super::cast::on_float;
use super::{Arithmetic, Exponential};
use crate::error::ErrorKind;
use crate::kernel::{self, double};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// A function of one number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trigonometry {
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Asinh,
    Acosh,
    Atanh,
}

impl Op<1> for Trigonometry {
    const NAME: &'static str = "trigonometry";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Trigonometry::Sin => "sin",
            Trigonometry::Cos => "cos",
            Trigonometry::Tan => "tan",
            Trigonometry::Asin => "asin",
            Trigonometry::Acos => "acos",
            Trigonometry::Atan => "atan",
            Trigonometry::Sinh => "sinh",
            Trigonometry::Cosh => "cosh",
            Trigonometry::Asinh => "asinh",
            Trigonometry::Acosh => "acosh",
            Trigonometry::Atanh => "atanh",
        }
    }

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        /// Beyond this the standard library has to find out how many turns an angle is.
        const FAR: f64 = 1e9;
        macro_rules! quick {
            ($f:expr, $exact:expr) => {
                return Ok(kernel::map_quick(
                    x,
                    #[inline(always)]
                    $f,
                    $exact,
                ))
            };
        }
        let function: fn(f64) -> f64 = match self {
            Trigonometry::Sin => quick!(|x| (double::sin_cos(x).0, x.abs() < FAR), f64::sin),
            Trigonometry::Cos => quick!(|x| (double::sin_cos(x).1, x.abs() < FAR), f64::cos),
            Trigonometry::Tan => quick!(
                |x| {
                    let (sin, cos) = double::sin_cos(x);
                    (sin / cos, x.abs() < FAR)
                },
                f64::tan
            ),
            Trigonometry::Asin => quick!(|x| (double::asin(x), true), f64::asin),
            Trigonometry::Acos => quick!(|x| (FRAC_PI_2 - double::asin(x), true), f64::acos),
            Trigonometry::Atan => quick!(|x| (double::atan(x), true), f64::atan),
            Trigonometry::Sinh => f64::sinh,
            Trigonometry::Cosh => f64::cosh,
            // The standard library's lose digits near 0 and 1.
            Trigonometry::Asinh => libm::asinh,
            Trigonometry::Acosh => |x| if x < 1.0 { f64::NAN } else { libm::acosh(x) },
            Trigonometry::Atanh => libm::atanh,
        };
        Ok(kernel::map_f64(x, function))
    }

    /// dL/dx = g f′(x)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?;
        match self {
            Trigonometry::Sin => g.mul(&x.cos()?),
            Trigonometry::Cos => g.mul(&x.sin()?)?.neg(),
            // 1 + tan²
            Trigonometry::Tan => g.mul(&x.tan()?.square()?.add_scalar(1)?),
            // ±1 / √(1 − x²)
            Trigonometry::Asin => g.mul(&x.square()?.rsub_scalar(1)?.rsqrt()?),
            Trigonometry::Acos => g.mul(&x.square()?.rsub_scalar(1)?.rsqrt()?)?.neg(),
            Trigonometry::Atan => g.div(&x.square()?.add_scalar(1)?),
            Trigonometry::Sinh => g.mul(&x.cosh()?),
            Trigonometry::Cosh => g.mul(&x.sinh()?),
            // 1 / √(x² ± 1)
            Trigonometry::Asinh => g.mul(&x.square()?.add_scalar(1)?.rsqrt()?),
            Trigonometry::Acosh => g.mul(&x.square()?.sub_scalar(1)?.rsqrt()?),
            Trigonometry::Atanh => g.div(&x.square()?.rsub_scalar(1)?),
        }
    }
}

/// A function of a point of the plane.
#[derive(Clone, Copy, Debug)]
pub(super) enum Plane {
    /// The angle of (x, y), in the order y, x.
    Atan2,
    /// The distance from the origin.
    Hypot,
}

impl Op<2> for Plane {
    const NAME: &'static str = "plane";
    const SAVES: Saves = Saves::INPUTS;

    fn name(&self) -> &'static str {
        match self {
            Plane::Atan2 => "atan2",
            Plane::Hypot => "hypot",
        }
    }

    #[inline]
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        Ok(match self {
            Plane::Atan2 => kernel::zip_quick(
                a,
                b,
                #[inline(always)]
                |y, x| {
                    let angle = double::atan(y.abs() / x.abs());
                    let angle = if x < 0.0 { PI - angle } else { angle };
                    let holds = (x != 0.0) & (y != 0.0) & (x * y).is_finite();
                    (angle.copysign(y), holds)
                },
                f64::atan2,
            ),
            Plane::Hypot => kernel::zip_quick(
                a,
                b,
                #[inline(always)]
                |a, b| {
                    let square = a * a + b * b;
                    (square.sqrt(), square.is_finite())
                },
                f64::hypot,
            ),
        })
    }

    /// The angle of (b, a): dL/da = g b / (a² + b²), dL/db = −g a / (a² + b²).
    /// The distance r: dL/da = g a / r, dL/db = g b / r
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        match self {
            Plane::Hypot => g.mul(if wrt == 0 { a } else { b })?.div(&a.hypot(b)?),
            Plane::Atan2 => {
                let square = a.square()?.add(&b.square()?)?;
                if wrt == 0 {
                    g.mul(b)?.div(&square)
                } else {
                    g.mul(a)?.div(&square)?.neg()
                }
            }
        }
    }
}

/// Trigonometric and hyperbolic functions and their inverses, elementwise, of angles in radians.
/// Integers become `f32`.
///
/// ```
/// # use gradus_tensor::tensor;
/// assert_eq!(tensor![0.0].cos()?, tensor![1.0]);
/// assert_eq!(tensor![3.0].hypot(&tensor![4.0])?, tensor![5.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Trigonometric: Array {
    /// The sine.
    ///
    /// # Errors
    /// None today.
    fn sin(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Sin, [x]))
    }

    /// The cosine.
    ///
    /// # Errors
    /// None today.
    fn cos(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Cos, [x]))
    }

    /// The tangent.
    ///
    /// # Errors
    /// None today.
    fn tan(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Tan, [x]))
    }

    /// The inverse of the sine, in [−π/2, π/2]; NaN outside [−1, 1].
    ///
    /// # Errors
    /// None today.
    fn asin(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Asin, [x]))
    }

    /// The inverse of the cosine, in [0, π]; NaN outside [−1, 1].
    ///
    /// # Errors
    /// None today.
    fn acos(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Acos, [x]))
    }

    /// The inverse of the tangent, in [−π/2, π/2].
    ///
    /// # Errors
    /// None today.
    fn atan(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Atan, [x]))
    }

    /// The hyperbolic sine.
    ///
    /// # Errors
    /// None today.
    fn sinh(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Sinh, [x]))
    }

    /// The hyperbolic cosine.
    ///
    /// # Errors
    /// None today.
    fn cosh(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Cosh, [x]))
    }

    /// The inverse of the hyperbolic sine.
    ///
    /// # Errors
    /// None today.
    fn asinh(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Asinh, [x]))
    }

    /// The inverse of the hyperbolic cosine, at least 0; NaN below 1.
    ///
    /// # Errors
    /// None today.
    fn acosh(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Acosh, [x]))
    }

    /// The inverse of the hyperbolic tangent; ±∞ at ±1, NaN beyond.
    ///
    /// # Errors
    /// None today.
    fn atanh(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Trigonometry::Atanh, [x]))
    }

    /// The angle of the point (`other`, `self`), in [−π, π]; operands broadcast.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn atan2(&self, other: &Self) -> Result<Self> {
        broadcast_float("atan2", self, other, |y, x| {
            Self::apply(Plane::Atan2, [y, x])
        })
    }

    /// `√(a² + b²)` without overflow; operands broadcast.
    ///
    /// # Errors
    /// Integers and bools; shapes that do not broadcast.
    fn hypot(&self, other: &Self) -> Result<Self> {
        broadcast("hypot", self, other, |a, b| {
            let (op, got) = ("hypot", a.dtype());
            if !got.is_float() {
                let expected = "floating-point numbers";
                return Err(ErrorKind::DType { op, expected, got }.into());
            }
            Self::apply(Plane::Hypot, [a, b])
        })
    }

    /// Degrees as radians: `x π / 180`.
    ///
    /// # Errors
    /// None today.
    fn deg2rad(&self) -> Result<Self> {
        on_float(self, |x| x.mul_scalar(PI / 180.0))
    }

    /// Radians as degrees: `x 180 / π`.
    ///
    /// # Errors
    /// None today.
    fn rad2deg(&self) -> Result<Self> {
        on_float(self, |x| x.mul_scalar(180.0 / PI))
    }
}
impl<A: Array> Trigonometric for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp, check_vjp_in};
    use crate::{DType, tensor};

    #[test]
    fn vjp() {
        for function in [
            Trigonometry::Sin,
            Trigonometry::Cos,
            Trigonometry::Tan,
            Trigonometry::Asin,
            Trigonometry::Acos,
            Trigonometry::Atan,
            Trigonometry::Sinh,
            Trigonometry::Cosh,
            Trigonometry::Asinh,
            Trigonometry::Atanh,
        ] {
            check_vjp(function, [&[2, 3]]);
        }
        check_vjp_in(Trigonometry::Acosh, [&[2, 3]], 1.2, 3.0);
        for function in [Plane::Atan2, Plane::Hypot] {
            check_vjp(function, [&[2, 3], &[2, 3]]);
        }
    }

    #[test]
    fn by_hand() {
        let x = tensor![0.0, 0.5, 1.0];
        assert_close(&x.asin().unwrap(), &[0.0, PI / 6.0, PI / 2.0]);
        assert_close(&x.acos().unwrap(), &[PI / 2.0, PI / 3.0, 0.0]);
        assert_close(&x.mul_scalar(PI).unwrap().sin().unwrap(), &[0.0, 1.0, 0.0]);
        assert_close(&x.mul_scalar(PI).unwrap().cos().unwrap(), &[1.0, 0.0, -1.0]);
        assert_close(&tensor![180].deg2rad().unwrap(), &[PI]);
        assert_close(&tensor![PI].rad2deg().unwrap(), &[180.0]);
        assert_close(&tensor![1.0, -1e9].acosh().unwrap(), &[0.0, f64::NAN]);
        assert_close(
            &tensor![1.0, -1.0].atanh().unwrap(),
            &[f64::INFINITY, f64::NEG_INFINITY],
        );
        let y = tensor![0.0, -0.0, 1.0].atan2(&tensor![-1.0]).unwrap();
        assert_close(&y, &[PI, -PI, 0.75 * PI]);
        assert_close(&tensor![3e30].hypot(&tensor![4e30]).unwrap(), &[5e30]);
    }

    #[test]
    fn dtypes() {
        assert_eq!(tensor![1].sin().unwrap().dtype(), DType::F32);
        assert_eq!(
            tensor![true].atan2(&tensor![1]).unwrap().dtype(),
            DType::F32
        );
        let half = tensor![0.5].to_dtype(DType::F16).unwrap();
        assert_eq!(half.tan().unwrap().dtype(), DType::F16);
        assert!(tensor![3].hypot(&tensor![4]).is_err());
    }
}
