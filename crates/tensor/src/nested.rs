//! Tensors written and read as nested lists.

use crate::error::ErrorKind;
use crate::{DType, Element, Result, Scalar, Tensor};

/// Numbers, or lists of equally shaped [`Nested`] values: what `torch.tensor` accepts.
pub trait Nested {
    /// The dtype a tensor of these numbers gets: `f32` for floats, `i64` for integers, `bool`.
    const DTYPE: DType;

    /// Appends the sizes of all levels, looking at the first entry of each.
    fn sizes(&self, shape: &mut Vec<usize>);

    /// Appends the numbers in row-major order.
    ///
    /// # Errors
    /// Entries of one list that differ in shape from `shape`.
    fn numbers(&self, shape: &[usize], into: &mut Vec<Scalar>) -> Result<()>;
}

macro_rules! number {
    ($($ty:ty => $dtype:ident),*) => {$(
        impl Nested for $ty {
            const DTYPE: DType = DType::$dtype;
            fn sizes(&self, _shape: &mut Vec<usize>) {}
            fn numbers(&self, _shape: &[usize], into: &mut Vec<Scalar>) -> Result<()> {
                into.push(self.to_scalar());
                Ok(())
            }
        }
    )*};
}
number!(bool => Bool, i32 => I64, i64 => I64, f32 => F32, f64 => F32);

impl<T: Nested> Nested for [T] {
    const DTYPE: DType = T::DTYPE;

    fn sizes(&self, shape: &mut Vec<usize>) {
        shape.push(self.len());
        if let Some(first) = self.first() {
            first.sizes(shape);
        }
    }

    fn numbers(&self, shape: &[usize], into: &mut Vec<Scalar>) -> Result<()> {
        let (&size, inner) = shape.split_first().unwrap_or((&0, &[]));
        if self.len() != size {
            let message = format!(
                "a list of {} entries stands beside one of {size}; all must be equal",
                self.len()
            );
            return Err(ErrorKind::Invalid {
                op: "tensor",
                message,
            }
            .into());
        }
        self.iter().try_for_each(|entry| entry.numbers(inner, into))
    }
}

macro_rules! list {
    ($([$($param:tt)*] $ty:ty),*) => {$(
        impl<$($param)*> Nested for $ty {
            const DTYPE: DType = T::DTYPE;
            fn sizes(&self, shape: &mut Vec<usize>) {
                self[..].sizes(shape);
            }
            fn numbers(&self, shape: &[usize], into: &mut Vec<Scalar>) -> Result<()> {
                self[..].numbers(shape, into)
            }
        }
    )*};
}
list!([T: Nested, const N: usize] [T; N], [T: Nested] Vec<T>, [T: Nested] &[T]);

impl Tensor {
    /// A tensor from a nested list, as `torch.tensor`: floats give `f32` (also `f64` ones, as Python's
    /// do), integers `i64`, truth values `bool`. [`from_vec`](Tensor::from_vec) keeps the Rust type.
    ///
    /// # Errors
    /// Lists of one level that differ in length; too many levels.
    ///
    /// ```
    /// use gradus_tensor::Tensor;
    /// let rows = vec![vec![11, 12, 13], vec![21, 22, 23]];
    /// assert_eq!(Tensor::from_nested(&rows)?.shape(), [2, 3]);
    /// assert!(Tensor::from_nested(&vec![vec![1], vec![2, 3]]).is_err());
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn from_nested<N: Nested>(list: &N) -> Result<Tensor> {
        let (mut shape, mut numbers) = (Vec::new(), Vec::new());
        list.sizes(&mut shape);
        list.numbers(&shape, &mut numbers)?;
        crate::dispatch::for_dtype!(N::DTYPE, T => {
            Tensor::from_vec(numbers.into_iter().map(T::from_scalar).collect::<Vec<T>>(), shape)
        })
    }
}

impl Tensor {
    /// The rows of a matrix as vectors, converted to `T`.
    ///
    /// # Errors
    /// Not two dimensions.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![[1, 2], [3, 4]].t()?;
    /// assert_eq!(x.to_vec2::<i64>()?, [[1, 3], [2, 4]]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn to_vec2<T: Element>(&self) -> Result<Vec<Vec<T>>> {
        let &[rows, columns] = self.shape() else {
            return Err(self.not_nested("to_vec2", "2 dimensions"));
        };
        let values = self.to_vec::<T>()?;
        let row = |i: usize| values[i * columns..(i + 1) * columns].to_vec();
        Ok((0..rows).map(row).collect())
    }

    /// The matrices of a tensor of three dimensions, row by row, converted to `T`.
    ///
    /// # Errors
    /// Not three dimensions.
    pub fn to_vec3<T: Element>(&self) -> Result<Vec<Vec<Vec<T>>>> {
        if self.rank() != 3 {
            return Err(self.not_nested("to_vec3", "3 dimensions"));
        }
        self.rows()?.map(|matrix| matrix.to_vec2()).collect()
    }

    #[cold]
    fn not_nested(&self, op: &'static str, expected: &'static str) -> crate::Error {
        let got = self.shape().to_vec();
        ErrorKind::Rank { op, expected, got }.into()
    }
}

/// A tensor from a nested list, as `torch.tensor`: float literals give `f32`, integer literals `i64`,
/// `true` and `false` give bool.
///
/// # Panics
/// If lists of one level differ in length (impossible for literals) or nest deeper than
/// [`MAX_RANK`](crate::MAX_RANK); [`Tensor::from_nested`] returns an error instead.
///
/// ```
/// use gradus_tensor::{DType, tensor};
/// assert_eq!(tensor![[1.0, 2.0], [3.0, 4.0]].dtype(), DType::F32);
/// assert_eq!(tensor![1, 2, 3].dtype(), DType::I64);
/// assert_eq!(tensor![true, false].dtype(), DType::Bool);
/// ```
#[macro_export]
macro_rules! tensor {
    () => { $crate::Tensor::from_nested::<[f32; 0]>(&[]).expect("an empty list") };
    ($($entry:expr),+ $(,)?) => {
        match $crate::Tensor::from_nested(&[$($entry),+]) {
            Ok(tensor) => tensor,
            Err(error) => panic!("{error}"),
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::DType;

    #[test]
    fn shapes_and_dtypes() {
        assert_eq!(tensor![[[1], [2]]].shape(), [1, 2, 1]);
        assert_eq!(tensor![].shape(), [0]);
        assert_eq!(tensor![1.5f64].dtype(), DType::F32);
        assert_eq!(tensor![i64::MAX].to_vec::<i64>().unwrap(), [i64::MAX]);
    }

    #[test]
    fn nested_vectors_come_out() {
        let x = tensor![[[1, 2, 3], [4, 5, 6]]];
        assert_eq!(
            x.to_vec3::<f32>().unwrap(),
            [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]
        );
        let none = x.narrow(2, 0, 0).unwrap();
        assert_eq!(none.to_vec3::<u8>().unwrap(), [[[], []] as [[u8; 0]; 2]]);
        assert_eq!(
            x.to_vec2::<f32>().unwrap_err().to_string(),
            "to_vec2: expected 2 dimensions, got shape (1, 2, 3)"
        );
        assert!(tensor![1].to_vec3::<i64>().is_err());
    }
}
