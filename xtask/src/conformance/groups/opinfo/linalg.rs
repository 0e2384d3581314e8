//! Decompositions, solvers and matrix functions.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
