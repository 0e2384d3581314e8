//! One recorded operation: what it was, where its inputs came from, and what its rule will read.
//!
//! Only the rule itself is compiled per operation; everything here works on a [`Node`], the record of
//! any operation.

use std::cell::Cell;

use gradus_tensor::{Lock, Op, Saved, Saves, Shared, Tensor, VariadicOp};

use crate::anomaly;
use crate::apply::Held;
use crate::edge::Edge;
use crate::engine::Pass;
use crate::error::{Error, Result};
use crate::few::Few;
use crate::gradient::Gradient;
use crate::hooks::HookSlot;
use crate::queue::Queue;
use crate::var::{Repr, Var};

/// A recorded operation, whichever it is.
pub(crate) type Node = Record<dyn Rule>;

/// What one operation leaves behind.
pub(crate) struct Record<R: ?Sized> {
    trail: Trail,
    rule: R,
}

/// What a record holds whatever its operation.
struct Trail {
    /// The operation's name.
    name: &'static str,
    /// Larger than the stamp of everything this operation depends on.
    stamp: u64,
    saves: Saves,
    /// Whether every input gets the gradient of the result itself.
    passes_on: bool,
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
    let name = op.name();
    recorded(name, Fixed(op), O::SAVES, O::PASSES_ON, inputs, held, out)
}

/// Records an operation of any number of inputs that was just run.
pub(crate) fn record_variadic<O: VariadicOp>(
    op: O,
    inputs: &[&Var],
    held: &mut [Held<'_>],
    out: Tensor,
) -> Var {
    let name = op.name();
    recorded(name, Variadic(op), O::SAVES, false, inputs, held, out)
}

#[inline(always)]
#[expect(
    unsafe_code,
    reason = "stable Rust coerces no smart pointer but its own"
)]
fn recorded<R: Rule + 'static>(
    name: &'static str,
    rule: R,
    saves: Saves,
    passes_on: bool,
    inputs: &[&Var],
    held: &mut [Held<'_>],
    mut out: Tensor,
) -> Var {
    let empty = Shared::new_with(|| Record {
        trail: Trail {
            name,
            stamp: 0,
            saves,
            passes_on,
            hooks: HookSlot::new(),
            edges: Few::None,
            kept: Lock::new(None),
        },
        rule,
    });
    // SAFETY: an unsizing coercion.
    let mut node: Shared<Node> = unsafe { empty.coerce(|p| p as *mut Node) };
    if let Some(node) = Shared::get_mut(&mut node) {
        node.trail.fill(inputs, held, &mut out);
    }
    Var(Repr::Recorded(out, node))
}

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(0) };
}

/// Writes a value where there is none to drop: an assignment would look for one.
#[inline(always)]
fn fill_empty<T>(place: &mut T, value: T) {
    std::mem::forget(std::mem::replace(place, value));
}

