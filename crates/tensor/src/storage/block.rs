//! The tensor's one block: a count, a layout and where the elements are.
//!
//! A [`Tensor`] is one pointer to a `Block`. Small tensors keep their elements behind the block's
//! header in the same pooled memory; larger ones in a second, 64-byte aligned pooled buffer; a view
//! points into its base and keeps it alive; a `Vec` that moved in stays where it was.

use std::any::Any;
use std::mem::{MaybeUninit, size_of};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use super::layout::Layout;
use super::pool::{self, ALIGN};
use crate::{DType, Device, Element};

/// Bytes of the widest element type.
const WIDEST: usize = 8;
const HEADER: usize = size_of::<Block>().next_multiple_of(ALIGN);
/// Payloads up to this many bytes share the header's memory. Beyond it the power-of-two classes of
/// the pool would round header plus payload up to twice the payload.
const INLINE_LIMIT: usize = 2048 - HEADER;

struct Block {
    refs: AtomicUsize,
    data: NonNull<u8>,
    layout: Layout,
    dtype: DType,
    device: Device,
    class: u8,
    owner: Owner,
}

enum Owner {
    /// The elements lie behind this header.
    Inline,
    /// The elements lie in their own pooled buffer of this class.
    Buffer { start: NonNull<u8>, class: u8 },
    /// A view: the elements belong to this tensor (never itself a view).
    View(Tensor),
    /// Memory that came from outside, a `Vec` that moved in.
    Foreign(Box<dyn Any + Send + Sync>),
}

/// A dense n-dimensional array of numbers.
///
/// Cloning copies a pointer; views ([`transpose`](Tensor::transpose), [`narrow`](Tensor::narrow) …)
/// share memory. Yet a tensor is a value: writing into memory that another tensor can see copies it
/// first, so no write is ever visible through another name. Element type and device are run-time
/// facts ([`dtype`](Tensor::dtype), [`device`](Tensor::device)).
///
/// ```
/// use gradus_tensor::tensor;
///
/// let a = tensor![[1.0, 2.0], [3.0, 4.0]];
/// let b = (&a + 1.0).t()?;
/// assert_eq!(b.shape(), [2, 2]);
/// assert_eq!(b.to_vec::<f32>()?, [2.0, 4.0, 3.0, 5.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub struct Tensor(NonNull<Block>);

// SAFETY: the block is shared through an atomic count; its elements are plain numbers that are
// written only while one handle exists (`is_exclusive`).
unsafe impl Send for Tensor {}
// SAFETY: as above; `&Tensor` gives read access alone.
unsafe impl Sync for Tensor {}

impl Clone for Tensor {
    #[inline]
    fn clone(&self) -> Tensor {
        self.block().refs.fetch_add(1, Ordering::Relaxed);
        Tensor(self.0)
    }
}

impl Drop for Tensor {
    #[inline]
    fn drop(&mut self) {
        let refs = &self.block().refs;
        // A count of 1 is ours alone and cannot grow behind our back: no read-modify-write needed.
        if refs.load(Ordering::Acquire) != 1 {
            if refs.fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            fence(Ordering::Acquire);
        }
        // SAFETY: the last handle is going away.
        unsafe { free(self.0) }
    }
}

/// # Safety
/// No handle to `block` may be used afterwards.
#[inline]
unsafe fn free(block: NonNull<Block>) {
    // SAFETY: the block is valid until given back below.
    unsafe {
        let class = (*block.as_ptr()).class;
        match &(*block.as_ptr()).owner {
            Owner::Inline => {}
            Owner::Buffer { start, class } => pool::give(*start, *class),
            Owner::View(_) | Owner::Foreign(_) => drop_owner(block),
        }
        pool::give(block.cast(), class);
    }
}

/// # Safety
/// As [`free`]: the owner is dropped in place.
#[inline(never)]
unsafe fn drop_owner(block: NonNull<Block>) {
    // SAFETY: the caller gives up the block; its owner is dropped exactly once.
    unsafe { std::ptr::drop_in_place(&raw mut (*block.as_ptr()).owner) }
}

impl Tensor {
    #[inline]
    fn block(&self) -> &Block {
        // SAFETY: a handle keeps its block alive.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(crate) fn layout(&self) -> &Layout {
        &self.block().layout
    }

