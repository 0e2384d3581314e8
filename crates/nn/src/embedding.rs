//! Words as vectors.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::error::{Dims, Error, Result};
use crate::repr::extra_repr;
use crate::{Mode, Module, init, seen};

/// A table of vectors, one for each word; the input names rows.
///
/// # Shapes
/// `x`: any shape of integers → `(x.., embedding_dim)`
///
/// # Source
/// `torch.nn.Embedding` 2.15: initial values bit for bit.
///
/// ```
/// use gradus_nn::Embedding;
/// use gradus_random::Generator;
/// use gradus_tensor::tensor;
///
/// let table = Embedding::new(10, 3, &Generator::new(0))?;
/// let words = tensor![[1, 2], [9, 1]];
/// assert_eq!(table.forward(&words.into())?.shape(), [2, 2, 3]);
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr)]
pub struct Embedding {
    /// The table, `(num_embeddings, embedding_dim)`.
    pub weight: Var,
    #[module(skip)]
    options: EmbeddingOptions,
    mode: Mode,
}

/// What [`Embedding::with_options`] can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmbeddingOptions {
    /// The word that stands for nothing: its vector starts as zeros and gets no gradient. Negative
    /// counts from the end.
    pub padding_idx: Option<isize>,
    /// Whether a row's gradient is divided by how often the input names it.
    pub scale_grad_by_freq: bool,
    /// `F32` or `F64`.
    pub dtype: DType,
}

impl Default for EmbeddingOptions {
    #[inline]
    fn default() -> EmbeddingOptions {
        EmbeddingOptions {
            padding_idx: None,
            scale_grad_by_freq: false,
            dtype: DType::F32,
        }
    }
}

impl Embedding {
    /// A table in `f32` drawn from N(0, 1).
    ///
    /// # Errors
    /// Sizes that do not fit the address space.
    #[inline]
    pub fn new(num_embeddings: usize, embedding_dim: usize, rng: &Generator) -> Result<Embedding> {
        let options = EmbeddingOptions::default();
        Embedding::with_options(num_embeddings, embedding_dim, options, rng)
    }

    /// As [`new`](Embedding::new), with all that can vary.
    ///
    /// # Errors
    /// As there; a padding index that is no row.
    #[inline]
    pub fn with_options(
        num_embeddings: usize,
        embedding_dim: usize,
        options: EmbeddingOptions,
        rng: &Generator,
    ) -> Result<Embedding> {
        let weight = Var::leaf(Tensor::zeros(
            [num_embeddings, embedding_dim],
            options.dtype,
        )?)?;
        init::normal_(&weight, 0.0, 1.0, rng)?;
        if let Some(index) = options.padding_idx {
            let row = row_of(index, num_embeddings)?;
            let kept = |from: usize, len| weight.value().narrow(0, from, len);
            let zeros = Tensor::zeros([1, embedding_dim], options.dtype)?;
            let (before, after) = (kept(0, row)?, kept(row + 1, num_embeddings - row - 1)?);
            weight.set_value(Tensor::cat(&[&before, &zeros, &after], 0)?)?;
        }
        Ok(Embedding {
            weight,
            options,
            mode: Mode::new(),
        })
    }

    /// A table of given vectors, `(num_embeddings, embedding_dim)`.
    ///
    /// # Errors
    /// Not two dimensions; not floating-point; a padding index that is no row.
    #[inline]
    pub fn from_pretrained(weight: Tensor, padding_idx: Option<isize>) -> Result<Embedding> {
        let &[rows, _] = weight.shape() else {
            let message = format!(
                "the table is {}, expected two dimensions",
                Dims(weight.shape())
            );
            return Err(Error::invalid("Embedding", message));
        };
        padding_idx.map(|index| row_of(index, rows)).transpose()?;
        let options = EmbeddingOptions {
            padding_idx,
            dtype: weight.dtype(),
            ..EmbeddingOptions::default()
        };
        Ok(Embedding {
            weight: Var::leaf(weight)?,
            options,
            mode: Mode::new(),
        })
    }

    /// The vectors of the words.
    ///
    /// # Errors
    /// An input that holds no integers; a word that the table does not have.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        let o = &self.options;
        let y = self
            .weight
            .embedding(&x.value(), o.padding_idx, o.scale_grad_by_freq)?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        let (shape, o) = (self.weight.shape(), &self.options);
        let row = o.padding_idx.and_then(|index| row_of(index, shape[0]).ok());
        extra_repr!(
            shape[0],
            shape[1],
            padding_idx = row; if row.is_some(),
            scale_grad_by_freq = true; if o.scale_grad_by_freq
        )
    }
}

#[inline]
fn row_of(index: isize, rows: usize) -> Result<usize> {
    let row = if index < 0 {
        index + rows as isize
    } else {
        index
    };
    if (0..rows as isize).contains(&row) {
        return Ok(row as usize);
    }
    let message = format!("the padding index {index} is none of {rows} rows");
    Err(Error::invalid("Embedding", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn by_hand() {
        let table = tensor![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        let layer = Embedding::from_pretrained(table, Some(-1)).unwrap();
        let y = layer.forward(&tensor![[2, 0], [0, 1]].into()).unwrap();
        assert_eq!(y.shape(), [2, 2, 2]);
        assert_close(&y.value(), &[5.0, 6.0, 1.0, 2.0, 1.0, 2.0, 3.0, 4.0]);
        y.sum().unwrap().backward().unwrap();
        assert_close(
            &layer.weight.grad().unwrap(),
            &[2.0, 2.0, 1.0, 1.0, 0.0, 0.0],
        );
    }

    #[test]
    fn the_row_for_nothing_is_zeros_and_printed() {
        let options = EmbeddingOptions {
            padding_idx: Some(1),
            scale_grad_by_freq: true,
            ..EmbeddingOptions::default()
        };
        let layer = Embedding::with_options(4, 2, options, &Generator::new(0)).unwrap();
        assert_eq!(layer.weight.to_vec::<f32>().unwrap()[2..4], [0.0, 0.0]);
        assert_eq!(
            layer.to_string(),
            "Embedding(4, 2, padding_idx=1, scale_grad_by_freq=True)"
        );
        let keys: Vec<String> = layer.state_dict().keys().map(str::to_owned).collect();
        assert_eq!(keys, ["weight"]);
    }

    #[test]
    fn refused() {
        let layer = Embedding::new(2, 1, &Generator::new(0)).unwrap();
        assert!(layer.forward(&tensor![2].into()).is_err());
        assert!(layer.forward(&tensor![0.5].into()).is_err());
        let e = Embedding::from_pretrained(tensor![[1.0]], Some(1)).unwrap_err();
        assert_eq!(
            e.to_string(),
            "Embedding: the padding index 1 is none of 1 rows"
        );
    }
}
