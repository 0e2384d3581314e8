//! Cumulative operators and differences along a dimension.

use gradus_autograd::Var;
use gradus_tensor::Scalar;

use super::reduction::both;
use crate::conformance::case::{Answer, Given};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, answer, one};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("cumsum", |g| {
        let dim = g.args.dim("dim")?;
        one(g, |x| in_dtype(g, &x[0], |x| Ok(x.cumsum(dim)?)))
    }),
    ("cumprod", |g| {
        let dim = g.args.dim("dim")?;
        one(g, |x| in_dtype(g, &x[0], |x| Ok(x.cumprod(dim)?)))
    }),
    ("cummax", |g| {
        let dim = g.args.dim("dim")?;
        answer(g, |x| both(x[0].cummax(dim)?))
    }),
    ("cummin", |g| {
        let dim = g.args.dim("dim")?;
        answer(g, |x| both(x[0].cummin(dim)?))
    }),
    ("logcumsumexp", |g| {
        let dim = g.args.dim("dim")?;
        one(g, |x| Ok(x[0].logcumsumexp(dim)?))
    }),
    ("diff", |g| {
        let (n, dim) = (
            g.args.usize_opt("n")?.unwrap_or(1),
            g.args.dim_or("dim", -1)?,
        );
        g.args.describe(&["prepend", "append"]);
        one(g, |x| {
            let (before, after) = (g.maybe_named(x, "prepend"), g.maybe_named(x, "append"));
            Ok(x[0].diff_with(n, dim, before, after)?)
        })
    }),
    ("trapezoid", |g| {
        integral(
            g,
            |y, x, dim| Ok(y.trapezoid(x, dim)?),
            |y, dx, dim| Ok(y.trapezoid_dx(dx, dim)?),
        )
    }),
    ("cumulative_trapezoid", |g| {
        integral(
            g,
            |y, x, dim| Ok(y.cumulative_trapezoid(x, dim)?),
            |y, dx, dim| Ok(y.cumulative_trapezoid_dx(dx, dim)?),
        )
    }),
];

/// Computed in the dtype that the case asks for, and given back in it.
fn in_dtype(given: &Given, x: &Var, call: impl Fn(&Var) -> Outcome<Var>) -> Outcome<Var> {
    match given.dtype()? {
        None => call(x),
        Some(dtype) => Ok(call(&x.to_dtype(dtype)?)?.to_dtype(dtype)?),
    }
}

fn integral(
    given: &Given,
    over: fn(&Var, &Var, isize) -> Outcome<Var>,
    at_distance: fn(&Var, Scalar, isize) -> Outcome<Var>,
) -> Outcome<Answer> {
    let dim = given.args.dim_or("dim", -1)?;
    let dx = given.args.f64_or("dx", 1.0)?;
    one(given, |inputs| match given.maybe_named(inputs, "x") {
        Some(x) => over(&inputs[0], x, dim),
        None => at_distance(&inputs[0], dx.into(), dim),
    })
}
