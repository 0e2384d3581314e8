//! Dimensions in another order.

use crate::layout::{Layout, MAX_RANK, Shape};
use crate::{Array, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Permute {
    pub(super) order: Shape,
    /// The method that asked for it.
    pub(super) name: &'static str,
}

impl Op<1> for Permute {
    const NAME: &'static str = "permute";
    const SAVES: Saves = Saves::NOTHING;

    fn name(&self) -> &'static str {
        self.name
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (mut shape, mut strides) = ([0; MAX_RANK], [0; MAX_RANK]);
        let order = self.order.as_slice();
        for (to, &from) in order.iter().enumerate() {
            shape[to] = x.shape()[from];
            strides[to] = x.strides()[from];
        }
        Ok(x.view_with(
            &Layout::strided(&shape[..order.len()], &strides[..order.len()]),
            0,
        ))
    }

    /// The gradient in the old order.
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let mut inverse = [0; MAX_RANK];
        let order = self.order.as_slice();
        for (to, &from) in order.iter().enumerate() {
            inverse[from] = to;
        }
        let back = Permute {
            order: Shape::new(&inverse[..order.len()]),
            name: self.name,
        };
        A::apply(back, [g])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{check_vjp, values};

    #[test]
    fn vjp() {
        let (order, name) = (Shape::new(&[2, 0, 1]), Permute::NAME);
        check_vjp(Permute { order, name }, [&[2, 3, 4]]);
    }

    #[test]
    fn permute_names_each_dimension_once() {
        let x = values(&[2, 3], 0.0, 1.0, 1);
        assert!(x.permute(&[0, 0]).is_err() && x.permute(&[0]).is_err());
        assert_eq!(x.permute(&[-1, 0]).unwrap().shape(), [3, 2]);
        assert!(values(&[1, 1, 1], 0.0, 1.0, 1).t().is_err());
    }
}
