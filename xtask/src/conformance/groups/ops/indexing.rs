//! Reading and writing by index, mask and position.

use crate::conformance::groups::Table;
use crate::conformance::groups::opinfo::indexing;

pub(super) const TABLE: Table = &[
    ("index_select", indexing::index_select),
    ("gather", indexing::gather),
    ("scatter", indexing::scatter),
    ("scatter_add", indexing::scatter_add),
    ("masked_select", indexing::masked_select),
    ("one_hot", indexing::one_hot),
];
