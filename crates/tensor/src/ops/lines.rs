//! A tensor seen as lines along one of its dimensions.

use super::{Gathering, Shapes};
use crate::layout::resolve_dim;
use crate::{Array, Result, Tensor};

/// `(outer, size, inner)` around a dimension.
pub(super) fn around(shape: &[usize], dim: usize) -> (usize, usize, usize) {
    let size = shape.get(dim).copied().unwrap_or(1);
    (
        shape.iter().take(dim).product(),
        size,
        shape.iter().skip(dim + 1).product(),
    )
}

/// The tensor with `dim` moved to the end; a number as one line of one element. A view.
pub(super) fn lines_last<A: Array>(op: &'static str, x: &A, dim: isize) -> Result<A> {
    let rank = x.shape().len();
    let at = resolve_dim(op, dim, rank)?;
    if rank == 0 {
        return x.reshape([1]);
    }
    let mut order: Vec<isize> = (0..rank as isize).collect();
    let moved = order.remove(at);
    order.push(moved);
    x.permute(&order)
}

/// The shape of [`lines_last`] with lines of another length.
pub(super) fn with_lines_of(lines: &Tensor, size: usize) -> Vec<usize> {
    let mut shape = lines.shape().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = size;
    }
    shape
}

/// Undoes [`lines_last`] of a tensor of `rank` dimensions: the last dimension moves to `dim`.
pub(super) fn lines_back(lines: &Tensor, dim: isize, rank: usize) -> Result<Tensor> {
    if rank == 0 {
        return lines.squeeze_all();
    }
    let at = resolve_dim("permute", dim, rank)?;
    let mut order: Vec<isize> = (0..rank as isize - 1).collect();
    order.insert(at, rank as isize - 1);
    lines.permute(&order)
}

/// The elements of `x` at `index`, which has size 1 along `dim`, and the index; both without that
/// dimension unless `keepdim`.
pub(super) fn pick<A: Array>(
    x: &A,
    dim: isize,
    index: Tensor,
    keepdim: bool,
) -> Result<(A, Tensor)> {
    if x.shape().is_empty() {
        return Ok((x.clone(), index));
    }
    let values = x.gather(dim, &index)?;
    if keepdim {
        Ok((values, index))
    } else {
        Ok((values.squeeze(dim)?, index.squeeze(dim)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DType;

    #[test]
    fn a_dimension_moves_to_the_end_and_back() {
        let x = Tensor::zeros([2, 3, 4], DType::F32).unwrap();
        for dim in [0, 1, -1, -3] {
            let lines = lines_last("t", &x, dim).unwrap();
            assert_eq!(lines.size(-1).unwrap(), x.size(dim).unwrap());
            assert_eq!(lines_back(&lines, dim, 3).unwrap().shape(), x.shape());
        }
        let number = Tensor::scalar(1.0f32);
        let line = lines_last("t", &number, -1).unwrap();
        assert_eq!(line.shape(), [1]);
        assert_eq!(lines_back(&line, -1, 0).unwrap().rank(), 0);
        assert!(lines_last("t", &x, 3).is_err());
    }
}
