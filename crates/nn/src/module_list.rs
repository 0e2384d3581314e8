//! Modules in a list, without a forward pass of their own.

use std::fmt;

use gradus_autograd::Var;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::lists::MODULE_LIST;
use crate::{AsModule, Member, MemberMut, Mode, Module};

/// Modules of any types in order, to be called by the model that holds them; named by index. For
/// modules of one type a `Vec` does the same.
///
/// ```
/// use gradus_nn::{Linear, Module, ModuleList, Tanh};
/// use gradus_random::Generator;
///
/// let rng = Generator::new(0);
/// let list = ModuleList::new().with(Linear::new(2, 3, &rng)).with(Tanh::new());
/// assert_eq!(list.state_dict().keys().collect::<Vec<_>>(), ["0.weight", "0.bias"]);
/// ```
#[derive(Default)]
pub struct ModuleList {
    modules: Children,
    mode: Mode,
}

impl ModuleList {
    /// No modules.
    #[must_use]
    pub fn new() -> ModuleList {
        ModuleList::default()
    }

    /// This list with another module at the end.
    #[must_use]
    pub fn with(mut self, module: impl Module) -> ModuleList {
        self.push(module);
        self
    }

    /// Appends a module.
    pub fn push(&mut self, module: impl Module) -> &mut ModuleList {
        self.modules.push(Box::new(module));
        self
    }

    /// Number of modules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The module at a position.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&dyn Module> {
        self.modules.at(index)
    }

    /// The modules in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &dyn Module> + ExactSizeIterator {
        self.modules.iter().map(|(_, module)| module)
    }
}

impl Module for ModuleList {
    fn forward(&self, _input: &Var) -> Result<Var> {
        Err(Error::no_forward(MODULE_LIST))
    }

    fn visit<'a>(&'a self, see: &mut dyn FnMut(&str, Member<'a>)) {
        see("mode", Member::Mode(&self.mode));
        self.modules.visit(see);
    }

    fn visit_mut(&mut self, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        see("mode", MemberMut::Mode(&mut self.mode));
        self.modules.visit_mut(see);
    }

    fn type_name(&self) -> &'static str {
        MODULE_LIST
    }

    fn shallow_copy(&self) -> Option<ModuleList> {
        Some(ModuleList {
            modules: self.modules.shallow_copy()?,
            mode: self.mode.clone(),
        })
    }
}

impl FromIterator<Box<dyn Module>> for ModuleList {
    fn from_iter<I: IntoIterator<Item = Box<dyn Module>>>(modules: I) -> ModuleList {
        let mut list = ModuleList::new();
        for module in modules {
            list.modules.push(module);
        }
        list
    }
}

impl fmt::Display for ModuleList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_module(), f)
    }
}

impl fmt::Debug for ModuleList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Relu;
    use gradus_tensor::tensor;

    #[test]
    fn a_list_is_walked_and_not_run() {
        let list = ModuleList::new().with(Relu::new()).with(Relu::new());
        assert_eq!(
            list.iter().map(Module::type_name).collect::<Vec<_>>(),
            ["ReLU", "ReLU"]
        );
        assert_eq!(list.to_string(), "ModuleList(\n  (0-1): 2 x ReLU()\n)");
        let error = list.forward(&tensor![1.0].into()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("ModuleList: it has no forward of one input")
        );
        assert!(list.get(2).is_none() && list.len() == 2);
    }
}
