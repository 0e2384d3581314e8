//! The square root of a mean of squares, as standard deviations take it.

use super::{Arithmetic, Selection};
use crate::dispatch::for_float;
use crate::kernel::{self, Real};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// `√x` with gradient 0 at 0, the subgradient PyTorch chooses; it has no second derivative there.
#[derive(Clone, Debug)]
pub(super) struct RootOfSquares;

impl Op<1> for RootOfSquares {
    const NAME: &'static str = "root_of_squares";
    const SAVES: Saves = Saves::OUTPUT;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        for_float!(Self::NAME, x.dtype(), T => Ok(kernel::map(x, #[inline(always)] |x: T| Real::sqrt(x))))
    }

    /// dL/dx = g / (2 y), 0 where y is 0
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let y = saved.output()?;
        let at_zero = y.value().eq_scalar(0)?;
        g.div(&y.mul_scalar(2)?)?.masked_fill(&at_zero, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_forward, check_vjp};

    #[test]
    fn by_hand() {
        check_forward(RootOfSquares, [&tensor![4.0, 0.0]], &[2.0, 0.0]);
        check_vjp(RootOfSquares, [&[2, 3]]);
        let y = tensor![0.0, 2.0];
        let saved = Saved::new("sqrt", RootOfSquares::SAVES, &[None], Some(&y));
        let g = RootOfSquares.vjp(0, &saved, &tensor![1.0, 1.0]).unwrap();
        assert_close(&g, &[0.0, 0.25]);
    }
}
