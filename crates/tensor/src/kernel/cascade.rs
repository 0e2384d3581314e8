//! Joining many numbers in PyTorch's order, so that sums have the same bits as there.
//!
//! Numbers lie in registers of 32 bytes, whatever the CPU has; four registers at a time are joined with
//! four running ones. After sixteen steps these go into results of a higher level and start anew, as those
//! do after sixteen of theirs: the error of a sum grows with the logarithm of the count. At the end come the
//! registers that were left over, the four together, the last numbers, and the places of the register in order.
//! Where rows are joined element by element, a register's width of columns takes the place of one number.
//!
//! Source: `aten/src/ATen/native/cpu/SumKernel.cpp`, measured for all counts up to 2¹⁵ (more go to
//! several threads there, and their sums depend on how many).

use std::mem::MaybeUninit;
use std::ops::Range;

use super::reduce::Join;
use super::simd::{is_single, is_wide, opaque};
use super::{Kernel, dispatch};
use crate::Element;

/// Running results side by side.
const WAYS: usize = 4;
/// Steps after which running results go one level up.
const STEPS: usize = 16;
/// Enough for 16⁴ steps; what is more stays on the highest.
const LEVELS: usize = 4;

/// Numbers of `size` bytes in a register.
const fn register(size: usize) -> usize {
    32 / size
}

/// `term(0), .., term(len − 1)` joined.
#[inline(always)]
pub(super) fn join_terms<const COMPACT: bool, T: Copy, J: Join<T>>(
    len: usize,
    j: J,
    term: impl Fn(usize) -> T,
) -> T {
    if J::ANY_ORDER {
        in_registers::<COMPACT, T, J, 16, 64>(len, j, term)
    } else if size_of::<T>() == 4 {
        in_registers::<COMPACT, T, J, 8, 32>(len, j, term)
    } else {
        in_registers::<COMPACT, T, J, 4, 16>(len, j, term)
    }
}

/// Registers of `PLACES` numbers, `LANES` in four of them. Levels are for what depends on the order.
#[inline(always)]
fn in_registers<
    const COMPACT: bool,
    T: Copy,
    J: Join<T>,
    const PLACES: usize,
    const LANES: usize,
>(
    len: usize,
    j: J,
    term: impl Fn(usize) -> T,
) -> T {
    if len < PLACES {
        return few::<COMPACT, T, J>(len, j, term);
    }
    let steps = len / LANES;
    let mut lanes = [J::START; LANES];
    let mut levels = [[J::START; LANES]; LEVELS - 1];
    for done in 0..steps {
        if !J::ANY_ORDER && done > 0 && done.is_multiple_of(STEPS) {
            let running = std::mem::replace(&mut lanes, [J::START; LANES]);
            join_lanes::<COMPACT, LANES, _, _, _>(&mut levels[0], j, 0, &|l| running[l]);
            raise(&mut levels, done / STEPS, LANES, j);
        }
        join_lanes::<COMPACT, LANES, _, _, _>(&mut lanes, j, done * LANES, &term);
    }
    if !J::ANY_ORDER && steps > STEPS {
        for level in &levels {
            join_lanes::<COMPACT, LANES, _, _, _>(&mut lanes, j, 0, &|l| level[l]);
        }
    }
    let whole = len / PLACES * PLACES;
    for start in (steps * LANES..whole).step_by(PLACES) {
        join_lanes::<COMPACT, PLACES, _, _, _>(&mut lanes, j, start, &term);
    }
    let mut places = [J::START; PLACES];
    for p in 0..opaque::<COMPACT>(PLACES) {
        let p = opaque::<COMPACT>(p);
        let two = j.join(lanes[p], lanes[p + PLACES]);
        places[p] = j.join(j.join(two, lanes[p + 2 * PLACES]), lanes[p + 3 * PLACES]);
    }
    let mut joined = J::START;
    for i in whole..len {
        joined = j.join(joined, term(i));
    }
    for place in places {
        joined = j.join(joined, place);
    }
    joined
}

/// The terms from `start` on, one joined with each of the first `COUNT` lanes.
///
/// An index loop over constants: that keeps the lanes in registers.
#[inline(always)]
fn join_lanes<const COMPACT: bool, const COUNT: usize, T: Copy, J: Join<T>, const LANES: usize>(
    lanes: &mut [T; LANES],
    j: J,
    start: usize,
    term: &impl Fn(usize) -> T,
) {
    for l in 0..opaque::<COMPACT>(COUNT) {
        let l = opaque::<COMPACT>(l);
        lanes[l] = j.join(lanes[l], term(start + l));
    }
}

/// Fewer numbers than a register has places: four running results, the last ones with the first.
#[inline(always)]
fn few<const COMPACT: bool, T: Copy, J: Join<T>>(len: usize, j: J, term: impl Fn(usize) -> T) -> T {
    let mut running = [J::START; WAYS];
    for i in 0..len {
        let i = opaque::<COMPACT>(i);
        let way = if i < len / WAYS * WAYS { i % WAYS } else { 0 };
        running[way] = j.join(running[way], term(i));
    }
    let [a, b, c, d] = running;
    j.join(j.join(j.join(a, b), c), d)
}

