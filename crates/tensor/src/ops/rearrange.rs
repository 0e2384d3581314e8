//! Elements in another order, or several times.

use super::operands::expect_at_least;
use super::shape::{dim_of_some, distinct_dims};
use super::{Concatenate, Indexing, Shapes};
use crate::kernel;
use crate::layout::{Layout, resolve_dim};
use crate::{Array, DType, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// The elements in reverse order along a set of dimensions, a bit each.
#[derive(Clone, Debug)]
struct Flip(u8);

impl Op<1> for Flip {
    const NAME: &'static str = "flip";
    const SAVES: Saves = Saves::NOTHING;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        Ok(kernel::flip(x, |dim| self.0 & (1 << dim) != 0))
    }

    /// The gradient reversed again
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(self.clone(), [g])
    }
}

/// How often each entry is repeated: all equally often, or each by a number of its own.
#[derive(Clone, Debug)]
pub enum Repeats {
    /// Each entry this often.
    Each(usize),
    /// Entry `i` as often as element `i` of this vector of integers says.
    Counts(Tensor),
}

impl From<usize> for Repeats {
    fn from(each: usize) -> Repeats {
        Repeats::Each(each)
    }
}

impl From<&Tensor> for Repeats {
    fn from(counts: &Tensor) -> Repeats {
        Repeats::Counts(counts.clone())
    }
}

/// Elements in another order, or several times. All of these copy.
pub trait Rearrange: Array {
    /// The elements in reverse order along each of these dimensions.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice.
    fn flip(&self, dims: &[isize]) -> Result<Self> {
        let named = distinct_dims(Flip::NAME, dims, self.shape().len())?;
        let set = named.iter().fold(0, |set, &dim| set | 1 << dim);
        Self::apply(Flip(set), [self])
    }

    /// The columns of matrices in reverse order: flips dimension 1.
    ///
    /// # Errors
    /// Fewer than two dimensions.
    fn fliplr(&self) -> Result<Self> {
        expect_at_least("fliplr", "at least 2 dimensions", 2, self.shape())?;
        self.flip(&[1])
    }

    /// The rows in reverse order: flips dimension 0.
    ///
    /// # Errors
    /// A tensor without dimensions.
    fn flipud(&self) -> Result<Self> {
        expect_at_least("flipud", "at least 1 dimension", 1, self.shape())?;
        self.flip(&[0])
    }

    /// Moves the entries of each dimension by the respective shift; what leaves at one end enters at the
    /// other. Without dimensions the tensor is read as one vector, with one shift.
    ///
    /// # Errors
    /// Another number of shifts than of dimensions, a dimension that does not exist.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// assert_eq!(tensor![1, 2, 3, 4].roll(&[1], &[0])?.to_vec::<i64>()?, [4, 1, 2, 3]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn roll(&self, shifts: &[isize], dims: &[isize]) -> Result<Self> {
        const OP: &str = "roll";
        if dims.is_empty() && shifts.len() == 1 {
            return self.ravel()?.roll(shifts, &[0])?.reshape(self.shape());
        }
        if dims.len() != shifts.len() || shifts.is_empty() {
            let message = format!(
                "{} shifts for {} dimensions; give one for each dimension",
                shifts.len(),
                dims.len()
            );
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let mut rolled = self.clone();
        for (&shift, &dim) in shifts.iter().zip(dims) {
            let size = self.shape()[dim_of_some(OP, dim, self.shape())?];
            let shift = shift.rem_euclid(size.max(1) as isize) as usize;
            if shift > 0 {
                let (tail, head) = (
                    rolled.narrow(dim, size - shift, shift)?,
                    rolled.narrow(dim, 0, size - shift)?,
                );
                rolled = Self::cat(&[&tail, &head], dim)?;
            }
        }
        Ok(rolled)
    }

    /// Turned by `k` quarters in the plane of two dimensions, from the first towards the second.
    ///
    /// # Errors
    /// Dimensions that do not exist or are the same.
    fn rot90(&self, k: isize, dims: [isize; 2]) -> Result<Self> {
        let named = distinct_dims("rot90", &dims, self.shape().len())?;
        let [a, b] = dims;
        expect_at_least(
            "rot90",
            "at least 2 dimensions",
            2.max(named.len()),
            self.shape(),
        )?;
        match k.rem_euclid(4) {
            0 => Ok(self.clone()),
            1 => self.flip(&[b])?.transpose(a, b),
            2 => self.flip(&dims),
            _ => self.flip(&[a])?.transpose(a, b),
        }
    }

