//! Sums and means along dimensions.

use super::expect::expect_float;
use super::reduced::{DimSet, Fold, reduce};
use super::{Arithmetic, Cast, Selection, Shapes};
use crate::layout::same_shape;
use crate::{Array, DType, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// How a loss turns its elements into the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// The elements as they are.
    None,
    /// Their mean, PyTorch's default.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

/// The sum or the mean along dimensions.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    /// The method that asked for it.
    name: &'static str,
    dims: DimSet,
    keepdim: bool,
    /// Whether the sum is divided by how many elements it is of.
    mean: bool,
}

impl Op<1> for Sum {
    const NAME: &'static str = "sum";
    const SAVES: Saves = Saves::SHAPES;

    fn name(&self) -> &'static str {
        self.name
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let sum = |x| reduce(Self::NAME, x, self.dims, self.keepdim, Fold::Sum);
        if !self.mean {
            return sum(x);
        }
        let count = self.dims.count(x.shape()) as f64;
        if x.dtype().is_half() {
            // The sum alone may leave the range of a half.
            let mean = sum(&x.to_dtype(DType::F32)?)?.div_scalar(count)?;
            return mean.to_dtype(x.dtype());
        }
        sum(x)?.div_scalar(count)
    }

    /// dL/dx = g, of a mean g / n, repeated along the summed dimensions
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let shape = saved.shape(0)?;
        let shared;
        let g = if self.mean {
            shared = g.div_scalar(self.dims.count(shape) as f64)?;
            &shared
        } else {
            g
        };
        if g.shape().is_empty() {
            return g.expand(shape);
        }
        self.dims.restore(g, shape)?.expand(shape)
    }
}

/// Sums and means. Bools and integers are summed as `i64`, as in PyTorch.
///
/// Fewer than 2¹⁵ elements are added in the order of PyTorch, and sums along neighbouring dimensions of
/// contiguous tensors have its bits; more of them block by block. The result does not depend on threads, and
/// its error grows with the logarithm of the count.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(x.sum()?.item::<f32>()?, 10.0);
/// assert_eq!(x.sum_dims(&[0], false)?, tensor![4.0, 6.0]);
/// assert_eq!(x.mean_dims(&[-1], true)?, tensor![[1.5], [3.5]]);
/// assert_eq!(tensor![true, false, true].sum()?.item::<i64>()?, 2);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Sums: Array {
    /// The sum of all elements, without dimensions; 0 for an empty tensor.
    ///
    /// # Errors
    /// None for numbers.
    fn sum(&self) -> Result<Self> {
        let op = Sum {
            name: Sum::NAME,
            dims: DimSet::all(self.shape().len()),
            keepdim: false,
            mean: false,
        };
        on_summable(self, |x| Self::apply(op, [x]))
    }

    /// Sums over these dimensions; all of them if none is named. `keepdim` leaves sizes of 1.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice.
    fn sum_dims(&self, dims: &[isize], keepdim: bool) -> Result<Self> {
        let op = Sum {
            name: "sum_dims",
            dims: DimSet::or_all(Sum::NAME, dims, self.shape().len())?,
            keepdim,
            mean: false,
        };
        on_summable(self, |x| Self::apply(op, [x]))
    }

    /// The mean of all elements; NaN for an empty tensor.
    ///
    /// # Errors
    /// Integers and bools: convert them first, as PyTorch asks too.
    fn mean(&self) -> Result<Self> {
        mean("mean", self, &[], false)
    }

    /// Means over these dimensions; over all of them if none is named.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice; integers and bools.
    fn mean_dims(&self, dims: &[isize], keepdim: bool) -> Result<Self> {
        mean("mean_dims", self, dims, keepdim)
    }

    /// Sums over these dimensions that pass over NaN; over all of them if none is named.
    ///
    /// # Errors
    /// As [`sum_dims`](Sums::sum_dims).
    fn nansum(&self, dims: &[isize], keepdim: bool) -> Result<Self> {
        self.masked_fill(&nan_of(self)?, 0)?.sum_dims(dims, keepdim)
    }

    /// Means over these dimensions of the elements that are not NaN; over all of them if none is named.
    /// NaN where there is none.
    ///
    /// # Errors
    /// As [`mean_dims`](Sums::mean_dims).
    fn nanmean(&self, dims: &[isize], keepdim: bool) -> Result<Self> {
        expect_float("nanmean", self)?;
        let numbers = self.value().eq(&self.value())?.sum_dims(dims, keepdim)?;
        let count = Self::constant(numbers.to_dtype(self.dtype())?);
        self.nansum(dims, keepdim)?.div(&count)
    }

    /// Adds up whatever [`expand`](Shapes::expand) repeated, so that the result has this shape.
    ///
    /// # Errors
    /// `shape` does not expand to this tensor's shape.
    fn sum_to_size(&self, shape: &[usize]) -> Result<Self> {
        let from = self.shape();
        if shape.is_empty() {
            return self.sum();
        }
        if same_shape(from, shape) {
            return Ok(self.clone());
        }
        let lead = from.len().saturating_sub(shape.len());
        let fits = from.len() >= shape.len()
            && shape
                .iter()
                .zip(&from[lead..])
                .all(|(&s, &f)| s == f || s == 1);
        if !fits {
            return Err(ErrorKind::ShapeMismatch {
                op: "sum_to_size",
                what: "the target must expand to the tensor",
                lhs: shape.to_vec(),
                rhs: from.to_vec(),
            }
            .into());
        }
        let dims: Vec<isize> = (0..from.len())
            .filter(|&d| d < lead || shape[d - lead] != from[d])
            .map(|d| d as isize)
            .collect();
        self.sum_dims(&dims, true)?.reshape(shape)
    }
}
impl<A: Array> Sums for A {}

