//! Copies between places of one shape and any strides.

use std::mem::MaybeUninit;

use super::elementwise::Shared;
use super::for_groups;
use super::parallel::{PIECE, WORTH};
use super::walk::Rows;
use super::words::Word;

/// Rows of a transposed plane that are written together: their ends stay in the first cache.
const BAND: usize = 64;
/// Side of the square that is turned in registers.
const SQUARE: usize = 8;

/// Copies every element of `from` to its place in `to`. Strides may be negative, in two's complement.
///
/// # Safety
/// Both reach valid memory at every index of `shape`; the elements of `to` are all different and seen
/// by nobody else.
pub(super) unsafe fn copy_strided<W: Word>(
    shape: &[usize],
    (from, from_strides): (*const W, &[usize]),
    (to, to_strides): (*mut W, &[usize]),
) {
    if shape.contains(&0) {
        return;
    }
    let rows = Rows::new(shape, [from_strides, to_strides]);
    let (from, to) = (Shared(from.cast_mut()), Shared(to));
    let [from_step, to_step] = rows.step;
    if to_step == 1 && from_step > 1 && rows.len >= SQUARE / 2 {
        // Reading along the row jumps; if another dimension runs through neighbours, both are
        // walked together in small squares.
        if let Some((other, rest)) = rows.without(|[from, _], size| from == 1 && size >= SQUARE / 2)
        {
            // SAFETY: as the caller promises.
            return unsafe { turn(&rest, other.size, other.strides[1], from, to) };
        }
    }
    if to_step == 1 && from_step > 1 && rows.len < SQUARE / 2 {
        let (side, rest) = (rows.len, |[f, t]: [usize; 2], _| f == 1 && t == rows.len);
        if let Some((other, rest)) = rows.without(rest) {
            // SAFETY: as the caller promises.
            return unsafe { interleave(&rest, side, other.size, from, to) };
        }
    }
    rows.spread(PIECE, WORTH, |[f, t], len| {
        let (from, to) = (from, to);
        // SAFETY: as the caller promises.
        unsafe {
            copy_row(
                from.0.wrapping_add(f),
                from_step,
                to.0.wrapping_add(t),
                to_step,
                len,
            )
        };
    });
}

/// Copies `len` elements at given steps.
///
/// # Safety
/// As [`copy_strided`].
#[inline(always)]
pub(super) unsafe fn copy_row<W: Word>(
    from: *const W,
    from_step: usize,
    to: *mut W,
    to_step: usize,
    len: usize,
) {
    // SAFETY: as the caller promises.
    unsafe {
        match (from_step, to_step) {
            (1, 1) if len > 8 => to.copy_from_nonoverlapping(from, len),
            (1, 1) => (0..len).for_each(|i| *to.add(i) = *from.add(i)),
            (0, 1) => std::slice::from_raw_parts_mut(to.cast::<MaybeUninit<W>>(), len)
                .fill(MaybeUninit::new(*from)),
            // Backwards: one step less than none.
            (usize::MAX, 1) => {
                let from = std::slice::from_raw_parts(from.wrapping_sub(len.wrapping_sub(1)), len);
                let to = std::slice::from_raw_parts_mut(to.cast::<MaybeUninit<W>>(), len);
                for (to, from) in to.iter_mut().zip(from.iter().rev()) {
                    to.write(*from);
                }
            }
            (step, 1) => {
                (0..len).for_each(|i| *to.add(i) = *from.wrapping_add(i.wrapping_mul(step)))
            }
            _ => (0..len).for_each(|i| {
                *to.wrapping_add(i.wrapping_mul(to_step)) =
                    *from.wrapping_add(i.wrapping_mul(from_step));
            }),
        }
    }
}

