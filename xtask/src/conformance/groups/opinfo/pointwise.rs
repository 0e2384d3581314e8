//! Elementwise functions of one, two or three inputs.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
