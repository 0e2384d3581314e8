//! Largest and smallest elements, and where they stand.

use super::expect::expect_numbers;
use super::lines::{around, pick};
use super::reduced::{DimSet, Fold, reduce, reduced_layout};
use super::{Arithmetic, Shapes};
use crate::dispatch::{for_compute, for_float};
use crate::kernel;
use crate::layout::{Layout, resolve_dim};
use crate::{Array, Element, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// The largest or smallest elements along dimensions.
#[derive(Clone, Debug)]
pub(super) struct Extreme {
    /// The method that asked for it.
    name: &'static str,
    fold: Fold,
    dims: DimSet,
    keepdim: bool,
}

impl Op<1> for Extreme {
    const NAME: &'static str = "extreme";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn name(&self) -> &'static str {
        self.name
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        reduce(self.name, x, self.dims, self.keepdim, self.fold)
    }

    /// dL/dx = g / n at each of the n elements that are extreme, 0 elsewhere
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        share_among_equals(saved.input(0)?, saved.output()?, g, self.dims)
    }
}

/// The gradient of a result that is one of the reduced elements: equal shares for those equal to it.
pub(super) fn share_among_equals<A: Array>(x: &A, y: &A, g: &A, dims: DimSet) -> Result<A> {
    let shape = x.shape();
    let share = shares(&x.value(), &dims.restore(&y.value(), shape)?, dims)?;
    dims.restore(g, shape)?
        .expand(shape)?
        .mul(&A::constant(share))
}

/// 1 / n where `x` is one of the n elements equal to `y`, or NaN like it; 0 elsewhere.
#[expect(clippy::eq_op, reason = "only NaN differs from itself")]
fn shares(x: &Tensor, y: &Tensor, dims: DimSet) -> Result<Tensor> {
    let y = y.expand(x.shape())?;
    let equal = for_float!("amax", x.dtype(), T => {
        Ok::<_, crate::Error>(kernel::zip(x, &y, |x: T, y: T| {
            if (x == y) | ((x != x) & (y != y)) { T::ONE } else { T::ZERO }
        }))
    })?;
    let count = reduce("amax", &equal, dims, true, Fold::Sum)?;
    equal.div(&count)
}

/// Largest and smallest elements. NaN is both: it wins over every number.
///
/// Where several elements are extreme, reductions to a value alone share the gradient equally among
/// them; with positions it goes to the first.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1.0, 5.0], [7.0, 2.0]];
/// assert_eq!(x.max()?.item::<f32>()?, 7.0);
/// let (values, positions) = x.max_dim(1, false)?;
/// assert_eq!((values, positions), (tensor![5.0, 7.0], tensor![1, 0]));
/// assert_eq!(x.argmax(1, false)?, tensor![1, 0]);
/// assert_eq!(x.argmax(None, false)?.item::<i64>()?, 2);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Extremes: Array {
    /// The largest element.
    ///
    /// # Errors
    /// An empty tensor.
    fn max(&self) -> Result<Self> {
        extreme("max", self, &[], false, Fold::Largest)
    }

    /// The smallest element.
    ///
    /// # Errors
    /// An empty tensor.
    fn min(&self) -> Result<Self> {
        extreme("min", self, &[], false, Fold::Smallest)
    }

    /// The largest elements along these dimensions; along all of them if none is named.
    ///
    /// # Errors
    /// A dimension that does not exist, is named twice or is empty.
    fn amax(&self, dims: &[isize], keepdim: bool) -> Result<Self> {
        extreme("amax", self, dims, keepdim, Fold::Largest)
    }

    /// The smallest elements along these dimensions; along all of them if none is named.
    ///
    /// # Errors
    /// As [`amax`](Extremes::amax).
    fn amin(&self, dims: &[isize], keepdim: bool) -> Result<Self> {
        extreme("amin", self, dims, keepdim, Fold::Smallest)
    }

    /// The smallest and the largest elements along `dim`, or of all for `None`, in this order.
    ///
    /// # Errors
    /// A dimension that does not exist or is empty.
    fn aminmax(&self, dim: impl Into<Option<isize>>, keepdim: bool) -> Result<(Self, Self)> {
        let dims: Vec<isize> = dim.into().into_iter().collect();
        let low = extreme("aminmax", self, &dims, keepdim, Fold::Smallest)?;
        Ok((
            low,
            extreme("aminmax", self, &dims, keepdim, Fold::Largest)?,
        ))
    }

    /// The largest elements along `dim` and their positions, the first among equals.
    ///
    /// # Errors
    /// A dimension that does not exist or is empty.
    fn max_dim(&self, dim: isize, keepdim: bool) -> Result<(Self, Tensor)> {
        let index = positions("max", &self.value(), dim, true, Fold::Largest)?;
        pick(self, dim, index, keepdim)
    }

    /// The smallest elements along `dim` and their positions, the first among equals.
    ///
    /// # Errors
    /// As [`max_dim`](Extremes::max_dim).
    fn min_dim(&self, dim: isize, keepdim: bool) -> Result<(Self, Tensor)> {
        let index = positions("min", &self.value(), dim, true, Fold::Smallest)?;
        pick(self, dim, index, keepdim)
    }
}
impl<A: Array> Extremes for A {}

