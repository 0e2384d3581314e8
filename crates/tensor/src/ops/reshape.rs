//! Another shape for the same elements in the same order.

use super::Shapes;
use crate::layout::{Layout, MAX_RANK, Shape};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct Reshape {
    pub(super) to: Shape,
    /// The method that asked for it.
    pub(super) name: &'static str,
}

impl Op<1> for Reshape {
    const NAME: &'static str = "reshape";
    const SAVES: Saves = Saves::SHAPES;

    fn name(&self) -> &'static str {
        self.name
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let to = self.to.as_slice();
        let layout = Layout::row_major(Self::NAME, to)?;
        if layout.len() != x.numel() {
            return Err(ErrorKind::ElementCount {
                op: Self::NAME,
                from: x.shape().to_vec(),
                from_len: x.numel(),
                to: to.to_vec(),
                to_len: layout.len(),
            }
            .into());
        }
        if x.is_contiguous() {
            return Ok(x.view_with(&layout, 0));
        }
        if let Some(strides) = viewable(x.shape(), x.strides(), to) {
            return Ok(x.view_with(&Layout::strided(to, &strides[..to.len()]), 0));
        }
        let mut copy = x.copy();
        copy.relayout(layout);
        Ok(copy)
    }

    /// The gradient in the old shape.
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.reshape(saved.shape(0)?)
    }
}

/// Strides that show non-empty memory of `shape` and `strides` as `to`, if there are any.
pub(super) fn viewable(
    shape: &[usize],
    strides: &[usize],
    to: &[usize],
) -> Option<[usize; MAX_RANK]> {
    let mut new = [0; MAX_RANK];
    let mut d = to.len();
    let mut old = shape
        .iter()
        .zip(strides)
        .rev()
        .filter(|(size, _)| **size != 1)
        .peekable();
    // From the back: old dimensions that are contiguous with each other form a run, and new
    // dimensions must fill each run exactly.
    while let Some((&size, &step)) = old.next() {
        let mut run = size;
        while let Some((&size, _)) = old.next_if(|(_, stride)| **stride == run * step) {
            run *= size;
        }
        let mut filled = 1;
        while filled < run {
            d = d.checked_sub(1)?;
            new[d] = filled * step;
            filled *= to[d];
        }
        if filled != run {
            return None;
        }
    }
    to[..d].iter().all(|&size| size == 1).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp, counting};

    #[test]
    fn vjp() {
        let (to, name) = (Shape::new(&[3, 2]), Reshape::NAME);
        check_vjp(Reshape { to, name }, [&[2, 3]]);
    }

    #[test]
    fn reshaping_contiguous_memory_shares_it() {
        let x = counting(&[2, 6]);
        let y = x.reshape([3, 4]).unwrap();
        assert_eq!(
            x.as_slice::<f64>().unwrap().as_ptr(),
            y.as_slice::<f64>().unwrap().as_ptr()
        );
        assert_eq!(
            x.reshape([5]).unwrap_err().to_string(),
            "reshape: (2, 6) has 12 elements, (5,) has 5"
        );
    }

    #[test]
    fn strided_memory_is_viewed_where_possible_and_copied_else() {
        let x = counting(&[2, 3, 4]).transpose(0, 1).unwrap();
        assert!(x.view([3, 2, 2, 2]).is_ok());
        assert!(x.view([6, 4]).is_err());
        let flat = x.reshape([24]).unwrap();
        assert_close(
            &flat.narrow(0, 0, 8).unwrap(),
            &[0.0, 1.0, 2.0, 3.0, 12.0, 13.0, 14.0, 15.0],
        );
        let column = counting(&[4, 3]).narrow(1, 1, 1).unwrap();
        assert_close(&column.reshape([2, 2]).unwrap(), &[1.0, 4.0, 7.0, 10.0]);
        assert!(column.view([2, 1, 2]).is_ok());
    }

    #[test]
    fn every_reshape_of_every_permutation_keeps_row_major_order() {
        let x = counting(&[2, 3, 4]);
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let p = x.permute(&order).unwrap();
            let expected = p.to_vec::<f64>().unwrap();
            for to in [
                &[24][..],
                &[4, 6],
                &[2, 2, 6],
                &[3, 8],
                &[1, 24, 1],
                &[2, 3, 2, 2],
            ] {
                assert_eq!(
                    p.reshape(to).unwrap().to_vec::<f64>().unwrap(),
                    expected,
                    "{order:?} {to:?}"
                );
            }
        }
    }
}
