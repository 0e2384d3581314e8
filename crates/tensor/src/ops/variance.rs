//! Variances, standard deviations, covariances and correlations.

use super::expect::{expect_float, expect_numbers};
use super::reduced::DimSet;
use super::root::RootOfSquares;
use super::{Arithmetic, Bounds, Cast, Diagonals, MatrixProduct, Shapes, Sums};
use crate::{Array, DType, ErrorKind, Result, Tensor};

/// Spread of elements around their mean.
///
/// `correction` is what is subtracted from the count of elements in the divisor: 1 for the unbiased
/// estimate from a sample (PyTorch's default), 0 for the spread of the elements themselves. Where the
/// divisor would be negative it is 0.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1.0, 3.0], [2.0, 2.0]];
/// assert_eq!(x.var_dims(&[1], 1.0, false)?, tensor![2.0, 0.0]);
/// assert_eq!(x.var_dims(&[1], 0.0, false)?, tensor![1.0, 0.0]);
/// assert_eq!(x.std_dims(&[1], 0.0, true)?, tensor![[1.0], [0.0]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Variance: Array {
    /// The variance `Σ (x − x̄)² / (n − 1)` of all elements.
    ///
    /// # Errors
    /// Integers and bools.
    fn var(&self) -> Result<Self> {
        self.var_dims(&[], 1.0, false)
    }

    /// Variances `Σ (x − x̄)² / (n − correction)` along these dimensions; along all of them if none is
    /// named.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice; integers and bools.
    fn var_dims(&self, dims: &[isize], correction: f64, keepdim: bool) -> Result<Self> {
        Ok(moments("var", self, dims, correction, keepdim)?.0)
    }

    /// The standard deviation of all elements: the root of [`var`](Variance::var).
    ///
    /// # Errors
    /// Integers and bools.
    fn std(&self) -> Result<Self> {
        self.std_dims(&[], 1.0, false)
    }

    /// Standard deviations: the roots of [`var_dims`](Variance::var_dims). Where one is 0, its gradient
    /// is taken as 0.
    ///
    /// # Errors
    /// As there.
    fn std_dims(&self, dims: &[isize], correction: f64, keepdim: bool) -> Result<Self> {
        Ok(self.std_mean(dims, correction, keepdim)?.0)
    }

    /// Variances and means along the same dimensions.
    ///
    /// # Errors
    /// As [`var_dims`](Variance::var_dims).
    fn var_mean(&self, dims: &[isize], correction: f64, keepdim: bool) -> Result<(Self, Self)> {
        moments("var_mean", self, dims, correction, keepdim)
    }

    /// Standard deviations and means along the same dimensions.
    ///
    /// # Errors
    /// As [`var_dims`](Variance::var_dims).
    fn std_mean(&self, dims: &[isize], correction: f64, keepdim: bool) -> Result<(Self, Self)> {
        let dtype = self.dtype();
        if dtype.is_float() && dtype.size() == 2 {
            // The variance of halves may be too large for a half, its root not.
            let wide = self.to_dtype(DType::F32)?;
            let (deviation, mean) = wide.std_mean(dims, correction, keepdim)?;
            return Ok((deviation.to_dtype(dtype)?, mean.to_dtype(dtype)?));
        }
        let (variance, mean) = moments("std", self, dims, correction, keepdim)?;
        Ok((Self::apply(RootOfSquares, [&variance])?, mean))
    }

    /// The covariances of the rows: `Cᵢⱼ = Σₖ wₖ (xᵢₖ − x̄ᵢ)(xⱼₖ − x̄ⱼ) / d`.
    ///
    /// The columns are observations, a vector is one variable. `frequencies` count how often each was
    /// made, `weights` say how much each matters; w is their product and x̄ the mean weighted with it.
    /// The divisor d is Σ w − correction · Σ w · weight / Σ w.
    ///
    /// # Shapes
    /// `(variables, observations)` → `(variables, variables)`; of one variable its variance, without
    /// dimensions.
    ///
    /// # Errors
    /// Three or more dimensions; bools; frequencies that are no integers, weights that are no floats;
    /// either of another length, or negative, or all zero.
    fn cov(
        &self,
        correction: f64,
        frequencies: Option<&Tensor>,
        weights: Option<&Self>,
    ) -> Result<Self> {
        covariance(self, correction, frequencies, weights)
    }

    /// The correlations of the rows, `Cᵢⱼ / √(Cᵢᵢ Cⱼⱼ)`, between −1 and 1.
    ///
    /// # Shapes
    /// As [`cov`](Variance::cov).
    ///
    /// # Errors
    /// Three or more dimensions; bools.
    fn corrcoef(&self) -> Result<Self> {
        let c = self.cov(1.0, None, None)?;
        if c.shape().is_empty() {
            // One variable: 1, or NaN where it does not vary.
            return c.div(&c);
        }
        let deviations = Self::apply(RootOfSquares, [&c.diagonal(0, 0, 1)?])?;
        c.div(&deviations.unsqueeze(1)?)?
            .div(&deviations.unsqueeze(0)?)?
            .clamp(-1, 1)
    }
}
impl<A: Array> Variance for A {}

