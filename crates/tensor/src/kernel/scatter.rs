//! Elements written, or combined with what is there, at places picked by tables of positions.
//!
//! Positions may repeat, so the order of the table is kept. Threads share the work along a dimension
//! that the table does not run along: there no two of them meet.

use super::elementwise::Shared;
use super::for_pieces;
use super::gather::Picked;
use super::parallel::{PIECE, WORTH};
use super::strided::copy_row;
use super::walk::Rows;
use super::words::{for_word, start, start_mut};
use crate::{Element, Tensor};

/// Writes the elements of `source` to the picked places of `to`; of several for one place the last
/// one stays. `to` is exclusive and of the same dtype.
pub(crate) fn scatter(to: &mut Tensor, picked: &Picked<'_>, source: &Tensor) {
    assert_eq!(to.dtype(), source.dtype(), "elements are moved as they are");
    for_word!(source.dtype(), W => {
        let (from, to) = (start::<W>(source), start_mut::<W>(to).wrapping_add(picked.first));
        // SAFETY: the positions were checked; one thread at a time writes an element.
        in_parts(
            source,
            picked,
            from,
            to,
            #[inline(always)]
            |from, to| unsafe { *to = *from },
            |from, step, to, to_step, len| unsafe { copy_row(from, step, to, to_step, len) },
        );
    });
}

/// Combines the elements of `source` with the picked ones of `to` in the order of the table. Both are
/// of dtype `T`, `to` is exclusive.
pub(crate) fn scatter_with<T: Element>(
    to: &mut Tensor,
    picked: &Picked<'_>,
    source: &Tensor,
    combine: impl Fn(T, T) -> T + Copy + Send + Sync,
) {
    debug_assert!(to.is_exclusive(), "kernel writes into exclusive memory");
    let (from, to) = (
        source.host_ptr::<T>(),
        to.host_ptr::<T>().cast_mut().wrapping_add(picked.first),
    );
    // SAFETY: the positions were checked; one thread at a time writes an element.
    let one = |from: *const T, to: *mut T| unsafe { *to = combine(*to, *from) };
    in_parts(
        source,
        picked,
        from,
        to,
        one,
        |from, step, to, to_step, len| {
            if (step, to_step) == (1, 1) {
                // SAFETY: as above; what is read is not what is written, so the loop vectorises.
                unsafe {
                    let from = std::slice::from_raw_parts(from, len);
                    let to = std::slice::from_raw_parts_mut(to, len);
                    to.iter_mut()
                        .zip(from)
                        .for_each(|(to, &from)| *to = combine(*to, from));
                }
            } else {
                (0..len).for_each(|i| {
                    one(from.wrapping_add(i * step), to.wrapping_add(i * to_step));
                });
            }
        },
    );
}

/// Calls `row` with stretches that lie at fixed steps in both memories, `one` with single elements.
fn in_parts<T: Copy>(
    source: &Tensor,
    picked: &Picked<'_>,
    from: *const T,
    to: *mut T,
    one: impl Fn(*const T, *mut T) + Sync + Send,
    row: impl Fn(*const T, usize, *mut T, usize, usize) + Sync + Send,
) {
    let (shape, table) = (source.shape(), &picked.table);
    let len = source.numel();
    if len == 0 {
        return;
    }
    let (from, to) = (Shared(from.cast_mut()), Shared(to));
    let part = |shape: &[usize], offset: [usize; 2]| {
        let (from, to) = (from, to);
        let rows = Rows::new(shape, [source.strides(), table.strides, picked.strides]);
        let [step, next, to_step] = rows.step;
        rows.for_each(|[f, at, t]| {
            let (from, to) = (
                from.0.wrapping_add(offset[0] + f),
                to.0.wrapping_add(offset[1] + t),
            );
            if next == 0 {
                return row(
                    from,
                    step,
                    to.wrapping_add(table.offset(at)),
                    to_step,
                    rows.len,
                );
            }
            if (next, step) == (1, 1) {
                let positions = &table.positions[at..at + rows.len];
                for (i, &position) in positions.iter().enumerate() {
                    let place = i * to_step + position as usize * table.unit;
                    one(from.wrapping_add(i), to.wrapping_add(place));
                }
                return;
            }
            for i in 0..rows.len {
                let place = i * to_step + table.offset(at + i * next);
                one(from.wrapping_add(i * step), to.wrapping_add(place));
            }
        });
    };
    let apart = (0..shape.len()).filter(|&d| table.strides[d] == 0 && picked.strides[d] != 0);
    match apart.max_by_key(|&d| shape[d]) {
        Some(d) if len >= WORTH && shape[d] > 1 => {
            let piece = (PIECE / (len / shape[d])).max(1);
            for_pieces(shape[d], piece, 0, |range| {
                let mut shape = crate::layout::Shape::new(shape);
                shape.as_mut_slice()[d] = range.len();
                part(
                    shape.as_slice(),
                    [
                        range.start * source.strides()[d],
                        range.start * picked.strides[d],
                    ],
                );
            });
        }
        _ => part(shape, [0, 0]),
    }
}
