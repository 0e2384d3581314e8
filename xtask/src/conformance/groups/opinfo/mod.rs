//! PyTorch's own operator tests: one table per family.

mod activation;
mod creation;
pub(super) mod indexing;
mod layers;
mod linalg;
mod logic;
mod losses;
mod pointwise;
mod products;
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
    linalg::TABLE,
    activation::TABLE,
    layers::TABLE,
    losses::TABLE,
];
