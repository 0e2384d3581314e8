//! Walking the record backwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use gradus_tensor::{Array, Tensor, ops::Arithmetic};

use crate::error::Result;
use crate::leaf::Leaf;
use crate::record::Node;
use crate::var::{Repr, Var};

/// Entries kept in the sorted list; older ones wait in the tree. A list alone would be quadratic when
/// many records wait, a tree alone costs a quarter of a small step.
const NEAR: usize = 32;

struct Entry<A> {
    stamp: u64,
    node: Arc<dyn Node>,
    gradient: A,
}

/// Records whose gradient is known in part, newest first.
pub(crate) struct Queue<A> {
    /// Ascending by stamp; everything here is newer than everything in `far`.
    near: Vec<Entry<A>>,
    far: BTreeMap<(u64, usize), Entry<A>>,
    leaves: Leaves<A>,
}

/// Where gradients of leaves go.
enum Leaves<A> {
    /// Into the leaves themselves, `backward`.
    Accumulate,
    /// To those who asked, `grad`; others are dropped.
    Capture(Vec<Target<A>>),
}

/// Something whose gradient was asked for.
struct Target<A> {
    place: Place,
    gradient: Option<A>,
}

enum Place {
    Leaf(Arc<Leaf>),
    Node(Arc<dyn Node>),
    Nowhere,
}

fn address(node: &Arc<dyn Node>) -> usize {
    Arc::as_ptr(node).cast::<()>() as usize
}

fn add_to<A: Array>(sum: &mut Option<A>, gradient: &A) -> Result<()> {
    *sum = Some(match sum {
        None => gradient.clone(),
        Some(sum) => sum.add(gradient)?,
    });
    Ok(())
}

/// A gradient can go into a leaf only as plain numbers.
pub(crate) trait Gradient: Array {
    fn into_leaf(self, leaf: &Leaf) -> Result<()>;
}

impl Gradient for Tensor {
    #[inline]
    fn into_leaf(self, leaf: &Leaf) -> Result<()> {
        leaf.accumulate(self)
    }
}

impl Gradient for Var {
    fn into_leaf(self, leaf: &Leaf) -> Result<()> {
        leaf.accumulate(self.value())
    }
}

impl<A: Gradient> Queue<A> {
    fn new(leaves: Leaves<A>) -> Queue<A> {
        Queue {
            near: Vec::new(),
            far: BTreeMap::new(),
            leaves,
        }
    }

    /// Adds a gradient to a record's.
    #[inline]
    pub(crate) fn push(&mut self, node: &Arc<dyn Node>, gradient: A) -> Result<()> {
        let stamp = node.stamp();
        if !self.far.is_empty()
            && self
                .far
                .last_key_value()
                .is_some_and(|(&(newest, _), _)| stamp <= newest)
        {
            return self.push_far(node, gradient);
        }
        let mut at = self.near.len();
        while at > 0 && self.near[at - 1].stamp >= stamp {
            at -= 1;
            if self.near[at].stamp == stamp && Arc::ptr_eq(&self.near[at].node, node) {
                let sum = self.near[at].gradient.add(&gradient)?;
                self.near[at].gradient = sum;
                return Ok(());
            }
        }
        self.near.insert(
            at,
            Entry {
                stamp,
                node: node.clone(),
                gradient,
            },
        );
        if self.near.len() > NEAR {
            self.spill();
        }
        Ok(())
    }

    #[inline(never)]
    fn push_far(&mut self, node: &Arc<dyn Node>, gradient: A) -> Result<()> {
        let key = (node.stamp(), address(node));
        if let Some(entry) = self.far.get_mut(&key) {
            entry.gradient = entry.gradient.add(&gradient)?;
        } else {
            self.far.insert(
                key,
                Entry {
                    stamp: key.0,
                    node: node.clone(),
                    gradient,
                },
            );
        }
        Ok(())
    }

