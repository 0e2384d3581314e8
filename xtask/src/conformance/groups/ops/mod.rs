//! Operations on tensors and their gradients.

use gradus_autograd::Var;
use gradus_tensor::{DType, Tensor};

use super::Table;
use super::differentiate::{Outcome, answer, one};
use super::opinfo;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};

mod indexing;
mod products;
mod shape;

/// Reductions, scans and sorting are called as in PyTorch's own operator tests.
pub(super) const TABLES: &[Table] = &[
    TABLE,
    products::TABLE,
    shape::TABLE,
    indexing::TABLE,
    opinfo::reduction::TABLE,
    opinfo::scan::TABLE,
    opinfo::sorting::TABLE,
];

const TABLE: Table = &[
    ("neg", |g| one(g, |x| Ok(x[0].neg()?))),
    ("abs", |g| one(g, |x| Ok(x[0].abs()?))),
    ("exp", |g| one(g, |x| Ok(x[0].exp()?))),
    ("log", |g| one(g, |x| Ok(x[0].log()?))),
    ("log1p", |g| one(g, |x| Ok(x[0].log1p()?))),
    ("sqrt", |g| one(g, |x| Ok(x[0].sqrt()?))),
    ("square", |g| one(g, |x| Ok(x[0].square()?))),
    ("sign", |g| one(g, |x| Ok(x[0].sign()?))),
    ("tanh", |g| one(g, |x| Ok(x[0].tanh()?))),
    ("sigmoid", |g| one(g, |x| Ok(x[0].sigmoid()?))),
    ("relu", |g| one(g, |x| Ok(x[0].relu()?))),
    ("add", |g| {
        binary(g, |x, y| Ok(x.add(y)?), |x, c| Ok(x.add_scalar(c)?))
    }),
    ("sub", |g| {
        binary(g, |x, y| Ok(x.sub(y)?), |x, c| Ok(x.sub_scalar(c)?))
    }),
    ("mul", |g| {
        binary(g, |x, y| Ok(x.mul(y)?), |x, c| Ok(x.mul_scalar(c)?))
    }),
    ("div", |g| {
        binary(g, |x, y| Ok(x.div(y)?), |x, c| Ok(x.div_scalar(c)?))
    }),
    ("eq", |g| compare(g, |x, y| Ok(x.eq(y)?))),
    ("ne", |g| compare(g, |x, y| Ok(x.ne(y)?))),
    ("lt", |g| compare(g, |x, y| Ok(x.lt(y)?))),
    ("le", |g| compare(g, |x, y| Ok(x.le(y)?))),
    ("gt", |g| compare(g, |x, y| Ok(x.gt(y)?))),
    ("ge", |g| compare(g, |x, y| Ok(x.ge(y)?))),
    ("full", full),
    ("expr", expression),
];

fn binary(
    given: &Given,
    tensors: fn(&Var, &Var) -> Outcome<Var>,
    scalar: fn(&Var, f64) -> Outcome<Var>,
) -> Outcome<Answer> {
    if let Some(mode) = given.args.get("rounding_mode") {
        return Err(Stop::unsupported(format!("rounding_mode {mode}")));
    }
    let alpha = given.args.f64_opt("alpha")?;
    match given.args.f64_opt("other")? {
        Some(c) => one(given, |x| scalar(&x[0], c)),
        None => one(given, |x| match alpha {
            Some(alpha) => tensors(&x[0], &x[1].mul_scalar(alpha)?),
            None => tensors(&x[0], &x[1]),
        }),
    }
}

fn compare(given: &Given, call: fn(&Tensor, &Tensor) -> Outcome<Tensor>) -> Outcome<Answer> {
    let result = call(&given.tensor(0)?, &given.tensor(1)?)?;
    Ok(Answer::outputs([bridge::array(&result)?]))
}

fn full(given: &Given) -> Outcome<Answer> {
    let dtype = given.dtype()?.unwrap_or(DType::F32);
    let tensor = Tensor::full(
        given.args.sizes("size")?,
        given.args.f64("fill_value")?,
        dtype,
    )?;
    Ok(Answer::outputs([bridge::array(&tensor)?]))
}

/// The few expressions of the corpus, as a user would write them.
fn expression(given: &Given) -> Outcome<Answer> {
    match given.args.str("expr")? {
        "(x*y + x).tanh().sum(0) / (1 + y*y).sum(0)" => one(given, |v| {
            let (x, y) = (&v[0], &v[1]);
            let above = (x * y + x).tanh()?.sum_dims(&[0], false)?;
            let below = y.mul(y)?.add_scalar(1)?.sum_dims(&[0], false)?;
            Ok(above / below)
        }),
        "x + x*x + x*x*x" => one(given, |v| {
            let x = &v[0];
            Ok(x + x * x + x * x * x)
        }),
        "exp(-0.5*((x-m)/s)**2)" => answer(given, |v| {
            let (x, m, s) = (&v[0], &v[1], &v[2]);
            Ok(vec![((x - m) / s).square()?.mul_scalar(-0.5)?.exp()?])
        }),
        other => Err(Stop::unsupported(other)),
    }
}
