//! Norms of vectors and matrices.

use super::cast::rounded_once;
use super::expect::expect_float;
use super::operands::expect_at_least;
use super::reduced::{DimSet, reduced_layout};
use super::{Arithmetic, Extremes, Powers, Selection, Shapes, Sums};
use crate::dispatch::for_real;
use crate::kernel::{self, Real};
use crate::layout::resolve_dim;
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// `(Σ |x|ᵖ)^(1/p)` along dimensions, for finite p other than 0 and 1.
#[derive(Clone, Debug)]
pub(super) struct PowerNorm {
    p: f64,
    dims: DimSet,
    keepdim: bool,
}

impl Op<1> for PowerNorm {
    const NAME: &'static str = "vector_norm";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (dims, keepdim) = (self.dims.list(), self.keepdim);
        if self.p == 2.0 && self.dims == DimSet::all(x.rank()) && !x.dtype().is_half() {
            let layout = reduced_layout(Self::NAME, x.shape(), self.dims, keepdim)?;
            return for_real!(Self::NAME, x.dtype(), T => {
                let squares = kernel::sum_of(x, x, #[inline(always)] |a: T, b: T| a * b);
                Ok(kernel::single(&layout, Real::sqrt(squares)))
            });
        }
        if self.p == 2.0 {
            return x.square()?.sum_dims(&dims, keepdim)?.sqrt();
        }
        let powers = x.abs()?.pow_scalar(self.p)?;
        powers.sum_dims(&dims, keepdim)?.pow_scalar(1.0 / self.p)
    }

    /// dL/dx = g sgn(x) |x|ᵖ⁻¹ / yᵖ⁻¹, 0 where y is 0 and, below p = 1, where x is 0
    ///
    /// In the forms of PyTorch, which where y is 0 give NaN as second derivative below p = 3, 0 from there on.
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (x, p) = (saved.input(0)?, self.p);
        let y = self.dims.restore(saved.output()?, x.shape())?;
        let g = self.dims.restore(g, x.shape())?;
        let (no_x, no_y) = (x.value().eq_scalar(0)?, y.value().eq_scalar(0)?);
        if p == 2.0 {
            return g.mul(&x.div(&y)?.masked_fill(&no_y, 0)?);
        }
        if p < 1.0 {
            let powers = x.abs()?.pow_scalar(p - 1.0)?.masked_fill(&no_x, 0)?;
            return x
                .sign()?
                .mul(&powers)?
                .mul(&g)?
                .mul(&y.pow_scalar(1.0 - p)?);
        }
        let direction = if p < 2.0 {
            x.sign()?.mul(&x.abs()?.pow_scalar(p - 1.0)?)?
        } else {
            x.mul(&x.abs()?.pow_scalar(p - 2.0)?)?
        };
        let scale = g.div(&y.pow_scalar(p - 1.0)?)?.masked_fill(&no_y, 0)?;
        direction.mul(&scale)
    }
}

/// Which norm of a matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MatrixNorm {
    /// The root of the sum of all squares.
    Frobenius,
    /// The largest sum of magnitudes of a column.
    One,
    /// The smallest sum of magnitudes of a column.
    LeastColumn,
    /// The largest sum of magnitudes of a row.
    Infinity,
    /// The smallest sum of magnitudes of a row.
    LeastRow,
    /// The largest singular value.
    #[cfg(feature = "linalg")]
    Spectral,
    /// The smallest singular value.
    #[cfg(feature = "linalg")]
    LeastSingular,
    /// The sum of the singular values.
    #[cfg(feature = "linalg")]
    Nuclear,
}

