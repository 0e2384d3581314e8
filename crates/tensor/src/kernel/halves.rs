//! Conversion between single and half precision, in integers, so that loops over it vectorise.

use super::Kernel;
use super::simd::dispatch_newest;
use crate::DType;

/// The bits of a half.
pub(super) type Half = u16;

/// The sign of a single as that of a half.
#[inline(always)]
fn sign(bits: u32) -> u32 {
    bits >> 16 & 0x8000
}

#[inline(always)]
fn from_f16(half: Half) -> f32 {
    let half = u32::from(half);
    let size = (half & 0x7fff) << 13;
    // The exponent's bias grows by 112; subnormal halves become normal on the way.
    let scaled = f32::from_bits(size) * f32::from_bits((127 + 112) << 23);
    let quiet = if size > 0x7c00 << 13 { 0x0040_0000 } else { 0 };
    let bits = if size >= 0x7c00 << 13 {
        size | 0x7f80_0000 | quiet
    } else {
        scaled.to_bits()
    };
    f32::from_bits(bits | (half & 0x8000) << 16)
}

#[inline(always)]
fn to_f16(x: f32) -> Half {
    let bits = x.to_bits();
    let size = bits & 0x7fff_ffff;
    let normal = ((size + 0xfff + (size >> 13 & 1)) >> 13).wrapping_sub(112 << 10);
    // Beside 1/2 a unit in the last place is the smallest half.
    let subnormal = (f32::from_bits(size) + 0.5)
        .to_bits()
        .wrapping_sub(0.5f32.to_bits());
    let half = if size < 113 << 23 { subnormal } else { normal };
    let half = if half > 0x7c00 { 0x7c00 } else { half };
    let half = if size >= 0x7f80_0000 { 0x7c00 } else { half };
    let nan = 0x7e00 | (size >> 13 & 0x3ff);
    let half = if size > 0x7f80_0000 { nan } else { half };
    (half | sign(bits)) as Half
}

#[inline(always)]
fn from_bf16(half: Half) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

#[inline(always)]
fn to_bf16(x: f32) -> Half {
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
    let nan = bits >> 16 | 0x40;
    (if bits & 0x7fff_ffff > 0x7f80_0000 {
        nan
    } else {
        rounded
    }) as Half
}

/// `to[i] = f(from[i · step])`.
struct Each<S, D, F> {
    from: *const S,
    step: usize,
    to: *mut D,
    len: usize,
    f: F,
}

impl<S: Copy, D, F: Fn(S) -> D> Kernel for Each<S, D, F> {
    type Output = ();
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let Each {
            from,
            step,
            to,
            len,
            f,
        } = self;
        // SAFETY: as the caller of `each` promises.
        unsafe {
            if step == 1 {
                (0..len).for_each(|i| to.add(i).write(f(*from.add(i))));
            } else {
                (0..len).for_each(|i| to.add(i).write(f(*from.add(i * step))));
            }
        }
    }
}

/// Halves, `step` apart, as singles.
///
/// # Safety
/// `len` halves of this dtype lie behind `from`, and there is room for as many singles behind `to`.
pub(super) unsafe fn widen(from: *const Half, dtype: DType, step: usize, to: *mut f32, len: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        match dtype {
            DType::F16 => each(from, step, to, len, from_f16),
            _ => each(from, step, to, len, from_bf16),
        }
    }
}

/// Singles as halves of this dtype.
///
/// # Safety
/// As [`widen`].
pub(super) unsafe fn narrow(from: *const f32, to: *mut Half, dtype: DType, len: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        match dtype {
            DType::F16 => each(from, 1, to, len, to_f16),
            _ => each(from, 1, to, len, to_bf16),
        }
    }
}

/// # Safety
/// As [`widen`].
#[inline(always)]
unsafe fn each<S: Copy, D>(
    from: *const S,
    step: usize,
    to: *mut D,
    len: usize,
    f: impl Fn(S) -> D,
) {
    dispatch_newest(Each {
        from,
        step,
        to,
        len,
        f,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::{bf16, f16};

    #[test]
    fn every_half_is_widened_as_the_library_does() {
        for bits in 0..=u16::MAX {
            let (a, b) = (
                f16::from_bits(bits).to_f32(),
                bf16::from_bits(bits).to_f32(),
            );
            assert_eq!(from_f16(bits).to_bits(), a.to_bits(), "{bits:x}");
            let got = from_bf16(bits);
            assert!(
                got.to_bits() == b.to_bits() || got.is_nan() && b.is_nan(),
                "{bits:x}"
            );
        }
    }

    #[test]
    fn numbers_are_rounded_as_the_library_does() {
        let near = (0..=u16::MAX).step_by(7).flat_map(|half| {
            let x = f16::from_bits(half).to_f32().to_bits();
            [x.wrapping_sub(1), x, x | 0xfff, x | 0x1000, x | 0x1001]
        });
        for bits in (0..=u32::MAX).step_by(10_007).chain(near) {
            let x = f32::from_bits(bits);
            assert_eq!(to_f16(x), f16::from_f32(x).to_bits(), "{x:e}");
            assert_eq!(to_bf16(x), bf16::from_f32(x).to_bits(), "{x:e}");
        }
    }
}