    #[inline(never)]
    fn spill(&mut self) {
        // Entries of one stamp stay together, or one of them would be newer than the tree's newest.
        let mut cut = NEAR / 2;
        while cut < self.near.len() && self.near[cut].stamp == self.near[cut - 1].stamp {
            cut += 1;
        }
        for entry in self.near.drain(..cut) {
            self.far.insert((entry.stamp, address(&entry.node)), entry);
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<Entry<A>> {
        match self.near.pop() {
            Some(entry) => Some(entry),
            None => self.far.pop_last().map(|(_, entry)| entry),
        }
    }

    /// A gradient arrives at a leaf.
    #[inline]
    pub(crate) fn reach_leaf(&mut self, leaf: &Arc<Leaf>, gradient: A) -> Result<()> {
        match &mut self.leaves {
            Leaves::Accumulate => gradient.into_leaf(leaf),
            Leaves::Capture(targets) => {
                for target in targets {
                    if matches!(&target.place, Place::Leaf(wanted) if Arc::ptr_eq(wanted, leaf)) {
                        add_to(&mut target.gradient, &gradient)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// The whole gradient of a record is known: hand it to those who asked for it.
    #[inline]
    fn reach_node(&mut self, node: &Arc<dyn Node>, gradient: &A) -> Result<()> {
        if let Leaves::Capture(targets) = &mut self.leaves {
            for target in targets {
                if matches!(&target.place, Place::Node(wanted) if Arc::ptr_eq(wanted, node)) {
                    add_to(&mut target.gradient, gradient)?;
                }
            }
        }
        Ok(())
    }
}

/// Starts the walk at an output.
fn start<A: Gradient>(queue: &mut Queue<A>, output: &Var, gradient: A) -> Result<()> {
    match &output.0 {
        Repr::Plain(_) => Ok(()),
        Repr::Leaf(leaf) => queue.reach_leaf(leaf, gradient),
        Repr::Recorded(_, node) => queue.push(node, gradient),
    }
}

thread_local! {
    /// The list's memory, kept between calls.
    static SPARE: std::cell::Cell<Vec<Entry<Tensor>>> = const { std::cell::Cell::new(Vec::new()) };
}

/// Adds d`output` to the gradients of all leaves behind it.
pub(crate) fn backward(output: &Var, gradient: Tensor, retain: bool) -> Result<()> {
    let mut queue = Queue::new(Leaves::Accumulate);
    queue.near = SPARE.take();
    start(&mut queue, output, gradient)?;
    while let Some(entry) = queue.pop() {
        entry.node.pull(&entry.gradient, &mut queue, retain)?;
    }
    SPARE.set(queue.near);
    Ok(())
}

fn capture<A: Gradient>(inputs: &[&Var]) -> Queue<A> {
    let place = |input: &&Var| match &input.0 {
        Repr::Plain(_) => Place::Nowhere,
        Repr::Leaf(leaf) => Place::Leaf(leaf.clone()),
        Repr::Recorded(_, node) => Place::Node(node.clone()),
    };
    Queue::new(Leaves::Capture(
        inputs
            .iter()
            .map(|i| Target {
                place: place(i),
                gradient: None,
            })
            .collect(),
    ))
}

fn captured<A>(queue: Queue<A>) -> Vec<Option<A>> {
    match queue.leaves {
        Leaves::Capture(targets) => targets.into_iter().map(|t| t.gradient).collect(),
        Leaves::Accumulate => Vec::new(),
    }
}

/// The gradients of these inputs as plain numbers.
pub(crate) fn gradients(
    outputs: &[(&Var, Tensor)],
    inputs: &[&Var],
    retain: bool,
) -> Result<Vec<Option<Tensor>>> {
    let mut queue = capture::<Tensor>(inputs);
    for (output, gradient) in outputs {
        start(&mut queue, output, gradient.clone())?;
    }
    while let Some(entry) = queue.pop() {
        queue.reach_node(&entry.node, &entry.gradient)?;
        entry.node.pull(&entry.gradient, &mut queue, retain)?;
    }
    Ok(captured(queue))
}

/// The gradients of these inputs, recorded, so that they can be differentiated again.
pub(crate) fn recorded_gradients(
    outputs: &[(&Var, Var)],
    inputs: &[&Var],
    retain: bool,
) -> Result<Vec<Option<Var>>> {
    let mut queue = capture::<Var>(inputs);
    for (output, gradient) in outputs {
        start(&mut queue, output, gradient.clone())?;
    }
    while let Some(entry) = queue.pop() {
        queue.reach_node(&entry.node, &entry.gradient)?;
        entry
            .node
            .pull_recorded(&entry.node, &entry.gradient, &mut queue, retain)?;
    }
    Ok(captured(queue))
}
