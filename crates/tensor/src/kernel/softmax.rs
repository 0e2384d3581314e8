//! Normalised exponentials of rows, each in one visit, and their adjoints.

use std::mem::MaybeUninit;

use super::dense::Dense;
use super::elementwise::Shared;
use super::math::LiftedExp;
use super::proportion::{BLOCK, Proportion, in_proportion, largest, write_and_sum};
use super::short_rows::{SHORT, side_by_side};
use super::simd::{is_single, opaque};
use super::{Kernel, Real, dispatch, for_groups};
use crate::Tensor;
use crate::layout::Layout;

/// What becomes of a row.
pub(crate) trait RowRule<T: Real, const N: usize>: Copy + Send + Sync {
    /// Writes the result of rows of one length; all of `out` must be written.
    fn run<const COMPACT: bool>(self, rows: [&[T]; N], out: &mut [MaybeUninit<T>]);

    /// Writes the results of many short rows; whether it can.
    fn run_short<const COMPACT: bool>(
        self,
        rows: [&[T]; N],
        size: usize,
        out: &mut [MaybeUninit<T>],
    ) -> bool {
        let _ = (rows, size, out);
        false
    }
}

/// Writes `eˣ⁻ᵐ` of a row, m being its largest element, and the sum of these; both lifted.
#[inline(always)]
fn write_powers<const COMPACT: bool, T: LiftedExp>(
    x: &[T],
    most: T,
    out: &mut [MaybeUninit<T>],
) -> T {
    write_and_sum::<COMPACT, T, _>(
        [x],
        out,
        #[inline(always)]
        |[x]| (x - most).lifted_exp(),
    )
}

/// A rule that is a proportion, as a rule of rows.
macro_rules! rule_of_rows {
    ($Rule:ident, $Number:ident, $operands:literal) => {
        impl<T: $Number> RowRule<T, $operands> for $Rule {
            #[inline(always)]
            fn run<const COMPACT: bool>(self, rows: [&[T]; $operands], out: &mut [MaybeUninit<T>]) {
                in_proportion::<$Rule, COMPACT, T, $operands>(rows, out);
            }
            #[inline(always)]
            fn run_short<const COMPACT: bool>(
                self,
                rows: [&[T]; $operands],
                size: usize,
                out: &mut [MaybeUninit<T>],
            ) -> bool {
                side_by_side::<$Rule, COMPACT, T, $operands>(rows, size, out);
                true
            }
        }
    };
}

/// `eˣ⁻ᵐ / Σ eˣ⁻ᵐ`, m being the largest element.
#[derive(Clone, Copy)]
pub(crate) struct Softmax;
rule_of_rows!(Softmax, LiftedExp, 1);
impl<T: LiftedExp> Proportion<T, 1> for Softmax {
    const LARGEST: bool = true;
    #[inline(always)]
    fn term([x]: [T; 1], most: T) -> T {
        (x - most).lifted_exp()
    }
    #[inline(always)]
    fn common(sum: T) -> T {
        T::ONE / sum
    }
    #[inline(always)]
    fn result(_: [T; 1], power: T, _most: T, scale: T) -> T {
        power * scale
    }
}

/// `x − m − ln Σ eˣ⁻ᵐ`.
#[derive(Clone, Copy)]
pub(crate) struct LogSoftmax;
rule_of_rows!(LogSoftmax, LiftedExp, 1);
impl<T: LiftedExp> Proportion<T, 1> for LogSoftmax {
    const LARGEST: bool = true;
    #[inline(always)]
    fn term([x]: [T; 1], most: T) -> T {
        (x - most).lifted_exp()
    }
    #[inline(always)]
    fn common(sum: T) -> T {
        (sum / T::LIFT).ln()
    }
    /// In this order: the largest element alone may dwarf the logarithm.
    #[inline(always)]
    fn result([x]: [T; 1], _: T, most: T, log: T) -> T {
        (x - most) - log
    }
}

/// `y (g − Σ g y)`: the adjoint of the softmax `y`.
#[derive(Clone, Copy)]
pub(crate) struct SoftmaxAdjoint;
rule_of_rows!(SoftmaxAdjoint, Real, 2);
impl<T: Real> Proportion<T, 2> for SoftmaxAdjoint {
    const LARGEST: bool = false;
    #[inline(always)]
    fn term([y, g]: [T; 2], _: T) -> T {
        y * g
    }
    #[inline(always)]
    fn common(sum: T) -> T {
        sum
    }
    #[inline(always)]
    fn result([y, g]: [T; 2], _: T, _most: T, sum: T) -> T {
        y * (g - sum)
    }
}

/// `g − e^y Σ g`: the adjoint of the logarithmic softmax `y`.
#[derive(Clone, Copy)]
pub(crate) struct LogSoftmaxAdjoint;
rule_of_rows!(LogSoftmaxAdjoint, Real, 2);
impl<T: Real> Proportion<T, 2> for LogSoftmaxAdjoint {
    const LARGEST: bool = false;
    const SUMMED: Option<usize> = Some(1);
    #[inline(always)]
    fn term([_, g]: [T; 2], _: T) -> T {
        g
    }
    #[inline(always)]
    fn common(sum: T) -> T {
        sum
    }
    #[inline(always)]
    fn result([y, g]: [T; 2], _: T, _most: T, sum: T) -> T {
        g - y.exp() * sum
    }
}

