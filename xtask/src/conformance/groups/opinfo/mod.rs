//! PyTorch's own operator tests: one table per family.

pub(super) mod activation;
pub(super) mod creation;
mod distance;
pub(super) mod indexing;
pub(super) mod layers;
mod linalg;
pub(super) mod logic;
pub(super) mod losses;
pub(super) mod pointwise;
pub(super) mod products;
pub(super) mod reduction;
pub(super) mod scan;
pub(super) mod shape;
pub(super) mod sorting;

use super::Table;

pub(super) const TABLES: &[Table] = &[
    pointwise::TABLE,
    logic::TABLE,
    reduction::TABLE,
    scan::TABLE,
    sorting::TABLE,
    shape::TABLE,
    indexing::TABLE,
    creation::TABLE,
    products::TABLE,
    distance::TABLE,
    linalg::TABLE,
    activation::TABLE,
    layers::TABLE,
    losses::TABLE,
];
