//! Reading and writing by index, mask and position. The group `ops` calls them by the same arguments.

use gradus_autograd::Var;
use gradus_tensor::ops::ScatterReduction;
use gradus_tensor::{Index, Tensor};
use serde_json::Value;

use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, one};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("__getitem__", getitem),
    ("index_put", index_put),
    ("index_select", index_select),
    ("index_add", |g| {
        let (dim, alpha) = (g.args.dim("dim")?, g.args.scalar_or("alpha", 1)?);
        one(g, |x| {
            Ok(x[0].index_add(dim, &x[1].value(), &x[2], alpha)?)
        })
    }),
    ("index_copy", |g| {
        let dim = g.args.dim("dim")?;
        one(g, |x| Ok(x[0].index_copy(dim, &x[1].value(), &x[2])?))
    }),
    ("index_fill", |g| {
        let dim = g.args.dim("dim")?;
        if g.position("value").is_some() {
            return one(g, |x| {
                Ok(x[0].index_fill_with(dim, &x[1].value(), &x[2])?)
            });
        }
        let value = g.args.scalar("value")?;
        one(g, |x| Ok(x[0].index_fill(dim, &x[1].value(), value)?))
    }),
    ("index_reduce", |g| {
        let (dim, reduce) = (g.args.dim("dim")?, reduction(g)?);
        let include_self = g.args.bool_or("include_self", true)?;
        one(g, |x| {
            Ok(x[0].index_reduce(dim, &x[1].value(), &x[2], reduce, include_self)?)
        })
    }),
    ("take", |g| one(g, |x| Ok(x[0].take(&x[1].value())?))),
    ("put", |g| {
        let accumulate = g.args.bool_or("accumulate", false)?;
        one(g, |x| Ok(x[0].put(&x[1].value(), &x[2], accumulate)?))
    }),
    ("gather", gather),
    ("take_along_dim", |g| {
        let dim = g.args.dim_opt("dim")?;
        one(g, |x| Ok(x[0].take_along_dim(&x[1].value(), dim)?))
    }),
    ("scatter", scatter),
    ("scatter_add", scatter_add),
    ("scatter_reduce", |g| {
        let (dim, reduce) = (g.args.dim("dim")?, reduction(g)?);
        let include_self = g.args.bool_or("include_self", true)?;
        one(g, |x| {
            Ok(x[0].scatter_reduce(dim, &x[1].value(), &x[2], reduce, include_self)?)
        })
    }),
    ("masked_select", masked_select),
    ("masked_scatter", |g| {
        one(g, |x| Ok(x[0].masked_scatter(&x[1].value(), &x[2])?))
    }),
    ("nonzero", |g| {
        let x = g.tensor(0)?;
        if g.args.bool_or("as_tuple", false)? {
            return tensors(&x.nonzero_as_tuple()?);
        }
        tensors(&[x.nonzero()?])
    }),
    ("argwhere", |g| tensors(&[g.tensor(0)?.argwhere()?])),
    ("unravel_index", |g| {
        let shape = g.args.sizes("shape")?;
        tensors(&g.tensor(0)?.unravel_index(&shape)?)
    }),
    ("nn.functional.one_hot", one_hot),
    ("nn.functional.embedding", |g| {
        let padding = g.args.dim_opt("padding_idx")?;
        let by_frequency = g.args.bool_or("scale_grad_by_freq", false)?;
        one(g, |x| {
            let (index, table) = (g.named(x, "input")?.value(), g.named(x, "weight")?);
            Ok(table.embedding(&index, padding, by_frequency)?)
        })
    }),
];

fn tensors(outputs: &[Tensor]) -> Outcome<Answer> {
    let arrays: Outcome<Vec<_>> = outputs.iter().map(bridge::array).collect();
    Ok(Answer::outputs(arrays?))
}

/// What stands between the brackets, entry by entry.
fn getitem(given: &Given) -> Outcome<Answer> {
    let key = given.args.get("key").and_then(Value::as_array);
    let key = key.ok_or_else(|| Stop::wrong("no key"))?;
    one(given, |x| {
        let entries: Outcome<Vec<Index>> = key.iter().map(|entry| index(entry, x)).collect();
        Ok(x[0].index(entries?)?)
    })
}

