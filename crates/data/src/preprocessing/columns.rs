//! Arithmetic on the columns of a table, in the table's own floating-point type.

use crate::error::{Error, ErrorKind, Result};
use gradus_tensor::{DType, Tensor};
use std::ops::{Add, Div, Mul, Sub};

/// One operation on each column, with a number per column.
pub(super) enum Step<'a> {
    Add(&'a [f64]),
    Sub(&'a [f64]),
    Mul(&'a [f64]),
    Div(&'a [f64]),
    /// Every value limited to an interval.
    Clip(f64, f64),
}

/// Applies the steps to a table of `features` columns, in `f32` for an `f32` table and in `f64` for any other.
pub(super) fn apply(
    op: &'static str,
    x: &Tensor,
    features: usize,
    steps: &[Step<'_>],
) -> Result<Tensor> {
    let [rows, found] = *x.shape() else {
        return Err(not_a_table(op, x));
    };
    if found != features {
        let expected = features;
        return Err(ErrorKind::Features {
            op,
            found,
            expected,
        }
        .into());
    }
    if x.dtype() == DType::F32 {
        let mut values = x.to_vec::<f32>()?;
        run(&mut values, features, steps, |number| number as f32);
        Ok(Tensor::from_vec(values, [rows, features])?)
    } else {
        let mut values = x.to_vec::<f64>()?;
        run(&mut values, features, steps, |number| number);
        Ok(Tensor::from_vec(values, [rows, features])?)
    }
}

/// Arithmetic of `f32` and of `f64`.
trait Float:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
}
impl Float for f32 {}
impl Float for f64 {}

fn run<T: Float>(values: &mut [T], features: usize, steps: &[Step<'_>], round: fn(f64) -> T) {
    /// Small enough to stay in the nearest cache while all steps run over it.
    const BLOCK: usize = 2048;
    let rounded = |numbers: &[f64]| -> Vec<T> { numbers.iter().map(|&x| round(x)).collect() };
    let numbers: Vec<Vec<T>> = steps
        .iter()
        .map(|step| match *step {
            Step::Add(n) | Step::Sub(n) | Step::Mul(n) | Step::Div(n) => rounded(n),
            Step::Clip(low, high) => rounded(&[low, high]),
        })
        .collect();
    let rows = (BLOCK / features.max(1)).max(1);
    for block in values.chunks_mut((rows * features).max(1)) {
        for (step, numbers) in steps.iter().zip(&numbers) {
            match step {
                Step::Add(_) => each(block, numbers, |x, number| x + number),
                Step::Sub(_) => each(block, numbers, |x, number| x - number),
                Step::Mul(_) => each(block, numbers, |x, number| x * number),
                Step::Div(_) => each(block, numbers, |x, number| x / number),
                Step::Clip(..) => {
                    for x in block.iter_mut() {
                        *x = if *x < numbers[0] { numbers[0] } else { *x };
                        *x = if *x > numbers[1] { numbers[1] } else { *x };
                    }
                }
            }
        }
    }
}

fn each<T: Copy>(values: &mut [T], numbers: &[T], f: impl Fn(T, T) -> T) {
    for row in values.chunks_exact_mut(numbers.len()) {
        for (value, &number) in row.iter_mut().zip(numbers) {
            *value = f(*value, number);
        }
    }
}

/// A table's numbers as `f64`, row by row; all finite.
pub(super) struct Rows {
    table: Tensor,
    pub(super) features: usize,
}

impl Rows {
    /// Reads a table that is not empty. Numbers that are not finite are refused.
    pub(super) fn of(op: &'static str, x: &Tensor) -> Result<Self> {
        let [rows, features] = *x.shape() else {
            return Err(not_a_table(op, x));
        };
        if rows == 0 || features == 0 {
            let message = format!("a table of {rows} rows and {features} columns holds no data");
            return Err(Error::argument(op, message));
        }
        let table = x.to_dtype(DType::F64)?.contiguous();
        let values = table.as_slice::<f64>()?;
        // Without an early end, so that the check is a vector loop.
        if !values.iter().fold(true, |finite, x| finite & x.is_finite())
            && let Some(at) = values.iter().position(|x| !x.is_finite())
        {
            let (value, row, column) = (values[at], at / features, at % features);
            let message = format!(
                "the value at row {row}, column {column} is {value}; impute or drop it first"
            );
            return Err(Error::argument(op, message));
        }
        Ok(Self { table, features })
    }

    pub(super) fn values(&self) -> &[f64] {
        self.table.as_slice().expect("made contiguous and f64")
    }
}

fn not_a_table(op: &'static str, x: &Tensor) -> Error {
    let message = format!(
        "expected a table (samples, features), got shape {:?}",
        x.shape()
    );
    Error::argument(op, message)
}

/// The number per column that `fold` makes of the column's values, in order.
pub(super) fn fold(
    values: &[f64],
    features: usize,
    start: f64,
    fold: impl Fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut folded = vec![start; features];
    for row in values.chunks_exact(features) {
        for (folded, &value) in folded.iter_mut().zip(row) {
            *folded = fold(*folded, value);
        }
    }
    folded
}

/// Column sums in NumPy's order of additions: row after row, but pairwise if there is a single column.
pub(super) fn sums(values: &[f64], features: usize) -> Vec<f64> {
    if features == 1 {
        vec![pairwise(values)]
    } else {
        fold(values, features, 0.0, |a, b| a + b)
    }
}

/// NumPy's pairwise summation: eight running sums within 128 numbers, halves above.
fn pairwise(values: &[f64]) -> f64 {
    let n = values.len();
    if n > 128 {
        let half = n / 2 - n / 2 % 8;
        return pairwise(&values[..half]) + pairwise(&values[half..]);
    }
    let mut sums = [0.0; 8];
    let eights = values.chunks_exact(8);
    let rest = eights.remainder();
    if n < 8 {
        return rest.iter().sum();
    }
    for eight in eights {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter()
        .fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, value| {
            sum + value
        })
}

/// Divisors with those that are almost zero, of constant columns, replaced by one.
pub(super) fn nonzero(divisors: &[f64]) -> Vec<f64> {
    let almost_zero = |divisor: f64| divisor < 10.0 * f64::EPSILON;
    divisors
        .iter()
        .map(|&d| if almost_zero(d) { 1.0 } else { d })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_column_is_summed_pairwise() {
        let values: Vec<f64> = (0..1000).map(|i| 0.1 * f64::from(i % 7)).collect();
        let exact = 299.7;
        assert!((sums(&values, 1)[0] - exact).abs() < 1e-12);
        assert_eq!(sums(&[1.0, 2.0, 3.0, 4.0], 2), [4.0, 6.0]);
        assert_eq!(pairwise(&[1.0; 5]), 5.0);
    }

    #[test]
    fn steps_keep_the_type() {
        let x = Tensor::from_vec(vec![1.0_f32, 2.0, 3.0, 4.0], [2, 2]).unwrap();
        let y = apply("op", &x, 2, &[Step::Sub(&[1.0, 2.0]), Step::Clip(0.0, 1.5)]).unwrap();
        assert_eq!(y.dtype(), DType::F32);
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 0.0, 1.5, 1.5]);
    }

    #[test]
    fn shapes_and_values_are_checked() {
        let x = Tensor::from_vec(vec![1.0, f64::NAN], [1, 2]).unwrap();
        assert_eq!(
            Rows::of("op", &x).err().unwrap().to_string(),
            "op: the value at row 0, column 1 is NaN; impute or drop it first"
        );
        assert_eq!(
            apply("op", &x, 3, &[]).unwrap_err().to_string(),
            "op: the data has 2 features, fitted on 3"
        );
        let flat = Tensor::from_vec(vec![1.0], [1]).unwrap();
        assert!(Rows::of("op", &flat).is_err());
        let empty = Tensor::from_vec(Vec::<f64>::new(), [0, 2]).unwrap();
        assert!(Rows::of("op", &empty).is_err());
    }
}
