//! Comparisons: bool tensors, through which no gradient flows.

use super::Cast;
use super::broadcast::{broadcast, with_scalar};
use crate::dispatch::{for_compute, for_float};
use crate::error::ErrorKind;
use crate::kernel::{self, Real};
use crate::{Array, DType, Result, Scalar, Tensor};

/// How two numbers can stand to each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Relation {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Relation {
    fn name(self) -> &'static str {
        match self {
            Relation::Eq => "eq",
            Relation::Ne => "ne",
            Relation::Lt => "lt",
            Relation::Le => "le",
            Relation::Gt => "gt",
            Relation::Ge => "ge",
        }
    }
}

/// Where the relation holds, with broadcasting.
pub(super) fn compare(relation: Relation, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    broadcast(relation.name(), a, b, |a, b| {
        Ok(for_compute!(a.dtype(), T => match relation {
            Relation::Eq => kernel::zip(a, b, #[inline(always)] |a: T, b: T| a == b),
            Relation::Ne => kernel::zip(a, b, #[inline(always)] |a: T, b: T| a != b),
            Relation::Lt => kernel::zip(a, b, #[inline(always)] |a: T, b: T| a < b),
            Relation::Le => kernel::zip(a, b, #[inline(always)] |a: T, b: T| a <= b),
            Relation::Gt => kernel::zip(a, b, #[inline(always)] |a: T, b: T| a > b),
            Relation::Ge => kernel::zip(a, b, #[inline(always)] |a: T, b: T| a >= b),
        }))
    })
}

fn compare_scalar(relation: Relation, x: &Tensor, c: Scalar) -> Result<Tensor> {
    let (x, c) = with_scalar(x, c)?;
    compare(relation, &x, &c)
}

macro_rules! comparisons {
    ($($name:ident, $scalar:ident, $symbol:literal, $relation:ident;)*) => {
        /// Comparisons, element by element with broadcasting and promotion of dtypes: bool tensors, through
        /// which no gradient flows. NaN compares as IEEE 754 says.
        ///
        /// ```
        /// # use gradus_tensor::tensor;
        /// let x = tensor![1.0, 2.0, 3.0];
        /// assert_eq!(x.gt_scalar(1.5)?, tensor![false, true, true]);
        /// assert_eq!(x.le(&tensor![2.0])?, tensor![true, true, false]);
        /// assert_eq!(x.index(x.ne_scalar(2)?)?, tensor![1.0, 3.0]);
        /// # Ok::<(), gradus_tensor::Error>(())
        /// ```
        pub trait Comparison: Array {$(
            #[doc = concat!("`a ", $symbol, " b`.")]
            ///
            /// # Errors
            /// Shapes that do not broadcast.
            fn $name(&self, other: &Self) -> Result<Tensor> {
                compare(Relation::$relation, &self.value(), &other.value())
            }

            #[doc = concat!("`a ", $symbol, " c`. A float `c` is compared in the dtype that the sum would have.")]
            ///
            /// # Errors
            /// None today.
            fn $scalar(&self, c: impl Into<Scalar>) -> Result<Tensor> {
                compare_scalar(Relation::$relation, &self.value(), c.into())
            }
        )*

            /// `|a − b| ≤ atol + rtol |b|`; infinities are close to themselves, NaN to NaN if `equal_nan`.
            ///
            /// # Errors
            /// Dtypes that differ; a negative tolerance; shapes that do not broadcast.
            fn isclose(&self, other: &Self, rtol: f64, atol: f64, equal_nan: bool) -> Result<Tensor> {
                close(&self.value(), &other.value(), rtol, atol, equal_nan)
            }

            /// Whether [`isclose`](Comparison::isclose) holds everywhere. PyTorch's defaults are `rtol`
            /// 1e-5, `atol` 1e-8, `equal_nan` false.
            ///
            /// # Errors
            /// As there.
            fn allclose(&self, other: &Self, rtol: f64, atol: f64, equal_nan: bool) -> Result<bool> {
                let close = self.isclose(other, rtol, atol, equal_nan)?;
                close.all()?.item::<bool>()
            }
        }
        impl<A: Array> Comparison for A {}
    };
}

comparisons! {
    eq, eq_scalar, "=", Eq;
    ne, ne_scalar, "≠", Ne;
    lt, lt_scalar, "<", Lt;
    le, le_scalar, "≤", Le;
    gt, gt_scalar, ">", Gt;
    ge, ge_scalar, "≥", Ge;
}

fn close(a: &Tensor, b: &Tensor, rtol: f64, atol: f64, equal_nan: bool) -> Result<Tensor> {
    const OP: &str = "isclose";
    if a.dtype() != b.dtype() {
        let (lhs, rhs) = (a.dtype(), b.dtype());
        return Err(ErrorKind::DTypeMismatch { op: OP, lhs, rhs }.into());
    }
    if rtol < 0.0 || atol < 0.0 {
        let message = format!("rtol {rtol} and atol {atol} must not be negative");
        return Err(ErrorKind::Invalid { op: OP, message }.into());
    }
    if matches!(a.dtype(), DType::F32 | DType::F64) {
        return broadcast(OP, a, b, |a, b| {
            for_float!(OP, a.dtype(), T => {
                let [rtol, atol, infinity] = [rtol, atol, f64::INFINITY].map(T::from_f64);
                Ok(kernel::zip(a, b, #[inline(always)] move |a: T, b: T| {
                    let apart = (a - b).abs();
                    let near = (apart <= (b * rtol).abs() + atol) & (apart < infinity);
                    (a == b) | near | (equal_nan & (a.ne(&a)) & (b.ne(&b)))
                }))
            })
        });
    }
    let mut close = compare(Relation::Eq, a, b)?;
    if equal_nan {
        close = close.logical_or(&a.isnan()?.logical_and(&b.isnan()?)?)?;
    }
    if rtol == 0.0 && atol == 0.0 {
        return Ok(close);
    }
    // The difference and the tolerance of integers are measured in floats, as PyTorch does.
    let (a, b) = (a.to_float()?, b.to_float()?);
    let allowed = b.mul_scalar(rtol)?.abs()?.add_scalar(atol)?;
    let actual = a.sub(&b)?.abs()?;
    let near = compare(Relation::Le, &actual, &allowed)?.logical_and(&actual.isfinite()?)?;
    close.logical_or(&near)
}

impl Tensor {
    /// Whether both are close everywhere; see [`Comparison::allclose`].
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn allclose(&self, other: &Tensor, rtol: f64, atol: f64, equal_nan: bool) -> Result<bool> {
        Comparison::allclose(self, other, rtol, atol, equal_nan)
    }

    /// Which elements are among `candidates`, or with `invert` which are not. NaN is equal to nothing.
    ///
    /// # Errors
    /// Bool tensors.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let found = tensor![1, 2, 3].isin(&tensor![3, 1], false)?;
    /// assert_eq!(found.to_vec::<bool>()?, [true, false, true]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn isin(&self, candidates: &Tensor, invert: bool) -> Result<Tensor> {
        for x in [self, candidates] {
            if x.dtype() == DType::Bool {
                let (op, expected, got) = ("isin", "numbers", x.dtype());
                return Err(ErrorKind::DType { op, expected, got }.into());
            }
        }
        let dtype = self.dtype().promote(candidates.dtype());
        let (x, candidates) = (
            Tensor::to_dtype(self, dtype)?,
            Tensor::to_dtype(candidates, dtype)?,
        );
        let found: Vec<bool> = if dtype.is_float() {
            let mut sorted = candidates.to_vec::<f64>()?;
            sorted.retain(|c| !c.is_nan());
            sorted.sort_unstable_by(f64::total_cmp);
            // Adding zero makes −0.0 the 0.0 it is equal to.
            let plain = |c: f64| c + 0.0;
            let among = |x: f64| sorted.binary_search_by(|c| plain(*c).total_cmp(&plain(x)));
            x.to_vec::<f64>()?
                .iter()
                .map(|&x| among(x).is_ok() != invert)
                .collect()
        } else {
            let mut sorted = candidates.to_vec::<i64>()?;
            sorted.sort_unstable();
            x.to_vec::<i64>()?
                .iter()
                .map(|x| sorted.binary_search(x).is_ok() != invert)
                .collect()
        };
        Tensor::from_vec(found, x.shape())
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    #[track_caller]
    fn check(got: crate::Result<Tensor>, expected: &[bool]) {
        assert_eq!(got.unwrap().to_vec::<bool>().unwrap(), expected);
    }

    #[test]
    fn by_hand() {
        let x = tensor![1.0, f32::NAN, 3.0];
        check(x.gt_scalar(2.0), &[false, false, true]);
        check(x.ne(&x), &[false, true, false]);
        check(tensor![0, 1].ge_scalar(0.5), &[false, true]);
        let grid = tensor![[1], [2]].le(&tensor![1, 2]).unwrap();
        assert_eq!((grid.dtype(), grid.shape()), (DType::Bool, &[2, 2][..]));
        assert!(tensor![1, 2].eq(&tensor![1, 2, 3]).is_err());
        check(tensor![true, false].lt_scalar(true), &[false, true]);
    }

    #[test]
    fn numbers_are_compared_in_the_dtype_of_their_sum() {
        // 2²⁴ + 1 is no f32, and integers against a float are compared as f32.
        check(tensor![16_777_217].eq_scalar(16_777_216.0), &[true]);
        check(tensor![16_777_217].eq_scalar(16_777_216), &[false]);
        check(tensor![0.1].eq_scalar(0.1), &[true]);
        check(tensor![i64::MAX].eq(&tensor![i64::MAX - 1]), &[false]);
    }

    #[test]
    fn closeness() {
        let inf = f32::INFINITY;
        let (a, b) = (
            tensor![inf, f32::NAN, -inf, inf],
            tensor![inf, f32::NAN, inf, 1.0],
        );
        check(
            a.isclose(&b, 1e-5, 1e-8, false),
            &[true, false, false, false],
        );
        check(a.isclose(&b, 1e-5, 1e-8, true), &[true, true, false, false]);
        check(
            tensor![100, 100].isclose(&tensor![101, 111], 0.1, 0.0, false),
            &[true, true],
        );
        check(
            tensor![1i64 << 62].isclose(&tensor![(1i64 << 62) + 1], 0.0, 0.0, false),
            &[false],
        );
        assert!(
            tensor![1.0]
                .allclose(&tensor![1.0, 1.000_001], 1e-5, 0.0, false)
                .unwrap()
        );
        let double = Tensor::scalar(1.0f64);
        assert!(tensor![1.0].isclose(&double, 0.1, 0.1, false).is_err());
        assert_eq!(
            a.isclose(&b, -1.0, 0.0, false).unwrap_err().to_string(),
            "isclose: rtol -1 and atol 0 must not be negative"
        );
    }

    #[test]
    fn membership() {
        check(
            tensor![[1, 2], [3, 4]].isin(&tensor![4, 1], true),
            &[false, true, true, false],
        );
        check(
            tensor![-0.0, f32::NAN, 2.0].isin(&tensor![f32::NAN, 0.0], false),
            &[true, false, false],
        );
        check(tensor![1.0, 2.0].isin(&tensor![2], false), &[false, true]);
        check(tensor![1].isin(&tensor![], false), &[false]);
        assert!(tensor![true].isin(&tensor![true], false).is_err());
    }
}
