//! Sorting, selecting by rank, counting and searching.

use gradus_autograd::Var;
use gradus_tensor::ops::{QuantileInterpolation, Unique};
use gradus_tensor::{DType, Tensor};

use super::reduction::{both, tensor};
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, answer, one};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("sort", |g| {
        let (dim, descending) = order(g)?;
        answer(g, |x| both(x[0].sort(dim, descending)?))
    }),
    ("msort", |g| one(g, |x| Ok(x[0].msort()?))),
    ("argsort", |g| {
        let (dim, descending) = order(g)?;
        tensor(&g.tensor(0)?.argsort(dim, descending)?)
    }),
    ("topk", |g| {
        let (k, dim) = (g.args.usize("k")?, g.args.dim_or("dim", -1)?);
        let largest = g.args.bool_or("largest", true)?;
        // Unsorted means in any order.
        g.args.describe(&["sorted"]);
        answer(g, |x| both(x[0].topk(k, dim, largest)?))
    }),
    ("kthvalue", |g| {
        let (k, dim) = (g.args.usize("k")?, g.args.dim_or("dim", -1)?);
        let keepdim = g.args.bool_or("keepdim", false)?;
        answer(g, |x| both(x[0].kthvalue(k, dim, keepdim)?))
    }),
    ("median", |g| median(g, Var::median, Var::median_dim)),
    ("nanmedian", |g| {
        median(g, Var::nanmedian, Var::nanmedian_dim)
    }),
    ("mode", |g| {
        let dim = g.args.dim_or("dim", -1)?;
        let keepdim = g.args.bool_or("keepdim", false)?;
        answer(g, |x| both(x[0].mode(dim, keepdim)?))
    }),
    ("quantile", |g| {
        quantile(g, |x, q, dim, keep, how| Ok(x.quantile(q, dim, keep, how)?))
    }),
    ("nanquantile", |g| {
        quantile(g, |x, q, dim, keep, how| {
            Ok(x.nanquantile(q, dim, keep, how)?)
        })
    }),
    ("unique", |g| {
        // Unsorted means in any order.
        g.args.describe(&["sorted"]);
        distinct(g, &g.tensor(0)?.unique(g.args.dim_opt("dim")?)?)
    }),
    ("unique_consecutive", |g| {
        distinct(g, &g.tensor(0)?.unique_consecutive(g.args.dim_opt("dim")?)?)
    }),
    ("searchsorted", |g| {
        let boundaries = input(g, "sorted_sequence")?;
        let sorter = g.position("sorter").map(|at| g.tensor(at)).transpose()?;
        g.args.describe(&["sorter"]);
        let values = input(g, "input")?;
        let right = right(g)?;
        places(
            g,
            &boundaries.searchsorted(&values, sorter.as_ref(), right)?,
        )
    }),
    ("bucketize", |g| {
        let (values, boundaries) = (input(g, "input")?, input(g, "boundaries")?);
        places(g, &values.bucketize(&boundaries, right(g)?)?)
    }),
    ("bincount", |g| {
        let weights = g.position("weights").map(|at| g.tensor(at)).transpose()?;
        g.args.describe(&["weights"]);
        let least = g.args.usize_opt("minlength")?.unwrap_or(0);
        tensor(&g.tensor(0)?.bincount(weights.as_ref(), least)?)
    }),
    ("histc", |g| {
        let bins = g.args.usize_opt("bins")?.unwrap_or(100);
        let (low, high) = (g.args.f64_or("min", 0.0)?, g.args.f64_or("max", 0.0)?);
        tensor(&g.tensor(0)?.histc(bins, low, high)?)
    }),
];

/// The dimension, and whether descending. Every sort is stable.
fn order(given: &Given) -> Outcome<(isize, bool)> {
    given.args.describe(&["stable"]);
    Ok((
        given.args.dim_or("dim", -1)?,
        given.args.bool_or("descending", false)?,
    ))
}

fn median(
    given: &Given,
    all: fn(&Var) -> gradus_tensor::Result<Var>,
    along: fn(&Var, isize, bool) -> gradus_tensor::Result<(Var, Tensor)>,
) -> Outcome<Answer> {
    let keepdim = given.args.bool_or("keepdim", false)?;
    match given.args.dim_opt("dim")? {
        None => one(given, |x| Ok(all(&x[0])?)),
        Some(dim) => answer(given, |x| both(along(&x[0], dim, keepdim)?)),
    }
}

type Quantile = fn(&Var, &Var, Option<isize>, bool, QuantileInterpolation) -> Outcome<Var>;

fn quantile(given: &Given, call: Quantile) -> Outcome<Answer> {
    let (dim, keepdim) = (
        given.args.dim_opt("dim")?,
        given.args.bool_or("keepdim", false)?,
    );
    let interpolation = match given.args.str_or("interpolation", "linear")? {
        "linear" => QuantileInterpolation::Linear,
        "lower" => QuantileInterpolation::Lower,
        "higher" => QuantileInterpolation::Higher,
        "midpoint" => QuantileInterpolation::Midpoint,
        "nearest" => QuantileInterpolation::Nearest,
        other => return Err(Stop::wrong(other)),
    };
    let share = given.args.f64_opt("q")?;
    one(given, |x| {
        let q = match share {
            Some(share) => Var::new(Tensor::scalar(share).to_dtype(x[0].dtype())?),
            None => given.named(x, "q")?.clone(),
        };
        call(&x[0], &q, dim, keepdim, interpolation)
    })
}

fn distinct(given: &Given, found: &Unique) -> Outcome<Answer> {
    let mut outputs = vec![bridge::array(&found.values)?];
    if given.args.bool_or("return_inverse", false)? {
        outputs.push(bridge::array(&found.inverse)?);
    }
    if given.args.bool_or("return_counts", false)? {
        outputs.push(bridge::array(&found.counts)?);
    }
    Ok(Answer::outputs(outputs))
}

/// A tensor, or a number as one without dimensions.
fn input(given: &Given, name: &str) -> Outcome<Tensor> {
    if let Some(at) = given.position(name) {
        return given.tensor(at);
    }
    let number = given.args.get(name).and_then(|value| value.as_i64());
    Ok(match number {
        Some(integer) => Tensor::scalar(integer),
        None => Tensor::scalar(given.args.f64(name)?),
    })
}

fn right(given: &Given) -> Outcome<bool> {
    let right = given.args.bool_or("right", false)?;
    match given
        .args
        .str_or("side", if right { "right" } else { "left" })?
    {
        "left" if !right => Ok(false),
        "right" => Ok(true),
        side => Err(Stop::wrong(format!("side {side} with right {right}"))),
    }
}

/// Positions in the integers that the case asks for.
fn places(given: &Given, places: &Tensor) -> Outcome<Answer> {
    if given.args.bool_or("out_int32", false)? {
        return tensor(&places.to_dtype(DType::I32)?);
    }
    tensor(places)
}
