//! Views, rearrangements and joins.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
