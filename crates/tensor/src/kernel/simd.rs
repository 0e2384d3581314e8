//! The same loop compiled for several instruction sets, chosen at run time.

use std::sync::atomic::{AtomicU8, Ordering};

/// A loop whose body is inlined into one function per instruction set.
///
/// `run` must be `#[inline(always)]`, and so must what it calls in its inner loop: only then does
/// the compiler vectorise it with the wider registers.
///
/// Every copy is compiled in every build. Loops over elementary functions run twice as fast with
/// registers of 512 bits as with those of 256, others gain a fifth as long as they find their operands in
/// the second cache, and nothing beyond.
pub(crate) trait Kernel {
    type Output;
    /// Whether registers of 256 bits are worth another copy of the loop.
    const WIDE: bool;
    /// Whether those of 512 bits are worth one more.
    const WIDEST: bool = false;
    /// A `COMPACT` copy is small rather than fast: its loops count by [`opaque`] numbers.
    fn run<const COMPACT: bool>(self) -> Self::Output;
}

/// `i`; in a compact copy the compiler does not know that it is, and neither unrolls nor vectorises a
/// loop that uses it for an index.
#[inline(always)]
pub(super) fn opaque<const COMPACT: bool>(i: usize) -> usize {
    if COMPACT { std::hint::black_box(i) } else { i }
}

/// Asks for memory that will be read or written soon: as much as `xs` has, `distance` bytes behind it.
/// There need not be any.
#[inline(always)]
pub(super) fn prefetch_behind<T>(xs: &[T], distance: usize) {
    /// Bytes that come at once.
    const LINE: usize = 64;
    for at in (distance..distance + size_of_val(xs)).step_by(LINE) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 has the instruction, and it does not fault.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(xs.as_ptr().cast::<i8>().wrapping_add(at));
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = at;
    }
}

#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
pub(super) enum Level {
    Unknown,
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

static LEVEL: AtomicU8 = AtomicU8::new(Level::Unknown as u8);

#[cold]
fn detect() -> u8 {
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(unused_mut, reason = "only x86-64 has higher levels")
    )]
    let mut level = Level::Baseline;
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("bmi2")
        {
            level = Level::Avx2;
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
            {
                level = Level::Avx512;
            }
        }
    }
    LEVEL.store(level as u8, Ordering::Relaxed);
    level as u8
}

/// The highest level this CPU has.
#[inline(always)]
pub(super) fn level() -> u8 {
    let level = LEVEL.load(Ordering::Relaxed);
    if level == Level::Unknown as u8 {
        detect()
    } else {
        level
    }
}

/// Whether a type is one of those that loops compute in.
pub(crate) const fn is_wide<T: crate::Element>() -> bool {
    use crate::DType::{Bool, F32, F64, I64};
    matches!(T::DTYPE, F32 | F64 | I64 | Bool)
}

/// Whether a type is the one that training mostly runs on, and has elementary functions that vectorise.
pub(crate) const fn is_single<T: crate::Element>() -> bool {
    matches!(T::DTYPE, crate::DType::F32)
}

/// The copy for every CPU. On x86-64 it is compact: what has to be fast there has a wider one, and CPUs
/// without are older than 2013.
#[inline(never)]
fn run_narrow<K: Kernel>(kernel: K) -> K::Output {
    if cfg!(target_arch = "x86_64") {
        kernel.run::<true>()
    } else {
        kernel.run::<false>()
    }
}

/// Runs the loop in the best version this CPU has.
#[inline(always)]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    if !K::WIDE {
        return run_narrow(kernel);
    }
    #[cfg(target_arch = "x86_64")]
    {
        let level = level();
        if K::WIDEST && level == Level::Avx512 as u8 {
            // SAFETY: the features were detected.
            return unsafe { run_avx512(kernel) };
        }
        if level >= Level::Avx2 as u8 {
            // SAFETY: the features were detected.
            return unsafe { run_avx2(kernel) };
        }
    }
    // A call, so that it is compiled once, however often a kernel is dispatched.
    run_narrow(kernel)
}

/// As [`dispatch`], for loops that only registers of 512 bits bring more than those of every CPU.
#[inline(always)]
pub(super) fn dispatch_newest<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx512 as u8 {
        // SAFETY: the features were detected.
        return unsafe { run_avx512(kernel) };
    }
    kernel.run::<false>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2")]
pub(super) fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<false>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi1,bmi2")]
pub(super) fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<false>()
}
