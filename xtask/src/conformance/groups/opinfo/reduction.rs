//! Reductions, softmax and norms.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
