//! `nn.functional`: convolution, pooling, normalisation, resizing.

use gradus_autograd::Var;
use gradus_nn::Buffer;
use gradus_nn::functional::{self, DotProductAttention};
use gradus_tensor::ops::{InterpolateMode, Pooling, Resize};
use serde_json::Value;

use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, answer, one};
use crate::conformance::groups::spatial::{
    avg_pool, convolution, max_pool, maybe_sizes, size, transposed,
};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("nn.functional.conv1d", |g| {
        let o = convolution(&g.args)?;
        weighted(g, |x, w, b| Ok(x.conv1d(w, b, &o)?))
    }),
    ("nn.functional.conv2d", |g| {
        let o = convolution(&g.args)?;
        weighted(g, |x, w, b| Ok(x.conv2d(w, b, &o)?))
    }),
    ("nn.functional.conv_transpose1d", |g| {
        let o = transposed(&g.args)?;
        weighted(g, |x, w, b| Ok(x.conv_transpose1d(w, b, &o)?))
    }),
    ("nn.functional.conv_transpose2d", |g| {
        let o = transposed(&g.args)?;
        weighted(g, |x, w, b| Ok(x.conv_transpose2d(w, b, &o)?))
    }),
    ("nn.functional.max_pool1d", |g| {
        let o = max_pool(&g.args)?;
        indexed(g, |x| Ok(x.max_pool1d_with_indices(&o)?))
    }),
    ("nn.functional.max_pool2d", |g| {
        let o = max_pool(&g.args)?;
        indexed(g, |x| Ok(x.max_pool2d_with_indices(&o)?))
    }),
    ("nn.functional.avg_pool1d", |g| {
        let o = avg_pool(&g.args)?;
        one(g, |x| Ok(x[0].avg_pool1d(&o)?))
    }),
    ("nn.functional.avg_pool2d", |g| {
        let o = avg_pool(&g.args)?;
        one(g, |x| Ok(x[0].avg_pool2d(&o)?))
    }),
    ("nn.functional.adaptive_avg_pool1d", |g| {
        let size = maybe_sizes(&g.args, "output_size")?;
        one(g, |x| Ok(x[0].adaptive_avg_pool1d(size)?))
    }),
    ("nn.functional.adaptive_avg_pool2d", |g| {
        let size = maybe_sizes(&g.args, "output_size")?;
        one(g, |x| Ok(x[0].adaptive_avg_pool2d(size)?))
    }),
    ("nn.functional.adaptive_max_pool1d", |g| {
        let size = maybe_sizes(&g.args, "output_size")?;
        indexed(g, |x| Ok(x.adaptive_max_pool1d(size)?))
    }),
    ("nn.functional.adaptive_max_pool2d", |g| {
        let size = maybe_sizes(&g.args, "output_size")?;
        indexed(g, |x| Ok(x.adaptive_max_pool2d(size)?))
    }),
    ("nn.functional.batch_norm", |g| {
        let training = g.args.bool_or("training", false)?;
        let (momentum, eps) = (g.args.f64_or("momentum", 0.1)?, g.args.f64_or("eps", 1e-5)?);
        running(g, training, |x, running, w, b| {
            Ok(functional::batch_norm(
                x, running, w, b, training, momentum, eps,
            )?)
        })
    }),
    ("nn.functional.instance_norm", |g| {
        let own = g.args.bool_or("use_input_stats", true)?;
        let (momentum, eps) = (g.args.f64_or("momentum", 0.1)?, g.args.f64_or("eps", 1e-5)?);
        running(g, own, |x, running, w, b| {
            Ok(functional::instance_norm(
                x, running, w, b, own, momentum, eps,
            )?)
        })
    }),
    ("nn.functional.layer_norm", |g| {
        let (shape, eps) = (
            g.args.sizes("normalized_shape")?,
            g.args.f64_or("eps", 1e-5)?,
        );
        affine(g, |x, w, b| Ok(x.layer_norm(&shape, w, b, eps)?))
    }),
    ("nn.functional.rms_norm", |g| {
        let (shape, eps) = (g.args.sizes("normalized_shape")?, g.args.f64_opt("eps")?);
        affine(g, |x, w, _| Ok(x.rms_norm(&shape, w, eps)?))
    }),
    ("nn.functional.group_norm", |g| {
        let (groups, eps) = (size(&g.args, "num_groups")?, g.args.f64_or("eps", 1e-5)?);
        affine(g, |x, w, b| Ok(x.group_norm(groups, w, b, eps)?))
    }),
    ("nn.functional.local_response_norm", |g| {
        let size = size(&g.args, "size")?;
        let alpha = g.args.f64_or("alpha", 1e-4)?;
        let (beta, k) = (g.args.f64_or("beta", 0.75)?, g.args.f64_or("k", 1.0)?);
        one(g, |x| Ok(x[0].local_response_norm(size, alpha, beta, k)?))
    }),
    ("nn.functional.scaled_dot_product_attention", |g| {
        g.args.describe(&["attn_mask"]);
        if g.args.f64_or("dropout_p", 0.0)? != 0.0 {
            return Err(Stop::unsupported("dropout without a seed"));
        }
        let options = DotProductAttention {
            is_causal: g.args.bool_or("is_causal", false)?,
            scale: g.args.f64_opt("scale")?,
            enable_gqa: g.args.bool_or("enable_gqa", false)?,
            ..DotProductAttention::default()
        };
        one(g, |x| {
            let attn_mask = g.maybe_named(x, "attn_mask");
            let options = DotProductAttention {
                attn_mask,
                ..options
            };
            let [q, k, v] = ["query", "key", "value"].map(|name| g.named(x, name));
            Ok(functional::scaled_dot_product_attention(
                q?, k?, v?, &options,
            )?)
        })
    }),
    ("nn.functional.normalize", |g| {
        let (p, eps) = (g.args.f64_or("p", 2.0)?, g.args.f64_or("eps", 1e-12)?);
        let dim = g.args.dim_or("dim", 1)?;
        one(g, |x| Ok(functional::normalize(&x[0], p, dim, eps)?))
    }),
    ("nn.functional.cosine_similarity", |g| {
        let (dim, eps) = (g.args.dim_or("dim", 1)?, g.args.f64_or("eps", 1e-8)?);
        one(g, |x| {
            Ok(functional::cosine_similarity(&x[0], &x[1], dim, eps)?)
        })
    }),
    ("nn.functional.pairwise_distance", |g| {
        let (p, eps) = (g.args.f64_or("p", 2.0)?, g.args.f64_or("eps", 1e-6)?);
        let keepdim = g.args.bool_or("keepdim", false)?;
        one(g, |x| {
            Ok(functional::pairwise_distance(
                &x[0], &x[1], p, eps, keepdim,
            )?)
        })
    }),
    ("nn.functional.pdist", |g| {
        let p = g.args.f64_or("p", 2.0)?;
        one(g, |x| Ok(functional::pdist(&x[0], p)?))
    }),
    ("nn.functional.bilinear", |g| {
        g.args.describe(&["bias"]);
        one(g, |x| {
            let (a, b) = (g.named(x, "input1")?, g.named(x, "input2")?);
            let bias = g.maybe_named(x, "bias");
            Ok(functional::bilinear(a, b, g.named(x, "weight")?, bias)?)
        })
    }),
    ("nn.functional.interpolate", |g| {
        let mode = mode(g.args.str_or("mode", "nearest")?)?;
        let corners = g.args.bool_or("align_corners", false)?;
        resized(g, mode, corners)
    }),
    ("nn.functional.upsample_nearest", |g| {
        resized(g, InterpolateMode::Nearest, false)
    }),
    ("nn.functional.upsample_bilinear", |g| {
        resized(g, InterpolateMode::Bilinear, true)
    }),
];

