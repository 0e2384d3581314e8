//! Reductions, softmax and norms.

use gradus_autograd::Var;
use gradus_tensor::Tensor;
use gradus_tensor::ops::MatrixNorm;

use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, answer, one};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("sum", |g| {
        let (dims, keepdim) = dims(g)?;
        one(g, |x| cast(g, &cast(g, &x[0])?.sum_dims(&dims, keepdim)?))
    }),
    ("nansum", |g| {
        let (dims, keepdim) = dims(g)?;
        one(g, |x| cast(g, &cast(g, &x[0])?.nansum(&dims, keepdim)?))
    }),
    ("mean", |g| {
        let (dims, keepdim) = dims(g)?;
        one(g, |x| Ok(cast(g, &x[0])?.mean_dims(&dims, keepdim)?))
    }),
    ("nanmean", |g| {
        let (dims, keepdim) = dims(g)?;
        one(g, |x| Ok(cast(g, &x[0])?.nanmean(&dims, keepdim)?))
    }),
    ("prod", |g| {
        let keepdim = g.args.bool_or("keepdim", false)?;
        let dim = g.args.dim_opt("dim")?;
        one(g, |x| {
            let x = cast(g, &x[0])?;
            cast(
                g,
                &match dim {
                    None => x.prod()?,
                    Some(dim) => x.prod_dim(dim, keepdim)?,
                },
            )
        })
    }),
    ("amax", |g| {
        let (dims, keepdim) = dims(g)?;
        one(g, |x| Ok(x[0].amax(&dims, keepdim)?))
    }),
    ("amin", |g| {
        let (dims, keepdim) = dims(g)?;
        one(g, |x| Ok(x[0].amin(&dims, keepdim)?))
    }),
    ("aminmax", |g| {
        let (dim, keepdim) = (g.args.dim_opt("dim")?, g.args.bool_or("keepdim", false)?);
        answer(g, |x| {
            let (low, high) = x[0].aminmax(dim, keepdim)?;
            Ok(vec![low, high])
        })
    }),
    ("max", |g| {
        extreme(g, Var::max, Var::max_dim, |x, y| Ok(x.maximum(y)?))
    }),
    ("min", |g| {
        extreme(g, Var::min, Var::min_dim, |x, y| Ok(x.minimum(y)?))
    }),
    ("argmax", |g| {
        let (dim, keepdim) = (g.args.dim_opt("dim")?, g.args.bool_or("keepdim", false)?);
        tensor(&g.tensor(0)?.argmax(dim, keepdim)?)
    }),
    ("argmin", |g| {
        let (dim, keepdim) = (g.args.dim_opt("dim")?, g.args.bool_or("keepdim", false)?);
        tensor(&g.tensor(0)?.argmin(dim, keepdim)?)
    }),
    ("all", |g| truth(g, Tensor::all, Tensor::all_dims)),
    ("any", |g| truth(g, Tensor::any, Tensor::any_dims)),
    ("count_nonzero", |g| {
        let dims = g.args.dims_opt("dim")?.unwrap_or_default();
        tensor(&g.tensor(0)?.count_nonzero(&dims)?)
    }),
    ("var", |g| {
        let ((dims, keepdim), correction) = (dims(g)?, correction(g)?);
        one(g, |x| Ok(x[0].var_dims(&dims, correction, keepdim)?))
    }),
    ("std", |g| {
        let ((dims, keepdim), correction) = (dims(g)?, correction(g)?);
        one(g, |x| Ok(x[0].std_dims(&dims, correction, keepdim)?))
    }),
    ("var_mean", |g| {
        let ((dims, keepdim), correction) = (dims(g)?, correction(g)?);
        answer(g, |x| {
            let (variance, mean) = x[0].var_mean(&dims, correction, keepdim)?;
            Ok(vec![variance, mean])
        })
    }),
    ("std_mean", |g| {
        let ((dims, keepdim), correction) = (dims(g)?, correction(g)?);
        answer(g, |x| {
            let (deviation, mean) = x[0].std_mean(&dims, correction, keepdim)?;
            Ok(vec![deviation, mean])
        })
    }),
    ("cov", |g| {
        let correction = g.args.f64_or("correction", 1.0)?;
        g.args.describe(&["fweights", "aweights"]);
        one(g, |x| {
            let frequencies = g.maybe_named(x, "fweights").map(Var::value);
            let weights = g.maybe_named(x, "aweights");
            Ok(x[0].cov(correction, frequencies.as_ref(), weights)?)
        })
    }),
    ("corrcoef", |g| one(g, |x| Ok(x[0].corrcoef()?))),
    ("logsumexp", |g| {
        let (dims, keepdim) = dims(g)?;
        one(g, |x| Ok(x[0].logsumexp(&dims, keepdim)?))
    }),
    ("softmax", |g| {
        let dim = g.args.dim("dim")?;
        one(g, |x| Ok(cast(g, &x[0])?.softmax(dim)?))
    }),
    ("nn.functional.softmin", |g| {
        let dim = g.args.dim("dim")?;
        one(g, |x| Ok(cast(g, &x[0])?.softmin(dim)?))
    }),
    ("log_softmax", |g| {
        let dim = g.args.dim("dim")?;
        one(g, |x| Ok(cast(g, &x[0])?.log_softmax(dim)?))
    }),
    ("dist", |g| {
        let p = g.args.f64_or("p", 2.0)?;
        one(g, |x| Ok(x[0].dist(&x[1], p)?))
    }),
    ("norm", norm),
    ("linalg.norm", linalg_norm),
    ("linalg.vector_norm", |g| {
        let (dims, keepdim) = dims(g)?;
        let order = g.args.f64_or("ord", 2.0)?;
        one(g, |x| {
            Ok(widened(g, &x[0])?.vector_norm(order, &dims, keepdim)?)
        })
    }),
    ("linalg.matrix_norm", |g| {
        let dims = g.args.dims_opt("dim")?.unwrap_or(vec![-2, -1]);
        by_matrix_norm(g, &dims, "ord")
    }),
];

