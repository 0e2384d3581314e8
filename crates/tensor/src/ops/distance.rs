//! Distances between rows.

use super::expect::expect_float;
use super::operands::{expect_one_dtype, expect_rank};
use super::{Arithmetic, Cast, Indexing, MatrixProduct, Norms, Powers, Selection, Shapes, Sums};
use crate::dispatch::for_real;
use crate::kernel::{self, Real};
use crate::layout::{Layout, MAX_RANK, broadcast_shapes};
use crate::{Array, DType, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// `‖aᵢ − bⱼ‖ₚ` for all pairs of rows: `(batch.., p, m) × (batch.., r, m) → (batch.., p, r)`.
#[derive(Clone, Debug)]
struct AllDistances {
    p: f64,
}

impl Op<2> for AllDistances {
    const NAME: &'static str = "cdist";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    #[inline]
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let rank = a.rank();
        let mut shape = [0; MAX_RANK];
        shape[..rank].copy_from_slice(a.shape());
        shape[rank - 1] = b.shape()[rank - 2];
        let layout = Layout::row_major(Self::NAME, &shape[..rank])?;
        let b = b.transpose(-1, -2)?;
        let sums: Result<Tensor> =
            for_real!(Self::NAME, a.dtype(), T => Ok(gather::<T>(a, &b, &layout, self.p)));
        let sums = sums?;
        match self.p {
            2.0 => sums.sqrt(),
            0.0 | 1.0 | f64::INFINITY => Ok(sums),
            p => sums.pow_scalar(1.0 / p),
        }
    }

    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (a, b, y) = (saved.input(0)?, saved.input(1)?, saved.output()?);
        let (of, other) = if wrt == 0 { (a, b) } else { (b, a) };
        let turned = |x: &A| {
            if wrt == 0 {
                Ok(x.clone())
            } else {
                x.transpose(-1, -2)
            }
        };
        let (y, g) = (turned(y)?, turned(g)?);
        if self.p == 2.0 {
            return euclidean_rule(of, other, &y, &g);
        }
        let differences = of.unsqueeze(-2)?.sub(&other.unsqueeze(-3)?)?;
        let g = self.rule(&differences, &y.unsqueeze(-1)?, &g.unsqueeze(-1)?)?;
        g.sum_dims(&[-2], false)
    }
}

/// What is added up over the differences.
fn gather<T: Real>(a: &Tensor, b: &Tensor, layout: &Layout, p: f64) -> Tensor {
    match p {
        0.0 => kernel::distances::<T>(
            a,
            b,
            layout,
            |sum, d| {
                if d == T::ZERO { sum } else { sum + T::ONE }
            },
        ),
        1.0 => kernel::distances::<T>(a, b, layout, |sum, d| sum + d),
        2.0 => kernel::distances::<T>(a, b, layout, |sum, d| sum + d * d),
        f64::INFINITY => kernel::distances::<T>(a, b, layout, |sum, d| sum.larger(d)),
        _ => {
            let exponent = T::from_f64(p);
            kernel::distances::<T>(a, b, layout, |sum, d| {
                let power = if d == T::ZERO {
                    T::ZERO
                } else {
                    (d.ln() * exponent).exp()
                };
                sum + power
            })
        }
    }
}

/// dL/daᵢ = Σⱼ wᵢⱼ (aᵢ − bⱼ) with w = g / y, 0 where y is 0, as matrix products. Both sides are moved by
/// the mean of one first: the differences stay what they are, and far from the origin fewer digits are
/// lost.
fn euclidean_rule<A: Array>(of: &A, other: &A, y: &A, g: &A) -> Result<A> {
    let nothing = y.value().eq_scalar(0)?;
    let w = g
        .masked_fill(&nothing, 0)?
        .div(&y.masked_fill(&nothing, 1)?)?;
    let mean = other.value().mean_dims(&[-2], true)?;
    let no_rows = other.shape()[other.shape().len() - 2] == 0;
    let place = A::constant(if no_rows { mean.zeros_like() } else { mean });
    let (of, other) = (of.sub(&place)?, other.sub(&place)?);
    w.sum_dims(&[-1], true)?.mul(&of)?.sub(&w.matmul(&other)?)
}

impl AllDistances {
    /// The gradient of a norm with respect to the elements it is of, 0 where the norm is.
    fn rule<A: Array>(&self, x: &A, y: &A, g: &A) -> Result<A> {
        let sign = x.sign()?;
        match self.p {
            0.0 => Ok(A::constant(x.value().zeros_like())),
            1.0 => sign.mul(g),
            f64::INFINITY => {
                let at = x.value().abs()?.eq(&y.value())?.to_dtype(x.dtype())?;
                sign.mul(g)?.mul(&A::constant(at))
            }
            p => {
                // A place where nothing is divided by 0 stands in; the result there is 0.
                let (no_x, no_y) = (x.value().eq_scalar(0)?, y.value().eq_scalar(0)?);
                let magnitude = x.abs()?.masked_fill(&no_x, 1)?.pow_scalar(p - 1.0)?;
                let scale = y.masked_fill(&no_y, 1)?.pow_scalar(1.0 - p)?;
                let g = g.mul(&scale)?.masked_fill(&no_y, 0)?;
                sign.mul(&magnitude)?.mul(&g)
            }
        }
    }
}

