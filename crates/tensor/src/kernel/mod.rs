//! Loops over elements. Everything here works on host memory; operations call it, users do not.
//!
//! A result never depends on the number of threads: work is cut into pieces whose bounds follow from
//! the sizes alone, and reductions combine their pieces in a fixed tree.

mod by_function;
mod cascade;
mod compress;
mod copy;
mod count;
mod dense;
mod distance;
pub(crate) mod double;
mod elementwise;
mod find;
mod gather;
pub(crate) mod gemm;
mod halves;
mod lanes;
mod math;
mod parallel;
mod patches;
mod pool;
mod proportion;
mod reduce;
mod right_class;
mod rows;
mod scan;
mod scatter;
mod search;
mod select;
mod short_rows;
mod simd;
mod softmax;
mod sort;
pub(crate) mod special;
mod standardize;
mod strided;
mod team;
mod triangle;
mod walk;
mod words;

pub(crate) use by_function::{map_f64, map_i64, map_quick, test_f64, zip_f64, zip_i64, zip_quick};
pub(crate) use compress::{true_at, unravel, within};
pub(crate) use copy::{
    cast, copy_from, fill, first, flip, from_slice, join, materialize, single, write,
};
pub(crate) use count::{count_into, count_true, histogram, occurrences};
pub(crate) use dense::Dense;
pub(crate) use distance::distances;
pub(crate) use elementwise::{map, map_hot, numbered, update, zip, zip_hot, zip3};
pub(crate) use find::find_middle;
pub(crate) use gather::{Picked, Table, gather, offsets, take_rows};
pub use math::Real;
pub(crate) use parallel::{for_groups, for_pieces};
pub use parallel::{num_threads, set_num_threads};
pub(crate) use patches::{Patches, columns, images};
pub(crate) use pool::{Pair, Span, Windows, largest, pick, put, spread_means, window_means};
pub(crate) use reduce::{Larger, Number, Smaller, Times, join_middle, sum_middle, sum_of};
pub(crate) use right_class::{
    RightClasses, loss_of_right, right_losses, weight_of_right, write_right,
};
pub(crate) use scan::{
    cumulative_logsumexp, cumulative_product, cumulative_sum, linear_recurrence, running_extreme,
};
pub(crate) use scatter::{scatter, scatter_with};
pub(crate) use search::search;
pub(crate) use select::select;
pub(crate) use simd::{Kernel, dispatch};
pub(crate) use softmax::{
    LogSoftmax, LogSoftmaxAdjoint, LogSumExp, Softmax, SoftmaxAdjoint, on_rows, powers_of_rows,
};
pub(crate) use sort::{Ordered, Ranks, equal_neighbours, order, order_of_rows};
pub(crate) use standardize::{Groups, standardize, standardize_grad};
pub(crate) use triangle::triangle;
