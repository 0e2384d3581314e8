//! Conversion between dtypes.

use crate::{Array, DType, Op, Result, Saved, Saves, Tensor};

#[derive(Clone, Debug)]
pub(super) struct ToDType {
    pub(super) from: DType,
    pub(super) to: DType,
}

impl Op<1> for ToDType {
    const NAME: &'static str = "to_dtype";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        Tensor::to_dtype(x, self.to)
    }

    /// The gradient converted back.
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        g.to_dtype(self.from)
    }
}

/// Conversion between dtypes, with the gradient converted back.
pub trait Cast: Array {
    /// The same numbers as another dtype; itself if nothing changes. No gradient flows through integers
    /// and bools.
    ///
    /// # Errors
    /// None today.
    #[inline]
    fn to_dtype(&self, dtype: DType) -> Result<Self> {
        if self.dtype() == dtype {
            return Ok(self.clone());
        }
        if !dtype.is_float() {
            return Ok(Self::constant(self.value().to_dtype(dtype)?));
        }
        Self::apply(
            ToDType {
                from: self.dtype(),
                to: dtype,
            },
            [self],
        )
    }

    /// A float tensor as it is; bools and integers as `f32`, what PyTorch's functions of real
    /// numbers do with them.
    ///
    /// # Errors
    /// None today.
    #[inline]
    fn to_float(&self) -> Result<Self> {
        if self.dtype().is_float() {
            Ok(self.clone())
        } else {
            self.to_dtype(DType::F32)
        }
    }
}
impl<A: Array> Cast for A {}

/// Runs `f` on a float array as it is, on bools and integers as `f32`.
#[inline]
pub(super) fn on_float<A: Array>(x: &A, f: impl FnOnce(&A) -> Result<A>) -> Result<A> {
    if x.dtype().is_float() {
        f(x)
    } else {
        f(&x.to_dtype(DType::F32)?)
    }
}

/// Runs `f`, several operations that PyTorch has as one, on halves as `f32`, so that the result is
/// rounded once.
#[inline]
pub(super) fn rounded_once<A: Array>(x: &A, f: impl FnOnce(&A) -> Result<A>) -> Result<A> {
    if matches!(x.dtype(), DType::F16 | DType::Bf16) {
        f(&x.to_dtype(DType::F32)?)?.to_dtype(x.dtype())
    } else {
        f(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::check_vjp;

    #[test]
    fn vjp() {
        check_vjp(
            ToDType {
                from: DType::F64,
                to: DType::F64,
            },
            [&[2, 3]],
        );
    }

    #[test]
    fn the_gradient_has_the_dtype_of_the_input() {
        let g = Tensor::ones([2], DType::F64).unwrap();
        let saved = Saved::new("to_dtype", Saves::NOTHING, &[None], None);
        let gx = ToDType {
            from: DType::F32,
            to: DType::F64,
        }
        .vjp(0, &saved, &g)
        .unwrap();
        assert_eq!(gx.dtype(), DType::F32);
    }
}
