//! Places of values among sorted boundaries.

use super::expect::expect_numbers;
use crate::dispatch::for_compute;
use crate::kernel;
use crate::layout::{Layout, same_shape};
use crate::{DType, Element, ErrorKind, Result, Tensor};

impl Tensor {
    /// For each value the place in this sorted tensor before which it would be inserted: before equal
    /// boundaries, or after them if `right`. NaN goes to the end.
    ///
    /// `sorter` holds the positions that sort this tensor along its last dimension, where it is not
    /// sorted itself.
    ///
    /// # Shapes
    /// Boundaries `(size,)` with `values` of any shape; or boundaries `(batch.., size)` with `values` of
    /// `(batch.., count)`. The result has the shape of `values`.
    ///
    /// # Errors
    /// Boundaries without dimensions, leading dimensions that differ, a sorter of another shape or
    /// with positions that do not exist; bools.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let places = tensor![1.0, 3.0, 5.0].searchsorted(&tensor![3.0, 9.0], None, false)?;
    /// assert_eq!(places.to_vec::<i64>()?, [1, 3]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn searchsorted(
        &self,
        values: &Tensor,
        sorter: Option<&Tensor>,
        right: bool,
    ) -> Result<Tensor> {
        const OP: &str = "searchsorted";
        let (bounds, wanted) = (self.shape(), values.shape());
        let Some((&size, lead)) = bounds.split_last() else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "boundaries of at least 1 dimension",
                got: vec![],
            }
            .into());
        };
        let fits = lead.is_empty()
            || (wanted.len() == bounds.len() && same_shape(lead, &wanted[..lead.len()]));
        if !fits {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "boundaries of several dimensions have those of the values but the last",
                lhs: bounds.to_vec(),
                rhs: wanted.to_vec(),
            }
            .into());
        }
        if let Some(sorter) = sorter {
            expect_sorter(OP, sorter, bounds, size)?;
        }
        let count = match wanted.last() {
            Some(&count) if !lead.is_empty() => count,
            _ => values.numel(),
        };
        place(OP, self, values, sorter, (size, count), right)
    }

    /// The number of the bucket that each element falls into, between sorted `boundaries`: as
    /// [`searchsorted`](Tensor::searchsorted) with the operands the other way round.
    ///
    /// # Errors
    /// Boundaries that are not one vector; bools.
    #[inline]
    pub fn bucketize(&self, boundaries: &Tensor, right: bool) -> Result<Tensor> {
        const OP: &str = "bucketize";
        let &[size] = boundaries.shape() else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "boundaries of 1 dimension",
                got: boundaries.shape().to_vec(),
            }
            .into());
        };
        place(OP, boundaries, self, None, (size, self.numel()), right)
    }
}

#[inline]
fn place(
    op: &'static str,
    boundaries: &Tensor,
    values: &Tensor,
    sorter: Option<&Tensor>,
    sizes: (usize, usize),
    right: bool,
) -> Result<Tensor> {
    expect_numbers(op, boundaries)?;
    expect_numbers(op, values)?;
    let dtype = boundaries.dtype().promote(values.dtype());
    let layout = Layout::row_major(op, values.shape())?;
    for_compute!(dtype, T => {
        let (boundaries, values) = (boundaries.to_dtype(T::DTYPE)?, values.to_dtype(T::DTYPE)?);
        Ok(kernel::search::<T>(&boundaries, &values, sorter, sizes, right, &layout))
    })
}

/// # Errors
/// Another shape or dtype, or a position that does not exist.
#[inline]
fn expect_sorter(op: &'static str, sorter: &Tensor, shape: &[usize], size: usize) -> Result<()> {
    if !same_shape(sorter.shape(), shape) {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "the sorter has one position per boundary",
            lhs: sorter.shape().to_vec(),
            rhs: shape.to_vec(),
        }
        .into());
    }
    if sorter.dtype() != DType::I64 {
        return Err(ErrorKind::DType {
            op,
            expected: "a sorter of i64",
            got: sorter.dtype(),
        }
        .into());
    }
    let outside = sorter.to_vec::<i64>()?;
    let outside = outside.iter().find(|&&at| at < 0 || at >= size as i64);
    match outside {
        None => Ok(()),
        Some(&index) => Err(ErrorKind::IndexOutOfRange {
            op,
            index,
            dim: shape.len() - 1,
            size,
        }
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    fn places(bounds: &Tensor, values: &Tensor, right: bool) -> Vec<i64> {
        let places = bounds.searchsorted(values, None, right).unwrap();
        assert_eq!(places.shape(), values.shape());
        places.to_vec().unwrap()
    }

    #[test]
    fn one_line_of_boundaries_serves_all_values() {
        let bounds = tensor![1.0, 3.0, 5.0];
        let values = tensor![[0.0, 1.0, 3.5], [9.0, f32::NAN, 5.0]];
        assert_eq!(places(&bounds, &values, false), [0, 0, 2, 3, 3, 2]);
        assert_eq!(places(&bounds, &values, true), [0, 1, 2, 3, 3, 3]);
        assert_eq!(places(&bounds, &Tensor::scalar(3i64), false), [1]);
        let nothing = Tensor::zeros([0], DType::F32).unwrap();
        assert_eq!(places(&nothing, &tensor![2.0], false), [0]);
        assert_eq!(places(&bounds, &nothing, false), [0; 0]);
    }

    #[test]
    fn lines_of_boundaries_with_lines_of_values() {
        let bounds = tensor![[1, 3, 5], [2, 4, 6]];
        assert_eq!(
            places(&bounds, &tensor![[2, 9], [2, 9]], false),
            [1, 3, 0, 3]
        );
        assert!(bounds.searchsorted(&tensor![2, 9], None, false).is_err());
        assert!(
            bounds
                .searchsorted(&tensor![[2], [3], [4]], None, false)
                .is_err()
        );
        assert!(
            Tensor::scalar(1.0f32)
                .searchsorted(&bounds, None, false)
                .is_err()
        );
        assert!(
            tensor![true]
                .searchsorted(&tensor![true], None, false)
                .is_err()
        );
    }

    #[test]
    fn a_sorter_stands_for_the_order() {
        let bounds = tensor![[5.0, 1.0, 3.0], [2.0, 6.0, 4.0]];
        let sorter = bounds.argsort(-1, false).unwrap();
        let values = tensor![[2.0], [5.0]];
        let found = bounds.searchsorted(&values, Some(&sorter), false).unwrap();
        assert_eq!(found.to_vec::<i64>().unwrap(), [1, 2]);
        for wrong in [
            tensor![[0, 1], [0, 1]],
            tensor![[0, 1, 3], [0, 1, 2]],
            sorter.to_dtype(DType::I32).unwrap(),
        ] {
            assert!(bounds.searchsorted(&values, Some(&wrong), false).is_err());
        }
    }

    #[test]
    fn buckets() {
        let x = tensor![[0.5, 1.0], [2.0, f32::NAN]];
        let of = |right| {
            x.bucketize(&tensor![1, 2], right)
                .unwrap()
                .to_vec::<i64>()
                .unwrap()
        };
        assert_eq!(of(false), [0, 0, 1, 2]);
        assert_eq!(of(true), [0, 1, 2, 2]);
        assert!(x.bucketize(&tensor![[1]], false).is_err());
    }
}
