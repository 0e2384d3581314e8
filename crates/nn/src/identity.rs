//! The layer that does nothing.

use gradus_autograd::Var;

use crate::error::Result;
use crate::{Mode, Module, seen};

/// `y = x`: keeps a place in a model.
#[derive(Clone, Debug, Default, Module)]
#[module(observed)]
pub struct Identity {
    mode: Mode,
}

impl Identity {
    /// The layer.
    #[must_use]
    pub fn new() -> Identity {
        Identity::default()
    }

    /// The input itself.
    ///
    /// # Errors
    /// None.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        seen(self, x);
        Ok(x.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn the_input_passes() {
        let x = Var::leaf(tensor![1.0]).unwrap();
        assert!(Identity::new().forward(&x).unwrap().same_as(&x));
        assert_eq!(Identity::new().to_string(), "Identity()");
    }
}
