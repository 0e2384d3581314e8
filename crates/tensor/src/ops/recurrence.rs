//! First-order linear recurrences along a dimension: what the gradients of running products are made
//! of. Exact where an element is 0, which dividing by it would not be, and closed under
//! differentiation.

use super::lines::around;
use super::{Arithmetic, Cast, Concatenate, Shapes};
use crate::kernel;
use crate::{Array, DType, Op, Result, Saved, Saves, Scalar, Tensor};

/// `hₖ = aₖ hₖ₋₁ + bₖ` with h₋₁ = 0, from the front or from the back.
#[derive(Clone, Debug)]
pub(super) struct Recurrence {
    pub(super) dim: usize,
    pub(super) reverse: bool,
}

impl Op<2> for Recurrence {
    const NAME: &'static str = "linear_recurrence";
    const SAVES: Saves = Saves::input(0).and(Saves::OUTPUT);

    #[inline]
    fn forward(&self, [a, b]: [&Tensor; 2]) -> Result<Tensor> {
        let sizes = around(a.shape(), self.dim);
        let wide = |x: &Tensor| kernel::cast(x, DType::F64);
        let h = kernel::linear_recurrence(&wide(a), &wide(b), sizes, self.reverse);
        Cast::to_dtype(&h, a.dtype())
    }

    /// With t the same recurrence the other way, tₖ = aₖ₊₁ tₖ₊₁ + uₖ: dL/db = t, dL/daₖ = tₖ hₖ₋₁
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let Recurrence { dim, reverse } = *self;
        let factors = delayed(saved.input(0)?, dim, !reverse, 0)?;
        let back = Recurrence {
            dim,
            reverse: !reverse,
        };
        let t = A::apply(back, [&factors, u])?;
        if wrt == 1 {
            return Ok(t);
        }
        t.mul(&delayed(saved.output()?, dim, reverse, 0)?)
    }
}

/// Each element one step later, the first being `first`; one step earlier and the last if `reverse`.
pub(super) fn delayed<A: Array>(x: &A, dim: usize, reverse: bool, first: i64) -> Result<A> {
    let mut shape = x.shape().to_vec();
    let Some(size) = shape.get_mut(dim) else {
        return Ok(A::constant(x.value().filled(first)));
    };
    let len = *size;
    if len == 0 {
        return Ok(x.clone());
    }
    *size = 1;
    let first = A::constant(Tensor::full(shape, Scalar::Int(first), x.dtype())?);
    let dim = dim as isize;
    if reverse {
        A::cat(&[&x.narrow(dim, 1, len - 1)?, &first], dim)
    } else {
        A::cat(&[&first, &x.narrow(dim, 0, len - 1)?], dim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_forward, check_vjp};

    #[test]
    fn forward() {
        let (a, b) = (&tensor![9.0, 2.0, 0.5], &tensor![1.0, 10.0, 100.0]);
        let [front, back] = [false, true].map(|reverse| Recurrence { dim: 0, reverse });
        check_forward(front, [a, b], &[1.0, 12.0, 106.0]);
        check_forward(back, [a, b], &[1.0 + 9.0 * 210.0, 210.0, 100.0]);
    }

    #[test]
    fn vjp() {
        for reverse in [false, true] {
            let op = Recurrence { dim: 1, reverse };
            check_vjp(op, [&[2, 4, 3], &[2, 4, 3]]);
            check_vjp(Recurrence { dim: 0, reverse }, [&[], &[]]);
        }
    }

    #[test]
    fn delays() {
        let x = tensor![[1.0, 2.0, 3.0]];
        assert_close(&delayed(&x, 1, false, 7).unwrap(), &[7.0, 1.0, 2.0]);
        assert_close(&delayed(&x, 1, true, 7).unwrap(), &[2.0, 3.0, 7.0]);
        assert_close(
            &delayed(&tensor![4.0].sum().unwrap(), 0, true, 1).unwrap(),
            &[1.0],
        );
    }
}
