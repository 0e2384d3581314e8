//! Medians, modes and quantiles.

use super::expect::expect_numbers;
use super::extreme::share_among_equals;
use super::lines::{lines_last, pick};
use super::reduced::DimSet;
use super::sort::positions_of;
use super::{Arithmetic, Gathering, Interpolation, Selection, Shapes, Sorting};
use crate::kernel::Ranks;
use crate::layout::resolve_dim;
use crate::{Array, DType, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// The median of all elements.
#[derive(Clone, Debug)]
pub(super) struct Median {
    ignore_nan: bool,
}

impl Median {
    fn ranks(ignore_nan: bool) -> Ranks {
        if ignore_nan {
            Ranks::NanMedian
        } else {
            Ranks::Median
        }
    }
}

impl Op<1> for Median {
    const NAME: &'static str = "median";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn name(&self) -> &'static str {
        if self.ignore_nan {
            "nanmedian"
        } else {
            "median"
        }
    }

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let all = x.reshape([x.numel()])?;
        let ranks = Self::ranks(self.ignore_nan);
        let index = positions_of(self.name(), &all, 0, ranks, false)?;
        all.gather(0, &index)?.squeeze(0)
    }

    /// dL/dx = g / n at each of the n elements that equal the median, 0 elsewhere
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?;
        let dims = DimSet::all(x.shape().len());
        share_among_equals(x, saved.output()?, g, dims)
    }
}

/// What a quantile between two elements is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QuantileInterpolation {
    /// On the line between them.
    #[default]
    Linear,
    /// The lower one.
    Lower,
    /// The higher one.
    Higher,
    /// Their mean.
    Midpoint,
    /// The nearer one, the one of even rank if both are as near.
    Nearest,
}

/// Elements in the middle, the most frequent ones, and quantiles.
///
/// ```
/// use gradus_tensor::{ops::QuantileInterpolation, tensor};
/// let x = tensor![4.0, 1.0, 3.0, 2.0];
/// assert_eq!(x.median()?.item::<f32>()?, 2.0); // the lower of the two in the middle
/// let quartiles = x.quantile(&tensor![0.25, 0.5], None, false, QuantileInterpolation::Linear)?;
/// assert_eq!(quartiles, tensor![1.75, 2.5]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Quantiles: Array {
    /// The median of all elements, the lower of two; NaN if there is a NaN or nothing at all.
    ///
    /// # Errors
    /// Bools; no elements that are integers.
    fn median(&self) -> Result<Self> {
        median_of_all(self, false)
    }

    /// The median of all elements that are not NaN; NaN if there are none.
    ///
    /// # Errors
    /// As [`median`](Quantiles::median).
    fn nanmedian(&self) -> Result<Self> {
        median_of_all(self, true)
    }

    /// The median of each line along `dim`, the lower of two, and its position; NaN and its first
    /// position if there is one.
    ///
    /// # Errors
    /// A dimension that does not exist or is empty; bools.
    fn median_dim(&self, dim: isize, keepdim: bool) -> Result<(Self, Tensor)> {
        median_of_lines(self, dim, keepdim, false)
    }

    /// The median of the elements of each line along `dim` that are not NaN, and its position.
    ///
    /// # Errors
    /// As [`median_dim`](Quantiles::median_dim).
    fn nanmedian_dim(&self, dim: isize, keepdim: bool) -> Result<(Self, Tensor)> {
        median_of_lines(self, dim, keepdim, true)
    }

    /// The most frequent value of each line along `dim`, the smallest of several, and its last
    /// position.
    ///
    /// # Errors
    /// A dimension that does not exist or is empty.
    fn mode(&self, dim: isize, keepdim: bool) -> Result<(Self, Tensor)> {
        let at = resolve_dim("mode", dim, self.shape().len())?;
        expect_elements("mode", self.shape(), at)?;
        let index = positions_of("mode", &self.value(), dim, Ranks::Mode, false)?;
        pick(self, dim, index, keepdim)
    }

    /// The values below which shares `q` of the elements along `dim` lie, of all elements for `None`:
    /// the element at rank q (n − 1) of n sorted ones, interpolated between two. NaN if there is one.
    ///
    /// The gradient flows to the elements and, where interpolation is linear, to `q`.
    ///
    /// # Shapes
    /// `q` without dimensions gives the shape of a reduction; `q` of `(k,)` puts a dimension of k in
    /// front of it.
    ///
    /// # Errors
    /// No elements; other dtypes than `f32` and `f64`, or different ones; shares outside of [0, 1]; a
    /// `q` of two dimensions.
    fn quantile(
        &self,
        q: &Self,
        dim: impl Into<Option<isize>>,
        keepdim: bool,
        interpolation: QuantileInterpolation,
    ) -> Result<Self> {
        quantile("quantile", self, q, dim.into(), keepdim, interpolation)
    }

    /// As [`quantile`](Quantiles::quantile), of the elements that are not NaN; NaN if there are none.
    ///
    /// # Errors
    /// As there.
    fn nanquantile(
        &self,
        q: &Self,
        dim: impl Into<Option<isize>>,
        keepdim: bool,
        interpolation: QuantileInterpolation,
    ) -> Result<Self> {
        quantile("nanquantile", self, q, dim.into(), keepdim, interpolation)
    }
}
impl<A: Array> Quantiles for A {}