/// The dimensions to reduce, all being an empty list, and whether they stay.
fn dims(given: &Given) -> Outcome<(Vec<isize>, bool)> {
    Ok((
        given.args.dims_opt("dim")?.unwrap_or_default(),
        given.args.bool_or("keepdim", false)?,
    ))
}

/// In the dtype that the case asks for.
fn cast(given: &Given, x: &Var) -> Outcome<Var> {
    Ok(match given.dtype()? {
        None => x.clone(),
        Some(dtype) => x.to_dtype(dtype)?,
    })
}

/// As [`cast`], for norms, which do not narrow.
fn widened(given: &Given, x: &Var) -> Outcome<Var> {
    match given.dtype()? {
        Some(dtype) if !dtype.is_float() || dtype.size() < x.dtype().size() => Err(Stop::wrong(
            format!("{dtype} is narrower than {}", x.dtype()),
        )),
        _ => cast(given, x),
    }
}

pub(super) fn tensor(tensor: &Tensor) -> Outcome<Answer> {
    Ok(Answer::outputs([bridge::array(tensor)?]))
}

type Pair = gradus_tensor::Result<(Var, Tensor)>;

/// Of all elements, along a dimension with positions, or of two operands.
fn extreme(
    given: &Given,
    all: fn(&Var) -> gradus_tensor::Result<Var>,
    along: fn(&Var, isize, bool) -> Pair,
    of_two: fn(&Var, &Var) -> Outcome<Var>,
) -> Outcome<Answer> {
    let keepdim = given.args.bool_or("keepdim", false)?;
    match given.args.dim_opt("dim")? {
        Some(dim) => answer(given, |x| both(along(&x[0], dim, keepdim)?)),
        None => one(given, |x| match x.get(1) {
            Some(other) => of_two(&x[0], other),
            None => Ok(all(&x[0])?),
        }),
    }
}

/// Values and positions as two outputs.
pub(super) fn both((values, index): (Var, Tensor)) -> Outcome<Vec<Var>> {
    Ok(vec![values, Var::new(index)])
}

fn truth(
    given: &Given,
    all: fn(&Tensor) -> gradus_tensor::Result<Tensor>,
    along: fn(&Tensor, &[isize], bool) -> gradus_tensor::Result<Tensor>,
) -> Outcome<Answer> {
    let keepdim = given.args.bool_or("keepdim", false)?;
    let x = given.tensor(0)?;
    tensor(&match given.args.dims_opt("dim")? {
        None if keepdim => along(&x, &(0..x.rank() as isize).collect::<Vec<_>>(), true)?,
        None => all(&x)?,
        Some(dims) => along(&x, &dims, keepdim)?,
    })
}

