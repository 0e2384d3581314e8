//! Recycled memory: per-thread free lists in powers of two.
//!
//! A training step asks for the same sizes again and again. Taking from and giving to a list costs
//! about 2 ns where the system allocator costs 10 to 18, and large results do not fault their pages
//! in anew at every step. A block freed on another thread goes to that thread's list.
//!
//! With `--cfg gradus_unpooled` every tensor gets memory of its own and exact size from the system, so that
//! AddressSanitizer sees where it begins, ends and dies.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::NonNull;

/// Elements start at this multiple: one cache line, one AVX-512 register.
pub(super) const ALIGN: usize = 64;
/// The smallest class holds 64 bytes, each next one twice as much, the largest pooled one 1 GiB.
const SMALLEST_LOG2: u32 = 6;
const CLASSES: usize = 25;
/// What one class of one thread may keep while idle: this many bytes, at least two blocks, at most
/// `MOST_BLOCKS` of them.
const IDLE_BYTES: usize = 64 << 20;
const MOST_BLOCKS: usize = 4096;
/// Marks memory too large for any class; its exact size stands in front of it.
const UNPOOLED: u8 = u8::MAX;
const FRONT: usize = 64;

/// A free block's first word links to the next.
#[derive(Clone, Copy)]
struct List {
    head: *mut u8,
    /// How many more blocks may wait here; none as long as this thread keeps nothing.
    room: usize,
}

impl List {
    const EMPTY: List = List {
        head: std::ptr::null_mut(),
        room: 0,
    };
}

thread_local! {
    // No destructor here, so that access is a plain load; `Guard` empties the lists at thread exit.
    static LISTS: [Cell<List>; CLASSES] =
        const { [const { Cell::new(List::EMPTY) }; CLASSES] };
    static STATE: Cell<State> = const { Cell::new(State::New) };
    static SYSTEM_CALLS: Cell<u64> = const { Cell::new(0) };
    static GUARD: Guard = const { Guard };
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Closed,
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        STATE.set(State::Closed);
        empty_lists(false);
    }
}

#[inline(always)]
fn class_of(bytes: usize) -> usize {
    let log2 = usize::BITS - bytes.saturating_sub(1).leading_zeros();
    log2.saturating_sub(SMALLEST_LOG2) as usize
}

const fn class_bytes(class: usize) -> usize {
    1 << (class as u32 + SMALLEST_LOG2)
}

const fn most_blocks(class: usize) -> usize {
    let by_bytes = IDLE_BYTES / class_bytes(class);
    if by_bytes < 2 {
        2
    } else if by_bytes > MOST_BLOCKS {
        MOST_BLOCKS
    } else {
        by_bytes
    }
}

fn system_layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes, ALIGN).expect("a tensor's size was checked against isize::MAX")
}

/// At least `bytes` bytes aligned to 64, not initialised, and the class to give them back with.
#[inline(always)]
pub(super) fn take(bytes: usize) -> (NonNull<u8>, u8) {
    let class = if cfg!(gradus_unpooled) {
        CLASSES
    } else {
        class_of(bytes)
    };
    if class < CLASSES {
        let block = LISTS.with(|lists| {
            let list = lists[class].get();
            let block = NonNull::new(list.head)?;
            // SAFETY: a listed block is free memory whose first word links to the next.
            let head = unsafe { block.cast::<*mut u8>().read() };
            lists[class].set(List {
                head,
                room: list.room + 1,
            });
            Some(block)
        });
        if let Some(block) = block {
            return (block, class as u8);
        }
    }
    take_from_system(bytes, class)
}

/// This thread begins to keep what it frees.
fn open_lists() {
    if STATE.get() == State::New && GUARD.try_with(|_| ()).is_ok() {
        STATE.set(State::Open);
        empty_lists(true);
    }
}

#[cold]
#[inline(never)]
fn take_from_system(bytes: usize, class: usize) -> (NonNull<u8>, u8) {
    SYSTEM_CALLS.set(SYSTEM_CALLS.get() + 1);
    open_lists();
    let pooled = class < CLASSES;
    let layout = system_layout(if pooled {
        class_bytes(class)
    } else {
        bytes + FRONT
    });
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc(layout) };
    let Some(memory) = NonNull::new(memory) else {
        handle_alloc_error(layout)
    };
    if pooled {
        return (memory, class as u8);
    }
    // SAFETY: FRONT bytes were added in front for the size.
    unsafe {
        memory.cast::<usize>().write(layout.size());
        (memory.add(FRONT), UNPOOLED)
    }
}

