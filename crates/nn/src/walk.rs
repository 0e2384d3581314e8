//! The walk over a module and everything below it, and what it collects.
//!
//! Every type of module has methods that do nothing but call these functions. They are not inlined: copies for some
//! seventy types were a seventh of the crate's machine code.

use gradus_autograd::Var;
use gradus_random::Generator;

use crate::error::Result;
use crate::member::Slot;
use crate::state_dict::StateDict;
use crate::{Buffer, Member, Mode, Module};

type Modules<'a> = Vec<(String, &'a dyn Module)>;

/// `encoder` and `weight` make `encoder.weight`; a path may be empty.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[inline(never)]
pub(crate) fn named_children(module: &dyn Module) -> Modules<'_> {
    let mut found = Vec::new();
    module.visit(&mut |name, member| {
        if let Member::Module(child) = member {
            found.push((name.to_owned(), child));
        }
    });
    found
}

#[inline(never)]
pub(crate) fn named_modules(module: &dyn Module) -> Modules<'_> {
    fn collect<'a>(module: &'a dyn Module, path: String, found: &mut Modules<'a>) {
        let children = named_children(module);
        let start = path.clone();
        found.push((path, module));
        for (name, child) in children {
            collect(child, join(&start, &name), found);
        }
    }
    let mut found = Vec::new();
    collect(module, String::new(), &mut found);
    found
}

/// Own parts of every module, parents first, with their paths.
fn own_parts<'a>(module: &'a dyn Module, see: &mut dyn FnMut(String, Member<'a>)) {
    for (path, module) in named_modules(module) {
        module.visit(&mut |name, member| {
            if !matches!(member, Member::Module(_)) {
                see(join(&path, name), member);
            }
        });
    }
}

pub(crate) fn modes(module: &dyn Module, see: &mut dyn FnMut(&Mode)) {
    own_parts(module, &mut |_, member| {
        if let Member::Mode(mode) = member {
            see(mode);
        }
    });
}

/// Every generator that a layer draws from, with the path of the layer.
#[inline(never)]
pub(crate) fn generators(module: &dyn Module) -> Vec<(String, Generator)> {
    let mut found = Vec::new();
    for (path, module) in named_modules(module) {
        module.visit(&mut |_, member| {
            if let Member::Generator(generator) = member {
                found.push((path.clone(), generator.clone()));
            }
        });
    }
    found
}

/// Every parameter, as often as it is reached.
pub(crate) fn each_parameter(module: &dyn Module, see: &mut dyn FnMut(String, &Var)) {
    own_parts(module, &mut |path, member| {
        if let Member::Parameter(parameter) = member {
            see(path, parameter);
        }
    });
}

#[inline(never)]
pub(crate) fn named_parameters(module: &dyn Module) -> Vec<(String, Var)> {
    let mut found: Vec<(String, Var)> = Vec::new();
    each_parameter(module, &mut |path, parameter| {
        if !found.iter().any(|(_, known)| known.same_as(parameter)) {
            found.push((path, parameter.clone()));
        }
    });
    found
}

#[inline(never)]
pub(crate) fn named_buffers(module: &dyn Module) -> Vec<(String, Buffer)> {
    let mut found: Vec<(String, Buffer)> = Vec::new();
    own_parts(module, &mut |path, member| {
        if let Member::Buffer(buffer) = member
            && !found.iter().any(|(_, known)| known.same_as(buffer))
        {
            found.push((path, buffer.clone()));
        }
    });
    found
}

/// What the state dictionary contains, in PyTorch's order: of each module the parameters, then the
/// buffers.
pub(crate) fn state(module: &dyn Module) -> Vec<(String, Slot<'_>)> {
    let mut found = Vec::new();
    for (path, module) in named_modules(module) {
        let mut buffers = Vec::new();
        module.visit(&mut |name, member| match member {
            Member::Parameter(parameter) => {
                found.push((join(&path, name), Slot::Parameter(parameter)))
            }
            Member::Buffer(buffer) if buffer.is_persistent() => {
                buffers.push((join(&path, name), Slot::Buffer(buffer)));
            }
            _ => {}
        });
        found.append(&mut buffers);
    }
    found
}

#[inline(never)]
pub(crate) fn apply(module: &dyn Module, path: &str, f: &mut dyn FnMut(&str, &dyn Module)) {
    for (name, child) in named_children(module) {
        apply(child, &join(path, &name), f);
    }
    f(path, module);
}

/// The things without their names.
fn nameless<T>(named: Vec<(String, T)>) -> Vec<T> {
    named.into_iter().map(|(_, thing)| thing).collect()
}

#[inline(never)]
pub(crate) fn parameters(module: &dyn Module) -> Vec<Var> {
    nameless(named_parameters(module))
}

#[inline(never)]
pub(crate) fn buffers(module: &dyn Module) -> Vec<Buffer> {
    nameless(named_buffers(module))
}

#[inline(never)]
pub(crate) fn children(module: &dyn Module) -> Vec<&dyn Module> {
    nameless(named_children(module))
}

#[inline(never)]
pub(crate) fn modules(module: &dyn Module) -> Vec<&dyn Module> {
    nameless(named_modules(module))
}

#[inline(never)]
pub(crate) fn num_parameters(module: &dyn Module) -> usize {
    let parameters = named_parameters(module);
    parameters
        .iter()
        .map(|(_, parameter)| parameter.numel())
        .sum()
}

#[inline(never)]
pub(crate) fn state_dict(module: &dyn Module) -> StateDict {
    let parts = state(module).into_iter();
    parts.map(|(name, slot)| (name, slot.value())).collect()
}

#[inline(never)]
pub(crate) fn set_training(module: &dyn Module, training: bool) {
    modes(module, &mut |mode| mode.set_training(training));
}

/// The first mode of the walk.
#[inline(never)]
pub(crate) fn is_training(module: &dyn Module) -> bool {
    let mut first = None;
    modes(module, &mut |mode| {
        first = first.or(Some(mode.is_training()))
    });
    first.unwrap_or(true)
}

#[inline(never)]
pub(crate) fn zero_grad(module: &dyn Module) {
    each_parameter(module, &mut |_, parameter| parameter.zero_grad());
}

#[inline(never)]
pub(crate) fn requires_grad(module: &dyn Module, requires_grad: bool) -> Result<()> {
    for (_, parameter) in named_parameters(module) {
        parameter.set_requires_grad(requires_grad)?;
    }
    Ok(())
}
