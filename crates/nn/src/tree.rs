//! Printing a model: its layers nested, as PyTorch prints them.

use std::fmt;

use crate::{Module, walk};

/// `Sequential(` .. `)` with one line per child, and what the module says about itself.
impl fmt::Display for dyn Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        nested(self, 0, f)
    }
}

impl fmt::Debug for dyn Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn nested(module: &dyn Module, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}({}", module.type_name(), module.extra_repr())?;
    let children = walk::children(module);
    if !children.is_empty() {
        f.write_str("\n")?;
        for (name, child) in children {
            write!(f, "{:width$}({name}): ", "", width = 2 * (depth + 1))?;
            nested(child, depth + 1, f)?;
            f.write_str("\n")?;
        }
        write!(f, "{:width$}", "", width = 2 * depth)?;
    }
    f.write_str(")")
}

#[cfg(test)]
mod tests {
    use crate::{Linear, Module, Relu, Sequential};
    use gradus_random::Generator;

    #[test]
    fn models_print_as_in_pytorch() {
        let rng = Generator::new(0);
        let inner = Sequential::new()
            .with(Linear::new(2, 3, &rng))
            .with(Relu::new());
        let mut model = Sequential::new().with(inner);
        model.add_module("linear", Linear::new(3, 1, &rng)).unwrap();
        assert_eq!(
            model.to_string(),
            "Sequential(\n  (0): Sequential(\n    (0): Linear(in_features=2, out_features=3, bias=True)\n    \
             (1): ReLU()\n  )\n  (linear): Linear(in_features=3, out_features=1, bias=True)\n)"
        );
        assert_eq!(Sequential::new().to_string(), "Sequential()");
        let boxed: Box<dyn Module> = Box::new(Relu::new());
        assert_eq!(format!("{boxed} {boxed:?}"), "ReLU() ReLU()");
    }
}