fn extreme<A: Array>(
    op: &'static str,
    x: &A,
    dims: &[isize],
    keepdim: bool,
    fold: Fold,
) -> Result<A> {
    let shape = x.shape();
    let dims = DimSet::or_all(op, dims, shape.len())?;
    if let Some(dim) = (0..shape.len()).find(|&d| dims.has(d) && shape[d] == 0) {
        return Err(nothing_extreme(op, dim));
    }
    A::apply(
        Extreme {
            name: op,
            fold,
            dims,
            keepdim,
        },
        [x],
    )
}

#[cold]
fn nothing_extreme(op: &'static str, dim: usize) -> crate::Error {
    let message = format!("dimension {dim} is empty, there is nothing to choose from");
    ErrorKind::Invalid { op, message }.into()
}

impl Tensor {
    /// Position of the largest element along `dim`, or among all for `None`, as `i64`; the first among
    /// equals, the first NaN if there is one. `keepdim` leaves sizes of 1.
    ///
    /// # Errors
    /// A dimension that does not exist or is empty; a bool tensor.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![[1.0, 5.0], [7.0, 3.0]];
    /// assert_eq!(x.argmax(1, false)?.to_vec::<i64>()?, [1, 0]);
    /// assert_eq!(x.argmax(None, false)?.item::<i64>()?, 2);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn argmax(&self, dim: impl Into<Option<isize>>, keepdim: bool) -> Result<Tensor> {
        argument("argmax", self, dim.into(), keepdim, Fold::Largest)
    }

    /// Position of the smallest element along `dim`; see [`argmax`](Tensor::argmax).
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn argmin(&self, dim: impl Into<Option<isize>>, keepdim: bool) -> Result<Tensor> {
        argument("argmin", self, dim.into(), keepdim, Fold::Smallest)
    }
}

fn argument(
    op: &'static str,
    x: &Tensor,
    dim: Option<isize>,
    keepdim: bool,
    fold: Fold,
) -> Result<Tensor> {
    expect_numbers(op, x)?;
    if let Some(dim) = dim {
        return positions(op, x, dim, keepdim, fold);
    }
    let position = positions(op, &x.reshape([x.numel()])?, 0, false, fold)?;
    if keepdim {
        return position.reshape([1; crate::MAX_RANK].split_at(x.rank()).0);
    }
    Ok(position)
}