/// Distances between rows.
pub trait Distances: Array {
    /// Distances of order `p` between all rows of two matrices: `torch.cdist`. A gradient of other order
    /// than 2 takes memory for all differences.
    ///
    /// # Shapes
    /// `(batch.., p, m) × (batch.., r, m) → (batch.., p, r)`; batches broadcast.
    ///
    /// # Errors
    /// A negative order; other shapes; rows of different lengths; dtypes that differ or are not floats.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let (a, b) = (tensor![[0.0, 0.0]], tensor![[3.0, 4.0], [0.0, 1.0]]);
    /// assert_eq!(a.cdist(&b, 2.0)?.to_vec::<f32>()?, [5.0, 1.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn cdist(&self, other: &Self, p: f64) -> Result<Self> {
        const OP: &str = AllDistances::NAME;
        expect_order(OP, p)?;
        let (a, b) = (self.shape(), other.shape());
        let (&[ref batch_a @ .., rows, m], &[ref batch_b @ .., columns, n]) = (a, b) else {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "both have at least 2 dimensions",
                lhs: a.to_vec(),
                rhs: b.to_vec(),
            }
            .into());
        };
        if m != n {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "rows have one length",
                lhs: a.to_vec(),
                rhs: b.to_vec(),
            }
            .into());
        }
        expect_one_dtype(OP, self, other)?;
        let batch = broadcast_shapes(OP, batch_a, batch_b)?;
        let batch = batch.as_slice();
        let a = self.expand([batch, &[rows, m]].concat())?;
        let b = other.expand([batch, &[columns, m]].concat())?;
        in_single(&a, &b, |a, b| Self::apply(AllDistances { p }, [a, b]))
    }

    /// Distances of order `p` between all rows i < j of a matrix, in the order (0, 1), (0, 2), …:
    /// `torch.pdist`. It takes memory for all differences.
    ///
    /// # Shapes
    /// `(n, m)` → `(n (n − 1) / 2,)`
    ///
    /// # Errors
    /// A negative order; anything but a matrix; integers and bools.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]];
    /// assert_eq!(x.pdist(1.0)?.to_vec::<f32>()?, [7.0, 1.0, 6.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn pdist(&self, p: f64) -> Result<Self> {
        const OP: &str = "pdist";
        expect_order(OP, p)?;
        expect_float(OP, self)?;
        expect_rank(OP, "a matrix: (n, m)", 2, self.shape())?;
        let rows = self.shape()[0] as i64;
        let pairs = (0..rows).flat_map(|i| (i + 1..rows).map(move |j| (i, j)));
        let (first, second): (Vec<i64>, Vec<i64>) = pairs.unzip();
        let pick = |rows: Vec<i64>| {
            let count = rows.len();
            self.index_select(0, &Tensor::from_vec(rows, [count])?)
        };
        pick(first)?
            .sub(&pick(second)?)?
            .vector_norm(p, &[-1], false)
    }

    /// Distances of order `p` between vectors in the same place: `‖a − b + eps‖ₚ` along the last
    /// dimension, `torch.pairwise_distance`. There `eps` is 1e-6, which keeps gradients of equal vectors
    /// away from 0 / 0.
    ///
    /// # Shapes
    /// `(batch.., m) × (batch.., m) → (batch..)`, with broadcasting; `(batch.., 1)` with `keepdim`.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    fn pairwise_distance(&self, other: &Self, p: f64, eps: f64, keepdim: bool) -> Result<Self> {
        let difference = self.sub(other)?.add_scalar(eps)?;
        difference.vector_norm(p, &[-1], keepdim)
    }
}
impl<A: Array> Distances for A {}

fn expect_order(op: &'static str, p: f64) -> Result<()> {
    if p >= 0.0 {
        return Ok(());
    }
    let message = format!("the order {p} is not a number of at least 0");
    Err(ErrorKind::Invalid { op, message }.into())
}

