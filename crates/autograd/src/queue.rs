//! Records whose turn has not come in the walk back, and where gradients of leaves go.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use gradus_tensor::{Array, Shared, Tensor, ops::Arithmetic};

use crate::error::Result;
use crate::gradient::Gradient;
use crate::leaf::Leaf;
use crate::record::Node;
use crate::var::{Repr, Var};

/// Entries kept in the sorted list; older ones wait in the tree. Few records wait at a time in most
/// graphs, and a tree alone costs a quarter of a small step.
const NEAR: usize = 8;

/// A record that waits, and its gradient as far as it is known.
pub(crate) struct Entry<'g, A> {
    stamp: u64,
    pub(crate) node: &'g Shared<Node>,
    pub(crate) gradient: A,
}

/// Records whose gradient is known in part, newest first. They are borrowed from the graph, which
/// the output keeps alive: counting references would cost as much as a small rule.
pub(crate) struct Queue<'g, A> {
    /// At least as new as all others, if it is there; in a chain there are no others.
    next: Option<Entry<'g, A>>,
    /// The first `len` are taken, ascending by stamp; all are newer than everything in `far`.
    near: [Option<Entry<'g, A>>; NEAR],
    len: usize,
    /// None as long as nothing had to wait there.
    far: Option<BTreeMap<(u64, usize), Entry<'g, A>>>,
    leaves: Leaves<A>,
    /// Leaves with hooks, which see whole gradients: what has arrived so far.
    hooked: Vec<(Arc<Leaf>, A)>,
    /// Nothing that was asked for is older.
    oldest: u64,
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

impl<'g, A: Gradient> Queue<'g, A> {
    /// Nothing waits; gradients of leaves go into them.
    pub(crate) fn accumulating() -> Queue<'g, A> {
        Queue::new(Leaves::Accumulate)
    }

    /// Nothing waits; gradients of these inputs are kept for [`captured`](Queue::captured), of others
    /// dropped.
    pub(crate) fn capturing(inputs: &[&Var]) -> Queue<'g, A> {
        let place = |input: &&Var| match &input.0 {
            Repr::Plain(_) => Place::Nowhere,
            Repr::Leaf(leaf) => Place::Leaf(leaf.clone()),
            Repr::Recorded(_, node) => Place::Node(node.clone()),
        };
        let targets: Vec<Target<A>> = inputs
            .iter()
            .map(|i| Target {
                place: place(i),
                gradient: None,
            })
            .collect();
        let oldest = targets.iter().map(|target| match &target.place {
            Place::Leaf(_) => 0,
            Place::Node(node) => node.stamp(),
            Place::Nowhere => u64::MAX,
        });
        let oldest = oldest.min().unwrap_or(0);
        let mut queue = Queue::new(Leaves::Capture(targets));
        queue.oldest = oldest;
        queue
    }

    #[inline(always)]
    fn new(leaves: Leaves<A>) -> Queue<'g, A> {
        Queue {
            next: None,
            near: [const { None }; NEAR],
            len: 0,
            far: None,
            leaves,
            hooked: Vec::new(),
            oldest: 0,
        }
    }

    /// Adds a gradient to a record's.
    #[inline]
    pub(crate) fn push(&mut self, node: &'g Shared<Node>, gradient: A) -> Result<()> {
        let entry = Entry {
            stamp: node.stamp(),
            node,
            gradient,
        };
        if self.next.is_none() && self.len == 0 && self.far.is_none() {
            self.next = Some(entry);
            return Ok(());
        }
        self.push_among(entry)
    }

    /// Among waiting records.
    #[inline(never)]
    fn push_among(&mut self, mut entry: Entry<'g, A>) -> Result<()> {
        if let Some(next) = &mut self.next {
            if Shared::same(next.node, entry.node) {
                next.gradient = next.gradient.add(&entry.gradient)?;
                return Ok(());
            }
            if next.stamp < entry.stamp {
                std::mem::swap(next, &mut entry);
            }
        }
        if self.len == NEAR || self.far.is_some() {
            return self.push_crowded(entry);
        }
        self.push_near(entry)
    }

    fn push_near(&mut self, new: Entry<'g, A>) -> Result<()> {
        let mut at = self.len;
        while at > 0
            && let Some(entry) = &mut self.near[at - 1]
            && entry.stamp >= new.stamp
        {
            if Shared::same(entry.node, new.node) {
                entry.gradient = entry.gradient.add(&new.gradient)?;
                return Ok(());
            }
            at -= 1;
        }
        for i in (at..self.len).rev() {
            self.near.swap(i, i + 1);
        }
        self.near[at] = Some(new);
        self.len += 1;
        Ok(())
    }

    /// Among many waiting records.
    fn push_crowded(&mut self, new: Entry<'g, A>) -> Result<()> {
        if self.len == NEAR {
            self.spill();
        }
        let far = self.far.get_or_insert_default();
        let newest = far.last_key_value();
        if newest.is_none_or(|(&(newest, _), _)| new.stamp > newest) {
            return self.push_near(new);
        }
        match far.entry((new.stamp, Shared::address(new.node))) {
            Occupied(mut entry) => {
                let sum = entry.get().gradient.add(&new.gradient)?;
                entry.get_mut().gradient = sum;
            }
            Vacant(place) => {
                place.insert(new);
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

    /// The newest record that waits, with the whole of its gradient.
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<Entry<'g, A>> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        self.pop_among()
    }

    #[inline(never)]
    fn pop_among(&mut self) -> Option<Entry<'g, A>> {
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
        used: Option<Tensor>,
    ) -> Result<bool> {
        match &mut self.leaves {
            Leaves::Accumulate if leaf.hooks.get().is_none() => gradient.into_leaf(leaf, used),
            Leaves::Accumulate => self.reach_hooked(leaf, gradient, used),
            Leaves::Capture(targets) => {
                for target in targets {
                    if matches!(&target.place, Place::Leaf(wanted) if Arc::ptr_eq(wanted, leaf)) {
                        add_to(&mut target.gradient, &gradient)?;
                    }
                }
                Ok(used.is_none_or(|used| leaf.holds(&used)))
            }
        }
    }

    /// A share of the gradient of a leaf with hooks.
    #[cold]
    fn reach_hooked(
        &mut self,
        leaf: &Arc<Leaf>,
        gradient: A,
        used: Option<Tensor>,
    ) -> Result<bool> {
        if used.is_some_and(|used| !leaf.holds(&used)) {
            return Ok(false);
        }
        match self
            .hooked
            .iter_mut()
            .find(|(other, _)| Arc::ptr_eq(other, leaf))
        {
            Some((_, sum)) => *sum = sum.add(&gradient)?,
            None => self.hooked.push((leaf.clone(), gradient)),
        }
        Ok(true)
    }

    /// Nothing waits any more: the gradients of leaves with hooks are whole.
    #[inline]
    pub(crate) fn finish(&mut self) -> Result<()> {
        if self.hooked.is_empty() {
            return Ok(());
        }
        self.finish_hooked()
    }

    #[cold]
    fn finish_hooked(&mut self) -> Result<()> {
        for (leaf, gradient) in std::mem::take(&mut self.hooked) {
            let Some(hooks) = leaf.hooks.get() else {
                continue;
            };
            hooks.on_gradient(gradient)?.into_leaf(&leaf, None)?;
            hooks.on_accumulated(&Var(Repr::Leaf(leaf.clone())))?;
        }
        Ok(())
    }

    /// Whether the gradient of this leaf goes anywhere.
    #[inline]
    pub(crate) fn wants_leaf(&self, leaf: &Arc<Leaf>) -> bool {
        match &self.leaves {
            Leaves::Accumulate => true,
            Leaves::Capture(targets) => targets.iter().any(
                |target| matches!(&target.place, Place::Leaf(wanted) if Arc::ptr_eq(wanted, leaf)),
            ),
        }
    }

    /// Whether the gradient of this record may lead to something that was asked for.
    #[inline]
    pub(crate) fn wants_node(&self, node: &Shared<Node>) -> bool {
        node.stamp() >= self.oldest
    }

    /// The whole gradient of a record is known: hand it to those who asked for it.
    #[inline]
    pub(crate) fn reach_node(&mut self, node: &Shared<Node>, gradient: &A) -> Result<()> {
        if let Leaves::Capture(targets) = &mut self.leaves {
            for target in targets {
                if matches!(&target.place, Place::Node(wanted) if Shared::same(wanted, node)) {
                    add_to(&mut target.gradient, gradient)?;
                }
            }
        }
        Ok(())
    }

    /// What was asked for, in the order of the inputs; leaves' hooks see it first.
    pub(crate) fn captured(self) -> Result<Vec<Option<A>>> {
        let Leaves::Capture(targets) = self.leaves else {
            return Ok(Vec::new());
        };
        let finish = |target: Target<A>| {
            let hooks = match &target.place {
                Place::Leaf(leaf) => leaf.hooks.get(),
                Place::Node(_) | Place::Nowhere => None,
            };
            match (target.gradient, hooks) {
                (Some(gradient), Some(hooks)) => hooks.on_gradient(gradient).map(Some),
                (gradient, _) => Ok(gradient),
            }
        };
        targets.into_iter().map(finish).collect()
    }
}
