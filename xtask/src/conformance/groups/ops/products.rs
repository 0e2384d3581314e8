//! Products of vectors and matrices.

use super::one;
use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[
    ("matmul", |g| one(g, |x| Ok(x[0].matmul(&x[1])?))),
    ("mm", |g| one(g, |x| Ok(x[0].mm(&x[1])?))),
    ("bmm", |g| one(g, |x| Ok(x[0].bmm(&x[1])?))),
    ("dot", |g| one(g, |x| Ok(x[0].dot(&x[1])?))),
    ("outer", |g| one(g, |x| Ok(x[0].outer(&x[1])?))),
    ("addmm", |g| {
        let (beta, alpha) = (g.args.scalar_or("beta", 1)?, g.args.scalar_or("alpha", 1)?);
        one(g, |x| Ok(x[0].addmm(&x[1], &x[2], beta, alpha)?))
    }),
];
