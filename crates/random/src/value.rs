//! The types a whole-range integer or a coin toss can be drawn in.

use crate::mt19937::Mt19937;

/// A type [`Generator::fill_random`](crate::Generator::fill_random) and the coin tosses can fill: an integer, `bool`, `f32` or `f64`.
///
/// Sealed: the ranges are PyTorch's, one per type.
pub trait Value: sealed::Value {}

pub(crate) mod sealed {
    use super::Mt19937;

    /// The rules, out of reach of other crates.
    pub trait Value: Copy + Send + Sync + 'static {
        const ZERO: Self;
        const ONE: Self;
        /// A value of `random_()` without bounds.
        fn random(engine: &mut Mt19937) -> Self;
    }
}

macro_rules! values {
    ($($type:ty: $zero:expr, $one:expr, $random:expr;)*) => {$(
        impl Value for $type {}
        impl sealed::Value for $type {
            const ZERO: Self = $zero;
            const ONE: Self = $one;
            #[inline]
            fn random(engine: &mut Mt19937) -> Self {
                let random: fn(&mut Mt19937) -> Self = $random;
                random(engine)
            }
        }
    )*};
}

// Integers run over their non-negative values; floats over the integers they hold exactly.
values! {
    u8: 0, 1, |e| (e.next_u32() % (1 << 8)) as u8;
    i8: 0, 1, |e| (e.next_u32() % (1 << 7)) as i8;
    i16: 0, 1, |e| (e.next_u32() % (1 << 15)) as i16;
    i32: 0, 1, |e| (e.next_u32() % (1 << 31)) as i32;
    i64: 0, 1, |e| (e.next_u64() % (1 << 63)) as i64;
    bool: false, true, |e| e.next_u32() & 1 == 1;
    f32: 0.0, 1.0, |e| (e.next_u32() % ((1 << 24) + 1)) as f32;
    f64: 0.0, 1.0, |e| (e.next_u64() % ((1 << 53) + 1)) as f64;
}