    /// The element type.
    #[inline]
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.block().dtype
    }

    /// Where the elements live.
    #[inline]
    #[must_use]
    pub fn device(&self) -> Device {
        self.block().device
    }

    /// Whether both names stand for the very same block: equal without looking at elements.
    #[inline]
    #[must_use]
    pub fn same_block(&self, other: &Tensor) -> bool {
        self.0 == other.0
    }

    /// Another handle, as by `clone`, through the only access to this one. As long as there is no third,
    /// nobody else can be counting, so that a small step is spared a locked instruction.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn share(&mut self) -> Tensor {
        let refs = &self.block().refs;
        if refs.load(Ordering::Acquire) == 1 {
            refs.store(2, Ordering::Relaxed);
            return Tensor(self.0);
        }
        self.clone()
    }

    /// Drops a handle, which may be to the same block: the reverse of [`share`](Tensor::share).
    #[doc(hidden)]
    #[inline]
    pub fn take_back(&mut self, handle: Tensor) {
        let refs = &self.block().refs;
        // Both handles are ours alone, and there is no third.
        if self.same_block(&handle) && refs.load(Ordering::Acquire) == 2 {
            refs.store(1, Ordering::Relaxed);
            std::mem::forget(handle);
        }
    }

    /// A block with room for `layout`'s elements, which are not written yet.
    #[inline]
    fn allocate(layout: &Layout, dtype: DType) -> Tensor {
        let bytes = layout.len() * dtype.size();
        if bytes <= INLINE_LIMIT {
            let (memory, class) = pool::take(HEADER + bytes);
            // SAFETY: `memory` holds HEADER + bytes bytes, so the end of the header is inside it.
            let data = unsafe { memory.add(HEADER) };
            Self::place(memory, class, data, layout, dtype, Owner::Inline)
        } else {
            let (start, buffer) = pool::take(bytes);
            let (memory, class) = pool::take(HEADER);
            Self::place(
                memory,
                class,
                start,
                layout,
                dtype,
                Owner::Buffer {
                    start,
                    class: buffer,
                },
            )
        }
    }

    #[inline(always)]
    fn place(
        memory: NonNull<u8>,
        class: u8,
        data: NonNull<u8>,
        layout: &Layout,
        dtype: DType,
        owner: Owner,
    ) -> Tensor {
        let block = memory.cast::<Block>();
        let to = block.as_ptr();
        // SAFETY: pooled memory of at least HEADER bytes, 64-byte aligned, ours alone. Every field is
        // written; the layout is plain data of which unused places may stay as they are.
        unsafe {
            (&raw mut (*to).refs).write(AtomicUsize::new(1));
            (&raw mut (*to).data).write(data);
            layout.copy_to(&raw mut (*to).layout);
            (&raw mut (*to).dtype).write(dtype);
            (&raw mut (*to).device).write(Device::Cpu);
            (&raw mut (*to).class).write(class);
            (&raw mut (*to).owner).write(owner);
        }
        Tensor(block)
    }

    /// A new tensor in row-major order whose elements `fill` writes.
    ///
    /// # Safety
    /// `fill` must write every element of the slice it gets.
    #[inline]
    pub(crate) unsafe fn build<T: Element>(
        layout: &Layout,
        fill: impl FnOnce(&mut [MaybeUninit<T>]),
    ) -> Tensor {
        debug_assert!(layout.is_contiguous());
        let tensor = Self::allocate(layout, T::DTYPE);
        let block = tensor.block();
        // SAFETY: freshly allocated room for `len` elements, aligned to 64, seen by nobody else.
        let out = unsafe {
            std::slice::from_raw_parts_mut(block.data.cast().as_ptr(), block.layout.len())
        };
        fill(out);
        tensor
    }

    /// A new tensor in row-major order whose elements are not written yet.
    ///
    /// # Safety
    /// Every element must be written before the tensor is read or handed on.
    #[inline]
    pub(crate) unsafe fn unwritten(layout: &Layout, dtype: DType) -> Tensor {
        debug_assert!(layout.is_contiguous());
        Self::allocate(layout, dtype)
    }

    /// Where the elements lie, whatever their type.
    #[inline]
    pub(crate) fn host_bytes(&self) -> *const u8 {
        self.block().data.as_ptr()
    }

    /// A view of the same memory: `offset` elements further on, with another layout.
    ///
    /// Every element that `layout` reaches from `offset` must lie inside this tensor's reach; this is
    /// checked.
    #[inline]
    pub(crate) fn view_with(&self, layout: &Layout, offset: usize) -> Tensor {
        let block = self.block();
        let extent = layout.extent();
        assert!(
            extent == 0 || offset + extent <= block.layout.extent(),
            "a view reaches beyond its base"
        );
        let base = match &block.owner {
            Owner::View(base) => base.clone(),
            _ => self.clone(),
        };
        let offset = if extent == 0 { 0 } else { offset };
        // SAFETY: checked above: the offset stays inside the base's memory.
        let data = unsafe { block.data.add(offset * block.dtype.size()) };
        let (memory, class) = pool::take(HEADER);
        Self::place(memory, class, data, layout, block.dtype, Owner::View(base))
    }

    /// Takes a vector's memory as it is. The layout must be contiguous and of the vector's length.
    pub(crate) fn from_owned<T: Element>(values: Vec<T>, layout: &Layout) -> Tensor {
        assert!(
            layout.is_contiguous() && layout.len() == values.len(),
            "layout and vector agree"
        );
        let mut values = Box::new(values);
        // SAFETY: a vector's pointer is never null.
        let data = unsafe { NonNull::new_unchecked(values.as_mut_ptr()) }.cast();
        let (memory, class) = pool::take(HEADER);
        Self::place(
            memory,
            class,
            data,
            layout,
            T::DTYPE,
            Owner::Foreign(values),
        )
    }

    /// A tensor of this shape and dtype that is one zero, repeated: what a record keeps of an input of
    /// which its rule reads the shape alone.
    #[doc(hidden)]
    #[must_use]
    pub fn stand_in(&self) -> Tensor {
        let layout = Layout::strided(self.shape(), &[0; crate::MAX_RANK][..self.shape().len()]);
        let (memory, class) = pool::take(HEADER + WIDEST);
        // SAFETY: `memory` holds the header and one element behind it, which is zero whatever its type.
        let data = unsafe {
            let data = memory.add(HEADER);
            data.write_bytes(0, WIDEST);
            data
        };
        Self::place(memory, class, data, &layout, self.dtype(), Owner::Inline)
    }

    /// The vector this tensor was made from, if it is one whole vector that nobody else sees.
    pub(crate) fn into_owned<T: Element>(mut self) -> Result<Vec<T>, Tensor> {
        if !self.is_exclusive() || self.dtype() != T::DTYPE || !self.layout().is_contiguous() {
            return Err(self);
        }
        // SAFETY: exclusive, so nobody else looks at the block while it is changed.
        let block = unsafe { self.0.as_mut() };
        let Owner::Foreign(memory) = &mut block.owner else {
            return Err(self);
        };
        let Some(values) = memory.downcast_mut::<Vec<T>>() else {
            return Err(self);
        };
        if values.len() != block.layout.len() {
            return Err(self);
        }
        Ok(std::mem::take(values))
    }

    /// Whether this handle is the only one to its block, and the block the only one to its memory.
    #[inline]
    pub(crate) fn is_exclusive(&self) -> bool {
        let block = self.block();
        block.refs.load(Ordering::Acquire) == 1
            && match &block.owner {
                Owner::View(base) => base.block().refs.load(Ordering::Acquire) == 1,
                _ => true,
            }
    }

    /// Pointer to the first element. Elements may be read at the offsets that the layout reaches.
    #[inline]
    pub(crate) fn host_ptr<T: Element>(&self) -> *const T {
        assert!(self.dtype() == T::DTYPE, "kernel asked for another dtype");
        self.block().data.cast().as_ptr()
    }

    /// The elements of a contiguous tensor of this dtype.
    #[inline]
    pub(crate) fn host_slice<T: Element>(&self) -> &[T] {
        assert!(
            self.layout().is_contiguous(),
            "kernel asked for contiguous elements"
        );
        // SAFETY: `len` initialised elements lie behind the pointer for as long as `self` lives; they
        // are not written while another handle could be read (`host_slice_mut` needs `&mut` and
        // exclusiveness).
        unsafe { std::slice::from_raw_parts(self.host_ptr(), self.layout().len()) }
    }

    /// All elements between the first and the last that the layout reaches, in the order of memory.
    #[cfg(feature = "ndarray")]
    pub(crate) fn host_reach<T: Element>(&self) -> &[T] {
        // SAFETY: as above: a view reaches no further than its base, whose elements are all initialised.
        unsafe { std::slice::from_raw_parts(self.host_ptr(), self.layout().extent()) }
    }

    /// The elements for writing; the tensor must be contiguous and exclusive.
    #[inline]
    pub(crate) fn host_slice_mut<T: Element>(&mut self) -> &mut [T] {
        assert!(
            self.layout().is_contiguous() && self.is_exclusive(),
            "kernel writes into exclusive memory"
        );
        // SAFETY: as above, and `&mut self` with exclusiveness means nobody reads meanwhile.
        unsafe {
            std::slice::from_raw_parts_mut(self.host_ptr::<T>().cast_mut(), self.layout().len())
        }
    }

    /// Replaces the layout of an exclusive, contiguous tensor by another of the same length.
    pub(crate) fn relayout(&mut self, layout: Layout) {
        assert!(self.is_exclusive() && self.layout().is_contiguous() && layout.is_contiguous());
        assert_eq!(self.layout().len(), layout.len());
        // SAFETY: exclusive, so nobody else looks at the block.
        unsafe { self.0.as_mut() }.layout = layout;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(shape: &[usize]) -> Tensor {
        let n: usize = shape.iter().product();
        Tensor::from_owned(
            (0..n).map(|i| i as f32).collect(),
            &Layout::row_major("t", shape).unwrap(),
        )
    }

    #[test]
    fn one_pointer_wide() {
        assert_eq!(size_of::<Tensor>(), 8);
        assert_eq!(size_of::<Option<Tensor>>(), 8);
    }

    #[test]
    fn what_is_shared_is_counted() {
        let mut base = counting(&[4]);
        let shared = base.share();
        let third = base.share();
        assert!(shared.same_block(&base) && !base.is_exclusive());
        base.take_back(third);
        assert!(!base.is_exclusive());
        base.take_back(shared);
        assert!(base.is_exclusive());
        base.take_back(counting(&[1]));
        assert!(base.is_exclusive());
        let view = base.view_with(&Layout::strided(&[2], &[1]), 1);
        let shared = base.share();
        drop(base);
        assert_eq!(view.host_slice::<f32>(), [1.0, 2.0]);
        drop(view);
        assert!(shared.is_exclusive());
    }

    #[test]
    fn a_view_keeps_its_base_alive() {
        let base = counting(&[4]);
        let view = base.view_with(&Layout::strided(&[2], &[2]), 1);
        let again = view.view_with(&Layout::strided(&[1], &[1]), 2);
        drop(base);
        drop(view);
        assert_eq!(again.host_slice::<f32>(), [3.0]);
    }

    #[test]
    #[should_panic(expected = "beyond its base")]
    fn a_view_cannot_reach_outside() {
        let _ = counting(&[4]).view_with(&Layout::strided(&[2], &[2]), 2);
    }

    #[test]
    fn exclusiveness_counts_handles_and_views() {
        let a = counting(&[4]);
        assert!(a.is_exclusive());
        let v = a.view_with(&Layout::strided(&[2], &[1]), 0);
        assert!(!a.is_exclusive() && !v.is_exclusive());
        drop(a);
        assert!(v.is_exclusive());
    }

    #[test]
    fn vectors_move_in_and_out_without_a_copy() {
        let v = vec![1.0f32; 1000];
        let p = v.as_ptr();
        let t = Tensor::from_owned(v, &Layout::row_major("t", &[10, 100]).unwrap());
        let v = t.into_owned::<f32>().unwrap();
        assert_eq!(v.as_ptr(), p);
        let shared = counting(&[3]);
        let other = shared.clone();
        assert!(shared.into_owned::<f32>().is_err());
        drop(other);
    }

    #[test]
    fn elements_are_aligned_to_a_cache_line() {
        for n in [1, 100, 1000, 100_000] {
            let layout = Layout::row_major("t", &[n]).unwrap();
            // SAFETY: every element is written.
            let t = unsafe {
                Tensor::build::<f32>(&layout, |out| {
                    for x in out {
                        x.write(1.0);
                    }
                })
            };
            assert_eq!(t.host_ptr::<f32>() as usize % ALIGN, 0);
        }
    }

    #[test]
    fn tensors_cross_threads() {
        let t = counting(&[1000]);
        let sum: f32 = std::thread::spawn(move || t.host_slice::<f32>().iter().sum())
            .join()
            .unwrap();
        assert_eq!(sum, 499_500.0);
    }
}
