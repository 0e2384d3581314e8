//! Differences of neighbours, and integrals by the trapezoidal rule.

use super::expect::expect_numbers;
use super::{Arithmetic, Cast, Concatenate, Cumulative, Shapes, Sums};
use crate::layout::resolve_dim;
use crate::{Array, DType, ErrorKind, Result, Scalar};

/// Differences of neighbours along a dimension, and what adds up in the other direction: integrals of
/// sampled functions.
pub trait Differences: Array {
    /// The `n`-th forward differences `xₖ₊₁ − xₖ` along `dim`, which loses `n` entries. Of bools:
    /// whether neighbours differ.
    ///
    /// # Errors
    /// A dimension that does not exist.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// assert_eq!(tensor![1, 2, 4].diff(1, 0)?.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn diff(&self, n: usize, dim: isize) -> Result<Self> {
        let at = dim_of("diff", dim, self.shape())?;
        let size = self.shape()[at];
        let mut x = self.clone();
        // Of fewer entries nothing is left, whatever the order.
        for _ in 0..n.min(size) {
            let (left, right) = neighbours(&x, at)?;
            x = if x.dtype() == DType::Bool {
                Self::constant(right.value().ne(&left.value())?)
            } else {
                right.sub(&left)?
            };
        }
        Ok(x)
    }

    /// As [`diff`](Differences::diff), of this array between what is put before and after it.
    ///
    /// # Errors
    /// As there; arrays of another number of dimensions or of other sizes in other dimensions.
    fn diff_with(
        &self,
        n: usize,
        dim: isize,
        prepend: Option<&Self>,
        append: Option<&Self>,
    ) -> Result<Self> {
        dim_of("diff", dim, self.shape())?;
        let parts: Vec<&Self> = [prepend, Some(self), append]
            .into_iter()
            .flatten()
            .collect();
        let rank = self.shape().len();
        if let Some(other) = parts.iter().find(|part| part.shape().len() != rank) {
            return Err(ErrorKind::ShapeMismatch {
                op: "diff",
                what: "what is prepended or appended has as many dimensions as the tensor",
                lhs: other.shape().to_vec(),
                rhs: self.shape().to_vec(),
            }
            .into());
        }
        if n == 0 {
            return Ok(self.clone());
        }
        Self::cat(&parts, dim)?.diff(n, dim)
    }

    /// `Σ (yₖ + yₖ₊₁)(xₖ₊₁ − xₖ) / 2` along `dim`: the integral over `x` of the function that takes
    /// the values of this array there.
    ///
    /// `x` is a vector with one number per value, or broadcasts against this array.
    ///
    /// # Errors
    /// A dimension that does not exist; an `x` that does not fit; bools.
    fn trapezoid(&self, x: &Self, dim: isize) -> Result<Self> {
        let at = dim_of("trapezoid", dim, self.shape())?;
        if self.shape()[at] == 0 {
            return self.sum_dims(&[dim], false);
        }
        let areas = areas("trapezoid", self, x, at)?;
        half(&areas.sum_dims(&[at_of(&areas, self, at)], false)?)
    }

    /// As [`trapezoid`](Differences::trapezoid), over places at the distance `dx`.
    ///
    /// # Errors
    /// A dimension that does not exist; bools.
    fn trapezoid_dx(&self, dx: impl Into<Scalar>, dim: isize) -> Result<Self> {
        let at = dim_of("trapezoid", dim, self.shape())?;
        expect_numbers("trapezoid", self)?;
        if self.shape()[at] == 0 {
            return self.sum_dims(&[dim], false);
        }
        let (left, right) = neighbours(self, at)?;
        let sums = left.add(&right)?.sum_dims(&[dim], false)?;
        sums.to_float()?.mul_scalar(dx.into().to_f64() / 2.0)
    }

    /// The integrals from the first place to each later one; see
    /// [`trapezoid`](Differences::trapezoid). `dim` loses one entry.
    ///
    /// # Errors
    /// As there.
    fn cumulative_trapezoid(&self, x: &Self, dim: isize) -> Result<Self> {
        let at = dim_of("cumulative_trapezoid", dim, self.shape())?;
        if self.shape()[at] == 0 {
            return Ok(self.clone());
        }
        let areas = areas("cumulative_trapezoid", self, x, at)?;
        half(&areas.cumsum(at_of(&areas, self, at))?)
    }

    /// As [`cumulative_trapezoid`](Differences::cumulative_trapezoid), over places at the distance
    /// `dx`.
    ///
    /// # Errors
    /// A dimension that does not exist; bools.
    fn cumulative_trapezoid_dx(&self, dx: impl Into<Scalar>, dim: isize) -> Result<Self> {
        let at = dim_of("cumulative_trapezoid", dim, self.shape())?;
        expect_numbers("cumulative_trapezoid", self)?;
        if self.shape()[at] == 0 {
            return Ok(self.clone());
        }
        let (left, right) = neighbours(self, at)?;
        let sums = left.add(&right)?.cumsum(dim)?;
        sums.to_float()?.mul_scalar(dx.into().to_f64() / 2.0)
    }
}
impl<A: Array> Differences for A {}

#[inline]
fn dim_of(op: &'static str, dim: isize, shape: &[usize]) -> Result<usize> {
    if shape.is_empty() {
        return Err(ErrorKind::DimOutOfRange { op, dim, rank: 0 }.into());
    }
    resolve_dim(op, dim, shape.len())
}

