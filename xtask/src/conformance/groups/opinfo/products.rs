//! Products of vectors and matrices.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
