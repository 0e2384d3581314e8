//! A reference-counted value in pooled memory.

use std::mem::{align_of, size_of};
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use super::pool;

/// What `std::sync::Arc` is, for the records of a graph: memory comes from the free lists, there are
/// no weak references, and the last owner counts down without a locked instruction.
///
/// For a small step with three records this saves about 90 ns of 550.
#[doc(hidden)]
pub struct Shared<T: ?Sized>(NonNull<T>);

/// Stands in front of the value.
#[repr(align(16))]
struct Header {
    refs: AtomicUsize,
    class: u8,
}

const HEADER: usize = size_of::<Header>();

// SAFETY: the value is shared by reference and dropped by whichever thread comes last, as with `Arc`.
unsafe impl<T: ?Sized + Send + Sync> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// Moves a value into pooled memory.
    #[inline]
    pub fn new(value: T) -> Shared<T> {
        Shared::new_with(|| value)
    }

    /// Makes a value in pooled memory: once there is a place, it need not be moved.
    #[inline(always)]
    pub fn new_with(make: impl FnOnce() -> T) -> Shared<T> {
        const { assert!(align_of::<T>() <= align_of::<Header>()) };
        let (memory, class) = pool::take(HEADER + size_of::<T>());
        // SAFETY: the memory has room for the header and, 16-byte aligned behind it, the value.
        unsafe {
            memory.cast::<Header>().write(Header {
                refs: AtomicUsize::new(1),
                class,
            });
            let place = memory.add(HEADER).cast::<T>();
            place.write(make());
            Shared(place)
        }
    }

    /// The same value as a trait object.
    ///
    /// # Safety
    /// `unsize` must be an unsizing coercion of the pointer it gets, `|p| p as *mut dyn Trait`.
    #[inline]
    pub unsafe fn coerce<U: ?Sized>(self, unsize: impl FnOnce(*mut T) -> *mut U) -> Shared<U> {
        let pointer = self.0.as_ptr();
        std::mem::forget(self);
        // SAFETY: a coerced pointer keeps its address, so it is not null.
        Shared(unsafe { NonNull::new_unchecked(unsize(pointer)) })
    }
}

impl<T: ?Sized> Shared<T> {
    #[inline(always)]
    fn header(&self) -> NonNull<Header> {
        // SAFETY: every value was placed behind its header.
        unsafe { self.0.cast::<u8>().sub(HEADER).cast() }
    }

    /// The value, if this is its only handle.
    #[inline]
    pub fn get_mut(this: &mut Shared<T>) -> Option<&mut T> {
        // SAFETY: the header lives as long as any handle.
        let refs = unsafe { &this.header().as_ref().refs };
        // SAFETY: the only handle is borrowed mutably, so nobody else reaches the value.
        (refs.load(Ordering::Acquire) == 1).then_some(unsafe { this.0.as_mut() })
    }

    /// Whether both are the same value in the same place.
    #[inline]
    pub fn same(a: &Shared<T>, b: &Shared<T>) -> bool {
        Shared::address(a) == Shared::address(b)
    }

    /// Where the value is.
    #[inline]
    pub fn address(this: &Shared<T>) -> usize {
        this.0.cast::<()>().as_ptr() as usize
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    #[inline]
    fn clone(&self) -> Shared<T> {
        // SAFETY: the header lives as long as any handle.
        unsafe { self.header().as_ref() }
            .refs
            .fetch_add(1, Ordering::Relaxed);
        Shared(self.0)
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a handle keeps the value alive.
        unsafe { self.0.as_ref() }
    }
}

impl<T: ?Sized> Drop for Shared<T> {
    #[inline]
    fn drop(&mut self) {
        let header = self.header();
        // SAFETY: the header lives as long as any handle.
        let refs = unsafe { &(*header.as_ptr()).refs };
        // A count of 1 is ours alone: no read-modify-write needed.
        if refs.load(Ordering::Acquire) != 1 {
            if refs.fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            fence(Ordering::Acquire);
        }
        // SAFETY: the last handle is going away.
        unsafe { self.drop_value() }
    }
}

impl<T: ?Sized> Shared<T> {
    /// Not inlined, so that dropping a handle does not compile what dropping the value takes.
    ///
    /// # Safety
    /// This is the last handle, and nobody uses it after this.
    unsafe fn drop_value(&mut self) {
        let header = self.header();
        // SAFETY: the value is dropped once and its memory given back.
        unsafe {
            std::ptr::drop_in_place(self.0.as_ptr());
            pool::give(header.cast(), (*header.as_ptr()).class);
        }
    }
}

impl<T: ?Sized> std::fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_value_is_dropped_once_by_the_last_owner() {
        let witness = Arc::new(());
        let mut a = Shared::new((witness.clone(), [7u64; 20]));
        let mut b = a.clone();
        assert!(Shared::same(&a, &b) && b.1[19] == 7);
        assert!(Shared::get_mut(&mut a).is_none());
        drop(a);
        assert_eq!(Arc::strong_count(&witness), 2);
        assert_eq!(Shared::get_mut(&mut b).unwrap().1[0], 7);
        std::thread::spawn(move || drop(b)).join().unwrap();
        assert_eq!(Arc::strong_count(&witness), 1);
    }

    #[test]
    fn trait_objects_keep_their_type() {
        trait Name: Send + Sync {
            fn name(&self) -> String;
        }
        impl Name for String {
            fn name(&self) -> String {
                self.clone()
            }
        }
        let value = Shared::new("gradus".to_string());
        // SAFETY: an unsizing coercion.
        let object: Shared<dyn Name> = unsafe { value.coerce(|p| p as *mut dyn Name) };
        assert_eq!(object.clone().name(), "gradus");
    }
}
