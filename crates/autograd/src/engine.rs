//! Walking the record backwards.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use gradus_tensor::{Array, Shared, Tensor, ops::Arithmetic};

use crate::error::Result;
use crate::leaf::Leaf;
use crate::record::Node;
use crate::var::{Repr, Var};

/// Entries kept in the sorted list; older ones wait in the tree. A list alone would be quadratic when
/// many records wait, a tree alone costs a quarter of a small step.
const NEAR: usize = 32;

struct Entry<'g, A> {
    stamp: u64,
    node: &'g Shared<Node>,
    gradient: A,
}

/// Records whose gradient is known in part, newest first. They are borrowed from the graph, which
/// the output keeps alive: counting references would cost as much as a small rule.
pub(crate) struct Queue<'g, A> {
    /// Ascending by stamp; everything here is newer than everything in `far`.
    near: Vec<Entry<'g, A>>,
    far: BTreeMap<(u64, usize), Entry<'g, A>>,
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
    Node(Shared<Node>),
    Nowhere,
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
    fn into_leaf(self, leaf: &Leaf, used: Option<&Tensor>) -> Result<bool>;
}

impl Gradient for Tensor {
    #[inline]
    fn into_leaf(self, leaf: &Leaf, used: Option<&Tensor>) -> Result<bool> {
        leaf.accumulate(self, used)
    }
}

impl Gradient for Var {
    fn into_leaf(self, leaf: &Leaf, used: Option<&Tensor>) -> Result<bool> {
        leaf.accumulate(self.value(), used)
    }
}

impl<'g, A: Gradient> Queue<'g, A> {
    fn new(leaves: Leaves<A>) -> Queue<'g, A> {
        Queue {
            near: Vec::new(),
            far: BTreeMap::new(),
            leaves,
        }
    }

    /// Adds a gradient to a record's.
    #[inline]
    pub(crate) fn push(&mut self, node: &'g Shared<Node>, gradient: A) -> Result<()> {
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
            if self.near[at].stamp == stamp && Shared::same(self.near[at].node, node) {
                let sum = self.near[at].gradient.add(&gradient)?;
                self.near[at].gradient = sum;
                return Ok(());
            }
        }
        self.near.insert(
            at,
            Entry {
                stamp,
                node,
                gradient,
            },
        );
        if self.near.len() > NEAR {
            self.spill();
        }
        Ok(())
    }

    #[inline(never)]
    fn push_far(&mut self, node: &'g Shared<Node>, gradient: A) -> Result<()> {
        let key = (node.stamp(), Shared::address(node));
        if let Some(entry) = self.far.get_mut(&key) {
            entry.gradient = entry.gradient.add(&gradient)?;
        } else {
            self.far.insert(
                key,
                Entry {
                    stamp: key.0,
                    node,
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
            self.far
                .insert((entry.stamp, Shared::address(entry.node)), entry);
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<Entry<'g, A>> {
        match self.near.pop() {
            Some(entry) => Some(entry),
            None => self.far.pop_last().map(|(_, entry)| entry),
        }
    }

    /// A gradient arrives at a leaf. `used` is the leaf's value that the operation saw and kept: `false`
    /// if the leaf has another one by now.
    #[inline]
    pub(crate) fn reach_leaf(
        &mut self,
        leaf: &Arc<Leaf>,
        gradient: A,
        used: Option<&Tensor>,
    ) -> Result<bool> {
        match &mut self.leaves {
            Leaves::Accumulate => gradient.into_leaf(leaf, used),
            Leaves::Capture(targets) => {
                for target in targets {
                    if matches!(&target.place, Place::Leaf(wanted) if Arc::ptr_eq(wanted, leaf)) {
                        add_to(&mut target.gradient, &gradient)?;
                    }
                }
                Ok(used.is_none_or(|used| leaf.holds(used)))
            }
        }
    }

    /// The whole gradient of a record is known: hand it to those who asked for it.
    #[inline]
    fn reach_node(&mut self, node: &Shared<Node>, gradient: &A) -> Result<()> {
        if let Leaves::Capture(targets) = &mut self.leaves {
            for target in targets {
                if matches!(&target.place, Place::Node(wanted) if Shared::same(wanted, node)) {
                    add_to(&mut target.gradient, gradient)?;
                }
            }
        }
        Ok(())
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

thread_local! {
    /// The list's memory, kept between calls.
    static SPARE: Cell<Vec<Entry<'static, Tensor>>> = const { Cell::new(Vec::new()) };
}

/// An empty list in the memory of another; only the lifetime in its type changes.
fn reuse<'a, 'b>(list: Vec<Entry<'a, Tensor>>) -> Vec<Entry<'b, Tensor>> {
    list.into_iter().map_while(|_| None).collect()
}

/// Adds d`output` to the gradients of all leaves behind it.
pub(crate) fn backward(output: &Var, gradient: Tensor, retain: bool) -> Result<()> {
    let mut queue = Queue::new(Leaves::Accumulate);
    queue.near = reuse(SPARE.take());
    start(&mut queue, output, gradient)?;
    while let Some(entry) = queue.pop() {
        entry.node.pull(&entry.gradient, &mut queue, retain)?;
    }
    SPARE.set(reuse(queue.near));
    Ok(())
}

fn capture<'g, A: Gradient>(inputs: &[&Var]) -> Queue<'g, A> {
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

fn captured<A>(queue: Queue<'_, A>) -> Vec<Option<A>> {
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
        queue.reach_node(entry.node, &entry.gradient)?;
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
        queue.reach_node(entry.node, &entry.gradient)?;
        entry
            .node
            .pull_recorded(entry.node, &entry.gradient, &mut queue, retain)?;
    }
    Ok(captured(queue))
}