/// Variances and means. Halves are computed in `f32`.
fn moments<A: Array>(
    op: &'static str,
    x: &A,
    dims: &[isize],
    correction: f64,
    keepdim: bool,
) -> Result<(A, A)> {
    let dtype = x.dtype();
    expect_float(op, x)?;
    if dtype.size() == 2 {
        let wide = x.to_dtype(DType::F32)?;
        let (variance, mean) = moments(op, &wide, dims, correction, keepdim)?;
        return Ok((variance.to_dtype(dtype)?, mean.to_dtype(dtype)?));
    }
    let set = DimSet::or_all(op, dims, x.shape().len())?;
    let mean = x.mean_dims(dims, true)?;
    let squares = x.sub(&mean)?.square()?.sum_dims(dims, keepdim)?;
    let divisor = set.count(x.shape()) as f64 - correction;
    let mean = if keepdim {
        mean
    } else {
        mean.reshape(squares.shape())?
    };
    let mut variance = squares.div_scalar(divisor)?;
    if divisor < 0.0 {
        // PyTorch's variance is infinite then, yet its gradient that of the quotient.
        let infinite = squares.value().div_scalar(0.0)?;
        variance = variance.add(&A::constant(infinite))?;
    }
    Ok((variance, mean))
}

fn covariance<A: Array>(
    x: &A,
    correction: f64,
    frequencies: Option<&Tensor>,
    weights: Option<&A>,
) -> Result<A> {
    const OP: &str = "cov";
    let rows = match x.shape() {
        [] => x.reshape([1, 1])?,
        [_] => x.unsqueeze(0)?,
        [_, _] => x.clone(),
        _ => {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "at most 2 dimensions",
                got: x.shape().to_vec(),
            }
            .into());
        }
    };
    let refused = |expected, got| {
        Err(ErrorKind::DType {
            op: OP,
            expected,
            got,
        }
        .into())
    };
    expect_numbers(OP, x)?;
    let observations = rows.shape()[1];
    let mut w: Option<A> = None;
    if let Some(frequencies) = frequencies {
        if !frequencies.dtype().is_integer() {
            return refused("frequencies of integers", frequencies.dtype());
        }
        expect_weights("frequencies", frequencies, observations)?;
        w = Some(A::constant(frequencies.clone()));
    }
    if let Some(weights) = weights {
        if !weights.dtype().is_float() {
            return refused("weights of floating-point numbers", weights.dtype());
        }
        expect_weights("weights", &weights.value(), observations)?;
        w = Some(match w {
            Some(frequencies) => frequencies.mul(weights)?,
            None => weights.clone(),
        });
    }
    let x = rows.to_float()?;
    let total = match &w {
        None => A::constant(Tensor::scalar(observations as i64)),
        Some(w) => w.sum()?,
    };
    if w.is_some() && total.value().item::<f64>()? == 0.0 {
        let message = "the weights sum to zero: their mean is not defined".into();
        return Err(ErrorKind::Invalid { op: OP, message }.into());
    }
    let weighted = |x: &A| match &w {
        None => Ok(x.clone()),
        Some(w) => x.mul(w),
    };
    let mean = weighted(&x)?.sum_dims(&[1], true)?.div(&total)?;
    let mut divisor = match (&w, weights) {
        (Some(w), Some(weights)) if correction != 0.0 => {
            let lost = w.mul(weights)?.sum()?.mul_scalar(correction)?;
            total.sub(&lost.div(&total)?)?
        }
        _ if correction == 0.0 => total.clone(),
        _ => total.sub_scalar(correction)?,
    };
    if divisor.value().item::<f64>()? <= 0.0 {
        divisor = A::constant(divisor.value().zeros_like());
    }
    let centered = x.sub(&mean)?;
    let c = centered.matmul(&weighted(&centered)?.t()?)?.div(&divisor)?;
    if c.shape() == [1, 1] {
        return c.squeeze_all();
    }
    Ok(c)
}

