//! Elements as plain words of 1, 2, 4 or 8 bytes.
//!
//! What only moves elements need not know what they mean, so its loops are compiled for four sizes
//! instead of ten dtypes.

use crate::Tensor;

/// An element of which only the size counts.
pub(crate) trait Word: Copy + Default + Send + Sync + 'static {}
impl Word for u8 {}
impl Word for u16 {}
impl Word for u32 {}
impl Word for u64 {}

/// Evaluates the body with `$W` bound to the word of the dtype's size.
macro_rules! for_word {
    ($dtype:expr, $W:ident => $body:expr) => {
        match $dtype.size() {
            1 => {
                type $W = u8;
                $body
            }
            2 => {
                type $W = u16;
                $body
            }
            4 => {
                type $W = u32;
                $body
            }
            _ => {
                type $W = u64;
                $body
            }
        }
    };
}
pub(crate) use for_word;

/// Where the first element lies.
#[inline(always)]
pub(super) fn start<W: Word>(x: &Tensor) -> *const W {
    assert_eq!(x.dtype().size(), size_of::<W>(), "words of another size");
    x.host_bytes().cast()
}

/// As [`start`], for writing; nobody else may see the memory.
#[inline(always)]
pub(super) fn start_mut<W: Word>(x: &mut Tensor) -> *mut W {
    debug_assert!(x.is_exclusive(), "kernel writes into exclusive memory");
    start::<W>(x).cast_mut()
}
