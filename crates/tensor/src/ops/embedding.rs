//! Rows of a table of vectors, one for each word.

use std::sync::Arc;

use super::pick_put::{Pick, embed};
use super::places::Places;
use super::positions::resolve_position;
use super::{Arithmetic, Shapes};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// Rows of a table whose gradients are weighted.
#[derive(Clone, Debug)]
struct Lookup {
    places: Arc<Places>,
    /// A column with the weight of each row's gradient.
    weights: Tensor,
}

impl Op<1> for Lookup {
    const NAME: &'static str = "embedding";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [table]: [&Tensor; 1]) -> Result<Tensor> {
        self.places.read(table)
    }

    /// dL/dtable: each weighted row of g is added where it came from
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let weights = A::constant(self.weights.to_dtype(g.dtype())?);
        embed(&self.places, &g.mul(&weights)?)
    }
}

/// Rows of a table of vectors, one for each word.
///
/// ```
/// # use gradus_tensor::tensor;
/// let table = tensor![[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]];
/// let words = tensor![[2, 1]];
/// assert_eq!(table.embedding(&words, None, false)?, tensor![[[3.0, 4.0], [1.0, 2.0]]]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Embedding: Array {
    /// Row `index[..]` of this table for each element of `index`.
    ///
    /// # Shapes
    /// table: `(words, width)`, `index`: any shape → `(index.., width)`.
    ///
    /// # Conventions
    /// The row `padding_idx` (negative counts from the end) gets no gradient. With `scale_grad_by_freq`
    /// the gradient of a row is divided by how often the index names it, so that it is a mean.
    ///
    /// # Errors
    /// A table without exactly two dimensions; an index that holds no integers; rows that do not exist.
    fn embedding(
        &self,
        index: &Tensor,
        padding_idx: Option<isize>,
        scale_grad_by_freq: bool,
    ) -> Result<Self> {
        const OP: &str = Lookup::NAME;
        let &[words, width] = self.shape() else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a table of 2 dimensions",
                got: self.shape().to_vec(),
            }
            .into());
        };
        let flat = index.ravel()?;
        let padding = padding_idx.map(|row| resolve_position(OP, row as i64, 0, words));
        let padding = padding.transpose()?;
        let places = Arc::new(Places::entries(OP, self.shape(), 0, &flat)?);
        let rows = if padding.is_none() && !scale_grad_by_freq {
            Self::apply(Pick(places), [self])?
        } else {
            let named = flat.to_vec::<i64>()?;
            let mut counts = vec![0u64; words];
            named.iter().for_each(|&row| counts[row as usize] += 1);
            let weight = |&row: &i64| match row as usize {
                row if padding == Some(row) => 0.0,
                row if scale_grad_by_freq => 1.0 / counts[row] as f64,
                _ => 1.0,
            };
            let weights: Vec<f64> = named.iter().map(weight).collect();
            let weights = Tensor::from_vec(weights, [named.len(), 1])?;
            Self::apply(Lookup { places, weights }, [self])?
        };
        rows.reshape([index.shape(), &[width]].concat())
    }
}
impl<A: Array> Embedding for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};
    use crate::{DType, tensor};

    fn lookup(weights: &Tensor) -> Lookup {
        Lookup {
            places: Arc::new(Places::entries("embedding", &[3, 2], 0, &tensor![2, 0, 2]).unwrap()),
            weights: weights.clone(),
        }
    }

    #[test]
    fn vjp() {
        check_vjp(lookup(&tensor![[1.0], [1.0], [1.0]]), [&[3, 2]]);
    }

    #[test]
    fn rows_and_their_weighted_gradients() {
        let table = tensor![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        let y = table.embedding(&tensor![[2, 0]], Some(-1), true).unwrap();
        assert_eq!(y.shape(), [1, 2, 2]);
        assert_close(&y, &[5.0, 6.0, 1.0, 2.0]);
        let lookup = lookup(&tensor![[0.5], [0.0], [0.5]]);
        let saved = Saved::new("embedding", Lookup::SAVES, &[], None);
        let g = Tensor::ones([3, 2], DType::F32).unwrap();
        let gradient = lookup.vjp(0, &saved, &g).unwrap();
        assert_close(&gradient, &[0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let table = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert_eq!(
            table
                .embedding(&tensor![2], None, false)
                .unwrap_err()
                .to_string(),
            "embedding: index 2 is out of range for dimension 0 of size 2"
        );
        assert!(table.embedding(&tensor![0], Some(2), false).is_err());
        assert!(table.embedding(&tensor![0.0], None, false).is_err());
        assert!(tensor![1.0].embedding(&tensor![0], None, false).is_err());
    }
}