/// All entries of a dimension but the last, and all but the first. The dimension is not empty.
fn neighbours<A: Array>(x: &A, dim: usize) -> Result<(A, A)> {
    let pairs = x.shape()[dim].saturating_sub(1);
    let first = x.shape()[dim].min(1);
    let dim = dim as isize;
    Ok((x.narrow(dim, 0, pairs)?, x.narrow(dim, first, pairs)?))
}

/// Twice the areas between neighbouring places.
fn areas<A: Array>(op: &'static str, y: &A, x: &A, dim: usize) -> Result<A> {
    expect_numbers(op, y)?;
    expect_numbers(op, x)?;
    let (shape, places) = (y.shape(), x.shape());
    let from_end = shape.len() - dim;
    let x = if let &[places] = places {
        if places != shape[dim] {
            let message = format!(
                "{places} places for {} values; give one place per value",
                shape[dim]
            );
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        let mut column = vec![1; from_end];
        column[0] = places;
        x.reshape(column)?
    } else {
        let missing = shape.len().saturating_sub(places.len());
        x.reshape([&vec![1; missing][..], places].concat())?
    };
    // Aligned at the last dimension, `x` may have more of them.
    let (left, right) = neighbours(&x, x.shape().len() - from_end)?;
    let widths = right.sub(&left)?;
    let (left, right) = neighbours(y, dim)?;
    left.add(&right)?.mul(&widths)
}

/// Where the dimension `at` of `y` stands in what was broadcast from it.
fn at_of<A: Array>(areas: &A, y: &A, at: usize) -> isize {
    (at + areas.shape().len() - y.shape().len()) as isize
}

fn half<A: Array>(x: &A) -> Result<A> {
    x.to_float()?.mul_scalar(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{Tensor, tensor};

    #[test]
    fn differences() {
        let x = tensor![[1.0, 2.0, 4.0], [0.0, 5.0, 5.0]];
        assert_close(&x.diff(1, -1).unwrap(), &[1.0, 2.0, 5.0, 0.0]);
        assert_close(&x.diff(2, 1).unwrap(), &[1.0, -5.0]);
        assert_close(&x.diff(1, 0).unwrap(), &[-1.0, 3.0, 1.0]);
        assert_eq!(x.diff(7, 1).unwrap().shape(), [2, 0]);
        assert_close(&x.diff(0, 1).unwrap(), &[1.0, 2.0, 4.0, 0.0, 5.0, 5.0]);
        let y = tensor![1.0, 2.0, 4.0];
        let (before, after) = (tensor![0.0], tensor![0.0, 1.0]);
        let with = |n, before, after| y.diff_with(n, 0, before, after).unwrap();
        assert_close(&with(1, Some(&before), None), &[1.0, 1.0, 2.0]);
        assert_close(&with(2, None, Some(&after)), &[1.0, -6.0, 5.0]);
        let changes = tensor![true, false, false].diff(1, 0).unwrap();
        assert_eq!(changes.to_vec::<bool>().unwrap(), [true, false]);
        assert!(Tensor::scalar(1.0f32).diff(1, 0).is_err());
        assert!(x.diff_with(1, 1, Some(&before), None).is_err());
    }

    #[test]
    fn integrals() {
        let y = tensor![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]];
        assert_close(&y.trapezoid_dx(1, -1).unwrap(), &[2.0, 8.0]);
        assert_close(&y.trapezoid_dx(2.0, 0).unwrap(), &[3.0, 5.0, 7.0]);
        let x = tensor![1.0, 2.0, 4.0];
        assert_close(&y.trapezoid(&x, 1).unwrap(), &[3.5, 12.5]);
        assert_close(
            &y.trapezoid(&tensor![0.0, 2.0], 0).unwrap(),
            &[3.0, 5.0, 7.0],
        );
        assert_close(
            &y.cumulative_trapezoid(&x, 1).unwrap(),
            &[0.5, 3.5, 3.5, 12.5],
        );
        let running = y.cumulative_trapezoid_dx(1, 1).unwrap();
        assert_close(&running, &[0.5, 2.0, 3.5, 8.0]);
        let integers = tensor![1, 2, 4];
        assert_close(&integers.trapezoid_dx(0.5, 0).unwrap(), &[2.25]);
        let cube = Tensor::ones([2, 2, 3], DType::F32).unwrap();
        assert_close(
            &y.trapezoid(&cube.cumsum(-1).unwrap(), 1).unwrap(),
            &[2.0, 8.0, 2.0, 8.0],
        );
    }

    #[test]
    fn integrals_over_few_or_no_places() {
        let y = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_close(&y.trapezoid_dx(1, 1).unwrap(), &[0.0, 0.0]);
        assert_eq!(y.cumulative_trapezoid_dx(1, 1).unwrap().shape(), [2, 0]);
        assert_close(&tensor![5.0].trapezoid_dx(1, 0).unwrap(), &[0.0]);
        let one = tensor![5.0].cumulative_trapezoid(&tensor![1.0], 0).unwrap();
        assert_eq!(one.shape(), [0]);
        let e = tensor![1.0, 2.0].trapezoid(&tensor![1.0], 0).unwrap_err();
        assert_eq!(
            e.to_string(),
            "trapezoid: 1 places for 2 values; give one place per value"
        );
        assert!(tensor![true].trapezoid_dx(1, 0).is_err());
        assert!(Tensor::scalar(1.0f32).trapezoid_dx(1, 0).is_err());
    }
}
