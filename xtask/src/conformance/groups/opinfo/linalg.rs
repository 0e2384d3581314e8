//! Decompositions, solvers and matrix functions.

use gradus_autograd::Var;
use gradus_tensor::Tensor;
use gradus_tensor::ops::MatrixNorm;
use gradus_tensor::ops::linalg::{Half, QrMode, Tolerance, Triangular};

use super::reduction::matrix_norm;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, answer, one};

pub(super) const TABLE: Table = &[
    ("linalg.solve", |g| {
        one(g, |x| Ok(g.named(x, "A")?.solve(g.named(x, "B")?)?))
    }),
    ("linalg.inv", |g| one(g, |x| Ok(x[0].inv()?))),
    ("linalg.det", |g| one(g, |x| Ok(x[0].det()?))),
    ("linalg.slogdet", |g| {
        answer(g, |x| {
            let (sign, log) = x[0].slogdet()?;
            Ok(vec![sign, log])
        })
    }),
    ("logdet", |g| one(g, |x| Ok(x[0].logdet()?))),
    ("linalg.cholesky", |g| {
        let upper = g.args.bool_or("upper", false)?;
        one(g, |x| Ok(x[0].cholesky(upper)?))
    }),
    ("linalg.qr", |g| {
        let mode = match g.args.str_or("mode", "reduced")? {
            "reduced" => QrMode::Reduced,
            "complete" => QrMode::Complete,
            "r" => QrMode::R,
            other => return Err(Stop::wrong(format!("no mode {other}"))),
        };
        answer(g, |x| {
            let (q, r) = x[0].qr(mode)?;
            Ok(vec![q, r])
        })
    }),
    ("linalg.svd", |g| {
        let full = g.args.bool_or("full_matrices", true)?;
        answer(g, |x| {
            let (u, s, vt) = x[0].svd(full)?;
            Ok(vec![u, s, vt])
        })
    }),
    ("linalg.svdvals", |g| one(g, |x| Ok(x[0].svdvals()?))),
    ("linalg.eigh", |g| {
        let half = half(g)?;
        answer(g, |x| {
            let (values, vectors) = x[0].eigh(half)?;
            Ok(vec![values, vectors])
        })
    }),
    ("linalg.eigvalsh", |g| {
        let half = half(g)?;
        one(g, |x| Ok(x[0].eigvalsh(half)?))
    }),
    ("linalg.lstsq", |g| {
        // Each driver is another way to the same solution.
        g.args.describe(&["driver"]);
        let relative = g.args.f64_opt("rcond")?.map(Tensor::scalar);
        let tolerance = Tolerance {
            absolute: None,
            relative,
        };
        one(g, |x| {
            Ok(g.named(x, "A")?.lstsq(g.named(x, "B")?, &tolerance)?)
        })
    }),
    ("linalg.pinv", |g| {
        let (tolerance, symmetric) = (tolerance(g)?, g.args.bool_or("hermitian", false)?);
        one(g, |x| Ok(x[0].pinv(&tolerance, symmetric)?))
    }),
    ("linalg.matrix_rank", |g| {
        let (tolerance, symmetric) = (tolerance(g)?, g.args.bool_or("hermitian", false)?);
        let rank = g.tensor(0)?.matrix_rank(&tolerance, symmetric)?;
        Ok(Answer::outputs([bridge::array(&rank)?]))
    }),
    ("linalg.matrix_power", |g| {
        let n = g.args.i64("n")?;
        one(g, |x| Ok(x[0].matrix_power(n)?))
    }),
    ("linalg.solve_triangular", solve_triangular),
    ("linalg.cond", |g| {
        let norm = matrix_norm(g, "p")?.unwrap_or(MatrixNorm::Spectral);
        one(g, |x| Ok(x[0].cond(norm)?))
    }),
];

fn half(given: &Given) -> Outcome<Half> {
    match given.args.str_or("UPLO", "L")? {
        "L" | "l" => Ok(Half::Lower),
        "U" | "u" => Ok(Half::Upper),
        other => Err(Stop::wrong(format!("no half {other}"))),
    }
}

/// `atol` and `rtol`, numbers or tensors.
fn tolerance(given: &Given) -> Outcome<Tolerance> {
    let read = |key: &str| match given.position(key) {
        Some(position) => given.tensor(position).map(Some),
        None => Ok(given.args.f64_opt(key)?.map(Tensor::scalar)),
    };
    Ok(Tolerance {
        absolute: read("atol")?,
        relative: read("rtol")?,
    })
}

/// `left=False` asks for the X of `X A = B`, which is the transpose of a system from the left.
fn solve_triangular(given: &Given) -> Outcome<Answer> {
    let left = given.args.bool_or("left", true)?;
    let upper = given.args.bool("upper")? == left;
    let half = match (upper, given.args.bool_or("unitriangular", false)?) {
        (true, false) => Triangular::Upper,
        (true, true) => Triangular::UnitUpper,
        (false, false) => Triangular::Lower,
        (false, true) => Triangular::UnitLower,
    };
    one(given, |x| {
        let (a, b) = (given.named(x, "input")?, given.named(x, "B")?);
        let transposed = |x: &Var| x.transpose(-1, -2);
        if left {
            return Ok(a.solve_triangular(b, half)?);
        }
        let x = transposed(a)?.solve_triangular(&transposed(b)?, half)?;
        Ok(transposed(&x)?)
    })
}
