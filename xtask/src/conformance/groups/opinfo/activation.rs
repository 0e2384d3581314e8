//! `nn.functional`: activations.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
