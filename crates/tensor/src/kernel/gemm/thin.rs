//! Products with a vector, or with a few: every number of the matrix is read once or a few times, so
//! what counts is to read it in the order in which it lies.

use std::marker::PhantomData;

use super::pack::Pack;
use super::product::Product;
use super::vector::{self, Vector};
use crate::kernel::elementwise::Shared;
use crate::kernel::{Kernel, for_pieces};
use crate::storage::Scratch;

/// So many vectors are few.
const FEW: usize = 3;
/// Rows of the matrix that share a load of the vector.
const TOGETHER: usize = 8;
/// Rows of the matrix that share a load and store of the result.
const STEPS: usize = 8;
/// Elements of the matrix in one thread's piece.
const PIECE: usize = 64 << 10;
/// Columns in one thread's piece.
const PIECE_OF_COLUMNS: usize = 1024;

/// Multiplies if one of the matrices is thin and the other lies well for it; says whether it did.
///
/// # Safety
/// As [`super::blocks::multiply`].
pub(super) unsafe fn multiply<V: Vector>(p: Product<V::Number>, threads: bool) -> bool {
    let worth = if threads { 0 } else { usize::MAX };
    for p in [p, p.transposed()] {
        // SAFETY: as the caller promises.
        unsafe {
            if p.n <= FEW && p.a.column == 1 {
                dots::<V>(&p, worth);
                return true;
            }
            if p.m == 1 && p.b.column == 1 && p.c_column == 1 {
                combine::<V>(&p, worth);
                return true;
            }
        }
    }
    false
}

/// The product of each row of `A`, which lies along the depth, with each column of `B`.
///
/// # Safety
/// As [`multiply`].
unsafe fn dots<V: Vector>(p: &Product<V::Number>, worth: usize) {
    let &Product {
        m,
        n,
        k,
        a,
        b,
        c,
        c_row,
        c_column,
        add,
    } = p;
    let copied;
    let (vectors, vector_step) = if b.row == 1 {
        (b.start, b.column)
    } else {
        copied = Scratch::of::<V::Number>(n * k);
        // SAFETY: there is room for `n` vectors of `k` numbers.
        unsafe {
            V::run(Pack::<V> {
                from: b.start,
                row: b.row,
                depth_step: b.column,
                count: k,
                depth: n,
                to: copied.start(),
                width: k,
                panel: 0,
                vector: PhantomData,
            });
        }
        (copied.start::<V::Number>().cast_const(), k)
    };
    let (c, matrix, vectors) = (
        Shared(c),
        Shared(a.start.cast_mut()),
        Shared(vectors.cast_mut()),
    );
    let piece = (PIECE / k).max(1).next_multiple_of(TOGETHER);
    for_pieces(m, piece, worth, |rows| {
        let (c, matrix, vectors) = (c, matrix, vectors);
        for start in rows.clone().step_by(TOGETHER) {
            for j in 0..n {
                // SAFETY: as the caller promises: rows and vectors have `k` numbers, and these places of
                // the result belong to this piece.
                unsafe {
                    let vector = vectors.0.add(j * vector_step).cast_const();
                    let write = |i: usize, dot: V::Number| {
                        let to = c.0.add(i * c_row + j * c_column);
                        to.write(if add { *to + dot } else { dot });
                    };
                    let row = |i: usize| matrix.0.add(i * a.row).cast_const();
                    if start + TOGETHER <= rows.end {
                        let rows = std::array::from_fn(|i| row(start + i));
                        let dots = V::run(Dots::<V, TOGETHER> {
                            rows,
                            vector,
                            depth: k,
                        });
                        (start..).zip(dots).for_each(|(i, dot)| write(i, dot));
                    } else {
                        for i in start..rows.end {
                            let rows = [row(i)];
                            let [dot] = V::run(Dots::<V, 1> {
                                rows,
                                vector,
                                depth: k,
                            });
                            write(i, dot);
                        }
                    }
                }
            }
        }
    });
}

/// The products of several rows with one vector, all along the depth: sums are kept per lane.
struct Dots<V: Vector, const ROWS: usize> {
    rows: [*const V::Number; ROWS],
    vector: *const V::Number,
    depth: usize,
}

