//! The variable: a tensor that remembers where it came from.

use std::sync::Arc;

use gradus_tensor::{DType, Element, Shared, Tensor, methods, operators};

use crate::engine;
use crate::error::{Error, Result};
use crate::grad_mode::is_grad_enabled;
use crate::hooks::HookSlot;
use crate::leaf::Leaf;
use crate::record::Node;

/// A tensor through which gradients flow; cheap to clone, `Send + Sync`.
///
/// A *leaf* holds a value that training changes and collects its gradient: a parameter shared by the
/// model and the optimizer. The result of an operation on one remembers that operation. Anything
/// else is a constant and costs nothing more than its tensor.
///
/// ```
/// use gradus_autograd::Var;
/// use gradus_tensor::tensor;
///
/// let x = Var::leaf(tensor![2.0])?;
/// let y = x.square()?.add(&x.mul_scalar(2)?)?.add_scalar(1)?; // x² + 2x + 1
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().item::<f32>()?, 6.0);
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
#[derive(Clone)]
pub struct Var(pub(crate) Repr);

#[derive(Clone)]
pub(crate) enum Repr {
    Plain(Tensor),
    Leaf(Arc<Leaf>),
    Recorded(Tensor, Shared<Node>),
}

/// How [`Var::backward_with`] runs.
#[derive(Clone, Debug, Default)]
pub struct Backward {
    /// The gradient of the result, needed if it is not a single number.
    pub gradient: Option<Tensor>,
    /// Keeps the saved values for another backward. Memory stays until the graph is dropped.
    pub retain_graph: bool,
}

methods!(Var);
#[cfg(feature = "linalg")]
gradus_tensor::linalg_methods!(Var);
operators!(Var);

impl Var {
    /// A constant.
    #[inline]
    #[must_use]
    pub fn new(value: Tensor) -> Var {
        Var(Repr::Plain(value))
    }

    /// A leaf that requires a gradient: `torch.tensor(.., requires_grad=True)`.
    ///
    /// # Errors
    /// Integers and bools: only floating-point tensors have gradients.
    pub fn leaf(value: Tensor) -> Result<Var> {
        if !value.dtype().is_float() {
            return Err(Error::NotFloat(value.dtype()));
        }
        Ok(Var(Repr::Leaf(Arc::new(Leaf::new(value)))))
    }

    /// The numbers alone, PyTorch's `data`; shares memory until either is written to.
    #[inline]
    #[must_use]
    pub fn value(&self) -> Tensor {
        match &self.0 {
            Repr::Plain(value) | Repr::Recorded(value, _) => value.clone(),
            Repr::Leaf(leaf) => leaf.value(),
        }
    }

    /// Looks at the numbers without taking a handle to them.
    #[inline]
    pub fn with_value<R>(&self, look: impl FnOnce(&Tensor) -> R) -> R {
        look(self.held().get())
    }

