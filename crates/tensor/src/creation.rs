//! Tensors from ranges and diagonals, with the numbers of PyTorch bit for bit.

use half::{bf16, f16};

use crate::error::{ErrorKind, Result};
use crate::kernel::{self, Real};
use crate::layout::Layout;
use crate::tensor::expect_fits;
use crate::{DType, Element, Scalar, Tensor};

impl Tensor {
    /// `start`, `start + step`, … up to but without `end`. Without a dtype, integers give `i64` and
    /// anything else `f32`.
    ///
    /// # Errors
    /// A step of 0 or in the wrong direction; bounds that are not finite; bool.
    ///
    /// ```
    /// use gradus_tensor::{DType, Tensor};
    /// assert_eq!(Tensor::arange(0, 5, 2, None)?.to_vec::<i64>()?, [0, 2, 4]);
    /// assert_eq!(Tensor::arange(-1.0, 0.0, 0.5, DType::F64)?.to_vec::<f64>()?, [-1.0, -0.5]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn arange(
        start: impl Into<Scalar>,
        end: impl Into<Scalar>,
        step: impl Into<Scalar>,
        dtype: impl Into<Option<DType>>,
    ) -> Result<Tensor> {
        const OP: &str = "arange";
        let (start, end, step) = (start.into(), end.into(), step.into());
        let integers = [start, end, step]
            .iter()
            .all(|c| !matches!(c, Scalar::Float(_)));
        let default = if integers { DType::I64 } else { DType::F32 };
        let dtype = numbers(OP, dtype.into().unwrap_or(default))?;
        let refuse = |message: String| Err(ErrorKind::Invalid { op: OP, message }.into());
        let (from, to, by) = (start.to_f64(), end.to_f64(), step.to_f64());
        if by == 0.0 || by.is_nan() {
            return refuse(format!("the step is {by}"));
        }
        if !from.is_finite() || !to.is_finite() {
            return refuse(format!("the bounds {from} and {to} are not finite"));
        }
        if from != to && (from < to) != (by > 0.0) {
            return refuse(format!("steps of {by} do not lead from {from} to {to}"));
        }
        // Integers are counted exactly.
        let count = if integers && dtype == DType::I64 {
            let (from, to, by) = (start.to_i64(), end.to_i64(), step.to_i64());
            let distance = i128::from(to) - i128::from(from);
            let by = i128::from(by);
            ((distance + by - by.signum()) / by) as f64
        } else {
            ((to - from) / by).ceil()
        };
        let len = length(OP, count)?;
        if dtype.is_float() {
            let at = move |i: usize| by.mul_add(i as f64, from);
            // PyTorch's vectors of 32 bytes, two at a time, each count from a rounded first element.
            let width = 32 / dtype.size();
            let vectors = len - len % (2 * width);
            let lane = move |i: usize| if i < vectors { i & (width - 1) } else { 0 };
            let of = |round: fn(f64) -> f64| {
                kernel::numbered(len, move |i| {
                    let lane = lane(i);
                    by.mul_add(lane as f64, round(at(i - lane)))
                })
            };
            return match dtype {
                DType::F32 => Ok(kernel::numbered(
                    len,
                    #[inline(always)]
                    move |i| {
                        let lane = lane(i);
                        let first = f64::from(at(i - lane) as f32);
                        let value = by.mul_add(lane as f64, first) as f32;
                        if lane == 0 { first as f32 } else { value }
                    },
                )),
                DType::F16 => of(|x| f64::from(f16::from_f64(x))).to_dtype(dtype),
                DType::Bf16 => of(|x| f64::from(bf16::from_f64(x))).to_dtype(dtype),
                _ => Ok(of(|x| x)),
            };
        }
        let (from, by) = (start.to_i64(), step.to_i64());
        kernel::numbered(len, move |i| from.wrapping_add(by.wrapping_mul(i as i64))).to_dtype(dtype)
    }

    /// `steps` numbers from `start` to `end`, both included, at equal distances; `f32` without a dtype.
    ///
    /// # Errors
    /// Bool; more numbers than memory can hold.
    ///
    /// ```
    /// use gradus_tensor::{DType, Tensor};
    /// assert_eq!(Tensor::linspace(0, 1, 3, None)?.to_vec::<f32>()?, [0.0, 0.5, 1.0]);
    /// assert_eq!(Tensor::linspace(0, 10, 4, DType::I64)?.to_vec::<i64>()?, [0, 3, 6, 10]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn linspace(
        start: impl Into<Scalar>,
        end: impl Into<Scalar>,
        steps: usize,
        dtype: impl Into<Option<DType>>,
    ) -> Result<Tensor> {
        let dtype = dtype.into().unwrap_or(DType::F32);
        if steps == 1 {
            return Tensor::full([1], start, dtype);
        }
        let dtype = numbers("linspace", dtype)?;
        spaced("linspace", start.into(), end.into(), steps, dtype)
    }

    /// `base` to the powers from `start` to `end`, both included, at equal distances; `f32` without a
    /// dtype. PyTorch's base is 10 if none is given.
    ///
    /// # Errors
    /// Bool; more numbers than memory can hold.
    ///
    /// ```
    /// use gradus_tensor::Tensor;
    /// assert_eq!(Tensor::logspace(0, 3, 4, 2.0, None)?.to_vec::<f32>()?, [1.0, 2.0, 4.0, 8.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn logspace(
        start: impl Into<Scalar>,
        end: impl Into<Scalar>,
        steps: usize,
        base: f64,
        dtype: impl Into<Option<DType>>,
    ) -> Result<Tensor> {
        let (start, end) = (start.into(), end.into());
        let dtype = dtype.into().unwrap_or(DType::F32);
        if steps == 1 {
            return Tensor::full([1], base.powf(start.to_f64()), dtype);
        }
        let dtype = numbers("logspace", dtype)?;
        let (exponents, of) = match dtype {
            DType::F64 => (DType::F64, [start, end]),
            dtype if dtype.is_float() => (DType::F32, [start, end]),
            // Between truncated bounds, yet at fractional distances.
            _ => {
                let [start, end] = [start, end].map(|c| held("logspace", c, dtype));
                (DType::F32, [Scalar::Int(start?), Scalar::Int(end?)])
            }
        };
        let exponents = spaced("logspace", of[0], of[1], steps, exponents)?;
        let powers = exponents.to_vec::<f64>()?;
        let powers = powers.into_iter().map(|e| base.powf(e));
        Tensor::from_vec(powers.collect(), [steps])?.to_dtype(dtype)
    }

    /// Ones on the diagonal of `rows` times `columns`, zeros elsewhere.
    ///
    /// # Errors
    /// More elements than memory can hold.
    ///
    /// ```
    /// use gradus_tensor::{DType, Tensor};
    /// assert_eq!(Tensor::eye(2, 3, DType::I64)?.to_vec::<i64>()?, [1, 0, 0, 0, 1, 0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn eye(rows: usize, columns: usize, dtype: DType) -> Result<Tensor> {
        let layout = Layout::row_major("eye", &[rows, columns])?;
        let mut eye = kernel::fill(&layout, Scalar::Int(0), dtype);
        let count = rows.min(columns);
        let diagonal = Layout::strided(&[count], &[columns + 1]);
        let ones = kernel::fill(&Layout::row_major("eye", &[count])?, Scalar::Int(1), dtype);
        kernel::write(&mut eye, &diagonal, 0, &ones);
        Ok(eye)
    }

    /// The only element as a number of its kind.
    ///
    /// # Errors
    /// Not exactly one element.
    ///
    /// ```
    /// use gradus_tensor::{Scalar, tensor};
    /// assert_eq!(tensor![7].to_scalar()?, Scalar::Int(7));
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    pub fn to_scalar(&self) -> Result<Scalar> {
        Ok(match self.dtype() {
            DType::Bool => Scalar::Bool(self.item()?),
            dtype if dtype.is_float() => Scalar::Float(self.item()?),
            _ => Scalar::Int(self.item()?),
        })
    }
}

