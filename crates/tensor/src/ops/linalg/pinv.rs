//! Pseudo-inverses, and ranks.

use super::eigh::Half;
use super::matrices::{as_rows, expect_matrices, expect_square, mt};
use super::svd::decompose;
use crate::layout::broadcast_shapes;
use crate::ops::{Arithmetic, MatrixProduct};
use crate::{Array, DType, Op, Result, Saved, Saves, Tensor};

/// Below which singular values count as zero: `max(absolute, relative · largest value)`.
///
/// Numbers, or tensors with one for each matrix of the batch. If neither is given the relative one is
/// the dtype's precision times the larger of rows and columns; if only the absolute one is given and
/// positive, the relative one is 0.
///
/// ```
/// use gradus_tensor::ops::linalg::Tolerance;
/// let default = Tolerance::default();
/// let loose = Tolerance::relative(1e-3);
/// # let _ = (default, loose);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tolerance {
    /// Compared with the values themselves.
    pub absolute: Option<Tensor>,
    /// Multiplied by the largest value.
    pub relative: Option<Tensor>,
}

impl Tolerance {
    /// One share of the largest value for all matrices.
    #[must_use]
    pub fn relative(share: f64) -> Tolerance {
        Tolerance {
            absolute: None,
            relative: Some(Tensor::scalar(share)),
        }
    }

    /// One bound for all matrices.
    #[must_use]
    pub fn absolute(bound: f64) -> Tolerance {
        Tolerance {
            absolute: Some(Tensor::scalar(bound)),
            relative: None,
        }
    }

    /// The bound for each matrix; `magnitudes` are `(batch.., k)`.
    fn bounds(
        &self,
        op: &'static str,
        magnitudes: &Tensor,
        sizes: (usize, usize),
        dtype: DType,
    ) -> Result<Bounds> {
        let (batch, k) = magnitudes.shape().split_at(magnitudes.rank() - 1);
        let k = k[0];
        let mut shape = batch.to_vec();
        for given in [&self.absolute, &self.relative].into_iter().flatten() {
            shape = broadcast_shapes(op, &shape, given.shape())?
                .as_slice()
                .to_vec();
        }
        let count = shape.iter().product();
        let spread = |given: &Option<Tensor>, otherwise: Vec<f64>| match given {
            Some(given) => given.expand(&shape)?.to_vec::<f64>(),
            None => Ok(otherwise),
        };
        let precision = if dtype == DType::F32 {
            f64::from(f32::EPSILON)
        } else {
            f64::EPSILON
        };
        let usual = precision * sizes.0.max(sizes.1) as f64;
        let absolute = spread(&self.absolute, vec![0.0; count])?;
        let by_default = absolute.iter().map(|&a| if a > 0.0 { 0.0 } else { usual });
        let relative = spread(&self.relative, by_default.collect())?;
        let spread_magnitudes = magnitudes
            .expand([&shape[..], &[k]].concat())?
            .to_vec::<f64>()?;
        let largest = |i: usize| {
            spread_magnitudes[i * k..(i + 1) * k]
                .iter()
                .copied()
                .fold(0.0, f64::max)
        };
        let bounds = (0..count)
            .map(|i| absolute[i].max(relative[i] * largest(i)))
            .collect();
        Ok(Bounds {
            shape,
            bounds,
            magnitudes: spread_magnitudes,
            k,
        })
    }
}

impl Tolerance {
    /// `1 / x` for each of the `values` whose magnitude exceeds the bound, else 0.
    pub(super) fn inverse(
        &self,
        op: &'static str,
        values: &Tensor,
        magnitudes: &Tensor,
        sizes: (usize, usize),
        dtype: DType,
    ) -> Result<Tensor> {
        let bounds = self.bounds(op, magnitudes, sizes, dtype)?;
        let shape = [&bounds.shape[..], &[bounds.k]].concat();
        let signed = values.expand(&shape)?.to_vec::<f64>()?;
        let mut inverse = Vec::with_capacity(signed.len());
        for ((sizes, bound), signed) in bounds.each().zip(signed.chunks(bounds.k.max(1))) {
            let pairs = sizes.iter().zip(signed);
            inverse.extend(pairs.map(|(&size, x)| if size > bound { 1.0 / x } else { 0.0 }));
        }
        Tensor::from_vec(inverse, shape)
    }
}

