//! `Vec`s and arrays of modules and of parameters: PyTorch's `ModuleList` and `ParameterList`, when a
//! struct has them as fields.

use gradus_autograd::Var;

use crate::error::{Error, Result};
use crate::repr::Repr;
use crate::{Member, MemberMut, Module};

pub(crate) const MODULE_LIST: &str = "ModuleList";
const PARAMETER_LIST: &str = "ParameterList";

/// The two kinds of list: what holds them, how many generic parameters that has, and how a copy is put
/// together from the copies of its items.
macro_rules! lists {
    ($([$($generics:tt)*] $List:ty, $collect:expr;)*) => {$(
        /// A list of modules is itself a module without `forward`, printed as PyTorch's `ModuleList`.
        impl<M: Module $($generics)*> Module for $List {
            fn forward(&self, _input: &Var) -> Result<Var> {
                Err(Error::no_forward(MODULE_LIST))
            }

            fn visit<'a>(&'a self, see: &mut dyn FnMut(&str, Member<'a>)) {
                for (i, module) in self.iter().enumerate() {
                    see(&i.to_string(), Member::Module(module.as_module().unboxed()));
                }
            }

            fn visit_mut(&mut self, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
                for (i, module) in self.iter_mut().enumerate() {
                    see(&i.to_string(), MemberMut::Module(module));
                }
            }

            fn type_name(&self) -> &'static str {
                MODULE_LIST
            }

            fn shallow_copy(&self) -> Option<Self> {
                let copies: Option<Vec<M>> = self.iter().map(Module::shallow_copy).collect();
                copies.and_then($collect)
            }
        }
    )*};
}
lists! {
    [] Vec<M>, Some;
    [, const N: usize] [M; N], |copies: Vec<M>| copies.try_into().ok();
}

/// As with modules: `ParameterList`.
macro_rules! parameter_lists {
    ($([$($generics:tt)*] $List:ty;)*) => {$(
        /// A list of parameters is itself a module without `forward`, printed as PyTorch's
        /// `ParameterList`.
        impl $($generics)* Module for $List {
            fn forward(&self, _input: &Var) -> Result<Var> {
                Err(Error::no_forward(PARAMETER_LIST))
            }

            fn visit<'a>(&'a self, see: &mut dyn FnMut(&str, Member<'a>)) {
                for (i, parameter) in self.iter().enumerate() {
                    see(&i.to_string(), Member::Parameter(parameter));
                }
            }

            fn visit_mut(&mut self, see: &mut dyn FnMut(&str, MemberMut<'_>)) {
                for (i, parameter) in self.iter_mut().enumerate() {
                    see(&i.to_string(), MemberMut::Parameter(parameter));
                }
            }

            fn type_name(&self) -> &'static str {
                PARAMETER_LIST
            }

            fn extra_repr(&self) -> String {
                let line = |(i, parameter): (usize, &Var)| {
                    let sizes: Vec<String> = parameter.shape().iter().map(Repr::repr).collect();
                    let (dtype, sizes) = (parameter.dtype().repr(), sizes.join("x"));
                    format!("  ({i}): Parameter containing: [{dtype} of size {sizes}]")
                };
                let lines: Vec<String> = self.iter().enumerate().map(line).collect();
                lines.join("\n")
            }

            fn shallow_copy(&self) -> Option<Self> {
                Some(self.clone())
            }
        }
    )*};
}
parameter_lists! {
    [] Vec<Var>;
    [<const N: usize>] [Var; N];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linear, Relu};
    use gradus_random::Generator;
    use gradus_tensor::tensor;

    #[test]
    fn lists_are_walked_and_not_run() {
        let rng = Generator::new(0);
        let layers = vec![Linear::new(1, 1, &rng), Linear::new(1, 1, &rng)];
        assert_eq!(
            layers.state_dict().keys().collect::<Vec<_>>(),
            ["0.weight", "0.bias", "1.weight", "1.bias"]
        );
        let error = layers.forward(&tensor![[1.0]].into()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("ModuleList: it has no forward of one input")
        );
        let nested = [vec![Relu::new()], vec![]];
        let modules: Vec<String> = nested.named_modules().into_iter().map(|m| m.0).collect();
        assert_eq!(modules, ["", "0", "0.0", "1"]);
    }

    #[test]
    fn copies_share_nothing() {
        let gates = [
            Var::leaf(tensor![1.0]).unwrap(),
            Var::leaf(tensor![2.0]).unwrap(),
        ];
        let copy = gates.deep_copy().unwrap();
        assert!(!copy[1].same_as(&gates[1]));
        assert_eq!(copy[1].item::<f32>().unwrap(), 2.0);
        let boxed: Vec<Box<dyn Module>> = vec![Box::new(Relu::new())];
        assert_eq!(boxed.deep_copy().unwrap().len(), 1);
    }
}
