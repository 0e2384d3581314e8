//! Elements that stand for many.

use super::Sums;
use crate::layout::{Layout, MAX_RANK, Shape};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Expand(pub(super) Shape);

impl Op<1> for Expand {
    const NAME: &'static str = "expand";
    const SAVES: Saves = Saves::SHAPES;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let to = self.0.as_slice();
        let lead = to.len().checked_sub(x.rank());
        let fits = lead.is_some_and(|lead| {
            x.shape()
                .iter()
                .zip(&to[lead..])
                .all(|(&from, &to)| from == to || from == 1)
        });
        let Some(lead) = lead.filter(|_| fits) else {
            return Err(ErrorKind::ShapeMismatch {
                op: Self::NAME,
                what: "sizes must be equal or 1, aligned at the last dimension",
                lhs: x.shape().to_vec(),
                rhs: to.to_vec(),
            }
            .into());
        };
        Layout::row_major(Self::NAME, to)?;
        let mut strides = [0; MAX_RANK];
        for (d, stride) in strides.iter_mut().enumerate().take(to.len()).skip(lead) {
            if x.shape()[d - lead] == to[d] {
                *stride = x.strides()[d - lead];
            }
        }
        Ok(x.view_with(&Layout::strided(to, &strides[..to.len()]), 0))
    }

    /// dL/dx = g, summed where elements were repeated
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.sum_to_size(saved.shape(0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::check_vjp;

    #[test]
    fn vjp() {
        check_vjp(Expand(Shape::new(&[2, 3, 4])), [&[3, 1]]);
    }

    #[test]
    fn expanding_repeats_without_memory() {
        let x = tensor![[1.0], [2.0]].expand(&[2, 3]).unwrap();
        assert_eq!(
            (x.strides(), x.to_vec::<f32>().unwrap()),
            (&[1, 0][..], vec![1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
        );
        assert!(x.expand(&[3, 3]).is_err());
        assert!(x.expand(&[1 << 40, 1 << 40, 2, 3]).is_err());
    }
}