    /// Sizes of the dimensions.
    #[inline]
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        match &self.0 {
            Repr::Plain(value) | Repr::Recorded(value, _) => value.shape(),
            Repr::Leaf(leaf) => leaf.shape(),
        }
    }

    /// Whether this is the variable's shape; see [`Tensor::has_shape`].
    #[inline]
    #[must_use]
    pub fn has_shape(&self, shape: &[usize]) -> bool {
        let own = self.shape();
        own.len() == shape.len() && own.iter().zip(shape).all(|(a, b)| a == b)
    }

    /// The element type.
    #[inline]
    #[must_use]
    pub fn dtype(&self) -> DType {
        match &self.0 {
            Repr::Plain(value) | Repr::Recorded(value, _) => value.dtype(),
            Repr::Leaf(leaf) => leaf.dtype(),
        }
    }

    /// Number of elements.
    #[must_use]
    pub fn numel(&self) -> usize {
        self.shape().iter().product()
    }

    /// The only element, converted to `T`.
    ///
    /// # Errors
    /// Not exactly one element.
    pub fn item<T: Element>(&self) -> Result<T> {
        Ok(self.with_value(Tensor::item)?)
    }

    /// The elements in row-major order, converted to `T`.
    ///
    /// # Errors
    /// As [`Tensor::to_vec`].
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        Ok(self.with_value(Tensor::to_vec)?)
    }

    /// The same numbers as another dtype, with the gradient converted back.
    ///
    /// # Errors
    /// As [`Tensor::to_dtype`].
    pub fn to_dtype(&self, dtype: DType) -> Result<Var> {
        Ok(gradus_tensor::ops::Cast::to_dtype(self, dtype)?)
    }

    /// A copy with memory of its own, in row-major order, through which the gradient flows: PyTorch's
    /// `clone`.
    ///
    /// # Errors
    /// None today.
    pub fn copy(&self) -> Result<Var> {
        Ok(gradus_tensor::ops::Copying::copy(self)?)
    }

    /// The same elements in row-major order: itself if they are so already.
    ///
    /// # Errors
    /// None today.
    pub fn contiguous(&self) -> Result<Var> {
        Ok(gradus_tensor::ops::Copying::contiguous(self)?)
    }

    /// What `+=` and its kin do: a result takes the variable's name, but a leaf stays the leaf it is and
    /// takes the numbers.
    ///
    /// # Panics
    /// If a leaf requires a gradient and gradients are recorded, as in PyTorch; if its shape or dtype
    /// would change.
    #[track_caller]
    fn assign(&mut self, op: &'static str, result: Var) {
        let Repr::Leaf(leaf) = &self.0 else {
            *self = result;
            return;
        };
        assert!(
            !(leaf.requires_grad() && is_grad_enabled()),
            "{op}: a leaf that requires a gradient cannot be changed in place; do it in no_grad, or give the result another name"
        );
        if let Err(error) = leaf.set_value(result.value()) {
            panic!("{op}: {error}");
        }
    }

    /// Whether a backward from here would reach something.
    #[inline]
    #[must_use]
    pub fn requires_grad(&self) -> bool {
        match &self.0 {
            Repr::Plain(_) => false,
            Repr::Leaf(leaf) => leaf.requires_grad(),
            Repr::Recorded(..) => true,
        }
    }

    /// Freezes a leaf (`false`) or thaws it, PyTorch's `requires_grad_`. A constant becomes a leaf by
    /// [`Var::leaf`].
    ///
    /// # Errors
    /// Not a leaf.
    pub fn set_requires_grad(&self, requires_grad: bool) -> Result<()> {
        self.as_leaf("set_requires_grad")?
            .set_requires_grad(requires_grad);
        Ok(())
    }

    /// Whether this is no operation's result: a leaf or a constant, as PyTorch counts.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        !matches!(self.0, Repr::Recorded(..))
    }

    /// The name of the operation that made this variable, if it was recorded.
    #[must_use]
    pub fn grad_fn(&self) -> Option<&'static str> {
        match &self.0 {
            Repr::Recorded(_, node) => Some(node.name()),
            _ => None,
        }
    }

    /// Whether both are the same leaf, or the same recorded result.
    #[must_use]
    pub fn same_as(&self, other: &Var) -> bool {
        match (&self.0, &other.0) {
            (Repr::Leaf(a), Repr::Leaf(b)) => Arc::ptr_eq(a, b),
            (Repr::Recorded(_, a), Repr::Recorded(_, b)) => Shared::same(a, b),
            (Repr::Plain(a), Repr::Plain(b)) => a.same_block(b),
            _ => false,
        }
    }

    /// The same numbers as a constant.
    #[must_use]
    pub fn detach(&self) -> Var {
        Var(Repr::Plain(self.value()))
    }

    /// The gradient that backward has collected in this leaf since it was last zeroed; that of a result if
    /// it [keeps](Var::retain_grad) it.
    #[must_use]
    pub fn grad(&self) -> Option<Tensor> {
        match &self.0 {
            Repr::Leaf(leaf) => leaf.grad(),
            Repr::Recorded(_, node) => node.hooks().get()?.kept(),
            Repr::Plain(_) => None,
        }
    }

    /// Forgets the gradient, as `zero_grad(set_to_none=True)` does.
    #[inline]
    pub fn zero_grad(&self) {
        match &self.0 {
            Repr::Leaf(leaf) => leaf.set_grad(None),
            Repr::Recorded(_, node) => {
                if let Some(hooks) = node.hooks().get() {
                    hooks.forget();
                }
            }
            Repr::Plain(_) => {}
        }
    }

    /// Replaces the gradient, as clipping does.
    ///
    /// # Errors
    /// Not a leaf; a gradient of another shape or dtype.
    pub fn set_grad(&self, grad: Option<Tensor>) -> Result<()> {
        let leaf = self.as_leaf("set_grad")?;
        if let Some(grad) = &grad {
            self.expect_gradient("set_grad", grad)?;
        }
        leaf.set_grad(grad);
        Ok(())
    }

    /// Replaces a leaf's value: PyTorch's `w.data = ..`. Nothing is recorded.
    ///
    /// # Errors
    /// Not a leaf; another shape or dtype.
    pub fn set_value(&self, value: Tensor) -> Result<()> {
        self.as_leaf("set_value")?.set_value(value)
    }

    /// Changes a leaf's value in place, with its gradient at hand: what an optimizer does. The memory
    /// is reused unless something else still refers to it.
    ///
    /// # Errors
    /// Not a leaf.
    ///
    /// # Panics
    /// If `f` leaves a tensor of another shape or dtype.
    #[inline]
    pub fn update<R>(&self, f: impl FnOnce(&mut Tensor, Option<&Tensor>) -> R) -> Result<R> {
        Ok(self.as_leaf("update")?.update(f))
    }

    /// Adds the derivatives of this single number to the gradients of all leaves behind it, and frees
    /// the values that operations saved for it.
    ///
    /// # Errors
    /// Not a single number; nothing requires a gradient; a graph that was freed before; a leaf
    /// changed since the forward pass; an operation without a gradient rule.
    #[inline]
    pub fn backward(&self) -> Result<()> {
        self.expect_number("backward")?;
        if !self.requires_grad() {
            return Err(Error::NoGraph("backward"));
        }
        engine::backward(self, self.ones_like(), false)
    }

    /// As [`backward`](Var::backward), of any shape with a given gradient, or keeping the graph.
    ///
    /// # Errors
    /// As [`backward`](Var::backward); a gradient of another shape or dtype.
    pub fn backward_with(&self, options: Backward) -> Result<()> {
        if !self.requires_grad() {
            return Err(Error::NoGraph("backward"));
        }
        let gradient = match options.gradient {
            Some(gradient) => {
                self.expect_gradient("backward", &gradient)?;
                gradient
            }
            None => {
                self.expect_number("backward")?;
                self.ones_like()
            }
        };
        engine::backward(self, gradient, options.retain_graph)
    }

    #[inline]
    pub(crate) fn ones_like(&self) -> Tensor {
        self.with_value(Tensor::ones_like)
    }

    /// # Errors
    /// Not exactly one element.
    #[inline]
    pub(crate) fn expect_number(&self, op: &'static str) -> Result<()> {
        if self.numel() == 1 {
            return Ok(());
        }
        let shape = self.shape().to_vec();
        Err(Error::NotScalar { op, shape })
    }

    pub(crate) fn expect_gradient(&self, op: &'static str, gradient: &Tensor) -> Result<()> {
        if gradient.has_shape(self.shape()) && gradient.dtype() == self.dtype() {
            return Ok(());
        }
        Err(Error::GradientMismatch {
            op,
            got: gradient.shape().to_vec(),
            got_dtype: gradient.dtype(),
            expected: self.shape().to_vec(),
            dtype: self.dtype(),
        })
    }

    #[inline]
    fn as_leaf(&self, op: &'static str) -> Result<&Arc<Leaf>> {
        match &self.0 {
            Repr::Leaf(leaf) => Ok(leaf),
            _ => Err(Error::NotALeaf(op)),
        }
    }

    /// Where hooks of this variable stand, if it has a gradient.
    pub(crate) fn hook_slot(&self) -> Option<&HookSlot> {
        match &self.0 {
            Repr::Leaf(leaf) if leaf.requires_grad() => Some(&leaf.hooks),
            Repr::Recorded(_, node) => Some(node.hooks()),
            _ => None,
        }
    }
}