/// A vector becomes a tensor of one dimension, without a copy.
impl<T: Element> From<Vec<T>> for Tensor {
    fn from(values: Vec<T>) -> Tensor {
        let shape = [values.len()];
        Tensor::from_vec(values, shape).expect("one dimension of the vector's length")
    }
}

/// The numbers of an iterator become a tensor of one dimension.
///
/// ```
/// use gradus_tensor::Tensor;
/// let squares: Tensor = (0..4i64).map(|i| i * i).collect();
/// assert_eq!(squares.to_vec::<i64>()?, [0, 1, 4, 9]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
impl<T: Element> FromIterator<T> for Tensor {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Tensor {
        values.into_iter().collect::<Vec<T>>().into()
    }
}

fn numbers(op: &'static str, dtype: DType) -> Result<DType> {
    if dtype != DType::Bool {
        return Ok(dtype);
    }
    let (expected, got) = ("a dtype of numbers", dtype);
    Err(ErrorKind::DType { op, expected, got }.into())
}

/// A count as the length of a tensor that memory can address.
fn length(op: &'static str, count: f64) -> Result<usize> {
    if count < isize::MAX as f64 {
        let len = count as usize;
        Layout::row_major(op, &[len])?;
        return Ok(len);
    }
    let message = format!("{count} elements are more than memory can address");
    Err(ErrorKind::Invalid { op, message }.into())
}

