//! One recorded operation: what it was, where its inputs came from, and what its rule will read.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use gradus_tensor::{InputShape, Lock, Op, Saved, Saves, Shared, Tensor, VariadicOp};

use crate::engine::Queue;
use crate::error::{Error, Result};
use crate::leaf::Leaf;
use crate::var::{Held, Repr, Var};

/// Where an input came from, if its gradient is wanted.
#[derive(Clone)]
pub(crate) enum Edge {
    Constant,
    Leaf(Arc<Leaf>),
    Node(Shared<dyn Node>),
}

/// A recorded operation as the engine sees it.
pub(crate) trait Node: Send + Sync {
    fn name(&self) -> &'static str;

    /// Larger than the stamp of everything this operation depends on.
    fn stamp(&self) -> u64;

    /// Computes the gradients of the inputs from that of the result and hands them on. Without
    /// `retain` the saved values are freed.
    fn pull<'g>(&'g self, g: &Tensor, queue: &mut Queue<'g, Tensor>, retain: bool) -> Result<()>;

    /// As `pull`, recording what it computes; `this` is the node itself, for rules that read the
    /// result: second derivatives flow through it.
    fn pull_recorded<'g>(
        &'g self,
        this: &'g Shared<dyn Node>,
        g: &Var,
        queue: &mut Queue<'g, Var>,
        retain: bool,
    ) -> Result<()>;
}

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(0) };
}

/// Lamport time: later than everything on this thread and than all inputs.
#[inline]
fn next_stamp(edges: &[Edge]) -> u64 {
    let mut latest = CLOCK.get();
    for edge in edges {
        if let Edge::Node(node) = edge {
            latest = latest.max(node.stamp());
        }
    }
    CLOCK.set(latest + 1);
    latest + 1
}

/// What the rule reads: at most what the operation's `SAVES` names.
struct Kept<I, S> {
    inputs: I,
    shapes: S,
    output: Option<Tensor>,
}

struct Record<O, I, S, E: AsMut<[Edge]>> {
    stamp: u64,
    op: O,
    edges: Edges<E>,
    kept: Lock<Option<Kept<I, S>>>,
}

/// Edges whose drop does not recurse without bound.
struct Edges<E: AsMut<[Edge]>>(E);

/// Graphs are freed by recursion to this depth and from a list below it.
const DROP_DEPTH: u32 = 64;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Shared<dyn Node>>> = const { RefCell::new(Vec::new()) };
    /// Whether the list has anything: a plain load, where the list itself has a destructor to check.
    static ANY_WAITING: Cell<bool> = const { Cell::new(false) };
}

impl<E: AsMut<[Edge]>> Drop for Edges<E> {
    fn drop(&mut self) {
        for edge in self.0.as_mut() {
            if let Edge::Node(node) = std::mem::replace(edge, Edge::Constant) {
                release(node);
            }
        }
    }
}

fn release(node: Shared<dyn Node>) {
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

/// A record as the engine sees it.
#[inline(always)]
#[expect(
    unsafe_code,
    reason = "stable Rust coerces no smart pointer but its own"
)]
fn node<N: Node + 'static>(record: N) -> Shared<dyn Node> {
    // SAFETY: an unsizing coercion.
    unsafe { Shared::new(record).coerce(|p| p as *mut dyn Node) }
}

/// The two shapes of operations, fixed and variable in their number of inputs, as one.
trait Rule: Send + Sync + 'static {
    const NAME: &'static str;
    /// The rule reads nothing but `g`: there is no lock to take and nothing to free.
    const KEEPS_NOTHING: bool;
    fn vjp_tensor(
        &self,
        wrt: usize,
        saved: &Saved<'_, Tensor>,
        g: &Tensor,
    ) -> gradus_tensor::Result<Tensor>;
    fn vjp_var(&self, wrt: usize, saved: &Saved<'_, Var>, g: &Var) -> gradus_tensor::Result<Var>;
}

struct Fixed<O, const N: usize>(O);