/// Gives memory back.
///
/// # Safety
/// `block` came from [`take`] with this class and is not used any more.
#[inline(always)]
pub(super) unsafe fn give(block: NonNull<u8>, class: u8) {
    let class = class as usize;
    if class < CLASSES {
        let kept = LISTS.with(|lists| {
            let list = lists[class].get();
            if list.room == 0 {
                return false;
            }
            // SAFETY: the caller gives up the block; its first word becomes the link.
            unsafe { block.cast::<*mut u8>().write(list.head) };
            lists[class].set(List {
                head: block.as_ptr(),
                room: list.room - 1,
            });
            true
        });
        if kept {
            return;
        }
    }
    // SAFETY: as the caller promises.
    unsafe { give_to_system(block, class) }
}

/// # Safety
/// As [`give`].
#[cold]
#[inline(never)]
unsafe fn give_to_system(block: NonNull<u8>, class: usize) {
    // A thread that only frees has not opened its lists yet: from now on it keeps what it gets.
    open_lists();
    // SAFETY: the block came from `alloc` with exactly this layout.
    unsafe {
        if class < CLASSES {
            dealloc(block.as_ptr(), system_layout(class_bytes(class)));
        } else {
            let start = block.sub(FRONT);
            let size = start.cast::<usize>().read();
            dealloc(start.as_ptr(), system_layout(size));
        }
    }
}

/// What this thread's recycler holds and has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryStats {
    /// Bytes kept for reuse and not in use.
    pub idle_bytes: usize,
    /// How often the system allocator was asked for tensor memory.
    pub system_allocations: u64,
}

/// Reads this thread's [`MemoryStats`]: a training loop in its steady state leaves
/// `system_allocations` unchanged.
#[must_use]
pub fn memory_stats() -> MemoryStats {
    let idle_bytes = LISTS.with(|lists| {
        (0..CLASSES)
            .filter(|_| STATE.get() == State::Open)
            .map(|c| (most_blocks(c) - lists[c].get().room) * class_bytes(c))
            .sum()
    });
    MemoryStats {
        idle_bytes,
        system_allocations: SYSTEM_CALLS.get(),
    }
}

/// Returns the idle memory of this thread to the system, as `torch.cuda.empty_cache` does for its
/// device.
pub fn release_memory() {
    empty_lists(STATE.get() == State::Open);
}

fn empty_lists(stay_open: bool) {
    LISTS.with(|lists| {
        for (class, list) in lists.iter().enumerate() {
            let room = if stay_open { most_blocks(class) } else { 0 };
            let mut head = list
                .replace(List {
                    room,
                    ..List::EMPTY
                })
                .head;
            while let Some(block) = NonNull::new(head) {
                // SAFETY: a listed block is free, links to the next, and came from `alloc`.
                unsafe {
                    head = block.cast::<*mut u8>().read();
                    dealloc(block.as_ptr(), system_layout(class_bytes(class)));
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_powers_of_two_from_64() {
        assert_eq!([0, 1, 64, 65, 128, 129].map(class_of), [0, 0, 0, 1, 1, 2]);
        assert!(class_of((1 << 30) + 1) >= CLASSES);
        for bytes in 1..5000 {
            let c = class_of(bytes);
            assert!(class_bytes(c) >= bytes && (c == 0 || class_bytes(c - 1) < bytes));
        }
    }

    #[cfg(not(gradus_unpooled))]
    #[test]
    fn what_was_given_is_taken_again() {
        let (a, class) = take(1000);
        // SAFETY: taken above, not used again.
        unsafe { give(a, class) };
        let before = memory_stats().system_allocations;
        let (b, _) = take(1024);
        assert_eq!((a, memory_stats().system_allocations), (b, before));
        // SAFETY: as above.
        unsafe { give(b, class) };
        release_memory();
        assert_eq!(memory_stats().idle_bytes, 0);
    }

    #[test]
    fn memory_may_be_freed_on_another_thread_and_while_it_ends() {
        thread_local! { static LATE: std::cell::RefCell<Option<crate::Tensor>> = const { std::cell::RefCell::new(None) }; }
        let t = crate::Tensor::from_slice(&[1.0f32; 5], [5]).unwrap();
        std::thread::spawn(move || LATE.with(|l| *l.borrow_mut() = Some(t)))
            .join()
            .unwrap();
    }
}
