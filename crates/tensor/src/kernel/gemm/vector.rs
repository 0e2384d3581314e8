//! Registers of several numbers, as the inner loops of a matrix product use them.

use crate::kernel::Kernel;
use crate::{Element, Real};

use super::microkernel::Form;

/// The most numbers a register holds.
pub(super) const MOST_LANES: usize = 16;

/// A register of [`LANES`](Vector::LANES) numbers.
///
/// A type stands for an instruction set: its functions may only be called on a CPU that has it, inside
/// [`run`](Vector::run), where the compiler may use it.
pub(super) trait Vector: Copy {
    /// What a lane holds.
    type Number: Real;
    /// Says which lanes take part; the first ones always do.
    type Mask: Copy;
    /// A power of two, at most [`MOST_LANES`].
    const LANES: usize;
    /// Tile forms, the tallest first: as tall as the CPU has registers for, and fewer rows down to one.
    const FORMS: &'static [Form<Self::Number>];

    /// The mask of the first `lanes` lanes, at least one; all, if there are fewer.
    ///
    /// # Safety
    /// The CPU has this instruction set, as for everything below.
    unsafe fn mask(lanes: usize) -> Self::Mask;
    unsafe fn zero() -> Self;
    unsafe fn splat(x: Self::Number) -> Self;
    /// # Safety
    /// All lanes may be read.
    unsafe fn load(from: *const Self::Number) -> Self;
    /// Zero in the lanes that take no part.
    ///
    /// # Safety
    /// The lanes of the mask may be read.
    unsafe fn load_masked(from: *const Self::Number, mask: Self::Mask) -> Self;
    /// # Safety
    /// All lanes may be written.
    unsafe fn store(self, to: *mut Self::Number);
    /// # Safety
    /// The lanes of the mask may be written.
    unsafe fn store_masked(self, to: *mut Self::Number, mask: Self::Mask);
    /// Asks for the memory at `at` to be brought near; any address will do.
    fn prefetch(at: *const Self::Number);
    unsafe fn add(self, other: Self) -> Self;
    /// `self · a + b`.
    unsafe fn mul_add(self, a: Self, b: Self) -> Self;
    /// `self` and `other` as one sequence `s₀ o₀ s₁ o₁ ..`.
    unsafe fn interleave(self, other: Self) -> (Self, Self);
    /// Runs the loop with this instruction set switched on.
    unsafe fn run<K: Kernel>(kernel: K) -> K::Output;
}

/// Turns the first `LANES` registers, read as rows of a square, into its columns.
///
/// Interleaving the upper half of the rows with the lower one moves the highest bit of the row's number
/// to the lowest of the lane's; after as many rounds as these numbers have bits they have changed places.
///
/// # Safety
/// As [`Vector`]'s functions.
#[inline(always)]
pub(super) unsafe fn transpose<V: Vector>(rows: &mut [V; MOST_LANES]) {
    let half = V::LANES / 2;
    let mut round = V::LANES;
    while round > 1 {
        let old = *rows;
        for i in 0..half {
            // SAFETY: as the caller promises.
            (rows[2 * i], rows[2 * i + 1]) = unsafe { old[i].interleave(old[i + half]) };
        }
        round /= 2;
    }
}

/// The sum of each register's lanes. `COUNT` is a power of two.
///
/// Two registers interleaved, halves added, leave one in which every other lane is the first's: after a
/// few rounds one register holds lanes of all, which are added in memory.
///
/// # Safety
/// As [`Vector`]'s functions.
#[inline(always)]
pub(super) unsafe fn sums<V: Vector, const COUNT: usize>(
    mut registers: [V; COUNT],
) -> [V::Number; COUNT] {
    let (mut count, mut together) = (COUNT, 1);
    while count > 1 && together < V::LANES {
        count /= 2;
        together *= 2;
        for i in 0..count {
            // SAFETY: as the caller promises.
            unsafe {
                let (low, high) = registers[i].interleave(registers[i + count]);
                registers[i] = low.add(high);
            }
        }
    }
    let mut sums = [V::Number::ZERO; COUNT];
    for i in 0..count {
        let mut lanes = [V::Number::ZERO; MOST_LANES];
        // SAFETY: as the caller promises; there is room for all lanes.
        unsafe { registers[i].store(lanes.as_mut_ptr()) };
        let mut width = V::LANES / 2;
        while width >= together {
            for l in 0..width {
                lanes[l] = lanes[l] + lanes[l + width];
            }
            width /= 2;
        }
        for l in 0..together {
            sums[l * count + i] = lanes[l];
        }
    }
    sums
}
