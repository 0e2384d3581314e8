//! Places of values among sorted boundaries.

use super::dense::Dense;
use super::elementwise::Shared;
use super::for_pieces;
use super::parallel::{PIECE_COSTLY, WORTH_COSTLY};
use crate::layout::Layout;
use crate::{Element, Tensor};

/// For each value of a line the number of boundaries of its line that are below it, or not above it if
/// `right`. Lines have `size` boundaries and `count` values; a single line of boundaries serves all
/// values. `sorter` holds the positions that sort the boundaries, which were checked.
pub(crate) fn search<T: Element>(
    boundaries: &Tensor,
    values: &Tensor,
    sorter: Option<&Tensor>,
    (size, count): (usize, usize),
    right: bool,
    layout: &Layout,
) -> Tensor {
    let (boundaries, values) = (Dense::of(boundaries), Dense::of(values));
    let sorter = sorter.map(Dense::of);
    let (xs, vs) = (boundaries.host_slice::<T>(), values.host_slice::<T>());
    let order = sorter.as_ref().map(|sorter| sorter.host_slice::<i64>());
    let place = |start: usize, value: T| {
        let (mut low, mut high) = (0, size);
        while low < high {
            let middle = (low + high) / 2;
            let at = start + order.map_or(middle, |order| order[start + middle] as usize);
            // Written so that NaN comes after every number.
            let reached = if right {
                xs[at] > value
            } else {
                xs[at] >= value
            };
            if reached {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low as i64
    };
    // SAFETY: pieces are disjoint and write every element.
    unsafe {
        Tensor::build::<i64>(layout, |out| {
            let target = Shared(out.as_mut_ptr());
            for_pieces(vs.len(), PIECE_COSTLY, WORTH_COSTLY, |range| {
                for (at, out) in range.clone().zip(target.range(&range)) {
                    out.write(place(at / count * size, vs[at]));
                }
            });
        })
    }
}
