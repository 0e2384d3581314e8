//! Printing a model: its layers nested, as PyTorch prints them.

use std::fmt;

use crate::lists::MODULE_LIST;
use crate::{Module, walk};

/// `Sequential(` .. `)` with one line per child, and what the module says about itself.
impl fmt::Display for dyn Module {
    // The `Display` of every type of module calls this.
    #[inline(never)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&nested(self))
    }
}

impl fmt::Debug for dyn Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn nested(module: &dyn Module) -> String {
    let (name, extra) = (module.type_name(), module.extra_repr());
    let children = walk::named_children(module)
        .into_iter()
        .map(|(name, child)| (name, nested(child)));
    let children: Vec<String> = if name == MODULE_LIST {
        runs(children)
    } else {
        children
            .map(|(name, child)| indent(&format!("({name}): {child}")))
            .collect()
    };
    if children.is_empty() && !extra.contains('\n') {
        return format!("{name}({extra})");
    }
    let extra = extra.split('\n').filter(|_| !extra.is_empty());
    let lines: Vec<&str> = extra.chain(children.iter().map(String::as_str)).collect();
    format!("{name}(\n  {}\n)", lines.join("\n  "))
}

/// Neighbours in a list that print alike share a line: `(0-2): 3 x ReLU()`.
fn runs(children: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut runs: Vec<(String, usize, usize)> = Vec::new();
    for (index, (_, child)) in children.enumerate() {
        match runs.last_mut() {
            Some((known, _, last)) if *known == child => *last = index,
            _ => runs.push((child, index, index)),
        }
    }
    let line = |(child, first, last): (String, usize, usize)| {
        indent(&if first == last {
            format!("({first}): {child}")
        } else {
            format!("({first}-{last}): {} x {child}", last - first + 1)
        })
    };
    runs.into_iter().map(line).collect()
}

/// Every line but the first two columns further right.
fn indent(text: &str) -> String {
    text.replace('\n', "\n  ")
}

#[cfg(test)]
mod tests {
    use crate::{Linear, Module, ModuleDict, ModuleList, Relu, Sequential, Tanh};
    use gradus_autograd::Var;
    use gradus_random::Generator;
    use gradus_tensor::{DType, Tensor};

    /// What PyTorch 2.15.0 prints for the same modules.
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
            "\
Sequential(
  (0): Sequential(
    (0): Linear(in_features=2, out_features=3, bias=True)
    (1): ReLU()
  )
  (linear): Linear(in_features=3, out_features=1, bias=True)
)"
        );
        assert_eq!(Sequential::new().to_string(), "Sequential()");
        let boxed: Box<dyn Module> = Box::new(Relu::new());
        assert_eq!(format!("{boxed} {boxed:?}"), "ReLU() ReLU()");
    }

    #[derive(Module)]
    #[module(no_forward)]
    struct Block {
        layers: ModuleList,
        w: Var,
        plist: Vec<Var>,
        single: [Var; 1],
        d: ModuleDict,
        none: Option<Linear>,
        empty: Sequential,
        blocks: Vec<Sequential>,
        no_blocks: Vec<Linear>,
    }

    #[test]
    fn lists_share_lines_and_parameters_of_lists_are_shown() {
        let rng = Generator::new(0);
        let leaf = |shape: &[usize]| Var::leaf(Tensor::zeros(shape, DType::F32).unwrap()).unwrap();
        let mut d = ModuleDict::new();
        d.insert("x", Linear::new(1, 1, &rng)).unwrap();
        d.insert("y", Tanh::new()).unwrap();
        let block = || {
            Sequential::new()
                .with(Linear::new(1, 1, &rng))
                .with(Relu::new())
        };
        let model = Block {
            layers: ModuleList::new()
                .with(Linear::new(2, 2, &rng))
                .with(Relu::new())
                .with(Relu::new())
                .with(Relu::new())
                .with(Linear::new(2, 2, &rng))
                .with(Linear::new(2, 2, &rng)),
            w: leaf(&[2]),
            plist: vec![leaf(&[2]), leaf(&[2, 3])],
            single: [leaf(&[])],
            d,
            none: None,
            empty: Sequential::new(),
            blocks: vec![block(), block(), block()],
            no_blocks: Vec::new(),
        };
        assert_eq!(
            model.to_string(),
            "\
Block(
  (layers): ModuleList(
    (0): Linear(in_features=2, out_features=2, bias=True)
    (1-3): 3 x ReLU()
    (4-5): 2 x Linear(in_features=2, out_features=2, bias=True)
  )
  (plist): ParameterList(
      (0): Parameter containing: [torch.float32 of size 2]
      (1): Parameter containing: [torch.float32 of size 2x3]
  )
  (single): ParameterList(  (0): Parameter containing: [torch.float32 of size ])
  (d): ModuleDict(
    (x): Linear(in_features=1, out_features=1, bias=True)
    (y): Tanh()
  )
  (empty): Sequential()
  (blocks): ModuleList(
    (0-2): 3 x Sequential(
      (0): Linear(in_features=1, out_features=1, bias=True)
      (1): ReLU()
    )
  )
  (no_blocks): ModuleList()
)"
        );
    }

    #[derive(Module)]
    #[module(no_forward, extra_repr)]
    struct Extra {
        lines: usize,
        layers: Option<Linear>,
    }

    impl Extra {
        fn extra_repr(&self) -> String {
            let lines = ["a=1", "b=2"];
            lines[..self.lines].join("\n")
        }
    }

    #[test]
    fn what_a_module_says_about_itself_stands_before_its_children() {
        let rng = Generator::new(0);
        let extra = |lines, linear: bool| Extra {
            lines,
            layers: linear.then(|| Linear::new(1, 1, &rng)),
        };
        let printed = |lines, linear| extra(lines, linear).to_string();
        assert_eq!(printed(0, false), "Extra()");
        assert_eq!(printed(1, false), "Extra(a=1)");
        assert_eq!(printed(2, false), "Extra(\n  a=1\n  b=2\n)");
        assert_eq!(
            printed(1, true),
            "Extra(\n  a=1\n  (layers): Linear(in_features=1, out_features=1, bias=True)\n)"
        );
        assert_eq!(
            Sequential::new().with(extra(2, true)).to_string(),
            "\
Sequential(
  (0): Extra(
    a=1
    b=2
    (layers): Linear(in_features=1, out_features=1, bias=True)
  )
)"
        );
    }
}
