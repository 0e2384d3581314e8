//! Views, rearrangements, joins and parts.

use crate::conformance::case::{Answer, Given};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, one};
use crate::conformance::groups::opinfo::shape;

pub(super) const TABLE: Table = &[
    ("transpose", shape::transpose),
    ("permute", shape::permute),
    ("reshape", shape::reshape),
    ("view", shape::view),
    ("flatten", shape::flatten),
    ("slice", slice),
    ("narrow", shape::narrow),
    ("select", shape::select),
    ("squeeze", shape::squeeze),
    ("unsqueeze", shape::unsqueeze),
    ("expand", shape::expand),
    ("repeat", shape::repeat),
    ("flip", shape::flip),
    ("pad", shape::pad),
    ("cat", shape::cat),
    ("stack", shape::stack),
    ("split", shape::split),
    ("chunk", shape::chunk),
    ("tril", shape::tril),
    ("triu", shape::triu),
    ("diagonal", shape::diagonal),
];

/// `x[start:end:step]` along a dimension.
fn slice(given: &Given) -> Outcome<Answer> {
    let dim = given.args.dim("dim")?;
    let (start, end) = (
        given.args.dim_or("start", 0)?,
        given.args.dim_or("end", isize::MAX)?,
    );
    let step = given.args.usize("step")?;
    one(given, |x| Ok(x[0].slice(dim, start, end, step)?))
}