/// Magnitudes of the values of each matrix, and what they have to exceed.
struct Bounds {
    shape: Vec<usize>,
    bounds: Vec<f64>,
    magnitudes: Vec<f64>,
    k: usize,
}

impl Bounds {
    fn each(&self) -> impl Iterator<Item = (&[f64], f64)> {
        let values = |i: usize| &self.magnitudes[i * self.k..(i + 1) * self.k];
        self.bounds
            .iter()
            .enumerate()
            .map(move |(i, &bound)| (values(i), bound))
    }
}

/// Moore and Penrose's inverse.
#[derive(Clone, Debug)]
struct Pinv {
    tolerance: Tolerance,
    symmetric: bool,
}

impl Op<1> for Pinv {
    const NAME: &'static str = "pinv";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn forward(&self, [a]: [&Tensor; 1]) -> Result<Tensor> {
        let dtype = a.dtype();
        let (m, n) = (a.shape()[a.rank() - 2], a.shape()[a.rank() - 1]);
        let a = a.to_dtype(DType::F64)?;
        let (left, values, right) = if self.symmetric {
            let (values, vectors) = a.eigh(Half::Lower)?;
            (vectors.clone(), values, vectors)
        } else {
            let [u, s, vt] = decompose(Self::NAME, &a, false)?;
            (mt(&vt)?, s, u)
        };
        let inverse = self
            .tolerance
            .inverse(Self::NAME, &values, &values.abs()?, (m, n), dtype)?;
        left.mul(&as_rows(&inverse)?)?
            .matmul(&mt(&right)?)?
            .to_dtype(dtype)
    }

    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        pinv_rule(saved.input(0)?, saved.output()?, g)
    }
}

/// dL/dA = −Pᵀ g Pᵀ + (1 − A P) gᵀ P Pᵀ + Pᵀ P gᵀ (1 − P A)
pub(super) fn pinv_rule<A: Array>(a: &A, p: &A, g: &A) -> Result<A> {
    let (pt, gt) = (mt(p)?, mt(g)?);
    let inside = pt.matmul(g)?.matmul(&pt)?;
    let left = gt.matmul(p)?.matmul(&pt)?;
    let right = pt.matmul(p)?.matmul(&gt)?;
    let left = left.sub(&a.matmul(&p.matmul(&left)?)?)?;
    let right = right.sub(&right.matmul(p)?.matmul(a)?)?;
    left.add(&right)?.sub(&inside)
}

/// Pseudo-inverses.
pub trait PseudoInverse: Array {
    /// Moore and Penrose's inverse of each matrix, singular values within the tolerance taken as zero:
    /// `torch.linalg.pinv`. Of a `symmetric` matrix the lower half is read.
    ///
    /// # Shapes
    /// `(batch.., m, n)` → `(batch.., n, m)`.
    ///
    /// # Errors
    /// Fewer than two dimensions; NaN or infinities; dtypes other than `f32` and `f64`.
    fn pinv(&self, tolerance: &Tolerance, symmetric: bool) -> Result<Self> {
        if symmetric {
            expect_square(Pinv::NAME, self)?;
        } else {
            expect_matrices(Pinv::NAME, self)?;
        }
        let tolerance = tolerance.clone();
        Self::apply(
            Pinv {
                tolerance,
                symmetric,
            },
            [self],
        )
    }
}
impl<A: Array> PseudoInverse for A {}

