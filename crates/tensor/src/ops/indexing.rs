//! Elements read and written by index.

use std::sync::Arc;

use super::operands::expect_one_dtype;
use super::pick_put::{Pick, Put, put};
use super::places::Places;
use super::{Arithmetic, Shapes};
use crate::index::Indices;
use crate::{Array, DType, ErrorKind, Op, Result, Scalar, Tensor};

/// Runs `f` on a tensor that has dimensions, as which a number counts here, and gives the result the
/// shape of the tensor again.
fn with_dims<A: Array>(x: &A, f: impl FnOnce(&A) -> Result<A>) -> Result<A> {
    if x.shape().is_empty() {
        f(&x.reshape([1])?)?.reshape(())
    } else {
        f(x)
    }
}

/// Elements read and written by index.
pub trait Indexing: Array {
    /// `x[indices]`: see [`Index`](crate::Index) for what may stand between the brackets. A view where
    /// all indices are positions and ranges, else a copy.
    ///
    /// # Errors
    /// Too many indices, positions that do not exist, masks of another shape, lists that do not
    /// broadcast with each other, a step below 1.
    ///
    /// ```
    /// # use gradus_tensor::{Index, i, tensor};
    /// let x = tensor![[0, 1, 2, 3], [4, 5, 6, 7]];
    /// assert_eq!(x.index((-1, 1..3))?.to_vec::<i64>()?, [5, 6]);
    /// assert_eq!(x.index(i![.., ..;2])?.to_vec::<i64>()?, [0, 2, 4, 6]);
    /// assert_eq!(x.index((.., [3, 0]))?.to_vec::<i64>()?, [3, 0, 7, 4]);
    /// assert_eq!(x.index(&x.gt_scalar(5)?)?.to_vec::<i64>()?, [6, 7]);
    /// assert_eq!(x.index((Index::Ellipsis, Index::NewAxis, 0))?.shape(), [2, 1]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn index(&self, indices: impl Indices) -> Result<Self> {
        let places = Places::index(Pick::NAME, self.shape(), &indices.to_indices())?;
        Self::apply(Pick(Arc::new(places)), [self])
    }

    /// The tensor with `values`, which broadcast, at `x[indices]`, or added there if `accumulate`.
    ///
    /// Of several values for one element the last stays; as in PyTorch each of them gets the gradient.
    /// [`set`](Tensor::set) writes in place.
    ///
    /// # Errors
    /// As [`index`](Indexing::index); values of another dtype or that do not broadcast.
    fn index_put(&self, indices: impl Indices, values: &Self, accumulate: bool) -> Result<Self> {
        expect_one_dtype(Put::NAME, self, values)?;
        let places = Places::index(Put::NAME, self.shape(), &indices.to_indices())?;
        let values = spread(values, &places)?;
        put(Arc::new(places), self, &values, accumulate)
    }

    /// The entries of `dim` that `index`, a vector of integers, names; in its order, repeats allowed.
    ///
    /// # Errors
    /// A dimension or an entry that does not exist; an index that is not a vector of integers.
    fn index_select(&self, dim: isize, index: &Tensor) -> Result<Self> {
        const OP: &str = "index_select";
        if self.shape().is_empty() {
            if index.numel() != 1 {
                let message = "a tensor without dimensions has one entry to select".into();
                return Err(ErrorKind::Invalid { op: OP, message }.into());
            }
            return self.reshape([1])?.index_select(dim, index)?.reshape(());
        }
        let places = Places::entries(OP, self.shape(), dim, index)?;
        Self::apply(Pick(Arc::new(places)), [self])
    }

    /// The tensor with entry `i` of `source` times `alpha` added to entry `index[i]` of `dim`, in the
    /// order of the index.
    ///
    /// # Errors
    /// As [`index_select`](Indexing::index_select); a source of another dtype, or of a shape that
    /// differs elsewhere than in `dim`.
    fn index_add(
        &self,
        dim: isize,
        index: &Tensor,
        source: &Self,
        alpha: impl Into<Scalar>,
    ) -> Result<Self> {
        const OP: &str = "index_add";
        let alpha = alpha.into();
        if matches!(alpha, Scalar::Float(_)) && !source.dtype().is_float() {
            let message = format!("integers and bools take no alpha of {alpha}, a float");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let factor = alpha.to_f64();
        if factor == 1.0 || (source.dtype() == DType::Bool && factor != 0.0) {
            return put_entries(OP, self, dim, index, source, true);
        }
        let scaled = if source.dtype() == DType::Bool {
            Self::constant(source.value().zeros_like())
        } else {
            source.mul_scalar(alpha)?
        };
        put_entries(OP, self, dim, index, &scaled, true)
    }

    /// The tensor with entry `i` of `source` in place of entry `index[i]` of `dim`. Of several for one
    /// entry the last stays; as in PyTorch each of them gets the gradient.
    ///
    /// # Errors
    /// As [`index_add`](Indexing::index_add).
    fn index_copy(&self, dim: isize, index: &Tensor, source: &Self) -> Result<Self> {
        put_entries("index_copy", self, dim, index, source, false)
    }

    /// The tensor with `value` in all entries of `dim` that `index` names.
    ///
    /// # Errors
    /// As [`index_select`](Indexing::index_select).
    fn index_fill(&self, dim: isize, index: &Tensor, value: impl Into<Scalar>) -> Result<Self> {
        let value = Tensor::full([], value, self.dtype())?;
        self.index_fill_with(dim, index, &Self::constant(value))
    }

    /// As [`index_fill`](Indexing::index_fill), with the value of a tensor without dimensions, whose
    /// gradient is the sum over all that it fills.
    ///
    /// # Errors
    /// As there; a value with dimensions or of another dtype.
    fn index_fill_with(&self, dim: isize, index: &Tensor, value: &Self) -> Result<Self> {
        const OP: &str = "index_fill";
        if !value.shape().is_empty() {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a value without dimensions",
                got: value.shape().to_vec(),
            }
            .into());
        }
        expect_one_dtype(OP, self, value)?;
        with_dims(self, |x| {
            // Once each, or the gradient of the value would be counted as often as it is written.
            let places = Places::entries(OP, x.shape(), dim, &distinct(index)?)?;
            let values = value.expand(places.shape())?;
            put(Arc::new(places), x, &values, false)
        })
    }
}
impl<A: Array> Indexing for A {}

