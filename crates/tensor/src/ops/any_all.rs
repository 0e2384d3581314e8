//! Whether any or all elements differ from zero, and how many do.

use super::reduced::{DimSet, Fold, reduce};
use crate::{DType, Result, Tensor};

impl Tensor {
    /// Whether every element differs from zero, as a tensor without dimensions; true of nothing. NaN
    /// differs from zero. The result is bool, of `u8` it is `u8`, as in PyTorch.
    ///
    /// # Errors
    /// None today.
    #[inline]
    pub fn all(&self) -> Result<Tensor> {
        truth("all", self, DimSet::all(self.rank()), false, Fold::Smallest)
    }

    /// Whether every element along these dimensions differs from zero. If none is named, whether each
    /// element does, as in PyTorch.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice.
    #[inline]
    pub fn all_dims(&self, dims: &[isize], keepdim: bool) -> Result<Tensor> {
        let dims = DimSet::new("all", dims, self.rank())?;
        truth("all", self, dims, keepdim, Fold::Smallest)
    }

    /// Whether an element differs from zero; see [`all`](Tensor::all). False of nothing.
    ///
    /// # Errors
    /// None today.
    #[inline]
    pub fn any(&self) -> Result<Tensor> {
        truth("any", self, DimSet::all(self.rank()), false, Fold::Largest)
    }

    /// Whether an element along these dimensions differs from zero; see
    /// [`all_dims`](Tensor::all_dims).
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn any_dims(&self, dims: &[isize], keepdim: bool) -> Result<Tensor> {
        let dims = DimSet::new("any", dims, self.rank())?;
        truth("any", self, dims, keepdim, Fold::Largest)
    }

    /// How many elements along these dimensions differ from zero, along all of them if none is named;
    /// `i64`.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice.
    #[inline]
    pub fn count_nonzero(&self, dims: &[isize]) -> Result<Tensor> {
        self.to_dtype(DType::Bool)?.sum_dims(dims, false)
    }
}

fn truth(op: &'static str, x: &Tensor, dims: DimSet, keepdim: bool, fold: Fold) -> Result<Tensor> {
    let dtype = match x.dtype() {
        DType::U8 => DType::U8,
        _ => DType::Bool,
    };
    // The smallest says "all" and the largest "any".
    reduce(op, &x.to_dtype(DType::Bool)?, dims, keepdim, fold)?.to_dtype(dtype)
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, tensor};

    fn truths(x: &Tensor) -> Vec<bool> {
        x.to_vec().unwrap()
    }

    #[test]
    fn by_hand() {
        let x = tensor![[0.0, 1.0], [f32::NAN, -2.0]];
        assert_eq!(truths(&x.all().unwrap()), [false]);
        assert_eq!(truths(&x.any().unwrap()), [true]);
        assert_eq!(truths(&x.all_dims(&[0], false).unwrap()), [false, true]);
        assert_eq!(truths(&x.all_dims(&[1], true).unwrap()), [false, true]);
        assert_eq!(truths(&x.any_dims(&[0, 1], false).unwrap()), [true]);
        assert_eq!(
            truths(&x.any_dims(&[], false).unwrap()),
            [false, true, true, true]
        );
        assert_eq!(x.count_nonzero(&[]).unwrap().item::<i64>().unwrap(), 3);
        assert_eq!(
            x.count_nonzero(&[0]).unwrap().to_vec::<i64>().unwrap(),
            [1, 2]
        );
        assert!(x.all_dims(&[0, -2], false).is_err());
    }

    #[test]
    fn of_nothing_and_of_bytes() {
        let x = Tensor::zeros([0, 2], DType::F32).unwrap();
        assert_eq!(truths(&x.all().unwrap()), [true]);
        assert_eq!(truths(&x.any_dims(&[0], false).unwrap()), [false, false]);
        assert_eq!(x.all_dims(&[1], false).unwrap().shape(), [0]);
        assert_eq!(x.count_nonzero(&[]).unwrap().item::<i64>().unwrap(), 0);
        let bytes = Tensor::from_vec(vec![0u8, 7], [2]).unwrap();
        let any = bytes.any().unwrap();
        assert_eq!((any.dtype(), any.item::<u8>().unwrap()), (DType::U8, 1));
        assert_eq!(any.dtype(), bytes.all_dims(&[0], false).unwrap().dtype());
    }
}
