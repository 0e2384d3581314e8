//! Walking the record backwards.

use std::collections::BTreeMap;

use gradus_tensor::{Shared, Tensor};

use crate::error::Result;
use crate::grad_mode::Mode;
use crate::gradient::Gradient;
use crate::queue::Queue;
use crate::var::{Repr, Var};

/// How a walk back runs.
#[derive(Clone, Copy)]
pub(crate) struct Pass {
    /// Saved values stay for another walk.
    pub(crate) retain: bool,
    /// Gradients are searched for NaN.
    pub(crate) watched: bool,
}

impl Pass {
    #[inline]
    pub(crate) fn new(retain: bool) -> Pass {
        Pass {
            retain,
            watched: Mode::now().is_watched(),
        }
    }
}

/// Starts the walk at an output.
fn start<'g, A: Gradient>(queue: &mut Queue<'g, A>, output: &'g Var, gradient: A) -> Result<()> {
    match &output.0 {
        Repr::Plain(_) => Ok(()),
        Repr::Leaf(leaf) => queue.reach_leaf(leaf, gradient, None).map(drop),
        Repr::Recorded(_, node) => queue.push(node, gradient),
    }
}

/// The shapes of the gradients, and so of the values, of all records behind an output, by a walk that
/// keeps nothing else: where a rule fails the walk ends.
pub(crate) fn shapes(output: &Var) -> BTreeMap<usize, Vec<usize>> {
    let mut shapes = BTreeMap::new();
    let pass = Pass {
        retain: true,
        watched: false,
    };
    let mut queue = Queue::capturing(&[]);
    if start(&mut queue, output, output.ones_like()).is_err() {
        return shapes;
    }
    while let Some(entry) = queue.pop() {
        shapes.insert(Shared::address(entry.node), entry.gradient.shape().to_vec());
        let _unknown = entry.node.pull(entry.gradient, &mut queue, pass);
    }
    shapes
}

/// Adds d`output` to the gradients of all leaves behind it.
pub(crate) fn backward(output: &Var, gradient: Tensor, retain: bool) -> Result<()> {
    let pass = Pass::new(retain);
    let mut queue = Queue::accumulating();
    start(&mut queue, output, gradient)?;
    while let Some(mut entry) = queue.pop() {
        if let Some(hooks) = entry.node.hooks().get() {
            entry.gradient = hooks.on_gradient(entry.gradient)?;
        }
        entry.node.pull(entry.gradient, &mut queue, pass)?;
    }
    queue.finish()
}

/// The gradients of these inputs: as plain numbers, or recorded if those of the outputs are variables.
pub(crate) fn gradients<A: Gradient>(
    outputs: &[(&Var, A)],
    inputs: &[&Var],
    retain: bool,
) -> Result<Vec<Option<A>>> {
    let pass = Pass::new(retain);
    let mut queue = Queue::capturing(inputs);
    for (output, gradient) in outputs {
        start(&mut queue, output, gradient.clone())?;
    }
    while let Some(mut entry) = queue.pop() {
        if let Some(hooks) = entry.node.hooks().get() {
            entry.gradient = hooks.on_gradient(entry.gradient)?;
        }
        queue.reach_node(entry.node, &entry.gradient)?;
        entry.gradient.pull(entry.node, &mut queue, pass)?;
    }
    queue.captured()
}