/// The first position of the extreme element of each line along `dim`.
fn positions(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    keepdim: bool,
    fold: Fold,
) -> Result<Tensor> {
    let x = &crate::ops::Cast::to_dtype(x, for_compute!(x.dtype(), T => T::DTYPE))?;
    let at = resolve_dim(op, dim, x.rank())?;
    let size = x.shape().get(at).copied().unwrap_or(1);
    if size == 0 {
        return Err(nothing_extreme(op, at));
    }
    let layout: Layout =
        reduced_layout(op, x.shape(), DimSet::new(op, &[dim], x.rank())?, keepdim)?;
    let sizes = around(x.shape(), at);
    Ok(for_compute!(x.dtype(), T => match fold {
        Fold::Largest => kernel::find_middle::<T, _>(x, sizes, &layout, kernel::Larger),
        _ => kernel::find_middle::<T, _>(x, sizes, &layout, kernel::Smaller),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};
    use crate::{DType, tensor};

    #[test]
    fn forward() {
        let x = tensor![[1.0, 5.0, 5.0], [7.0, f32::NAN, -9.0]];
        assert_close(&x.amax(&[0], false).unwrap(), &[7.0, f64::NAN, 5.0]);
        assert_close(&x.amin(&[1], true).unwrap(), &[1.0, f64::NAN]);
        assert_close(&x.max().unwrap(), &[f64::NAN]);
        let (low, high) = tensor![[3, 1], [2, 4]].aminmax(0, false).unwrap();
        assert_eq!(low.to_vec::<i64>().unwrap(), [2, 1]);
        assert_eq!(high.to_vec::<i64>().unwrap(), [3, 4]);
        let (low, high) = tensor![true, false].aminmax(None, true).unwrap();
        assert_eq!(
            (low.shape(), low.dtype(), low.to_vec::<bool>().unwrap()),
            (&[1][..], DType::Bool, vec![false]),
        );
        assert!(high.item::<bool>().unwrap());
    }

    #[test]
    fn vjp() {
        for (fold, dims, keepdim) in [
            (Fold::Largest, &[1][..], false),
            (Fold::Smallest, &[0, 2], true),
            (Fold::Largest, &[], false),
        ] {
            let dims = DimSet::or_all("amax", dims, 3).unwrap();
            let op = Extreme {
                name: "amax",
                fold,
                dims,
                keepdim,
            };
            check_vjp(op, [&[2, 3, 2]]);
        }
    }

    #[test]
    fn equal_extremes_share_the_gradient() {
        let x = Tensor::from_vec(vec![2.0, 1.0, 2.0, f64::NAN], [2, 2]).unwrap();
        let y = x.amax(&[0], false).unwrap();
        let g = Tensor::from_vec(vec![3.0, 5.0], [2]).unwrap();
        let dims = DimSet::new("amax", &[0], 2).unwrap();
        let shared = share_among_equals(&x, &y, &g, dims).unwrap();
        assert_close(&shared, &[1.5, 0.0, 1.5, 5.0]);
    }

    #[test]
    fn positions_are_the_first_of_equals_and_of_what_is_not_a_number() {
        let x = tensor![[1.0, 5.0, 5.0], [7.0, f32::NAN, 9.0]];
        assert_eq!(x.argmax(1, false).unwrap().to_vec::<i64>().unwrap(), [1, 1]);
        assert_eq!(x.argmin(-1, true).unwrap().shape(), [2, 1]);
        assert_eq!(
            x.argmin(0, false).unwrap().to_vec::<i64>().unwrap(),
            [0, 1, 0]
        );
        let all = x.argmin(None, true).unwrap();
        assert_eq!((all.shape(), all.item::<i64>().unwrap()), (&[1, 1][..], 4));
        assert_eq!(
            tensor![3, 1, 2]
                .argmin(0, false)
                .unwrap()
                .item::<i64>()
                .unwrap(),
            1
        );
        let (values, places) = x.max_dim(1, false).unwrap();
        assert_close(&values, &[5.0, f64::NAN]);
        assert_eq!(places.to_vec::<i64>().unwrap(), [1, 1]);
        let (values, places) = x.min_dim(0, true).unwrap();
        assert_close(&values, &[1.0, f64::NAN, 5.0]);
        assert_eq!(places.shape(), [1, 3]);
    }

    #[test]
    fn a_middle_dimension() {
        let x =
            Tensor::from_vec(vec![0.0f32, 9.0, 1.0, 2.0, 3.0, 4.0, 8.0, 5.0], [2, 2, 2]).unwrap();
        assert_eq!(
            x.argmax(1, false).unwrap().to_vec::<i64>().unwrap(),
            [1, 0, 1, 1]
        );
        assert_eq!(
            x.argmax(0, false).unwrap().to_vec::<i64>().unwrap(),
            [1, 0, 1, 1]
        );
    }

    #[test]
    fn nothing_has_no_extreme() {
        let x = Tensor::zeros([0, 3], DType::F32).unwrap();
        assert_eq!(
            x.max().unwrap_err().to_string(),
            "max: dimension 0 is empty, there is nothing to choose from"
        );
        assert!(x.argmin(0, false).is_err() && x.argmax(None, false).is_err());
        assert!(x.amax(&[0], false).is_err() && x.aminmax(0, true).is_err());
        assert_eq!(x.amax(&[1], false).unwrap().shape(), [0]);
        assert_eq!(x.max_dim(1, true).unwrap().0.shape(), [0, 1]);
        assert!(tensor![true].argmax(0, false).is_err());
    }

    #[test]
    fn a_number_alone_is_its_own_extreme() {
        let x = Tensor::scalar(2.5f32);
        let (value, place) = x.max_dim(-1, true).unwrap();
        assert_eq!((value.shape(), place.item::<i64>().unwrap()), (&[][..], 0));
        assert_close(&x.amin(&[0], true).unwrap(), &[2.5]);
        assert!(x.amax(&[1], false).is_err());
    }
}