/// Norms of floating-point arrays. Where a norm is 0 its gradient is taken as 0.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![3.0, -4.0];
/// assert_eq!(x.norm()?.item::<f32>()?, 5.0);
/// assert_eq!(x.vector_norm(1.0, &[0], false)?.item::<f32>()?, 7.0);
/// assert_eq!(x.vector_norm(f64::INFINITY, &[0], true)?, tensor![4.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Norms: Array {
    /// The Euclidean norm `√Σ x²` of all elements.
    ///
    /// # Errors
    /// Integers and bools.
    fn norm(&self) -> Result<Self> {
        self.vector_norm(2.0, &[], false)
    }

    /// The norm of order `p` along these dimensions, along all of them if none is named:
    /// `(Σ |x|ᵖ)^(1/p)`, the largest magnitude for ∞, the smallest for −∞, the number of elements that
    /// are not 0 for 0.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice; integers and bools; a negative or infinite
    /// order of nothing.
    fn vector_norm(&self, p: f64, dims: &[isize], keepdim: bool) -> Result<Self> {
        const OP: &str = PowerNorm::NAME;
        expect_float(OP, self)?;
        let shape = self.shape();
        let set = DimSet::or_all(OP, dims, shape.len())?;
        if (p < 0.0 || p.is_infinite()) && set.is_over_nothing(shape) {
            let message = format!("nothing has no norm of order {p}: a dimension is empty");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        if p == 0.0 {
            let there = self.value().ne_scalar(0)?.to_dtype(self.dtype())?;
            return Ok(Self::constant(there.sum_dims(dims, keepdim)?));
        }
        if p == 1.0 {
            return self.abs()?.sum_dims(dims, keepdim);
        }
        if p == f64::INFINITY {
            return self.abs()?.amax(dims, keepdim);
        }
        if p == f64::NEG_INFINITY {
            return self.abs()?.amin(dims, keepdim);
        }
        let norm = PowerNorm {
            p,
            dims: set,
            keepdim,
        };
        // Squares of halves overflow long before the norm does.
        rounded_once(self, |x| Self::apply(norm, [x]))
    }

    /// The norm of order `p` of the difference to `other`, with broadcasting.
    ///
    /// # Errors
    /// Shapes that do not broadcast; integers and bools.
    fn dist(&self, other: &Self, p: f64) -> Result<Self> {
        self.sub(other)?.vector_norm(p, &[], false)
    }

    /// Norms of the matrices whose rows lie along `dims[0]` and columns along `dims[1]`.
    ///
    /// Those of singular values need the feature `linalg`.
    ///
    /// # Errors
    /// Dimensions that do not exist or are one and the same; integers and bools; the least of nothing.
    fn matrix_norm(&self, norm: MatrixNorm, dims: [isize; 2], keepdim: bool) -> Result<Self> {
        const OP: &str = "matrix_norm";
        expect_float(OP, self)?;
        let rank = self.shape().len();
        expect_at_least(OP, "at least 2 dimensions", 2, self.shape())?;
        let set = DimSet::new(OP, &dims, rank)?;
        let [rows, columns] = dims;
        let found = match norm {
            MatrixNorm::Frobenius => return self.vector_norm(2.0, &dims, keepdim),
            MatrixNorm::One => largest(&self.abs()?.sum_dims(&[rows], true)?, columns)?,
            MatrixNorm::Infinity => largest(&self.abs()?.sum_dims(&[columns], true)?, rows)?,
            MatrixNorm::LeastColumn => {
                let sums = self.abs()?.sum_dims(&[rows], true)?;
                sums.amin(&[columns], true)?
            }
            MatrixNorm::LeastRow => {
                let sums = self.abs()?.sum_dims(&[columns], true)?;
                sums.amin(&[rows], true)?
            }
            #[cfg(feature = "linalg")]
            MatrixNorm::Spectral => largest(&singular_values(self, set)?, -1)?,
            #[cfg(feature = "linalg")]
            MatrixNorm::LeastSingular => singular_values(self, set)?.amin(&[-1], true)?,
            #[cfg(feature = "linalg")]
            MatrixNorm::Nuclear => singular_values(self, set)?.sum_dims(&[-1], true)?,
        };
        found.reshape(reduced_layout(OP, self.shape(), set, keepdim)?.shape())
    }
}
impl<A: Array> Norms for A {}

/// The largest entry along `dim`; 0, the norm of a matrix without entries, if there is none.
fn largest<A: Array>(x: &A, dim: isize) -> Result<A> {
    if x.shape()[resolve_dim("matrix_norm", dim, x.shape().len())?] == 0 {
        x.sum_dims(&[dim], true)
    } else {
        x.amax(&[dim], true)
    }
}

