//! Operands of any strides and dtypes, handed to an innermost loop as runs of contiguous elements.

use std::mem::MaybeUninit;

use super::copy::materialize;
use super::elementwise::Shared;
use super::halves::{narrow, widen};
use super::simd::dispatch_newest;
use super::walk::Rows;
use super::{Kernel, for_pieces};
use crate::dispatch::for_dtype;
use crate::layout::Layout;
use crate::{DType, Element, Scalar, Tensor};

/// Elements converted or gathered at a time, in memory that stays in the first cache.
const RUN: usize = 512;

/// Which dtypes a loop reads and writes, and when it is worth threads.
pub(super) struct Plan {
    /// What the loop reads: `F32`, `F64` or `I64`.
    pub(super) compute: DType,
    /// What the loop writes.
    pub(super) result: DType,
    /// The dtype of the new tensor.
    pub(super) storage: DType,
    /// Elements in a thread's piece.
    pub(super) piece: usize,
    /// Threads are worth it from this number of elements.
    pub(super) worth: usize,
}

/// An innermost loop: operands, result, number of elements.
type Run<'a, const N: usize> = &'a (dyn Fn([*const u8; N], *mut u8, usize) + Sync + Send);

/// A new tensor of the operands' shape whose elements `run` writes.
///
/// # Safety
/// `run` must write every element it is asked for and read the types that `plan` names.
#[inline(never)]
pub(super) unsafe fn rows<const N: usize>(
    operands: [&Tensor; N],
    plan: &Plan,
    run: Run<'_, N>,
) -> Tensor {
    let turned = operands.map(|x| lies_across(x).then(|| materialize(x)));
    let operands: [&Tensor; N] = std::array::from_fn(|k| turned[k].as_ref().unwrap_or(operands[k]));
    let shape = operands[0].shape();
    let layout = Layout::row_major("elementwise", shape).expect("the operand has this shape");
    // SAFETY: the segments below cover every element once.
    let out = unsafe { Tensor::unwritten(&layout, plan.storage) };
    if layout.len() == 0 {
        return out;
    }
    let walk = Rows::new(shape, operands.map(Tensor::strides));
    let sources = std::array::from_fn(|k| Source {
        start: Shared(operands[k].host_bytes().cast_mut()),
        dtype: operands[k].dtype(),
        step: walk.step[k],
    });
    let job = Job {
        sources,
        target: Shared(out.host_bytes().cast_mut()),
        plan,
        run,
    };
    // A piece is a part of one long row, or several short rows.
    let (len, count) = (walk.len, walk.count());
    let cuts = len.div_ceil(plan.piece);
    let group = (plan.piece / len).max(1);
    let work = |piece: usize| {
        if cuts > 1 {
            let (row, cut) = (piece / cuts, piece % cuts);
            let columns = cut * plan.piece..((cut + 1) * plan.piece).min(len);
            // SAFETY: rows stay inside what the layouts reach; pieces are disjoint.
            unsafe { job.segment(walk.offsets(row), row * len, columns) };
        } else {
            let mut row = piece * group;
            walk.for_range(row..(row + group).min(count), |offsets| {
                // SAFETY: as above.
                unsafe { job.segment(offsets, row * len, 0..len) };
                row += 1;
            });
        }
    };
    let pieces = if cuts > 1 {
        count * cuts
    } else {
        count.div_ceil(group)
    };
    if layout.len() < plan.worth {
        (0..pieces).for_each(work);
    } else {
        for_pieces(pieces, 1, 0, |range| work(range.start));
    }
    out
}

struct Source {
    start: Shared<u8>,
    dtype: DType,
    /// In elements, within a row.
    step: usize,
}

struct Job<'a, const N: usize> {
    sources: [Source; N],
    target: Shared<u8>,
    plan: &'a Plan,
    run: Run<'a, N>,
}

