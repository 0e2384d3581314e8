//! Rows at given positions, for loaders.

use crate::{ErrorKind, Result, Tensor, kernel};

impl Tensor {
    /// The rows (entries of the first dimension) at these positions, for loaders that keep their
    /// order as a plain slice.
    ///
    /// # Errors
    /// A tensor without dimensions, or a position beyond its size.
    #[inline]
    pub fn take_rows(&self, rows: &[i64]) -> Result<Tensor> {
        const OP: &str = "take_rows";
        let &[size, ..] = self.shape() else {
            return Err(ErrorKind::DimOutOfRange {
                op: OP,
                dim: 0,
                rank: 0,
            }
            .into());
        };
        // A negative index is beyond any size as an unsigned number.
        let largest = rows.iter().fold(0, |most, &i| most.max(i as u64));
        if largest >= size as u64 && !rows.is_empty() {
            let index = rows
                .iter()
                .copied()
                .find(|&i| i < 0 || i as usize >= size)
                .unwrap_or(0);
            return Err(ErrorKind::IndexOutOfRange {
                op: OP,
                index,
                dim: 0,
                size,
            }
            .into());
        }
        kernel::take_rows(self, rows)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::tensor;
    use crate::testkit::assert_close;

    #[test]
    fn a_single_row_may_have_any_stride() {
        let row = tensor![[1.0], [2.0], [3.0]].t().unwrap();
        assert!(row.is_contiguous() && row.strides() == [1, 1]);
        let twice = row.take_rows(&[0, 0]).unwrap();
        assert_eq!((twice.shape(), twice.strides()), (&[2, 3][..], &[3, 1][..]));
        assert_close(&twice, &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
        assert_close(&tensor![7.0].take_rows(&[0, 0]).unwrap(), &[7.0, 7.0]);
    }

    #[test]
    fn rows_that_do_not_exist_are_refused() {
        let e = tensor![[1.0, 2.0]].take_rows(&[0, 1]).unwrap_err();
        assert_eq!(
            e.to_string(),
            "take_rows: index 1 is out of range for dimension 0 of size 1"
        );
        assert!(Tensor::scalar(1.0f32).take_rows(&[0]).is_err());
    }
}
