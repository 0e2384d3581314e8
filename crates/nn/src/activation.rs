//! Activations as layers; same shape out.

use gradus_autograd::Var;

use crate::error::Result;
use crate::{Mode, Module, seen};

/// One layer per method of `Var`:
/// `Relu, "ReLU", relu` makes `struct Relu` with `new` and a `forward` that calls `x.relu()`, printed as
/// `ReLU()`.
macro_rules! activations {
    ($($(#[$doc:meta])* $Layer:ident, $printed:literal, $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Module)]
        #[module(observed, name = $printed)]
        pub struct $Layer {
            mode: Mode,
        }

        impl $Layer {
            /// The layer.
            #[must_use]
            pub fn new() -> $Layer {
                $Layer::default()
            }

            /// The function, element by element.
            ///
            /// # Errors
            /// A bool or half-precision tensor.
            #[inline]
            pub fn forward(&self, x: &Var) -> Result<Var> {
                let y = x.$method()?;
                seen(self, &y);
                Ok(y)
            }
        }
    )*};
}

activations! {
    /// `max(x, 0)`; the gradient at 0 is 0.
    Relu, "ReLU", relu;
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid, "Sigmoid", sigmoid;
    /// `tanh x`.
    Tanh, "Tanh", tanh;
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let x = Var::new(tensor![-1.0, 0.0, 2.0]);
        assert_close(&Relu::new().forward(&x).unwrap().value(), &[0.0, 0.0, 2.0]);
        assert_close(
            &Sigmoid::new().forward(&x).unwrap().value(),
            &[0.268_941_421, 0.5, 0.880_797_078],
        );
        assert_close(
            &Tanh::new().forward(&x).unwrap().value(),
            &[-0.761_594_156, 0.0, 0.964_027_580],
        );
    }

    #[test]
    fn they_print_as_in_pytorch() {
        let printed = [
            Relu::new().to_string(),
            Sigmoid::new().to_string(),
            Tanh::new().to_string(),
        ];
        assert_eq!(printed, ["ReLU()", "Sigmoid()", "Tanh()"]);
    }
}
