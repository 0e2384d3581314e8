//! Running sums, products, extremes and logarithms of sums.

use super::expect::expect_float;
use super::lines::around;
use super::recurrence::{Recurrence, delayed};
use super::{Arithmetic, Cast, Concatenate, Exponential, Gathering, Shapes};
use crate::dispatch::for_compute;
use crate::kernel;
use crate::layout::resolve_dim;
use crate::{Array, DType, Element, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct CumulativeSum {
    dim: usize,
    reverse: bool,
}

impl Op<1> for CumulativeSum {
    const NAME: &'static str = "cumsum";
    const SAVES: Saves = Saves::NOTHING;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let sizes = around(x.shape(), self.dim);
        let wide = Cast::to_dtype(x, for_compute!(x.dtype(), T => T::DTYPE))?;
        Cast::to_dtype(
            &kernel::cumulative_sum(&wide, sizes, self.reverse),
            x.dtype(),
        )
    }

    /// dL/dxₖ = Σ gⱼ over all j that come after k or are k: a running sum from the other end
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let back = CumulativeSum {
            dim: self.dim,
            reverse: !self.reverse,
        };
        A::apply(back, [g])
    }
}

#[derive(Clone, Debug)]
pub(super) struct CumulativeProduct {
    pub(super) dim: usize,
    pub(super) reverse: bool,
}

impl Op<1> for CumulativeProduct {
    const NAME: &'static str = "cumprod";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let wide = if x.dtype().is_float() {
            DType::F64
        } else {
            DType::I64
        };
        let sizes = around(x.shape(), self.dim);
        let product = kernel::cumulative_product(&Cast::to_dtype(x, wide)?, sizes, self.reverse);
        Cast::to_dtype(&product, x.dtype())
    }

    /// With sₖ = gₖ + xₖ₊₁ sₖ₊₁ the gradient that reaches yₖ in all: dL/dxₖ = sₖ yₖ₋₁, where y₋₁ = 1
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let CumulativeProduct { dim, reverse } = *self;
        let later = delayed(saved.input(0)?, dim, !reverse, 0)?;
        let back = Recurrence {
            dim,
            reverse: !reverse,
        };
        let reaching = A::apply(back, [&later, g])?;
        reaching.mul(&delayed(saved.output()?, dim, reverse, 1)?)
    }
}

#[derive(Clone, Debug)]
pub(super) struct CumulativeLogSumExp {
    dim: usize,
}

impl Op<1> for CumulativeLogSumExp {
    const NAME: &'static str = "logcumsumexp";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let wide = Cast::to_dtype(x, DType::F64)?;
        let sizes = around(x.shape(), self.dim);
        Cast::to_dtype(&kernel::cumulative_logsumexp(&wide, sizes), x.dtype())
    }

    /// With sₖ = gₖ + sₖ₊₁ exp(yₖ − yₖ₊₁): dL/dxₖ = sₖ exp(xₖ − yₖ)
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (x, y) = (saved.input(0)?, saved.output()?);
        let dim = self.dim;
        let later = shares_of_next(y, dim)?;
        let back = Recurrence { dim, reverse: true };
        let reaching = A::apply(back, [&later, g])?;
        reaching.mul(&x.sub(y)?.exp()?)
    }
}

/// `exp(yₖ − yₖ₊₁)`, and 0 for the last one, which has none after it.
fn shares_of_next<A: Array>(y: &A, dim: usize) -> Result<A> {
    let last = A::constant(y.value().zeros_like());
    let len = match y.shape().get(dim) {
        None | Some(0) => return Ok(last),
        Some(len) => len - 1,
    };
    let dim = dim as isize;
    let shares = y.narrow(dim, 0, len)?.sub(&y.narrow(dim, 1, len)?)?.exp()?;
    A::cat(&[&shares, &last.narrow(dim, 0, 1)?], dim)
}

/// Running results along one dimension, each of all elements up to its place.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1, 2], [3, 4]];
/// assert_eq!(x.cumsum(0)?, tensor![[1, 2], [4, 6]]);
/// assert_eq!(x.cumprod(1)?, tensor![[1, 2], [3, 12]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Cumulative: Array {
    /// `yₖ = x₀ + … + xₖ`. Integers and bools give `i64`; sums of `f32` are carried in `f64`.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn cumsum(&self, dim: isize) -> Result<Self> {
        let dim = resolve_dim(CumulativeSum::NAME, dim, self.shape().len())?;
        let x = wide_enough(self)?;
        Self::apply(
            CumulativeSum {
                dim,
                reverse: false,
            },
            [&x],
        )
    }

    /// `yₖ = x₀ · … · xₖ`. Integers and bools give `i64`.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn cumprod(&self, dim: isize) -> Result<Self> {
        let dim = resolve_dim(CumulativeProduct::NAME, dim, self.shape().len())?;
        let x = wide_enough(self)?;
        Self::apply(
            CumulativeProduct {
                dim,
                reverse: false,
            },
            [&x],
        )
    }

    /// The largest of x₀ … xₖ and its position, the last one among equals. From the first NaN on all
    /// are NaN.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn cummax(&self, dim: isize) -> Result<(Self, Tensor)> {
        running_extreme("cummax", self, dim, false)
    }

    /// The smallest of x₀ … xₖ and its position; see [`cummax`](Cumulative::cummax).
    ///
    /// # Errors
    /// As there.
    fn cummin(&self, dim: isize) -> Result<(Self, Tensor)> {
        running_extreme("cummin", self, dim, true)
    }

    /// `yₖ = ln(exp x₀ + … + exp xₖ)`, without overflow.
    ///
    /// # Errors
    /// A dimension that does not exist; integers and bools.
    fn logcumsumexp(&self, dim: isize) -> Result<Self> {
        const OP: &str = CumulativeLogSumExp::NAME;
        let dim = resolve_dim(OP, dim, self.shape().len())?;
        expect_float(OP, self)?;
        Self::apply(CumulativeLogSumExp { dim }, [self])
    }
}
impl<A: Array> Cumulative for A {}