fn median_of_all<A: Array>(x: &A, ignore_nan: bool) -> Result<A> {
    let op = Median { ignore_nan };
    expect_numbers(op.name(), x)?;
    if x.shape().contains(&0) {
        if x.dtype().is_float() {
            return Ok(A::constant(Tensor::scalar(f64::NAN).to_dtype(x.dtype())?));
        }
        return Err(nothing(op.name()));
    }
    A::apply(op, [x])
}

fn median_of_lines<A: Array>(
    x: &A,
    dim: isize,
    keepdim: bool,
    ignore_nan: bool,
) -> Result<(A, Tensor)> {
    let op = Median { ignore_nan }.name();
    expect_numbers(op, x)?;
    expect_elements(op, x.shape(), resolve_dim(op, dim, x.shape().len())?)?;
    let ranks = Median::ranks(ignore_nan);
    let index = positions_of(op, &x.value(), dim, ranks, false)?;
    pick(x, dim, index, keepdim)
}

/// # Errors
/// The dimension is empty.
#[inline]
fn expect_elements(op: &'static str, shape: &[usize], dim: usize) -> Result<()> {
    if shape.get(dim) != Some(&0) {
        return Ok(());
    }
    let message = format!("dimension {dim} is empty, there is nothing to choose from");
    Err(ErrorKind::Invalid { op, message }.into())
}

#[cold]
#[inline]
fn nothing(op: &'static str) -> crate::Error {
    let message = "the tensor is empty, there is nothing to choose from".into();
    ErrorKind::Invalid { op, message }.into()
}

fn quantile<A: Array>(
    op: &'static str,
    x: &A,
    q: &A,
    dim: Option<isize>,
    keepdim: bool,
    interpolation: QuantileInterpolation,
) -> Result<A> {
    let shape = x.shape();
    expect_shares(op, x, q)?;
    if shape.contains(&0) {
        return Err(nothing(op));
    }
    // The elements to rank go into one last dimension.
    let (lines, mut reduced) = match dim {
        None => (x.ravel()?, vec![1; shape.len()]),
        Some(dim) => {
            let mut reduced = shape.to_vec();
            if let Some(size) = reduced.get_mut(resolve_dim(op, dim, shape.len())?) {
                *size = 1;
            }
            (lines_last(op, x, dim)?, reduced)
        }
    };
    let (sorted, _) = lines.sort(-1, false)?;
    let count = q.shape().iter().product::<usize>();
    let ranks = ranks(op, &sorted.value(), &q.reshape([count])?, interpolation)?;
    let below = sorted.gather(-1, &floor(&ranks.value())?)?;
    let values = match interpolation {
        QuantileInterpolation::Linear | QuantileInterpolation::Midpoint => {
            let above = sorted.gather(-1, &ceil(&ranks.value())?)?;
            let weight = if interpolation == QuantileInterpolation::Linear {
                ranks.sub(&A::constant(floor(&ranks.value())?.to_dtype(x.dtype())?))?
            } else {
                A::constant(ranks.value().filled(0.5))
            };
            below.lerp(&above, &weight)?
        }
        _ => below,
    };
    // Shares come first.
    let last = values.shape().len() as isize - 1;
    let order: Vec<isize> = [last].into_iter().chain(0..last).collect();
    if !keepdim {
        match dim {
            Some(dim) if !shape.is_empty() => {
                reduced.remove(resolve_dim(op, dim, shape.len())?);
            }
            _ => reduced.clear(),
        }
    }
    let values = values.permute(&order)?;
    values.reshape([q.shape(), &reduced].concat())
}