fn correction(given: &Given) -> Outcome<f64> {
    Ok(match given.args.f64_opt("correction")? {
        Some(correction) => correction,
        None => f64::from(u8::from(given.args.bool_or("unbiased", true)?)),
    })
}

/// `torch.norm`: an order of vectors over any dimensions, or a norm of matrices by name.
fn norm(given: &Given) -> Outcome<Answer> {
    let (mut dims, keepdim) = dims(given)?;
    match given.args.get("p").and_then(|p| p.as_str()) {
        Some("fro") if dims.len() <= 2 => one(given, |x| {
            Ok(widened(given, &x[0])?.vector_norm(2.0, &dims, keepdim)?)
        }),
        Some("inf" | "-inf") | None => {
            let p = given.args.f64_or("p", 2.0)?;
            one(given, |x| {
                Ok(widened(given, &x[0])?.vector_norm(p, &dims, keepdim)?)
            })
        }
        Some(_) => {
            if dims.is_empty() {
                dims = (0..given.tensor(0)?.rank() as isize).collect();
            }
            by_matrix_norm(given, &dims, "p")
        }
    }
}

/// `torch.linalg.norm`: of matrices if two dimensions are meant, else of vectors.
fn linalg_norm(given: &Given) -> Outcome<Answer> {
    let rank = given.tensor(0)?.rank();
    let (dims, keepdim) = dims(given)?;
    let named = given
        .args
        .get("ord")
        .is_some_and(|ord| ord.as_f64().is_none());
    let by_name = named && given.args.f64_opt("ord").is_err();
    if given.args.get("ord").is_none() {
        return one(given, |x| {
            Ok(widened(given, &x[0])?.vector_norm(2.0, &dims, keepdim)?)
        });
    }
    let over = if dims.is_empty() { rank } else { dims.len() };
    if dims.is_empty() && !(1..=2).contains(&rank) {
        return Err(Stop::wrong(
            "an order without dimensions is for vectors and matrices",
        ));
    }
    if over == 2 || by_name {
        let both = [0, 1];
        return by_matrix_norm(given, if dims.is_empty() { &both } else { &dims }, "ord");
    }
    let order = given.args.f64("ord")?;
    one(given, |x| {
        Ok(widened(given, &x[0])?.vector_norm(order, &dims, keepdim)?)
    })
}

/// The norm of matrices whose order stands under `key`, if there is one.
pub(super) fn matrix_norm(given: &Given, key: &str) -> Outcome<Option<MatrixNorm>> {
    let by_name = given.args.get(key).and_then(|order| order.as_str());
    Ok(Some(match by_name {
        Some("fro") => MatrixNorm::Frobenius,
        Some("nuc") => MatrixNorm::Nuclear,
        Some("inf") => MatrixNorm::Infinity,
        Some("-inf") => MatrixNorm::LeastRow,
        Some(other) => return Err(Stop::wrong(other)),
        None => match given.args.f64_opt(key)? {
            None => return Ok(None),
            Some(1.0) => MatrixNorm::One,
            Some(-1.0) => MatrixNorm::LeastColumn,
            Some(2.0) => MatrixNorm::Spectral,
            Some(-2.0) => MatrixNorm::LeastSingular,
            Some(other) => return Err(Stop::wrong(other)),
        },
    }))
}

/// By a norm of matrices whose order stands under `key`; the Frobenius norm if there is none.
fn by_matrix_norm(given: &Given, dims: &[isize], key: &str) -> Outcome<Answer> {
    let keepdim = given.args.bool_or("keepdim", false)?;
    let &[rows, columns] = dims else {
        return Err(Stop::wrong("a norm of matrices needs two dimensions"));
    };
    let norm = matrix_norm(given, key)?.unwrap_or(MatrixNorm::Frobenius);
    one(given, |x| {
        let x = widened(given, &x[0])?;
        Ok(x.matrix_norm(norm, [rows, columns], keepdim)?)
    })
}
