//! Modules with given parameters: outputs, and gradients of inputs and parameters.

use gradus_autograd::Var;
use gradus_nn::{
    AdaptiveAvgPool2d, Attend, AvgPool2d, BatchNorm1d, BatchNorm2d, BatchNormOptions, Conv1d,
    Conv1dOptions, Conv2d, Conv2dOptions, Dropout, Dropout2d, Elu, Embedding, EmbeddingOptions,
    Flatten, Gelu, GroupNorm, GroupNormOptions, Gru, GruCell, Hardtanh, LayerNorm,
    LayerNormOptions, LeakyRelu, Linear, LinearOptions, LogSoftmax, Lstm, LstmCell, MaxPool1d,
    MaxPool2d, Module, MultiheadAttention, MultiheadAttentionOptions, PRelu, Relu, Rnn, RnnCell,
    Sigmoid, Silu, Softmax, Softplus, StateDict, Strictness, Tanh,
};
use gradus_random::Generator;
use gradus_tensor::ops::{AvgPoolOptions, MaxPoolOptions};

use super::differentiate::{Outcome, gradients, inputs};
use super::{Table, layers, spatial};
use crate::conformance::args::Args;
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
    ("Conv1d", |g| {
        let (args, o) = (&g.args, spatial::convolution(&g.args)?);
        let options = Conv1dOptions {
            stride: o.stride,
            padding: o.padding,
            dilation: o.dilation,
            groups: o.groups,
            bias: args.bool_or("bias", true)?,
            ..Conv1dOptions::default()
        };
        let (channels, rng) = (channels(args)?, Generator::new(0));
        let kernel: [usize; 1] = spatial::per_dim(args, "kernel_size", [0])?;
        module(
            g,
            Conv1d::with_options(channels.0, channels.1, kernel, options, &rng)?,
        )
    }),
    ("Conv2d", |g| {
        let (args, o) = (&g.args, spatial::convolution(&g.args)?);
        let options = Conv2dOptions {
            stride: o.stride,
            padding: o.padding,
            dilation: o.dilation,
            groups: o.groups,
            bias: args.bool_or("bias", true)?,
            ..Conv2dOptions::default()
        };
        let (channels, rng) = (channels(args)?, Generator::new(0));
        let kernel: [usize; 2] = spatial::per_dim(args, "kernel_size", [0; 2])?;
        module(
            g,
            Conv2d::with_options(channels.0, channels.1, kernel, options, &rng)?,
        )
    }),
    ("MaxPool1d", |g| {
        let options: MaxPoolOptions<1> = spatial::max_pool(&g.args)?;
        module(g, MaxPool1d::with_options(options))
    }),
    ("MaxPool2d", |g| {
        let options: MaxPoolOptions<2> = spatial::max_pool(&g.args)?;
        module(g, MaxPool2d::with_options(options))
    }),
    ("AvgPool2d", |g| {
        let options: AvgPoolOptions<2> = spatial::avg_pool(&g.args)?;
        module(g, AvgPool2d::with_options(options))
    }),
    ("AdaptiveAvgPool2d", |g| {
        module(
            g,
            AdaptiveAvgPool2d::sizes(spatial::maybe_sizes(&g.args, "output_size")?),
        )
    }),
    ("BatchNorm1d", |g| {
        module(
            g,
            BatchNorm1d::with_options(g.args.usize("num_features")?, batch_norm(&g.args)?)?,
        )
    }),
    ("BatchNorm2d", |g| {
        module(
            g,
            BatchNorm2d::with_options(g.args.usize("num_features")?, batch_norm(&g.args)?)?,
        )
    }),
    ("LayerNorm", |g| {
        let options = LayerNormOptions {
            eps: g.args.f64_or("eps", 1e-5)?,
            elementwise_affine: g.args.bool_or("elementwise_affine", true)?,
            ..LayerNormOptions::default()
        };
        module(
            g,
            LayerNorm::with_options(&g.args.sizes("normalized_shape")?, options)?,
        )
    }),
    ("GroupNorm", |g| {
        let options = GroupNormOptions {
            eps: g.args.f64_or("eps", 1e-5)?,
            ..GroupNormOptions::default()
        };
        let (groups, channels) = (g.args.usize("num_groups")?, g.args.usize("num_channels")?);
        module(g, GroupNorm::with_options(groups, channels, options)?)
    }),
    ("Embedding", |g| {
        let options = EmbeddingOptions {
            padding_idx: g.args.dim_opt("padding_idx")?,
            ..EmbeddingOptions::default()
        };
        let (words, width) = (
            g.args.usize("num_embeddings")?,
            g.args.usize("embedding_dim")?,
        );
        module(
            g,
            Embedding::with_options(words, width, options, &Generator::new(0))?,
        )
    }),
    ("RNN", |g| {
        let layer = layers::recurrent(g, Rnn::with_options)?;
        called(g, layer, |layer, x| {
            let (y, h) = layer.forward(&x[0], x.get(1))?;
            Ok(vec![y, h])
        })
    }),
    ("GRU", |g| {
        let layer = layers::recurrent(g, Gru::with_options)?;
        called(g, layer, |layer, x| {
            let (y, h) = layer.forward(&x[0], x.get(1))?;
            Ok(vec![y, h])
        })
    }),
    ("LSTM", |g| {
        let layer = layers::recurrent(g, Lstm::with_options)?;
        called(g, layer, |layer, x| {
            let (y, (h, c)) = layer.forward(&x[0], x.get(1).zip(x.get(2)))?;
            Ok(vec![y, h, c])
        })
    }),
    ("MultiheadAttention", |g| {
        let options = MultiheadAttentionOptions {
            batch_first: g.args.bool_or("batch_first", false)?,
            ..MultiheadAttentionOptions::default()
        };
        let (embed, heads) = (g.args.usize("embed_dim")?, g.args.usize("num_heads")?);
        let layer = MultiheadAttention::with_options(embed, heads, options, &Generator::new(0))?;
        let causal = g.args.bool_or("causal", false)?;
        let attend = Attend {
            need_weights: g.args.bool_or("need_weights", true)?,
            average_attn_weights: g.args.bool_or("average_attn_weights", true)?,
            ..Attend::default()
        };
        called(g, layer, |layer, x| {
            let steps = x[0].shape().get(usize::from(options.batch_first)).copied();
            let attn_mask = match steps {
                Some(steps) if causal => Attend::causal(steps)?.attn_mask,
                _ => None,
            };
            let attend = Attend {
                attn_mask,
                ..attend
            };
            let (y, weights) = layer.forward(&x[0], &x[1], &x[2], &attend)?;
            Ok(std::iter::once(y).chain(weights).collect())
        })
    }),
    ("Softmax", |g| module(g, Softmax::new(g.args.dim("dim")?))),
    ("LogSoftmax", |g| {
        module(g, LogSoftmax::new(g.args.dim("dim")?))
    }),
    ("RNNCell", |g| {
        let cell = layers::recurrent(g, RnnCell::with_options)?;
        called(g, cell, |cell, x| Ok(vec![cell.forward(&x[0], x.get(1))?]))
    }),
    ("GRUCell", |g| {
        let cell = layers::recurrent(g, GruCell::with_options)?;
        called(g, cell, |cell, x| Ok(vec![cell.forward(&x[0], x.get(1))?]))
    }),
    ("LSTMCell", |g| {
        let cell = layers::recurrent(g, LstmCell::with_options)?;
        called(g, cell, |cell, x| {
            let (h, c) = cell.forward(&x[0], x.get(1).zip(x.get(2)))?;
            Ok(vec![h, c])
        })
    }),
    ("PReLU", |g| {
        module(g, PRelu::new(g.args.usize("num_parameters")?)?)
    }),
    ("LeakyReLU", |g| {
        module(g, LeakyRelu::new(g.args.f64_or("negative_slope", 0.01)?))
    }),
    ("ELU", |g| module(g, Elu::new(g.args.f64_or("alpha", 1.0)?))),
    ("GELU", |g| {
        module(
            g,
            match g.args.str_or("approximate", "none")? {
                "tanh" => Gelu::tanh(),
                _ => Gelu::new(),
            },
        )
    }),
    ("SiLU", |g| module(g, Silu::new())),
    ("Softplus", |g| {
        let (beta, threshold) = (
            g.args.f64_or("beta", 1.0)?,
            g.args.f64_or("threshold", 20.0)?,
        );
        module(g, Softplus::new(beta, threshold))
    }),
    ("Hardtanh", |g| {
        let (low, high) = (
            g.args.f64_or("min_val", -1.0)?,
            g.args.f64_or("max_val", 1.0)?,
        );
        module(g, Hardtanh::new(low, high))
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
    ("Dropout2d", |g| {
        let rng = Generator::new(g.args.u64_opt("seed")?.unwrap_or(0));
        module(g, Dropout2d::new(g.args.f64("p")?, &rng)?)
    }),
];

fn channels(args: &Args) -> Outcome<(usize, usize)> {
    Ok((args.usize("in_channels")?, args.usize("out_channels")?))
}

fn batch_norm(args: &Args) -> Outcome<BatchNormOptions> {
    let base = BatchNormOptions::default();
    // A momentum of null is one of its own: the mean over all batches.
    let momentum = args.f64_opt("momentum")?;
    Ok(BatchNormOptions {
        eps: args.f64_or("eps", base.eps)?,
        momentum,
        affine: args.bool_or("affine", base.affine)?,
        track_running_stats: args.bool_or("track_running_stats", base.track_running_stats)?,
        ..base
    })
}

fn module(given: &Given, module: impl Module) -> Outcome<Answer> {
    boxed(given, Box::new(module))
}

fn boxed(given: &Given, module: Box<dyn Module>) -> Outcome<Answer> {
    called(given, module, |module, inputs| {
        Ok(vec![module.forward(&inputs[0])?])
    })
}

/// Calls the module with the first inputs, those after them being its parameters and buffers. Buffers that
/// training changes follow as outputs.
fn called<M: Module>(
    given: &Given,
    mut module: M,
    call: impl FnOnce(&M, &[Var]) -> Outcome<Vec<Var>>,
) -> Outcome<Answer> {
    let mut inputs = inputs(given)?;
    let first = inputs.iter().find(|input| input.dtype().is_float());
    if let Some(first) = first {
        module.to_dtype(first.dtype())?;
    }
    let mut state: StateDict = module.state_dict();
    let is_state = |name: &String| state.contains(name);
    let count = given
        .input_names
        .iter()
        .position(is_state)
        .unwrap_or(inputs.len());
    let names = given.input_names.iter().cloned();
    state.extend(names.zip(inputs.iter().map(Var::value)).skip(count));
    module.load_state_dict(&state, Strictness::Strict)?;
    let training = given.args.bool("training")?;
    module.set_training(training);
    let mut outputs = call(&module, &inputs[..count])?;
    if training {
        let buffers = module.buffers().into_iter().map(|buffer| buffer.value());
        outputs.extend(buffers.filter(|b| b.dtype().is_float()).map(Var::new));
    }
    // The module's own leaves have the gradients.
    let own = module.named_parameters();
    for (input, name) in inputs.iter_mut().zip(&given.input_names).skip(count) {
        if let Some((_, parameter)) = own.iter().find(|(other, _)| other == name) {
            *input = parameter.clone();
        }
    }
    gradients(given, &inputs, &outputs)
}
