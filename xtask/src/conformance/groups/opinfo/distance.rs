//! Distances, and vectors held to a norm.

use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::one;

pub(super) const TABLE: Table = &[
    ("cdist", |g| {
        let p = g.args.f64_or("p", 2.0)?;
        // Which way the distances are computed; the result is the same.
        g.args.describe(&["compute_mode"]);
        one(g, |x| Ok(g.named(x, "x1")?.cdist(g.named(x, "x2")?, p)?))
    }),
    ("renorm", |g| {
        let (p, maxnorm) = (g.args.f64("p")?, g.args.f64("maxnorm")?);
        let dim = g.args.i64("dim")? as isize;
        one(g, |x| Ok(x[0].renorm(p, dim, maxnorm)?))
    }),
];