/// A call with a weight and perhaps a bias.
fn weighted(
    given: &Given,
    call: impl FnOnce(&Var, &Var, Option<&Var>) -> Outcome<Var>,
) -> Outcome<Answer> {
    one(given, |x| {
        let weight = given.named(x, "weight")?;
        call(
            given.named(x, "input")?,
            weight,
            given.maybe_named(x, "bias"),
        )
    })
}

/// A call with perhaps a weight and perhaps a bias.
fn affine(
    given: &Given,
    call: impl FnOnce(&Var, Option<&Var>, Option<&Var>) -> Outcome<Var>,
) -> Outcome<Answer> {
    given.args.describe(&["weight", "bias"]);
    one(given, |x| {
        let (weight, bias) = (given.maybe_named(x, "weight"), given.maybe_named(x, "bias"));
        call(given.named(x, "input")?, weight, bias)
    })
}

/// A call that gives places beside values, if they are asked for.
fn indexed(
    given: &Given,
    call: impl FnOnce(&Var) -> Outcome<(Var, gradus_tensor::Tensor)>,
) -> Outcome<Answer> {
    let with_indices = given.args.bool_or("return_indices", false)?;
    answer(given, |x| {
        let (values, indices) = call(&x[0])?;
        let mut outputs = vec![values];
        if with_indices {
            outputs.push(Var::new(indices));
        }
        Ok(outputs)
    })
}