/// Numbers at equal distances, counted from the nearer end in the arithmetic of the dtype.
fn spaced(
    op: &'static str,
    start: Scalar,
    end: Scalar,
    steps: usize,
    dtype: DType,
) -> Result<Tensor> {
    length(op, steps as f64)?;
    match dtype {
        DType::F32 => Ok(between(start.to_f64() as f32, end.to_f64() as f32, steps)),
        DType::F64 => Ok(between(start.to_f64(), end.to_f64(), steps)),
        dtype if dtype.is_float() => {
            let [start, end] = [start, end].map(|c| c.rounded_to_half(dtype).to_f64() as f32);
            between(start, end, steps).to_dtype(dtype)
        }
        _ => {
            let (start, end) = (held(op, start, dtype)?, held(op, end, dtype)?);
            let step = (end as f64 - start as f64) / (steps.saturating_sub(1) as f64);
            let values = (0..steps).map(|i| match i < steps / 2 || steps == 1 {
                true if i == 0 => start,
                true => (start as f64 + step * i as f64) as i64,
                false if i == steps - 1 => end,
                false => (end as f64 - step * (steps - 1 - i) as f64) as i64,
            });
            values.collect::<Tensor>().to_dtype(dtype)
        }
    }
}

/// A number as an integer tensor holds it.
fn held(op: &'static str, c: Scalar, dtype: DType) -> Result<i64> {
    expect_fits(op, c, dtype)?;
    Tensor::wrapped(c, dtype)?.item()
}

