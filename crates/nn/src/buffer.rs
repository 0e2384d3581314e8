//! Tensors that belong to a model and are saved with it, but not trained.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gradus_tensor::Tensor;

use crate::error::{Dims, Error, Result};

/// A shared slot for a tensor that `forward` may replace, such as a running mean.
///
/// Named and saved like a parameter, with no gradient. A clone is another handle to the same slot.
///
/// ```
/// use gradus_nn::Buffer;
/// use gradus_tensor::tensor;
///
/// let mean = Buffer::new(tensor![0.0, 0.0]);
/// mean.set(tensor![0.5, 0.25])?;
/// assert_eq!(mean.value().to_vec::<f32>()?, [0.5, 0.25]);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Buffer {
    value: Arc<Mutex<Tensor>>,
    persistent: bool,
}

impl Buffer {
    /// A buffer that the state dictionary contains.
    #[must_use]
    pub fn new(value: Tensor) -> Buffer {
        Buffer {
            value: Arc::new(Mutex::new(value)),
            persistent: true,
        }
    }

    /// A buffer that is not saved, PyTorch's `persistent=False`.
    #[must_use]
    pub fn transient(value: Tensor) -> Buffer {
        Buffer {
            persistent: false,
            ..Buffer::new(value)
        }
    }

    /// What the slot holds.
    #[must_use]
    pub fn value(&self) -> Tensor {
        self.lock().clone()
    }

    /// Replaces what the slot holds.
    ///
    /// # Errors
    /// Another shape or dtype.
    pub fn set(&self, value: Tensor) -> Result<()> {
        let mut held = self.lock();
        if held.shape() != value.shape() || held.dtype() != value.dtype() {
            return Err(Error::invalid(
                "buffer",
                format!(
                    "it holds {} {}, the new value is {} {}",
                    Dims(held.shape()),
                    held.dtype(),
                    Dims(value.shape()),
                    value.dtype()
                ),
            ));
        }
        *held = value;
        Ok(())
    }

    /// Whether the state dictionary contains it.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.persistent
    }

    /// Whether both are handles to the same slot.
    #[must_use]
    pub fn same_as(&self, other: &Buffer) -> bool {
        Arc::ptr_eq(&self.value, &other.value)
    }

    /// A slot of its own for another value, saved as this one is.
    pub(crate) fn with_value(&self, value: Tensor) -> Buffer {
        Buffer {
            persistent: self.persistent,
            ..Buffer::new(value)
        }
    }

    /// The tensor is replaced whole, so a panic elsewhere cannot leave it half-written.
    fn lock(&self) -> MutexGuard<'_, Tensor> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Buffer").field(&self.value()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn handles_share_and_shapes_stay() {
        let buffer = Buffer::new(tensor![1.0, 2.0]);
        let other = buffer.clone();
        buffer.set(tensor![3.0, 4.0]).unwrap();
        assert_eq!(other.value().to_vec::<f32>().unwrap(), [3.0, 4.0]);
        let error = buffer.set(tensor![1]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "buffer: it holds (2,) f32, the new value is (1,) i64"
        );
        assert!(
            buffer.same_as(&other)
                && buffer.is_persistent()
                && !Buffer::transient(tensor![1.0]).is_persistent()
        );
    }
}
