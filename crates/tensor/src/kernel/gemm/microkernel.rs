//! The innermost loop: one tile of the result in registers, while both operands stream past.
//!
//! A tile has a few rows and one or two registers of columns. In every step along the depth the columns'
//! numbers of `B` are loaded, each row's number of `A` is spread over a register, and their product is
//! added. Every element of the result is one chain of fused multiply-adds along the depth, whatever the
//! tile's form: how the result is cut into tiles changes no bit.

use std::marker::PhantomData;

use super::vector::{MOST_LANES, Vector, transpose};
use crate::kernel::Kernel;

/// A tile and where its operands lie. Steps count elements.
pub(super) struct Tile<T> {
    pub(super) depth: usize,
    pub(super) a: *const T,
    /// From a row of `A` to the next.
    pub(super) a_row: usize,
    /// From a step along the depth to the next.
    pub(super) a_depth: usize,
    /// The columns of `B` lie beside each other.
    pub(super) b: *const T,
    pub(super) b_depth: usize,
    pub(super) c: *mut T,
    pub(super) c_row: usize,
    /// One of `c_row` and `c_column` is 1.
    pub(super) c_column: usize,
    /// How many columns the tile has, more than all its registers but one hold.
    pub(super) columns: usize,
    /// Whether the product is added to what `C` holds.
    pub(super) add: bool,
}

/// The loop for one tile.
///
/// # Safety
/// The CPU has the instruction set, and `A`, `B` and `C` lie in valid memory.
type RunTile<T> = unsafe fn(&Tile<T>);

/// The loops for tiles of some rows.
pub(super) struct Form<T: 'static> {
    pub(super) rows: usize,
    /// For columns in one register and in two.
    pub(super) run: [RunTile<T>; 2],
}

impl<T> Form<T> {
    /// The form of `ROWS` rows.
    pub(super) const fn of<V: Vector<Number = T>, const ROWS: usize>() -> Self {
        Form {
            rows: ROWS,
            run: [run_tile::<V, ROWS, 1>, run_tile::<V, ROWS, 2>],
        }
    }
}

/// # Safety
/// As [`RunTile`].
unsafe fn run_tile<V: Vector, const ROWS: usize, const VECTORS: usize>(tile: &Tile<V::Number>) {
    // SAFETY: as the caller promises.
    unsafe { V::run(TileLoop::<V, ROWS, VECTORS>(tile, PhantomData)) }
}

struct TileLoop<'a, V: Vector, const ROWS: usize, const VECTORS: usize>(
    &'a Tile<V::Number>,
    PhantomData<V>,
);

impl<V: Vector, const ROWS: usize, const VECTORS: usize> Kernel for TileLoop<'_, V, ROWS, VECTORS> {
    type Output = ();
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        const TOGETHER: usize = 3;
        let &Tile {
            depth,
            a,
            a_row,
            a_depth,
            mut b,
            b_depth,
            columns,
            ..
        } = self.0;
        // SAFETY: who makes a tile promises that its operands lie in valid memory.
        unsafe {
            let last = (VECTORS - 1) * V::LANES;
            let mask = V::mask(columns - last);
            let mut sums = [[V::zero(); VECTORS]; ROWS];
            if self.0.c_column == 1 && self.0.add {
                for i in 0..ROWS {
                    let row = self.0.c.wrapping_add(i * self.0.c_row);
                    (0..VECTORS).for_each(|v| V::prefetch(row.wrapping_add(v * V::LANES)));
                }
            }
            // One pointer for every few rows: an address has room for one more step.
            let mut a: [_; 4] = std::array::from_fn(|i| a.wrapping_add(i * TOGETHER * a_row));
            for _ in 0..depth {
                let mut wide = [V::zero(); VECTORS];
                for (v, wide) in wide.iter_mut().enumerate().take(VECTORS - 1) {
                    *wide = V::load(b.add(v * V::LANES));
                }
                wide[VECTORS - 1] = V::load_masked(b.add(last), mask);
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = V::splat(*a[i / TOGETHER].add(i % TOGETHER * a_row));
                    for (sum, &wide) in sums.iter_mut().zip(&wide) {
                        *sum = x.mul_add(wide, *sum);
                    }
                }
                // Not `add`: after the last step these may point beyond the memory.
                for a in &mut a {
                    *a = a.wrapping_add(a_depth);
                }
                b = b.wrapping_add(b_depth);
            }
            if self.0.c_column == 1 {
                write_rows(self.0, &sums, mask);
            } else {
                // A copy in memory, so that the sums of the loop above stay in registers.
                let sums = sums;
                write_columns(self.0, &sums);
            }
        }
    }
}

/// What to write where `old` stands now.
///
/// # Safety
/// As [`RunTile`].
#[inline(always)]
unsafe fn after<V: Vector>(sum: V, add: bool, old: impl FnOnce() -> V) -> V {
    // SAFETY: as the caller promises.
    if add { unsafe { old().add(sum) } } else { sum }
}

/// # Safety
/// As [`RunTile`].
#[inline(always)]
unsafe fn write_rows<V: Vector, const ROWS: usize, const VECTORS: usize>(
    tile: &Tile<V::Number>,
    sums: &[[V; VECTORS]; ROWS],
    mask: V::Mask,
) {
    for (i, sums) in sums.iter().enumerate() {
        for (v, &sum) in sums.iter().enumerate() {
            // SAFETY: the tile's rows and columns lie in `C`.
            unsafe {
                let to = tile.c.add(i * tile.c_row + v * V::LANES);
                if v < VECTORS - 1 {
                    after(sum, tile.add, || V::load(to)).store(to);
                } else {
                    let sum = after(sum, tile.add, || V::load_masked(to, mask));
                    sum.store_masked(to, mask);
                }
            }
        }
    }
}

/// # Safety
/// As [`RunTile`].
#[inline(always)]
unsafe fn write_columns<V: Vector, const ROWS: usize, const VECTORS: usize>(
    tile: &Tile<V::Number>,
    sums: &[[V; VECTORS]; ROWS],
) {
    for v in 0..VECTORS {
        for start in (0..ROWS).step_by(V::LANES) {
            // SAFETY: the tile's rows and columns lie in `C`.
            unsafe {
                let mut square = [V::zero(); MOST_LANES];
                for (to, sums) in square.iter_mut().zip(&sums[start..]).take(V::LANES) {
                    *to = sums[v];
                }
                transpose(&mut square);
                let mask = V::mask(ROWS - start);
                let columns = (tile.columns - v * V::LANES).min(V::LANES);
                for (l, &column) in square.iter().enumerate().take(columns) {
                    let to = tile.c.add(start + (v * V::LANES + l) * tile.c_column);
                    let column = after(column, tile.add, || V::load_masked(to, mask));
                    column.store_masked(to, mask);
                }
            }
        }
    }
}