/// After `count` additions to the lowest level: each level that is full goes into the next one.
#[inline(always)]
fn raise<T: Copy, J: Join<T>, const WIDTH: usize>(
    levels: &mut [[T; WIDTH]],
    mut count: usize,
    width: usize,
    j: J,
) {
    for level in 1..levels.len() {
        if !count.is_multiple_of(STEPS) {
            return;
        }
        count /= STEPS;
        let (low, high) = levels.split_at_mut(level);
        let (low, high) = (&mut low[level - 1][..width], &mut high[0][..width]);
        for (high, low) in high.iter_mut().zip(low) {
            *high = j.join(*high, std::mem::replace(low, J::START));
        }
    }
}

/// Rows of `inner` elements joined element by element into `out`.
pub(super) fn join_across<T: Element, J: Join<T>>(
    xs: &[T],
    inner: usize,
    out: &mut [MaybeUninit<T>],
    j: J,
) {
    let places = register(size_of::<T>());
    let unit = if inner < places { 1 } else { places };
    let whole = inner / (WAYS * unit) * (WAYS * unit);
    for start in (0..whole).step_by(TILE) {
        join_tile(xs, inner, start..(start + TILE).min(whole), out, j);
    }
    if whole < inner {
        join_rest(xs, inner, whole..inner, out, j);
    }
}

/// So many columns are joined at a time: their results of all levels stay in the first cache.
const TILE: usize = 256;

/// Columns in one running result each.
fn join_tile<T: Element, J: Join<T>>(
    xs: &[T],
    inner: usize,
    columns: Range<usize>,
    out: &mut [MaybeUninit<T>],
    j: J,
) {
    let (start, width) = (columns.start, columns.len());
    let mut running = [J::START; TILE];
    let mut levels = [[J::START; TILE]; LEVELS - 1];
    for (done, xs) in xs.chunks(STEPS * inner).enumerate() {
        if done > 0 {
            join_row(&mut levels[0][..width], &running, j);
            raise(&mut levels, done, width, j);
            running[..width].fill(J::START);
        }
        let to = &mut running[..width];
        dispatch(Rows {
            xs,
            inner,
            start,
            to,
            j,
        });
    }
    if xs.len() > STEPS * inner {
        for level in &levels {
            join_row(&mut running[..width], level, j);
        }
    }
    for (out, joined) in out[columns].iter_mut().zip(running) {
        out.write(joined);
    }
}

/// Rows, from column `start` on, joined one after the other with `to`.
pub(super) struct Rows<'a, T, J> {
    pub(super) xs: &'a [T],
    pub(super) inner: usize,
    pub(super) start: usize,
    pub(super) to: &'a mut [T],
    pub(super) j: J,
}

impl<T: Element, J: Join<T>> Kernel for Rows<'_, T, J> {
    type Output = ();
    const WIDE: bool = is_wide::<T>();
    const WIDEST: bool = J::HOT && is_single::<T>();
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let Rows {
            xs,
            inner,
            start,
            to,
            j,
        } = self;
        let width = to.len();
        // Four at a time: results are then loaded and stored a quarter as often.
        let mut fours = xs.chunks_exact(4 * inner);
        for four in fours.by_ref() {
            let row = |r: usize| &four[r * inner + start..][..width];
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            for i in 0..width {
                let i = opaque::<COMPACT>(i);
                let two = j.join(j.join(to[i], a[i]), b[i]);
                to[i] = j.join(j.join(two, c[i]), d[i]);
            }
        }
        for row in fours.remainder().chunks_exact(inner) {
            let row = &row[start..][..width];
            for i in 0..width {
                let i = opaque::<COMPACT>(i);
                to[i] = j.join(to[i], row[i]);
            }
        }
    }
}

/// The last columns, fewer than four registers, in four running results each.
fn join_rest<T: Element, J: Join<T>>(
    xs: &[T],
    inner: usize,
    columns: Range<usize>,
    out: &mut [MaybeUninit<T>],
    j: J,
) {
    let width = columns.len();
    let mut levels = [[J::START; WAYS * 32]; LEVELS];
    let mut steps = xs.chunks_exact(WAYS * inner);
    for (step, rows) in steps.by_ref().enumerate() {
        for (way, row) in rows.chunks_exact(inner).enumerate() {
            let to = &mut levels[0][way * width..][..width];
            join_row(to, &row[columns.clone()], j);
        }
        raise(&mut levels, step + 1, WAYS * width, j);
    }
    let [mut joined, high @ ..] = levels;
    for level in &high {
        join_row(&mut joined[..WAYS * width], level, j);
    }
    for row in steps.remainder().chunks_exact(inner) {
        join_row(&mut joined[..width], &row[columns.clone()], j);
    }
    let (first, others) = joined.split_at_mut(width);
    for way in others[..(WAYS - 1) * width].chunks_exact(width) {
        join_row(first, way, j);
    }
    for (out, joined) in out[columns].iter_mut().zip(first) {
        out.write(*joined);
    }
}

