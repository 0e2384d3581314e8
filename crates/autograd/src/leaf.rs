//! Leaves: variables that hold a value of their own and collect its gradient.

use std::sync::atomic::{AtomicBool, Ordering};

use gradus_tensor::{DType, Lock, Tensor};

use crate::error::{Error, Result};
use crate::hooks::HookSlot;

/// Shape and dtype never change; value and gradient do, under one lock.
pub(crate) struct Leaf {
    shape: Vec<usize>,
    dtype: DType,
    requires_grad: AtomicBool,
    pub(crate) hooks: HookSlot,
    state: Lock<State>,
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
            hooks: HookSlot::new(),
            state: Lock::new(State { value, grad: None }),
        }
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
        self.state.lock().value.share()
    }

    /// Whether the value is still this very block.
    #[inline]
    pub(crate) fn holds(&self, value: &Tensor) -> bool {
        self.state.lock().value.same_block(value)
    }

    #[inline]
    pub(crate) fn grad(&self) -> Option<Tensor> {
        self.state.lock().grad.as_mut().map(Tensor::share)
    }

    #[inline]
    pub(crate) fn set_grad(&self, grad: Option<Tensor>) {
        // The old gradient is freed after the lock.
        let _old = std::mem::replace(&mut self.state.lock().grad, grad);
    }

    pub(crate) fn set_value(&self, value: Tensor) -> Result<()> {
        if !value.has_shape(&self.shape) || value.dtype() != self.dtype {
            return Err(Error::ValueMismatch {
                shape: self.shape.clone(),
                dtype: self.dtype,
                got: value.shape().to_vec(),
                got_dtype: value.dtype(),
            });
        }
        let _old = std::mem::replace(&mut self.state.lock().value, value);
        Ok(())
    }

    /// Adds to the gradient. `used` is the value the operation saw, if its rule read it: `false` if the
    /// leaf has another one by now, and then nothing is added.
    #[inline]
    pub(crate) fn accumulate(&self, g: Tensor, used: Option<Tensor>) -> Result<bool> {
        debug_assert!(
            g.has_shape(&self.shape),
            "a rule returns the shape of its input"
        );
        let g = if g.is_contiguous() { g } else { g.contiguous() };
        let mut state = self.state.lock();
        if let Some(used) = used {
            if !state.value.same_block(&used) {
                return Ok(false);
            }
            state.value.take_back(used);
        }
        match state.grad.take() {
            None => state.grad = Some(g),
            Some(sum) => {
                drop(state);
                self.add_to(&sum, &g)?;
            }
        }
        Ok(true)
    }

    /// Adds to the gradient, which was taken out: the addition may be long, so it runs outside the lock,
    /// and another thread's share that arrives meanwhile is added in the next turn.
    #[inline(never)]
    fn add_to(&self, sum: &Tensor, g: &Tensor) -> Result<()> {
        let mut sum = sum.add(g)?;
        loop {
            let mut state = self.state.lock();
            let Some(other) = state.grad.take() else {
                state.grad = Some(sum);
                return Ok(());
            };
            drop(state);
            sum = other.add(&sum)?;
        }
    }

    /// Changes the value in place, with the gradient at hand.
    #[inline]
    pub(crate) fn update<R>(&self, f: impl FnOnce(&mut Tensor, Option<&Tensor>) -> R) -> R {
        let state = &mut *self.state.lock();
        let result = f(&mut state.value, state.grad.as_ref());
        assert!(
            state.value.has_shape(&self.shape) && state.value.dtype() == self.dtype,
            "an update keeps the leaf's shape and dtype"
        );
        result
    }
}