fn between<T: Real>(start: T, end: T, steps: usize) -> Tensor {
    let count = |i: usize| T::from_f64(i as f64);
    let step = (end - start) / count(steps.saturating_sub(1));
    kernel::numbered(steps, move |i| {
        let first = i < steps / 2 || steps == 1;
        let (step, places, from) = if first {
            (step, i, start)
        } else {
            (-step, steps - 1 - i, end)
        };
        // Not even a step without bounds moves the first number.
        let moved = step.mul_add(count(places), from);
        if first && i == 0 { start } else { moved }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<Tensor>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn ranges_of_integers() {
        let check = |got: Result<Tensor>, expected: &[i64]| {
            assert_eq!(got.unwrap().to_vec::<i64>().unwrap(), expected);
        };
        check(Tensor::arange(0, 5, 2, None), &[0, 2, 4]);
        check(Tensor::arange(5, 0, -2, None), &[5, 3, 1]);
        check(Tensor::arange(3, 3, 1, None), &[]);
        check(Tensor::arange(false, true, true, None), &[0]);
        // PyTorch counts the numbers as they are, and steps as integers do.
        check(Tensor::arange(-0.5, 3.7, 1.5, DType::I64), &[0, 1, 2]);
        check(
            Tensor::arange(-5, 4.3, 1.5, DType::I64),
            &[-5, -4, -3, -2, -1, 0, 1],
        );
        check(Tensor::arange(0, 0.5, 1, DType::I64), &[0]);
        let large = 1i64 << 62;
        check(
            Tensor::arange(large, large + 2, 1, None),
            &[large, large + 1],
        );
        check(Tensor::arange(0, 300, 100, DType::U8), &[0, 100, 200]);
    }

    #[test]
    fn ranges_of_floats() {
        let x = Tensor::arange(0.0, 1.0, 0.3, None).unwrap();
        assert_eq!(x.to_vec::<f32>().unwrap(), [0.0, 0.3, 0.6, 0.9]);
        // The eighth number starts a vector of PyTorch's, the ninth counts from it.
        let x = Tensor::arange(-2.0, 2.0, 0.01, DType::F32).unwrap();
        let eighth = 0.01f64.mul_add(8.0, -2.0) as f32;
        let ninth = (0.01 + f64::from(eighth)) as f32;
        assert_eq!(x.to_vec::<f32>().unwrap()[8..10], [eighth, ninth]);
    }

    #[test]
    fn ranges_that_lead_nowhere() {
        assert_eq!(
            message(Tensor::arange(0, 5, 0, None)),
            "arange: the step is 0"
        );
        assert_eq!(
            message(Tensor::arange(0, 5, -1, None)),
            "arange: steps of -1 do not lead from 0 to 5"
        );
        assert!(Tensor::arange(0.0, f64::NAN, 1, None).is_err());
        assert!(Tensor::arange(0.0, 1e30, 1, None).is_err());
        let still = Tensor::arange(0.0, 1.5, 0.5, DType::I64).unwrap();
        assert_eq!(still.to_vec::<i64>().unwrap(), [0, 0, 0]);
        assert!(Tensor::arange(0, 2, 1, DType::Bool).is_err());
        assert!(Tensor::arange(i64::MIN, i64::MAX, 1, None).is_err());
    }

    #[test]
    fn equal_distances() {
        let x = Tensor::linspace(3, -3, 4, DType::F64).unwrap();
        assert_eq!(x.to_vec::<f64>().unwrap(), [3.0, 1.0, -1.0, -3.0]);
        let one = Tensor::linspace(1.5, 9.0, 1, None).unwrap();
        assert_eq!(one.to_vec::<f32>().unwrap(), [1.5]);
        assert_eq!(Tensor::linspace(0, 1, 0, None).unwrap().shape(), [0]);
        let i = Tensor::linspace(2.7, 5.3, 3, DType::I64).unwrap();
        assert_eq!(i.to_vec::<i64>().unwrap(), [2, 3, 5]);
        let p = Tensor::logspace(0, 3, 5, 2.0, DType::I64).unwrap();
        assert_eq!(p.to_vec::<i64>().unwrap(), [1, 1, 2, 4, 8]);
        assert!(Tensor::linspace(0, 1, usize::MAX, None).is_err());
    }

    #[test]
    fn identities() {
        assert_eq!(Tensor::eye(0, 2, DType::F32).unwrap().shape(), [0, 2]);
        let tall = Tensor::eye(3, 1, DType::Bool).unwrap();
        assert_eq!(tall.to_vec::<bool>().unwrap(), [true, false, false]);
    }
}