    /// The tensor side by side with itself, `repeats[d]` times along each dimension; more numbers than
    /// dimensions add leading ones.
    ///
    /// # Errors
    /// Fewer numbers than dimensions, too many elements.
    fn repeat(&self, repeats: &[usize]) -> Result<Self> {
        const OP: &str = "repeat";
        let Some(lead) = repeats.len().checked_sub(self.shape().len()) else {
            let message = format!(
                "{} numbers for {} dimensions; give one for each, or call tile, which takes fewer",
                repeats.len(),
                self.shape().len()
            );
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        };
        let mut shape = [&[1].repeat(lead)[..], self.shape()].concat();
        Layout::row_major(OP, &shape)?;
        let mut repeated = self.reshape(&shape)?;
        // From the back, so that the last and largest copy is made once.
        for (dim, &times) in repeats.iter().enumerate().rev() {
            if times != 1 {
                let inner: usize = shape[dim..].iter().product();
                let outer: usize = shape[..dim].iter().product();
                shape[dim] = shape[dim].saturating_mul(times);
                Layout::row_major(OP, &shape)?;
                repeated = repeated
                    .reshape([outer, 1, inner])?
                    .expand([outer, times, inner])?
                    .reshape(&shape)?;
            }
        }
        Ok(repeated)
    }

    /// As [`repeat`](Rearrange::repeat); missing leading numbers count as 1.
    ///
    /// # Errors
    /// Too many elements.
    fn tile(&self, repeats: &[usize]) -> Result<Self> {
        let missing = self.shape().len().saturating_sub(repeats.len());
        self.repeat(&[&[1].repeat(missing)[..], repeats].concat())
    }