type Running<'a> = Option<(&'a Buffer, &'a Buffer)>;

/// A normalisation with running statistics, which follow as outputs if the call changes them.
fn running(
    given: &Given,
    changes: bool,
    call: impl FnOnce(&Var, Running<'_>, Option<&Var>, Option<&Var>) -> Outcome<Var>,
) -> Outcome<Answer> {
    given
        .args
        .describe(&["running_mean", "running_var", "weight", "bias"]);
    answer(given, |x| {
        let buffer = |name| given.maybe_named(x, name).map(|v| Buffer::new(v.value()));
        let running = buffer("running_mean").zip(buffer("running_var"));
        let pair = running.as_ref().map(|(mean, var)| (mean, var));
        let (weight, bias) = (given.maybe_named(x, "weight"), given.maybe_named(x, "bias"));
        let mut outputs = vec![call(given.named(x, "input")?, pair, weight, bias)?];
        if let Some((mean, var)) = running.filter(|_| changes) {
            outputs.extend([Var::new(mean.value()), Var::new(var.value())]);
        }
        // Statistics that a momentum of 0 left as they were are not recorded.
        if !given.grad_outputs.is_empty() {
            outputs.truncate(given.grad_outputs.len());
        }
        Ok(outputs)
    })
}

fn mode(name: &str) -> Outcome<InterpolateMode> {
    let modes = [
        InterpolateMode::Nearest,
        InterpolateMode::NearestExact,
        InterpolateMode::Linear,
        InterpolateMode::Bilinear,
        InterpolateMode::Trilinear,
        InterpolateMode::Bicubic,
        InterpolateMode::Area,
    ];
    let found = modes.into_iter().find(|mode| mode.name() == name);
    found.ok_or_else(|| Stop::wrong(format!("no mode `{name}`")))
}

fn resized(given: &Given, mode: InterpolateMode, align_corners: bool) -> Outcome<Answer> {
    let args = &given.args;
    let rounded = args.bool_or("recompute_scale_factor", false)?;
    one(given, |x| {
        let dims = x[0].shape().len().saturating_sub(2);
        let list = |value: &Value| match value.as_array() {
            Some(list) => list.iter().filter_map(Value::as_f64).collect(),
            None => vec![value.as_f64().unwrap_or(0.0); dims],
        };
        let resize = match (args.get("size"), args.get("scale_factor")) {
            (Some(size), None) => {
                Resize::To(list(size).into_iter().map(|size| size as usize).collect())
            }
            (None, Some(factor)) if rounded => Resize::Rounded(list(factor)),
            (None, Some(factor)) => Resize::By(list(factor)),
            _ => return Err(Stop::wrong("either `size` or `scale_factor`")),
        };
        Ok(x[0].interpolate(&resize, mode, align_corners)?)
    })
}
