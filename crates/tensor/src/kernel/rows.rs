//! Operands of any strides and dtypes, handed to an innermost loop as runs of contiguous elements.

use std::mem::MaybeUninit;

use super::elementwise::Shared;
use super::for_pieces;
use super::walk::Rows;
use crate::dispatch::for_dtype;
use crate::layout::Layout;
use crate::{DType, Element, Tensor};

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

/// Contiguous elements of one dtype as those of another, by way of `f64` or `i64`.
///
/// # Safety
/// `len` elements lie behind `from`, and there is room for as many behind `to`.
pub(super) unsafe fn convert_run(
    (from, source): (*const u8, DType),
    (to, target): (*mut u8, DType),
    len: usize,
) {
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
        match (compute, dtype) {
            (DType::F32, DType::F32) => convert::<f32, f32>(from, step, to, len),
            (DType::F32, DType::F16) => convert::<half::f16, f32>(from, step, to, len),
            (DType::F32, DType::Bf16) => convert::<half::bf16, f32>(from, step, to, len),
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
            (DType::F32, DType::F16) => convert::<f32, half::f16>(from, 1, to, len),
            (DType::F32, DType::Bf16) => convert::<f32, half::bf16>(from, 1, to, len),
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
    for i in 0..len {
        // SAFETY: as the callers of `segment` promise.
        unsafe { to.add(i).write((*from.add(i * step)).cast::<D>()) };
    }
}
