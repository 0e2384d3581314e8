//! Leaves: variables that hold a value of their own and collect its gradient.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};

/// Shape and dtype never change; value and gradient do, under one lock.
pub(crate) struct Leaf {
    shape: Vec<usize>,
    dtype: DType,
    requires_grad: AtomicBool,
    state: Mutex<State>,
}

struct State {
    value: Tensor,
    grad: Option<Tensor>,
}

impl Leaf {
    pub(crate) fn new(value: Tensor) -> Leaf {
        Leaf {
            shape: value.shape().to_vec(),
            dtype: value.dtype(),
            requires_grad: AtomicBool::new(true),
            state: Mutex::new(State { value, grad: None }),
        }
    }

    /// A panic elsewhere cannot leave value or gradient half-written: both are replaced whole.
    #[inline]
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    #[inline]
    pub(crate) fn dtype(&self) -> DType {
        self.dtype
    }

    #[inline]
    pub(crate) fn requires_grad(&self) -> bool {
        self.requires_grad.load(Ordering::Relaxed)
    }

    pub(crate) fn set_requires_grad(&self, requires_grad: bool) {
        self.requires_grad.store(requires_grad, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn value(&self) -> Tensor {
        self.state().value.clone()
    }

    /// Whether the value is still this very block.
    #[inline]
    pub(crate) fn holds(&self, value: &Tensor) -> bool {
        self.state().value.same_block(value)
    }

    #[inline]
    pub(crate) fn grad(&self) -> Option<Tensor> {
        self.state().grad.clone()
    }

    #[inline]
    pub(crate) fn set_grad(&self, grad: Option<Tensor>) {
        // The old gradient is freed after the lock.
        let _old = std::mem::replace(&mut self.state().grad, grad);
    }

    pub(crate) fn set_value(&self, value: Tensor) -> Result<()> {
        if value.shape() != self.shape || value.dtype() != self.dtype {
            return Err(Error::ValueMismatch {
                shape: self.shape.clone(),
                dtype: self.dtype,
                got: value.shape().to_vec(),
                got_dtype: value.dtype(),
            });
        }
        let _old = std::mem::replace(&mut self.state().value, value);
        Ok(())
    }

    /// Adds to the gradient.
    #[inline]
    pub(crate) fn accumulate(&self, g: Tensor) -> Result<()> {
        debug_assert_eq!(
            g.shape(),
            self.shape,
            "a rule returns the shape of its input"
        );
        let mut state = self.state();
        state.grad = Some(match &state.grad {
            None => g.contiguous(),
            Some(sum) => sum.add(&g)?,
        });
        Ok(())
    }

    /// Changes the value in place, with the gradient at hand.
    #[inline]
    pub(crate) fn update<R>(&self, f: impl FnOnce(&mut Tensor, Option<&Tensor>) -> R) -> R {
        let state = &mut *self.state();
        let result = f(&mut state.value, state.grad.as_ref());
        assert!(
            state.value.shape() == self.shape && state.value.dtype() == self.dtype,
            "an update keeps the leaf's shape and dtype"
        );
        result
    }
}
