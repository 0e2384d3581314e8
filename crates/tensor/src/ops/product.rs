//! Products along dimensions.

use super::cumulative::CumulativeProduct;
use super::recurrence::delayed;
use super::reduced::{DimSet, Fold, reduce};
use super::{Arithmetic, Cast, Shapes};
use crate::layout::resolve_dim;
use crate::{Array, DType, Op, Result, Saved, Saves, Tensor};

/// The product along one dimension.
#[derive(Clone, Debug)]
pub(super) struct Product {
    dim: usize,
    keepdim: bool,
}

impl Product {
    fn dims(&self, rank: usize) -> Result<DimSet> {
        DimSet::new(Self::NAME, &[self.dim as isize], rank)
    }
}

impl Op<1> for Product {
    const NAME: &'static str = "prod";
    const SAVES: Saves = Saves::INPUTS;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let dims = self.dims(x.rank())?;
        reduce(Self::NAME, x, dims, self.keepdim, Fold::Product)
    }

    /// dL/dxₖ = g times the product of all others: of those before times of those after
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?;
        let dim = self.dim;
        let up_to = |reverse| {
            let running = A::apply(CumulativeProduct { dim, reverse }, [x])?;
            delayed(&running, dim, reverse, 1)
        };
        let others = up_to(false)?.mul(&up_to(true)?)?;
        let g = self.dims(x.shape().len())?.restore(g, x.shape())?;
        g.expand(x.shape())?.mul(&others)
    }
}

/// Products. Bools and integers are multiplied as `i64`, as in PyTorch.
///
/// ```
/// # use gradus_tensor::tensor;
/// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(x.prod()?.item::<f32>()?, 24.0);
/// assert_eq!(x.prod_dim(0, false)?, tensor![3.0, 8.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Products: Array {
    /// The product of all elements; 1 for an empty tensor.
    ///
    /// # Errors
    /// None today.
    fn prod(&self) -> Result<Self> {
        self.ravel()?.prod_dim(0, false)
    }

    /// Products along `dim`. `keepdim` leaves a size of 1.
    ///
    /// # Errors
    /// A dimension that does not exist.
    fn prod_dim(&self, dim: isize, keepdim: bool) -> Result<Self> {
        let dim = resolve_dim(Product::NAME, dim, self.shape().len())?;
        let op = Product { dim, keepdim };
        if self.dtype().is_float() {
            Self::apply(op, [self])
        } else {
            Self::apply(op, [&self.to_dtype(DType::I64)?])
        }
    }
}
impl<A: Array> Products for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp, check_vjp_at};

    #[test]
    fn forward() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_close(&x.prod().unwrap(), &[720.0]);
        assert_close(&x.prod_dim(0, false).unwrap(), &[4.0, 10.0, 18.0]);
        assert_close(&x.prod_dim(-1, true).unwrap(), &[6.0, 120.0]);
        assert_eq!(tensor![true, true].prod().unwrap().dtype(), DType::I64);
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_close(&nothing.prod().unwrap(), &[1.0]);
        assert_close(&nothing.prod_dim(1, false).unwrap(), &[1.0, 1.0]);
        assert!(x.prod_dim(2, false).is_err());
    }

    #[test]
    fn vjp() {
        for keepdim in [false, true] {
            let op = Product { dim: 1, keepdim };
            check_vjp(op, [&[2, 4, 3]]);
        }
        for zeros in [[2.0, 0.0, 3.0], [0.0, 0.0, 3.0]] {
            let x = Tensor::from_vec(zeros.to_vec(), [3]).unwrap();
            let op = Product {
                dim: 0,
                keepdim: false,
            };
            check_vjp_at(op, [&x]);
        }
    }
}
