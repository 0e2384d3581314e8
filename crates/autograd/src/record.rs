//! One recorded operation: what it was, where its inputs came from, and what its rule will read.
//!
//! Only the rule itself is compiled per operation; everything here works on a [`Node`], the record of
//! any operation.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use gradus_tensor::{Lock, Op, Saved, Saves, Shared, Tensor, VariadicOp};

use crate::anomaly;
use crate::engine::{Gradient, Pass, Queue};
use crate::error::{Error, Result};
use crate::few::Few;
use crate::hooks::HookSlot;
use crate::leaf::Leaf;
use crate::var::{Held, Repr, Var};

/// Where an input came from, if its gradient is wanted.
pub(crate) enum Edge {
    Constant,
    Leaf(Arc<Leaf>),
    Node(Parent),
}

impl Edge {
    /// Whether the walk has a use for the gradient of this input.
    #[inline(always)]
    fn is_wanted<A: Gradient>(&self, queue: &Queue<'_, A>) -> bool {
        match self {
            Edge::Constant => false,
            Edge::Leaf(leaf) => queue.wants_leaf(leaf),
            Edge::Node(parent) => parent.node().is_some_and(|node| queue.wants_node(node)),
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

    pub(crate) fn node(&self) -> Option<&Shared<Node>> {
        self.0.as_ref()
    }
}

/// A recorded operation, whichever it is.
pub(crate) type Node = Record<dyn Rule>;

/// What one operation leaves behind.
pub(crate) struct Record<R: ?Sized> {
    trail: Trail,
    rule: R,
}

/// What a record holds whatever its operation.
struct Trail {
    /// Larger than the stamp of everything this operation depends on.
    stamp: u64,
    saves: Saves,
    hooks: HookSlot,
    edges: Few<Edge>,
    kept: Lock<Option<Kept>>,
}

/// What the rule reads: at most what the operation's `SAVES` names.
#[derive(Clone)]
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
    let empty = Shared::new_with(|| Record {
        trail: Trail {
            stamp: 0,
            saves,
            hooks: HookSlot::new(),
            edges: Few::None,
            kept: Lock::new(None),
        },
        rule,
    });
    // SAFETY: an unsizing coercion.
    let mut node: Shared<Node> = unsafe { empty.coerce(|p| p as *mut Node) };
    if let Some(node) = Shared::get_mut(&mut node) {
        node.trail.fill(inputs, held, &out);
    }
    Var(Repr::Recorded(out, node))
}

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(0) };
}

impl Trail {
    /// Fills the trail of a record that nobody else has seen: in place, because moving one costs as much
    /// as a small operation.
    fn fill(&mut self, inputs: &[&Var], held: &mut [Held<'_>], out: &Tensor) {
        // Lamport time: later than everything on this thread and than all inputs.
        let mut latest = CLOCK.get();
        self.edges = Few::from_fn(
            inputs.len(),
            #[inline(always)]
            |i| {
                let edge = inputs[i].edge();
                if let Edge::Node(Parent(Some(node))) = &edge {
                    latest = latest.max(node.trail.stamp);
                }
                edge
            },
        );
        CLOCK.set(latest + 1);
        self.stamp = latest + 1;
        let saves = self.saves;
        if !saves.is_nothing() {
            *self.kept.get_mut() = Some(Kept {
                inputs: Few::from_fn(
                    held.len(),
                    #[inline(always)]
                    |i| {
                        if saves.has_input(i) {
                            // What came out of a leaf's lock moves in here; the rest is cloned.
                            Some(held[i].take())
                        } else if saves.has_shapes() {
                            Some(held[i].get().stand_in())
                        } else {
                            None
                        }
                    },
                ),
                output: saves.has_output().then(|| out.clone()),
            });
        }
    }

    /// The saved values, taken or copied; `None` if they were freed.
    #[inline(always)]
    fn kept(&self, retain: bool) -> Option<Kept> {
        // A rule that reads nothing but `g` has no lock to take and nothing to free.
        if self.saves.is_nothing() {
            return Some(Kept {
                inputs: Few::None,
                output: None,
            });
        }
        let mut slot = self.kept.lock();
        if retain { slot.clone() } else { slot.take() }
    }
}

impl Node {
    pub(crate) fn name(&self) -> &'static str {
        self.rule.name()
    }

    #[inline]
    pub(crate) fn stamp(&self) -> u64 {
        self.trail.stamp
    }

    #[inline(always)]
    pub(crate) fn hooks(&self) -> &HookSlot {
        &self.trail.hooks
    }

    /// Where its inputs came from.
    pub(crate) fn edges(&self) -> &[Edge] {
        self.trail.edges.as_slice()
    }