    /// Each entry of `dim` several times in a row. Without `dim` the tensor is read as one vector.
    ///
    /// # Errors
    /// A dimension that does not exist; counts that are no integers, negative, or not one for each
    /// entry.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![7, 8];
    /// assert_eq!(x.repeat_interleave(2, None)?.to_vec::<i64>()?, [7, 7, 8, 8]);
    /// assert_eq!(x.repeat_interleave(&tensor![1, 3], None)?.to_vec::<i64>()?, [7, 8, 8, 8]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn repeat_interleave(&self, repeats: impl Into<Repeats>, dim: Option<isize>) -> Result<Self> {
        const OP: &str = "repeat_interleave";
        let Some(dim) = dim else {
            return self.ravel()?.repeat_interleave(repeats, Some(0));
        };
        let at = resolve_dim(OP, dim, self.shape().len())?;
        if self.shape().is_empty() {
            return self.reshape([1])?.repeat_interleave(repeats, Some(0));
        }
        let size = self.shape()[at];
        let counts = match repeats.into() {
            Repeats::Each(times) => {
                let mut shape = self.shape().to_vec();
                let outer: usize = shape[..=at].iter().product();
                let inner: usize = shape[at + 1..].iter().product();
                shape[at] = size.saturating_mul(times);
                Layout::row_major(OP, &shape)?;
                return self
                    .reshape([outer, 1, inner])?
                    .expand([outer, times, inner])?
                    .reshape(&shape);
            }
            Repeats::Counts(counts) => counts,
        };
        if !counts.dtype().is_integer() {
            return Err(ErrorKind::DType {
                op: OP,
                expected: "counts that are integers",
                got: counts.dtype(),
            }
            .into());
        }
        let mut times = counts.to_dtype(DType::I64)?.to_vec::<i64>()?;
        if counts.rank() < 2 && times.len() == 1 {
            times = times.repeat(size);
        }
        if counts.rank() > 1 || times.len() != size || times.iter().any(|&n| n < 0) {
            let message = format!(
                "dimension {at} of size {size} needs a count of at least 0 for each entry, got {times:?}"
            );
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let total = times
            .iter()
            .fold(0usize, |sum, &n| sum.saturating_add(n as usize));
        let mut shape = self.shape().to_vec();
        shape[at] = total;
        Layout::row_major(OP, &shape)?;
        let entries = (0i64..)
            .zip(&times)
            .flat_map(|(i, &n)| std::iter::repeat_n(i, n as usize));
        self.index_select(
            dim,
            &Tensor::from_vec(entries.collect::<Vec<i64>>(), [total])?,
        )
    }
}
impl<A: Array> Rearrange for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    #[test]
    fn vjp() {
        check_vjp(Flip(0b101), [&[2, 3, 4]]);
    }

    #[test]
    fn flips_and_turns() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_close(&x.fliplr().unwrap(), &[3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
        assert_close(&x.flipud().unwrap(), &[4.0, 5.0, 6.0, 1.0, 2.0, 3.0]);
        assert_close(
            &x.t().unwrap().flip(&[-1, 0]).unwrap(),
            &[6.0, 3.0, 5.0, 2.0, 4.0, 1.0],
        );
        assert_close(
            &x.rot90(1, [0, 1]).unwrap(),
            &[3.0, 6.0, 2.0, 5.0, 1.0, 4.0],
        );
        assert_close(
            &x.rot90(-1, [0, 1]).unwrap(),
            &[4.0, 1.0, 5.0, 2.0, 6.0, 3.0],
        );
        assert_close(
            &x.rot90(6, [0, 1]).unwrap(),
            &[6.0, 5.0, 4.0, 3.0, 2.0, 1.0],
        );
        assert!(x.flip(&[0, 0]).is_err() && x.rot90(1, [1, -1]).is_err());
        let row = tensor![1.0, 2.0];
        assert!(row.fliplr().is_err() && row.rot90(1, [0, 1]).is_err());
        let none = Tensor::zeros([3, 0], DType::F32).unwrap();
        assert_eq!(none.flip(&[0, 1]).unwrap().shape(), [3, 0]);
    }

    #[test]
    fn rolls_wrap_around() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_close(&x.roll(&[2], &[]).unwrap(), &[5.0, 6.0, 1.0, 2.0, 3.0, 4.0]);
        assert_close(
            &x.roll(&[1, -1], &[0, 1]).unwrap(),
            &[5.0, 6.0, 4.0, 2.0, 3.0, 1.0],
        );
        assert_close(
            &x.roll(&[isize::MIN], &[1]).unwrap(),
            &[3.0, 1.0, 2.0, 6.0, 4.0, 5.0],
        );
        assert_eq!(Tensor::scalar(1.0f32).roll(&[10], &[]).unwrap().rank(), 0);
        assert!(x.roll(&[1], &[0, 1]).is_err() && x.roll(&[], &[]).is_err());
        assert!(x.roll(&[0], &[2]).is_err());
    }

    #[test]
    fn repeats_side_by_side_and_one_by_one() {
        let x = tensor![[1, 2], [3, 4]];
        let twice = x.repeat(&[2, 1, 2]).unwrap();
        assert_eq!(twice.shape(), [2, 2, 4]);
        assert_eq!(
            twice.select(0, 1).unwrap().to_vec::<i64>().unwrap(),
            [1, 2, 1, 2, 3, 4, 3, 4]
        );
        assert_eq!(x.tile(&[2]).unwrap().shape(), [2, 4]);
        assert_eq!(x.repeat(&[0, 3]).unwrap().shape(), [0, 6]);
        assert!(x.repeat(&[2]).is_err() && x.repeat(&[usize::MAX, 2]).is_err());
        assert!(x.repeat(&[1; 9]).is_err());
        let rows = x.repeat_interleave(&tensor![2, 0], Some(0)).unwrap();
        assert_eq!(rows.to_vec::<i64>().unwrap(), [1, 2, 1, 2]);
        let columns = x.repeat_interleave(2, Some(-1)).unwrap();
        assert_eq!(columns.to_vec::<i64>().unwrap(), [1, 1, 2, 2, 3, 3, 4, 4]);
        assert!(x.repeat_interleave(&tensor![1], Some(0)).is_ok());
        assert!(x.repeat_interleave(&tensor![1, -1], Some(0)).is_err());
        assert!(
            x.repeat_interleave(&tensor![i64::MAX, i64::MAX], Some(0))
                .is_err()
        );
        assert!(x.repeat_interleave(usize::MAX, Some(0)).is_err());
    }
}