impl<const N: usize> Job<'_, N> {
    /// Some columns of the row that starts at `offsets` in the operands and at `at` in the result.
    ///
    /// # Safety
    /// The elements lie inside the operands and the result, and nobody else writes the latter.
    unsafe fn segment(&self, offsets: [usize; N], at: usize, columns: std::ops::Range<usize>) {
        let Plan {
            compute,
            result,
            storage,
            ..
        } = *self.plan;
        // Not filled beforehand: that would take longer than a short row.
        let mut buffers = [[MaybeUninit::<u64>::uninit(); RUN]; N];
        let mut converted = [MaybeUninit::<u64>::uninit(); RUN];
        let direct = |source: &Source| source.dtype == compute && source.step == 1;
        let whole = result == storage && self.sources.iter().all(direct);
        let mut start = columns.start;
        while start < columns.end {
            let len = if whole {
                columns.len()
            } else {
                RUN.min(columns.end - start)
            };
            let mut inputs = [std::ptr::null(); N];
            for (k, source) in self.sources.iter().enumerate() {
                // SAFETY: as the caller promises.
                unsafe {
                    let place = offsets[k] + start * source.step;
                    let from = source.start.0.add(place * source.dtype.size()).cast_const();
                    inputs[k] = if direct(source) {
                        from
                    } else {
                        let buffer = buffers[k].as_mut_ptr().cast::<u8>();
                        // A repeated element fills the buffer once.
                        if source.step > 0 || start == columns.start {
                            load(from, source.dtype, source.step, buffer, compute, len);
                        }
                        buffer.cast_const()
                    };
                }
            }
            // SAFETY: as the caller promises; the buffers hold `RUN` elements of the widest type.
            unsafe {
                let to = self.target.0.add((at + start) * storage.size());
                if result == storage {
                    (self.run)(inputs, to, len);
                } else {
                    let buffer = converted.as_mut_ptr().cast::<u8>();
                    (self.run)(inputs, buffer, len);
                    store(buffer, result, to, storage, len);
                }
            }
            start += len;
        }
    }
}

/// Contiguous elements of one dtype as those of another, by way of `f64` or `i64`, halves by way
/// of `f32` besides, as PyTorch has it.
///
/// # Safety
/// `len` elements lie behind `from`, and there is room for as many behind `to`.
pub(super) unsafe fn convert_run(
    (from, source): (*const u8, DType),
    (to, target): (*mut u8, DType),
    len: usize,
) {
    let single = DType::F32;
    if (source.is_half() && target != single) || (target.is_half() && source != single) {
        let mut buffer = [MaybeUninit::<f32>::uninit(); RUN];
        let buffer = buffer.as_mut_ptr().cast::<u8>();
        for start in (0..len).step_by(RUN) {
            let len = RUN.min(len - start);
            // SAFETY: as the caller promises; the buffer holds `RUN` elements.
            unsafe {
                let from = from.add(start * source.size());
                convert_run((from, source), (buffer, single), len);
                let to = to.add(start * target.size());
                convert_run((buffer.cast_const(), single), (to, target), len);
            }
        }
        return;
    }
    // SAFETY: as the caller promises.
    unsafe {
        if source.is_half() {
            return widen(from.cast(), source, 1, to.cast(), len);
        } else if target.is_half() {
            return narrow(from.cast(), to.cast(), target, len);
        }
    }
    let wide = if source.is_float() {
        DType::F64
    } else {
        DType::I64
    };
    let mut buffer = [MaybeUninit::<u64>::uninit(); RUN];
    let buffer = buffer.as_mut_ptr().cast::<u8>();
    for start in (0..len).step_by(RUN) {
        let len = RUN.min(len - start);
        // SAFETY: as the caller promises; the buffer holds `RUN` elements of the widest type.
        unsafe {
            let from = from.add(start * source.size());
            let to = to.add(start * target.size());
            if target == wide {
                load(from, source, 1, to, wide, len);
            } else if source == wide {
                store(from, wide, to, target, len);
            } else {
                load(from, source, 1, buffer, wide, len);
                store(buffer, wide, to, target, len);
            }
        }
    }
}

/// Strided elements of a dtype as contiguous ones of the type that is computed in.
///
/// # Safety
/// `len` elements, `step` apart, lie behind `from`, and there is room for as many behind `to`.
unsafe fn load(
    from: *const u8,
    dtype: DType,
    step: usize,
    to: *mut u8,
    compute: DType,
    len: usize,
) {
    // SAFETY: as the callers of `segment` promise.
    unsafe {
        if step == 0 && len > 1 {
            load(from, dtype, 1, to, compute, 1);
            return repeat(to, compute.size(), len);
        }
        match (compute, dtype) {
            (DType::F32, DType::F32) => convert::<f32, f32>(from, step, to, len),
            (DType::F32, _) => widen(from.cast(), dtype, step, to.cast(), len),
            (DType::Bool, DType::Bool) => convert::<bool, bool>(from, step, to, len),
            (DType::F64, _) => for_dtype!(dtype, S => convert::<S, f64>(from, step, to, len)),
            (DType::I64, _) => for_dtype!(dtype, S => convert::<S, i64>(from, step, to, len)),
            _ => unreachable!("{dtype:?} is not computed in {compute:?}"),
        }
    }
}

