//! Products of vectors and matrices.

use gradus_autograd::Var;
use gradus_tensor::ops::Contraction;

use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, one};

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("mm", |g| two(g, "input", "mat2", |a, b| Ok(a.mm(b)?))),
    ("bmm", |g| two(g, "input", "mat2", |a, b| Ok(a.bmm(b)?))),
    ("mv", |g| two(g, "input", "vec", |a, b| Ok(a.mv(b)?))),
    ("dot", |g| two(g, "input", "tensor", |a, b| Ok(a.dot(b)?))),
    ("vdot", |g| two(g, "input", "other", |a, b| Ok(a.vdot(b)?))),
    ("matmul", |g| {
        two(g, "input", "other", |a, b| Ok(a.matmul(b)?))
    }),
    ("outer", |g| two(g, "input", "vec2", |a, b| Ok(a.outer(b)?))),
    ("inner", |g| {
        two(g, "input", "other", |a, b| Ok(a.inner(b)?))
    }),
    ("kron", |g| two(g, "input", "other", |a, b| Ok(a.kron(b)?))),
    ("addmm", |g| {
        let (beta, alpha) = (g.args.scalar_or("beta", 1)?, g.args.scalar_or("alpha", 1)?);
        three(g, "mat1", "mat2", |x, a, b| Ok(x.addmm(a, b, beta, alpha)?))
    }),
    ("addmv", |g| {
        let (beta, alpha) = (g.args.scalar_or("beta", 1)?, g.args.scalar_or("alpha", 1)?);
        three(g, "mat", "vec", |x, a, v| Ok(x.addmv(a, v, beta, alpha)?))
    }),
    ("addbmm", |g| {
        let (beta, alpha) = (g.args.scalar_or("beta", 1)?, g.args.scalar_or("alpha", 1)?);
        three(g, "batch1", "batch2", |x, a, b| {
            Ok(x.addbmm(a, b, beta, alpha)?)
        })
    }),
    ("baddbmm", |g| {
        let (beta, alpha) = (g.args.scalar_or("beta", 1)?, g.args.scalar_or("alpha", 1)?);
        three(g, "batch1", "batch2", |x, a, b| {
            Ok(x.baddbmm(a, b, beta, alpha)?)
        })
    }),
    ("addr", |g| {
        let (beta, alpha) = (g.args.scalar_or("beta", 1)?, g.args.scalar_or("alpha", 1)?);
        three(g, "vec1", "vec2", |x, u, v| Ok(x.addr(u, v, beta, alpha)?))
    }),
    ("tensordot", |g| {
        let dims = contraction(g)?;
        two(g, "a", "b", |a, b| Ok(a.tensordot(b, dims)?))
    }),
    ("einsum", |g| {
        let equation = g.args.str("equation")?;
        one(g, |x| Ok(Var::einsum(equation, &g.listed(x, "operands"))?))
    }),
    ("trace", |g| one(g, |x| Ok(x[0].trace()?))),
    ("cross", |g| {
        let dim = g.args.i64_opt("dim")?.map(|d| d as isize);
        two(g, "input", "other", |a, b| Ok(a.cross(b, dim)?))
    }),
    ("linalg.cross", |g| {
        let dim = g.args.i64_opt("dim")?.unwrap_or(-1) as isize;
        two(g, "input", "other", |a, b| Ok(a.cross(b, Some(dim))?))
    }),
    ("linalg.vecdot", |g| {
        let dim = g.args.i64_opt("dim")?.unwrap_or(-1) as isize;
        two(g, "x", "y", |a, b| Ok(a.vecdot(b, dim)?))
    }),
    ("linalg.multi_dot", |g| {
        one(g, |x| Ok(Var::multi_dot(&g.listed(x, "tensors"))?))
    }),
    ("linalg.diagonal", |g| {
        let integer =
            |key, default| Ok::<_, Stop>(g.args.i64_opt(key)?.unwrap_or(default) as isize);
        let (offset, a, b) = (
            integer("offset", 0)?,
            integer("dim1", -2)?,
            integer("dim2", -1)?,
        );
        one(g, |x| Ok(x[0].diagonal(offset, a, b)?))
    }),
    ("linalg.vander", |g| {
        let n = g.args.usize_opt("N")?;
        one(g, |x| Ok(x[0].vander(n)?))
    }),
    ("nn.functional.linear", |g| {
        one(g, |x| {
            let bias = g.maybe_named(x, "bias");
            Ok(g.named(x, "input")?.linear(g.named(x, "weight")?, bias)?)
        })
    }),
];

fn two(
    given: &Given,
    left: &str,
    right: &str,
    call: impl FnOnce(&Var, &Var) -> Outcome<Var>,
) -> Outcome<Answer> {
    one(given, |x| {
        call(given.named(x, left)?, given.named(x, right)?)
    })
}

fn three(
    given: &Given,
    left: &str,
    right: &str,
    call: impl FnOnce(&Var, &Var, &Var) -> Outcome<Var>,
) -> Outcome<Answer> {
    one(given, |x| {
        call(
            given.named(x, "input")?,
            given.named(x, left)?,
            given.named(x, right)?,
        )
    })
}

fn contraction(given: &Given) -> Outcome<Contraction> {
    if let Some(count) = given.args.get("dims").and_then(|value| value.as_u64()) {
        return Ok(Contraction::Neighbours(count as usize));
    }
    let rows = given.args.rows("dims")?;
    let mut lists = rows
        .iter()
        .map(|row| row.iter().map(|&d| d as isize).collect());
    Ok(Contraction::Pairs(
        lists.next().unwrap_or_default(),
        lists.next().unwrap_or_default(),
    ))
}