/// `m + ln Σ eˣ⁻ᵐ`, one number a row.
#[derive(Clone, Copy)]
pub(crate) struct LogSumExp;
impl<T: LiftedExp> RowRule<T, 1> for LogSumExp {
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "infinities and NaN differ from themselves")]
    fn run<const COMPACT: bool>(self, [x]: [&[T]; 1], out: &mut [MaybeUninit<T>]) {
        let most = largest::<COMPACT, T>(x);
        // An infinite element is the result, unless there is NaN; subtracting it would give NaN.
        if most - most != T::ZERO {
            let nan = x.iter().find(|&&x| x != x);
            out[0].write(*nan.unwrap_or(&most));
            return;
        }
        let mut powers = [MaybeUninit::uninit(); BLOCK];
        let mut total = 0.0;
        for block in x.chunks(BLOCK) {
            let sum = write_powers::<COMPACT, T>(block, most, &mut powers[..block.len()]);
            total += sum.to_scalar().to_f64();
        }
        out[0].write(most + (T::from_f64(total) / T::LIFT).ln());
    }
}

struct Rows<'a, T, R, const N: usize> {
    operands: [&'a [T]; N],
    out: &'a mut [MaybeUninit<T>],
    size: usize,
    result: usize,
    rule: R,
}

impl<T: Real, R: RowRule<T, N>, const N: usize> Kernel for Rows<'_, T, R, N> {
    type Output = ();
    const WIDE: bool = is_single::<T>();
    const WIDEST: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        if is_single::<T>() && self.size <= SHORT {
            let rows = self.operands;
            if self.rule.run_short::<COMPACT>(rows, self.size, self.out) {
                return;
            }
        }
        for (row, out) in self.out.chunks_exact_mut(self.result).enumerate() {
            let rows = self.operands.map(
                #[inline(always)]
                |operand| &operand[row * self.size..(row + 1) * self.size],
            );
            self.rule.run::<COMPACT>(rows, out);
        }
    }
}

/// Rows of `size` elements, each turned into `result` elements (`size` or 1) by a rule.
pub(crate) fn on_rows<T: Real, R: RowRule<T, N>, const N: usize>(
    operands: [&Tensor; N],
    size: usize,
    result: usize,
    layout: &Layout,
    rule: R,
) -> Tensor {
    let dense = operands.map(Dense::of);
    let operands: [&[T]; N] = std::array::from_fn(|k| dense[k].host_slice::<T>());
    // SAFETY: every row writes its results, and pieces are disjoint.
    unsafe {
        Tensor::build::<T>(layout, |out| {
            if out.is_empty() {
                return;
            }
            let target = Shared(out.as_mut_ptr());
            for_groups(out.len() / result, size, |range| {
                dispatch(Rows {
                    operands: std::array::from_fn(|k| {
                        &operands[k][range.start * size..range.end * size]
                    }),
                    out: target.range(&(range.start * result..range.end * result)),
                    size,
                    result,
                    rule,
                });
            });
        })
    }
}

/// `g eˣ⁻ʸ` for a number `y` and `g` per row: the adjoint of the logarithm of a sum of exponentials.
pub(crate) fn powers_of_rows<T: Real>(x: &Tensor, y: &Tensor, g: &Tensor, size: usize) -> Tensor {
    let (x, y, g) = (Dense::of(x), Dense::of(y), Dense::of(g));
    let (xs, ys, gs) = (
        x.host_slice::<T>(),
        y.host_slice::<T>(),
        g.host_slice::<T>(),
    );
    // SAFETY: every row is written, and pieces are disjoint.
    unsafe {
        Tensor::build::<T>(x.layout(), |out| {
            let target = Shared(out.as_mut_ptr());
            for_groups(ys.len(), size, |range| {
                let elements = range.start * size..range.end * size;
                dispatch(Powers {
                    x: &xs[elements.clone()],
                    y: &ys[range.clone()],
                    g: &gs[range],
                    out: target.range(&elements),
                    size,
                });
            });
        })
    }
}

struct Powers<'a, T> {
    x: &'a [T],
    y: &'a [T],
    g: &'a [T],
    out: &'a mut [MaybeUninit<T>],
    size: usize,
}