/// # Errors
/// Not one number per observation, or a negative one.
#[inline]
fn expect_weights(what: &str, weights: &Tensor, observations: usize) -> Result<()> {
    let message = if weights.rank() > 1 || weights.numel() != observations {
        let shape = weights.shape();
        format!("{what} of shape {shape:?} for {observations} observations; give one number each")
    } else if weights.numel() > 0 && super::Extremes::min(weights)?.item::<f64>()? < 0.0 {
        format!("{what} must not be negative")
    } else {
        return Ok(());
    };
    Err(ErrorKind::Invalid { op: "cov", message }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::assert_close;

    #[test]
    fn by_hand() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 6.0, 8.0]];
        assert_close(&x.var_dims(&[1], 1.0, false).unwrap(), &[1.0, 4.0]);
        assert_close(&x.std_dims(&[-1], 1.0, true).unwrap(), &[1.0, 2.0]);
        assert_close(&x.var_dims(&[0], 0.0, false).unwrap(), &[2.25, 4.0, 6.25]);
        assert_close(&tensor![1.0, 3.0].var().unwrap(), &[2.0]);
        assert_close(&tensor![1.0, 3.0].std().unwrap(), &[2f64.sqrt()]);
        let (deviation, mean) = x.std_mean(&[1], 1.0, false).unwrap();
        assert_close(&deviation, &[1.0, 2.0]);
        assert_close(&mean, &[2.0, 6.0]);
        assert_close(&x.var_mean(&[0], 1.0, true).unwrap().1, &[2.5, 4.0, 5.5]);
    }

    #[test]
    fn too_few_elements_have_no_variance() {
        let nan = f64::NAN;
        assert_close(&tensor![1.0].var().unwrap(), &[nan]);
        let two = tensor![1.0, 2.0];
        for correction in [2.0, 3.0] {
            let variance = two.var_dims(&[], correction, false).unwrap();
            assert_close(&variance, &[f64::INFINITY]);
        }
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_close(&nothing.var_dims(&[1], 0.0, false).unwrap(), &[nan, nan]);
        assert!(tensor![1, 2].var().is_err() && tensor![1, 2].std().is_err());
    }

    #[test]
    fn deviations_of_halves_do_not_overflow() {
        let x = tensor![300.0, 900.0].to_dtype(DType::F16).unwrap();
        let (deviation, mean) = x.std_mean(&[], 0.0, false).unwrap();
        assert_close(&deviation, &[300.0]);
        assert_close(&mean, &[600.0]);
        assert_eq!(deviation.dtype(), DType::F16);
        assert_close(&x.var_dims(&[], 0.0, false).unwrap(), &[f64::INFINITY]);
    }

    #[test]
    fn covariances() {
        let x = tensor![[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]];
        assert_close(&x.cov(1.0, None, None).unwrap(), &[1.0, 2.0, 2.0, 4.0]);
        assert_close(&x.corrcoef().unwrap(), &[1.0; 4]);
        let y = tensor![1.0, 2.0, 4.0];
        let (often, weight) = (tensor![1, 2, 1], tensor![0.5, 1.0, 0.1]);
        assert_close(&y.cov(1.0, Some(&often), None).unwrap(), &[19.0 / 12.0]);
        let both = y.cov(1.0, Some(&often), Some(&weight)).unwrap();
        assert!((both.item::<f64>().unwrap() - 0.500_0).abs() < 1e-4);
        assert_close(
            &tensor![1, 2, 4].cov(1.0, None, None).unwrap(),
            &[7.0 / 3.0],
        );
        assert_close(&tensor![1.0, 1.0].corrcoef().unwrap(), &[f64::NAN]);
    }

    #[test]
    fn weights_are_checked() {
        let x = tensor![1.0, 2.0];
        let cov = |often: Option<Tensor>, weight: Option<Tensor>| {
            let e = x.cov(1.0, often.as_ref(), weight.as_ref()).unwrap_err();
            e.to_string()
        };
        assert!(cov(Some(tensor![1.0, 2.0]), None).contains("frequencies of integers"));
        assert!(cov(None, Some(tensor![1, 2])).contains("weights of floating-point"));
        assert!(cov(Some(tensor![1]), None).contains("for 2 observations"));
        assert!(cov(Some(tensor![-1, 2]), None).contains("negative"));
        assert!(cov(Some(tensor![0, 0]), None).contains("sum to zero"));
        let cube = Tensor::zeros([1, 1, 1], DType::F32).unwrap();
        assert!(cube.cov(1.0, None, None).is_err() && cube.corrcoef().is_err());
    }
}
