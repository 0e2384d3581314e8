//! Sorting, selecting by rank, counting and searching.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
