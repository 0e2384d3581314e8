//! Comparisons, predicates, logical and bitwise operators.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
