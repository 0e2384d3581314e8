//! Cumulative operators and differences along a dimension.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