fn join_row<T: Copy, J: Join<T>>(running: &mut [T], row: &[T], j: J) {
    for (running, &x) in running.iter_mut().zip(row) {
        *running = j.join(*running, x);
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Element, Tensor};

    // Sizes, and the bits of the sums in f32 and f64, as PyTorch 2.15 has them on one thread. The bits of several sums are
    // made one number by `digest`.
    const LINES: &[((usize, usize), u64, u64)] = &[
        ((1, 3), 0x4352_2492, 0x406a_4492_4924_924a),
        ((1, 5), 0x439d_4924, 0x4073_a924_9249_2492),
        ((1, 6), 0x43a3_924a, 0x4074_7249_2492_4925),
        ((1, 7), 0x43e5_0000, 0x407c_a000_0000_0000),
        ((1, 8), 0x440c_9b6e, 0x4081_936d_b6db_6db7),
        ((1, 13), 0x4474_6492, 0x408e_8c92_4924_924a),
        ((1, 31), 0x4511_6db7, 0x40a2_2db6_db6d_b6dc),
        ((1, 33), 0x4515_e6db, 0x40a2_bcdb_6db6_db6e),
        ((1, 100), 0x45e2_2000, 0x40bc_4400_0000_0000),
        ((1, 512), 0x4711_0fdb, 0x40e2_21fb_6db6_db6e),
        ((1, 600), 0x472a_3a24, 0x40e5_4744_9249_2492),
        ((1, 5000), 0x48b0_87e0, 0x4116_10fc_0000_0000),
        ((1, 20000), 0x49b0_80cb, 0x4136_1019_6db6_db6e),
        ((1, 32767), 0x4a10_90e2, 0x4142_121c_4924_9249),
    ];
    const COLUMNS: &[((usize, usize), u64, u64)] = &[
        ((6, 2), 0x8_770f_2497, 0xee1_e492_4924_925b),
        ((7, 5), 0x3_d75c_6c38_bc6e, 0xc587_2000_0000_5295),
        ((9, 3), 0x108_2d48_c22e, 0x3da9_1800_0000_00f8),
        ((15, 31), 0x551_4e4f_0f4d_b355, 0x2d6_5e32_7814_5fa5),
        ((16, 64), 0x4c1c_fff0_68ac_4e32, 0x87f7_6091_6220_5172),
        ((40, 33), 0x19c9_5927_e887_e30e, 0xdb34_d681_e964_7df6),
        ((77, 19), 0x2894_d411_567d_254f, 0xab28_e6ce_7cb8_a8ee),
        ((300, 70), 0x8855_9dc1_baa0_9a1a, 0xfafb_a3a3_004d_c1c6),
        ((4500, 7), 0xf81_a1e8_490f_7d04, 0x400a_1ae7_8bae_a3b2),
        ((20, 1500), 0xee5a_945f_d23f_4612, 0x297b_399a_473c_1aa5),
    ];
    const ROWS: &[((usize, usize), u64, u64)] = &[
        ((6, 2), 0x76_0477_4e44_dbdc, 0xe9d1_7249_2549_584d),
        ((7, 5), 0xe70_349c_88f4_44e8, 0xccc7_2924_8398_c523),
        ((9, 13), 0xdee4_e726_2f57_87ef, 0x6d73_9ef6_3066_9309),
        ((15, 31), 0x4c34_186b_8eb0_eded, 0x5b57_7847_c90c_4018),
        ((4, 1000), 0x219c_2e0b_439d, 0x85c1_708f_ffff_ddae),
    ];

    /// `(7919 i mod 1013) / 7` in rows.
    fn values((rows, columns): (usize, usize), dtype: DType) -> Tensor {
        let whole: Vec<f64> = (0..rows * columns)
            .map(|i| ((i * 7919) % 1013) as f64)
            .collect();
        let x = Tensor::from_slice(&whole, [rows, columns]).unwrap();
        x.to_dtype(dtype).unwrap().div_scalar(7).unwrap()
    }

    fn digest<T: Element>(sums: &Tensor, bits: fn(T) -> u64) -> u64 {
        let sums = sums.to_vec::<T>().unwrap();
        sums.into_iter()
            .fold(0, |d: u64, x| d.wrapping_mul(31).wrapping_add(bits(x)))
    }

    fn check(table: &[((usize, usize), u64, u64)], dim: isize) {
        for &(sizes, single, double) in table {
            let x = values(sizes, DType::F32);
            let sums = x.sum_dims(&[dim], false).unwrap();
            assert_eq!(
                digest::<f32>(&sums, |x| u64::from(x.to_bits())),
                single,
                "{sizes:?}"
            );
            let x = values(sizes, DType::F64);
            let sums = x.sum_dims(&[dim], false).unwrap();
            assert_eq!(digest::<f64>(&sums, f64::to_bits), double, "{sizes:?}");
        }
    }

    #[test]
    fn lines_have_the_bits_of_pytorch() {
        check(LINES, 1);
    }

    #[test]
    fn rows_have_the_bits_of_pytorch() {
        check(ROWS, 1);
    }

    #[test]
    fn columns_have_the_bits_of_pytorch() {
        check(COLUMNS, 0);
    }
}
