//! Chains of matrix products.

use super::operands::{expect_inner, expect_one_dtype};
use super::{MatrixProduct, Shapes};
use crate::{Array, ErrorKind, Result};

/// Chains of matrix products.
///
/// ```
/// use gradus_tensor::{Tensor, tensor};
/// let (a, b) = (tensor![[1.0, 2.0]], tensor![[3.0], [4.0]]);
/// assert_eq!(Tensor::multi_dot(&[&a, &b, &a])?, tensor![[11.0, 22.0]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait ProductChain: Array {
    /// The product of a chain of matrices, multiplied in the order that costs the fewest
    /// multiplications: `torch.linalg.multi_dot`. The first may be a vector, taken as a row, and the
    /// last one, taken as a column.
    ///
    /// # Errors
    /// Fewer than two operands; other ranks; lengths that do not follow each other; dtypes that
    /// differ.
    fn multi_dot(chain: &[&Self]) -> Result<Self> {
        const OP: &str = "multi_dot";
        let [first, .., last] = chain else {
            let message = format!("a chain has at least 2 operands, got {}", chain.len());
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        };
        let vector = |x: &Self| x.shape().len() == 1;
        let mut matrices = Vec::with_capacity(chain.len());
        for (i, &x) in chain.iter().enumerate() {
            expect_one_dtype(OP, *first, x)?;
            let (start, end) = (i == 0, i + 1 == chain.len());
            matrices.push(match x.shape().len() {
                2 => x.clone(),
                1 if start => x.unsqueeze(0)?,
                1 if end => x.unsqueeze(1)?,
                _ => {
                    return Err(ErrorKind::Rank {
                        op: OP,
                        expected: "matrices, and vectors only at the ends",
                        got: x.shape().to_vec(),
                    }
                    .into());
                }
            });
        }
        for pair in matrices.windows(2) {
            let (a, b) = (pair[0].shape(), pair[1].shape());
            expect_inner(OP, a, b, (a[1], b[0]))?;
        }
        let splits = cheapest(&matrices);
        let mut product = multiply(&matrices, &splits, 0, matrices.len() - 1)?;
        if vector(last) {
            product = product.squeeze(1)?;
        }
        if vector(first) {
            product = product.squeeze(0)?;
        }
        Ok(product)
    }
}
impl<A: Array> ProductChain for A {}

/// For every part of a chain, where its last product divides it: `splits[i][j]` ends the left factor of
/// the product of `i..=j`.
fn cheapest<A: Array>(matrices: &[A]) -> Vec<Vec<usize>> {
    let n = matrices.len();
    let mut sizes: Vec<f64> = matrices.iter().map(|m| m.shape()[0] as f64).collect();
    sizes.push(matrices[n - 1].shape()[1] as f64);
    let mut cost = vec![vec![0.0; n]; n];
    let mut splits = vec![vec![0; n]; n];
    for length in 1..n {
        for i in 0..n - length {
            let j = i + length;
            cost[i][j] = f64::INFINITY;
            for split in i..j {
                let last = sizes[i] * sizes[split + 1] * sizes[j + 1];
                let whole = cost[i][split] + cost[split + 1][j] + last;
                if whole < cost[i][j] {
                    (cost[i][j], splits[i][j]) = (whole, split);
                }
            }
        }
    }
    splits
}

fn multiply<A: Array>(matrices: &[A], splits: &[Vec<usize>], i: usize, j: usize) -> Result<A> {
    if i == j {
        return Ok(matrices[i].clone());
    }
    let left = multiply(matrices, splits, i, splits[i][j])?;
    left.mm(&multiply(matrices, splits, splits[i][j] + 1, j)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, values};
    use crate::{Tensor, tensor};

    #[test]
    fn chains() {
        let sizes = [30, 35, 15, 5, 10, 20, 25];
        let chain: Vec<Tensor> = (0..6)
            .map(|i| values(&[sizes[i], sizes[i + 1]], -1.0, 1.0, i as u64))
            .collect();
        // The textbook's example: ((A₁ (A₂ A₃)) ((A₄ A₅) A₆)).
        let splits = cheapest(&chain);
        assert_eq!((splits[0][5], splits[0][2], splits[3][5]), (2, 0, 4));
        let mut plain = chain[0].clone();
        for x in &chain[1..] {
            plain = plain.mm(x).unwrap();
        }
        let product = Tensor::multi_dot(&chain.iter().collect::<Vec<_>>()).unwrap();
        let difference = product.sub(&plain).unwrap().abs().unwrap();
        // Sums of thousands of terms below 1, in two orders.
        assert!(
            difference
                .to_vec::<f64>()
                .unwrap()
                .iter()
                .all(|d| *d < 1e-10)
        );
    }

    #[test]
    fn vectors_stand_at_the_ends() {
        let (v, m) = (tensor![1.0, 2.0], tensor![[1.0, 2.0], [3.0, 4.0]]);
        assert_close(&Tensor::multi_dot(&[&v, &m, &v]).unwrap(), &[27.0]);
        assert_eq!(Tensor::multi_dot(&[&v, &m]).unwrap().shape(), [2]);
        assert_eq!(Tensor::multi_dot(&[&v, &v]).unwrap().rank(), 0);
        assert!(Tensor::multi_dot(&[&m, &v, &m]).is_err());
        assert!(Tensor::multi_dot(&[&m, &tensor![[1.0, 2.0]]]).is_err());
        assert_eq!(
            Tensor::multi_dot(&[&m]).unwrap_err().to_string(),
            "multi_dot: a chain has at least 2 operands, got 1"
        );
    }
}
