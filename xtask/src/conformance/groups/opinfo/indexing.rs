//! Reading and writing by index, mask and position.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
