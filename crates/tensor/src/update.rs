//! Changing a tensor in place by a rule: the fused pass of an optimizer.

use crate::Tensor;
use crate::dispatch::for_real;
use crate::error::{ErrorKind, Result};
use crate::kernel::{self, Real};
use crate::layout::same_shape;

/// An update of one element with `N` numbers of state, the same formula for every element.
///
/// It is compiled into one vectorised pass that reads and writes each number once; mark `apply`
/// `#[inline(always)]`, or it is called element by element.
pub trait UpdateRule<const N: usize>: Copy + Send + Sync {
    /// The new parameter and state from the parameter, its gradient and the state.
    fn apply<T: Real>(&self, parameter: T, gradient: T, state: [T; N]) -> (T, [T; N]);
}

impl Tensor {
    /// Changes every element, and its state, by the rule. Memory is reused unless another tensor
    /// shares it.
    ///
    /// # Errors
    /// Shapes or dtypes that differ; a dtype other than `f32` and `f64`. Nothing is changed then.
    ///
    /// ```
    /// use gradus_tensor::{Real, UpdateRule, tensor};
    ///
    /// #[derive(Clone, Copy)]
    /// struct Descent(f64);
    /// impl UpdateRule<0> for Descent {
    ///     #[inline(always)]
    ///     fn apply<T: Real>(&self, p: T, g: T, state: [T; 0]) -> (T, [T; 0]) {
    ///         (p - T::from_f64(self.0) * g, state)
    ///     }
    /// }
    ///
    /// let mut w = tensor![1.0, 2.0];
    /// w.update_by(&Descent(0.5), &tensor![2.0, -2.0], [])?;
    /// assert_eq!(w.to_vec::<f32>()?, [0.0, 3.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn update_by<const N: usize>(
        &mut self,
        rule: &impl UpdateRule<N>,
        gradient: &Tensor,
        mut state: [&mut Tensor; N],
    ) -> Result<()> {
        let gradient = self.prepare_update(gradient, &mut state)?;
        let rule = *rule;
        for_real!("update_by", self.dtype(), T => {
            kernel::update::<T, N>(
                self,
                &gradient,
                &mut state,
                #[inline(always)]
                move |p, g, s| rule.apply(p, g, s),
            );
            Ok(())
        })
    }

    /// What does not depend on the rule, compiled once: everything fits, what is written is exclusive, and the
    /// gradient, which is returned, is contiguous.
    fn prepare_update<'a>(
        &mut self,
        gradient: &'a Tensor,
        state: &mut [&mut Tensor],
    ) -> Result<kernel::Dense<'a>> {
        self.fits("update_by", gradient)?;
        for s in state.iter() {
            self.fits("update_by", s)?;
        }
        self.make_exclusive();
        for s in state {
            s.make_exclusive();
        }
        Ok(kernel::Dense::of(gradient))
    }

    fn fits(&self, op: &'static str, other: &Tensor) -> Result<()> {
        if !same_shape(self.shape(), other.shape()) {
            return Err(ErrorKind::ShapeMismatch {
                op,
                what: "parameter, gradient and state have one shape",
                lhs: self.shape().to_vec(),
                rhs: other.shape().to_vec(),
            }
            .into());
        }
        if self.dtype() != other.dtype() {
            return Err(ErrorKind::DTypeMismatch {
                op,
                lhs: self.dtype(),
                rhs: other.dtype(),
            }
            .into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, tensor};

    #[derive(Clone, Copy)]
    struct Momentum;
    impl UpdateRule<1> for Momentum {
        #[inline(always)]
        fn apply<T: Real>(&self, p: T, g: T, [m]: [T; 1]) -> (T, [T; 1]) {
            let m = m + g;
            (p - m, [m])
        }
    }

    #[test]
    fn parameters_and_state_change_together() {
        let mut p = tensor![[1.0, 2.0]];
        let seen = p.clone();
        let mut m = tensor![[0.5, 0.0]];
        p.update_by(&Momentum, &tensor![[1.0, 1.0]], [&mut m])
            .unwrap();
        assert_eq!(p.to_vec::<f32>().unwrap(), [-0.5, 1.0]);
        assert_eq!(m.to_vec::<f32>().unwrap(), [1.5, 1.0]);
        assert_eq!(seen.to_vec::<f32>().unwrap(), [1.0, 2.0]);
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut p = tensor![1.0, 2.0];
        let mut m = tensor![0.0, 0.0];
        assert!(p.update_by(&Momentum, &tensor![1.0], [&mut m]).is_err());
        let g = Tensor::ones([2], DType::F64).unwrap();
        assert!(p.update_by(&Momentum, &g, [&mut m]).is_err());
        assert_eq!(p.to_vec::<f32>().unwrap(), [1.0, 2.0]);
    }

    #[test]
    fn long_updates_do_not_depend_on_threads() {
        let n = 300_000;
        let run = |threads| {
            crate::set_num_threads(threads);
            let mut p = crate::testkit::values(&[n], -1.0, 1.0, 1);
            let mut m = p.zeros_like();
            let g = crate::testkit::values(&[n], -1.0, 1.0, 2);
            p.update_by(&Momentum, &g, [&mut m]).unwrap();
            p
        };
        assert!(run(1).equal(&run(3)));
    }
}
