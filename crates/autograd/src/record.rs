//! One recorded operation: what it was, where its inputs came from, and what its rule will read.
//!
//! Only the rule itself is compiled per operation; everything here works on a [`Node`], the record of
//! any operation.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use gradus_tensor::{Lock, Op, Saved, Saves, Shared, Tensor, VariadicOp};

use crate::engine::Queue;
use crate::error::{Error, Result};
use crate::few::Few;
use crate::leaf::Leaf;
use crate::var::{Held, Repr, Var};

/// Where an input came from, if its gradient is wanted.
#[derive(Clone, Default)]
pub(crate) enum Edge {
    #[default]
    Constant,
    Leaf(Arc<Leaf>),
    Node(Shared<Node>),
}

/// A recorded operation, whichever it is.
pub(crate) type Node = Record<dyn Rule>;

/// What one operation leaves behind.
pub(crate) struct Record<R: ?Sized> {
    /// Larger than the stamp of everything this operation depends on.
    stamp: u64,
    saves: Saves,
    kept: Lock<Option<Kept>>,
    edges: Edges,
    rule: R,
}

/// What the rule reads: at most what the operation's `SAVES` names.
#[derive(Clone, Default)]
struct Kept {
    inputs: Few<Option<Tensor>>,
    output: Option<Tensor>,
}

/// A gradient rule, with fixed or variable number of inputs, on plain and on recorded gradients.
pub(crate) trait Rule: Send + Sync {
    fn name(&self) -> &'static str;
    fn vjp(
        &self,
        wrt: usize,
        saved: &Saved<'_, Tensor>,
        g: &Tensor,
    ) -> gradus_tensor::Result<Tensor>;
    fn vjp_recorded(
        &self,
        wrt: usize,
        saved: &Saved<'_, Var>,
        g: &Var,
    ) -> gradus_tensor::Result<Var>;
}

struct Fixed<O, const N: usize>(O);

impl<O: Op<N>, const N: usize> Rule for Fixed<O, N> {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn vjp(
        &self,
        wrt: usize,
        saved: &Saved<'_, Tensor>,
        g: &Tensor,
    ) -> gradus_tensor::Result<Tensor> {
        self.0.vjp(wrt, saved, g)
    }
    fn vjp_recorded(
        &self,
        wrt: usize,
        saved: &Saved<'_, Var>,
        g: &Var,
    ) -> gradus_tensor::Result<Var> {
        self.0.vjp(wrt, saved, g)
    }
}

struct Variadic<O>(O);

impl<O: VariadicOp> Rule for Variadic<O> {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn vjp(
        &self,
        wrt: usize,
        saved: &Saved<'_, Tensor>,
        g: &Tensor,
    ) -> gradus_tensor::Result<Tensor> {
        self.0.vjp(wrt, saved, g)
    }
    fn vjp_recorded(
        &self,
        wrt: usize,
        saved: &Saved<'_, Var>,
        g: &Var,
    ) -> gradus_tensor::Result<Var> {
        self.0.vjp(wrt, saved, g)
    }
}

/// Records an operation of `N` inputs that was just run.
#[inline]
pub(crate) fn record<O: Op<N>, const N: usize>(
    op: O,
    inputs: &[&Var],
    held: &mut [Held<'_>],
    out: Tensor,
) -> Var {
    recorded(Fixed(op), O::SAVES, inputs, held, out)
}

/// Records an operation of any number of inputs that was just run.
pub(crate) fn record_variadic<O: VariadicOp>(
    op: O,
    inputs: &[&Var],
    held: &mut [Held<'_>],
    out: Tensor,
) -> Var {
    recorded(Variadic(op), O::SAVES, inputs, held, out)
}

#[inline(always)]
#[expect(
    unsafe_code,
    reason = "stable Rust coerces no smart pointer but its own"
)]
fn recorded<R: Rule + 'static>(
    rule: R,
    saves: Saves,
    inputs: &[&Var],
    held: &mut [Held<'_>],
    out: Tensor,
) -> Var {
    let empty = Shared::new(Record {
        stamp: 0,
        saves,
        kept: Lock::new(Some(Kept::default())),
        edges: Edges(Few::default()),
        rule,
    });
    // SAFETY: an unsizing coercion.
    let mut node: Shared<Node> = unsafe { empty.coerce(|p| p as *mut Node) };
    node.fill(inputs, held, &out);
    Var(Repr::Recorded(out, node))
}

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(0) };
}