impl Tensor {
    /// How many singular values of each matrix exceed the tolerance, as `i64`:
    /// `torch.linalg.matrix_rank`. Of a `symmetric` matrix the lower half is read.
    ///
    /// # Errors
    /// As [`pinv`](PseudoInverse::pinv).
    pub fn matrix_rank(&self, tolerance: &Tolerance, symmetric: bool) -> Result<Tensor> {
        const OP: &str = "matrix_rank";
        expect_matrices(OP, self)?;
        let (m, n) = (self.shape()[self.rank() - 2], self.shape()[self.rank() - 1]);
        let magnitudes = if symmetric {
            expect_square(OP, self)?;
            self.eigvalsh(Half::Lower)?.abs()?
        } else {
            self.svdvals()?
        };
        let bounds = tolerance.bounds(OP, &magnitudes, (m, n), self.dtype())?;
        let counts = bounds
            .each()
            .map(|(values, bound)| values.iter().filter(|&&value| value > bound).count() as i64);
        Tensor::from_vec(counts.collect(), &bounds.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp_at, values};

    fn usual() -> Pinv {
        Pinv {
            tolerance: Tolerance::default(),
            symmetric: false,
        }
    }

    #[test]
    fn four_laws() {
        for shape in [&[3, 3][..], &[4, 2], &[2, 2, 4]] {
            let a = values(shape, -1.0, 1.0, 1);
            let p = a.pinv(&Tolerance::default(), false).unwrap();
            let (ap, pa) = (a.matmul(&p).unwrap(), p.matmul(&a).unwrap());
            assert_close(&ap.matmul(&a).unwrap(), &a.to_vec::<f64>().unwrap());
            assert_close(&pa.matmul(&p).unwrap(), &p.to_vec::<f64>().unwrap());
            assert_close(&ap, &mt(&ap).unwrap().to_vec::<f64>().unwrap());
            assert_close(&pa, &mt(&pa).unwrap().to_vec::<f64>().unwrap());
        }
    }

    #[test]
    fn vjp() {
        for shape in [&[3, 3][..], &[4, 2], &[2, 2, 4]] {
            check_vjp_at(usual(), [&values(shape, -1.0, 1.0, 1)]);
        }
    }

    #[test]
    fn tolerances() {
        let a = tensor![[4.0, 0.0], [0.0, 1.0]];
        let p = |tolerance: &Tolerance| a.pinv(tolerance, false).unwrap();
        assert_close(&p(&Tolerance::default()), &[0.25, 0.0, 0.0, 1.0]);
        assert_close(&p(&Tolerance::relative(0.5)), &[0.25, 0.0, 0.0, 0.0]);
        assert_close(&p(&Tolerance::absolute(1.5)), &[0.25, 0.0, 0.0, 0.0]);
        let rank = |tolerance: &Tolerance| {
            a.matrix_rank(tolerance, true)
                .unwrap()
                .item::<i64>()
                .unwrap()
        };
        assert_eq!(
            (rank(&Tolerance::default()), rank(&Tolerance::relative(0.5))),
            (2, 1)
        );
        let two = Tolerance {
            absolute: Some(tensor![0.0, 2.0]),
            relative: None,
        };
        let ranks = a
            .expand([2, 2, 2])
            .unwrap()
            .matrix_rank(&two, false)
            .unwrap();
        assert_eq!(ranks.to_vec::<i64>().unwrap(), [2, 1]);
        let thin = values(&[3, 1], -1.0, 1.0, 1)
            .matmul(&values(&[1, 3], -1.0, 1.0, 2))
            .unwrap();
        assert_eq!(
            thin.matrix_rank(&Tolerance::default(), false)
                .unwrap()
                .item::<i64>()
                .unwrap(),
            1
        );
        let negative = tensor![[-2.0, 0.0], [0.0, 0.0]];
        assert_close(
            &negative.pinv(&Tolerance::default(), true).unwrap(),
            &[-0.5, 0.0, 0.0, 0.0],
        );
        let empty = Tensor::zeros([2, 0, 3], DType::F32).unwrap();
        assert_eq!(
            empty.pinv(&Tolerance::default(), false).unwrap().shape(),
            [2, 3, 0]
        );
        assert_eq!(
            empty
                .matrix_rank(&Tolerance::default(), false)
                .unwrap()
                .to_vec::<i64>()
                .unwrap(),
            [0, 0]
        );
    }
}
