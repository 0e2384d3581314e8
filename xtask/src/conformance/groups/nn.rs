//! Modules with given parameters: outputs, and gradients of inputs and parameters.

use gradus_autograd::Var;
use gradus_nn::{
    Dropout, Flatten, Linear, LinearOptions, Module, Relu, Sigmoid, StateDict, Strictness, Tanh,
};
use gradus_random::Generator;

use super::differentiate::{Outcome, gradients, inputs};
use super::{Table, layers};
use crate::conformance::case::{Answer, Given, Stop};

pub(super) const TABLE: Table = &[
    ("Linear", |g| {
        let args = &g.args;
        let options = LinearOptions {
            bias: args.bool("bias")?,
            ..LinearOptions::default()
        };
        let (inputs, outputs) = (args.usize("in_features")?, args.usize("out_features")?);
        module(
            g,
            Linear::with_options(inputs, outputs, options, &Generator::new(0))?,
        )
    }),
    ("Flatten", |g| {
        let dim = |key| Ok::<_, Stop>(g.args.i64(key)? as isize);
        module(g, Flatten::dims(dim("start_dim")?, dim("end_dim")?))
    }),
    ("Sigmoid", |g| module(g, Sigmoid::new())),
    ("Tanh", |g| module(g, Tanh::new())),
    ("ReLU", |g| module(g, Relu::new())),
    ("Sequential", |g| {
        boxed(
            g,
            layers::model(&g.args.strings("layers")?, &Generator::new(0))?,
        )
    }),
    ("Dropout", |g| {
        let rng = Generator::new(g.args.u64_opt("seed")?.unwrap_or(0));
        module(g, Dropout::new(g.args.f64("p")?, &rng)?)
    }),
];

fn module(given: &Given, module: impl Module) -> Outcome<Answer> {
    boxed(given, Box::new(module))
}

/// Runs the module on the first input, with the inputs after it as its parameters.
fn boxed(given: &Given, mut module: Box<dyn Module>) -> Outcome<Answer> {
    let mut inputs = inputs(given)?;
    if inputs[0].dtype().is_float() {
        module.to_dtype(inputs[0].dtype())?;
    }
    let names = given.input_names.iter().skip(1);
    let parameters: StateDict = names
        .cloned()
        .zip(inputs.iter().skip(1).map(Var::value))
        .collect();
    module.load_state_dict(&parameters, Strictness::Strict)?;
    module.set_training(given.args.bool("training")?);
    let output = module.forward(&inputs[0])?;
    // The module's own leaves have the gradients.
    let own = module.named_parameters();
    for (input, name) in inputs.iter_mut().zip(&given.input_names).skip(1) {
        let (_, parameter) = own
            .iter()
            .find(|(other, _)| other == name)
            .ok_or_else(|| Stop::wrong(format!("the module has no parameter `{name}`")))?;
        *input = parameter.clone();
    }
    gradients(given, &inputs, &[output])
}