fn mean<A: Array>(name: &'static str, x: &A, dims: &[isize], keepdim: bool) -> Result<A> {
    const OP: &str = "mean";
    expect_float(OP, x)?;
    let op = Sum {
        name,
        dims: DimSet::or_all(OP, dims, x.shape().len())?,
        keepdim,
        mean: true,
    };
    A::apply(op, [x])
}

/// Where elements differ from themselves: NaN alone does.
fn nan_of<A: Array>(x: &A) -> Result<Tensor> {
    x.value().ne(&x.value())
}

/// Runs `f` on floats and bools, which are counted, as they are, on integers as `i64`.
#[inline]
fn on_summable<A: Array>(x: &A, f: impl FnOnce(&A) -> Result<A>) -> Result<A> {
    if x.dtype().is_float() || x.dtype() == DType::Bool {
        f(x)
    } else {
        f(&x.to_dtype(DType::I64)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn forward() {
        let x = tensor![[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]];
        assert_close(&x.sum().unwrap(), &[36.0]);
        assert_close(&x.sum_dims(&[0], false).unwrap(), &[6.0, 8.0, 10.0, 12.0]);
        assert_close(&x.sum_dims(&[-1], false).unwrap(), &[3.0, 7.0, 11.0, 15.0]);
        assert_close(&x.sum_dims(&[0, 2], false).unwrap(), &[14.0, 22.0]);
        assert_eq!(x.sum_dims(&[0, 2], true).unwrap().shape(), [1, 2, 1]);
        assert_close(&x.mean_dims(&[1], false).unwrap(), &[2.0, 3.0, 6.0, 7.0]);
        assert_close(&x.mean().unwrap(), &[4.5]);
    }

    #[test]
    fn vjp() {
        for mean in [false, true] {
            let sum = |dims, rank, keepdim| Sum {
                name: Sum::NAME,
                dims: DimSet::or_all(Sum::NAME, dims, rank).unwrap(),
                keepdim,
                mean,
            };
            check_vjp(sum(&[0], 2, false), [&[3, 2]]);
            check_vjp(sum(&[1], 2, true), [&[3, 2]]);
            check_vjp(sum(&[0, 2], 3, false), [&[3, 2, 4]]);
            check_vjp(sum(&[], 2, false), [&[3, 2]]);
        }
    }

    #[test]
    fn integers_are_summed_as_i64_and_have_no_mean() {
        assert_eq!(tensor![true, true].sum().unwrap().item::<i64>().unwrap(), 2);
        let e = tensor![1, -1].mean().unwrap_err();
        assert_eq!(
            e.to_string(),
            "mean: expected a floating-point tensor, got i64; convert with to_dtype"
        );
    }

    #[test]
    fn empty_sums_are_zero_and_empty_means_nan() {
        let x = Tensor::zeros([0, 3], DType::F32).unwrap();
        assert_close(&x.sum().unwrap(), &[0.0]);
        assert_close(&x.sum_dims(&[0], false).unwrap(), &[0.0; 3]);
        assert_close(&x.mean().unwrap(), &[f64::NAN]);
        assert_close(&x.mean_dims(&[0], false).unwrap(), &[f64::NAN; 3]);
    }

    #[test]
    fn what_is_not_a_number_is_passed_over() {
        let nan = f32::NAN;
        let x = tensor![[1.0, nan, 3.0], [nan, nan, nan]];
        assert_close(&x.nansum(&[1], false).unwrap(), &[4.0, 0.0]);
        assert_close(&x.nanmean(&[1], true).unwrap(), &[2.0, f64::NAN]);
        assert_close(&x.nanmean(&[], false).unwrap(), &[2.0]);
        assert_eq!(
            tensor![true, true].nansum(&[], false).unwrap().dtype(),
            DType::I64
        );
        assert!(tensor![1].nanmean(&[], false).is_err());
    }

    #[test]
    fn means_of_halves_are_not_cut_off() {
        let x = Tensor::full([4], 60_000.0, DType::F16).unwrap();
        let mean = x.mean().unwrap();
        assert_eq!(
            (mean.dtype(), mean.item::<f32>().unwrap()),
            (DType::F16, 60_000.0)
        );
    }

    #[test]
    fn bad_dimensions_are_refused() {
        let x = tensor![[1.0, 2.0]];
        assert!(x.sum_dims(&[2], false).is_err());
        assert!(
            x.sum_dims(&[0, -2], false)
                .unwrap_err()
                .to_string()
                .contains("named twice")
        );
    }

    #[test]
    fn what_was_expanded_is_summed_back() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert_close(&x.sum_to_size(&[2]).unwrap(), &[4.0, 6.0]);
        assert_close(&x.sum_to_size(&[2, 1]).unwrap(), &[3.0, 7.0]);
        assert!(x.sum_to_size(&[3]).is_err());
    }
}
