//! How a product is cut into blocks that fit the caches, and blocks into tiles.
//!
//! The depth is cut so that a panel of `B` stays in the first cache while tiles below each other use it,
//! the rows so that the part of `A` a thread works with stays in the second. Operands that are read often
//! are copied into panels; others are read where they lie. All cuts follow from the sizes alone.

use std::marker::PhantomData;
use std::ops::Range;

use super::microkernel::Tile;
use super::pack::Pack;
use super::product::{Matrix, Product};
use super::vector::Vector;
use crate::kernel::elementwise::Shared;
use crate::kernel::for_pieces;
use crate::storage::Scratch;

/// A panel of `A` and one of `B`, as deep as a block, share the first cache: they have this many bytes.
const PANELS: usize = 44 << 10;
/// Most columns of `B` copied at a time: they stay in the third cache.
const COLUMNS: usize = 4096;
/// Most rows of `A` copied at a time.
const ROWS: usize = 960;
/// Most tiles below each other in one thread's piece.
const PIECE_TILES: usize = 20;
/// Multiplications in one thread's piece.
const PIECE: usize = 1 << 20;
/// Elements in one thread's piece of a copy.
const PIECE_OF_COPY: usize = 32 << 10;
/// Operands that reach over at most so many bytes are read where they lie.
const NEAR_A: usize = 128 << 10;
const NEAR_B: usize = 32 << 10;
/// So are columns of `B` that at most so many tiles below each other use, and rows of `A` for at most
/// so many beside each other.
const FEW_TILES: usize = 8;
const FEW_PANELS: usize = 2;

/// Multiplies with one instruction set; on threads if asked to.
///
/// # Safety
/// The CPU has the instruction set; the matrices lie in valid memory and nobody else sees `C`; no size
/// is zero.
pub(super) unsafe fn multiply<V: Vector>(product: Product<V::Number>, threads: bool) {
    let plain = product.b.column == 1 && product.n >= 4 * V::LANES;
    let product = if plain || effort::<V>(&product) <= effort::<V>(&product.transposed()) {
        product
    } else {
        product.transposed()
    };
    // SAFETY: as the caller promises.
    unsafe { Blocks::<V>::new(product, threads).run() }
}

/// About how many tenths of a cycle the product takes with its columns in the lanes: multiplying whole
/// registers, turning `B` if its columns do not lie beside each other, turning the result if its do not.
fn effort<V: Vector>(p: &Product<V::Number>) -> usize {
    let times = usize::saturating_mul;
    let multiply = times(times(p.m, p.n.div_ceil(V::LANES)), times(p.k, 5));
    let turn_b = if p.b.column == 1 {
        0
    } else {
        times(times(p.n, p.k.next_multiple_of(V::LANES)), 4)
    };
    let turn_c = if p.c_column == 1 {
        0
    } else {
        times(times(p.m, p.n), 6 * p.k.div_ceil(2 * deepest::<V>()))
    };
    multiply.saturating_add(turn_b).saturating_add(turn_c)
}

/// Most steps along the depth in one block.
fn deepest<V: Vector>() -> usize {
    let step = (V::FORMS[0].rows + 2 * V::LANES) * size_of::<V::Number>();
    PANELS / step
}

struct Blocks<V: Vector> {
    product: Product<V::Number>,
    /// Fewer elements than this stay on this thread: none or all.
    worth: usize,
    near_a: bool,
    near_b: bool,
    /// Blocks along the depth.
    passes: usize,
    vector: PhantomData<V>,
}

// SAFETY: threads read the operands and write disjoint parts of the panels and of the result.
unsafe impl<V: Vector> Sync for Blocks<V> {}

/// A block of `A` or `B` as tiles read it, where it lies or copied: in panels of rows of `A` or columns
/// of `B`, one for each tile.
#[derive(Clone, Copy)]
struct Panels<T> {
    start: *mut T,
    /// Rows or columns of all panels together.
    len: usize,
    /// Rows or columns in one panel; the last one may have fewer.
    width: usize,
    /// From a panel to the next.
    panel: usize,
    /// From a row of `A`, or a column of `B`, to the next.
    step: usize,
    /// From a step along the depth to the next.
    depth_step: usize,
}