/// Planes with so few columns, contiguous in `from`, that whole rows of `to` are the unit: `rest` walks the
/// planes, the columns are its row, and there are `height` rows.
///
/// # Safety
/// As [`copy_strided`].
unsafe fn interleave<W: Word>(
    rest: &Rows<2>,
    columns: usize,
    height: usize,
    from: Shared<W>,
    to: Shared<W>,
) {
    /// Rows that are written together: they stay in the first cache.
    const TOGETHER: usize = 1024;
    let cuts = height.div_ceil(TOGETHER);
    for_groups(
        rest.count() * cuts,
        columns * height.min(TOGETHER),
        |units| {
            let (from, to) = (from, to);
            for unit in units {
                let first = unit % cuts * TOGETHER;
                let [f, t] = rest.offsets(unit / cuts);
                let (from, to) = (
                    from.0.wrapping_add(f.wrapping_add(first)),
                    to.0.wrapping_add(t.wrapping_add(first * columns)),
                );
                for column in 0..columns {
                    let from = from.wrapping_add(rest.step[0].wrapping_mul(column));
                    for i in 0..TOGETHER.min(height - first) {
                        // SAFETY: as the caller promises; the parts share no element.
                        unsafe { *to.wrapping_add(i * columns + column) = *from.wrapping_add(i) };
                    }
                }
            }
        },
    );
}

/// Planes whose rows are contiguous in `to` and whose columns are contiguous in `from`: `rest` walks
/// the planes and the columns of each, `height` rows lie `apart` from each other in `to`.
///
/// # Safety
/// As [`copy_strided`].
unsafe fn turn<W: Word>(
    rest: &Rows<2>,
    height: usize,
    apart: usize,
    from: Shared<W>,
    to: Shared<W>,
) {
    let bands = height.div_ceil(BAND);
    let in_band = BAND.min(height);
    // Long bands are cut between squares.
    let wide = rest.len.min((PIECE / in_band).next_multiple_of(SQUARE));
    let cuts = rest.len.div_ceil(wide);
    for_groups(rest.count() * bands * cuts, in_band * wide, |units| {
        let (from, to) = (from, to);
        for unit in units {
            let (band, left) = (unit / cuts, unit % cuts * wide);
            let [f, t] = rest.offsets(band / bands);
            let top = band % bands * BAND;
            let f = f
                .wrapping_add(top)
                .wrapping_add(left.wrapping_mul(rest.step[0]));
            let t = t.wrapping_add(top.wrapping_mul(apart)).wrapping_add(left);
            // SAFETY: as the caller promises; the parts share no element.
            unsafe {
                turn_band(
                    (from.0.wrapping_add(f), rest.step[0]),
                    (to.0.wrapping_add(t), apart),
                    (BAND.min(height - top), wide.min(rest.len - left)),
                );
            }
        }
    });
}

/// `to[i · apart + j] = from[i + j · step]`.
///
/// # Safety
/// As [`copy_strided`].
unsafe fn turn_band<W: Word>(
    (from, step): (*const W, usize),
    (to, apart): (*mut W, usize),
    (rows, columns): (usize, usize),
) {
    let source = |i: usize, j: usize| from.wrapping_add(i.wrapping_add(j.wrapping_mul(step)));
    let target = |i: usize, j: usize| to.wrapping_add(i.wrapping_mul(apart).wrapping_add(j));
    let (whole_rows, whole_columns) = (rows / SQUARE * SQUARE, columns / SQUARE * SQUARE);
    // SAFETY: as the caller promises, inside `rows` and `columns`.
    unsafe {
        for j in (0..whole_columns).step_by(SQUARE) {
            for i in (0..whole_rows).step_by(SQUARE) {
                let mut square = [[W::default(); SQUARE]; SQUARE];
                for (b, line) in square.iter_mut().enumerate() {
                    *line = source(i, j + b).cast::<[W; SQUARE]>().read_unaligned();
                }
                for a in 0..SQUARE {
                    let mut line = [W::default(); SQUARE];
                    for (to, from) in line.iter_mut().zip(&square) {
                        *to = from[a];
                    }
                    target(i + a, j).cast::<[W; SQUARE]>().write_unaligned(line);
                }
            }
        }
        for i in 0..rows {
            let from_column = if i < whole_rows { whole_columns } else { 0 };
            for j in from_column..columns {
                *target(i, j) = *source(i, j);
            }
        }
    }
}