impl From<Tensor> for Var {
    #[inline]
    fn from(value: Tensor) -> Var {
        Var::new(value)
    }
}

impl From<&Tensor> for Var {
    #[inline]
    fn from(value: &Tensor) -> Var {
        Var::new(value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn a_variable_is_small_and_crosses_threads() {
        fn check<T: Send + Sync>() {}
        check::<Var>();
        assert!(size_of::<Var>() <= 32);
    }

    #[test]
    fn in_place_operators_keep_leaves() {
        let w = Var::leaf(tensor![1.0, 2.0]).unwrap();
        let mut same = w.clone();
        crate::no_grad(|| same -= 0.5);
        assert!(same.same_as(&w) && w.requires_grad());
        assert_eq!(w.to_vec::<f32>().unwrap(), [0.5, 1.5]);
        let mut y = w.square().unwrap();
        y *= &w;
        y.sum().unwrap().backward().unwrap();
        assert_eq!(w.grad().unwrap().to_vec::<f32>().unwrap(), [0.75, 6.75]);
    }

    #[test]
    #[should_panic(
        expected = "add_assign: a leaf that requires a gradient cannot be changed in place"
    )]
    fn a_recorded_leaf_is_not_changed_in_place() {
        let mut w = Var::leaf(tensor![1.0]).unwrap();
        w += 1.0;
    }

    #[test]
    fn integers_cannot_require_gradients() {
        assert_eq!(
            Var::leaf(tensor![2]).unwrap_err().to_string(),
            "only floating-point tensors can require gradients, this one is i64; convert it with to_dtype"
        );
    }
}
