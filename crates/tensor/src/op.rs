//! What a differentiable operation is, and who runs it.

use std::fmt::Debug;

use crate::error::{ErrorKind, Result};
use crate::{DType, Tensor};

/// A differentiable operation of `N` inputs: forward and gradient rule side by side.
///
/// Data through which the gradient flows are inputs; everything else (axes, indices, a drawn
/// pattern) is a field. Broadcasting is not an op's business: the method that applies it makes
/// shapes equal first. Operations defined in other crates are first-class citizens.
///
/// ```
/// use gradus_tensor::{Array, Op, Result, Saved, Saves, Tensor, tensor};
///
/// /// x³
/// #[derive(Clone, Debug)]
/// struct Cube;
///
/// impl Op<1> for Cube {
///     const NAME: &'static str = "cube";
///     const SAVES: Saves = Saves::INPUTS;
///
///     fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
///         x.mul(x)?.mul(x)
///     }
///
///     /// dL/dx = 3 x² g
///     fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
///         use gradus_tensor::ops::Arithmetic;
///         let x = saved.input(0)?;
///         x.mul(x)?.mul_scalar(3)?.mul(g)
///     }
/// }
///
/// assert_eq!(Tensor::apply(Cube, [&tensor![2.0]])?.to_vec::<f32>()?, [8.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Op<const N: usize>: Clone + Debug + Send + Sync + 'static {
    /// The name in messages and in pictures of the graph.
    const NAME: &'static str;

    /// What the gradient rule reads. Anything else is dropped as soon as its user drops it.
    const SAVES: Saves;

    /// Whether every input gets the gradient of the result itself, as summands do. Then it is handed on
    /// as it is; [`vjp`](Op::vjp) says the same.
    const PASSES_ON: bool = false;

    /// The name of this very operation, where one type stands for a family.
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// The result, computed on plain tensors.
    ///
    /// # Errors
    /// Inputs of a shape or dtype that the operation does not take.
    fn forward(&self, inputs: [&Tensor; N]) -> Result<Tensor>;

    /// The gradient with respect to input `wrt`, given the gradient `g` of the result.
    ///
    /// The rule is written in the words of [`Array`] and of the op families, so the same text runs on
    /// plain tensors and, for second derivatives, on recorded variables.
    ///
    /// # Errors
    /// Without a rule of its own an operation is not differentiable: an error, never a zero.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let _ = (wrt, saved, g);
        Err(ErrorKind::NoGradient { op: Self::NAME }.into())
    }
}

/// As [`Op`], for operations of any number of inputs.
pub trait VariadicOp: Clone + Debug + Send + Sync + 'static {
    /// The name in messages and in pictures of the graph.
    const NAME: &'static str;

    /// What the gradient rule reads.
    const SAVES: Saves;

    /// The name of this very operation, where one type stands for a family.
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// The result, computed on plain tensors.
    ///
    /// # Errors
    /// Inputs that the operation does not take.
    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor>;

    /// The gradient with respect to input `wrt`; see [`Op::vjp`].
    ///
    /// # Errors
    /// As [`Op::vjp`].
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let _ = (wrt, saved, g);
        Err(ErrorKind::NoGradient { op: Self::NAME }.into())
    }
}

/// Who runs operations: a [`Tensor`] computes, a recorded variable computes and remembers.
pub trait Array: Clone + Debug + Sized + 'static {
    /// Runs an operation.
    ///
    /// # Errors
    /// Those of the operation.
    fn apply<O: Op<N>, const N: usize>(op: O, inputs: [&Self; N]) -> Result<Self>;

    /// Runs an operation of any number of inputs.
    ///
    /// # Errors
    /// Those of the operation.
    fn apply_variadic<O: VariadicOp>(op: O, inputs: &[&Self]) -> Result<Self>;

    /// A value through which no gradient flows.
    fn constant(value: Tensor) -> Self;

    /// The numbers alone.
    fn value(&self) -> Tensor;

    /// Sizes of the dimensions.
    fn shape(&self) -> &[usize];

    /// The element type.
    fn dtype(&self) -> DType;
}

impl Array for Tensor {
    #[inline]
    fn apply<O: Op<N>, const N: usize>(op: O, inputs: [&Tensor; N]) -> Result<Tensor> {
        op.forward(inputs)
    }

    #[inline]
    fn apply_variadic<O: VariadicOp>(op: O, inputs: &[&Tensor]) -> Result<Tensor> {
        op.forward(inputs)
    }

    #[inline]
    fn constant(value: Tensor) -> Tensor {
        value
    }

    #[inline]
    fn value(&self) -> Tensor {
        self.clone()
    }

    #[inline]
    fn shape(&self) -> &[usize] {
        Tensor::shape(self)
    }

    #[inline]
    fn dtype(&self) -> DType {
        Tensor::dtype(self)
    }
}

