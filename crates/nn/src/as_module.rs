//! Modules whose type is forgotten: `dyn Module` and boxes of it.

use std::any::Any;

use gradus_autograd::Var;

use crate::error::Result;
use crate::{Member, MemberMut, Module};

/// Every module seen as a `dyn Module`; implemented for all of them.
pub trait AsModule {
    /// This module, its type forgotten.
    fn as_module(&self) -> &(dyn Module + 'static);

    /// This module, its type forgotten.
    fn as_module_mut(&mut self) -> &mut (dyn Module + 'static);

    /// [`Module::shallow_copy`], in a box.
    fn boxed_copy(&self) -> Option<Box<dyn Module>>;
}

impl<M: Module> AsModule for M {
    fn as_module(&self) -> &(dyn Module + 'static) {
        self
    }

    fn as_module_mut(&mut self) -> &mut (dyn Module + 'static) {
        self
    }

    fn boxed_copy(&self) -> Option<Box<dyn Module>> {
        Some(Box::new(self.shallow_copy()?))
    }
}

/// A boxed module is the module.
impl Module for Box<dyn Module> {
    #[inline]
    fn forward(&self, input: &Var) -> Result<Var> {
        (**self).forward(input)
    }

    fn visit<'a>(&'a self, see: &mut dyn FnMut(&str, Member<'a>)) {
        (**self).visit(see);
    }

    fn visit_mut(&mut self, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        (**self).visit_mut(see);
    }

    fn type_name(&self) -> &'static str {
        (**self).type_name()
    }

    fn extra_repr(&self) -> String {
        (**self).extra_repr()
    }

    fn shallow_copy(&self) -> Option<Self> {
        (**self).boxed_copy()
    }
}

impl dyn Module {
    /// This module as its own type, if it is of type `M`.
    #[must_use]
    pub fn downcast_ref<M: Module>(&self) -> Option<&M> {
        let this: &dyn Any = self.unboxed();
        this.downcast_ref()
    }

    /// The module itself where a box of one was reached.
    pub(crate) fn unboxed(&self) -> &(dyn Module + 'static) {
        let this: &dyn Any = self;
        match this.downcast_ref::<Box<dyn Module>>() {
            Some(boxed) => (**boxed).unboxed(),
            None => self.as_module(),
        }
    }
}