fn index(entry: &Value, inputs: &[Var]) -> Outcome<Index> {
    let unknown = || Stop::wrong(format!("no index {entry}"));
    let integer = |value: &Value| value.as_i64().map(|i| i as isize);
    Ok(match entry {
        Value::Null => Index::NewAxis,
        Value::String(dots) if dots == "..." => Index::Ellipsis,
        Value::Number(_) => Index::At(integer(entry).ok_or_else(unknown)?),
        Value::Array(list) => {
            let list: Option<Vec<i64>> = list.iter().map(Value::as_i64).collect();
            Index::from(list.ok_or_else(unknown)?)
        }
        Value::Object(object) => match (object.get("slice"), object.get("tensor")) {
            (Some(Value::Array(bounds)), None) if bounds.len() == 3 => Index::Slice {
                start: integer(&bounds[0]),
                end: integer(&bounds[1]),
                step: integer(&bounds[2]).unwrap_or(1),
            },
            (None, Some(position)) => {
                let position = position.as_u64().and_then(|k| inputs.get(k as usize));
                Index::from(position.ok_or_else(unknown)?.value())
            }
            _ => return Err(unknown()),
        },
        _ => return Err(unknown()),
    })
}

fn index_put(given: &Given) -> Outcome<Answer> {
    let accumulate = given.args.bool_or("accumulate", false)?;
    one(given, |x| {
        let indices = given.listed(x, "indices");
        let indices: Vec<Index> = indices.iter().map(|index| index.value().into()).collect();
        let values = given.named(x, "values")?;
        Ok(given
            .named(x, "input")?
            .index_put(indices, values, accumulate)?)
    })
}

pub(in crate::conformance::groups) fn index_select(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim("dim")?;
    one(given, |x| Ok(x[0].index_select(dim, &x[1].value())?))
}

pub(in crate::conformance::groups) fn gather(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim("dim")?;
    one(given, |x| Ok(x[0].gather(dim, &x[1].value())?))
}

/// With a tensor or a number, either of which may be added or multiplied instead of written.
pub(in crate::conformance::groups) fn scatter(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim("dim")?;
    let reduce = match given.args.get("reduce").and_then(Value::as_str) {
        None => None,
        Some("add") => Some(ScatterReduction::Sum),
        Some("multiply") => Some(ScatterReduction::Prod),
        Some(other) => return Err(Stop::wrong(format!("no reduction `{other}`"))),
    };
    let value = given.args.scalar_opt("value")?;
    one(given, |x| {
        let index = x[1].value();
        match (reduce, value) {
            (None, None) => Ok(x[0].scatter(dim, &index, &x[2])?),
            (None, Some(value)) => Ok(x[0].scatter_value(dim, &index, value)?),
            (Some(reduce), None) => Ok(x[0].scatter_reduce(dim, &index, &x[2], reduce, true)?),
            (Some(reduce), Some(value)) => {
                let source = Tensor::full(index.shape(), value, x[0].dtype())?;
                Ok(x[0].scatter_reduce(dim, &index, &Var::new(source), reduce, true)?)
            }
        }
    })
}

pub(in crate::conformance::groups) fn scatter_add(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim("dim")?;
    one(given, |x| {
        Ok(x[0].scatter_add(dim, &x[1].value(), &x[2])?)
    })
}

fn reduction(given: &Given) -> Outcome<ScatterReduction> {
    match given.args.str("reduce")? {
        "sum" => Ok(ScatterReduction::Sum),
        "prod" => Ok(ScatterReduction::Prod),
        "mean" => Ok(ScatterReduction::Mean),
        "amax" => Ok(ScatterReduction::Amax),
        "amin" => Ok(ScatterReduction::Amin),
        other => Err(Stop::wrong(format!("no reduction `{other}`"))),
    }
}

pub(in crate::conformance::groups) fn masked_select(given: &Given) -> Outcome<Answer> {
    one(given, |x| Ok(x[0].masked_select(&x[1].value())?))
}

/// −1 asks for one more than the largest class.
pub(in crate::conformance::groups) fn one_hot(given: &Given) -> Outcome<Answer> {
    let classes = match given.args.dim_or("num_classes", -1)? {
        -1 => None,
        classes => Some(usize::try_from(classes).map_err(Stop::wrong)?),
    };
    tensors(&[given.tensor(0)?.one_hot(classes)?])
}
