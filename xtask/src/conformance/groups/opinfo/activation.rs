//! `nn.functional`: activations. The group `ops` calls some by the same arguments.

use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, one};

/// A line for a method without arguments.
macro_rules! unary {
    ($name:literal, $method:ident) => {
        ($name, |g| one(g, |x| Ok(x[0].$method()?)))
    };
}

pub(in crate::conformance::groups) const TABLE: Table = &[
    unary!("nn.functional.relu", relu),
    unary!("nn.functional.relu6", relu6),
    unary!("nn.functional.selu", selu),
    unary!("nn.functional.silu", silu),
    unary!("nn.functional.mish", mish),
    unary!("nn.functional.hardswish", hardswish),
    unary!("nn.functional.hardsigmoid", hardsigmoid),
    unary!("nn.functional.logsigmoid", logsigmoid),
    unary!("nn.functional.softsign", softsign),
    unary!("nn.functional.tanhshrink", tanhshrink),
    ("nn.functional.leaky_relu", leaky_relu),
    ("nn.functional.elu", elu),
    ("nn.functional.celu", |g| {
        let alpha = g.args.f64_or("alpha", 1.0)?;
        one(g, |x| Ok(x[0].celu(alpha)?))
    }),
    ("nn.functional.prelu", |g| {
        one(g, |x| Ok(x[0].prelu(g.named(x, "weight")?)?))
    }),
    ("nn.functional.gelu", gelu),
    ("nn.functional.softplus", softplus),
    ("nn.functional.hardtanh", hardtanh),
    ("nn.functional.hardshrink", |g| {
        let lambd = g.args.f64_or("lambd", 0.5)?;
        one(g, |x| Ok(x[0].hardshrink(lambd)?))
    }),
    ("nn.functional.softshrink", |g| {
        let lambd = g.args.f64_or("lambd", 0.5)?;
        one(g, |x| Ok(x[0].softshrink(lambd)?))
    }),
    ("nn.functional.threshold", |g| {
        let (threshold, value) = (g.args.scalar("threshold")?, g.args.scalar("value")?);
        one(g, |x| Ok(x[0].threshold(threshold, value)?))
    }),
    ("nn.functional.glu", |g| {
        let dim = g.args.dim_or("dim", -1)?;
        one(g, |x| Ok(x[0].glu(dim)?))
    }),
];

/// The lines of the group `ops`, whose names have no prefix.
pub(in crate::conformance::groups) const PLAIN: Table = &[
    unary!("relu", relu),
    unary!("silu", silu),
    ("leaky_relu", leaky_relu),
    ("elu", elu),
    ("gelu", gelu),
    ("softplus", softplus),
    ("hardtanh", hardtanh),
];

fn leaky_relu(given: &Given) -> Outcome<Answer> {
    let slope = given.args.f64_or("negative_slope", 0.01)?;
    one(given, |x| Ok(x[0].leaky_relu(slope)?))
}

fn elu(given: &Given) -> Outcome<Answer> {
    let alpha = given.args.f64_or("alpha", 1.0)?;
    one(given, |x| Ok(x[0].elu(alpha)?))
}

fn gelu(given: &Given) -> Outcome<Answer> {
    match given.args.str_or("approximate", "none")? {
        "none" => one(given, |x| Ok(x[0].gelu()?)),
        "tanh" => one(given, |x| Ok(x[0].gelu_tanh()?)),
        other => Err(Stop::wrong(format!("no approximation {other}"))),
    }
}

fn softplus(given: &Given) -> Outcome<Answer> {
    let beta = given.args.f64_or("beta", 1.0)?;
    let threshold = given.args.f64_or("threshold", 20.0)?;
    one(given, |x| Ok(x[0].softplus(beta, threshold)?))
}

fn hardtanh(given: &Given) -> Outcome<Answer> {
    let low = given.args.scalar_or("min_val", -1.0)?;
    let high = given.args.scalar_or("max_val", 1.0)?;
    one(given, |x| Ok(x[0].hardtanh(low, high)?))
}