/// Values broadcast to the shape of the places; leading dimensions of size 1 beyond it count for
/// nothing, as in PyTorch.
///
/// # Errors
/// Values that do not broadcast.
pub(super) fn spread<A: Array>(values: &A, places: &Places) -> Result<A> {
    let (own, shape) = (values.shape(), places.shape());
    let extra = own.len().saturating_sub(shape.len());
    let (lead, sizes) = own.split_at(extra);
    let aligned = sizes.iter().rev().zip(shape.iter().rev());
    let fits = aligned.clone().all(|(&from, &to)| from == to || from == 1);
    if !fits || lead.iter().any(|&size| size != 1) {
        return Err(ErrorKind::ShapeMismatch {
            op: places.op(),
            what: "the values broadcast to the shape of what is indexed",
            lhs: own.to_vec(),
            rhs: shape.to_vec(),
        }
        .into());
    }
    if extra > 0 {
        return values.reshape(sizes)?.expand(shape);
    }
    values.expand(shape)
}

/// `x` with `source` written or added to the entries of `dim` that `index` names.
fn put_entries<A: Array>(
    op: &'static str,
    x: &A,
    dim: isize,
    index: &Tensor,
    source: &A,
    accumulate: bool,
) -> Result<A> {
    expect_one_dtype(op, x, source)?;
    with_dims(x, |x| {
        let places = Places::entries(op, x.shape(), dim, index)?;
        let source = expect_entries(op, &places, source)?;
        put(Arc::new(places), x, &source, accumulate)
    })
}

/// The source in the shape of the places; a number counts as a vector of one.
///
/// # Errors
/// Another shape.
pub(super) fn expect_entries<A: Array>(op: &'static str, places: &Places, source: &A) -> Result<A> {
    if source.shape() == places.shape() {
        return Ok(source.clone());
    }
    if source.shape().is_empty() && places.shape() == [1] {
        return source.reshape([1]);
    }
    Err(ErrorKind::ShapeMismatch {
        op,
        what: "the source has one entry for each of the index and the tensor's shape elsewhere",
        lhs: source.shape().to_vec(),
        rhs: places.shape().to_vec(),
    }
    .into())
}

