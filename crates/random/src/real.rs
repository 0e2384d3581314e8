//! The two floating-point types a stream can draw: how words become uniforms and normals in each.

use crate::mt19937::Mt19937;
use crate::wide::{self, Kernel};

/// `f32` or `f64`: the types real numbers are drawn in.
///
/// Sealed: the rules are PyTorch's, one per type.
pub trait Real: sealed::Real {}
impl Real for f32 {}
impl Real for f64 {}

pub(crate) mod sealed {
    use super::Mt19937;
    use std::fmt::Debug;

    /// The rules, out of reach of other crates.
    pub trait Real: Copy + Debug + PartialOrd + Send + Sync + 'static {
        const ZERO: Self;
        fn from_f64(x: f64) -> Self;
        fn to_f64(self) -> f64;
        fn add(self, other: Self) -> Self;
        fn sub(self, other: Self) -> Self;
        fn div(self, other: Self) -> Self;
        /// Fills with `fma(u, high − low, low)`, u uniform in [0, 1).
        fn fill_uniform(engine: &mut Mt19937, out: &mut [Self], low: Self, high: Self);
        /// Turns complete blocks of 16 uniforms into normals by Box and Muller's method.
        fn box_muller(blocks: &mut [Self], mean: Self, std: Self);
    }
}

const UNIT_F32: f32 = 1.0 / (1 << 24) as f32;
const UNIT_F64: f64 = 1.0 / (1_u64 << 53) as f64;

/// 24 bits of a word as a number in [0, 1).
#[inline(always)]
fn unit_f32(word: u32) -> f32 {
    (word & 0x00ff_ffff) as i32 as f32 * UNIT_F32
}

/// 53 bits of a double word as a number in [0, 1).
#[inline(always)]
pub(crate) fn unit_f64(word: u64) -> f64 {
    (word & 0x001f_ffff_ffff_ffff) as i64 as f64 * UNIT_F64
}

impl sealed::Real for f32 {
    const ZERO: Self = 0.0;

    #[inline]
    fn from_f64(x: f64) -> Self {
        x as f32
    }
    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline]
    fn add(self, other: Self) -> Self {
        self + other
    }
    #[inline]
    fn sub(self, other: Self) -> Self {
        self - other
    }
    #[inline]
    fn div(self, other: Self) -> Self {
        self / other
    }

    fn fill_uniform(engine: &mut Mt19937, out: &mut [Self], low: Self, high: Self) {
        struct Fill<'a>(&'a mut Mt19937, &'a mut [f32], f32, f32);
        impl Kernel for Fill<'_> {
            #[inline(always)]
            fn run(self) {
                let Fill(engine, out, low, high) = self;
                let width = high - low;
                engine.fill_u32(out, |word| {
                    let x = unit_f32(word).mul_add(width, low);
                    if x == high { low } else { x }
                });
            }
        }
        wide::run(Fill(engine, out, low, high));
    }

    fn box_muller(blocks: &mut [Self], mean: Self, std: Self) {
        struct Transform<'a>(&'a mut [f32], f32, f32);
        impl Kernel for Transform<'_> {
            #[inline(always)]
            fn run(self) {
                let Transform(blocks, mean, std) = self;
                for block in blocks.chunks_exact_mut(16) {
                    let (first, second) = block.split_at_mut(8);
                    for (a, b) in first.iter_mut().zip(second) {
                        let r = (-2.0 * polynomial::ln(1.0 - *a)).sqrt();
                        let (sin, cos) = polynomial::sin_cos(std::f32::consts::TAU * *b);
                        *a = (r * cos).mul_add(std, mean);
                        *b = (r * sin).mul_add(std, mean);
                    }
                }
            }
        }
        wide::run(Transform(blocks, mean, std));
    }
}

impl sealed::Real for f64 {
    const ZERO: Self = 0.0;

    #[inline]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline]
    fn add(self, other: Self) -> Self {
        self + other
    }
    #[inline]
    fn sub(self, other: Self) -> Self {
        self - other
    }
    #[inline]
    fn div(self, other: Self) -> Self {
        self / other
    }

