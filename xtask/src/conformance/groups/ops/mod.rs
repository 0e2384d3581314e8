//! Operations on tensors and their gradients.

use super::Table;
use super::differentiate::{Outcome, answer, one};
use super::opinfo::{activation, creation, logic, pointwise, reduction, scan, sorting};
use crate::conformance::case::{Answer, Given, Stop};

mod indexing;
mod products;
mod shape;

/// Most operators are called as in PyTorch's own operator tests.
pub(super) const TABLES: &[Table] = &[
    TABLE,
    products::TABLE,
    shape::TABLE,
    indexing::TABLE,
    reduction::TABLE,
    scan::TABLE,
    sorting::TABLE,
    pointwise::TABLE,
    logic::TABLE,
    creation::TABLE,
    activation::PLAIN,
];

const TABLE: Table = &[("expr", expression)];

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
        "log_softmax(x @ w + b, 1)" => one(given, |v| {
            let (x, w, b) = (&v[0], &v[1], &v[2]);
            Ok(x.matmul(w)?.add(b)?.log_softmax(1)?)
        }),
        other => Err(Stop::unsupported(other)),
    }
}