/// Which values an operation keeps for its gradient rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saves(u32);

impl Saves {
    const OUTPUT_BIT: u32 = 1 << 31;
    const SHAPES_BIT: u32 = 1 << 30;

    /// Nothing: the rule reads `g` and the op's own fields.
    pub const NOTHING: Saves = Saves(0);
    /// Every input.
    pub const INPUTS: Saves = Saves((1 << 30) - 1);
    /// The result.
    pub const OUTPUT: Saves = Saves(Self::OUTPUT_BIT);
    /// The shapes of the inputs, without their elements.
    pub const SHAPES: Saves = Saves(Self::SHAPES_BIT);

    /// One input.
    #[must_use]
    pub const fn input(index: usize) -> Saves {
        Saves(1 << index)
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Saves) -> Saves {
        Saves(self.0 | other.0)
    }

    /// Whether nothing is kept.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// Whether this input is kept.
    #[inline]
    #[must_use]
    pub const fn has_input(self, index: usize) -> bool {
        self.0 & (1 << (if index < 29 { index } else { 29 })) != 0
    }

    /// Whether the result is kept.
    #[inline]
    #[must_use]
    pub const fn has_output(self) -> bool {
        self.0 & Self::OUTPUT_BIT != 0
    }

    /// Whether the shapes of the inputs are kept.
    #[inline]
    #[must_use]
    pub const fn has_shapes(self) -> bool {
        self.0 & Self::SHAPES_BIT != 0
    }

    /// What is kept of an input: the value, one zero repeated to its shape, or nothing.
    #[inline]
    #[must_use]
    pub fn keep(self, index: usize, input: &Tensor) -> Option<Tensor> {
        if self.has_input(index) {
            Some(input.clone())
        } else if self.has_shapes() {
            Some(input.stand_in())
        } else {
            None
        }
    }
}

/// What a gradient rule may read: exactly what [`Op::SAVES`] names.
#[derive(Debug)]
pub struct Saved<'a, A> {
    op: &'static str,
    saves: Saves,
    inputs: &'a [Option<A>],
    output: Option<&'a A>,
}

impl<'a, A: Array> Saved<'a, A> {
    /// For those who run rules: the values that were kept, each at the place of its input. Where only
    /// the shape is saved stands another value of that shape; see [`Saves::keep`].
    #[inline]
    #[must_use]
    pub fn new(
        op: &'static str,
        saves: Saves,
        inputs: &'a [Option<A>],
        output: Option<&'a A>,
    ) -> Saved<'a, A> {
        Saved {
            op,
            saves,
            inputs,
            output,
        }
    }

    /// Input number `index`.
    ///
    /// # Errors
    /// `SAVES` does not name it.
    #[inline]
    pub fn input(&self, index: usize) -> Result<&'a A> {
        match self.inputs.get(index) {
            Some(Some(input)) if self.saves.has_input(index) => Ok(input),
            _ => Err(self.missing("an input")),
        }
    }

    /// The result of the operation.
    ///
    /// # Errors
    /// `SAVES` does not name it.
    #[inline]
    pub fn output(&self) -> Result<&'a A> {
        match self.output {
            Some(output) => Ok(output),
            None => Err(self.missing("the output")),
        }
    }

    /// The shape of input number `index`.
    ///
    /// # Errors
    /// `SAVES` names neither the shapes nor this input.
    #[inline]
    pub fn shape(&self, index: usize) -> Result<&'a [usize]> {
        match self.inputs.get(index) {
            Some(Some(input)) => Ok(input.shape()),
            _ => Err(self.missing("the shape of an input")),
        }
    }

    /// The dtype of input number `index`.
    ///
    /// # Errors
    /// As [`shape`](Saved::shape).
    #[inline]
    pub fn dtype(&self, index: usize) -> Result<DType> {
        match self.inputs.get(index) {
            Some(Some(input)) => Ok(input.dtype()),
            _ => Err(self.missing("the dtype of an input")),
        }
    }

    #[cold]
    fn missing(&self, what: &'static str) -> crate::Error {
        ErrorKind::NotSaved { op: self.op, what }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_are_sets() {
        let s = Saves::input(1).and(Saves::OUTPUT);
        assert!(s.has_input(1) && !s.has_input(0) && s.has_output() && !s.has_shapes());
        assert!(
            Saves::INPUTS.has_input(0)
                && Saves::INPUTS.has_input(40)
                && !Saves::INPUTS.has_output()
        );
    }

    #[test]
    fn a_rule_that_reads_what_was_not_saved_gets_an_error() {
        let saved = Saved::<Tensor>::new("tanh", Saves::NOTHING, &[None], None);
        assert_eq!(
            saved.output().unwrap_err().to_string(),
            "tanh: its gradient rule reads the output, which `SAVES` does not name"
        );
        assert!(saved.input(0).is_err() && saved.shape(0).is_err());
    }
}
