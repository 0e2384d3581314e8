//! Positions of the largest and smallest elements.

use super::Cast;
use super::reduction::{Dims, reduced_layout};
use crate::dispatch::for_compute;
use crate::kernel;
use crate::layout::{Layout, resolve_dim};
use crate::{Element, ErrorKind, Result, Tensor};

impl Tensor {
    /// Position of the largest element along `dim`, as `i64`; the first among equals, the first NaN
    /// if there is one. `keepdim` leaves a size of 1.
    ///
    /// # Errors
    /// A dimension that does not exist or is empty.
    pub fn argmax(&self, dim: isize, keepdim: bool) -> Result<Tensor> {
        // NaN beats everything but an earlier NaN.
        let (x, size, layout) = along("argmax", self, dim, keepdim)?;
        Ok(
            for_compute!(x.dtype(), T => kernel::extreme_last::<T>(&x, size, &layout, |new, best| {
                new > best || (is_nan(new) && !is_nan(best))
            })),
        )
    }

    /// Position of the smallest element along `dim`; see [`argmax`](Tensor::argmax).
    ///
    /// # Errors
    /// A dimension that does not exist or is empty.
    pub fn argmin(&self, dim: isize, keepdim: bool) -> Result<Tensor> {
        let (x, size, layout) = along("argmin", self, dim, keepdim)?;
        Ok(
            for_compute!(x.dtype(), T => kernel::extreme_last::<T>(&x, size, &layout, |new, best| {
                new < best || (is_nan(new) && !is_nan(best))
            })),
        )
    }
}

/// The dimension moved to the end, its size, and the layout that is left.
fn along(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    keepdim: bool,
) -> Result<(Tensor, usize, Layout)> {
    let x = &Cast::to_dtype(x, for_compute!(x.dtype(), T => T::DTYPE))?;
    let dim = resolve_dim(op, dim, x.rank())?;
    let size = x.shape().get(dim).copied().unwrap_or(1);
    if size == 0 {
        let message = format!("dimension {dim} is empty and has no such element");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    if x.rank() == 0 {
        return Ok((x.clone(), 1, x.layout().clone()));
    }
    let layout = reduced_layout(
        op,
        x.shape(),
        Dims::new(op, &[dim as isize], x.rank())?,
        keepdim,
    )?;
    let mut order: Vec<isize> = (0..x.rank() as isize)
        .filter(|&d| d != dim as isize)
        .collect();
    order.push(dim as isize);
    Ok((x.permute(&order)?, size, layout))
}

#[inline(always)]
#[expect(clippy::eq_op, reason = "only NaN differs from itself, in every dtype")]
fn is_nan<T: PartialEq + Copy>(x: T) -> bool {
    x != x
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    #[test]
    fn by_hand() {
        let x = tensor![[1.0, 5.0, 5.0], [7.0, f32::NAN, 9.0]];
        assert_eq!(x.argmax(1, false).unwrap().to_vec::<i64>().unwrap(), [1, 1]);
        assert_eq!(x.argmin(-1, true).unwrap().shape(), [2, 1]);
        assert_eq!(
            x.argmin(0, false).unwrap().to_vec::<i64>().unwrap(),
            [0, 1, 0]
        );
        assert_eq!(
            tensor![3, 1, 2]
                .argmin(0, false)
                .unwrap()
                .item::<i64>()
                .unwrap(),
            1
        );
        assert!(
            Tensor::zeros([2, 0], DType::F32)
                .unwrap()
                .argmax(1, false)
                .is_err()
        );
    }

    #[test]
    fn a_middle_dimension() {
        let x =
            Tensor::from_vec(vec![0.0f32, 9.0, 1.0, 2.0, 3.0, 4.0, 8.0, 5.0], [2, 2, 2]).unwrap();
        assert_eq!(
            x.argmax(1, false).unwrap().to_vec::<i64>().unwrap(),
            [1, 0, 1, 1]
        );
        assert_eq!(
            x.argmax(0, false).unwrap().to_vec::<i64>().unwrap(),
            [1, 0, 1, 1]
        );
    }
}
