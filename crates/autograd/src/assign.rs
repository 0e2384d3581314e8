//! Writing into a variable by index.

use gradus_tensor::{Indices, Tensor};

use crate::error::{Error, Result};
use crate::grad_mode::is_grad_enabled;
use crate::var::{Repr, Var};

impl From<f64> for Var {
    /// A constant number.
    fn from(number: f64) -> Var {
        Var::new(Tensor::scalar(number))
    }
}

impl From<i64> for Var {
    /// A constant number.
    fn from(number: i64) -> Var {
        Var::new(Tensor::scalar(number))
    }
}

impl From<&Var> for Var {
    fn from(variable: &Var) -> Var {
        variable.clone()
    }
}

impl Var {
    /// `x[indices] = values`, recorded: this variable becomes the result of writing the values, which
    /// broadcast, into the elements that [`index`](Var::index) reads. Gradients flow to the values and to
    /// the elements that were not written. Other handles keep the old value.
    ///
    /// Under [`no_grad`](crate::no_grad) a leaf is changed in place and stays a leaf.
    ///
    /// # Errors
    /// As [`index`](Var::index); values that do not broadcast; a leaf that requires a gradient, which
    /// would no longer be the parameter that others hold.
    ///
    /// ```
    /// use gradus_autograd::Var;
    /// use gradus_tensor::tensor;
    ///
    /// let w = Var::leaf(tensor![1.0, 2.0, 3.0])?;
    /// let mut y = w.mul_scalar(2)?;
    /// y.set(1.., &w.index(0)?)?;
    /// y.sum()?.backward()?;
    /// assert_eq!(y.to_vec::<f32>()?, [2.0, 1.0, 1.0]);
    /// assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [4.0, 0.0, 0.0]);
    /// # Ok::<(), gradus_autograd::Error>(())
    /// ```
    pub fn set(&mut self, indices: impl Indices, values: impl Into<Var>) -> Result<()> {
        let values = values.into();
        if let Repr::Leaf(_) = &self.0 {
            if self.requires_grad() && is_grad_enabled() {
                return Err(Error::LeafWritten("set"));
            }
            let indices = indices.to_indices();
            return Ok(self.update(|value, _| value.set(indices, values.value()))??);
        }
        let values = values.to_dtype(self.dtype())?;
        *self = self.index_put(indices, &values, false)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::no_grad;
    use gradus_tensor::{DType, tensor};

    #[test]
    fn gradients_flow_to_what_was_written_and_what_was_left() {
        let (a, b) = (
            Var::leaf(tensor![[1.0, 2.0], [3.0, 4.0]]).unwrap(),
            Var::leaf(Tensor::ones([2], DType::F64).unwrap()).unwrap(),
        );
        let mut y = a.square().unwrap();
        y.set((.., 0), &b).unwrap();
        y.set((1, 1), 7.0).unwrap();
        y.sum().unwrap().backward().unwrap();
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 4.0, 1.0, 7.0]);
        assert_eq!(
            a.grad().unwrap().to_vec::<f32>().unwrap(),
            [0.0, 4.0, 0.0, 0.0]
        );
        assert_eq!(b.grad().unwrap().dtype(), DType::F64);
        assert_eq!(b.grad().unwrap().to_vec::<f32>().unwrap(), [1.0, 1.0]);
    }

    #[test]
    fn a_leaf_is_written_under_no_grad_only() {
        let mut w = Var::leaf(tensor![1.0, 2.0]).unwrap();
        let other = w.clone();
        assert_eq!(
            w.set(0, 5.0).unwrap_err().to_string(),
            "set: a leaf that requires a gradient is written; do so under no_grad, or write into a result of it"
        );
        no_grad(|| w.set(0, 5.0)).unwrap();
        assert!(w.same_as(&other));
        assert_eq!(other.to_vec::<f32>().unwrap(), [5.0, 2.0]);
        assert!(no_grad(|| w.set(2, 5.0)).is_err());
    }

    #[test]
    fn constants_are_written_too() {
        let mut x = Var::new(tensor![1, 2]);
        let old = x.clone();
        x.set(&tensor![true, false], 9).unwrap();
        assert_eq!(
            (x.to_vec::<i64>().unwrap(), old.to_vec::<i64>().unwrap()),
            (vec![9, 2], vec![1, 2])
        );
        assert!(!x.requires_grad());
    }
}