impl<V: Vector, const ROWS: usize> Kernel for Dots<V, ROWS> {
    type Output = [V::Number; ROWS];
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) -> [V::Number; ROWS] {
        let Dots {
            rows,
            vector,
            depth,
        } = self;
        // SAFETY: who makes this promises `depth` numbers behind the vector and each row.
        unsafe {
            let mut sums = [V::zero(); ROWS];
            let whole = depth - depth % V::LANES;
            for at in (0..whole).step_by(V::LANES) {
                let x = V::load(vector.add(at));
                for (sum, row) in sums.iter_mut().zip(rows) {
                    *sum = V::load(row.add(at)).mul_add(x, *sum);
                }
            }
            if whole < depth {
                let mask = V::mask(depth - whole);
                let x = V::load_masked(vector.add(whole), mask);
                for (sum, row) in sums.iter_mut().zip(rows) {
                    *sum = V::load_masked(row.add(whole), mask).mul_add(x, *sum);
                }
            }
            vector::sums(sums)
        }
    }
}

/// One row of `A` times `B`, whose columns lie beside each other: its rows, scaled and added.
///
/// # Safety
/// As [`multiply`].
unsafe fn combine<V: Vector>(p: &Product<V::Number>, worth: usize) {
    let &Product {
        n, k, a, b, c, add, ..
    } = p;
    let (c, factors, matrix) = (
        Shared(c),
        Shared(a.start.cast_mut()),
        Shared(b.start.cast_mut()),
    );
    for_pieces(n, PIECE_OF_COLUMNS, worth, |columns| {
        let (c, factors, matrix) = (c, factors, matrix);
        // SAFETY: as the caller promises; these columns belong to this piece.
        unsafe {
            V::run(Combine::<V> {
                factors: factors.0,
                factor_step: a.column,
                rows: matrix.0.add(columns.start),
                row_step: b.row,
                depth: k,
                to: c.0.add(columns.start),
                len: columns.len(),
                add,
                vector: PhantomData,
            });
        }
    });
}

struct Combine<V: Vector> {
    factors: *const V::Number,
    factor_step: usize,
    rows: *const V::Number,
    row_step: usize,
    depth: usize,
    to: *mut V::Number,
    len: usize,
    add: bool,
    vector: PhantomData<V>,
}

impl<V: Vector> Kernel for Combine<V> {
    type Output = ();
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let whole = self.depth - self.depth % STEPS;
        // SAFETY: who makes this promises `depth` factors and rows of `len` numbers.
        unsafe {
            for start in (0..whole).step_by(STEPS) {
                self.rows::<STEPS>(start);
            }
            for start in whole..self.depth {
                self.rows::<1>(start);
            }
        }
    }
}

impl<V: Vector> Combine<V> {
    /// Adds some rows.
    ///
    /// # Safety
    /// As whoever makes this promises.
    #[inline(always)]
    unsafe fn rows<const COUNT: usize>(&self, start: usize) {
        let add = self.add || start > 0;
        // SAFETY: as in `run`.
        unsafe {
            let mut factors = [V::zero(); COUNT];
            let mut rows = [self.rows; COUNT];
            for i in 0..COUNT {
                factors[i] = V::splat(*self.factors.add((start + i) * self.factor_step));
                rows[i] = self.rows.add((start + i) * self.row_step);
            }
            let whole = self.len - self.len % V::LANES;
            for at in (0..whole).step_by(V::LANES) {
                let to = self.to.add(at);
                let mut sum = if add { V::load(to) } else { V::zero() };
                for i in 0..COUNT {
                    sum = factors[i].mul_add(V::load(rows[i].add(at)), sum);
                }
                sum.store(to);
            }
            if whole < self.len {
                let mask = V::mask(self.len - whole);
                let to = self.to.add(whole);
                let mut sum = if add {
                    V::load_masked(to, mask)
                } else {
                    V::zero()
                };
                for i in 0..COUNT {
                    sum = factors[i].mul_add(V::load_masked(rows[i].add(whole), mask), sum);
                }
                sum.store_masked(to, mask);
            }
        }
    }
}