impl<T> Panels<T> {
    fn count(&self) -> usize {
        self.len.div_ceil(self.width)
    }

    /// The rows or columns of a panel.
    #[inline(always)]
    fn of(&self, panel: usize) -> Range<usize> {
        let start = panel * self.width;
        start..self.len.min(start + self.width)
    }
}

// SAFETY: as for `Blocks`.
unsafe impl<T> Sync for Panels<T> {}
// SAFETY: as for `Blocks`.
unsafe impl<T> Send for Panels<T> {}

impl<V: Vector> Blocks<V> {
    const TILE_ROWS: usize = V::FORMS[0].rows;
    const TILE_COLUMNS: usize = 2 * V::LANES;

    fn new(product: Product<V::Number>, threads: bool) -> Self {
        let Product { m, n, k, a, b, .. } = product;
        let size = size_of::<V::Number>();
        let reach = |x: Matrix<V::Number>, rows: usize, columns: usize| {
            ((rows - 1) * x.row + (columns - 1) * x.column).saturating_mul(size)
        };
        // Results that leave their registers as columns cost more: they do so less often.
        let depth = if product.c_column == 1 {
            deepest::<V>()
        } else {
            2 * deepest::<V>()
        };
        Blocks {
            product,
            worth: if threads { 0 } else { usize::MAX },
            near_a: n <= FEW_PANELS * Self::TILE_COLUMNS || reach(a, m, k) <= NEAR_A,
            near_b: b.column == 1 && (m <= FEW_TILES * Self::TILE_ROWS || reach(b, k, n) <= NEAR_B),
            passes: k.div_ceil(depth),
            vector: PhantomData,
        }
    }

    /// # Safety
    /// As [`multiply`].
    unsafe fn run(&self) {
        let Product {
            m,
            n,
            k,
            c,
            c_row,
            c_column,
            add,
            ..
        } = self.product;
        let deepest = k.div_ceil(self.passes);
        let row_blocks = m.div_ceil(ROWS);
        let room = |near: bool, len: usize, width: usize| {
            let panels = len.div_ceil(width);
            (!near).then(|| Scratch::of::<V::Number>(panels * width * deepest))
        };
        let room_a = room(self.near_a, m.min(ROWS), Self::TILE_ROWS);
        let room_b = room(self.near_b, n.min(COLUMNS), Self::TILE_COLUMNS);
        for start in (0..n).step_by(COLUMNS) {
            let columns = start..n.min(start + COLUMNS);
            for pass in 0..self.passes {
                let depth = part(k, self.passes, pass);
                // SAFETY: there is room for the panels of these rows and columns at this depth.
                unsafe {
                    let b = self.panels_of_b(room_b.as_ref(), columns.clone(), &depth);
                    for block in 0..row_blocks {
                        let rows = part(m, row_blocks, block);
                        let c = c.add(rows.start * c_row + start * c_column);
                        let a = self.panels_of_a(room_a.as_ref(), rows, &depth);
                        self.tiles(a, b, depth.len(), Shared(c), add || pass > 0);
                    }
                }
            }
        }
    }

    /// # Safety
    /// As [`multiply`], and `room` has room.
    unsafe fn panels_of_a(
        &self,
        room: Option<&Scratch>,
        rows: Range<usize>,
        depth: &Range<usize>,
    ) -> Panels<V::Number> {
        let a = self.product.a;
        let width = Self::TILE_ROWS;
        let lying = Panels {
            // SAFETY: the block lies inside the matrix.
            start: unsafe { a.at(rows.start, depth.start) }.cast_mut(),
            len: rows.len(),
            width,
            panel: width * a.row,
            step: a.row,
            depth_step: a.column,
        };
        // SAFETY: as the caller promises.
        unsafe { self.panels(room, lying, depth.len()) }
    }

    /// # Safety
    /// As [`multiply`], and `room` has room.
    unsafe fn panels_of_b(
        &self,
        room: Option<&Scratch>,
        columns: Range<usize>,
        depth: &Range<usize>,
    ) -> Panels<V::Number> {
        let b = self.product.b;
        let lying = Panels {
            // SAFETY: the block lies inside the matrix.
            start: unsafe { b.at(depth.start, columns.start) }.cast_mut(),
            len: columns.len(),
            width: Self::TILE_COLUMNS,
            panel: Self::TILE_COLUMNS * b.column,
            step: b.column,
            depth_step: b.row,
        };
        // SAFETY: as the caller promises.
        unsafe { self.panels(room, lying, depth.len()) }
    }