/// Fills a record that nobody else has seen: in place, because moving one costs as much as a small
/// operation.
trait Fill {
    fn fill(&mut self, inputs: &[&Var], held: &mut [Held<'_>], out: &Tensor);
}

impl Fill for Shared<Node> {
    fn fill(&mut self, inputs: &[&Var], held: &mut [Held<'_>], out: &Tensor) {
        let Some(node) = Shared::get_mut(self) else {
            return;
        };
        let saves = node.saves;
        let edges = node.edges.0.resize(inputs.len());
        // Lamport time: later than everything on this thread and than all inputs.
        let mut latest = CLOCK.get();
        for (edge, input) in edges.iter_mut().zip(inputs) {
            *edge = input.edge();
            if let Edge::Node(node) = edge {
                latest = latest.max(node.stamp);
            }
        }
        CLOCK.set(latest + 1);
        node.stamp = latest + 1;
        if saves.is_nothing() {
            return;
        }
        if let Some(kept) = node.kept.get_mut() {
            let slots = kept.inputs.resize(inputs.len());
            for (i, (slot, held)) in slots.iter_mut().zip(held).enumerate() {
                if saves.has_input(i) {
                    // What came out of a leaf's lock moves in here; the rest is cloned.
                    *slot = Some(held.take());
                } else if saves.has_shapes() {
                    *slot = Some(held.get().stand_in());
                }
            }
            if saves.has_output() {
                kept.output = Some(out.clone());
            }
        }
    }
}

impl Node {
    pub(crate) fn name(&self) -> &'static str {
        self.rule.name()
    }

    #[inline]
    pub(crate) fn stamp(&self) -> u64 {
        self.stamp
    }

    /// The saved values, taken or copied.
    #[inline]
    fn kept(&self, retain: bool) -> Result<Kept> {
        let mut slot = self.kept.lock();
        let kept = if retain { slot.clone() } else { slot.take() };
        drop(slot);
        kept.ok_or_else(|| Error::GraphFreed(self.name()))
    }

    /// Computes the gradients of the inputs from that of the result and hands them on. Without
    /// `retain` the saved values are freed.
    pub(crate) fn pull<'g>(
        &'g self,
        g: &Tensor,
        queue: &mut Queue<'g, Tensor>,
        retain: bool,
    ) -> Result<()> {
        // A rule that reads nothing but `g` has no lock to take and nothing to free.
        let kept = if self.saves.is_nothing() {
            Kept::default()
        } else {
            self.kept(retain)?
        };
        let stored = kept.inputs.as_slice();
        let saved = Saved::new(self.name(), self.saves, stored, kept.output.as_ref());
        self.hand_on(stored, queue, |wrt| self.rule.vjp(wrt, &saved, g))
    }

    /// As `pull`, recording what it computes; `this` is the node itself, for rules that read the
    /// result: second derivatives flow through it.
    pub(crate) fn pull_recorded<'g>(
        &'g self,
        this: &'g Shared<Node>,
        g: &Var,
        queue: &mut Queue<'g, Var>,
        retain: bool,
    ) -> Result<()> {
        let kept = if self.saves.is_nothing() {
            Kept::default()
        } else {
            self.kept(retain)?
        };
        let edges = self.edges.0.as_slice();
        let stored = kept.inputs.as_slice();
        let inputs: Vec<Option<Var>> = stored
            .iter()
            .zip(edges)
            .enumerate()
            .map(|(i, (value, edge))| {
                let value = value.clone()?;
                Some(Var(match edge {
                    Edge::Leaf(leaf) if self.saves.has_input(i) => Repr::Leaf(leaf.clone()),
                    Edge::Node(node) if self.saves.has_input(i) => {
                        Repr::Recorded(value, node.clone())
                    }
                    _ => Repr::Plain(value),
                }))
            })
            .collect();
        let output = kept
            .output
            .map(|value| Var(Repr::Recorded(value, this.clone())));
        let saved = Saved::new(self.name(), self.saves, &inputs, output.as_ref());
        self.hand_on(stored, queue, |wrt| self.rule.vjp_recorded(wrt, &saved, g))
    }

    /// Runs the rule for each input whose gradient is wanted. `stored` are the kept inputs, or none.
    #[inline(always)]
    fn hand_on<'g, A: crate::engine::Gradient>(
        &'g self,
        stored: &[Option<Tensor>],
        queue: &mut Queue<'g, A>,
        vjp: impl Fn(usize) -> gradus_tensor::Result<A>,
    ) -> Result<()> {
        for (wrt, edge) in self.edges.0.as_slice().iter().enumerate() {
            match edge {
                Edge::Constant => {}
                Edge::Leaf(leaf) => {
                    let used = if self.saves.has_input(wrt) {
                        stored.get(wrt).and_then(Option::as_ref)
                    } else {
                        None
                    };
                    let unchanged = queue.reach_leaf(leaf, vjp(wrt)?, used)?;
                    if !unchanged {
                        return Err(Error::LeafChanged(self.name()));
                    }
                }
                Edge::Node(node) => queue.push(node, vjp(wrt)?)?,
            }
        }
        Ok(())
    }
}

/// Edges whose drop does not recurse without bound.
struct Edges(Few<Edge>);

/// Graphs are freed by recursion to this depth and from a list below it.
const DROP_DEPTH: u32 = 64;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Shared<Node>>> = const { RefCell::new(Vec::new()) };
    /// Whether the list has anything: a plain load, where the list itself has a destructor to check.
    static ANY_WAITING: Cell<bool> = const { Cell::new(false) };
}

impl Drop for Edges {
    fn drop(&mut self) {
        for edge in self.0.as_mut_slice() {
            if let Edge::Node(node) = std::mem::take(edge) {
                release(node);
            }
        }
    }
}

fn release(node: Shared<Node>) {
    let depth = DEPTH.get();
    if depth < DROP_DEPTH {
        DEPTH.set(depth + 1);
        drop(node);
        if depth == 0 && ANY_WAITING.get() {
            // A million-op chain ends here: the outermost call frees what deeper ones left.
            while let Ok(Some(node)) = WAITING.try_with(|w| w.borrow_mut().pop()) {
                drop(node);
            }
            ANY_WAITING.set(false);
        }
        DEPTH.set(depth);
    } else {
        let mut node = Some(node);
        ANY_WAITING.set(true);
        // While the thread ends the list may be gone; then recursion is all that is left.
        let _ = WAITING.try_with(|w| w.borrow_mut().extend(node.take()));
        drop(node);
    }
}
