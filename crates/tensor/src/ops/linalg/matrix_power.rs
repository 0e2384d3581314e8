//! Powers of square matrices.

use super::matrices::expect_square;
use super::solve::Solve;
use crate::layout::Layout;
use crate::ops::operands::{computed_in, zero_of};
use crate::ops::{Arithmetic, MatrixProduct};
use crate::{Array, DType, ErrorKind, Result, Tensor};

/// Powers of square matrices.
pub trait MatrixPower: Array {
    /// `A · A · …`, `n` times: `torch.linalg.matrix_power`. The inverse's power for a negative `n`, the
    /// identity for 0. Integers are allowed where nothing is inverted.
    ///
    /// # Errors
    /// Anything but square matrices; a negative power of a singular one.
    fn matrix_power(&self, n: i64) -> Result<Self> {
        const OP: &str = "matrix_power";
        computed_in(OP, self.dtype())?;
        let &[.., rows, columns] = self.shape() else {
            return Err(not_square(OP, self));
        };
        if rows != columns {
            return Err(not_square(OP, self));
        }
        if n < 0 {
            expect_square(OP, self)?;
        }
        let mut square = if n < 0 { self.inv()? } else { self.clone() };
        let mut left = n.unsigned_abs();
        if left == 0 {
            let eye = identity(self.shape(), self.dtype())?;
            return Self::constant(eye).add(&zero_of(self)?);
        }
        let mut product: Option<Self> = None;
        loop {
            if left & 1 == 1 {
                product = Some(match product {
                    None => square.clone(),
                    Some(product) => product.matmul(&square)?,
                });
            }
            left >>= 1;
            match product {
                Some(product) if left == 0 => return Ok(product),
                _ => square = square.matmul(&square)?,
            }
        }
    }
}
impl<A: Array> MatrixPower for A {}

#[cold]
fn not_square<A: Array>(op: &'static str, x: &A) -> crate::Error {
    ErrorKind::Rank {
        op,
        expected: "square matrices",
        got: x.shape().to_vec(),
    }
    .into()
}

/// The identity for each matrix of this shape.
pub(super) fn identity(shape: &[usize], dtype: DType) -> Result<Tensor> {
    let n = shape[shape.len() - 1];
    Layout::row_major("identity", shape)?;
    let mut eye = vec![0i64; n * n];
    (0..n).for_each(|i| eye[i * n + i] = 1);
    Tensor::from_vec(eye, [n, n])?
        .to_dtype(dtype)?
        .expand(shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, values};

    #[test]
    fn powers() {
        let a = tensor![[1, 1], [0, 1]];
        assert_eq!(
            a.matrix_power(10).unwrap().to_vec::<i64>().unwrap(),
            [1, 10, 0, 1]
        );
        assert_eq!(
            a.matrix_power(0).unwrap().to_vec::<i64>().unwrap(),
            [1, 0, 0, 1]
        );
        let x = values(&[2, 3, 3], -1.0, 1.0, 1);
        let cube = x.matmul(&x).unwrap().matmul(&x).unwrap();
        assert_close(&x.matrix_power(3).unwrap(), &cube.to_vec::<f64>().unwrap());
        let back = x
            .matrix_power(-2)
            .unwrap()
            .matmul(&x)
            .unwrap()
            .matmul(&x)
            .unwrap();
        let eye = identity(&[2, 3, 3], DType::F64).unwrap();
        assert_close(&back, &eye.to_vec::<f64>().unwrap());
        assert_close(&tensor![[f32::NAN]].matrix_power(0).unwrap(), &[1.0]);
    }

    #[test]
    fn what_has_no_power_is_told() {
        assert!(tensor![[1.0, 2.0], [2.0, 4.0]].matrix_power(-1).is_err());
        assert_eq!(
            tensor![[1.0, 2.0]].matrix_power(2).unwrap_err().to_string(),
            "matrix_power: expected square matrices, got shape (1, 2)"
        );
        assert!(tensor![[1]].matrix_power(-1).is_err() && tensor![1.0].matrix_power(1).is_err());
    }
}
