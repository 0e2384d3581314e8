//! Arithmetic on the columns of a table, in the table's own floating-point type.

use crate::error::{Error, ErrorKind, Result};
use crate::parts::in_parts;
use gradus_tensor::{DType, Tensor};
use std::borrow::Cow;
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
    let shape = [rows, features];
    if x.dtype() == DType::F32 {
        let x = x.contiguous();
        let changed = run(x.as_slice::<f32>()?, features, steps, |number| {
            number as f32
        });
        Ok(Tensor::from_vec(changed, shape)?)
    } else {
        let x = x.to_dtype(DType::F64)?.contiguous();
        let changed = run(x.as_slice::<f64>()?, features, steps, |number| number);
        Ok(Tensor::from_vec(changed, shape)?)
    }
}

/// Arithmetic of `f32` and of `f64`.
trait Float:
    Copy
    + Default
    + Send
    + Sync
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
}
impl Float for f32 {}
impl Float for f64 {}

fn run<T: Float>(values: &[T], features: usize, steps: &[Step<'_>], round: fn(f64) -> T) -> Vec<T> {
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
    let block = ((BLOCK / features.max(1)).max(1) * features).max(1);
    let mut changed = vec![T::default(); values.len()];
    in_parts(values, &mut changed, block, &|values, changed| {
        for (values, block) in values.chunks(block).zip(changed.chunks_mut(block)) {
            block.copy_from_slice(values);
            for (step, numbers) in steps.iter().zip(&numbers) {
                take_step(step, block, numbers);
            }
        }
    });
    changed
}

fn take_step<T: Float>(step: &Step<'_>, block: &mut [T], numbers: &[T]) {
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

fn each<T: Copy>(values: &mut [T], numbers: &[T], f: impl Fn(T, T) -> T) {
    for row in values.chunks_exact_mut(numbers.len()) {
        for (value, &number) in row.iter_mut().zip(numbers) {
            *value = f(*value, number);
        }
    }
}

/// A table's numbers, row by row; all finite. They are read as `f64`.
pub(crate) struct Rows {
    /// `f32` or `f64`.
    table: Tensor,
    pub(crate) count: usize,
    pub(crate) features: usize,
}

impl Rows {
    /// Reads a table that is not empty. Numbers that are not finite are refused.
    pub(crate) fn of(op: &'static str, x: &Tensor) -> Result<Self> {
        let rows = Self::with_gaps(op, x)?;
        let mut finite = true;
        // Without an early end, so that the check is a vector loop.
        rows.blocks(&mut |block| finite &= block.iter().fold(true, |all, x| all & x.is_finite()));
        if !finite {
            let values = rows.values();
            let wrong = values.iter().position(|x| !x.is_finite());
            let at = wrong.expect("one of the blocks had it");
            let (value, row, column) = (values[at], at / rows.features, at % rows.features);
            let message = format!(
                "the value at row {row}, column {column} is {value}; impute or drop it first"
            );
            return Err(Error::argument(op, message));
        }
        Ok(rows)
    }

    /// Reads a table that is not empty, whatever its numbers are.
    pub(crate) fn with_gaps(op: &'static str, x: &Tensor) -> Result<Self> {
        let [count, features] = *x.shape() else {
            return Err(not_a_table(op, x));
        };
        if count == 0 || features == 0 {
            let message = format!("a table of {count} rows and {features} columns holds no data");
            return Err(Error::argument(op, message));
        }
        let table = match x.dtype() {
            DType::F32 => x.contiguous(),
            _ => x.to_dtype(DType::F64)?.contiguous(),
        };
        Ok(Self {
            table,
            count,
            features,
        })
    }

    /// Shows blocks of whole rows in order.
    pub(crate) fn blocks(&self, see: &mut dyn FnMut(&[f64])) {
        /// Numbers converted at a time: they stay in the nearest cache.
        const BLOCK: usize = 2048;
        match self.table.as_slice::<f64>() {
            Ok(values) => see(values),
            Err(_) => {
                let single = self.table.as_slice::<f32>().expect("f32 or f64");
                let mut block = Vec::with_capacity(BLOCK.max(self.features));
                for numbers in single.chunks((BLOCK / self.features).max(1) * self.features) {
                    block.clear();
                    block.extend(numbers.iter().map(|&x| f64::from(x)));
                    see(&block);
                }
            }
        }
    }

    /// All numbers, row-major.
    pub(crate) fn values(&self) -> Cow<'_, [f64]> {
        match self.table.as_slice::<f64>() {
            Ok(values) => values.into(),
            Err(_) => {
                let mut values = Vec::with_capacity(self.count * self.features);
                self.blocks(&mut |block| values.extend_from_slice(block));
                values.into()
            }
        }
    }

    /// One column.
    pub(crate) fn column(&self, feature: usize) -> Vec<f64> {
        let mut column = Vec::with_capacity(self.count);
        self.blocks(&mut |block| column.extend(block.iter().skip(feature).step_by(self.features)));
        column
    }

    /// The number per column that `fold` makes of the column's values, in order.
    pub(crate) fn fold(&self, start: f64, fold: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let mut folded = vec![start; self.features];
        self.blocks(&mut |block| {
            for row in block.chunks_exact(self.features) {
                for (folded, &value) in folded.iter_mut().zip(row) {
                    *folded = fold(*folded, value);
                }
            }
        });
        folded
    }

    /// Column sums in NumPy's order of additions: row after row, but pairwise if there is a single column.
    pub(crate) fn sums(&self) -> Vec<f64> {
        if self.features == 1 {
            vec![pairwise_sum(&self.values())]
        } else {
            self.fold(0.0, |a, b| a + b)
        }
    }
}

fn not_a_table(op: &'static str, x: &Tensor) -> Error {
    let message = format!(
        "expected a table (samples, features), got shape {:?}",
        x.shape()
    );
    Error::argument(op, message)
}

/// NumPy's pairwise summation: eight running sums within 128 numbers, halves above.
pub(crate) fn pairwise_sum(values: &[f64]) -> f64 {
    let n = values.len();
    if n > 128 {
        let half = n / 2 - n / 2 % 8;
        return pairwise_sum(&values[..half]) + pairwise_sum(&values[half..]);
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
        assert!((pairwise_sum(&values) - exact).abs() < 1e-12);
        assert_eq!(pairwise_sum(&[1.0; 5]), 5.0);
        let x = Tensor::from_vec(vec![1.0_f32, 2.0, 3.0, 4.0], [2, 2]).unwrap();
        assert_eq!(Rows::of("op", &x).unwrap().sums(), [4.0, 6.0]);
    }

    #[test]
    fn blocks_make_up_the_table() {
        let values: Vec<f32> = (0..7 * 1000).map(|i| i as f32).collect();
        let x = Tensor::from_vec(values, [1000, 7]).unwrap();
        let rows = Rows::of("op", &x).unwrap();
        let mut seen = Vec::new();
        rows.blocks(&mut |block| {
            assert_eq!(block.len() % 7, 0);
            seen.extend_from_slice(block);
        });
        assert_eq!(seen, *rows.values());
        assert_eq!(rows.column(2)[..2], [2.0, 9.0]);
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
