//! `nn.functional`: convolution, pooling, normalisation, attention and their kin.

use crate::conformance::groups::Table;

pub(super) const TABLE: Table = &[];
