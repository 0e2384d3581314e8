//! Functions that are called when the gradient of a variable is known.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use gradus_tensor::Tensor;

use crate::error::{Error, Result};
use crate::gradient::Gradient;
use crate::var::Var;

type OnGradient = Arc<dyn Fn(&Var) -> Result<Option<Var>> + Send + Sync>;
type OnLeaf = Arc<dyn Fn(&Var) -> Result<()> + Send + Sync>;

/// The hooks of one variable, in the order in which they were registered.
#[derive(Default)]
pub(crate) struct Hooks {
    lists: Mutex<Lists>,
}

#[derive(Default)]
struct Lists {
    /// See the gradient before anything else does, and may replace it.
    before: Vec<(u64, OnGradient)>,
    /// See the leaf after its gradient was added.
    after: Vec<(u64, OnLeaf)>,
    /// The gradient of a result that keeps it, as the hooks left it.
    kept: Kept,
}

/// Whether a result keeps its gradient, and what it has collected.
#[derive(Default)]
enum Kept {
    #[default]
    No,
    Nothing,
    Sum(Tensor),
}

/// A place for hooks that costs a word as long as there are none.
#[derive(Default)]
pub(crate) struct HookSlot(OnceLock<Arc<Hooks>>);

impl HookSlot {
    #[inline(always)]
    pub(crate) const fn new() -> HookSlot {
        HookSlot(OnceLock::new())
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&Arc<Hooks>> {
        self.0.get()
    }

    pub(crate) fn add_before(&self, hook: OnGradient) -> HookHandle {
        self.add(|lists, id| lists.before.push((id, hook)))
    }

    pub(crate) fn add_after(&self, hook: OnLeaf) -> HookHandle {
        self.add(|lists, id| lists.after.push((id, hook)))
    }

    /// Keeps gradients from now on.
    pub(crate) fn retain(&self) {
        let mut lists = self.0.get_or_init(Arc::default).lists();
        if let Kept::No = lists.kept {
            lists.kept = Kept::Nothing;
        }
    }

    fn add(&self, push: impl FnOnce(&mut Lists, u64)) -> HookHandle {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let hooks = self.0.get_or_init(Arc::default);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        push(&mut hooks.lists(), id);
        HookHandle {
            hooks: Arc::downgrade(hooks),
            id,
        }
    }
}

impl Hooks {
    fn lists(&self) -> MutexGuard<'_, Lists> {
        // A hook runs outside the lock, so that a panic leaves the lists whole.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The gradient as the hooks leave it.
    #[cold]
    pub(crate) fn on_gradient<A: Gradient>(&self, gradient: A) -> Result<A> {
        let hooks: Vec<OnGradient> = self
            .lists()
            .before
            .iter()
            .map(|(_, hook)| hook.clone())
            .collect();
        if hooks.is_empty() && !self.keeps() {
            return Ok(gradient);
        }
        let mut gradient = gradient.into_var();
        for hook in hooks {
            if let Some(other) = hook(&gradient)? {
                gradient.expect_gradient("hook", &other.value())?;
                gradient = other;
            }
        }
        self.keep(&gradient)?;
        Ok(A::from_var(gradient))
    }

    /// Adds to the gradient that is kept, if it is.
    fn keep(&self, gradient: &Var) -> Result<()> {
        let mut lists = self.lists();
        lists.kept = match &lists.kept {
            Kept::No => Kept::No,
            Kept::Nothing => Kept::Sum(gradient.value()),
            Kept::Sum(sum) => Kept::Sum(sum.add(&gradient.value())?),
        };
        Ok(())
    }

    fn keeps(&self) -> bool {
        !matches!(self.lists().kept, Kept::No)
    }

    /// The gradient that was kept.
    pub(crate) fn kept(&self) -> Option<Tensor> {
        match &self.lists().kept {
            Kept::Sum(sum) => Some(sum.clone()),
            _ => None,
        }
    }

    /// Forgets the gradient that was kept; the next is kept again.
    pub(crate) fn forget(&self) {
        let mut lists = self.lists();
        if let Kept::Sum(_) = lists.kept {
            lists.kept = Kept::Nothing;
        }
    }