impl Trail {
    /// Fills the trail of a record that nobody else has seen: in place, because moving one costs as much
    /// as a small operation.
    fn fill(&mut self, inputs: &[&Var], held: &mut [Held<'_>], out: &mut Tensor) {
        // Lamport time: later than everything on this thread and than all inputs.
        let mut latest = CLOCK.get();
        let edges = Few::from_fn(
            inputs.len(),
            #[inline(always)]
            |i| {
                let edge = inputs[i].edge();
                if let Some(node) = edge.node() {
                    latest = latest.max(node.trail.stamp);
                }
                edge
            },
        );
        fill_empty(&mut self.edges, edges);
        CLOCK.set(latest + 1);
        self.stamp = latest + 1;
        let saves = self.saves;
        if !saves.is_nothing() {
            let kept = Kept {
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
                output: saves.has_output().then(|| out.share()),
            };
            fill_empty(self.kept.get_mut(), Some(kept));
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
        self.trail.name
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
        g: Tensor,
        queue: &mut Queue<'g, Tensor>,
        pass: Pass,
    ) -> Result<()> {
        if self.trail.passes_on {
            return self.pass_on(g, queue);
        }
        let Some(mut kept) = self.trail.kept(pass.retain) else {
            return Err(Error::GraphFreed(self.name()));
        };
        let edges = self.trail.edges.as_slice();
        let (stored, output) = (kept.inputs.as_mut_slice(), kept.output.as_ref());
        let mut gradients = Few::from_fn(edges.len(), |_| None);
        let gradients = gradients.as_mut_slice();
        let saved = Saved::new(self.name(), self.trail.saves, stored, output);
        for (wrt, (edge, place)) in edges.iter().zip(&mut *gradients).enumerate() {
            if edge.is_wanted(queue) {
                let gradient = self.rule.vjp(wrt, &saved, &g)?;
                if pass.watched {
                    self.check(wrt, &g, (stored, output), &gradient)?;
                }
                fill_empty(place, Some(gradient));
            }
        }
        self.hand_on(edges, gradients, stored, queue)
    }

    /// As `pull`, recording what it computes; `this` is the node itself, for rules that read the
    /// result: second derivatives flow through it.
    pub(crate) fn pull_recorded<'g>(
        &'g self,
        this: &'g Shared<Node>,
        g: Var,
        queue: &mut Queue<'g, Var>,
        pass: Pass,
    ) -> Result<()> {
        if self.trail.passes_on {
            return self.pass_on(g, queue);
        }
        let Some(mut kept) = self.trail.kept(pass.retain) else {
            return Err(Error::GraphFreed(self.name()));
        };
        let edges = self.trail.edges.as_slice();
        let inputs: Vec<Option<Var>> = (kept.inputs.as_slice().iter())
            .zip(edges)
            .enumerate()
            .map(|(i, (value, edge))| {
                let value = value.clone()?;
                Some(Var(match (edge, edge.node()) {
                    _ if !self.trail.saves.has_input(i) => Repr::Plain(value),
                    (Edge::Leaf(leaf), _) => Repr::Leaf(leaf.clone()),
                    (_, Some(node)) => Repr::Recorded(value, node.clone()),
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
                let gradient = self.rule.vjp_recorded(wrt, &saved, &g)?;
                if pass.watched {
                    let read = (kept.inputs.as_slice(), kept.output.as_ref());
                    self.check(wrt, &g.value(), read, &gradient.value())?;
                }
                gradients[wrt] = Some(gradient);
            }
        }
        self.hand_on(edges, &mut gradients, kept.inputs.as_mut_slice(), queue)
    }

    /// Whether the rule made NaN of values without.
    #[cold]
    fn check(
        &self,
        wrt: usize,
        g: &Tensor,
        (stored, output): (&[Option<Tensor>], Option<&Tensor>),
        gradient: &Tensor,
    ) -> Result<()> {
        let inputs = stored.iter().enumerate();
        let read = inputs.filter(|(i, _)| self.trail.saves.has_input(*i));
        let values = read.filter_map(|(_, value)| value.as_ref()).chain(output);
        anomaly::check_gradient(self.name(), wrt, g, values, gradient)
    }

    /// Hands the gradient of the result to every input that wants it.
    #[inline(always)]
    fn pass_on<'g, A: Gradient>(&'g self, mut g: A, queue: &mut Queue<'g, A>) -> Result<()> {
        let edges = self.trail.edges.as_slice();
        let Some(last) = edges.iter().rposition(|edge| edge.is_wanted(queue)) else {
            return Ok(());
        };
        for edge in &edges[..last] {
            if edge.is_wanted(queue) {
                edge.receive(g.share(), None, queue)?;
            }
        }
        edges[last].receive(g, None, queue).map(drop)
    }

    /// Brings the gradients of the inputs where they belong. `stored` are the kept inputs, or none.
    #[inline(always)]
    fn hand_on<'g, A: Gradient>(
        &'g self,
        edges: &'g [Edge],
        gradients: &mut [Option<A>],
        stored: &mut [Option<Tensor>],
        queue: &mut Queue<'g, A>,
    ) -> Result<()> {
        for (wrt, (edge, gradient)) in edges.iter().zip(gradients).enumerate() {
            // What the operation saw of a leaf must still be the leaf's value.
            let used = match edge {
                Edge::Leaf(_) if self.trail.saves.has_input(wrt) => {
                    stored.get_mut(wrt).and_then(Option::take)
                }
                _ => None,
            };
            let unchanged = match (gradient.take(), edge) {
                (Some(gradient), _) => edge.receive(gradient, used, queue)?,
                (None, Edge::Leaf(leaf)) => used.is_none_or(|used| leaf.holds(&used)),
                (None, _) => true,
            };
            if !unchanged {
                return Err(Error::LeafChanged(self.name()));
            }
        }
        Ok(())
    }
}
