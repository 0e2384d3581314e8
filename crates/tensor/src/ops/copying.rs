//! Copies through which the gradient flows.

use crate::{Array, Op, Result, Saved, Saves, Tensor};

/// The same elements in row-major order, in memory of its own if `always`, else only where needed.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    always: bool,
}

impl Op<1> for Copy {
    const NAME: &'static str = "clone";
    const SAVES: Saves = Saves::NOTHING;
    const PASSES_ON: bool = true;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        Ok(if self.always {
            x.copy()
        } else {
            x.contiguous()
        })
    }

    /// dL/dx = g
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        Ok(g.clone())
    }
}

/// Copies through which the gradient flows. On tensors these are methods that cannot fail.
pub trait Copying: Array {
    /// A copy with memory of its own, in row-major order: PyTorch's `clone`.
    ///
    /// # Errors
    /// None today.
    fn copy(&self) -> Result<Self> {
        Self::apply(Copy { always: true }, [self])
    }

    /// The same elements in row-major order: itself if they are so already.
    ///
    /// # Errors
    /// None today.
    fn contiguous(&self) -> Result<Self> {
        Self::apply(Copy { always: false }, [self])
    }
}
impl<A: Array> Copying for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::check_vjp;

    #[test]
    fn vjp() {
        for always in [true, false] {
            check_vjp(Copy { always }, [&[2, 3]]);
        }
    }

    #[test]
    fn only_what_is_strided_is_copied() {
        let x = tensor![[1, 2], [3, 4]];
        assert!(Copying::contiguous(&x).unwrap().same_block(&x));
        assert!(!Copying::copy(&x).unwrap().same_block(&x));
        let turned = Copying::contiguous(&x.t().unwrap()).unwrap();
        assert_eq!(turned.as_slice::<i64>().unwrap(), [1, 3, 2, 4]);
    }
}
