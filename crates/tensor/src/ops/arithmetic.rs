//! Sums, differences, products and quotients.

use super::Cast;
use super::broadcast::{broadcast, fit_scalar};
use super::cast::rounded_once;
use super::mixed::{Mixed, mixes};
use super::sign::{Abs, Sign};
use crate::dispatch::{for_float, for_number};
use crate::error::ErrorKind;
use crate::kernel::{self, Number};
use crate::{Array, DType, Element, Op, Result, Saved, Saves, Scalar, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Add;

impl Op<2> for Add {
    const NAME: &'static str = "add";
    const SAVES: Saves = Saves::NOTHING;
    const PASSES_ON: bool = true;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        if a.dtype() == DType::Bool {
            return a.logical_or(b);
        }
        for_number!(Self::NAME, a.dtype(), T => Ok(kernel::zip_hot(a, b, #[inline(always)] |a: T, b: T| a.plus(b))))
    }

    /// dL/da = dL/db = g
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        Ok(g.clone())
    }
}

#[derive(Clone, Debug)]
pub(super) struct Sub;

impl Op<2> for Sub {
    const NAME: &'static str = "sub";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        for_number!(Self::NAME, a.dtype(), T => Ok(kernel::zip_hot(a, b, #[inline(always)] |a: T, b: T| a.minus(b))))
    }

    /// dL/da = g,  dL/db = −g
    fn vjp<A: Array>(&self, wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        if wrt == 0 { Ok(g.clone()) } else { g.neg() }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Mul;

impl Op<2> for Mul {
    const NAME: &'static str = "mul";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        if a.dtype() == DType::Bool {
            return a.logical_and(b);
        }
        for_number!(Self::NAME, a.dtype(), T => Ok(kernel::zip_hot(a, b, #[inline(always)] |a: T, b: T| a.times(b))))
    }

    /// dL/da = g b,  dL/db = g a
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.mul(saved.input(1 - wrt)?)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Div;

impl Op<2> for Div {
    const NAME: &'static str = "div";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        for_float!(Self::NAME, a.dtype(), T => Ok(kernel::zip(a, b, #[inline(always)] |a: T, b: T| a / b)))
    }

    /// dL/da = g / b,  dL/db = −g ((a / b) / b), rounded as PyTorch does
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b) = (saved.input(0)?, saved.input(1)?);
        if wrt == 0 {
            return g.div(b);
        }
        g.neg()?.mul(&a.div(b)?.div(b)?)
    }
}

#[derive(Clone, Debug)]
pub(super) struct AddScalar {
    /// The method that asked for it.
    name: &'static str,
    c: Scalar,
}

impl Op<1> for AddScalar {
    const NAME: &'static str = "add_scalar";
    const SAVES: Saves = Saves::NOTHING;
    const PASSES_ON: bool = true;

    fn name(&self) -> &'static str {
        self.name
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        if x.dtype() == DType::Bool {
            return x.logical_or(&Tensor::full([], self.c, DType::Bool)?);
        }
        for_number!(Self::NAME, x.dtype(), T => {
            let c = T::from_scalar(self.c);
            Ok(kernel::map(x, #[inline(always)] move |x: T| x.plus(c)))
        })
    }

    /// dL/dx = g
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        Ok(g.clone())
    }
}

#[derive(Clone, Debug)]
pub(super) struct MulScalar(pub(super) Scalar);

impl Op<1> for MulScalar {
    const NAME: &'static str = "mul_scalar";
    const SAVES: Saves = Saves::NOTHING;

    fn name(&self) -> &'static str {
        if matches!(self.0, Scalar::Int(-1)) {
            "neg"
        } else {
            Self::NAME
        }
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        if x.dtype() == DType::Bool {
            return x.logical_and(&Tensor::full([], self.0, DType::Bool)?);
        }
        for_number!(Self::NAME, x.dtype(), T => {
            let c = T::from_scalar(self.0);
            Ok(kernel::map(x, #[inline(always)] move |x: T| x.times(c)))
        })
    }

    /// dL/dx = c g
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.mul_scalar(self.0)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Square;

impl Op<1> for Square {
    const NAME: &'static str = "square";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_number!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| x.times(x))))
    }

    /// dL/dx = 2 x g
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        saved.input(0)?.mul(g)?.mul_scalar(2)
    }
}

/// Sums, differences, products and quotients with broadcasting: shapes are aligned at the last
/// dimension and sizes of 1 repeat, dtypes are promoted as in PyTorch.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
/// let row = tensor![10.0, 20.0, 30.0];
/// assert_eq!(x.add(&row)?, tensor![[11.0, 22.0, 33.0], [14.0, 25.0, 36.0]]);
/// assert_eq!(x.mul_scalar(2)?.sub_scalar(1)?, tensor![[1.0, 3.0, 5.0], [7.0, 9.0, 11.0]]);
/// assert_eq!(tensor![1, 2].div(&tensor![2, 4])?, tensor![0.5, 0.5]);
/// // Operators are the same methods, and panic where those return an error.
/// assert_eq!(&x + &row, x.add(&row)?);
/// assert_eq!(2.0 * &x - 1, x.mul_scalar(2)?.sub_scalar(1)?);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Arithmetic: Array {
    /// `a + b`.
    ///
    /// # Errors
    /// Shapes that do not broadcast; two bool tensors.
    fn add(&self, other: &Self) -> Result<Self> {
        broadcast(Add::NAME, self, other, |a, b| Self::apply(Add, [a, b]))
    }

    /// `a − b`.
    ///
    /// # Errors
    /// As [`add`](Arithmetic::add); bool tensors, whose difference is `logical_xor`.
    fn sub(&self, other: &Self) -> Result<Self> {
        if self.dtype() != other.dtype() {
            refuse_bool(Sub::NAME, self, other)?;
        }
        broadcast(Sub::NAME, self, other, |a, b| Self::apply(Sub, [a, b]))
    }

    /// `b − a`, PyTorch's `rsub`.
    ///
    /// # Errors
    /// As [`sub`](Arithmetic::sub).
    fn rsub(&self, other: &Self) -> Result<Self> {
        other.sub(self)
    }

    /// `a · b`, element by element (Hadamard product).
    ///
    /// # Errors
    /// As [`add`](Arithmetic::add).
    fn mul(&self, other: &Self) -> Result<Self> {
        if mixes(self, other) {
            return Self::apply(Mixed::Product, [self, other]);
        }
        broadcast(Mul::NAME, self, other, |a, b| Self::apply(Mul, [a, b]))
    }

    /// `a / b`, the true quotient: integers become `f32`.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn div(&self, other: &Self) -> Result<Self> {
        if mixes(self, other) {
            return Self::apply(Mixed::Quotient, [self, other]);
        }
        let dtype = self.dtype().promote(other.dtype());
        if dtype.is_float() {
            return broadcast(Div::NAME, self, other, |a, b| Self::apply(Div, [a, b]));
        }
        self.to_float()?.div(&other.to_float()?)
    }

    /// `−a`.
    ///
    /// # Errors
    /// A bool tensor; its opposite is `logical_not`.
    fn neg(&self) -> Result<Self> {
        refuse_bool("neg", self, self)?;
        Self::apply(MulScalar(Scalar::Int(-1)), [self])
    }

    /// `+a`, the array itself.
    ///
    /// # Errors
    /// A bool tensor.
    fn positive(&self) -> Result<Self> {
        refuse_bool("positive", self, self)?;
        Ok(self.clone())
    }

    /// `a + c`. A float `c` makes an integer tensor `f32`.
    ///
    /// # Errors
    /// None for numbers; bool tensors are converted to the scalar's dtype.
    fn add_scalar(&self, c: impl Into<Scalar>) -> Result<Self> {
        add_number(AddScalar::NAME, self, c.into())
    }

    /// `a − c`.
    ///
    /// # Errors
    /// A bool tensor.
    fn sub_scalar(&self, c: impl Into<Scalar>) -> Result<Self> {
        let c = c.into();
        refuse_bool_scalar(Sub::NAME, self, c)?;
        let negative = match c {
            Scalar::Float(x) => Scalar::Float(-x),
            // The lowest integer has no opposite but among floats.
            other => match other.to_i64().checked_neg() {
                None if self.dtype().is_float() => Scalar::Float(-(i64::MIN as f64)),
                negative => Scalar::Int(negative.unwrap_or(i64::MIN)),
            },
        };
        add_number("sub_scalar", self, negative)
    }

    /// `c − a`.
    ///
    /// # Errors
    /// A bool tensor.
    fn rsub_scalar(&self, c: impl Into<Scalar>) -> Result<Self> {
        let c = c.into();
        refuse_bool_scalar("rsub", self, c)?;
        fit_scalar(self, c)?.neg()?.add_scalar(c)
    }

    /// `a · c`.
    ///
    /// # Errors
    /// As [`add_scalar`](Arithmetic::add_scalar).
    fn mul_scalar(&self, c: impl Into<Scalar>) -> Result<Self> {
        let c = c.into();
        if self.dtype().is_float() {
            return Self::apply(MulScalar(c), [self]);
        }
        Self::apply(MulScalar(c), [&fit_scalar(self, c)?])
    }

    /// `a / c`, the true quotient: integers become `f32`.
    ///
    /// # Errors
    /// None today.
    fn div_scalar(&self, c: impl Into<Scalar>) -> Result<Self> {
        let c = c.into();
        rounded_once(&self.to_float()?, |x| {
            x.div(&Self::constant(Tensor::wrapped(c, x.dtype())?))
        })
    }

    /// `c / a`, computed as `c · (1 / a)` as in PyTorch; integers become `f32`.
    ///
    /// # Errors
    /// None today.
    fn rdiv_scalar(&self, c: impl Into<Scalar>) -> Result<Self> {
        let c = c.into();
        let inverse = self.reciprocal()?;
        if c.to_f64() == 1.0 {
            return Ok(inverse);
        }
        inverse.mul_scalar(c)
    }

    /// `1 / a`; integers become `f32`.
    ///
    /// # Errors
    /// None today.
    fn reciprocal(&self) -> Result<Self> {
        let x = self.to_float()?;
        Self::constant(Tensor::full([], 1, x.dtype())?).div(&x)
    }

    /// `a²`; a bool tensor becomes `i64`.
    ///
    /// # Errors
    /// None today.
    fn square(&self) -> Result<Self> {
        if self.dtype() == DType::Bool {
            return self.to_dtype(DType::I64);
        }
        Self::apply(Square, [self])
    }

    /// `|a|`; the gradient at 0 is 0.
    ///
    /// # Errors
    /// A bool tensor.
    fn abs(&self) -> Result<Self> {
        Self::apply(Abs, [self])
    }

    /// −1, 0 or 1, and 0 for NaN, as in PyTorch; its gradient is 0 everywhere. `torch.sgn` is the same
    /// on real numbers.
    ///
    /// # Errors
    /// None today.
    fn sign(&self) -> Result<Self> {
        if self.dtype() == DType::Bool {
            return Ok(self.clone());
        }
        Self::apply(Sign, [self])
    }
}
impl<A: Array> Arithmetic for A {}

