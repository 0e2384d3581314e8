//! Questions about the numbers alone, whose answers have no gradient.

use gradus_tensor::{Tensor, ops::Unique};

use crate::{Result, Var};

macro_rules! questions {
    ($($name:ident($($arg:ident: $Arg:ty),*) -> $Answer:ty;)*) => {
        impl Var {$(
            #[doc = concat!("See [`Tensor::", stringify!($name), "`].")]
            ///
            /// # Errors
            /// As there.
            #[inline]
            pub fn $name(&self $(, $arg: $Arg)*) -> Result<$Answer> {
                Ok(self.with_value(|x| x.$name($($arg),*))?)
            }
        )*}
    };
}

questions! {
    argmax(dim: impl Into<Option<isize>>, keepdim: bool) -> Tensor;
    argmin(dim: impl Into<Option<isize>>, keepdim: bool) -> Tensor;
    argsort(dim: isize, descending: bool) -> Tensor;
    all() -> Tensor;
    all_dims(dims: &[isize], keepdim: bool) -> Tensor;
    any() -> Tensor;
    any_dims(dims: &[isize], keepdim: bool) -> Tensor;
    count_nonzero(dims: &[isize]) -> Tensor;
    nonzero() -> Tensor;
    nonzero_as_tuple() -> Vec<Tensor>;
    argwhere() -> Tensor;
    isin(candidates: &Tensor, invert: bool) -> Tensor;
    bucketize(boundaries: &Tensor, right: bool) -> Tensor;
    histc(bins: usize, min: f64, max: f64) -> Tensor;
    unique(dim: impl Into<Option<isize>>) -> Unique;
    unique_consecutive(dim: impl Into<Option<isize>>) -> Unique;
    size(dim: isize) -> usize;
}

impl Var {
    /// How many dimensions there are.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.shape().len()
    }

    /// Whether both have one dtype, one shape and equal elements; see [`Tensor::equal`].
    #[must_use]
    pub fn equal(&self, other: &Var) -> bool {
        self.with_value(|x| other.with_value(|y| x.equal(y)))
    }

    /// Whether both are close everywhere; see [`Tensor::allclose`].
    ///
    /// # Errors
    /// As there.
    pub fn allclose(&self, other: &Var, rtol: f64, atol: f64, equal_nan: bool) -> Result<bool> {
        Ok(self.with_value(|x| other.with_value(|y| x.allclose(y, rtol, atol, equal_nan)))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn answers_are_those_of_the_numbers() {
        let x = Var::leaf(tensor![[0.0, 3.0], [2.0, 0.0]]).unwrap();
        let y = x.mul_scalar(2).unwrap();
        assert_eq!(y.argmax(1, false).unwrap(), tensor![1, 0]);
        assert_eq!(y.argmin(None, false).unwrap(), Tensor::scalar(0i64));
        assert_eq!(y.argsort(1, true).unwrap(), tensor![[1, 0], [0, 1]]);
        assert_eq!(y.count_nonzero(&[]).unwrap(), Tensor::scalar(2i64));
        assert_eq!(y.nonzero().unwrap(), tensor![[0, 1], [1, 0]]);
        assert_eq!(y.any_dims(&[0], false).unwrap(), tensor![true, true]);
        assert_eq!(y.all().unwrap(), Tensor::scalar(false));
        assert_eq!(y.unique(None).unwrap().values, tensor![0.0, 4.0, 6.0]);
        assert_eq!((y.rank(), y.size(-1).unwrap()), (2, 2));
        assert!(y.argmax(2, false).is_err() && y.size(2).is_err());
        let sum = x.add(&x).unwrap();
        assert!(y.equal(&sum) && !y.equal(&x));
        assert!(y.allclose(&sum, 0.0, 0.0, false).unwrap());
    }
}