/// # Errors
/// See [`Quantiles::quantile`].
fn expect_shares<A: Array>(op: &'static str, x: &A, q: &A) -> Result<()> {
    if !matches!(x.dtype(), DType::F32 | DType::F64) {
        return Err(ErrorKind::DType {
            op,
            expected: "f32 or f64",
            got: x.dtype(),
        }
        .into());
    }
    if q.dtype() != x.dtype() {
        return Err(ErrorKind::DTypeMismatch {
            op,
            lhs: x.dtype(),
            rhs: q.dtype(),
        }
        .into());
    }
    if q.shape().len() > 1 {
        return Err(ErrorKind::Rank {
            op,
            expected: "shares q of at most one dimension",
            got: q.shape().to_vec(),
        }
        .into());
    }
    let shares = q.value().to_vec::<f64>()?;
    if let Some(share) = shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        let message = format!("shares q lie between 0 and 1, got {share}");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    Ok(())
}

/// The rank of each share in each line, of the shape of the lines with one entry per share.
fn ranks<A: Array>(
    op: &'static str,
    sorted: &Tensor,
    q: &A,
    interpolation: QuantileInterpolation,
) -> Result<A> {
    let dtype = sorted.dtype();
    let mut shape = sorted.shape().to_vec();
    let size = std::mem::replace(
        shape.last_mut().expect("lines have a dimension"),
        q.shape()[0],
    );
    let nan = sorted.ne(sorted)?;
    let nans = nan.to_dtype(DType::I64)?.sum_dims(&[-1], true)?;
    let ranks = if op == "nanquantile" {
        // Of nothing but NaN it is the first.
        let last = nans.rsub_scalar(size as i64 - 1)?.to_dtype(dtype)?;
        let last = last.masked_fill(&last.lt_scalar(0)?, 0)?;
        q.mul(&A::constant(last))?
    } else {
        let ranks = q.mul_scalar((size - 1) as f64)?.expand(&shape)?;
        let any = nans.gt_scalar(0)?.expand(&shape)?;
        ranks.masked_fill(&any, (size - 1) as f64)?
    };
    let ranks = ranks.expand(&shape)?;
    let chosen = match interpolation {
        QuantileInterpolation::Lower => floor(&ranks.value())?,
        QuantileInterpolation::Higher => ceil(&ranks.value())?,
        QuantileInterpolation::Nearest => nearest(&ranks.value())?,
        _ => return Ok(ranks),
    };
    Ok(A::constant(chosen.to_dtype(dtype)?))
}

/// Ranks are not negative, so truncation rounds down.
#[inline]
fn floor(ranks: &Tensor) -> Result<Tensor> {
    ranks.to_dtype(DType::I64)
}

#[inline]
fn ceil(ranks: &Tensor) -> Result<Tensor> {
    let below = floor(ranks)?;
    let more = ranks.gt(&below.to_dtype(ranks.dtype())?)?;
    below.add(&more.to_dtype(DType::I64)?)
}

