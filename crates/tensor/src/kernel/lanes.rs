//! Adding many numbers in a tree whose form follows from their count alone.

/// Running sums kept side by side: one AVX-512 register of `f32`, twice over.
pub(super) const LANES: usize = 32;

/// Adds neighbours at distance 16, 8, 4, 2, 1.
#[inline(always)]
pub(super) fn fold<T: Copy>(mut lanes: [T; LANES], join: impl Fn(T, T) -> T) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = join(lanes[i], lanes[i + width]);
        }
        width /= 2;
    }
    lanes[0]
}
