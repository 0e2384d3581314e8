//! A gradient on its way back: plain numbers, or recorded so that it can be differentiated again.

use gradus_tensor::{Array, Shared, Tensor};

use crate::engine::Pass;
use crate::error::Result;
use crate::leaf::Leaf;
use crate::queue::Queue;
use crate::record::Node;
use crate::var::Var;

/// A gradient can go into a leaf only as plain numbers; hooks see it as a variable.
pub(crate) trait Gradient: Array {
    /// Another handle, through the only access to this one.
    fn share(&mut self) -> Self;
    fn into_leaf(self, leaf: &Leaf, used: Option<Tensor>) -> Result<bool>;
    fn into_var(self) -> Var;
    fn from_var(gradient: Var) -> Self;
    /// Has a record turn this, the gradient of its result, into those of its inputs.
    fn pull<'g>(
        self,
        node: &'g Shared<Node>,
        queue: &mut Queue<'g, Self>,
        pass: Pass,
    ) -> Result<()>;
}

impl Gradient for Tensor {
    #[inline]
    fn share(&mut self) -> Tensor {
        Tensor::share(self)
    }

    #[inline]
    fn into_leaf(self, leaf: &Leaf, used: Option<Tensor>) -> Result<bool> {
        leaf.accumulate(self, used)
    }

    fn into_var(self) -> Var {
        Var::new(self)
    }

    fn from_var(gradient: Var) -> Tensor {
        gradient.value()
    }

    #[inline(always)]
    fn pull<'g>(
        self,
        node: &'g Shared<Node>,
        queue: &mut Queue<'g, Tensor>,
        pass: Pass,
    ) -> Result<()> {
        node.pull(self, queue, pass)
    }
}

impl Gradient for Var {
    fn share(&mut self) -> Var {
        self.clone()
    }

    fn into_leaf(self, leaf: &Leaf, used: Option<Tensor>) -> Result<bool> {
        leaf.accumulate(self.value(), used)
    }

    fn into_var(self) -> Var {
        self
    }

    fn from_var(gradient: Var) -> Var {
        gradient
    }

    fn pull<'g>(
        self,
        node: &'g Shared<Node>,
        queue: &mut Queue<'g, Var>,
        pass: Pass,
    ) -> Result<()> {
        node.pull_recorded(node, self, queue, pass)
    }
}
