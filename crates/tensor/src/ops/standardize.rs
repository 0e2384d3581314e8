//! Groups of elements brought to mean 0 and variance 1, and the derivative of that.

use super::operands::computed_in;
use super::{Arithmetic, Exponential, Shapes, Sums};
use crate::dispatch::for_real;
use crate::kernel::{self, Groups};
use crate::layout::Layout;
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// `(x − m) / √(v + eps)` with the mean and variance of each group.
#[derive(Clone, Debug)]
pub(super) struct Standardize {
    pub(super) groups: Groups,
    pub(super) eps: f64,
}

impl Op<1> for Standardize {
    const NAME: &'static str = "standardize";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let dtype = computed_in(Self::NAME, x.dtype())?;
        let layout = Layout::row_major(Self::NAME, x.shape())?;
        for_real!(Self::NAME, dtype, T => {
            kernel::standardize::<T>(&x.to_dtype(dtype)?, self.groups, self.eps, &layout).to_dtype(x.dtype())
        })
    }

    /// dL/dx = J g; see [`StandardizeGrad`]
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(StandardizeGrad(self.clone()), [saved.input(0)?, g])
    }
}

/// `J g` with the derivative `J = s (1 − 1/n − y yᵀ/n)` of `y = Standardize(x)` in each group, where
/// `s = 1/√(v + eps)`; the term 1/n only if the mean is taken away. `J` is symmetric.
#[derive(Clone, Debug)]
pub(super) struct StandardizeGrad(Standardize);

impl Op<2> for StandardizeGrad {
    const NAME: &'static str = "standardize_grad";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x, g]: [&Tensor; 2]) -> Result<Tensor> {
        let dtype = computed_in(Self::NAME, x.dtype())?;
        let layout = Layout::row_major(Self::NAME, x.shape())?;
        let Standardize { groups, eps } = self.0;
        for_real!(Self::NAME, dtype, T => {
            kernel::standardize_grad::<T>(&x.to_dtype(dtype)?, &g.to_dtype(dtype)?, groups, eps, &layout)
                .to_dtype(x.dtype())
        })
    }

    /// with upstream u: dL/dg = J u, since `J` is symmetric;
    /// dL/dx = −s/n ((uᵀ J g) y + (gᵀ y) J u + (uᵀ y) J g), as dy = J dx and ds = −s² y dx / n
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let (x, g) = (saved.input(0)?, saved.input(1)?);
        let along_u = A::apply(self.clone(), [x, u])?;
        if wrt == 1 {
            return Ok(along_u);
        }
        let Groups {
            outer,
            count,
            inner,
            centre,
        } = self.0.groups;
        let n = (outer * inner) as f64;
        let grouped = |a: &A| a.reshape([outer, count, inner]);
        let within = |a: &A| grouped(a)?.sum_dims(&[0, 2], true);
        let y = A::apply(self.0.clone(), [x])?;
        let along_g = A::apply(self.clone(), [x, g])?;
        let centred = if centre {
            grouped(x)?.sub(&within(x)?.div_scalar(n)?)?
        } else {
            grouped(x)?
        };
        let variance = centred
            .square()?
            .sum_dims(&[0, 2], true)?
            .div_scalar(n)?
            .add_scalar(self.0.eps)?;
        let scale = variance.sqrt()?.rdiv_scalar(-1.0)?.div_scalar(n)?;
        grouped(&y)?
            .mul(&within(&u.mul(&along_g)?)?)?
            .add(&grouped(&along_u)?.mul(&within(&g.mul(&y)?)?)?)?
            .add(&grouped(&along_g)?.mul(&within(&u.mul(&y)?)?)?)?
            .mul(&scale)?
            .reshape(x.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::check_vjp;

    #[test]
    fn vjp() {
        for centre in [true, false] {
            for (outer, count, inner) in [(1, 2, 5), (3, 2, 1), (2, 3, 4)] {
                let groups = Groups {
                    outer,
                    count,
                    inner,
                    centre,
                };
                let op = Standardize { groups, eps: 0.1 };
                check_vjp(op.clone(), [&[outer, count, inner]]);
                let shape = [outer, count, inner];
                check_vjp(StandardizeGrad(op), [&shape, &shape]);
            }
        }
    }
}
