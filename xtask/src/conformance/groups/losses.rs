//! Losses and their gradients.

use gradus_nn::{
    BceLoss, BceWithLogitsLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNllLoss,
    HingeEmbeddingLoss, HuberLoss, KlDivLoss, L1Loss, Loss, MarginRankingLoss, MseLoss,
    MultiMarginLoss, NllLoss, PoissonNllLoss, SmoothL1Loss, SoftMarginLoss,
};
use gradus_tensor::Reduction;

use super::Table;
use super::differentiate::{Outcome, one};
use crate::conformance::case::{Answer, Given, Stop};

pub(super) const TABLE: Table = &[
    ("MSELoss", |g| {
        compared(g, &MseLoss::new().reduction(reduction(g)?))
    }),
    ("L1Loss", |g| {
        compared(g, &L1Loss::new().reduction(reduction(g)?))
    }),
    ("BCELoss", |g| {
        let mut loss = BceLoss::new().reduction(reduction(g)?);
        if g.args.bool_or("weight", false)? {
            loss = loss.weight(g.tensor(2)?);
        }
        compared(g, &loss)
    }),
    ("BCEWithLogitsLoss", |g| {
        let mut loss = BceWithLogitsLoss::new().reduction(reduction(g)?);
        let weighted = g.args.bool_or("weight", false)?;
        if weighted {
            loss = loss.weight(g.tensor(2)?);
        }
        if g.args.bool_or("pos_weight", false)? {
            loss = loss.pos_weight(g.tensor(2 + usize::from(weighted))?);
        }
        compared(g, &loss)
    }),
    ("SmoothL1Loss", |g| {
        let loss = SmoothL1Loss::new().beta(g.args.f64("beta")?);
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("HuberLoss", |g| {
        let loss = HuberLoss::new().delta(g.args.f64("delta")?);
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("SoftMarginLoss", |g| {
        compared(g, &SoftMarginLoss::new().reduction(reduction(g)?))
    }),
    ("HingeEmbeddingLoss", |g| {
        let loss = HingeEmbeddingLoss::new().margin(g.args.f64("margin")?);
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("CrossEntropyLoss", |g| {
        let args = &g.args;
        args.describe(&["target"]);
        let mut loss = CrossEntropyLoss::new()
            .ignore_index(args.i64_opt("ignore_index")?.unwrap_or(-100))
            .label_smoothing(args.f64_or("label_smoothing", 0.0)?);
        if args.bool_or("weight", false)? {
            loss = loss.weight(g.tensor(2)?);
        }
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("NLLLoss", |g| {
        let ignored = g.args.i64_opt("ignore_index")?.unwrap_or(-100);
        let mut loss = NllLoss::new().ignore_index(ignored);
        if g.args.bool_or("weight", false)? {
            loss = loss.weight(g.tensor(2)?);
        }
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("KLDivLoss", |g| {
        let loss = KlDivLoss::new().log_target(g.args.bool_or("log_target", false)?);
        if g.args.str("reduction")? == "batchmean" {
            return compared(g, &loss.batch_mean(true));
        }
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("PoissonNLLLoss", |g| {
        let loss = PoissonNllLoss::new()
            .log_input(g.args.bool_or("log_input", true)?)
            .full(g.args.bool_or("full", false)?);
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("MultiMarginLoss", |g| {
        let loss = MultiMarginLoss::new()
            .p(g.args.u64("p")? as u32)
            .margin(g.args.f64("margin")?);
        compared(g, &loss.reduction(reduction(g)?))
    }),
    ("GaussianNLLLoss", |g| {
        let loss = GaussianNllLoss::new()
            .full(g.args.bool_or("full", false)?)
            .eps(g.args.f64_or("eps", 1e-6)?)
            .reduction(reduction(g)?);
        one(g, |x| Ok(loss.forward(&x[0], &x[1], &x[2])?))
    }),
    ("MarginRankingLoss", |g| {
        let loss = MarginRankingLoss::new()
            .margin(g.args.f64("margin")?)
            .reduction(reduction(g)?);
        one(g, |x| Ok(loss.forward(&x[0], &x[1], &x[2])?))
    }),
    ("CosineEmbeddingLoss", |g| {
        let loss = CosineEmbeddingLoss::new()
            .margin(g.args.f64("margin")?)
            .reduction(reduction(g)?);
        one(g, |x| Ok(loss.forward(&x[0], &x[1], &x[2])?))
    }),
];

fn reduction(given: &Given) -> Outcome<Reduction> {
    match given.args.str("reduction")? {
        "none" => Ok(Reduction::None),
        "mean" => Ok(Reduction::Mean),
        "sum" => Ok(Reduction::Sum),
        other => Err(Stop::unsupported(other)),
    }
}

/// The loss of the first input against the second.
fn compared(given: &Given, loss: &dyn Loss) -> Outcome<Answer> {
    one(given, |inputs| Ok(loss.forward(&inputs[0], &inputs[1])?))
}
