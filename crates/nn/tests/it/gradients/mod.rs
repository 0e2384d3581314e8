//! Gradients of every layer and every loss against central differences, first and second order, in double
//! precision, on sizes and values drawn by proptest.
//!
//! The tables are complete: a layer or loss that the crate exports and no table names fails a test here.

mod layers;
mod losses;

use std::cell::RefCell;
use std::collections::BTreeSet;

use gradus_autograd::{Var, gradcheck, gradgradcheck};
use gradus_nn::{MemberMut, Module, Reduction, Result};
use gradus_random::Generator;
use gradus_tensor::testkit::values;
use gradus_tensor::{DType, Tensor};
use proptest::prelude::*;

/// Few cases: each is checked element by element.
fn few() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(12)
    }
}

/// What a line of a table draws from.
#[derive(Clone, Copy, Debug)]
struct Draw {
    batch: usize,
    seed: u64,
    reduction: Reduction,
}

/// What is checked, and how, on numbers drawn anew each time.
type Table = &'static [(&'static str, fn(Draw))];

impl Draw {
    /// Between −1 and 1.
    fn numbers(&self, shape: &[usize]) -> Tensor {
        values(shape, -1.0, 1.0, self.seed)
    }

    /// Rows of four numbers around −3, −1, 1 and 3. Rows of nearly equal or small numbers are scaled up so much
    /// by a normalisation that differences say nothing of its derivatives.
    fn spread(&self, shape: &[usize]) -> Tensor {
        let centers = Tensor::from_vec(vec![-3.0, -1.0, 1.0, 3.0], [4]).unwrap();
        self.numbers(shape).add(&centers).unwrap()
    }

    /// Between `low` and `high`, other numbers for each `stream`.
    fn between(&self, shape: &[usize], low: f64, high: f64, stream: u64) -> Tensor {
        values(shape, low, high, self.seed + 1000 * stream)
    }

    /// ±`low` to ±`high`, away from kinks at zero and beyond.
    fn signed(&self, shape: &[usize], low: f64, high: f64, stream: u64) -> Tensor {
        let sizes = self.between(shape, low, high, stream);
        let signs = self.between(shape, -1.0, 1.0, stream + 1).sign().unwrap();
        sizes.mul(&signs).unwrap()
    }

    /// Class numbers below `classes`.
    fn classes(&self, count: usize, classes: i64) -> Tensor {
        Generator::new(self.seed)
            .randint(0, classes, count)
            .unwrap()
            .into_iter()
            .collect()
    }

    fn rng(&self) -> Generator {
        Generator::new(self.seed)
    }
}

fn draws() -> impl Strategy<Value = Draw> {
    let reductions = [Reduction::None, Reduction::Mean, Reduction::Sum];
    (
        1..3usize,
        0..1000u64,
        prop::sample::select(reductions.to_vec()),
    )
        .prop_map(|(batch, seed, reduction)| Draw {
            batch,
            seed,
            reduction,
        })
}

/// Both orders, at these inputs.
fn check(name: &str, f: &dyn Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) {
    let f = |vars: &[Var]| {
        f(vars).map_err(|error| gradus_tensor::Error::custom("nn", error.to_string()).into())
    };
    let first = gradcheck(f, inputs);
    assert!(first.is_ok(), "{name}: {}", first.unwrap_err());
    let second = gradgradcheck(f, inputs);
    assert!(
        second.is_ok(),
        "{name}, second order: {}",
        second.unwrap_err()
    );
}

/// Both orders, of inputs and parameters; what the layer draws is drawn alike in each call.
fn check_layer<M: Module>(mut layer: M, inputs: &[Tensor], forward: fn(&M, &[Var]) -> Result<Var>) {
    layer.to_dtype(DType::F64).unwrap();
    let (name, generators) = (layer.type_name(), layer.generators());
    let mut tensors = inputs.to_vec();
    tensors.extend(layer.parameters().iter().map(Var::value));
    let layer = RefCell::new(layer);
    let run = |vars: &[Var]| {
        generators.iter().for_each(|(_, rng)| rng.manual_seed(5));
        let (inputs, parameters) = vars.split_at(inputs.len());
        replace(&mut *layer.borrow_mut(), &mut parameters.iter());
        forward(&layer.borrow(), inputs)
    };
    check(name, &run, &tensors);
}

/// Puts variables in the places of a module's parameters, in the order of `parameters`.
fn replace(module: &mut dyn Module, with: &mut std::slice::Iter<'_, Var>) {
    module.visit_mut(&mut |_, member| {
        if let MemberMut::Parameter(parameter) = member {
            *parameter = with
                .next()
                .expect("as many as there are parameters")
                .clone();
        }
    });
    module.visit_mut(&mut |_, member| {
        if let MemberMut::Module(child) = member {
            replace(child, with);
        }
    });
}

/// Names that the crate exports and that are neither layers nor losses.
const OTHERS: &[&str] = &[
    "AsModule",
    "Attend",
    "Buffer",
    "ConvPadding",
    "Entry",
    "Error",
    "ErrorKind",
    "FeedForwardActivation",
    "Field",
    "Loaded",
    "Loss",
    "Member",
    "MemberMut",
    "Mode",
    "Module",
    "ModuleDict",
    "ModuleList",
    "ModuleThroughGradus",
    "PaddingMode",
    "Reduction",
    "Result",
    "RnnNonlinearity",
    "Sequential",
    "StateDict",
    "StateDictMismatch",
    "Strictness",
    "Summary",
    "SummaryRow",
    "Target",
    "Var",
];

#[test]
fn no_layer_and_no_loss_is_left_out() {
    let source = include_str!("../../../src/lib.rs");
    let mut exported = BTreeSet::new();
    for statement in source.split(";\n").filter_map(|s| s.split_once("pub use ")) {
        let words = statement
            .1
            .split(|c: char| !c.is_alphanumeric() && c != '_');
        let types = words.filter(|w| w.starts_with(|c: char| c.is_uppercase()));
        exported.extend(types.filter(|w| !w.ends_with("Options") && !OTHERS.contains(w)));
    }
    assert!(exported.len() > 80, "{} names", exported.len());
    let checked = layers::TABLE.iter().map(|(name, _)| *name);
    let checked: BTreeSet<&str> = checked
        .chain(losses::TABLE.iter().map(|(name, _)| *name))
        .collect();
    let missing: Vec<_> = exported.difference(&checked).collect();
    assert!(missing.is_empty(), "without a gradient check: {missing:?}");
    let unknown: Vec<_> = checked.difference(&exported).collect();
    assert!(unknown.is_empty(), "not exported: {unknown:?}");
}

#[test]
fn a_wrong_rule_would_be_caught() {
    let cheat = |v: &[Var]| Ok(v[0].square()?.add(&v[0].detach())?);
    assert!(gradcheck(cheat, &[values(&[3], 0.1, 0.9, 1)]).is_err());
}
