//! Modules by name, without a forward pass of their own.

use std::fmt;

use gradus_autograd::Var;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::{AsModule, Member, MemberMut, Mode, Module};

/// Modules of any types by name, in the order of insertion, to be called by the model that holds them.
///
/// ```
/// use gradus_nn::{Linear, Module, ModuleDict};
/// use gradus_random::Generator;
///
/// let rng = Generator::new(0);
/// let mut heads = ModuleDict::new();
/// heads.insert("price", Linear::new(8, 1, &rng))?;
/// heads.insert("colour", Linear::new(8, 3, &rng))?;
/// assert_eq!(heads.state_dict().keys().next(), Some("price.weight"));
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Default)]
pub struct ModuleDict {
    modules: Children,
    mode: Mode,
}

impl ModuleDict {
    /// No modules.
    #[must_use]
    pub fn new() -> ModuleDict {
        ModuleDict::default()
    }

    /// Adds a module at the end.
    ///
    /// # Errors
    /// A name that is empty, has a dot, or is taken.
    pub fn insert(&mut self, name: &str, module: impl Module) -> Result<&mut ModuleDict> {
        self.modules.add("ModuleDict", name, Box::new(module))?;
        Ok(self)
    }

    /// Puts another module where the one of this name was, which comes back.
    ///
    /// # Errors
    /// No module of that name.
    pub fn replace(&mut self, name: &str, module: impl Module) -> Result<Box<dyn Module>> {
        self.modules.replace("ModuleDict", name, Box::new(module))
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

    /// The module of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&dyn Module> {
        self.modules.get(name)
    }

    /// Names and modules in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &dyn Module)> + ExactSizeIterator {
        self.modules.iter()
    }
}

impl Module for ModuleDict {
    fn forward(&self, _input: &Var) -> Result<Var> {
        Err(Error::no_forward("ModuleDict"))
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
        "ModuleDict"
    }

    fn shallow_copy(&self) -> Option<ModuleDict> {
        Some(ModuleDict {
            modules: self.modules.shallow_copy()?,
            mode: self.mode.clone(),
        })
    }
}

impl fmt::Display for ModuleDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_module(), f)
    }
}

impl fmt::Debug for ModuleDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Relu;

    #[test]
    fn names_are_unique_and_ordered() {
        let mut dict = ModuleDict::new();
        dict.insert("z", Relu::new())
            .unwrap()
            .insert("a", Relu::new())
            .unwrap();
        let error = dict.insert("z", Relu::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ModuleDict: `z` cannot name a module: there is one of that name already"
        );
        assert_eq!(
            dict.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["z", "a"]
        );
        assert!(dict.replace("b", Relu::new()).is_err() && dict.replace("a", Relu::new()).is_ok());
        assert!(dict.get("a").is_some() && dict.get("b").is_none() && dict.len() == 2);
    }
}
