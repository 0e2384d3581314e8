//! Distinct elements, or distinct entries of a dimension.

use super::lines::around;
use crate::kernel::{self, Ranks};
use crate::layout::resolve_dim;
use crate::{ErrorKind, Result, Tensor};

/// Distinct elements, where each came from, and how many were equal to it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unique {
    /// The distinct elements as a vector; or the tensor with the distinct entries of the dimension.
    pub values: Tensor,
    /// For each element (or entry) its position among the distinct ones, as `i64`.
    pub inverse: Tensor,
    /// How many elements (or entries) equal each distinct one, as `i64`.
    pub counts: Tensor,
}

impl Tensor {
    /// The distinct elements in ascending order; with `dim`, the distinct entries of that dimension,
    /// ordered by their first different element. NaN differs from NaN.
    ///
    /// # Errors
    /// A dimension that does not exist; entries of nothing.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let distinct = tensor![3, 1, 3].unique(None)?;
    /// assert_eq!(distinct.values.to_vec::<i64>()?, [1, 3]);
    /// assert_eq!(distinct.inverse.to_vec::<i64>()?, [1, 0, 1]);
    /// assert_eq!(distinct.counts.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn unique(&self, dim: impl Into<Option<isize>>) -> Result<Unique> {
        distinct("unique", self, dim.into(), true)
    }

    /// One of each run of equal neighbours, in the order they stand: of the elements in row-major
    /// order, or of the entries of `dim`.
    ///
    /// # Errors
    /// As [`unique`](Tensor::unique).
    #[inline]
    pub fn unique_consecutive(&self, dim: impl Into<Option<isize>>) -> Result<Unique> {
        distinct("unique_consecutive", self, dim.into(), false)
    }
}

#[inline]
fn distinct(op: &'static str, x: &Tensor, dim: Option<isize>, sorted: bool) -> Result<Unique> {
    let Some(dim) = dim else {
        let all = x.reshape([x.numel()])?;
        let mut found = distinct(op, &all, Some(0), sorted)?;
        found.inverse = found.inverse.reshape(x.shape())?;
        return Ok(found);
    };
    if x.rank() == 0 {
        return Err(ErrorKind::DimOutOfRange { op, dim, rank: 0 }.into());
    }
    let at = resolve_dim(op, dim, x.rank())?;
    let (outer, count, inner) = around(x.shape(), at);
    let size = outer * inner;
    if size == 0 && count > 0 {
        let message = format!("the entries of dimension {at} have no elements to compare");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    // Each entry as one row.
    let others = (0..x.rank() as isize).filter(|&d| d != at as isize);
    let order: Vec<isize> = std::iter::once(at as isize).chain(others).collect();
    let rows = x.permute(&order)?.reshape([count, size])?;
    let order = if !sorted {
        (0..count).collect()
    } else if size == 1 {
        let order = kernel::order(&rows, count, Ranks::All, false, &one_line(count)?);
        order
            .to_vec::<i64>()?
            .iter()
            .map(|&at| at as usize)
            .collect()
    } else {
        kernel::order_of_rows(&rows, size)
    };
    let same = kernel::equal_neighbours(&rows, size, &order);
    let (mut firsts, mut counts, mut inverse) = (Vec::new(), Vec::new(), vec![0i64; count]);
    for (place, &row) in order.iter().enumerate() {
        if place == 0 || !same[place - 1] {
            firsts.push(row as i64);
            counts.push(0i64);
        }
        inverse[row] = counts.len() as i64 - 1;
        *counts.last_mut().expect("the first row starts a run") += 1;
    }
    let found = firsts.len();
    let firsts = Tensor::from_vec(firsts, [found])?;
    Ok(Unique {
        values: x.index_select(dim, &firsts)?,
        inverse: Tensor::from_vec(inverse, [count])?,
        counts: Tensor::from_vec(counts, [found])?,
    })
}

#[inline]
fn one_line(count: usize) -> Result<crate::layout::Layout> {
    crate::layout::Layout::row_major("unique", &[count])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{DType, tensor};

    fn check(found: &Unique, values: &[f64], inverse: &[i64], counts: &[i64]) {
        assert_close(&found.values, values);
        assert_eq!(found.inverse.to_vec::<i64>().unwrap(), inverse);
        assert_eq!(found.counts.to_vec::<i64>().unwrap(), counts);
    }

    #[test]
    fn elements() {
        let x = tensor![[3, 1], [2, 1]];
        let found = x.unique(None).unwrap();
        check(&found, &[1.0, 2.0, 3.0], &[2, 0, 1, 0], &[2, 1, 1]);
        assert_eq!(found.inverse.shape(), [2, 2]);
        let nan = f32::NAN;
        let found = tensor![nan, 1.0, nan, -0.0, 0.0].unique(None).unwrap();
        check(
            &found,
            &[0.0, 1.0, f64::NAN, f64::NAN],
            &[2, 1, 3, 0, 0],
            &[2, 1, 1, 1],
        );
        let found = Tensor::scalar(true).unique(None).unwrap();
        assert_eq!((found.values.shape(), found.inverse.rank()), (&[1][..], 0));
        assert_eq!(found.values.dtype(), DType::Bool);
        let nothing = Tensor::zeros([2, 0], DType::F32)
            .unwrap()
            .unique(None)
            .unwrap();
        assert_eq!(
            (nothing.values.shape(), nothing.inverse.shape()),
            (&[0][..], &[2, 0][..])
        );
    }

    #[test]
    fn entries_of_a_dimension() {
        let x = tensor![[1.0, 2.0, 1.0], [1.0, 3.0, 1.0]];
        check(
            &x.unique(1).unwrap(),
            &[1.0, 2.0, 1.0, 3.0],
            &[0, 1, 0],
            &[2, 1],
        );
        check(
            &x.unique(0).unwrap(),
            &[1.0, 2.0, 1.0, 1.0, 3.0, 1.0],
            &[0, 1],
            &[1, 1],
        );
        let rows = tensor![[1, 2], [0, 5], [1, 2]].unique(-2).unwrap();
        check(&rows, &[0.0, 5.0, 1.0, 2.0], &[1, 0, 1], &[1, 2]);
        let rows = tensor![[f32::NAN, 1.0], [f32::NAN, 1.0]].unique(0).unwrap();
        assert_eq!(rows.values.shape(), [2, 2]);
        let nothing = Tensor::zeros([2, 0], DType::F32).unwrap();
        assert_eq!(nothing.unique(1).unwrap().values.shape(), [2, 0]);
        assert!(nothing.unique(0).is_err() && Tensor::scalar(1i64).unique(0).is_err());
    }

    #[test]
    fn runs() {
        let x = tensor![1, 1, 2, 1, 1];
        let found = x.unique_consecutive(None).unwrap();
        check(&found, &[1.0, 2.0, 1.0], &[0, 0, 1, 2, 2], &[2, 1, 2]);
        let x = tensor![[1, 1], [1, 1], [2, 1]];
        check(
            &x.unique_consecutive(0).unwrap(),
            &[1.0, 1.0, 2.0, 1.0],
            &[0, 0, 1],
            &[2, 1],
        );
        let found = x.unique_consecutive(None).unwrap();
        check(&found, &[1.0, 2.0, 1.0], &[0, 0, 0, 0, 1, 2], &[4, 1, 1]);
        let found = tensor![f32::NAN, f32::NAN].unique_consecutive(0).unwrap();
        assert_eq!(found.values.shape(), [2]);
    }
}