/// The integers of an index, each once.
fn distinct(index: &Tensor) -> Result<Tensor> {
    if !index.dtype().is_integer() || index.rank() > 1 {
        return Ok(index.clone());
    }
    let mut entries = index.to_vec::<i64>()?;
    entries.sort_unstable();
    entries.dedup();
    let len = entries.len();
    Tensor::from_vec(entries, [len])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, counting};
    use crate::{Index, i, tensor};

    #[test]
    fn a_number_in_a_tensor_is_a_position() {
        let x = counting(&[2, 3, 4]);
        let (one, list) = (Tensor::scalar(1i64), tensor![0, 2]);
        // A list keeps its place beside numbers and ranges.
        let y = x.index((&one, .., &list)).unwrap();
        assert_eq!(y, x.index((1, .., &list)).unwrap());
        assert_eq!(y.shape(), [3, 2]);
        assert_eq!(
            x.index((.., &Tensor::scalar(-1i64))).unwrap().shape(),
            [2, 4]
        );
        assert!(x.index(Tensor::scalar(2i64)).is_err());
    }

    #[test]
    fn positions_and_ranges_are_views() {
        let x = counting(&[3, 4, 5]);
        let y = x.index((1, i![1..;2][0].clone(), Index::NewAxis)).unwrap();
        assert_eq!((y.shape(), y.strides()), (&[2, 1, 5][..], &[10, 0, 1][..]));
        assert_close(&y.index((-1, 0, 1..3)).unwrap(), &[36.0, 37.0]);
        assert_eq!(x.index((Index::Ellipsis, 0)).unwrap().shape(), [3, 4]);
        assert_eq!(x.index((.., 9..)).unwrap().shape(), [3, 0, 5]);
        assert_eq!(x.index(Vec::<Index>::new()).unwrap().shape(), [3, 4, 5]);
    }

    #[test]
    fn lists_broadcast_and_stand_where_the_first_stood() {
        let x = counting(&[2, 3, 4, 5]);
        let shape = |indices: Vec<Index>| x.index(indices).unwrap().shape().to_vec();
        let column = tensor![[0], [1]];
        assert_eq!(shape(i![.., [2, 0, 1]].into()), [2, 3, 4, 5]);
        assert_eq!(shape(i![.., &column, [3, 0, 1]].into()), [2, 2, 3, 5]);
        assert_eq!(shape(i![&column, .., [3, 0, 1]].into()), [2, 3, 3, 5]);
        assert_eq!(shape(i![0, .., [3, 0, 1]].into()), [3, 3, 5]);
        assert_eq!(shape(i![.., &column, 0, [4, 3, 2]].into()), [2, 2, 3]);
        assert_eq!(shape(i![.., Tensor::scalar(1i64)].into()), [2, 4, 5]);
        let y = x.index((.., &column, [3, 0, -1])).unwrap();
        assert_close(&y.index((1, 1, 2, 0)).unwrap(), &[60.0 + 20.0 + 15.0]);
        let apart = x.index((&column, .., [3, 0, 1])).unwrap();
        assert_close(
            &apart.index((1, 2, 2, 4)).unwrap(),
            &[60.0 + 40.0 + 5.0 + 4.0],
        );
    }

    #[test]
    fn a_mask_stands_for_its_dimensions() {
        let x = counting(&[2, 2, 3]);
        let mask = tensor![[false, true], [true, false]];
        assert_close(&x.index(&mask).unwrap(), &[3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let y = x.index((&mask, [0, 2])).unwrap();
        assert_close(&y, &[3.0, 8.0]);
        assert_close(
            &x.index((.., 0, [true, false, true])).unwrap(),
            &[0.0, 2.0, 6.0, 8.0],
        );
    }

    #[test]
    fn any_strides_are_read_and_written() {
        let x = counting(&[4, 3, 2]).permute(&[2, 0, 1]).unwrap();
        let same = x.contiguous();
        for indices in [
            i![.., [3, 0], ..],
            i![[1, 0], .., [2, 1]],
            i![.., .., [2, 2, 0]],
        ] {
            let (a, b) = (
                x.index(&indices[..]).unwrap(),
                same.index(&indices[..]).unwrap(),
            );
            assert!(a.equal(&b));
            let values = a.mul_scalar(2.0).unwrap();
            for accumulate in [false, true] {
                let a = x.index_put(&indices[..], &values, accumulate).unwrap();
                assert!(a.equal(&same.index_put(&indices[..], &values, accumulate).unwrap()));
            }
        }
    }

    #[test]
    fn what_cannot_be_indexed_is_told() {
        let x = counting(&[2, 3]);
        let message = |indices: Vec<Index>| x.index(indices).unwrap_err().to_string();
        assert_eq!(
            message(i![.., 3].into()),
            "index: index 3 is out of range for dimension 1 of size 3"
        );
        assert_eq!(
            message(i![0, 0, 0].into()),
            "index: 3 dimensions are indexed, the tensor has 2"
        );
        assert_eq!(
            message(i![..;-1].into()),
            "index: a step is at least 1, got -1; flip reverses a dimension"
        );
        assert!(message(i![[true, false, true]].into()).contains("a mask has the shape"));
        assert!(message(i![[0, 1], [0, 1, 2]].into()).contains("do not broadcast"));
        assert!(message(i![tensor![0.5]].into()).contains("index of integers"));
        assert!(message(i![Index::Ellipsis, Index::Ellipsis].into()).contains("only once"));
        assert!(message(i![isize::MIN].into()).contains("out of range"));
        assert!(message(vec![Index::NewAxis; 7]).contains("9 dimensions"));
        let e = x.index_put(0, &counting(&[2]), false).unwrap_err();
        assert_eq!(
            e.to_string(),
            "index_put: the values broadcast to the shape of what is indexed: (2,) against (3,)"
        );
    }

    #[test]
    fn entries_are_selected_added_copied_and_filled() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_close(
            &x.index_select(1, &tensor![2, 0, 2]).unwrap(),
            &[3.0, 1.0, 3.0, 6.0, 4.0, 6.0],
        );
        assert_close(&x.index_select(0, &tensor![1]).unwrap(), &[4.0, 5.0, 6.0]);
        let twice = tensor![[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]];
        let y = x.index_add(0, &tensor![1, 1], &twice, 2).unwrap();
        assert_close(&y, &[1.0, 2.0, 3.0, 10.0, 11.0, 12.0]);
        let y = x
            .index_copy(1, &tensor![2], &tensor![[7.0], [8.0]])
            .unwrap();
        assert_close(&y, &[1.0, 2.0, 7.0, 4.0, 5.0, 8.0]);
        let y = x.index_fill(1, &tensor![0, 0, 1], -1).unwrap();
        assert_close(&y, &[-1.0, -1.0, 3.0, -1.0, -1.0, 6.0]);
        let number = Tensor::scalar(1.0f32);
        let y = number.index_add(0, &tensor![0], &number, 1).unwrap();
        assert_eq!((y.shape(), y.item::<f32>().unwrap()), (&[][..], 2.0));
        let flags = tensor![true, false];
        let both = flags.index_add(0, &tensor![1, 0], &flags, true).unwrap();
        assert_eq!(both.to_vec::<bool>().unwrap(), [true, true]);
    }

    #[test]
    fn entries_that_do_not_exist_are_refused() {
        let x = tensor![[1.0, 2.0]];
        assert_eq!(
            x.index_select(1, &tensor![2]).unwrap_err().to_string(),
            "index_select: index 2 is out of range for dimension 1 of size 2"
        );
        assert!(x.index_select(0, &tensor![-1]).is_err());
        assert!(x.index_select(0, &tensor![0.0]).is_err());
        assert!(x.index_select(0, &tensor![[0]]).is_err());
        assert!(x.index_add(1, &tensor![0], &tensor![[1]], 1).is_err());
        assert!(x.index_copy(1, &tensor![0], &tensor![[1.0, 2.0]]).is_err());
    }
}
