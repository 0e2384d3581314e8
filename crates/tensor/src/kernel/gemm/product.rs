//! One product of two matrices in memory: which loops multiply them, and whether on threads.

use super::super::parallel::num_threads;
#[cfg(target_arch = "x86_64")]
use super::super::simd::{Level, level};
use super::portable::Four;
use super::vector::Vector;
use super::{blocks, thin};
use crate::Element;
use crate::kernel::Number;

/// A matrix in memory: pointer to its first element, steps between rows and columns.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<T> {
    pub(super) start: *const T,
    pub(super) row: usize,
    pub(super) column: usize,
}

impl<T: Copy> Matrix<T> {
    /// # Safety
    /// `(i, j)` lies inside the matrix.
    #[inline(always)]
    pub(super) unsafe fn at(self, i: usize, j: usize) -> *const T {
        // SAFETY: as the caller promises.
        unsafe { self.start.add(i * self.row + j * self.column) }
    }

    fn transposed(self) -> Self {
        Matrix {
            row: self.column,
            column: self.row,
            ..self
        }
    }
}

/// `C = A B`, or `C += A B` if `add`: `A` is `(m, k)`, `B` is `(k, n)`, `C` is `(m, n)`.
#[derive(Clone, Copy)]
pub(crate) struct Product<T> {
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) a: Matrix<T>,
    pub(super) b: Matrix<T>,
    pub(super) c: *mut T,
    pub(super) c_row: usize,
    pub(super) c_column: usize,
    pub(super) add: bool,
}

// SAFETY: the pointers are used by one call while whoever made it waits.
unsafe impl<T: Element> Send for Product<T> {}

impl<T: Copy> Product<T> {
    /// `Cᵀ = Bᵀ Aᵀ`: the same numbers.
    pub(super) fn transposed(self) -> Self {
        Product {
            m: self.n,
            n: self.m,
            a: self.b.transposed(),
            b: self.a.transposed(),
            c_row: self.c_column,
            c_column: self.c_row,
            ..self
        }
    }
}

/// Element types with a matrix product: those that kernels compute in.
pub(crate) trait Gemm: Number {
    /// Multiplies with the best loops this CPU has, on threads if asked to.
    ///
    /// # Safety
    /// The matrices lie in valid memory, nobody else sees `C`, one of its steps is 1, no size is zero.
    unsafe fn multiply(product: Product<Self>, threads: bool);
}

macro_rules! real {
    ($($number:ident: $wide:ident $narrow:ident;)*) => {$(
        impl Gemm for $number {
            // SAFETY: its conditions are those of the trait's method.
            unsafe fn multiply(product: Product<$number>, threads: bool) {
                // SAFETY: as the caller promises; the instruction sets were detected.
                unsafe {
                    #[cfg(target_arch = "x86_64")]
                    {
                        let level = level();
                        if level == Level::Avx512 as u8 {
                            return multiply::<std::arch::x86_64::$wide>(product, threads);
                        }
                        if level == Level::Avx2 as u8 {
                            return multiply::<std::arch::x86_64::$narrow>(product, threads);
                        }
                    }
                    multiply::<Four<$number>>(product, threads);
                }
            }
        }
    )*};
}
real! { f32: __m512 __m256; f64: __m512d __m256d; }

/// # Safety
/// As [`Gemm::multiply`], and the CPU has the instruction set.
unsafe fn multiply<V: Vector>(product: Product<V::Number>, threads: bool) {
    // SAFETY: as the caller promises.
    unsafe {
        if !thin::multiply::<V>(product, threads) {
            blocks::multiply::<V>(product, threads);
        }
    }
}

impl Gemm for i64 {
    /// Row by row, wrapping around; neighbours of a row of `B` are added to neighbours of `C`.
    // SAFETY: its conditions are those of the trait's method.
    unsafe fn multiply(product: Product<i64>, _threads: bool) {
        let Product {
            m,
            n,
            k,
            a,
            b,
            c,
            c_row,
            c_column,
            add,
        } = product;
        for i in 0..m {
            for l in 0..k {
                for j in 0..n {
                    // SAFETY: as the caller promises.
                    unsafe {
                        let sum = c.add(i * c_row + j * c_column);
                        let old = if add || l > 0 { *sum } else { 0 };
                        sum.write(old.plus((*a.at(i, l)).times(*b.at(l, j))));
                    }
                }
            }
        }
    }
}

/// Products with fewer multiplications are done by three plain loops: preparations would cost more.
const TINY: usize = 256;
/// Products with at least this many multiplications use threads.
pub(super) const PARALLEL: usize = 1 << 20;

/// Rows of the result, columns of the result, length of the sums.
pub(super) type Sizes = (usize, usize, usize);

