//! Running an operation on variables: compute, and record it if a gradient will be asked for.

use gradus_tensor::{Array, DType, Op, Tensor, VariadicOp};

use crate::anomaly;
use crate::edge::{Edge, Parent};
use crate::grad_mode::Mode;
use crate::record::{record, record_variadic};
use crate::var::{Repr, Var};

impl Array for Var {
    #[inline]
    fn apply<O: Op<N>, const N: usize>(op: O, inputs: [&Var; N]) -> gradus_tensor::Result<Var> {
        let mut held = held_all(&inputs);
        let out = op.forward(std::array::from_fn(
            #[inline(always)]
            |i| held[i].get(),
        ))?;
        let mode = Mode::now();
        if mode.is_watched() {
            check_result(op.name(), &held, &out)?;
        }
        if is_recorded(mode, &inputs) {
            return Ok(record(op, &inputs, &mut held, out));
        }
        Ok(Var(Repr::Plain(out)))
    }

    fn apply_variadic<O: VariadicOp>(op: O, inputs: &[&Var]) -> gradus_tensor::Result<Var> {
        let mut held: Vec<Held<'_>> = inputs.iter().map(|v| v.held()).collect();
        let values: Vec<&Tensor> = held.iter().map(Held::get).collect();
        let out = op.forward(&values)?;
        let mode = Mode::now();
        if mode.is_watched() {
            check_result(op.name(), &held, &out)?;
        }
        if is_recorded(mode, inputs) {
            return Ok(record_variadic(op, inputs, &mut held, out));
        }
        Ok(Var(Repr::Plain(out)))
    }

    #[inline]
    fn constant(value: Tensor) -> Var {
        Var::new(value)
    }

    #[inline]
    fn value(&self) -> Tensor {
        Var::value(self)
    }

    #[inline]
    fn shape(&self) -> &[usize] {
        Var::shape(self)
    }

    #[inline]
    fn dtype(&self) -> DType {
        Var::dtype(self)
    }
}

/// A value for the time of one operation; only what comes out of a leaf's lock is cloned.
pub(crate) enum Held<'a> {
    Borrowed(&'a Tensor),
    /// Empty once taken.
    Owned(Option<Tensor>),
}

impl Held<'_> {
    /// A handle of its own; at most once.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Tensor {
        match self {
            Held::Borrowed(value) => value.clone(),
            Held::Owned(value) => value.take().expect("taken once"),
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> &Tensor {
        match self {
            Held::Borrowed(value) => value,
            Held::Owned(value) => value.as_ref().expect("not taken yet"),
        }
    }
}

/// The values of an operation's inputs. Not part of `apply`, which is compiled for every operation;
/// loops, because `map` on arrays is compiled into a call that moves memory.
#[inline(always)]
fn held_all<'a, const N: usize>(inputs: &[&'a Var; N]) -> [Held<'a>; N] {
    let mut held = [const { Held::Owned(None) }; N];
    for (held, input) in held.iter_mut().zip(inputs) {
        *held = input.held();
    }
    held
}

/// Whether to record an operation on these inputs.
#[inline]
fn is_recorded(mode: Mode, inputs: &[&Var]) -> bool {
    mode.is_recording() && inputs.iter().any(|v| v.requires_grad())
}

/// For watched operations: an error if this one made NaN of inputs without.
#[cold]
fn check_result(op: &'static str, held: &[Held<'_>], out: &Tensor) -> gradus_tensor::Result<()> {
    anomaly::check_result(op, held.iter().map(Held::get), out)
}

impl Var {
    #[inline(always)]
    pub(crate) fn edge(&self) -> Edge {
        match &self.0 {
            Repr::Leaf(leaf) if leaf.requires_grad() => Edge::Leaf(leaf.clone()),
            Repr::Recorded(_, node) => Edge::Node(Parent::new(node.clone())),
            _ => Edge::Constant,
        }
    }

    #[inline(always)]
    pub(crate) fn held(&self) -> Held<'_> {
        match &self.0 {
            Repr::Plain(value) | Repr::Recorded(value, _) => Held::Borrowed(value),
            Repr::Leaf(leaf) => Held::Owned(Some(leaf.value())),
        }
    }
}
