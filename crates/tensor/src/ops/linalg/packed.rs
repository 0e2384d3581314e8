//! Several results of one factorisation as one tensor, so that they are one operation's.

use crate::ops::Shapes;
use crate::{Array, DType, Result, Tensor};

/// The results of each matrix of a batch, one after the other.
pub(super) struct Packed {
    values: Vec<f64>,
}

impl Packed {
    pub(super) fn new() -> Packed {
        Packed { values: Vec::new() }
    }

    /// The next part of the matrix at hand.
    pub(super) fn push(&mut self, part: &[f64]) {
        self.values.extend_from_slice(part);
    }

    /// `(batch.., n)`, with parts of `n` numbers together.
    pub(super) fn finish(self, batch: &[usize], n: usize, dtype: DType) -> Result<Tensor> {
        Tensor::from_vec(self.values, [batch, &[n]].concat())?.to_dtype(dtype)
    }
}

/// The parts again, each with its own shape behind the batch's.
pub(super) fn unpack<A: Array, const N: usize>(
    packed: &A,
    shapes: [&[usize]; N],
) -> Result<[A; N]> {
    let batch = &packed.shape()[..packed.shape().len() - 1];
    let mut parts: [Option<A>; N] = std::array::from_fn(|_| None);
    let mut start = 0;
    for (part, shape) in parts.iter_mut().zip(shapes) {
        let n = shape.iter().product();
        *part = Some(
            packed
                .narrow(-1, start, n)?
                .reshape([batch, shape].concat())?,
        );
        start += n;
    }
    Ok(parts.map(|part| part.expect("every part was set")))
}

/// How many numbers the parts have together.
pub(super) fn room<const N: usize>(shapes: [&[usize]; N]) -> usize {
    shapes
        .iter()
        .map(|shape| shape.iter().product::<usize>())
        .sum()
}
