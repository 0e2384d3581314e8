//! Walking the record backwards.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use gradus_tensor::{Array, Shared, Tensor, ops::Arithmetic};

use crate::error::Result;
use crate::leaf::Leaf;
use crate::record::Node;
use crate::var::{Repr, Var};

/// Entries kept in the sorted list; older ones wait in the tree. Few records wait at a time in most
/// graphs, and a tree alone costs a quarter of a small step.
const NEAR: usize = 8;

struct Entry<'g, A> {
    stamp: u64,
    node: &'g Shared<Node>,
    gradient: A,
}

/// Records whose gradient is known in part, newest first. They are borrowed from the graph, which
/// the output keeps alive: counting references would cost as much as a small rule.
pub(crate) struct Queue<'g, A> {
    /// The first `len` are taken, ascending by stamp; all are newer than everything in `far`.
    near: [Option<Entry<'g, A>>; NEAR],
    len: usize,
    /// None as long as nothing had to wait there.
    far: Option<BTreeMap<(u64, usize), Entry<'g, A>>>,
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
            near: [const { None }; NEAR],
            len: 0,
            far: None,
            leaves,
        }
    }

    /// Adds a gradient to a record's.
    #[inline]
    pub(crate) fn push(&mut self, node: &'g Shared<Node>, gradient: A) -> Result<()> {
        let stamp = node.stamp();
        if self.len == NEAR || self.far.is_some() {
            return self.push_crowded(node, gradient);
        }
        self.push_near(stamp, node, gradient)
    }

    #[inline]
    fn push_near(&mut self, stamp: u64, node: &'g Shared<Node>, gradient: A) -> Result<()> {
        let mut at = self.len;
        while at > 0
            && let Some(entry) = &mut self.near[at - 1]
            && entry.stamp >= stamp
        {
            if entry.stamp == stamp && Shared::same(entry.node, node) {
                entry.gradient = entry.gradient.add(&gradient)?;
                return Ok(());
            }
            at -= 1;
        }
        for i in (at..self.len).rev() {
            self.near.swap(i, i + 1);
        }
        self.near[at] = Some(Entry {
            stamp,
            node,
            gradient,
        });
        self.len += 1;
        Ok(())
    }

    /// Among many waiting records.
    #[inline(never)]
    fn push_crowded(&mut self, node: &'g Shared<Node>, gradient: A) -> Result<()> {
        if self.len == NEAR {
            self.spill();
        }
        let stamp = node.stamp();
        let far = self.far.get_or_insert_default();
        if far
            .last_key_value()
            .is_none_or(|(&(newest, _), _)| stamp > newest)
        {
            return self.push_near(stamp, node, gradient);
        }
        match far.entry((stamp, Shared::address(node))) {
            Occupied(mut entry) => {
                let sum = entry.get().gradient.add(&gradient)?;
                entry.get_mut().gradient = sum;
            }
            Vacant(place) => {
                place.insert(Entry {
                    stamp,
                    node,
                    gradient,
                });
            }
        }
        Ok(())
    }

    /// Moves the older half of the list into the tree.
    fn spill(&mut self) {
        // Entries of one stamp stay together, or one of them would be newer than the tree's newest.
        let stamp = |at: usize| self.near[at].as_ref().map(|entry| entry.stamp);
        let mut cut = NEAR / 2;
        while cut < self.len && stamp(cut) == stamp(cut - 1) {
            cut += 1;
        }
        let far = self.far.get_or_insert_default();
        for entry in self.near[..cut].iter_mut().filter_map(Option::take) {
            far.insert((entry.stamp, Shared::address(entry.node)), entry);
        }
        self.near[..self.len].rotate_left(cut);
        self.len -= cut;
    }

    #[inline]
    fn pop(&mut self) -> Option<Entry<'g, A>> {
        if self.len > 0 {
            self.len -= 1;
            return self.near[self.len].take();
        }
        let far = self.far.as_mut()?;
        far.pop_last().map(|(_, entry)| entry)
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

/// Adds d`output` to the gradients of all leaves behind it.
pub(crate) fn backward(output: &Var, gradient: Tensor, retain: bool) -> Result<()> {
    let mut queue = Queue::new(Leaves::Accumulate);
    start(&mut queue, output, gradient)?;
    while let Some(entry) = queue.pop() {
        entry.node.pull(&entry.gradient, &mut queue, retain)?;
    }
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
