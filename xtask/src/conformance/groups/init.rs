//! Initial parameters right after seeding, and the generator's next numbers.

use gradus_autograd::Var;
use gradus_nn::init::{self, FanMode, Nonlinearity};
use gradus_nn::{
    BatchNorm2d, Conv1d, Conv1dOptions, Conv2d, Conv2dOptions, Embedding, EmbeddingOptions, Gru,
    Linear, LinearOptions, Lstm, Module, MultiheadAttention, RecurrentOptions, Rnn,
};
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use super::differentiate::{Outcome, arrays};
use super::{Table, layers, spatial};
use crate::conformance::args::Args;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::Array;

pub(super) const TABLE: Table = &[
    ("Linear", linear),
    ("Conv1d", |given| {
        let args = &given.args;
        let options = Conv1dOptions {
            groups: args.usize("groups")?,
            bias: args.bool("bias")?,
            ..Conv1dOptions::default()
        };
        let (inputs, outputs) = (args.usize("in_channels")?, args.usize("out_channels")?);
        let (kernel, rng): ([usize; 1], _) =
            (spatial::per_dim(args, "kernel_size", [0])?, rng(given)?);
        state(
            &Conv1d::with_options(inputs, outputs, kernel, options, &rng)?,
            &rng,
        )
    }),
    ("Conv2d", |given| {
        let args = &given.args;
        let options = Conv2dOptions {
            groups: args.usize("groups")?,
            bias: args.bool("bias")?,
            ..Conv2dOptions::default()
        };
        let (inputs, outputs) = (args.usize("in_channels")?, args.usize("out_channels")?);
        let (kernel, rng): ([usize; 2], _) =
            (spatial::per_dim(args, "kernel_size", [0; 2])?, rng(given)?);
        state(
            &Conv2d::with_options(inputs, outputs, kernel, options, &rng)?,
            &rng,
        )
    }),
    ("Embedding", |given| {
        let args = &given.args;
        let options = EmbeddingOptions {
            padding_idx: args.dim_opt("padding_idx")?,
            ..EmbeddingOptions::default()
        };
        let (words, width) = (args.usize("num_embeddings")?, args.usize("embedding_dim")?);
        let rng = rng(given)?;
        state(&Embedding::with_options(words, width, options, &rng)?, &rng)
    }),
    ("MultiheadAttention", |given| {
        let (embed, heads) = (
            given.args.usize("embed_dim")?,
            given.args.usize("num_heads")?,
        );
        let rng = rng(given)?;
        state(&MultiheadAttention::new(embed, heads, &rng)?, &rng)
    }),
    ("RNN", |given| recurrent(given, Rnn::with_options)),
    ("LSTM", |given| recurrent(given, Lstm::with_options)),
    ("GRU", |given| recurrent(given, Gru::with_options)),
    ("BatchNorm2d", |given| {
        let rng = rng(given)?;
        state(&BatchNorm2d::new(given.args.usize("num_features")?)?, &rng)
    }),
    ("Sequential", |given| {
        let rng = rng(given)?;
        state(
            layers::model(&given.args.strings("layers")?, &rng)?.as_ref(),
            &rng,
        )
    }),
    ("init.uniform_", |g| {
        let (a, b) = (g.args.f64("a")?, g.args.f64("b")?);
        filled(g, |p, rng| init::uniform_(p, a, b, rng))
    }),
    ("init.normal_", |g| {
        let (mean, std) = (g.args.f64("mean")?, g.args.f64("std")?);
        filled(g, |p, rng| init::normal_(p, mean, std, rng))
    }),
    ("init.constant_", |g| {
        let value = g.args.f64("val")?;
        filled(g, |p, _| init::constant_(p, value))
    }),
    ("init.zeros_", |g| filled(g, |p, _| init::zeros_(p))),
    ("init.ones_", |g| filled(g, |p, _| init::ones_(p))),
    ("init.xavier_uniform_", |g| {
        let gain = g.args.f64("gain")?;
        filled(g, |p, rng| init::xavier_uniform_(p, gain, rng))
    }),
    ("init.xavier_normal_", |g| {
        let gain = g.args.f64("gain")?;
        filled(g, |p, rng| init::xavier_normal_(p, gain, rng))
    }),
    ("init.kaiming_uniform_", |g| {
        let (mode, nonlinearity) = (fan_mode(&g.args)?, nonlinearity(&g.args, "a")?);
        filled(g, |p, rng| {
            init::kaiming_uniform_(p, mode, nonlinearity, rng)
        })
    }),
    ("init.kaiming_normal_", |g| {
        let (mode, nonlinearity) = (fan_mode(&g.args)?, nonlinearity(&g.args, "a")?);
        filled(g, |p, rng| {
            init::kaiming_normal_(p, mode, nonlinearity, rng)
        })
    }),
    ("init.trunc_normal_", |g| {
        let (mean, std) = (g.args.f64("mean")?, g.args.f64("std")?);
        let (a, b) = (g.args.f64("a")?, g.args.f64("b")?);
        counted(g, |p, rng| init::trunc_normal_(p, mean, std, a, b, rng))
    }),
    ("init.orthogonal_", |g| {
        let gain = g.args.f64("gain")?;
        counted(g, |p, rng| init::orthogonal_(p, gain, rng))
    }),
    ("init.sparse_", |g| {
        let (sparsity, std) = (g.args.f64("sparsity")?, g.args.f64("std")?);
        counted(g, |p, rng| init::sparse_(p, sparsity, std, rng))
    }),
    ("init.eye_", |g| counted(g, |p, _| init::eye_(p))),
    ("init.dirac_", |g| {
        let groups = g.args.usize("groups")?;
        counted(g, |p, _| init::dirac_(p, groups))
    }),
    ("init.calculate_gain", |g| {
        let gain = init::calculate_gain(nonlinearity(&g.args, "param")?);
        Ok(Answer::outputs([Array::scalar(gain)]))
    }),
];