/// Results as elements of the storage dtype.
///
/// # Safety
/// As [`load`].
unsafe fn store(from: *const u8, result: DType, to: *mut u8, storage: DType, len: usize) {
    // SAFETY: as the callers of `segment` promise.
    unsafe {
        match (result, storage) {
            (DType::F32, _) => narrow(from.cast(), to.cast(), storage, len),
            (DType::F64, _) => for_dtype!(storage, D => convert::<f64, D>(from, 1, to, len)),
            (DType::I64, _) => for_dtype!(storage, D => convert::<i64, D>(from, 1, to, len)),
            _ => unreachable!("{result:?} is not stored as {storage:?}"),
        }
    }
}

/// # Safety
/// As [`load`], of these types.
unsafe fn convert<S: Element, D: Element>(from: *const u8, step: usize, to: *mut u8, len: usize) {
    let (from, to) = (from.cast::<S>(), to.cast::<D>());
    if step == 1 {
        return dispatch_newest(Convert { from, to, len });
    }
    for i in 0..len {
        // SAFETY: as the callers of `segment` promise.
        unsafe { to.add(i).write((*from.add(i * step)).cast::<D>()) };
    }
}

/// Contiguous elements of one type as those of another.
struct Convert<S, D> {
    from: *const S,
    to: *mut D,
    len: usize,
}

impl<S: Element, D: Element> Kernel for Convert<S, D> {
    type Output = ();
    const WIDE: bool = true;
    #[inline(always)]
    fn run<const COMPACT: bool>(self) {
        let Convert { from, to, len } = self;
        if S::DTYPE == DType::F64 && D::DTYPE.is_integer() {
            // What does not fit becomes the smallest integer, of narrow ones the smallest `i32`. Beforehand: then the
            // conversion need not ask.
            let wide = D::DTYPE == DType::I64;
            let end = if wide { 2f64.powi(63) } else { 2f64.powi(31) };
            let from = from.cast::<f64>();
            for i in 0..len {
                // SAFETY: as the callers of `segment` promise; the number fits.
                unsafe {
                    let x = *from.add(i);
                    let fits = (x < end) & (x > if wide { -end } else { -end - 1.0 });
                    let whole = (if fits { x } else { -end }).to_int_unchecked::<i64>();
                    to.add(i).write(D::from_scalar(Scalar::Int(whole)));
                }
            }
            return;
        }
        for i in 0..len {
            // SAFETY: as the callers of `segment` promise.
            unsafe { to.add(i).write((*from.add(i)).cast::<D>()) };
        }
    }
}

/// The first element of `size` bytes in all `len` places.
///
/// # Safety
/// It is there, and there is room.
unsafe fn repeat(to: *mut u8, size: usize, len: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        match size {
            1 => to.write_bytes(*to, len),
            4 => std::slice::from_raw_parts_mut(to.cast::<MaybeUninit<u32>>(), len)
                .fill(to.cast::<MaybeUninit<u32>>().read()),
            _ => std::slice::from_raw_parts_mut(to.cast::<MaybeUninit<u64>>(), len)
                .fill(to.cast::<MaybeUninit<u64>>().read()),
        }
    }
}

/// Whether neighbours in the innermost dimension lie apart while those in another lie together: then a copy is
/// read faster, as it is made in squares.
fn lies_across(x: &Tensor) -> bool {
    const MANY: usize = 1024;
    let dims = || {
        x.shape()
            .iter()
            .zip(x.strides())
            .filter(|(size, _)| **size > 1)
    };
    x.numel() >= MANY
        && dims().next_back().is_some_and(|(_, &stride)| stride > 1)
        && dims().any(|(&size, &stride)| stride == 1 && size >= 4)
}