/// `a + c` for the method of this name.
fn add_number<A: Array>(name: &'static str, x: &A, c: Scalar) -> Result<A> {
    // PyTorch adds a number as the dtype holds it, yet multiplies and divides in `f32`.
    let c = c.rounded_to_half(x.dtype());
    A::apply(AddScalar { name, c }, [&fit_scalar(x, c)?])
}

/// Two bools have no difference, nor has one an opposite.
pub(super) fn refuse_bool<A: Array>(op: &'static str, a: &A, b: &A) -> Result<()> {
    if a.dtype() == DType::Bool || b.dtype() == DType::Bool {
        return Err(no_bools(op, a.dtype(), b.dtype()));
    }
    Ok(())
}

fn refuse_bool_scalar<A: Array>(op: &'static str, x: &A, c: Scalar) -> Result<()> {
    if x.dtype() == DType::Bool || matches!(c, Scalar::Bool(_)) {
        return Err(no_bools(op, x.dtype(), c.default_dtype()));
    }
    Ok(())
}

#[cold]
fn no_bools(op: &'static str, a: DType, b: DType) -> crate::Error {
    let message = format!(
        "not for bool tensors, got {a} and {b}; use logical_xor or logical_not, or convert with to_dtype"
    );
    ErrorKind::Invalid { op, message }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_forward, check_vjp};
    use crate::{DType, tensor};

    #[test]
    fn the_lowest_integer_is_subtracted() {
        let lowest = i64::MIN;
        let y = tensor![1.0f64].sub_scalar(lowest).unwrap();
        assert_eq!(y.to_vec::<f64>().unwrap(), [-(lowest as f64)]);
        let y = tensor![-1, 0].sub_scalar(lowest).unwrap();
        assert_eq!(y.to_vec::<i64>().unwrap(), [i64::MAX, i64::MIN]);
    }

    #[test]
    fn numbers_beyond_a_dtype_are_infinite() {
        let x = tensor![1.0, -2.0];
        assert_eq!(x.div_scalar(1e300).unwrap(), tensor![0.0, -0.0]);
        assert_eq!(
            x.mul_scalar(1e300).unwrap(),
            tensor![f32::INFINITY, f32::NEG_INFINITY]
        );
    }

    #[test]
    fn forward() {
        let (a, b) = (&tensor![1.0, -2.0], &tensor![4.0, 8.0]);
        check_forward(Add, [a, b], &[5.0, 6.0]);
        check_forward(Sub, [a, b], &[-3.0, -10.0]);
        check_forward(Mul, [a, b], &[4.0, -16.0]);
        check_forward(Div, [a, b], &[0.25, -0.25]);
        assert_close(&a.add_scalar(0.5).unwrap(), &[1.5, -1.5]);
        check_forward(MulScalar(Scalar::Int(3)), [a], &[3.0, -6.0]);
        check_forward(Square, [a], &[1.0, 4.0]);
    }

    #[test]
    fn vjp() {
        check_vjp(Add, [&[2, 3], &[2, 3]]);
        check_vjp(Sub, [&[2, 3], &[2, 3]]);
        check_vjp(Mul, [&[2, 3], &[2, 3]]);
        check_vjp(Div, [&[2, 3], &[2, 3]]);
        let (name, c) = (AddScalar::NAME, Scalar::Float(2.0));
        check_vjp(AddScalar { name, c }, [&[4]]);
        check_vjp(MulScalar(Scalar::Float(-2.5)), [&[4]]);
        check_vjp(Square, [&[2, 2]]);
    }

    #[test]
    fn broadcasting_and_promotion() {
        let a = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert_close(
            &a.add(&tensor![10.0, 20.0]).unwrap(),
            &[11.0, 22.0, 13.0, 24.0],
        );
        assert_close(
            &a.mul(&tensor![[10.0], [100.0]]).unwrap(),
            &[10.0, 20.0, 300.0, 400.0],
        );
        let i = tensor![1, 2];
        assert_eq!(i.add(&i).unwrap().dtype(), DType::I64);
        assert_eq!(i.add(&tensor![0.5, 0.5]).unwrap().dtype(), DType::F32);
        assert_eq!(i.add_scalar(0.5).unwrap().dtype(), DType::F32);
        assert_close(&i.div(&tensor![2, 4]).unwrap(), &[0.5, 0.5]);
        assert_close(&i.rsub_scalar(1).unwrap(), &[0.0, -1.0]);
        assert!(a.add(&tensor![1.0, 2.0, 3.0]).is_err());
    }

    #[test]
    fn strided_operands_need_no_copy_by_the_caller() {
        let a = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert_close(&a.t().unwrap().add(&a).unwrap(), &[2.0, 5.0, 5.0, 8.0]);
    }
}