fn rng(given: &Given) -> Outcome<Generator> {
    Ok(Generator::new(given.args.u64("seed")?))
}

/// The state dictionary in order, then two more numbers: they tell how many words were drawn.
fn state(module: &dyn Module, rng: &Generator) -> Outcome<Answer> {
    let state = module.state_dict();
    let numbers = state.values().filter(|tensor| tensor.dtype().is_float());
    let mut outputs: Vec<Array> = numbers.map(bridge::array).collect::<Outcome<_>>()?;
    outputs.push(Array::vector(rng.rand::<f32>(2)));
    Ok(Answer::outputs(outputs))
}

fn linear(given: &Given) -> Outcome<Answer> {
    let args = &given.args;
    let dtype = match args.str_or("dtype", "f32")? {
        "f32" => DType::F32,
        "f64" => DType::F64,
        other => return Err(Stop::unsupported(other)),
    };
    let options = LinearOptions {
        bias: args.bool("bias")?,
        dtype,
    };
    let rng = rng(given)?;
    let (inputs, outputs) = (args.usize("in_features")?, args.usize("out_features")?);
    state(&Linear::with_options(inputs, outputs, options, &rng)?, &rng)
}

fn recurrent<L: Module>(
    given: &Given,
    make: impl FnOnce(usize, usize, RecurrentOptions, &Generator) -> gradus_nn::Result<L>,
) -> Outcome<Answer> {
    let (args, rng) = (&given.args, rng(given)?);
    let sizes = (args.usize("input_size")?, args.usize("hidden_size")?);
    let layer = make(sizes.0, sizes.1, layers::recurrent_options(args)?, &rng)?;
    state(&layer, &rng)
}

/// An empty parameter of the case's shape after `fill`.
fn filled(
    given: &Given,
    fill: impl FnOnce(&Var, &Generator) -> gradus_nn::Result<()>,
) -> Outcome<Answer> {
    let parameter = Var::leaf(Tensor::zeros(given.args.sizes("shape")?, DType::F32)?)?;
    fill(&parameter, &rng(given)?)?;
    Ok(Answer::outputs(arrays(&[parameter])?))
}

/// As [`filled`], in the case's dtype and with two more numbers: they tell how many words were drawn.
fn counted(
    given: &Given,
    fill: impl FnOnce(&Var, &Generator) -> gradus_nn::Result<()>,
) -> Outcome<Answer> {
    let dtype = given.dtype()?.unwrap_or(DType::F32);
    let parameter = Var::leaf(Tensor::zeros(given.args.sizes("shape")?, dtype)?)?;
    let rng = rng(given)?;
    fill(&parameter, &rng)?;
    let mut outputs = arrays(&[parameter])?;
    outputs.push(Array::vector(rng.rand::<f32>(2)));
    Ok(Answer::outputs(outputs))
}

fn fan_mode(args: &Args) -> Outcome<FanMode> {
    match args.str("mode")? {
        "fan_in" => Ok(FanMode::FanIn),
        "fan_out" => Ok(FanMode::FanOut),
        other => Err(Stop::unsupported(other)),
    }
}

/// `slope` names the argument that only the leaky rectifier takes.
fn nonlinearity(args: &Args, slope: &str) -> Outcome<Nonlinearity> {
    let slope = args.f64_opt(slope)?;
    Ok(match args.str("nonlinearity")? {
        "linear" => Nonlinearity::Linear,
        "conv2d" => Nonlinearity::Conv,
        "sigmoid" => Nonlinearity::Sigmoid,
        "tanh" => Nonlinearity::Tanh,
        "relu" => Nonlinearity::Relu,
        // PyTorch's default slope.
        "leaky_relu" => Nonlinearity::LeakyRelu(slope.unwrap_or(0.01)),
        "selu" => Nonlinearity::Selu,
        other => return Err(Stop::unsupported(other)),
    })
}