impl<O: Op<N>, const N: usize> Rule for Fixed<O, N> {
    const NAME: &'static str = O::NAME;
    const KEEPS_NOTHING: bool = O::SAVES.is_nothing();
    #[inline]
    fn vjp_tensor(
        &self,
        wrt: usize,
        saved: &Saved<'_, Tensor>,
        g: &Tensor,
    ) -> gradus_tensor::Result<Tensor> {
        self.0.vjp(wrt, saved, g)
    }
    #[inline]
    fn vjp_var(&self, wrt: usize, saved: &Saved<'_, Var>, g: &Var) -> gradus_tensor::Result<Var> {
        self.0.vjp(wrt, saved, g)
    }
}

struct Variadic<O>(O);

impl<O: VariadicOp> Rule for Variadic<O> {
    const NAME: &'static str = O::NAME;
    const KEEPS_NOTHING: bool = O::SAVES.is_nothing();
    fn vjp_tensor(
        &self,
        wrt: usize,
        saved: &Saved<'_, Tensor>,
        g: &Tensor,
    ) -> gradus_tensor::Result<Tensor> {
        self.0.vjp(wrt, saved, g)
    }
    fn vjp_var(&self, wrt: usize, saved: &Saved<'_, Var>, g: &Var) -> gradus_tensor::Result<Var> {
        self.0.vjp(wrt, saved, g)
    }
}

/// Records an operation of `N` inputs that was just run.
#[inline]
pub(crate) fn record<O: Op<N>, const N: usize>(
    op: O,
    inputs: [&Var; N],
    mut values: [Held<'_>; N],
    out: Tensor,
) -> Var {
    // `from_fn` with inlined closures: `map` on arrays is compiled into a call that moves memory.
    let edges: [Edge; N] = std::array::from_fn(
        #[inline(always)]
        |i| inputs[i].edge(),
    );
    let kept = Kept {
        // What came out of a leaf's lock moves in here; the rest is cloned.
        inputs: std::array::from_fn::<_, N, _>(
            #[inline(always)]
            |i| O::SAVES.has_input(i).then(|| values[i].take()),
        ),
        shapes: O::SAVES.has_shapes().then(|| {
            std::array::from_fn::<_, N, _>(
                #[inline(always)]
                |i| InputShape::new(inputs[i].shape()),
            )
        }),
        output: O::SAVES.has_output().then(|| out.clone()),
    };
    let stamp = next_stamp(&edges);
    let record = Record {
        stamp,
        op: Fixed(op),
        edges: Edges(edges),
        kept: Lock::new(Some(kept)),
    };
    Var(Repr::Recorded(out, node(record)))
}

/// Records an operation of any number of inputs that was just run.
pub(crate) fn record_variadic<O: VariadicOp>(
    op: O,
    inputs: &[&Var],
    values: &[&Tensor],
    out: Tensor,
) -> Var {
    let edges: Vec<Edge> = inputs.iter().map(|v| v.edge()).collect();
    let saves: Saves = O::SAVES;
    let kept = Kept {
        inputs: values
            .iter()
            .enumerate()
            .map(|(i, v)| saves.has_input(i).then(|| (*v).clone()))
            .collect::<Vec<_>>(),
        shapes: saves.has_shapes().then(|| {
            values
                .iter()
                .map(|v| InputShape::new(v.shape()))
                .collect::<Vec<_>>()
        }),
        output: saves.has_output().then(|| out.clone()),
    };
    let stamp = next_stamp(&edges);
    let record = Record {
        stamp,
        op: Variadic(op),
        edges: Edges(edges),
        kept: Lock::new(Some(kept)),
    };
    Var(Repr::Recorded(out, node(record)))
}

impl<R, I, S, E> Record<R, I, Option<S>, E>
where
    R: Rule,
    I: AsRef<[Option<Tensor>]> + Clone,
    S: AsRef<[InputShape]> + Clone,
    E: AsMut<[Edge]> + AsRef<[Edge]>,
{
    /// The saved values, taken or copied.
    #[inline]
    fn kept(&self, retain: bool) -> Result<Kept<I, Option<S>>> {
        let mut slot = self.kept.lock();
        let kept = if retain {
            slot.as_ref().map(|k| Kept {
                inputs: k.inputs.clone(),
                shapes: k.shapes.clone(),
                output: k.output.clone(),
            })
        } else {
            slot.take()
        };
        drop(slot);
        kept.ok_or(Error::GraphFreed(R::NAME))
    }

    /// Runs the rule for each input whose gradient is wanted. `stored` are the kept inputs, or none.
    #[inline]
    fn hand_on<'g>(
        &'g self,
        saved: &Saved<'_, Tensor>,
        stored: &[Option<Tensor>],
        g: &Tensor,
        queue: &mut Queue<'g, Tensor>,
    ) -> Result<()> {
        for (wrt, edge) in self.edges.0.as_ref().iter().enumerate() {
            match edge {
                Edge::Constant => {}
                Edge::Leaf(leaf) => {
                    let gradient = self.op.vjp_tensor(wrt, saved, g)?;
                    let used = stored.get(wrt).and_then(Option::as_ref);
                    queue.reach_leaf(leaf, gradient, used, R::NAME)?;
                }
                Edge::Node(node) => queue.push(node, self.op.vjp_tensor(wrt, saved, g)?)?,
            }
        }
        Ok(())
    }
}