/// Halves go to the even one.
#[inline]
fn nearest(ranks: &Tensor) -> Result<Tensor> {
    crate::ops::Roundings::round(ranks)?.to_dtype(DType::I64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn medians_and_modes() {
        let x = tensor![[4.0, 1.0, 3.0, 2.0], [5.0, f32::NAN, 7.0, 6.0]];
        let (values, index) = x.median_dim(1, false).unwrap();
        assert_close(&values, &[2.0, f64::NAN]);
        assert_eq!(index.to_vec::<i64>().unwrap(), [3, 1]);
        let (values, index) = x.nanmedian_dim(-1, true).unwrap();
        assert_close(&values, &[2.0, 6.0]);
        assert_eq!(
            (index.shape(), index.to_vec::<i64>().unwrap()),
            (&[2, 1][..], vec![3, 3])
        );
        assert_close(&x.median().unwrap(), &[f64::NAN]);
        assert_close(&x.nanmedian().unwrap(), &[4.0]);
        let (value, index) = tensor![3, 1, 1, 3, 2].mode(0, false).unwrap();
        assert_eq!(
            (value.item::<i64>().unwrap(), index.item::<i64>().unwrap()),
            (1, 2)
        );
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_close(&nothing.median().unwrap(), &[f64::NAN]);
        assert!(nothing.median_dim(1, false).is_err() && nothing.mode(1, false).is_err());
        assert_eq!(nothing.median_dim(0, false).unwrap().0.shape(), [0]);
        assert!(tensor![true].median().is_err());
        assert_close(
            &Tensor::scalar(3.0f32).median_dim(0, true).unwrap().0,
            &[3.0],
        );
    }

    #[test]
    fn vjp() {
        for ignore_nan in [false, true] {
            check_vjp(Median { ignore_nan }, [&[3, 4]]);
        }
    }

    fn of(x: &Tensor, q: &Tensor, how: QuantileInterpolation) -> Tensor {
        x.quantile(q, None, false, how).unwrap()
    }

    #[test]
    fn quantiles_between_elements() {
        use QuantileInterpolation::{Higher, Linear, Lower, Midpoint, Nearest};
        let x = tensor![8.0, 1.0, 4.0, 2.0];
        let q = tensor![0.0, 0.2, 0.5, 0.9, 1.0];
        assert_close(&of(&x, &q, Linear), &[1.0, 1.6, 3.0, 6.8, 8.0]);
        assert_close(&of(&x, &q, Lower), &[1.0, 1.0, 2.0, 4.0, 8.0]);
        assert_close(&of(&x, &q, Higher), &[1.0, 2.0, 4.0, 8.0, 8.0]);
        assert_close(&of(&x, &q, Midpoint), &[1.0, 1.5, 3.0, 6.0, 8.0]);
        assert_close(&of(&x, &q, Nearest), &[1.0, 2.0, 4.0, 8.0, 8.0]);
    }

    /// As PyTorch, which counts from the nearer end.
    #[test]
    fn quantiles_beside_infinities() {
        use QuantileInterpolation::Linear;
        let x = tensor![f32::NEG_INFINITY, 0.0, 1.0];
        let (low, high) = (of(&x, &tensor![0.1], Linear), of(&x, &tensor![0.3], Linear));
        assert_close(&low, &[f64::NAN]);
        assert_close(&high, &[f64::NEG_INFINITY]);
    }

    #[test]
    fn shapes_of_quantiles() {
        let x = Tensor::from_vec((0..24).map(f64::from).collect(), [2, 3, 4]).unwrap();
        let half = Tensor::scalar(0.5f64);
        let two = Tensor::from_vec(vec![0.5, 0.0], [2]).unwrap();
        let shape = |q: &Tensor, dim: Option<isize>, keepdim| {
            let how = QuantileInterpolation::Linear;
            x.quantile(q, dim, keepdim, how).unwrap().shape().to_vec()
        };
        assert_eq!(shape(&half, None, false), [0; 0]);
        assert_eq!(shape(&half, None, true), [1, 1, 1]);
        assert_eq!(shape(&two, None, true), [2, 1, 1, 1]);
        assert_eq!(shape(&half, Some(0), false), [3, 4]);
        assert_eq!(shape(&two, Some(1), true), [2, 2, 1, 4]);
        let how = QuantileInterpolation::Linear;
        let first = x.quantile(&half, 0, false, how).unwrap();
        let expected: Vec<f64> = (0..12).map(|i| f64::from(i) + 6.0).collect();
        assert_close(&first, &expected);
        let middle = x.quantile(&two, 1, false, how).unwrap();
        assert_eq!(middle.shape(), [2, 2, 4]);
        let mut expected: Vec<f64> = [4, 5, 6, 7, 16, 17, 18, 19].map(f64::from).to_vec();
        expected.extend([0, 1, 2, 3, 12, 13, 14, 15].map(f64::from));
        assert_close(&middle, &expected);
    }

    #[test]
    fn what_is_not_a_number() {
        let x = tensor![[1.0, f32::NAN, 3.0], [f32::NAN, f32::NAN, f32::NAN]];
        let (half, how) = (Tensor::scalar(0.5f32), QuantileInterpolation::Linear);
        let nan = f64::NAN;
        assert_close(&x.quantile(&half, 1, false, how).unwrap(), &[nan, nan]);
        assert_close(&x.nanquantile(&half, 1, false, how).unwrap(), &[2.0, nan]);
    }

    #[test]
    fn shares_are_checked() {
        let x = tensor![1.0, 2.0];
        let refused = |x: &Tensor, q: &Tensor| {
            let how = QuantileInterpolation::Linear;
            x.quantile(q, None, false, how).unwrap_err().to_string()
        };
        assert_eq!(
            refused(&x, &tensor![1.5]),
            "quantile: shares q lie between 0 and 1, got 1.5"
        );
        assert!(refused(&x, &tensor![f32::NAN]).contains("got NaN"));
        assert!(refused(&x, &tensor![[0.5]]).contains("at most one dimension"));
        assert!(refused(&x, &Tensor::scalar(0.5f64)).contains("dtypes differ"));
        assert!(refused(&tensor![1], &tensor![1]).contains("f32 or f64"));
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert!(refused(&nothing, &tensor![0.5]).contains("empty"));
    }
}
