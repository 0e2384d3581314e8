//! The named modules that a container holds, in order.

use crate::error::{Error, Result};
use crate::{Member, MemberMut, Module};

#[derive(Default)]
pub(crate) struct Children(Vec<(String, Box<dyn Module>)>);

impl Children {
    /// Appends under the next index.
    ///
    /// # Panics
    /// If a module was given that very number as its name.
    pub(crate) fn push(&mut self, module: Box<dyn Module>) {
        let name = self.0.len().to_string();
        assert!(
            self.get(&name).is_none(),
            "the index {name} was given away as a name by add_module"
        );
        self.0.push((name, module));
    }

    pub(crate) fn add(
        &mut self,
        container: &'static str,
        name: &str,
        module: Box<dyn Module>,
    ) -> Result<()> {
        let refuse = |why: &str| {
            Err(Error::invalid(
                container,
                format!("`{name}` cannot name a module: {why}"),
            ))
        };
        if name.is_empty() || name.contains('.') {
            return refuse("a name is not empty and has no dot");
        }
        if self.get(name).is_some() {
            return refuse("there is one of that name already");
        }
        self.0.push((name.to_owned(), module));
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&dyn Module> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, module)| &**module)
    }

    pub(crate) fn at(&self, index: usize) -> Option<&dyn Module> {
        self.0.get(index).map(|(_, module)| &**module)
    }

    /// Puts another module where one of this name was; that one comes back.
    pub(crate) fn replace(
        &mut self,
        container: &'static str,
        name: &str,
        module: Box<dyn Module>,
    ) -> Result<Box<dyn Module>> {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, place)) => Ok(std::mem::replace(place, module)),
            None => {
                let names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
                let message = format!("there is no `{name}` to replace, only {names:?}");
                Err(Error::invalid(container, message))
            }
        }
    }

    /// Copies that share parameters and buffers with these.
    pub(crate) fn shallow_copy(&self) -> Option<Children> {
        let copy = |(name, module): &(String, Box<dyn Module>)| {
            Some((name.clone(), module.shallow_copy()?))
        };
        self.0.iter().map(copy).collect::<Option<_>>().map(Children)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&str, &dyn Module)> + ExactSizeIterator {
        self.0
            .iter()
            .map(|(name, module)| (name.as_str(), &**module))
    }

    pub(crate) fn visit<'a>(&'a self, see: &mut dyn FnMut(&str, Member<'a>)) {
        for (name, module) in &self.0 {
            see(name, Member::Module(module.as_ref().unboxed()));
        }
    }

    pub(crate) fn visit_mut(&mut self, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
        for (name, module) in &mut self.0 {
            see(name, MemberMut::Module(module.as_mut()));
        }
    }
}
