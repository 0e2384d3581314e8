//! Code compiled a second time for AVX2 and FMA, chosen when it runs.

/// A loop worth compiling for wide registers.
///
/// `run` must be `#[inline(always)]`: only what is inlined into the wide caller is compiled for it.
/// Results never depend on the choice, because fused multiply-adds are written out as `mul_add`.
pub(crate) trait Kernel {
    /// The loop.
    fn run(self);
}

/// Runs `kernel`, on AVX2 and FMA where this CPU has them.
#[inline]
pub(crate) fn run(kernel: impl Kernel) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide(kernel: impl Kernel) {
            kernel.run();
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            #[allow(
                unsafe_code,
                reason = "calling a function compiled for more CPU features"
            )]
            // SAFETY: `wide` needs AVX2 and FMA, and both were just detected.
            return unsafe { wide(kernel) };
        }
    }
    kernel.run();
}