/// `C = A B`, or `C += A B` if `add`; `C` is row-major `(m, n)`, `A` is `(m, k)`, `B` is `(k, n)`.
///
/// # Safety
/// The matrices lie in valid memory; `c` has room for `m · n` elements, more than none, initialised if
/// `add`.
pub(super) unsafe fn product<T: Gemm>(
    (m, n, k): Sizes,
    c: *mut T,
    add: bool,
    a: Matrix<T>,
    b: Matrix<T>,
) {
    let work = m.saturating_mul(n).saturating_mul(k);
    // SAFETY: indices stay below m, n and k; the rest as the caller promises.
    unsafe {
        if work <= TINY || k == 0 {
            for i in 0..m {
                for j in 0..n {
                    let mut sum = if add { *c.add(i * n + j) } else { T::ZERO };
                    for l in 0..k {
                        sum = sum.plus((*a.at(i, l)).times(*b.at(l, j)));
                    }
                    c.add(i * n + j).write(sum);
                }
            }
            return;
        }
        let product = Product {
            m,
            n,
            k,
            a,
            b,
            c,
            c_row: n,
            c_column: 1,
            add,
        };
        T::multiply(product, work >= PARALLEL && num_threads() > 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;

    /// A matrix of whole numbers, whose sums are exact, in memory with spare elements.
    struct Stored<T> {
        memory: Vec<T>,
        rows: usize,
        columns: usize,
        steps: (usize, usize),
    }

    impl<T: Real> Stored<T> {
        fn new(rows: usize, columns: usize, form: usize, seed: usize) -> Self {
            let steps = match form {
                0 => (columns, 1),
                1 => (1, rows),
                2 => (columns + 3, 1),
                3 => (1, rows + 5),
                4 => (2 * columns, 2),
                5 => (0, 1),
                _ => (1, 0),
            };
            let len = rows * columns * 2 + 8 * (rows + columns) + 1;
            let number = |i: usize| ((i + seed) * 7919 % 13) as f64 - 6.0;
            Stored {
                memory: (0..len).map(|i| T::from_f64(number(i))).collect(),
                rows,
                columns,
                steps,
            }
        }

        fn matrix(&self) -> Matrix<T> {
            Matrix {
                start: self.memory.as_ptr(),
                row: self.steps.0,
                column: self.steps.1,
            }
        }

        fn at(&self, i: usize, j: usize) -> T {
            self.memory[i * self.steps.0 + j * self.steps.1]
        }
    }

    const SIZES: &[(usize, usize, usize)] = &[
        (1, 1, 1),
        (1, 1, 300),
        (5, 1, 1),
        (1, 7, 9),
        (2, 3, 40),
        (7, 11, 9),
        (16, 64, 2),
        (13, 33, 64),
        (37, 5, 21),
        (70, 33, 65),
        (3, 130, 130),
        (300, 1, 70),
        (1, 300, 70),
        (50, 60, 600),
        (70, 80, 300),
        (980, 40, 5),
        (6, 4200, 5),
    ];

    /// Against three loops, for all forms of operands, with one instruction set.
    fn check<V: Vector>(name: &str) {
        for &(m, n, k) in SIZES {
            let forms: &[usize] = if m * n * k < 100_000 {
                &[0, 1, 2, 3, 4, 5, 6]
            } else {
                &[0, 1, 4]
            };
            for (&form_a, &form_b) in forms.iter().flat_map(|a| forms.iter().map(move |b| (a, b))) {
                let a = Stored::<V::Number>::new(m, k, form_a, 1);
                let b = Stored::<V::Number>::new(k, n, form_b, 2);
                check_product::<V>(name, &a, &b);
            }
            let (mut a, mut b) = (Stored::new(m, k, 0, 3), Stored::new(k, n, 1, 4));
            a.memory[m / 2 * k] = V::Number::from_f64(f64::NAN);
            b.memory[n / 2 * k] = V::Number::from_f64(f64::INFINITY);
            check_product::<V>(name, &a, &b);
        }
    }

    fn check_product<V: Vector>(name: &str, a: &Stored<V::Number>, b: &Stored<V::Number>) {
        let (m, n, k) = (a.rows, b.columns, a.columns);
        let old: Vec<_> = (0..m * n)
            .map(|i| V::Number::from_f64((i % 5) as f64))
            .collect();
        let mut expected = vec![V::Number::ZERO; m * n];
        for i in 0..m {
            for j in 0..n {
                for l in 0..k {
                    expected[i * n + j] = expected[i * n + j] + a.at(i, l) * b.at(l, j);
                }
            }
        }
        for (add, threads) in [(false, false), (true, true)] {
            let mut c = old.clone();
            let product = Product {
                m,
                n,
                k,
                a: a.matrix(),
                b: b.matrix(),
                c: c.as_mut_ptr(),
                c_row: n,
                c_column: 1,
                add,
            };
            // SAFETY: the memory reaches as far as the steps; whoever asks checked the CPU.
            unsafe { multiply::<V>(product, threads) };
            for i in 0..m * n {
                let expected = if add {
                    old[i] + expected[i]
                } else {
                    expected[i]
                };
                let nan = |x: V::Number| x.partial_cmp(&x).is_none();
                assert!(
                    c[i] == expected || nan(c[i]) && nan(expected),
                    "{name} ({m}, {n}, {k}), steps {:?} and {:?}, add {add}: {:?} at {i}, expected {expected:?}",
                    a.steps,
                    b.steps,
                    c[i]
                );
            }
        }
    }

    #[test]
    fn every_instruction_set_multiplies_operands_of_any_strides() {
        check::<Four<f32>>("four f32");
        check::<Four<f64>>("four f64");
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::*;
            if level() >= Level::Avx2 as u8 {
                check::<__m256>("avx2 f32");
                check::<__m256d>("avx2 f64");
            }
            if level() >= Level::Avx512 as u8 {
                check::<__m512>("avx512 f32");
                check::<__m512d>("avx512 f64");
            }
        }
    }
}
