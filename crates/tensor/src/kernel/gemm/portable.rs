//! Registers of four numbers that every CPU has, or the compiler makes of what there is.

use super::microkernel::Form;
use super::vector::Vector;
use crate::Real;
use crate::kernel::Kernel;

/// Four numbers.
#[derive(Clone, Copy)]
pub(super) struct Four<T>([T; 4]);

impl<T: Real> Four<T> {
    #[inline(always)]
    fn each(f: impl Fn(usize) -> T) -> Self {
        Four([f(0), f(1), f(2), f(3)])
    }
}

impl<T: Real> Vector for Four<T> {
    type Number = T;
    type Mask = usize;
    const LANES: usize = 4;
    const FORMS: &'static [Form<T>] = &[
        Form::of::<Self, 4>(),
        Form::of::<Self, 2>(),
        Form::of::<Self, 1>(),
    ];

    #[inline(always)]
    unsafe fn mask(lanes: usize) -> usize {
        // SAFETY: plain numbers need nothing of the CPU; so below.
        lanes.min(4)
    }
    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as above.
        Four([T::ZERO; 4])
    }
    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        // SAFETY: as above.
        Four([x; 4])
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the lanes may be read.
        Self::each(|i| unsafe { *from.add(i) })
    }
    #[inline(always)]
    unsafe fn load_masked(from: *const T, lanes: usize) -> Self {
        if lanes == 4 {
            // SAFETY: all lanes may be read.
            return unsafe { Self::load(from) };
        }
        Self::each(|i| {
            if i < lanes {
                // SAFETY: the first lanes may be read.
                unsafe { *from.add(i) }
            } else {
                T::ZERO
            }
        })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: four lanes may be written.
        unsafe { to.cast::<[T; 4]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn store_masked(self, to: *mut T, lanes: usize) {
        for (i, x) in self.0.into_iter().enumerate().take(lanes) {
            // SAFETY: the first lanes may be written.
            unsafe { to.add(i).write(x) };
        }
    }
    #[inline(always)]
    fn prefetch(_: *const T) {}
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self::each(|i| self.0[i] + other.0[i])
    }
    #[inline(always)]
    unsafe fn mul_add(self, a: Self, b: Self) -> Self {
        // Where the CPU cannot fuse them, doing so in software costs a hundred times as much.
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            Self::each(|i| self.0[i].mul_add(a.0[i], b.0[i]))
        } else {
            Self::each(|i| self.0[i] * a.0[i] + b.0[i])
        }
    }
    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> (Self, Self) {
        let (a, b) = (self.0, other.0);
        (
            Four([a[0], b[0], a[1], b[1]]),
            Four([a[2], b[2], a[3], b[3]]),
        )
    }
    #[inline(always)]
    unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<false>()
    }
}
