//! `nn.functional`: losses.

use gradus_nn::functional as f;
use gradus_tensor::{Reduction, Tensor};

use crate::conformance::case::{Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, one};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("nn.functional.mse_loss", |g| {
        let r = reduction(g)?;
        one(g, |x| {
            Ok(f::mse_loss(g.named(x, "input")?, g.named(x, "target")?, r)?)
        })
    }),
    ("nn.functional.l1_loss", |g| {
        let r = reduction(g)?;
        one(g, |x| {
            Ok(f::l1_loss(g.named(x, "input")?, g.named(x, "target")?, r)?)
        })
    }),
    ("nn.functional.smooth_l1_loss", |g| {
        let (r, beta) = (reduction(g)?, g.args.f64_or("beta", 1.0)?);
        one(g, |x| {
            Ok(f::smooth_l1_loss(
                g.named(x, "input")?,
                g.named(x, "target")?,
                beta,
                r,
            )?)
        })
    }),
    ("nn.functional.huber_loss", |g| {
        let (r, delta) = (reduction(g)?, g.args.f64_or("delta", 1.0)?);
        one(g, |x| {
            Ok(f::huber_loss(
                g.named(x, "input")?,
                g.named(x, "target")?,
                delta,
                r,
            )?)
        })
    }),
    ("nn.functional.binary_cross_entropy", |g| {
        let (r, weight) = (reduction(g)?, tensor(g, "weight")?);
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            Ok(f::binary_cross_entropy(x, y, weight.as_ref(), r)?)
        })
    }),
    ("nn.functional.binary_cross_entropy_with_logits", |g| {
        let (r, weight, positive) = (
            reduction(g)?,
            tensor(g, "weight")?,
            tensor(g, "pos_weight")?,
        );
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            Ok(f::binary_cross_entropy_with_logits(
                x,
                y,
                weight.as_ref(),
                positive.as_ref(),
                r,
            )?)
        })
    }),
    ("nn.functional.cross_entropy", |g| {
        let (r, weight) = (reduction(g)?, tensor(g, "weight")?);
        let ignored = g.args.i64_opt("ignore_index")?.unwrap_or(-100);
        let smoothing = g.args.f64_or("label_smoothing", 0.0)?;
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            Ok(f::cross_entropy(
                x,
                y,
                weight.as_ref(),
                ignored,
                smoothing,
                r,
            )?)
        })
    }),
    ("nn.functional.nll_loss", |g| {
        let (r, weight) = (reduction(g)?, tensor(g, "weight")?);
        let ignored = g.args.i64_opt("ignore_index")?.unwrap_or(-100);
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            Ok(f::nll_loss(x, y, weight.as_ref(), ignored, r)?)
        })
    }),
    ("nn.functional.kl_div", |g| {
        let log_target = g.args.bool_or("log_target", false)?;
        let batch_mean = g.args.str_or("reduction", "mean")? == "batchmean";
        let r = if batch_mean {
            Reduction::Sum
        } else {
            reduction(g)?
        };
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            let loss = f::kl_div(x, y, log_target, r)?;
            let samples = x.shape().first().copied().unwrap_or(1) as f64;
            Ok(if batch_mean {
                loss.div_scalar(samples)?
            } else {
                loss
            })
        })
    }),
    ("nn.functional.poisson_nll_loss", |g| {
        let (r, eps) = (reduction(g)?, g.args.f64_or("eps", 1e-8)?);
        let (log_input, full) = (
            g.args.bool_or("log_input", true)?,
            g.args.bool_or("full", false)?,
        );
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            Ok(f::poisson_nll_loss(x, y, log_input, full, eps, r)?)
        })
    }),
    ("nn.functional.gaussian_nll_loss", |g| {
        let (r, eps, full) = (
            reduction(g)?,
            g.args.f64_or("eps", 1e-6)?,
            g.args.bool_or("full", false)?,
        );
        one(g, |v| {
            let (x, y) = (g.named(v, "input")?, g.named(v, "target")?);
            Ok(f::gaussian_nll_loss(
                x,
                y,
                g.named(v, "var")?,
                full,
                eps,
                r,
            )?)
        })
    }),
    ("nn.functional.hinge_embedding_loss", |g| {
        let (r, margin) = (reduction(g)?, g.args.f64_or("margin", 1.0)?);
        one(g, |x| {
            Ok(f::hinge_embedding_loss(
                g.named(x, "input")?,
                g.named(x, "target")?,
                margin,
                r,
            )?)
        })
    }),
    ("nn.functional.margin_ranking_loss", |g| {
        let (r, margin) = (reduction(g)?, g.args.f64_or("margin", 0.0)?);
        one(g, |x| {
            let (a, b, y) = (
                g.named(x, "input1")?,
                g.named(x, "input2")?,
                g.named(x, "target")?,
            );
            Ok(f::margin_ranking_loss(a, b, y, margin, r)?)
        })
    }),
    ("nn.functional.soft_margin_loss", |g| {
        let r = reduction(g)?;
        one(g, |x| {
            Ok(f::soft_margin_loss(
                g.named(x, "input")?,
                g.named(x, "target")?,
                r,
            )?)
        })
    }),
    ("nn.functional.multi_margin_loss", |g| {
        let (r, margin, p) = (
            reduction(g)?,
            g.args.f64_or("margin", 1.0)?,
            g.args.i64_opt("p")?.unwrap_or(1),
        );
        let weight = tensor(g, "weight")?;
        let p = u32::try_from(p)?;
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            Ok(f::multi_margin_loss(x, y, p, margin, weight.as_ref(), r)?)
        })
    }),
    ("nn.functional.multilabel_margin_loss", |g| {
        let r = reduction(g)?;
        one(g, |x| {
            Ok(f::multilabel_margin_loss(
                g.named(x, "input")?,
                g.named(x, "target")?,
                r,
            )?)
        })
    }),
    ("nn.functional.multilabel_soft_margin_loss", |g| {
        let (r, weight) = (reduction(g)?, tensor(g, "weight")?);
        one(g, |x| {
            let (x, y) = (g.named(x, "input")?, g.named(x, "target")?);
            Ok(f::multilabel_soft_margin_loss(x, y, weight.as_ref(), r)?)
        })
    }),
    ("nn.functional.cosine_embedding_loss", |g| {
        let (r, margin) = (reduction(g)?, g.args.f64_or("margin", 0.0)?);
        one(g, |x| {
            let (a, b, y) = (
                g.named(x, "input1")?,
                g.named(x, "input2")?,
                g.named(x, "target")?,
            );
            Ok(f::cosine_embedding_loss(a, b, y, margin, r)?)
        })
    }),
    ("nn.functional.triplet_margin_loss", |g| {
        let (r, margin) = (reduction(g)?, g.args.f64_or("margin", 1.0)?);
        let (p, eps) = (g.args.f64_or("p", 2.0)?, g.args.f64_or("eps", 1e-6)?);
        let swap = g.args.bool_or("swap", false)?;
        one(g, |x| {
            let (a, b, c) = (
                g.named(x, "anchor")?,
                g.named(x, "positive")?,
                g.named(x, "negative")?,
            );
            Ok(f::triplet_margin_loss(a, b, c, margin, p, eps, swap, r)?)
        })
    }),
];

/// A name that is no reduction cannot even be written in the library's types.
fn reduction(g: &Given) -> Outcome<Reduction> {
    match g.args.str_or("reduction", "mean")? {
        "none" => Ok(Reduction::None),
        "mean" => Ok(Reduction::Mean),
        "sum" => Ok(Reduction::Sum),
        other => Err(Stop::wrong(format!("no reduction {other}"))),
    }
}

/// An input that is no variable, if it was given.
fn tensor(g: &Given, name: &str) -> Outcome<Option<Tensor>> {
    g.args.describe(&[name]);
    g.position(name).map(|at| g.tensor(at)).transpose()
}
