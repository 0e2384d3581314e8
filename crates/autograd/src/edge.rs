//! Where an input of a record came from, and how long chains of records are freed.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use gradus_tensor::{Shared, Tensor};

use crate::error::Result;
use crate::gradient::Gradient;
use crate::leaf::Leaf;
use crate::queue::Queue;
use crate::record::Node;

/// Where an input came from, if its gradient is wanted.
pub(crate) enum Edge {
    Constant,
    Leaf(Arc<Leaf>),
    Node(Parent),
}

impl Edge {
    /// The record it came from, if it did.
    #[inline(always)]
    pub(crate) fn node(&self) -> Option<&Shared<Node>> {
        match self {
            Edge::Node(parent) => parent.node(),
            Edge::Leaf(_) | Edge::Constant => None,
        }
    }

    /// Whether the walk has a use for the gradient of this input.
    #[inline(always)]
    pub(crate) fn is_wanted<A: Gradient>(&self, queue: &Queue<'_, A>) -> bool {
        match self {
            Edge::Constant => false,
            Edge::Leaf(leaf) => queue.wants_leaf(leaf),
            Edge::Node(parent) => parent.node().is_some_and(|node| queue.wants_node(node)),
        }
    }

    /// Takes a gradient in. `used` is the leaf's value that the operation saw and kept: `false` if the leaf
    /// has another one by now.
    #[inline(always)]
    pub(crate) fn receive<'g, A: Gradient>(
        &'g self,
        gradient: A,
        used: Option<Tensor>,
        queue: &mut Queue<'g, A>,
    ) -> Result<bool> {
        match self {
            Edge::Leaf(leaf) => queue.reach_leaf(leaf, gradient, used),
            Edge::Node(Parent(Some(node))) => queue.push(node, gradient).map(|()| true),
            Edge::Constant | Edge::Node(_) => Ok(true),
        }
    }
}

/// A record that another one came from. Its drop does not recurse without bound.
#[derive(Clone)]
pub(crate) struct Parent(Option<Shared<Node>>);

impl Parent {
    #[inline]
    pub(crate) fn new(node: Shared<Node>) -> Parent {
        Parent(Some(node))
    }

    #[inline(always)]
    pub(crate) fn node(&self) -> Option<&Shared<Node>> {
        self.0.as_ref()
    }
}

/// Graphs are freed by recursion to this depth and from a list below it.
const DROP_DEPTH: u32 = 64;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Shared<Node>>> = const { RefCell::new(Vec::new()) };
    /// Whether the list has anything: a plain load, where the list itself has a destructor to check.
    static ANY_WAITING: Cell<bool> = const { Cell::new(false) };
}

impl Drop for Parent {
    #[inline]
    fn drop(&mut self) {
        if let Some(node) = self.0.take() {
            release(node);
        }
    }
}

fn release(node: Shared<Node>) {
    let depth = DEPTH.get();
    if depth == DROP_DEPTH {
        return postpone(node);
    }
    DEPTH.set(depth + 1);
    drop(node);
    if depth == 0 && ANY_WAITING.get() {
        release_waiting();
    }
    DEPTH.set(depth);
}

#[cold]
fn postpone(node: Shared<Node>) {
    let mut node = Some(node);
    ANY_WAITING.set(true);
    // While the thread ends the list may be gone; then recursion is all that is left.
    let _ = WAITING.try_with(|w| w.borrow_mut().extend(node.take()));
    drop(node);
}

/// A million-op chain ends here: the outermost call frees what deeper ones left.
#[cold]
fn release_waiting() {
    while let Ok(Some(node)) = WAITING.try_with(|w| w.borrow_mut().pop()) {
        drop(node);
    }
    ANY_WAITING.set(false);
}
