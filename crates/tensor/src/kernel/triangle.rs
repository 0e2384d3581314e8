//! The part of matrices on one side of a diagonal.

use std::mem::MaybeUninit;

use super::copy::copy_from;
use super::dense::Dense;
use super::elementwise::Shared;
use super::for_groups;
use super::words::{Word, for_word, start, start_mut};
use crate::Tensor;

/// The matrices of the last two dimensions with zeros below (`upper`) or above the diagonal that lies
/// `diagonal` columns right of the main one.
pub(crate) fn triangle(x: &Tensor, diagonal: isize, upper: bool) -> Tensor {
    let x = Dense::of(x);
    // SAFETY: every element is written.
    let mut out = unsafe { Tensor::unwritten(x.layout(), x.dtype()) };
    let &[.., height, width] = x.shape() else {
        unreachable!("the operation asked for matrices");
    };
    if x.numel() == 0 {
        return out;
    }
    for_word!(x.dtype(), W => {
        let (from, to) = (Shared(start::<W>(&x).cast_mut()), Shared(start_mut::<W>(&mut out)));
        for_groups(x.numel() / width, width, |rows| {
            let (from, to) = (from, to);
            for row in rows {
                let on = ((row % height) as isize).saturating_add(diagonal);
                let edge = if upper { on } else { on.saturating_add(1) };
                let edge = edge.clamp(0, width as isize) as usize;
                // SAFETY: rows are disjoint and lie inside both.
                unsafe {
                    let from = std::slice::from_raw_parts(from.0.add(row * width), width);
                    let to = to.0.add(row * width).cast::<MaybeUninit<W>>();
                    side(from, std::slice::from_raw_parts_mut(to, width), edge, upper);
                }
            }
        });
    });
    out
}

/// Keeps what lies before the edge, or from the edge on.
fn side<W: Word>(from: &[W], to: &mut [MaybeUninit<W>], edge: usize, upper: bool) {
    let (kept, zero) = if upper {
        (edge..to.len(), 0..edge)
    } else {
        (0..edge, edge..to.len())
    };
    to[zero].fill(MaybeUninit::new(W::default()));
    copy_from(&mut to[kept.clone()], &from[kept]);
}