    /// Computes the gradients of the inputs from that of the result and hands them on. Unless the pass
    /// retains them the saved values are freed.
    pub(crate) fn pull<'g>(
        &'g self,
        g: &Tensor,
        queue: &mut Queue<'g, Tensor>,
        pass: Pass,
    ) -> Result<()> {
        let Some(kept) = self.trail.kept(pass.retain) else {
            return Err(Error::GraphFreed(self.name()));
        };
        let stored = kept.inputs.as_slice();
        let saved = Saved::new(self.name(), self.trail.saves, stored, kept.output.as_ref());
        for (wrt, edge) in self.trail.edges.as_slice().iter().enumerate() {
            let gradient = if edge.is_wanted(queue) {
                let gradient = self.rule.vjp(wrt, &saved, g)?;
                if pass.watched {
                    self.check(wrt, g, &kept, &gradient)?;
                }
                Some(gradient)
            } else {
                None
            };
            self.hand_on(wrt, gradient, stored, queue)?;
        }
        Ok(())
    }

    /// As `pull`, recording what it computes; `this` is the node itself, for rules that read the
    /// result: second derivatives flow through it.
    pub(crate) fn pull_recorded<'g>(
        &'g self,
        this: &'g Shared<Node>,
        g: &Var,
        queue: &mut Queue<'g, Var>,
        pass: Pass,
    ) -> Result<()> {
        let Some(kept) = self.trail.kept(pass.retain) else {
            return Err(Error::GraphFreed(self.name()));
        };
        let edges = self.trail.edges.as_slice();
        let stored = kept.inputs.as_slice();
        let inputs: Vec<Option<Var>> = stored
            .iter()
            .zip(edges)
            .enumerate()
            .map(|(i, (value, edge))| {
                let value = value.clone()?;
                Some(Var(match edge {
                    Edge::Leaf(leaf) if self.trail.saves.has_input(i) => Repr::Leaf(leaf.clone()),
                    Edge::Node(Parent(Some(node))) if self.trail.saves.has_input(i) => {
                        Repr::Recorded(value, node.clone())
                    }
                    _ => Repr::Plain(value),
                }))
            })
            .collect();
        let output = kept
            .output
            .clone()
            .map(|value| Var(Repr::Recorded(value, this.clone())));
        let saved = Saved::new(self.name(), self.trail.saves, &inputs, output.as_ref());
        // The last input first, as PyTorch does it: the order of these records is the order in which
        // their own gradients are added up.
        let mut gradients = vec![None; edges.len()];
        for (wrt, edge) in edges.iter().enumerate().rev() {
            if edge.is_wanted(queue) {
                let gradient = self.rule.vjp_recorded(wrt, &saved, g)?;
                if pass.watched {
                    self.check(wrt, &g.value(), &kept, &gradient.value())?;
                }
                gradients[wrt] = Some(gradient);
            }
        }
        for (wrt, gradient) in gradients.into_iter().enumerate() {
            self.hand_on(wrt, gradient, stored, queue)?;
        }
        Ok(())
    }

    /// Whether the rule made NaN of values without.
    #[cold]
    fn check(&self, wrt: usize, g: &Tensor, kept: &Kept, gradient: &Tensor) -> Result<()> {
        let inputs = kept.inputs.as_slice().iter().enumerate();
        let read = inputs.filter(|(i, _)| self.trail.saves.has_input(*i));
        let values = read
            .filter_map(|(_, value)| value.as_ref())
            .chain(&kept.output);
        anomaly::check_gradient(self.name(), wrt, g, values, gradient)
    }

    /// Brings the gradient of one input where it belongs, if there is one. `stored` are the kept inputs,
    /// or none.
    #[inline(always)]
    fn hand_on<'g, A: Gradient>(
        &'g self,
        wrt: usize,
        gradient: Option<A>,
        stored: &[Option<Tensor>],
        queue: &mut Queue<'g, A>,
    ) -> Result<()> {
        match (&self.trail.edges.as_slice()[wrt], gradient) {
            (Edge::Leaf(leaf), gradient) => {
                let used = if self.trail.saves.has_input(wrt) {
                    stored.get(wrt).and_then(Option::as_ref)
                } else {
                    None
                };
                let unchanged = match gradient {
                    Some(gradient) => queue.reach_leaf(leaf, gradient, used)?,
                    None => used.is_none_or(|used| leaf.holds(used)),
                };
                if !unchanged {
                    return Err(Error::LeafChanged(self.name()));
                }
            }
            (Edge::Node(Parent(Some(node))), Some(gradient)) => queue.push(node, gradient)?,
            (Edge::Constant | Edge::Node(_), _) => {}
        }
        Ok(())
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
