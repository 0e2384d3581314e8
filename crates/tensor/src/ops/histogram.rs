//! Counts of equal integers and of numbers in equal intervals.

use super::expect::expect_float;
use crate::dispatch::for_float;
use crate::kernel;
use crate::layout::Layout;
use crate::{DType, Element, ErrorKind, Result, Tensor};

/// The most bins a count makes room for: beyond it an element is taken for a mistake.
const MOST_BINS: i64 = 1 << 40;

impl Tensor {
    /// How often each integer from 0 up to the largest element occurs in a vector, or with `weights` the
    /// sum of the weights where it does; at least `minlength` entries.
    ///
    /// Counts are `i64`, sums of `f32` weights `f32`, of all others `f64`.
    ///
    /// # Errors
    /// Not a vector of integers, none of them negative; weights that are not one per element.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// assert_eq!(tensor![1, 3, 1].bincount(None, 0)?.to_vec::<i64>()?, [0, 2, 0, 1]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn bincount(&self, weights: Option<&Tensor>, minlength: usize) -> Result<Tensor> {
        const OP: &str = "bincount";
        if !self.dtype().is_integer() {
            return Err(ErrorKind::DType {
                op: OP,
                expected: "integers",
                got: self.dtype(),
            }
            .into());
        }
        if self.rank() != 1 {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "a vector",
                got: self.shape().to_vec(),
            }
            .into());
        }
        if let Some(weights) = weights
            && weights.shape() != self.shape()
        {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "there is one weight per element",
                lhs: weights.shape().to_vec(),
                rhs: self.shape().to_vec(),
            }
            .into());
        }
        let elements = self.to_dtype(DType::I64)?.contiguous();
        let elements = elements.host_slice::<i64>();
        let largest = elements.iter().copied().max().unwrap_or(-1);
        if !kernel::within(elements, 0, MOST_BINS).0
            && let Some(wrong) = elements.iter().find(|&&x| !(0..MOST_BINS).contains(&x))
        {
            let message = format!("elements count up from 0, got {wrong}");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let bins = minlength.max((largest + 1) as usize);
        match weights {
            Some(weights) if self.numel() > 0 => {
                let single = weights.dtype() == DType::F32;
                let sums = weighted(elements, &weights.to_vec::<f64>()?, bins)?;
                sums.to_dtype(if single { DType::F32 } else { DType::F64 })
            }
            _ => {
                Layout::row_major(OP, &[bins])?;
                Ok(kernel::occurrences(elements, bins).into())
            }
        }
    }

    /// The number of elements in each of `bins` equal intervals between `min` and `max`, the last
    /// including its upper end; elements outside are not counted. If `min` equals `max`, the smallest
    /// and the largest element take their places. The result has this tensor's dtype.
    ///
    /// # Errors
    /// Integers and bools; no bins; `min` above `max`, or an end that is not finite.
    #[inline]
    pub fn histc(&self, bins: usize, min: f64, max: f64) -> Result<Tensor> {
        const OP: &str = "histc";
        expect_float(OP, self)?;
        let (mut low, mut high) = (min, max);
        if low == high && self.numel() > 0 {
            let (least, most) = self.aminmax(None, false)?;
            (low, high) = (least.item()?, most.item()?);
        }
        if low == high {
            (low, high) = (low - 1.0, high + 1.0);
        }
        let message = if bins == 0 {
            "there must be at least one bin".to_owned()
        } else if !(low.is_finite() && high.is_finite()) {
            format!("the range from {low} to {high} is not finite; give finite ends")
        } else if low > high {
            format!("the range from {low} to {high} ends before it begins")
        } else {
            return for_float!(OP, self.dtype(), T => {
                let x = self.to_dtype(T::DTYPE)?;
                let (low, high) = (T::from_scalar(low.into()), T::from_scalar(high.into()));
                Tensor::from_vec(kernel::histogram::<T>(&x, bins, low, high), [bins])?.to_dtype(self.dtype())
            });
        };
        Err(ErrorKind::Invalid { op: OP, message }.into())
    }
}

#[inline]
fn weighted(elements: &[i64], weights: &[f64], bins: usize) -> Result<Tensor> {
    let mut sums = Tensor::zeros([bins], DType::F64)?;
    let places = elements.iter().copied();
    kernel::count_into(sums.as_slice_mut::<f64>()?, places, |i| weights[i]);
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use crate::testkit::assert_close;
    use crate::{DType, Tensor, tensor};

    #[test]
    fn counts_of_integers() {
        let x = tensor![3, 1, 1];
        assert_close(&x.bincount(None, 0).unwrap(), &[0.0, 2.0, 0.0, 1.0]);
        assert_close(
            &x.bincount(None, 6).unwrap(),
            &[0.0, 2.0, 0.0, 1.0, 0.0, 0.0],
        );
        let sums = x.bincount(Some(&tensor![0.5, 1.0, 2.0]), 0).unwrap();
        assert_close(&sums, &[0.0, 3.0, 0.0, 0.5]);
        assert_eq!(sums.dtype(), DType::F32);
        let sums = x.bincount(Some(&tensor![1, 2, 3]), 0).unwrap();
        assert_eq!(sums.dtype(), DType::F64);
        let nothing = Tensor::zeros([0], DType::I64).unwrap();
        assert_close(&nothing.bincount(None, 2).unwrap(), &[0.0, 0.0]);
        assert_eq!(nothing.bincount(None, 0).unwrap().dtype(), DType::I64);
    }

    #[test]
    fn what_cannot_be_counted() {
        assert_eq!(
            tensor![1, -1].bincount(None, 0).unwrap_err().to_string(),
            "bincount: elements count up from 0, got -1"
        );
        assert!(tensor![i64::MAX].bincount(None, 0).is_err());
        assert!(
            tensor![1.0].bincount(None, 0).is_err() && tensor![true].bincount(None, 0).is_err()
        );
        assert!(tensor![[1]].bincount(None, 0).is_err());
        assert!(tensor![1].bincount(Some(&tensor![1.0, 2.0]), 0).is_err());
    }

    #[test]
    fn counts_in_intervals() {
        let x = tensor![1.0, 2.0, 3.0];
        assert_close(&x.histc(4, 0.0, 0.0).unwrap(), &[1.0, 0.0, 1.0, 1.0]);
        assert_close(&x.histc(2, 1.0, 2.0).unwrap(), &[1.0, 1.0]);
        assert_close(
            &tensor![1.0, 1.0].histc(3, 0.0, 0.0).unwrap(),
            &[0.0, 2.0, 0.0],
        );
        let mixed = tensor![0.0, 1.0, f32::NAN, f32::INFINITY];
        assert_close(&mixed.histc(2, 0.0, 2.0).unwrap(), &[1.0, 1.0]);
        let nothing = Tensor::zeros([0], DType::F32).unwrap();
        assert_close(&nothing.histc(2, 0.0, 0.0).unwrap(), &[0.0, 0.0]);
    }

    #[test]
    fn ranges_are_checked() {
        let x = tensor![1.0, f32::NAN];
        let refused = |x: &Tensor, bins, min, max| x.histc(bins, min, max).unwrap_err().to_string();
        assert!(refused(&x, 2, 0.0, 0.0).contains("not finite"));
        assert!(refused(&x, 2, 3.0, 1.0).contains("ends before it begins"));
        assert!(refused(&x, 0, 0.0, 1.0).contains("at least one bin"));
        assert!(refused(&tensor![1], 2, 0.0, 1.0).contains("floating-point"));
    }
}
