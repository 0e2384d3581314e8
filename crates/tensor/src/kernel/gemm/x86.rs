//! The registers of AVX2 and AVX-512.

use std::arch::x86_64::*;

use super::microkernel::Form;
use super::vector::Vector;
use crate::kernel::Kernel;
use crate::kernel::simd::{run_avx2, run_avx512};

/// Implements `Vector` for a register: what differs by name only in the first lines, what differs in
/// kind as closures over registers and pointers.
macro_rules! vector {
    (
        $register:ident of $number:ident, $lanes:literal lanes, mask $mask:ident, run by $run:ident,
        tiles of $($rows:literal)* rows;
        $zero:ident $splat:ident $load:ident $store:ident $add:ident $mul_add:ident;
        mask |$count:ident| $make_mask:expr;
        load |$from:ident, $load_mask:ident| $load_masked:expr;
        store |$to:ident, $store_mask:ident, $x:ident| $store_masked:expr;
        interleave |$a:ident, $b:ident| $interleave:expr;
    ) => {
        impl Vector for $register {
            type Number = $number;
            type Mask = $mask;
            const LANES: usize = $lanes;
            const FORMS: &'static [Form<$number>] = &[$(Form::of::<Self, $rows>()),*];

            #[inline(always)]
            unsafe fn mask($count: usize) -> $mask {
                // SAFETY: the CPU has the instruction, as the caller promises; so below.
                $make_mask
            }
            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: as above.
                unsafe { $zero() }
            }
            #[inline(always)]
            unsafe fn splat(x: $number) -> Self {
                // SAFETY: as above.
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $number) -> Self {
                // SAFETY: as above; the lanes may be read.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn load_masked($from: *const $number, $load_mask: $mask) -> Self {
                // SAFETY: as above; the lanes of the mask may be read.
                unsafe { $load_masked }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $number) {
                // SAFETY: as above; the lanes may be written.
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn store_masked(self, $to: *mut $number, $store_mask: $mask) {
                let $x = self;
                // SAFETY: as above; the lanes of the mask may be written.
                unsafe { $store_masked }
            }
            #[inline(always)]
            fn prefetch(at: *const $number) {
                // SAFETY: every x86-64 has the instruction, and it does not fault.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { $add(self, other) }
            }
            #[inline(always)]
            unsafe fn mul_add(self, a: Self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { $mul_add(self, a, b) }
            }
            #[inline(always)]
            unsafe fn interleave(self, $b: Self) -> (Self, Self) {
                let $a = self;
                // SAFETY: as above.
                unsafe { $interleave }
            }
            #[inline(always)]
            unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
                // SAFETY: as above.
                unsafe { $run(kernel) }
            }
        }
    };
}

vector! {
    __m512 of f32, 16 lanes, mask __mmask16, run by run_avx512, tiles of 12 8 6 4 3 2 1 rows;
    _mm512_setzero_ps _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_fmadd_ps;
    mask |lanes| (u32::MAX >> (32 - lanes.min(16))) as __mmask16;
    load |from, mask| _mm512_maskz_loadu_ps(mask, from);
    store |to, mask, x| _mm512_mask_storeu_ps(to, mask, x);
    interleave |a, b| {
        let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        (_mm512_permutex2var_ps(a, low, b), _mm512_permutex2var_ps(a, high, b))
    };
}

vector! {
    __m512d of f64, 8 lanes, mask __mmask8, run by run_avx512, tiles of 12 8 6 4 3 2 1 rows;
    _mm512_setzero_pd _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_add_pd _mm512_fmadd_pd;
    mask |lanes| (u32::MAX >> (32 - lanes.min(8))) as __mmask8;
    load |from, mask| _mm512_maskz_loadu_pd(mask, from);
    store |to, mask, x| _mm512_mask_storeu_pd(to, mask, x);
    interleave |a, b| {
        let low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
        let high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
        (_mm512_permutex2var_pd(a, low, b), _mm512_permutex2var_pd(a, high, b))
    };
}

vector! {
    __m256 of f32, 8 lanes, mask __m256i, run by run_avx2, tiles of 6 4 3 2 1 rows;
    _mm256_setzero_ps _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_fmadd_ps;
    mask |lanes| {
        // SAFETY: the CPU has the instructions, as the caller promises.
        unsafe {
            let lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes.min(8) as i32), lane)
        }
    };
    load |from, mask| _mm256_maskload_ps(from, mask);
    store |to, mask, x| _mm256_maskstore_ps(to, mask, x);
    interleave |a, b| {
        let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        (_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31))
    };
}

vector! {
    __m256d of f64, 4 lanes, mask __m256i, run by run_avx2, tiles of 6 4 3 2 1 rows;
    _mm256_setzero_pd _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_fmadd_pd;
    mask |lanes| {
        // SAFETY: the CPU has the instructions, as the caller promises.
        unsafe {
            let lane = _mm256_setr_epi64x(0, 1, 2, 3);
            _mm256_cmpgt_epi64(_mm256_set1_epi64x(lanes.min(4) as i64), lane)
        }
    };
    load |from, mask| _mm256_maskload_pd(from, mask);
    store |to, mask, x| _mm256_maskstore_pd(to, mask, x);
    interleave |a, b| {
        let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        (_mm256_permute2f128_pd(low, high, 0x20), _mm256_permute2f128_pd(low, high, 0x31))
    };
}