/// Inputs beyond this number take a heap-allocated list of references.
const FEW: usize = 4;

impl<R, I, S, E> Node for Record<R, I, Option<S>, E>
where
    R: Rule,
    I: AsRef<[Option<Tensor>]> + Clone + Send,
    S: AsRef<[InputShape]> + Clone + Send,
    E: AsMut<[Edge]> + AsRef<[Edge]> + Send + Sync,
{
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn stamp(&self) -> u64 {
        self.stamp
    }

    fn pull<'g>(&'g self, g: &Tensor, queue: &mut Queue<'g, Tensor>, retain: bool) -> Result<()> {
        if R::KEEPS_NOTHING {
            return self.hand_on(&Saved::new(R::NAME, &[], &[], None), &[], g, queue);
        }
        let kept = self.kept(retain)?;
        let stored = kept.inputs.as_ref();
        let (mut few, many);
        let inputs: &[Option<&Tensor>] = if stored.len() <= FEW {
            few = [None; FEW];
            for (to, from) in few.iter_mut().zip(stored) {
                *to = from.as_ref();
            }
            &few[..stored.len()]
        } else {
            many = stored.iter().map(Option::as_ref).collect::<Vec<_>>();
            &many
        };
        let shapes = kept.shapes.as_ref().map_or(&[][..], AsRef::as_ref);
        let saved = Saved::new(R::NAME, inputs, shapes, kept.output.as_ref());
        self.hand_on(&saved, stored, g, queue)
    }

    fn pull_recorded<'g>(
        &'g self,
        this: &'g Shared<dyn Node>,
        g: &Var,
        queue: &mut Queue<'g, Var>,
        retain: bool,
    ) -> Result<()> {
        let kept = self.kept(retain)?;
        let edges = self.edges.0.as_ref();
        let stored = kept.inputs.as_ref();
        let inputs: Vec<Option<Var>> = stored
            .iter()
            .zip(edges)
            .map(|(value, edge)| {
                value.clone().map(|value| match edge {
                    Edge::Constant => Var(Repr::Plain(value)),
                    Edge::Leaf(leaf) => Var(Repr::Leaf(leaf.clone())),
                    Edge::Node(node) => Var(Repr::Recorded(value, node.clone())),
                })
            })
            .collect();
        let inputs: Vec<Option<&Var>> = inputs.iter().map(Option::as_ref).collect();
        let output = kept
            .output
            .map(|value| Var(Repr::Recorded(value, this.clone())));
        let shapes = kept.shapes.as_ref().map_or(&[][..], AsRef::as_ref);
        let saved = Saved::new(R::NAME, &inputs, shapes, output.as_ref());
        for (wrt, edge) in edges.iter().enumerate() {
            match edge {
                Edge::Constant => {}
                Edge::Leaf(leaf) => {
                    let gradient = self.op.vjp_var(wrt, &saved, g)?;
                    queue.reach_leaf(leaf, gradient, stored[wrt].as_ref(), R::NAME)?;
                }
                Edge::Node(node) => queue.push(node, self.op.vjp_var(wrt, &saved, g)?)?,
            }
        }
        Ok(())
    }
}