impl<T: Real> Kernel for Powers<'_, T> {
    type Output = ();
    const WIDE: bool = is_single::<T>();
    const WIDEST: bool = is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        for (row, (&y, &g)) in self.y.iter().zip(self.g).enumerate() {
            let range = row * self.size..(row + 1) * self.size;
            let (out, x) = (&mut self.out[range.clone()], &self.x[range]);
            for i in 0..self.size {
                let i = opaque::<COMPACT>(i);
                out[i].write(g * (x[i] - y).exp());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compact_copy_gives_the_same_bits() {
        let x: Vec<f32> = (0..333)
            .map(|i| ((i * 7919) % 1013) as f32 / 99.0)
            .collect();
        fn run<const COMPACT: bool>(x: &[f32], rule: impl RowRule<f32, 1>) -> Vec<u32> {
            let mut out = vec![MaybeUninit::new(0f32); x.len()];
            rule.run::<COMPACT>([x], &mut out);
            // SAFETY: the numbers were initialised.
            out.iter()
                .map(|y| unsafe { y.assume_init() }.to_bits())
                .collect()
        }
        assert_eq!(run::<true>(&x, Softmax), run::<false>(&x, Softmax));
        assert_eq!(run::<true>(&x, LogSoftmax), run::<false>(&x, LogSoftmax));
        assert_eq!(run::<true>(&x, LogSumExp), run::<false>(&x, LogSumExp));
        let short = |compact: bool| {
            let mut out = vec![MaybeUninit::new(0f32); x.len()];
            if compact {
                LogSoftmax.run_short::<true>([&x], 9, &mut out)
            } else {
                LogSoftmax.run_short::<false>([&x], 9, &mut out)
            };
            // SAFETY: the numbers were initialised.
            let bits = out.iter().map(|y| unsafe { y.assume_init() }.to_bits());
            bits.collect::<Vec<_>>()
        };
        assert_eq!(short(true), short(false));
    }

    #[test]
    fn nan_stays_whatever_is_beside_it() {
        let (nan, high, low) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
        let sum = |row: &[f32]| {
            let mut out = [MaybeUninit::new(0f32)];
            LogSumExp.run::<false>([row], &mut out);
            // SAFETY: the number was initialised.
            unsafe { out[0].assume_init() }
        };
        assert!(sum(&[high, nan, 1.0]).is_nan() && sum(&[nan, nan]).is_nan());
        assert!(sum(&[1.0, nan, 2.0]).is_nan());
        assert_eq!(sum(&[low; 40]), low);
        assert_eq!(sum(&[1.0, high, low]), high);
        // Bits that arithmetic on exponents would turn into a number, too.
        for nan in [
            nan,
            f32::from_bits(0x7fff_ffff),
            f32::from_bits(0xff80_0001),
        ] {
            let mut row = [1.0; 50];
            row[7] = nan;
            let x = Tensor::from_slice(&row, [50]).unwrap();
            let y = on_rows::<f32, _, 1>([&x], 50, 50, x.layout(), Softmax);
            assert!(y.host_slice::<f32>().iter().all(|y| y.is_nan()));
        }
    }

    #[test]
    fn rows_of_any_length_are_written_whole() {
        for size in [1, 2, 10, 31, 32, 33, 63, 64, 65, 1000] {
            let values: Vec<f32> = (0..3 * size).map(|i| (i % 17) as f32 / 3.0).collect();
            let x = Tensor::from_slice(&values, [3, size]).unwrap();
            let y = on_rows::<f32, _, 1>([&x], size, size, x.layout(), Softmax);
            for (row, y) in values.chunks(size).zip(y.host_slice::<f32>().chunks(size)) {
                let sum: f64 = row.iter().map(|&x| f64::from(x).exp()).sum();
                for (x, y) in row.iter().zip(y) {
                    let exact = f64::from(*x).exp() / sum;
                    assert!((f64::from(*y) / exact - 1.0).abs() < 1e-6, "{size}");
                }
            }
        }
    }

    #[test]
    fn what_is_too_small_for_a_whole_significand_keeps_what_fits() {
        let row = [0.0f32, -90.0, -100.0, -103.0, -104.5, f32::NEG_INFINITY];
        let x = Tensor::from_slice(&row, [6]).unwrap();
        let y = on_rows::<f32, _, 1>([&x], 6, 6, x.layout(), Softmax);
        let exact = row.map(|x| f64::from(x).exp() as f32);
        assert_eq!(y.host_slice::<f32>(), exact);
    }

    /// Longer than a block, so that its sums are joined.
    #[test]
    fn long_rows_are_normalised() {
        let size = 2 * BLOCK + 17;
        let values: Vec<f32> = (0..2 * size).map(|i| (i % 97) as f32 / 10.0).collect();
        let x = Tensor::from_slice(&values, [2, size]).unwrap();
        let y = on_rows::<f32, _, 1>([&x], size, size, x.layout(), Softmax);
        let logs = on_rows::<f32, _, 1>([&x], size, size, x.layout(), LogSoftmax);
        for (row, (y, logs)) in values.chunks(size).zip(
            y.host_slice::<f32>()
                .chunks(size)
                .zip(logs.host_slice::<f32>().chunks(size)),
        ) {
            let sum: f64 = row.iter().map(|&x| f64::from(x).exp()).sum();
            for i in 0..size {
                let exact = f64::from(row[i]).exp() / sum;
                assert!((f64::from(y[i]) / exact - 1.0).abs() < 1e-6);
                assert!((f64::from(logs[i]) - exact.ln()).abs() < 2e-6);
            }
        }
    }
}