/// The singular values of matrices along any two dimensions, in a new last one. Which of the two are
/// the rows makes no difference.
#[cfg(feature = "linalg")]
fn singular_values<A: Array>(x: &A, dims: DimSet) -> Result<A> {
    let (last, mut order): (Vec<isize>, Vec<isize>) =
        (0..x.shape().len() as isize).partition(|&d| dims.has(d as usize));
    order.extend(last);
    super::linalg::SingularValues::svdvals(&x.permute(&order)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp, check_vjp_at, check_vjp_in};
    use crate::{DType, tensor};

    #[test]
    fn forward() {
        let x = tensor![[3.0, -4.0], [0.0, 2.0]];
        assert_close(&x.norm().unwrap(), &[29f64.sqrt()]);
        let of = |p: f64| x.vector_norm(p, &[1], false).unwrap();
        assert_close(&of(2.0), &[5.0, 2.0]);
        assert_close(&of(1.0), &[7.0, 2.0]);
        assert_close(&of(0.0), &[2.0, 1.0]);
        assert_close(&of(3.0), &[91f64.cbrt(), 2.0]);
        assert_close(&of(f64::INFINITY), &[4.0, 2.0]);
        assert_close(&of(f64::NEG_INFINITY), &[3.0, 0.0]);
        assert_close(&of(-1.0), &[12.0 / 7.0, 0.0]);
        assert_close(&x.dist(&tensor![3.0, 0.0], 1.0).unwrap(), &[9.0]);
        assert_eq!(x.vector_norm(2.5, &[0], true).unwrap().shape(), [1, 2]);
        assert!(tensor![1].norm().is_err());
    }

    #[test]
    fn of_matrices() {
        let x = tensor![[3.0, -4.0], [0.0, 2.0]];
        let of = |norm| x.matrix_norm(norm, [0, 1], false).unwrap();
        assert_close(&of(MatrixNorm::Frobenius), &[29f64.sqrt()]);
        assert_close(&of(MatrixNorm::One), &[6.0]);
        assert_close(&of(MatrixNorm::LeastColumn), &[3.0]);
        assert_close(&of(MatrixNorm::Infinity), &[7.0]);
        assert_close(&of(MatrixNorm::LeastRow), &[2.0]);
        let kept = x.matrix_norm(MatrixNorm::One, [1, 0], true).unwrap();
        assert_eq!(
            (kept.shape(), kept.item::<f32>().unwrap()),
            (&[1, 1][..], 7.0)
        );
        let batch = x.unsqueeze(1).unwrap();
        let norms = batch.matrix_norm(MatrixNorm::Infinity, [-1, 0], false);
        assert_close(&norms.unwrap(), &[6.0]);
        assert!(x.matrix_norm(MatrixNorm::One, [0, -2], false).is_err());
        assert!(
            tensor![1.0]
                .matrix_norm(MatrixNorm::One, [0, 0], false)
                .is_err()
        );
    }

    #[cfg(feature = "linalg")]
    #[test]
    fn of_singular_values() {
        let x = tensor![[3.0, 0.0], [0.0, -4.0], [0.0, 0.0]];
        let of = |x: &Tensor, norm| x.matrix_norm(norm, [0, 1], false).unwrap();
        assert_close(&of(&x, MatrixNorm::Spectral), &[4.0]);
        assert_close(&of(&x, MatrixNorm::LeastSingular), &[3.0]);
        assert_close(&of(&x, MatrixNorm::Nuclear), &[7.0]);
        let batch = x.unsqueeze(1).unwrap();
        let kept = batch
            .matrix_norm(MatrixNorm::Nuclear, [2, 0], true)
            .unwrap();
        assert_eq!(kept.shape(), [1, 1, 1]);
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_close(&of(&nothing, MatrixNorm::Spectral), &[0.0]);
        assert_close(&of(&nothing, MatrixNorm::Nuclear), &[0.0]);
    }

    #[test]
    fn vjp() {
        for p in [2.0, 3.0, 1.5, 0.5, -1.0] {
            for keepdim in [false, true] {
                let dims = DimSet::new("norm", &[1], 2).unwrap();
                let op = PowerNorm { p, dims, keepdim };
                check_vjp(op.clone(), [&[3, 4]]);
                check_vjp_in(op, [&[2, 3]], -0.9, -0.1);
            }
        }
    }

    #[test]
    fn norms_of_halves_are_rounded_once() {
        let x = Tensor::from_slice(&[300.0f32, -400.0], [2]).unwrap();
        let x = x.to_dtype(DType::F16).unwrap();
        assert_close(&x.norm().unwrap(), &[500.0]);
        let cubes = x.vector_norm(3.0, &[], false).unwrap();
        assert_eq!(cubes.dtype(), DType::F16);
        assert_close(&cubes, &[449.75]);
        assert_close(&x.dist(&x.neg().unwrap(), 2.0).unwrap(), &[1000.0]);
    }

    #[test]
    fn gradients_at_zero_are_zero() {
        let (dims, keepdim) = (DimSet::all(1), false);
        let x = Tensor::from_vec(vec![0.0, 2.0, -1.0], [3]).unwrap();
        check_vjp_at(
            PowerNorm {
                p: 3.0,
                dims,
                keepdim,
            },
            [&x],
        );
        let zeros = Tensor::zeros([2], DType::F64).unwrap();
        for p in [2.0, 3.0, 1.5, 0.5, -1.0] {
            let op = PowerNorm { p, dims, keepdim };
            let y = op.forward([&zeros]).unwrap();
            let inputs = [Some(zeros.clone())];
            let saved = Saved::new("norm", PowerNorm::SAVES, &inputs, Some(&y));
            assert_close(&op.vjp(0, &saved, &y.ones_like()).unwrap(), &[0.0, 0.0]);
        }
    }

    #[test]
    fn nothing_has_some_norms() {
        let x = Tensor::zeros([2, 0], DType::F32).unwrap();
        for p in [0.0, 0.5, 1.0, 2.0, 3.0] {
            assert_close(&x.vector_norm(p, &[1], false).unwrap(), &[0.0, 0.0]);
        }
        for p in [-1.0, f64::INFINITY] {
            let e = x.vector_norm(p, &[1], false).unwrap_err().to_string();
            assert!(
                e.starts_with("vector_norm: nothing has no norm of order"),
                "{e}"
            );
            assert_eq!(x.vector_norm(p, &[0], false).unwrap().shape(), [0]);
        }
        for norm in [MatrixNorm::Frobenius, MatrixNorm::One, MatrixNorm::Infinity] {
            assert_close(&x.matrix_norm(norm, [0, 1], false).unwrap(), &[0.0]);
        }
        assert!(
            x.matrix_norm(MatrixNorm::LeastColumn, [0, 1], false)
                .is_err()
        );
    }
}