/// Runs `f` in `f32` for halves.
fn in_single<A: Array>(a: &A, b: &A, f: impl FnOnce(&A, &A) -> Result<A>) -> Result<A> {
    match a.dtype() {
        dtype @ (DType::F16 | DType::Bf16) => {
            f(&a.to_dtype(DType::F32)?, &b.to_dtype(DType::F32)?)?.to_dtype(dtype)
        }
        _ => f(a, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp, check_vjp_at, values};

    const ORDERS: [f64; 7] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, f64::INFINITY];

    #[test]
    fn all_pairs() {
        let (a, b) = (
            values(&[2, 1, 3, 5], -1.0, 1.0, 1),
            values(&[4, 5], -1.0, 1.0, 2),
        );
        for p in ORDERS {
            let y = a.cdist(&b, p).unwrap();
            assert_eq!(y.shape(), [2, 1, 3, 4]);
            let by_norm = a
                .unsqueeze(-2)
                .unwrap()
                .sub(&b)
                .unwrap()
                .vector_norm(p, &[-1], false);
            assert_close(&y, &by_norm.unwrap().to_vec::<f64>().unwrap());
        }
        let many = values(&[300, 40], -1.0, 1.0, 3);
        let few = many.narrow(0, 7, 2).unwrap();
        let rows = many.cdist(&many, 2.0).unwrap().narrow(0, 7, 2).unwrap();
        assert_close(
            &few.cdist(&many, 2.0).unwrap(),
            &rows.to_vec::<f64>().unwrap(),
        );
    }

    #[test]
    fn vjp() {
        for p in ORDERS {
            check_vjp(AllDistances { p }, [&[2, 3, 4], &[2, 2, 4]]);
        }
    }

    #[test]
    fn equal_rows_have_distance_and_gradient_zero() {
        let x = tensor![[1.0, 2.0], [1.0, 2.0], [0.0, 2.0]]
            .to_dtype(DType::F64)
            .unwrap();
        for p in ORDERS {
            let y = x.cdist(&x, p).unwrap();
            assert_close(&y, &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
            let inputs = [Some(x.clone()), Some(x.clone())];
            let saved = Saved::new("cdist", AllDistances::SAVES, &inputs, Some(&y));
            let only_equals = tensor![[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            let g = only_equals.to_dtype(DType::F64).unwrap();
            let gradient = AllDistances { p }.vjp(0, &saved, &g).unwrap();
            assert_close(&gradient, &[0.0; 6]);
        }
        // Far from the origin the differences keep their digits.
        let far = values(&[3, 4], 0.1, 0.9, 1).add_scalar(1e3).unwrap();
        check_vjp_at(
            AllDistances { p: 2.0 },
            [&far, &far.narrow(0, 0, 2).unwrap()],
        );
    }

    #[test]
    fn edges() {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32).unwrap();
        assert_eq!(
            zeros(&[0, 3]).cdist(&zeros(&[2, 3]), 2.0).unwrap().shape(),
            [0, 2]
        );
        assert_close(
            &zeros(&[2, 0]).cdist(&zeros(&[2, 0]), 2.0).unwrap(),
            &[0.0; 4],
        );
        let e = zeros(&[2, 3]).cdist(&zeros(&[2, 4]), 2.0).unwrap_err();
        assert_eq!(
            e.to_string(),
            "cdist: rows have one length: (2, 3) against (2, 4)"
        );
        assert_eq!(
            zeros(&[2, 3])
                .cdist(&zeros(&[2, 3]), -1.0)
                .unwrap_err()
                .to_string(),
            "cdist: the order -1 is not a number of at least 0"
        );
        assert!(
            tensor![[1]].cdist(&tensor![[1]], 2.0).is_err()
                && tensor![1.0].cdist(&tensor![1.0], 2.0).is_err()
        );
    }

    #[test]
    fn pairs_of_one_matrix_and_of_two() {
        let x = values(&[4, 3], -1.0, 1.0, 5);
        for p in ORDERS {
            let all = x.cdist(&x, p).unwrap().to_vec::<f64>().unwrap();
            let upper = [1, 2, 3, 6, 7, 11].map(|i| all[i]);
            assert_close(&x.pdist(p).unwrap(), &upper);
        }
        assert_eq!(tensor![[1.0]].pdist(2.0).unwrap().shape(), [0]);
        assert_eq!(
            tensor![1.0].pdist(2.0).unwrap_err().to_string(),
            "pdist: expected a matrix: (n, m), got shape (1,)"
        );
        assert!(tensor![[1]].pdist(2.0).is_err() && x.pdist(f64::NAN).is_err());

        let (a, b) = (tensor![[3.0, 4.0], [0.0, 0.0]], tensor![4.0, 3.0]);
        let kept = a.pairwise_distance(&b, 1.0, 0.0, true).unwrap();
        assert_eq!(kept.shape(), [2, 1]);
        assert_close(&kept, &[2.0, 7.0]);
        // Integers become floats by the addition of `eps`.
        let whole = tensor![1, 2].pairwise_distance(&tensor![3, 4], 2.0, 1e-6, false);
        assert_close(&whole.unwrap(), &[8f64.sqrt()]);
    }
}