/// Floats as they are, bools and integers as `i64`.
fn wide_enough<A: Array>(x: &A) -> Result<A> {
    if x.dtype().is_float() {
        Ok(x.clone())
    } else {
        x.to_dtype(DType::I64)
    }
}

fn running_extreme<A: Array>(
    op: &'static str,
    x: &A,
    dim: isize,
    smallest: bool,
) -> Result<(A, Tensor)> {
    let shape = x.shape();
    let sizes = around(shape, resolve_dim(op, dim, shape.len())?);
    let value = x.value();
    let index = for_compute!(value.dtype(), T => {
        kernel::running_extreme::<T>(&Cast::to_dtype(&value, T::DTYPE)?, sizes, smallest)
    });
    if shape.is_empty() {
        return Ok((x.clone(), index));
    }
    Ok((x.gather(dim, &index)?, index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp, check_vjp_at};

    #[test]
    fn forward() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        assert_close(&x.cumsum(0).unwrap(), &[1.0, 2.0, 4.0, 6.0, 9.0, 12.0]);
        assert_close(&x.cumsum(-1).unwrap(), &[1.0, 3.0, 3.0, 7.0, 5.0, 11.0]);
        assert_close(&x.cumprod(0).unwrap(), &[1.0, 2.0, 3.0, 8.0, 15.0, 48.0]);
        let ln2 = std::f64::consts::LN_2;
        let y = tensor![0.0, 0.0, f32::NEG_INFINITY]
            .logcumsumexp(0)
            .unwrap();
        assert_close(&y, &[0.0, ln2, ln2]);
        let y = tensor![1e4, 1e4].logcumsumexp(0).unwrap();
        assert_close(&y, &[1e4, 1e4 + ln2]);
        assert!(x.cumsum(2).is_err() && tensor![1].logcumsumexp(0).is_err());
    }

    #[test]
    fn integers_and_bools_become_i64() {
        let counts = tensor![true, false, true].cumsum(0).unwrap();
        assert_eq!(counts.as_slice::<i64>().unwrap(), [1, 1, 2]);
        let bytes = Tensor::from_vec(vec![200u8, 100], [2]).unwrap();
        assert_eq!(
            bytes.cumsum(0).unwrap().to_vec::<i64>().unwrap(),
            [200, 300]
        );
        assert_eq!(bytes.cumprod(0).unwrap().dtype(), DType::I64);
    }

    #[test]
    fn running_extremes_take_the_last_of_equals() {
        let x = tensor![1.0, 3.0, 3.0, 2.0, f32::NAN, 9.0];
        let (values, index) = x.cummax(0).unwrap();
        let nan = f64::NAN;
        assert_close(&values, &[1.0, 3.0, 3.0, 3.0, nan, nan]);
        assert_eq!(index.as_slice::<i64>().unwrap(), [0, 1, 2, 2, 4, 4]);
        let x = tensor![[i64::MAX, 4], [i64::MIN, 4]];
        let (values, index) = x.cummin(0).unwrap();
        assert_eq!(values.to_vec::<i64>().unwrap(), [i64::MAX, 4, i64::MIN, 4]);
        assert_eq!(index.to_vec::<i64>().unwrap(), [0, 0, 1, 1]);
        let (value, index) = Tensor::scalar(2.0f32).cummin(-1).unwrap();
        assert_eq!((value.rank(), index.item::<i64>().unwrap()), (0, 0));
    }

    #[test]
    fn vjp() {
        for reverse in [false, true] {
            check_vjp(CumulativeSum { dim: 1, reverse }, [&[2, 4, 3]]);
            check_vjp(CumulativeProduct { dim: 0, reverse }, [&[4, 2]]);
        }
        check_vjp(CumulativeLogSumExp { dim: 1 }, [&[2, 4, 3]]);
        let with_zeros = Tensor::from_vec(vec![2.0, 0.0, 3.0, 0.0, 4.0], [5]).unwrap();
        let product = CumulativeProduct {
            dim: 0,
            reverse: false,
        };
        check_vjp_at(product, [&with_zeros]);
    }
}