    fn fill_uniform(engine: &mut Mt19937, out: &mut [Self], low: Self, high: Self) {
        struct Fill<'a>(&'a mut Mt19937, &'a mut [f64], f64, f64);
        impl Kernel for Fill<'_> {
            #[inline(always)]
            fn run(self) {
                let Fill(engine, out, low, high) = self;
                let width = high - low;
                engine.fill_u64(out, |word| {
                    let x = unit_f64(word).mul_add(width, low);
                    if x == high { low } else { x }
                });
            }
        }
        wide::run(Fill(engine, out, low, high));
    }

    fn box_muller(blocks: &mut [Self], mean: Self, std: Self) {
        for block in blocks.chunks_exact_mut(16) {
            let (first, second) = block.split_at_mut(8);
            for (a, b) in first.iter_mut().zip(second) {
                let r = (-2.0 * (1.0 - *a).ln()).sqrt();
                let angle = std::f64::consts::TAU * *b;
                *a = (r * angle.cos()).mul_add(std, mean);
                *b = (r * angle.sin()).mul_add(std, mean);
            }
        }
    }
}

/// Single-precision elementary functions by the polynomials of Moshier's Cephes library, every step fused.
///
/// PyTorch's vector code uses these, not the C library: computing in double and rounding differs in two values of three.
#[allow(
    clippy::excessive_precision,
    reason = "the coefficients are printed as published"
)]
mod polynomial {
    /// ln x for a normal positive x.
    #[inline(always)]
    pub(super) fn ln(x: f32) -> f32 {
        let bits = x.to_bits();
        let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0.5_f32.to_bits());
        let exponent = ((bits >> 23) as i32 - 126) as f32;
        let low = mantissa < std::f32::consts::FRAC_1_SQRT_2;
        let e = if low { exponent - 1.0 } else { exponent };
        let x = (mantissa - 1.0) + if low { mantissa } else { 0.0 };
        let z = x * x;
        let mut y = 7.037_683_629_2e-2_f32;
        for c in [
            -1.151_461_031_0e-1,
            1.167_699_874_0e-1,
            -1.242_014_084_6e-1,
            1.424_932_278_7e-1,
            -1.666_805_766_5e-1,
            2.000_071_476_5e-1,
            -2.499_999_399_3e-1,
            3.333_333_117_4e-1,
        ] {
            y = y.mul_add(x, c);
        }
        y *= x;
        y = y.mul_add(z, e * -2.121_944_40e-4);
        y = z.mul_add(-0.5, y);
        e.mul_add(0.693_359_375, x + y)
    }

    /// (sin x, cos x) for x in [0, 2π].
    #[inline(always)]
    pub(super) fn sin_cos(x: f32) -> (f32, f32) {
        let octant = ((x * 1.273_239_544_735_16) as i32 + 1) & !1;
        let j = octant as f32;
        let x = j.mul_add(-0.785_156_25, x);
        let x = j.mul_add(-2.418_756_484_985_351_562_5e-4, x);
        let x = j.mul_add(-3.774_894_977_445_941_08e-8, x);
        let z = x * x;
        let c = 2.443_315_711_809_948e-5_f32
            .mul_add(z, -1.388_731_625_493_765e-3)
            .mul_add(z, 4.166_664_568_298_827e-2)
            * z;
        let c = c.mul_add(z, -(0.5 * z)) + 1.0;
        let s = (-1.951_529_589_1e-4_f32)
            .mul_add(z, 8.332_160_873_6e-3)
            .mul_add(z, -1.666_665_461_1e-1)
            * z;
        let s = s.mul_add(x, x);
        let (sin, cos) = if octant & 2 == 0 { (s, c) } else { (c, s) };
        let sin_sign = ((octant & 4) as u32) << 29;
        let cos_sign = ((!(octant - 2) & 4) as u32) << 29;
        (
            f32::from_bits(sin.to_bits() ^ sin_sign),
            f32::from_bits(cos.to_bits() ^ cos_sign),
        )
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn close_to_the_exact_functions() {
            for k in 0..10_000_u16 {
                let x = (f32::from(k) + 1.0) / 10_000.0;
                assert!(
                    (f64::from(super::ln(x)) - f64::from(x).ln()).abs() < 1e-6,
                    "{x}"
                );
                let x = x * std::f32::consts::TAU;
                let (sin, cos) = super::sin_cos(x);
                assert!((f64::from(sin) - f64::from(x).sin()).abs() < 2e-7, "{x}");
                assert!((f64::from(cos) - f64::from(x).cos()).abs() < 2e-7, "{x}");
            }
        }
    }
}