    /// The same panels, copied if there is room for it.
    ///
    /// # Safety
    /// As [`multiply`], and `room` has room.
    unsafe fn panels(
        &self,
        room: Option<&Scratch>,
        lying: Panels<V::Number>,
        depth: usize,
    ) -> Panels<V::Number> {
        let Some(room) = room else {
            return lying;
        };
        let width = lying.width;
        let copied = Panels {
            start: room.start(),
            panel: width * depth,
            step: 1,
            depth_step: width,
            ..lying
        };
        let piece = (PIECE_OF_COPY / copied.panel).max(1);
        for_pieces(lying.count(), piece, self.worth, |range| {
            let (from, to) = (&lying, &copied);
            // SAFETY: as the caller promises; pieces are different panels.
            unsafe {
                V::run(Pack::<V> {
                    from: from.start.add(range.start * from.panel),
                    row: from.step,
                    depth_step: from.depth_step,
                    count: from.of(range.end - 1).end - from.of(range.start).start,
                    depth,
                    to: to.start.add(range.start * to.panel),
                    width,
                    panel: to.panel,
                    vector: PhantomData,
                });
            }
        });
        copied
    }

    /// Multiplies a block of rows with a block of columns, whose result begins at `c`.
    ///
    /// # Safety
    /// As [`multiply`].
    unsafe fn tiles(
        &self,
        a: Panels<V::Number>,
        b: Panels<V::Number>,
        depth: usize,
        c: Shared<V::Number>,
        add: bool,
    ) {
        let (rows, columns) = (a.count(), b.count());
        if self.worth > 0 {
            for panel in 0..columns {
                for tile in 0..rows {
                    // SAFETY: as the caller promises.
                    unsafe { self.tile((&a, tile), (&b, panel), depth, c, add) };
                }
            }
            return;
        }
        let across = rows.div_ceil(PIECE_TILES);
        let work = rows.div_ceil(across) * a.width * depth * b.width;
        let beside = columns.div_ceil((PIECE / work).clamp(1, columns));
        for_pieces(across * beside, 1, self.worth, |range| {
            for piece in range {
                for panel in part(columns, beside, piece % beside) {
                    for tile in part(rows, across, piece / beside) {
                        // SAFETY: as the caller promises; pieces are disjoint.
                        unsafe { self.tile((&a, tile), (&b, panel), depth, c, add) };
                    }
                }
            }
        });
    }

    /// # Safety
    /// As [`multiply`].
    #[inline(always)]
    unsafe fn tile(
        &self,
        (a, tile): (&Panels<V::Number>, usize),
        (b, panel): (&Panels<V::Number>, usize),
        depth: usize,
        c: Shared<V::Number>,
        add: bool,
    ) {
        let Product {
            c_row, c_column, ..
        } = self.product;
        let (mut rows, columns) = (a.of(tile), b.of(panel));
        let registers = columns.len().div_ceil(V::LANES);
        // SAFETY: as the caller promises: the tile lies inside all three matrices.
        unsafe {
            let mut start = a.start.add(tile * a.panel);
            // A full panel is one tile; what the last one has is cut into lower and lower tiles.
            let mut forms = V::FORMS.iter();
            while let Some(form) = forms.find(|form| form.rows <= rows.len()) {
                let run = form.run[registers - 1];
                run(&Tile {
                    depth,
                    a: start,
                    a_row: a.step,
                    a_depth: a.depth_step,
                    b: b.start.add(panel * b.panel),
                    b_depth: b.depth_step,
                    c: c.0.add(rows.start * c_row + columns.start * c_column),
                    c_row,
                    c_column,
                    columns: columns.len(),
                    add,
                });
                rows.start += form.rows;
                start = start.wrapping_add(form.rows * a.step);
            }
        }
    }
}

/// Part `i` of `0..len` cut into `parts` as equal as can be.
fn part(len: usize, parts: usize, i: usize) -> Range<usize> {
    if parts == 1 {
        return 0..len;
    }
    i * len / parts..(i + 1) * len / parts
}