    /// Tells that a leaf's gradient was added.
    pub(crate) fn on_accumulated(&self, leaf: &Var) -> Result<()> {
        let hooks: Vec<OnLeaf> = self
            .lists()
            .after
            .iter()
            .map(|(_, hook)| hook.clone())
            .collect();
        hooks.iter().try_for_each(|hook| hook(leaf))
    }
}

/// Removes a hook. Dropping the handle leaves the hook where it is.
pub struct HookHandle {
    hooks: Weak<Hooks>,
    id: u64,
}

impl HookHandle {
    /// Removes the hook; nothing happens if its variable is gone.
    pub fn remove(self) {
        if let Some(hooks) = self.hooks.upgrade() {
            let mut lists = hooks.lists();
            lists.before.retain(|(id, _)| *id != self.id);
            lists.after.retain(|(id, _)| *id != self.id);
        }
    }
}

impl fmt::Debug for HookHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookHandle({})", self.id)
    }
}

impl Var {
    /// Calls `hook` with the gradient of this variable in every backward pass, as soon as the whole of it
    /// is known and before it goes further: `torch.Tensor.register_hook`. What the hook returns takes
    /// the gradient's place. With `create_graph` it sees a recorded gradient.
    ///
    /// Hooks run in the order in which they were registered, on the thread of the backward pass, and
    /// stay until they are removed. A hook that keeps its own variable keeps it for ever.
    ///
    /// # Errors
    /// A constant: it has no gradient.
    ///
    /// ```
    /// use gradus_autograd::Var;
    /// use gradus_tensor::tensor;
    ///
    /// let x = Var::leaf(tensor![3.0])?;
    /// let y = x.square()?;
    /// let handle = y.register_hook(|g| Ok(Some(g.mul_scalar(10)?)))?;
    /// y.mul_scalar(2)?.backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 120.0);
    /// handle.remove();
    /// # Ok::<(), gradus_autograd::Error>(())
    /// ```
    pub fn register_hook(
        &self,
        hook: impl Fn(&Var) -> Result<Option<Var>> + Send + Sync + 'static,
    ) -> Result<HookHandle> {
        match self.hook_slot() {
            Some(slot) => Ok(slot.add_before(Arc::new(hook))),
            None => Err(Error::NoGraph("register_hook")),
        }
    }

    /// Keeps the gradient of a result, too, in [`grad`](Var::grad): `torch.Tensor.retain_grad`. It is what
    /// hooks leave, and collects over passes until [`zero_grad`](Var::zero_grad). A leaf keeps its own anyway.
    ///
    /// # Errors
    /// A constant: it has no gradient.
    ///
    /// ```
    /// use gradus_autograd::Var;
    /// use gradus_tensor::tensor;
    ///
    /// let x = Var::leaf(tensor![3.0])?;
    /// let y = x.square()?;
    /// y.retain_grad()?;
    /// y.square()?.backward()?;
    /// assert_eq!(y.grad().unwrap().item::<f32>()?, 18.0);
    /// # Ok::<(), gradus_autograd::Error>(())
    /// ```
    pub fn retain_grad(&self) -> Result<()> {
        match self.hook_slot() {
            Some(_) if self.is_leaf() => Ok(()),
            Some(slot) => {
                slot.retain();
                Ok(())
            }
            None => Err(Error::NoGraph("retain_grad")),
        }
    }

    /// Calls `hook` with this leaf after a backward pass has added to its gradient:
    /// `torch.Tensor.register_post_accumulate_grad_hook`. An update right there needs no memory for the
    /// gradients of all leaves at once.
    ///
    /// # Errors
    /// Not a leaf that requires a gradient.
    pub fn register_post_accumulate_grad_hook(
        &self,
        hook: impl Fn(&Var) -> Result<()> + Send + Sync + 'static,
    ) -> Result<HookHandle> {
        match self.hook_slot().filter(|_| self.is_leaf()) {
            Some(slot) => Ok(slot.add_after(Arc::new(hook))),
            None => Err(Error::NotALeaf("register_post_accumulate_grad_hook")),
        }
    }
}
