//! Elements picked by tables of positions.

use super::dense::Dense;
use super::elementwise::Shared;
use super::for_pieces;
use super::parallel::{PIECE, WORTH};
use super::strided::copy_row;
use super::walk::Rows;
use super::words::{Word, for_word, start, start_mut};
use crate::layout::Layout;
use crate::{ErrorKind, Result, Tensor};

/// Elements of a tensor's memory, one for each index of a shape: a fixed distance along each
/// dimension, and what a table of positions adds.
///
/// Whoever makes one has checked that every element lies inside the tensor.
pub(crate) struct Picked<'a> {
    /// Distance of the first element from the tensor's start.
    pub(crate) first: usize,
    /// Distance of neighbours along each dimension of the shape.
    pub(crate) strides: &'a [usize],
    /// The table, if there is one.
    pub(crate) table: Table<'a>,
}

/// Positions that lie in row-major order, and how they are walked.
pub(crate) struct Table<'a> {
    pub(crate) positions: &'a [i64],
    /// Distance of neighbours in the table along each dimension of the shape.
    pub(crate) strides: &'a [usize],
    /// Elements of memory from one position to the next.
    pub(crate) unit: usize,
}

impl Table<'_> {
    #[inline(always)]
    pub(super) fn offset(&self, at: usize) -> usize {
        self.positions[at] as usize * self.unit
    }
}

/// What positions in several dimensions, contiguous vectors of `i64` of one length, are in memory of these
/// strides.
pub(crate) fn offsets(tables: &[(usize, Tensor)], memory: &[usize]) -> Tensor {
    let columns: Vec<(&[i64], i64)> = tables
        .iter()
        .map(|(dim, table)| (table.host_slice::<i64>(), memory[*dim] as i64))
        .collect();
    let len = columns[0].0.len();
    let layout = Layout::row_major("index", &[len]).expect("the tables have this length");
    // SAFETY: every place is written.
    unsafe {
        Tensor::build::<i64>(&layout, |out| {
            let target = Shared(out.as_mut_ptr());
            for_pieces(len, PIECE / 4, WORTH, |range| {
                let to = target.range(&range);
                for (k, (positions, step)) in columns.iter().enumerate() {
                    for (to, &position) in to.iter_mut().zip(&positions[range.clone()]) {
                        let before = if k == 0 { 0 } else { to.assume_init() };
                        to.write(before + position * step);
                    }
                }
            });
        })
    }
}

/// The picked elements in row-major order.
pub(crate) fn gather(x: &Tensor, picked: &Picked<'_>, layout: &Layout) -> Tensor {
    // SAFETY: every element is written.
    let mut out = unsafe { Tensor::unwritten(layout, x.dtype()) };
    if layout.len() > 0 {
        for_word!(x.dtype(), W => {
            let from = start::<W>(x).wrapping_add(picked.first);
            gather_words::<W>(from, picked, start_mut(&mut out), layout);
        });
    }
    out
}

fn gather_words<W: Word>(from: *const W, picked: &Picked<'_>, to: *mut W, layout: &Layout) {
    let table = &picked.table;
    let rows = Rows::new(
        layout.shape(),
        [picked.strides, table.strides, layout.strides()],
    );
    let [step, next, _] = rows.step;
    let (from, to) = (Shared(from.cast_mut()), Shared(to));
    rows.spread(PIECE, WORTH, |[plain, at, out], len| {
        let (from, to) = (from, to);
        // SAFETY: the positions were checked, the stretches of `out` are disjoint.
        unsafe {
            let (from, to) = (from.0.add(plain).cast_const(), to.0.add(out));
            if next == 0 {
                return copy_row(from.add(table.offset(at)), step, to, 1, len);
            }
            if next == 1 {
                let positions = &table.positions[at..at + len];
                for (i, &position) in positions.iter().enumerate() {
                    *to.add(i) = *from.add(i * step + position as usize * table.unit);
                }
                return;
            }
            for i in 0..len {
                *to.add(i) = *from.add(i * step + table.offset(at + i * next));
            }
        }
    });
}

/// The rows at these positions, which were checked. A batch of a few numbers is what a small step
/// begins with, so the layout is made from the source's and not anew.
pub(crate) fn take_rows(x: &Tensor, index: &[i64]) -> Result<Tensor> {
    let x = Dense::of(x);
    let mut layout = Layout::unset();
    if !layout.set_rows_of(x.layout(), index.len()) {
        let shape = x.shape().to_vec();
        return Err(ErrorKind::TooLarge {
            op: "take_rows",
            shape,
        }
        .into());
    }
    let inner: usize = x.shape()[1..].iter().product();
    if index.len() * inner >= WORTH {
        let (strides, along) = ([0, 1], [1, 0]);
        let picked = Picked {
            first: 0,
            strides: &strides,
            table: Table {
                positions: index,
                strides: &along,
                unit: inner,
            },
        };
        let rows = Layout::row_major("take_rows", &[index.len(), inner])?;
        let mut out = gather(&x, &picked, &rows);
        out.relayout(layout);
        return Ok(out);
    }
    // SAFETY: every row is written.
    let mut out = unsafe { Tensor::unwritten(&layout, x.dtype()) };
    for_word!(x.dtype(), W => {
        let (from, to) = (start::<W>(&x), start_mut::<W>(&mut out));
        // SAFETY: positions and lengths were checked.
        unsafe {
            if inner == 1 {
                for (i, &row) in index.iter().enumerate() {
                    *to.add(i) = *from.add(row as usize);
                }
            } else {
                for (i, &row) in index.iter().enumerate() {
                    copy_row(from.add(row as usize * inner), 1, to.add(i * inner), 1, inner);
                }
            }
        }
    });
    Ok(out)
}
